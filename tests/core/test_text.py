"""Text is brought to one form, whoever types it and on whatever keyboard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from bot.core.text import mark, normalise, plain, romanise, tokens

NAMES = (
    ("Ahmad Alili", "Ահմադ Ալիլի", "Əhməd Əlili", "Ахмад Алили", "აჰმად ალილი"),
    ("Shahla Ismail", "Շահլա Իսմայիլ", "Şəhla İsmayıl", "Шахла Исмаил", "შაჰლა ისმაილი"),
    ("Marianna Mkrtchyan", "Մարիաննա Մկրտչյան", "Marianna Mkrtçyan", "Марианна Мкртчян", "მარიანა მკრტჩიანი"),
    ("Benyamin Poghosyan", "Բենիամին Պողոսյան", "Benyamin Poqosyan", "Беньямин Погосян", "ბენიამინ პოღოსიანი"),
)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("  Who   is\ta MEMBER?\n", "who is a member"),
        ("Ｗｈｏ ①", "who 1"),
        ("e-mail, please…", "e mail please"),
        ("snake_case", "snake case"),
        ("", ""),
        ("👍🏽 👨‍👩‍👧 ❤️ ?!", ""),
    ],
)
def test_words_are_lower_case_with_single_spaces(typed: str, words: str) -> None:
    """Case, white space, compatibility forms, punctuation and emoji make no difference."""
    assert normalise(typed) == words


@pytest.mark.parametrize("apostrophe", ["'", "\u2019", "\u2018", "\u02bc", "\u055a", "`", "\u00b4"])
def test_all_apostrophes_are_alike(apostrophe: str) -> None:
    """An apostrophe ends a word, whichever one the keyboard has."""
    assert normalise(f"what{apostrophe}s new") == "what s new"


@pytest.mark.parametrize("quoted", ["«JOLIG»", "\u201eJOLIG\u201c", '"JOLIG"', "\u201cJOLIG\u201d"])
def test_quotation_marks_are_dropped(quoted: str) -> None:
    """A name in quotation marks is the name."""
    assert normalise(quoted) == "jolig"


@pytest.mark.parametrize(
    "hidden", ["jo\u200blig", "\ufeffjolig", "jo\u00adlig", "\u202ejolig", "jolig\x00", "\ud800jolig"]
)
def test_invisible_characters_are_dropped(hidden: str) -> None:
    """Zero-width, control and direction characters, soft hyphens and lone surrogates do not hide a word."""
    assert normalise(hidden) == "jolig"


@pytest.mark.parametrize(
    ("typed", "words"),
    [("İSMAYIL", "ismayil"), ("i\u0307smayil", "ismayil"), ("qarı QARI", "qarı qari"), ("IŞIQ", "işiq")],
)
def test_turkic_i_keeps_its_dot_and_gains_none(typed: str, words: str) -> None:
    """A dotted capital is "i", a dotless small letter stays what it is."""
    assert normalise(typed) == words


def test_armenian_question_marks_stand_inside_words() -> None:
    """The marks of question, stress and exclamation leave their word whole; the full stop ends one."""
    assert normalise("Ո՞վ է եկել՛։Ինչո՜ւ") == "ով է եկել ինչու"


def test_armenian_ligature_is_two_letters() -> None:
    """Small and capital ligatures of "and" are the same as the letters."""
    assert normalise("և") == normalise("եւ") == normalise("ԵՒ") == "եւ"


def test_russian_stress_and_dots_are_folded() -> None:
    """A stress mark is no letter, "ё" is typed as "е" by most, and "й" is a letter of its own."""
    assert normalise("Кто́ ещё, Андрей") == "кто еще андрей"
    assert normalise("Андреи\u0306") == "андрей"


def test_georgian_capitals_are_folded() -> None:
    """Mtavruli and Mkhedruli are one alphabet."""
    assert normalise("ᲯᲒᲣᲤᲘ") == "ჯგუფი"


@pytest.mark.parametrize(
    ("typed", "words"),
    [("Is @person, a member?", "is @person a member"), ("a@b.org", "a b org"), ("@ @@x", "x"), ("@@", "")],
)
def test_marks_stay_single_words(typed: str, words: str) -> None:
    """Only an "@" that begins a word belongs to it."""
    assert normalise(typed) == words


@given(st.text())
def test_normalised_text_is_normal(text: str) -> None:
    """Normalising twice is normalising once, and the words are single-spaced."""
    words = normalise(text)
    assert normalise(words) == words
    assert words == " ".join(words.split())


@given(st.text())
def test_latin_text_is_ascii_words(text: str) -> None:
    """Whatever the script, romanised and plain texts are normalised ASCII."""
    for latin in (romanise(text), plain(text)):
        assert latin.isascii()
        assert normalise(latin) == latin


def test_tokens_are_the_normalised_words() -> None:
    """Tokens are what lies between the spaces."""
    assert tokens("Who's @person?") == ("who", "s", "@person")
    assert tokens(" !? ") == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_sounds_alike_in_every_script(name: tuple[str, ...]) -> None:
    """Romanised, the five spellings of a name are near each other."""
    english = romanise(name[0])
    assert all(fuzz.ratio(english, romanise(other)) >= 85 for other in name)


def test_azerbaijani_is_romanised_by_sound_and_plain_by_sight() -> None:
    """A name is "Ahmad" to others; who lacks the letters types "Ehmed"."""
    assert romanise("Əhməd Əlili, Şuşa, Gəncə") == "ahmad alili shusha ganca"
    assert plain("Əhməd Əlili, Şuşa, Gəncə") == "ehmed elili susa gence"


def test_armenian_is_romanised_as_people_type_it() -> None:
    """Digraphs are one vowel, aspiration is not written."""
    assert romanise("Ո՞վքեր են Ռուսաստանում և Թբիլիսիում") == "ovker en rusastanum ev tbilisium"


def test_latin_letters_stay_as_they_are() -> None:
    """An English text is its own romanisation."""
    assert romanise("Who is @person?") == plain("Who is @person?") == "who is @person"


def test_a_mark_stays_one_word() -> None:
    """An id with hyphens would else be taken for the words that it is made of."""
    assert normalise(mark("links-europe")) == mark("links-europe") == "@linkseurope"
