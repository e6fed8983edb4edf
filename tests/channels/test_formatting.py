"""Answers as plain text and as HTML, and their cutting into messages."""

import re
from dataclasses import replace
from html import escape, unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.formatting import document, fitted, html, numbered, parts, plain, units
from bot.core.models import Answer, Block, Choice, Items, Outcome, Paragraph, Quote


def answer(*blocks: Block, source_line: str | None = None) -> Answer:
    """Return an answer of some blocks, with a suggestion."""
    return Answer(
        outcome=Outcome.ANSWER,
        language="en",
        blocks=blocks,
        source_line=source_line,
        suggestions=(Choice("And what else?", "else"),),
    )


def balanced(text: str) -> bool:
    """Return whether every tag is closed, in order."""
    stack: list[str] = []
    for slash, name in re.findall(r"<(/?)(\w+)>", text):
        if not slash:
            stack.append(name)
        elif not stack or stack.pop() != name:
            return False
    return not stack


def words(text: str) -> str:
    """Return what is read of HTML, without white space."""
    return "".join(unescape(re.sub(r"<[^<>]*>", "", text)).split())


FULL = answer(
    Paragraph("Ten people & one group."),
    Items(("Ann <a>", "Bob")),
    Quote("We are > ten.", "en"),
    source_line="Source: The & Gazette",
)


class TestNumbered:
    """What is read where suggestions are picked by their number."""

    def test_suggestions_and_a_last_line_follow(self) -> None:
        """After the source line, each after a blank line."""
        assert numbered(FULL, "The end") == f"{plain(FULL)}\n\n1. And what else?\n\nThe end"

    def test_what_is_not_there_leaves_no_gap(self) -> None:
        """An answer may have no suggestions, a message no last line."""
        assert numbered(replace(FULL, suggestions=())) == plain(FULL)


class TestDocument:
    """HTML of paragraphs and lists."""

    def test_each_block_is_an_element_and_nothing_in_it_is_markup(self) -> None:
        """White space between the elements would be shown by some apps."""
        assert document(FULL, "The <end>") == (
            "<p>Ten people &amp; one group.</p><ul><li>Ann &lt;a&gt;</li><li>Bob</li></ul>"
            "<blockquote>We are &gt; ten.</blockquote><p><i>Source: The &amp; Gazette</i></p>"
            "<ol><li>And what else?</li></ol><p>The &lt;end&gt;</p>"
        )

    def test_lines_stay_lines(self) -> None:
        """HTML takes a line break for a space."""
        assert document(replace(answer(Paragraph("One\ntwo")), suggestions=())) == "<p>One<br>two</p>"


class TestPlain:
    """What is read in a terminal."""

    def test_blocks_are_separated_by_a_blank_line_and_the_source_comes_last(self) -> None:
        """Paragraph, items, quote and source line follow each other, nothing escaped."""
        assert plain(FULL) == (
            "Ten people & one group.\n\n• Ann <a>\n• Bob\n\n“We are > ten.”\n\nSource: The & Gazette"
        )

    def test_suggestions_are_left_out(self) -> None:
        """What to ask next is the channel's business."""
        assert "what else" not in plain(FULL)

    def test_without_a_source_there_is_no_source_line(self) -> None:
        """Nothing stands in for a missing source line."""
        assert plain(answer(Paragraph("Hello."))) == "Hello."


class TestHtml:
    """What Telegram gets."""

    def test_every_string_is_escaped_and_marked_up(self) -> None:
        """Quotes are block quotes, the source line is in italics."""
        assert html(FULL) == (
            "Ten people &amp; one group.\n\n• Ann &lt;a&gt;\n• Bob\n\n"
            "<blockquote>We are &gt; ten.</blockquote>\n\n<i>Source: The &amp; Gazette</i>"
        )

    @given(st.text(), st.text(), st.text(), st.text())
    def test_no_text_can_add_markup(self, paragraph: str, item: str, quote: str, source: str) -> None:
        """Whatever the strings hold, the tags are those of the blocks."""
        text = html(answer(Paragraph(paragraph), Items((item,)), Quote(quote, "en"), source_line=source))
        names = re.findall(r"</?\w+>", text)
        assert names == ["<blockquote>", "</blockquote>", *(["<i>", "</i>"] if source else [])]
        assert words(text) == "".join(f"{paragraph}•{item}{quote}{source}".split())


