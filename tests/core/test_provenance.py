"""Quotes are found where they stand, and what no quote covers is told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import Evidence, Source
from bot.core.provenance import QuoteError, coverage, fold, locate, sentences

TEXT = "The hall  opened\nin May. It is red, and the\u00a0hall is big (50 m)."
words = st.lists(st.text("ab.(*", min_size=1, max_size=3), min_size=1, max_size=6)


def source(text: str) -> Source:
    """Return a source of a text."""
    return Source("notice", "notice.txt", text, "A notice", "gazette", date(2024, 5, 1), "en")


def evidence(whole: Source, *quotes: str) -> list[Evidence]:
    """Return the evidence of some quotes of a source."""
    return [Evidence(whole.id, fold(quote), *locate(whole.text, quote)) for quote in quotes]


def texts_of(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [text[start:end] for start, end in sentences(text)]


class TestLocate:
    """Where a quote stands."""

    @pytest.mark.parametrize(
        ("quote", "passage"),
        [
            ("The hall opened in May.", "The hall  opened\nin May."),
            ("  the\nhall is ", "the\u00a0hall is"),
            ("(50 m).", "(50 m)."),
        ],
    )
    def test_a_quote_is_found_whatever_its_white_space(self, quote: str, passage: str) -> None:
        """Line breaks, no-break spaces and runs of spaces are alike; signs stand for themselves."""
        start, end = locate(TEXT, quote)
        assert TEXT[start:end] == passage

    @pytest.mark.parametrize("quote", ["the hall was", "THE HALL", "hallopened", "", " \n", "(50 .)"])
    def test_what_is_not_there_is_refused(self, quote: str) -> None:
        """Other words, other capitals, joined words, nothing and patterns are no quote."""
        with pytest.raises(QuoteError, match="is not in the source"):
            locate(TEXT, quote)

    def test_a_quote_that_stands_twice_needs_its_occurrence(self) -> None:
        """Which of several passages is meant must be said."""
        with pytest.raises(QuoteError, match="stands 2 times in the source, name its occurrence"):
            locate(TEXT, "hall")
        assert locate(TEXT, "hall", 1) == (4, 8)
        assert TEXT[slice(*locate(TEXT, "hall", 2))] == "hall"
        assert locate(TEXT, "hall", 2) > locate(TEXT, "hall", 1)

    @pytest.mark.parametrize("occurrence", [3, -1])
    def test_an_occurrence_that_is_not_there_is_refused(self, occurrence: int) -> None:
        """There is no third of two."""
        with pytest.raises(QuoteError, match="stands 2 times in the source"):
            locate(TEXT, "hall", occurrence)

    @given(before=words, quoted=words, after=words, space=st.sampled_from([" ", "\n", "\u00a0", " \t "]))
    def test_any_run_of_words_is_found_in_its_text(
        self, before: list[str], quoted: list[str], after: list[str], space: str
    ) -> None:
        """A quote of whole words is found, and what is found says the same."""
        text = space.join([*before, "<", *quoted, ">", *after])
        start, end = locate(text, " ".join(["<", *quoted, ">"]))
        assert fold(text[start:end]) == " ".join(["<", *quoted, ">"])


@given(st.text())
def test_folded_text_has_single_spaces_and_the_same_words(text: str) -> None:
    """Folding changes white space only, and nothing the second time."""
    assert fold(text).split() == text.split()
    assert fold(fold(text)) == fold(text)


class TestSentences:
    """The sentences of a source."""

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("It opened. It is red.", ["It opened.", "It is red."]),
            ("Is it? Yes! Good.", ["Is it?", "Yes!", "Good."]),
            ("A heading\n\nIt opened.", ["A heading", "It opened."]),
            ("One line\nand the next.", ["One line\nand the next."]),
            ("Agency.The hall opened.", ["Agency.", "The hall opened."]),
            ('She said "Come." He came.', ['She said "Come.', "He came."]),
            ("Բացվեց։ Մեծ է։", ["Բացվեց։", "Մեծ է։"]),
            ("It costs 3.50 euros.", ["It costs 3.50 euros."]),
            ("", []),
            (" \n\n ", []),
        ],
    )
    def test_a_sentence_ends_at_its_stop_or_at_an_empty_line(self, text: str, found: list[str]) -> None:
        """A single line break ends none; a stop may touch the next capital."""
        assert texts_of(text) == found

    @given(st.text(st.sampled_from('aB. \n"!'), max_size=40))
    def test_no_word_is_lost(self, text: str) -> None:
        """The letters of the sentences are those of the text, in order."""
        kept = "".join(letter for sentence in texts_of(text) for letter in sentence if letter.isalpha())
        assert kept == "".join(filter(str.isalpha, text))


class TestCoverage:
    """How much of a source is evidence."""

    def test_each_sentence_tells_its_share(self) -> None:
        """Word characters are counted: signs and spaces need no evidence."""
        whole = source("The hall is red. It is big.")
        found = coverage(whole, evidence(whole, "The hall is red", "big"))
        assert [(sentence.text, sentence.covered, sentence.total) for sentence in found] == [
            ("The hall is red.", 12, 12),
            ("It is big.", 3, 7),
        ]
        assert [sentence.complete for sentence in found] == [True, False]

    def test_passages_that_overlap_count_once(self) -> None:
        """Two facts on the same words cover them no better."""
        whole = source("The hall is red.")
        (sentence,) = coverage(whole, evidence(whole, "The hall is", "hall is red."))
        assert (sentence.covered, sentence.total) == (12, 12)

    def test_evidence_of_another_source_covers_nothing(self) -> None:
        """Offsets belong to the source that they were found in."""
        (sentence,) = coverage(source("The hall."), [Evidence("other", "The hall.", 0, 9)])
        assert (sentence.covered, sentence.start) == (0, 0)
