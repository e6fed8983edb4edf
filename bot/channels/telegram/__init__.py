"""The bot on Telegram."""

from bot.channels.telegram.channel import serve

__all__ = ["serve"]
