"""The bot on Matrix, end-to-end encrypted."""

from bot.channels.matrix.channel import serve
from bot.channels.matrix.rooms import Admission
from bot.channels.matrix.session import Account, fingerprints

__all__ = ["Account", "Admission", "fingerprints", "serve"]
