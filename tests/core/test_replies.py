"""Messages are filled with facts, in each language as it is written there."""

from datetime import date

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import (
    DateValue,
    EntitiesValue,
    Entity,
    Fact,
    NumberValue,
    Paragraph,
    PeriodValue,
    TextValue,
    Value,
    VerbatimValue,
    YearValue,
)
from bot.core.provenance import fold
from bot.core.replies import Replies, date_in_words, day, listed, locale_of, period

LANGUAGES = ("en", "hy", "az", "ru", "ka", "fr")
ENGLISH = """
hello = Hello from { $bot }!
place =
    It was in { $place }
    ({ $place-locative }).

    More is not known.
    .none = Nowhere.
several = { $names } came.
"""
RUSSIAN = "hello = Привет от { $bot }!\nplace = Это было { $place-locative }.\n"
ENTITIES = {
    "hall": Entity(
        "hall", "place", {"en": "the hall", "ru": "зал"}, forms={"locative": {"en": "at it", "ru": "в зале"}}
    ),
    "park": Entity("park", "place", {"en": "the park", "ru": "парк"}),
}
HALL = EntitiesValue(("hall",))


def fact(value: Value) -> Fact:
    """Return a fact."""
    return Fact("f", "hall", "p", value, (), date(2024, 6, 1))


@pytest.fixture
def replies() -> Replies:
    """Return the messages of two languages."""
    return Replies({"en": ENGLISH, "ru": RUSSIAN}, ENTITIES, {"en": {"bot": "HALL"}, "ru": {"bot": "ЗАЛ"}})


class TestDates:
    """Days and periods in words."""

    @pytest.mark.parametrize(
        ("language", "written"),
        [
            ("en", "3 June 2024"),
            ("ru", "3 июня 2024 г."),
            ("az", "3 iyun 2024"),
            ("ka", "2024 წლის 3 ივნისი"),
            ("hy", "2024 թ. հունիսի 3"),
            ("fr", "3 juin 2024"),
        ],
    )
    def test_a_day_is_written_as_the_language_does(self, language: str, written: str) -> None:
        """The month is a word, and the day has no zero before it."""
        assert fold(day(date(2024, 6, 3), language)) == written

    @pytest.mark.parametrize(
        ("language", "written"),
        [("en", "29 February"), ("ru", "29 февраля"), ("az", "29 fevral"), ("hy", "փետրվարի 29"), ("fr", "29 février")],
    )
    def test_a_day_without_a_year_has_none(self, language: str, written: str) -> None:
        """29 February is a day as well."""
        assert date_in_words(None, 2, 29, language) == written

    @pytest.mark.parametrize(
        ("language", "month", "with_year"),
        [
            ("en", "April", "April 2024"),
            ("hy", "ապրիլ", "2024 թ. ապրիլ"),
            ("az", "aprel", "aprel 2024"),
            ("ru", "апрель", "апрель 2024 г."),
            ("ka", "აპრილი", "2024 წლის აპრილი"),
            ("fr", "avril", "avril 2024"),
        ],
    )
    def test_a_month_is_written_by_itself(self, language: str, month: str, with_year: str) -> None:
        """Not in the case that a day before it asks for."""
        assert date_in_words(None, 4, None, language) == month
        assert fold(date_in_words(2024, 4, None, language)) == with_year

    @pytest.mark.parametrize(
        ("start", "end", "written"),
        [
            (date(2024, 6, 3), date(2024, 6, 3), "3 June 2024"),
            (date(2024, 6, 3), date(2024, 6, 24), "3–24 June 2024"),
            (date(2024, 6, 30), date(2024, 7, 1), "30 June 2024 – 1 July 2024"),
            (date(2024, 6, 3), date(2025, 6, 4), "3 June 2024 – 4 June 2025"),
            (date(2020, 1, 1), date(2020, 1, 20), "1–20 January 2020"),
        ],
    )
    def test_a_period_has_its_month_and_year_once_where_they_are_the_same(
        self, start: date, end: date, written: str
    ) -> None:
        """One day is one day; otherwise the first and the last are told."""
        assert period(start, end, "en") == written

    @given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(0, 27), st.sampled_from(LANGUAGES))
    def test_a_period_tells_both_days_and_the_year(self, start: date, length: int, language: str) -> None:
        """In every language, the figures of both days and of the year stand in it."""
        end = date.fromordinal(start.toordinal() + length)
        written = period(start, end, language)
        figures = "".join(character if character.isdecimal() else " " for character in written).split()
        assert {str(start.day), str(end.day), str(start.year), str(end.year)} == set(figures)


