"""Settings: the only reader of the environment."""

import difflib
import io
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, LiteralString, NamedTuple, get_args

from dotenv.parser import Binding, parse_stream
from platformdirs import user_data_path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError

from bot.errors import SettingsError

PREFIX = "JOLIG_"
_ADDRESSES = [f"{PREFIX}TELEGRAM_API_URL"]
_LAST_PORT = 65535
_MATRIX_USER = r"@[^\s:]+:\S+"
_PACKAGE = Path(__file__).parent


def _shipped(name: str) -> Path:
    """Return a folder of data that comes with the code: in the wheel, or beside a checkout's package."""
    packed = _PACKAGE / "data" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name


def _address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise PydanticCustomError("address", "it should begin with http:// or https://")
    return value.rstrip("/")


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int


def _listened(value: object) -> object:
    """Return an address of `host:port`, or of a port alone, which is one of this machine only."""
    host, _, port = str(value).rpartition(":")
    if isinstance(value, Address):
        return value
    if not port.isdecimal() or int(port) > _LAST_PORT:
        raise PydanticCustomError("listen", "it should be host:port or a port")
    return Address(host.strip("[]") or "127.0.0.1", int(port))


def _listed(value: object, pattern: str, kind: LiteralString) -> object:
    """Return the parts of a list with commas; each fits a pattern."""
    parts = tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value
    if isinstance(parts, tuple) and not all(re.fullmatch(pattern, part) for part in parts):
        raise PydanticCustomError("list", f"it should be {kind}, with commas between several")
    return parts


def _people(value: object) -> object:
    return _listed(value, r"[a-z]+:\S+", "channel:id")


def _inviters(value: object) -> object:
    return _listed(value, rf"all|{_MATRIX_USER}|[\w.\-\[\]:]+", "@user:homeserver, a homeserver or all")


def _matrix_user(value: str) -> str:
    if not re.fullmatch(_MATRIX_USER, value):
        raise PydanticCustomError("user", "it should be @user:homeserver")
    return value


