"""Text as people type it, brought to one form."""