class TestLocale:
    """The locale of a language."""

    def test_english_days_come_before_months(self) -> None:
        """English is written as in most of the world; any other language is its own locale."""
        assert locale_of("en") == Locale("en", "GB")
        assert locale_of("ka") == Locale("ka")

    @pytest.mark.parametrize(
        ("language", "names", "written"),
        [
            ("en", ["Ann", "Bob", "Cy"], "Ann, Bob and Cy"),
            ("ru", ["Ann", "Bob"], "Ann и Bob"),
            ("fr", ["Ann", "Bob"], "Ann et Bob"),
            ("hy", ["Ann"], "Ann"),
            ("ka", [], ""),
        ],
    )
    def test_names_are_joined_as_in_a_sentence(self, language: str, names: list[str], written: str) -> None:
        """The last two are joined by a word of the language."""
        assert listed(names, language) == written


class TestSay:
    """Messages as text."""

    def test_every_message_may_name_what_is_common(self, replies: Replies) -> None:
        """What the bot is called after is known to each language without being passed."""
        assert replies.say("hello", "en") == "Hello from HALL!"
        assert replies.say("hello", "ru") == "Привет от ЗАЛ!"
        assert replies.say("hello", "en") == "Hello from HALL!"

    def test_what_is_said_without_an_argument_is_not_said_for_another(self, replies: Replies) -> None:
        """Whether or not a text is remembered: an attribute, and what is filled in, make another."""
        assert replies.say("place", "en", "none") == "Nowhere."
        filled = replies.arguments("place", fact(HALL), "en")
        assert replies.say("place", "en", **filled).startswith("It was in the hall")
        filled = replies.arguments("place", fact(EntitiesValue(("park",))), "en") | {"place-locative": "there"}
        assert replies.say("place", "en", **filled).startswith("It was in the park")

    @pytest.mark.parametrize(
        ("said", "heard"), [("{ $day }.", "2 ноября 2024 г."), ("{ $day }, ...", "2 ноября 2024 г., ...")]
    )
    def test_a_sentence_that_ends_in_an_abbreviation_has_one_full_stop(self, said: str, heard: str) -> None:
        """In Russian a date with a year ends in one."""
        replies = Replies({"ru": f"since =\n    {said}\n"}, {}, {"ru": {}})
        assert replies.say("since", "ru", day=day(date(2024, 11, 2), "ru")) == heard

    def test_an_empty_line_parts_paragraphs_and_another_line_break_does_not(self, replies: Replies) -> None:
        """A message is wrapped in its file as its author likes."""
        filled = replies.arguments("place", fact(HALL), "en")
        assert replies.say("place", "en", **filled) == "It was in the hall (at it).\n\nMore is not known."
        assert replies.paragraphs("place", "en", **filled) == (
            Paragraph("It was in the hall (at it)."),
            Paragraph("More is not known."),
        )

    @pytest.mark.parametrize(
        ("language", "said", "heard"),
        [
            ("en", "to rest", "To rest."),
            ("ru", "чтобы отдохнуть", "Чтобы отдохнуть."),
            ("az", "iyunda", "İyunda."),
            ("hy", "և այլն", "Եվ այլն."),
            ("hy", "հանգիստ", "Հանգիստ."),
            ("ka", "დასვენება", "დასვენება."),
            ("en", "eTwinning", "eTwinning."),
            ("en", "“to rest”", "“to rest”."),
        ],
    )
    def test_a_paragraph_begins_with_a_capital_whatever_it_is_filled_with(
        self, language: str, said: str, heard: str
    ) -> None:
        """A text of a fact has none, as it stands within a sentence as well: there it stays as it is."""
        replies = Replies({language: "why =\n    { $why }.\n\n    X, { $why }.\n"}, {}, {language: {}})
        assert replies.paragraphs("why", language, why=said) == (Paragraph(heard), Paragraph(f"X, {said}."))
        assert replies.say("why", language, why=said).startswith(said)

    def test_an_attribute_is_a_message_beside_the_message(self, replies: Replies) -> None:
        """It is had by its name, and is there in the languages that have it."""
        assert replies.say("place", "en", "none") == "Nowhere."
        assert replies.paragraphs("place", "en", "none") == (Paragraph("Nowhere."),)
        assert replies.has("place", "none", "en")
        assert not replies.has("place", "none", "ru")
        assert not replies.has("gone", "none", "en")

    def test_values_are_no_templates_and_carry_no_isolating_marks(self, replies: Replies) -> None:
        """What a person wrote comes out as it went in."""
        assert replies.say("several", "en", names="{ $bot } <b> & x") == "{ $bot } <b> & x came."

    @pytest.mark.parametrize(
        ("message", "attribute", "error"),
        [("gone", None, LookupError), ("place", "gone", LookupError), ("place", None, ValueError)],
        ids=["no such message", "no such attribute", "a variable that is missing"],
    )
    def test_what_cannot_be_said_is_an_error(
        self, replies: Replies, message: str, attribute: str | None, error: type[Exception]
    ) -> None:
        """Nothing is said with a gap in it."""
        with pytest.raises(error):
            replies.say(message, "en", attribute)