def _webhook_secret(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not re.fullmatch(r"[\w-]{1,256}", value.get_secret_value(), re.ASCII):
        raise PydanticCustomError("secret", "it should be 1 to 256 letters, digits, _ and -")
    return value


class Settings(BaseModel):
    """What can be set, each by the variable of its name in capitals after `JOLIG_`; an empty one counts as not set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Field(
        default_factory=lambda: user_data_path("jolig"),
        description="The folder of the database, the history of the terminal and the fitted matcher",
        json_schema_extra={"default": "the user's data folder"},
    )
    knowledge_dir: Path = Field(
        default_factory=lambda: _shipped("knowledge"),
        description="The knowledge folder",
        json_schema_extra={"default": "shipped with the bot"},
    )
    seeds_dir: Path = Field(
        default_factory=lambda: _shipped("seeds"),
        description="The folder of the sources that the knowledge names",
        json_schema_extra={"default": "shipped with the bot"},
    )
    telegram_token: SecretStr | None = Field(
        default=None, description="The token of the Telegram bot; with it, `jolig run` serves Telegram"
    )
    telegram_test_environment: bool = Field(default=False, description="Use Telegram's test environment")
    telegram_api_url: Annotated[str, AfterValidator(_address)] = Field(
        default="https://api.telegram.org", description="The address of the Bot API, for an own Bot API server"
    )
    telegram_webhook_url: Annotated[str, AfterValidator(_address)] | None = Field(
        default=None,
        description="The https address at which Telegram reaches the bot and sends to it; without one, the bot asks",
    )
    telegram_webhook_listen: Annotated[Address, BeforeValidator(_listened)] = Field(
        default=Address("127.0.0.1", 8082),
        description="Where the bot listens for the webhook, behind a proxy that ends TLS",
        json_schema_extra={"default": "`127.0.0.1:8082`"},
    )
    telegram_webhook_secret: Annotated[SecretStr | None, AfterValidator(_webhook_secret)] = Field(
        default=None,
        description="What Telegram has to show at the webhook: up to 256 letters, digits, `_` and `-`",
        json_schema_extra={"default": "a new one at each start"},
    )
    telegram_messages_per_second: Annotated[int, Field(ge=1)] = Field(
        default=30, description="How many messages may be sent: Telegram allows 30, more for a fee"
    )
    matrix_homeserver: Annotated[str, AfterValidator(_address)] | None = Field(
        default=None, description="The address of the Matrix homeserver; with it, `jolig run` serves Matrix"
    )
    matrix_user: Annotated[str, AfterValidator(_matrix_user)] | None = Field(
        default=None, description="The bot's user there, such as `@jolig:example.org`; not needed with a token"
    )
    matrix_password: SecretStr | None = Field(
        default=None,
        description="Its password, for the first start and where the homeserver wants the bot to log in again",
    )
    matrix_token: SecretStr | None = Field(default=None, description="An access token instead of the password")
    matrix_invites: Annotated[tuple[str, ...], BeforeValidator(_inviters)] = Field(
        default=(),
        description="Whose invitations it accepts: users, homeservers, or `all`, with commas between several",
        json_schema_extra={"default": "those of its own homeserver"},
    )
    matrix_rooms: Annotated[int, Field(ge=1)] = Field(default=500, description="How many rooms it may be in")
    operations_listen: Annotated[Address | None, BeforeValidator(_listened)] = Field(
        default=None,
        description="Where `/healthz`, `/readyz` and `/metrics` are, such as `127.0.0.1:8081`; a port alone is of this "
        "machine only",
    )
    admins: Annotated[tuple[str, ...], BeforeValidator(_people)] = Field(
        default=(),
        description="Who may use `/status` and `/reload`, such as `telegram:123456, matrix:@anna:example.org`",
        json_schema_extra={"default": "nobody"},
    )
    question_log_days: Annotated[int, Field(ge=0, le=3650)] = Field(
        default=90, description="For how many days questions are kept, without who asked; 0: none is kept"
    )
    language: str | None = Field(
        default=None, description="The language to answer in where nothing else tells, instead of the knowledge's first"
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(str.lower)] = Field(
        default="info", description="The least important events to log"
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the values that nobody may see."""
        return tuple(value.get_secret_value() for _, value in self if isinstance(value, SecretStr))


VARIABLES = {PREFIX + field.upper(): field for field in Settings.model_fields}
"""The field of each variable."""
_SECRETS = [name for name, field in VARIABLES.items() if SecretStr in get_args(Settings.model_fields[field].annotation)]


def load(environment: Mapping[str, str] | None = None, env_file: Path = Path(".env")) -> Settings:
    """Return the settings of the environment, and of a file for what it leaves open.

    Raises SettingsError for a variable that is unknown or not valid, and for a file with a secret that others can read.
    """
    variables = os.environ if environment is None else environment
    found = _ours(_of_file(env_file)) | _ours(variables)
    if unknown := sorted(found.keys() - VARIABLES.keys()):
        raise SettingsError(f"the setting {unknown[0]} is not known{_nearest(unknown[0])}")
    try:
        return Settings.model_validate({VARIABLES[name]: value for name, value in found.items() if value})
    except ValidationError as error:
        raise SettingsError(_told(error)) from None  # the cause holds the values


def _ours(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name.startswith(PREFIX)}


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name, VARIABLES, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _told(error: ValidationError) -> str:
    """Return the first problem in a line, without the value: that may be a secret."""
    detail = error.errors(include_url=False, include_input=False)[0]
    return f"the setting {PREFIX}{str(detail['loc'][0]).upper()} is not valid: {detail['msg']}"


# --- the file ------------------------------------------------------------------------------------


def _of_file(path: Path) -> dict[str, str]:
    """Return the variables of a file, none where there is no file."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            mode, text = os.fstat(file.fileno()).st_mode, file.read()
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    found = _parsed(text, path)
    if _is_secret(found) and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{path} holds a secret and others can read it: chmod 600 {path}")
    return found


def _is_secret(variables: Mapping[str, str]) -> bool:
    """Return whether some variables hold a secret; an address does with a password in it."""
    return any(variables.get(name) for name in _SECRETS) or any("@" in variables.get(name, "") for name in _ADDRESSES)


def _parsed(text: str, path: Path) -> dict[str, str]:
    bindings = list(parse_stream(io.StringIO(text)))
    if wrong := next(filter(_is_wrong, bindings), None):
        # A binding begins with the empty lines before it.
        text = wrong.original.string
        line = wrong.original.line + text[: len(text) - len(text.lstrip())].count("\n")
        raise SettingsError(f"{path}:{line}: this is not NAME=value")
    return {binding.key: binding.value or "" for binding in bindings if binding.key}


def _is_wrong(binding: Binding) -> bool:
    return binding.error or (binding.key is not None and binding.value is None)
