"""The platforms on which the bot can be asked."""
