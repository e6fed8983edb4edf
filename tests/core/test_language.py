"""The language of a question is told by its script, then by its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.entities import EntityIndex
from bot.core.language import LanguageDetector, scripts
from bot.core.models import Entity
from bot.core.text import plain, romanise, tokens

QUESTIONS = {
    "en": "who are the members where did they meet what is the report about how many people lazy quick fox jobs give",
    "ru": "кто входит в группу где они встретились о чем доклад сколько человек",
    "hy": "ովքեր են անդամները որտեղ են հանդիպել ինչի մասին է զեկույցը քանի հոգի",
    "ka": "ვინ არიან წევრები სად შეხვდნენ რის შესახებ არის ანგარიში რამდენი ადამიანია",
    "az": "qrupun üzvləri kimlərdir onlar harada görüşüb hesabat nə haqqındadır neçə nəfər var jurnal cavab xoş",
}


def typed(text: str) -> set[str]:
    """Return the words of a text as they are typed, in Latin letters too."""
    return {form for word in tokens(text) for form in (word, plain(word), romanise(word))}


VOCABULARIES = {language: typed(text) for language, text in QUESTIONS.items()}


def nobody(_word: str) -> bool:
    """Take no word for a name."""
    return False


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    """Return a detector of five languages, to which the name "Bell" tells nothing."""
    return LanguageDetector(VOCABULARIES, {"bell"}.__contains__)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Who are they?", "en"),
        ("Кто они?", "ru"),
        ("Ովքե՞ր են", "hy"),
        ("ვინ არიან?", "ka"),
        ("Kimlərdir?", "az"),
        ("MEMBERS OF THE GROUP", "en"),
        ("ЧЛЕНЫ", "ru"),
    ],
)
def test_a_question_is_in_the_language_of_its_words(detector: LanguageDetector, text: str, language: str) -> None:
    """The script tells, and among Latin letters the words."""
    assert detector.detect(text, []) == language
    assert detector.detect(text, ["ka", "az", "en", "ru", "hy"]) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("kto vkhodit v gruppu", "ru"),
        ("ovqer en andamnery", "hy"),
        ("vin arian tsevrebi", "ka"),
        ("qrupun uzvleri kimlerdir", "az"),
    ],
)
def test_a_language_is_told_in_latin_letters_too(detector: LanguageDetector, text: str, language: str) -> None:
    """Many people have no other keyboard at hand."""
    assert detector.detect(text, ["en"]) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [("кто такой John Bell?", "ru"), ("LINKS Europe հանդիպում", "hy"), ("NATO-ს წევრები", "ka")],
)
def test_latin_names_do_not_hide_the_script_of_a_question(detector: LanguageDetector, text: str, language: str) -> None:
    """Other letters than Latin ones are what somebody writes in."""
    assert detector.detect(text, ["en"]) == language


def test_of_two_scripts_the_one_of_more_words_is_meant(detector: LanguageDetector) -> None:
    """A word of another language in quotation marks is no change of language."""
    assert detector.detect("что такое «հանդիպում» и где", []) == "ru"


@pytest.mark.parametrize("text", ["Bell", "bell?", "12", "??", "", "😀", "zzz qqq"])
@pytest.mark.parametrize("likely", ["az", "en", "ru"])
def test_what_does_not_tell_is_in_the_likely_language(detector: LanguageDetector, text: str, likely: str) -> None:
    """A name that is the same everywhere, a number or nothing at all is answered in the language spoken before."""
    assert detector.detect(text, [likely]) == likely


def test_without_a_likely_language_the_first_is_taken(detector: LanguageDetector) -> None:
    """The first language of the knowledge is its default; one that it does not have is no help."""
    assert detector.detect("12", []) == "en"
    assert detector.detect("12", ["fr"]) == "en"


def test_a_language_is_told_in_latin_letters_only_by_a_vocabulary_that_has_them() -> None:
    """The words are compared as they were given."""
    native = LanguageDetector({language: tokens(text) for language, text in QUESTIONS.items()}, nobody)
    assert native.detect("vin arian tsevrebi", ["en"]) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "小组成员是谁",
        "من هم الأعضاء",
        "ποιοι είναι τα μέλη",
        "מי החברים",
        "メンバーは誰ですか",
    ],
)
def test_a_script_of_none_of_the_languages_is_told(detector: LanguageDetector, text: str) -> None:
    """Whatever was spoken before, this is another language."""
    assert detector.detect(text, ["en"]) is None


@pytest.mark.parametrize(
    "text", ["Wer sind die Mitglieder und wo ist das", "¿Quiénes son y dónde es el la los?", "toplantı nerede ve nedir"]
)
def test_a_language_of_the_neighbourhood_that_is_not_had_is_told(detector: LanguageDetector, text: str) -> None:
    """Short words tell German, Spanish or Turkish from the languages of the knowledge."""
    assert detector.detect(text, ["en"]) is None


def test_a_language_is_foreign_only_where_the_knowledge_does_not_have_it() -> None:
    """French short words are French where the knowledge speaks it."""
    vocabularies = {language: VOCABULARIES[language] for language in ("en", "az")}
    with_french = LanguageDetector({**vocabularies, "fr": typed("qui quand où est ouvert")}, nobody)
    assert with_french.detect("qui est dans le moulin", ["en"]) == "fr"
    assert LanguageDetector(vocabularies, nobody).detect("qui est dans le moulin", ["en"]) is None


@pytest.mark.parametrize("languages", [("en",), ("en", "ru"), ("ka", "en")])
def test_a_single_latin_language_tells_foreign_ones(languages: tuple[str, ...]) -> None:
    """Latin letters alone are not that language."""
    single = LanguageDetector({language: VOCABULARIES[language] for language in languages}, nobody)
    assert single.detect("Wer sind die Mitglieder und wo ist das", ["en"]) is None
    assert single.detect("toplantı nerede ve nedir", []) is None
    assert single.detect("who are the members", []) == "en"


@pytest.mark.parametrize("name", ["Membery", "membery", "Membry", "Membbery"])
def test_a_misspelt_name_does_not_decide_the_language(name: str) -> None:
    """The beginning of a name may be that of a word; a name tells nothing even where it is not quite as it is spelt."""
    named = EntityIndex({"ann": Entity("ann", "person", {"en": "Ann Membery", "az": "Ann Membery"})}, VOCABULARIES)
    assert LanguageDetector(VOCABULARIES, named.is_name).detect(f"{name}?", ["az"]) == "az"
    assert LanguageDetector(VOCABULARIES, named.is_name).detect(f"{name} kimlərdir?", ["en"]) == "az"
    assert LanguageDetector(VOCABULARIES, nobody).detect(f"{name} {name}?".lower(), ["az"]) == "en"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("who кто кто", {"LATIN": 1, "CYRILLIC": 2}),
        ("12 ?! 😀", {}),
        ("mиx", {"LATIN": 1}),
        ("NATO-ს", {"LATIN": 1}),
        ("メンバーは誰", {"KATAKANA": 1}),
        ("დიახ, yes!", {"GEORGIAN": 1, "LATIN": 1}),
        ("e-mail", {"LATIN": 1}),
    ],
)
def test_words_are_counted_by_their_script(text: str, found: dict[str, int]) -> None:
    """A word of mixed scripts is in that of most of its letters, a number or a sign in none."""
    assert scripts(text) == found


@given(text=st.text(), likely=st.lists(st.sampled_from([*QUESTIONS, "xx"])))
def test_any_text_has_a_language_of_these_or_none(text: str, likely: list[str]) -> None:
    """Whatever is typed, the answer is one of the languages or None, and the same whenever it is asked."""
    made = LanguageDetector(VOCABULARIES, nobody)
    assert made.detect(text, likely) in {*QUESTIONS, None}
    assert made.detect(text, likely) == made.detect(text, likely)