class TestValues:
    """Facts in words."""

    @pytest.mark.parametrize(
        ("value", "english", "russian"),
        [
            (HALL, "the hall", "зал"),
            (EntitiesValue(("hall", "park")), "the hall and the park", "зал и парк"),
            (DateValue(3, 6, 2024), "3 June 2024", "3 июня 2024 г."),
            (DateValue(3, 6, None), "3 June", "3 июня"),
            (PeriodValue(date(2024, 6, 3), date(2024, 6, 4)), "3–4 June 2024", "3–4 июня 2024 г."),
            (NumberValue(1234), "1,234", "1 234"),
            (YearValue(2030), "2030", "2030"),
            (TextValue({"en": "in the wood", "ru": "в лесу"}), "in the wood", "в лесу"),
            (VerbatimValue("as it stands"), "as it stands", "as it stands"),
        ],
    )
    def test_each_kind_of_value_is_written_in_the_language(
        self, replies: Replies, value: Value, english: str, russian: str
    ) -> None:
        """Names, days and numbers change with the language; words of a source do not."""
        written = [fold(replies.value(fact(value), language)) for language in ("en", "ru")]
        assert written == [english, russian]

    def test_one_entity_brings_its_forms(self, replies: Replies) -> None:
        """A message may use any grammatical form of the language."""
        assert replies.arguments("place", fact(HALL), "ru") == {"place": "зал", "place-locative": "в зале"}
        assert replies.say("place", "ru", **replies.arguments("place", fact(HALL), "ru")) == "Это было в зале."

    @pytest.mark.parametrize("value", [EntitiesValue(("park",)), EntitiesValue(("hall", "park")), YearValue(1)])
    def test_other_values_have_no_forms(self, replies: Replies, value: Value) -> None:
        """An entity without forms, several entities and figures are filled in as they are."""
        assert list(replies.arguments("x", fact(value), "en")) == ["x"]

    def test_an_entity_is_called_by_its_name_in_the_language(self, replies: Replies) -> None:
        """It needs no fact."""
        assert replies.name("park", "ru") == "парк"