class TestParts:
    """Cutting to a platform's limit."""

    def test_a_short_text_is_one_part(self) -> None:
        """Nothing is cut that fits."""
        assert parts("<b>short</b>", 12) == ("<b>short</b>",)

    def test_nothing_is_no_part(self) -> None:
        """An empty message is never sent, nor one of white space in an element."""
        assert parts(" \n ", 10) == ()
        assert parts("aaaa <i> <b>\n</b></i>", 10) == ("aaaa",)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("one. two\nthree\n\nfour five", ("one. two\nthree", "four five")),
            ("one. two\nthree four five six", ("one. two", "three four five six")),
            ("one. two three four five six", ("one.", "two three four five six")),
            ("one two three four five six", ("one two three four five", "six")),
            ("aaaaaaaaaabbbbbbbbbbccccc", ("aaaaaaaaaabbbbbbbbbbccc", "cc")),
        ],
    )
    def test_the_best_border_is_taken(self, text: str, expected: tuple[str, ...]) -> None:
        """Paragraphs go before lines, sentences, words and, at last, characters."""
        assert parts(text, 23) == expected

    def test_a_cut_element_is_closed_and_opened_again(self) -> None:
        """A quote that does not fit is a quote in both messages."""
        text = "<blockquote>one two three four</blockquote>"
        assert parts(text, 35) == ("<blockquote>one two</blockquote>", "<blockquote>three four</blockquote>")

    def test_a_cut_at_the_end_of_an_element_leaves_no_empty_one(self) -> None:
        """No part holds an element without text."""
        assert parts("<i>aaaa </i>bbbb cccc", 13) == ("<i>aaaa</i>", "bbbb cccc")

    def test_an_entity_is_not_cut(self) -> None:
        """A part ends before an entity that does not fit."""
        assert parts("ab&amp;&amp;", 8) == ("ab&amp;", "&amp;")

    def test_characters_beyond_the_basic_plane_count_twice(self) -> None:
        """The limit is in UTF-16 units."""
        assert parts("😀😀😀", 5) == ("😀😀", "😀")

    @given(
        st.lists(st.tuples(st.sampled_from(["", "i", "b", "blockquote"]), st.text("ab .\n&<>😀ա։"))),
        st.integers(45, 120),
    )
    def test_every_part_fits_and_nothing_is_lost(self, pieces: list[tuple[str, str]], limit: int) -> None:
        """The parts are within the limit, balanced, not empty, and together hold all of the text."""
        text = "".join(f"<{tag}>{escape(words)}</{tag}>" if tag else escape(words) for tag, words in pieces)
        cut = parts(text, limit)
        assert all(units(part) <= limit and balanced(part) and part.strip() for part in cut)
        assert all(words(part) for part in cut) or not words(text)
        assert "".join(map(words, cut)) == words(text)

    def test_a_very_long_text_is_cut(self) -> None:
        """A hundred thousand characters are no difficulty."""
        cut = parts("word " * 20_000, 4096)
        assert len(cut) == 25
        assert "".join(map(words, cut)) == "word" * 20_000


class TestFitted:
    """An answer as one message under a heading."""

    def test_the_heading_is_bold_and_escaped(self) -> None:
        """The answer below it is as it always is."""
        assert fitted(FULL, 4096, heading="A < B").startswith("<b>A &lt; B</b>\n\nTen people &amp; one group.")
        assert fitted(FULL, 4096, heading="A").removeprefix("<b>A</b>\n\n") == html(FULL)

    @example(100, "\r", [])
    @given(st.integers(100, 400), st.text(min_size=1), st.lists(st.text(min_size=1), max_size=9))
    def test_whatever_is_too_long_is_cut_before_the_source(self, limit: int, heading: str, texts: list[str]) -> None:
        """The source is always there, the tags are balanced and the limit holds."""
        told = fitted(answer(*map(Paragraph, texts), source_line="Source: The & Gazette"), limit, heading=heading)
        assert units(told) <= limit
        assert balanced(told)
        assert told.endswith("<i>Source: The &amp; Gazette</i>")
