"""What there is to know of a language itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The closed word classes of one language."""

    stop_words: frozenset[str] = frozenset()
    """Words that carry no request by themselves."""
    pronouns: frozenset[str] = frozenset()
    """Words that stand for the person who was talked about."""
    follow_ups: tuple[str, ...] = ()
    """Beginnings that tie a question to the one before it ("and", "what about")."""
    conjunctions: tuple[str, ...] = ()
    """Words that may join two requests."""
    aspects: Mapping[str, str] = field(default_factory=dict)
    """What a bare question word asks for: "when" → "time"."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """Numbers in words."""
    ordinals: frozenset[str] = frozenset()
    """What is written beside a number in figures that says which one rather than how many ("3rd", "მე-5")."""
    comparisons: frozenset[str] = frozenset()
    """Words that compare with a number rather than state it."""
    endings: frozenset[str] = frozenset()
    """Endings that a name may take, as `text.romanise` leaves them; some stand in place of the name's last vowels."""
    typed: Mapping[str, str] = field(default_factory=dict)
    """What people type in Latin letters for what `text.plain` writes."""
    fillers: frozenset[str] = frozenset()
    """Words that add nothing to a question, though they are not empty: politeness, talk, "over there"."""
    formulas: tuple[str, ...] = ()
    """What is said around a request and asks for nothing ("could you tell me", "in two words"), as expressions."""
    titles: frozenset[str] = frozenset()
    """Words before a person's name that are not part of it."""
    offices: frozenset[str] = frozenset()
    """Titles of those who govern: before a surname alone they tell that somebody else of that surname is meant."""


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def expressions(text: str) -> tuple[str, ...]:
    """Return the regular expressions of a text, one a line."""
    return tuple(line.strip() for line in text.strip().splitlines())
