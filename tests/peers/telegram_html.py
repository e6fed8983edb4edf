"""Parses messages in Telegram's HTML style, as strictly as its documentation reads."""

import re
from html import unescape
from typing import Any

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "s": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
"""The entity of each tag; those with attributes are not known here."""
_TOKEN = re.compile(r"<(?P<slash>/?)(?P<tag>[a-z]+)>|&(?P<name>lt|gt|amp|quot|#\d+|#x[0-9a-f]+);|(?P<text>[^<>&]+)|.")


class MarkupError(ValueError):
    """HTML that Telegram refuses."""


def length(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def parse(html: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the text of HTML and its entities, or raise MarkupError."""
    text, entities, stack = "", list[dict[str, Any]](), list[tuple[str, int]]()
    for token in _TOKEN.finditer(html):
        if tag := token["tag"]:
            if tag not in TAGS:
                raise MarkupError(f'Unsupported start tag "{tag}" at byte offset {token.start()}')
            if token["slash"]:
                entities.append(_closed(tag, stack, text))
            else:
                stack.append((tag, length(text)))
        elif token["name"] or token["text"]:
            text += unescape(token[0])
        else:
            raise MarkupError(f"Unexpected character {token[0]!r} at byte offset {token.start()}")
    if stack:
        raise MarkupError(f"Can't find end tag corresponding to start tag {stack[-1][0]!r}")
    return text, sorted(entities, key=lambda entity: entity["offset"])


def _closed(tag: str, stack: list[tuple[str, int]], text: str) -> dict[str, Any]:
    if not stack or stack[-1][0] != tag:
        raise MarkupError(f'Unmatched end tag "</{tag}>"')
    start = stack.pop()[1]
    return {"type": TAGS[tag], "offset": start, "length": length(text) - start}
