"""What outlives a question, in SQLite."""

from bot.storage.database import MEMORY, Storage

__all__ = ["MEMORY", "Storage"]
