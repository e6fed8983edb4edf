"""The errors of the project.

    JoligError                 exit code 1
    ├── UsageError             2  a command line that cannot be understood
    ├── SettingsError          3  an unknown, unreadable or invalid setting
    ├── KnowledgeError         4  knowledge or seeds that are missing or not valid
    ├── StorageError           5  a database that is locked, read-only, broken or of a newer schema
    │   └── UnkeptError        5  what no database can keep, however often it is tried
    └── ChannelError           6  a channel that cannot be served
        ├── TokenError         7  a token that the platform does not accept (wrong or revoked)
        └── NetworkError       8  a platform that cannot be reached

Each message is one line that a person can act on.
"""


class JoligError(Exception):
    """The base of every error that the project raises on purpose."""

    exit_code = 1


class UsageError(JoligError):
    """A command line that cannot be understood."""

    exit_code = 2


class SettingsError(JoligError):
    """An unknown, unreadable or invalid setting."""

    exit_code = 3


class KnowledgeError(JoligError):
    """Knowledge or seeds that are missing or not valid."""

    exit_code = 4


class StorageError(JoligError):
    """A database that is locked, read-only, broken or of a newer schema."""

    exit_code = 5


class UnkeptError(StorageError):
    """What no database can keep, however often it is tried."""


class ChannelError(JoligError):
    """A channel that cannot be served."""

    exit_code = 6


class TokenError(ChannelError):
    """A token that the platform does not accept: wrong or revoked."""

    exit_code = 7


class NetworkError(ChannelError):
    """A platform that cannot be reached."""

    exit_code = 8
