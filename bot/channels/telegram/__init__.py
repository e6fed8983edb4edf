"""The bot on Telegram."""

from bot.channels.telegram.channel import serve
from bot.channels.telegram.pace import Rate
from bot.channels.telegram.receiving import WebhookAddress
from bot.channels.telegram.timing import Timing

__all__ = ["Rate", "Timing", "WebhookAddress", "serve"]
