"""What the core knows of each language itself, apart from any subject: small closed classes of words.

Words are written as `text.normalise` leaves them. A language that is not here works too; it only does without
follow-ups by a bare word and without its stop words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The closed word classes of one language."""

    stop_words: frozenset[str] = frozenset()
    """Words that carry no request by themselves."""
    follow_ups: tuple[str, ...] = ()
    """Beginnings that tie a question to the one before it ("and", "what about")."""
    conjunctions: tuple[str, ...] = ()
    """Words that may join two requests."""
    aspects: Mapping[str, str] = field(default_factory=dict)
    """What a bare question word asks for: "when" → "time"."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """Numbers in words."""
    comparisons: frozenset[str] = frozenset()
    """Words that compare with a number rather than state it."""
    endings: frozenset[str] = frozenset()
    """Endings that a name may take, romanised."""
    titles: frozenset[str] = frozenset()
    """Words before a person's name that are not part of it."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENGLISH = Lexicon(
    stop_words=_words(
        "a an the of in on at to by for from with about into over is are was were be been being am do "
        "does did done has have had having will would shall should can could may might must this that "
        "these those it its they them their theirs he him his she her hers we us our you your i me my "
        "mine and or but if so then than as what which whose whom there here just only also too very "
        "really actually please pls ok okay well oh um hey some any all one ones thing things stuff "
        "tell give show let s t re ll ve m d exactly again same"
    ),
    follow_ups=("and", "also", "or", "but", "then", "what about", "how about", "same for"),
    conjunctions=("and", "and also", "also", "plus", "as well as"),
    aspects={
        "when": "time",
        "date": "time",
        "dates": "time",
        "day": "time",
        "where": "place",
        "place": "place",
        "location": "place",
        "who": "people",
        "whom": "people",
        "else": "people",
        "names": "people",
        "why": "purpose",
        "purpose": "purpose",
        "many": "number",
        "number": "number",
    },
    numbers={
        word: number
        for number, word in enumerate(
            [
                "zero",
                "one",
                "two",
                "three",
                "four",
                "five",
                "six",
                "seven",
                "eight",
                "nine",
                "ten",
                "eleven",
                "twelve",
                "thirteen",
                "fourteen",
                "fifteen",
                "sixteen",
                "seventeen",
                "eighteen",
                "nineteen",
                "twenty",
            ]
        )
        if word != "one"  # "which one"
    }
    | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "hundred": 100},
    comparisons=_words("more than less fewer over under above below bigger smaller larger least most exceed beyond"),
    endings=_words("s es"),
    titles=_words("mr mrs ms miss dr prof professor doctor sir madam president minister ambassador"),
)

LEXICONS: Mapping[str, Lexicon] = {"en": ENGLISH}
EMPTY = Lexicon()


def lexicon(language: str) -> Lexicon:
    """Return the lexicon of a language, empty where there is none."""
    return LEXICONS.get(language, EMPTY)
