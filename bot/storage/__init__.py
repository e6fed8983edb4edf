"""What outlives a question, in SQLite."""

from bot.storage.database import Storage

__all__ = ["Storage"]
