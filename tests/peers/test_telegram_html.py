"""The peer's parser of Telegram's HTML."""

import pytest

from tests.peers.telegram_html import MarkupError, parse


def test_text_and_entities_are_told_apart() -> None:
    """Offsets and lengths are in UTF-16 units, entities in the order of their beginning."""
    text, entities = parse("😀 <b>a &lt; <i>b</i></b> &amp;&#39;")
    assert text == "😀 a < b &'"
    assert entities == [
        {"type": "bold", "offset": 3, "length": 5},
        {"type": "italic", "offset": 7, "length": 1},
    ]


@pytest.mark.parametrize(
    "html",
    ["a < b", "a & b", "a > b", "<b>a", "a</b>", "<b><i>a</b></i>", "<p>a</p>", "&nbsp;", "<br/>", "<b", "&amp"],
)
def test_what_telegram_would_not_take_is_refused(html: str) -> None:
    """Markup that is not escaped, balanced and known raises."""
    with pytest.raises(MarkupError):
        parse(html)
