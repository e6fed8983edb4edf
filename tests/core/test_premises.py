"""What a question takes for granted is held against the facts: names, days and numbers."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.entities import Mention
from bot.core.models import (
    DateValue,
    EntitiesValue,
    Entity,
    Evidence,
    Fact,
    NumberValue,
    PeriodValue,
    Source,
    TextValue,
    Value,
    YearValue,
)
from bot.core.premises import GivenDate, borne_out, contradictions, given_dates, given_numbers
from bot.core.text import normalise


def entity(name: str, kind: str, *, absent: bool = False) -> Entity:
    """Return an entity that is called by its id, with a capital in English."""
    return Entity(name, kind, {"en": name.title(), "ru": name}, absent=absent)


def fact(value: Value, quote: str = "") -> Fact:
    """Return a fact of a source of 2024."""
    passage = (Evidence("s", quote, 0, len(quote)),) if quote else ()
    return Fact("f", "concert", "p", value, passage, date(2024, 6, 1))


ENTITIES = {
    each.id: each
    for each in (
        entity("hall", "place"),
        entity("park", "place"),
        entity("paris", "place", absent=True),
        entity("ann", "person"),
        entity("elvis", "person", absent=True),
    )
}
SOURCES = {"s": Source("s", "s.txt", "", "S", "p", date(2024, 6, 1), "en")}
PLACE = fact(EntitiesValue(("hall",)))
DAY = fact(DateValue(27, 6, 2023))
BARE_DAY = fact(DateValue(2, 4, None))
PERIOD = fact(PeriodValue(date(2024, 1, 30), date(2024, 2, 2)))
NUMBER = fact(NumberValue(11), "the 11 flutes of the 3 bands")


def mention(name: str) -> Mention:
    """Return a mention of an entity by its name, in capitals."""
    return Mention(0, len(name), name.upper(), ENTITIES[name].kind, (name,))


def found(
    text: str,
    facts: Sequence[Fact] = (),
    *,
    mentions: Sequence[Mention] = (),
    connected: Sequence[str] = (),
    known: Sequence[Fact] = (),
    language: str = "en",
) -> list[tuple[str, str]]:
    """Return the message and the words of each contradiction."""
    all_found = contradictions(
        text,
        mentions,
        facts,
        language=language,
        sources=SOURCES,
        entities=ENTITIES,
        connected=connected,
        known=known or facts,
        called=lambda named: ENTITIES[named.entities[0]].names[language] if named.entities else named.text,
    )
    return [(contradiction.message, contradiction.given) for contradiction in all_found]


class TestNames:
    """Names that the facts of the answer do not have."""

    def test_a_name_that_no_source_has_is_told_to_be_so(self) -> None:
        """Whatever the answer states, a place or a person that is absent is not mentioned."""
        names = [mention("paris"), mention("elvis")]
        assert found("", [PLACE], mentions=names) == [("not-mentioned", "Paris"), ("not-mentioned", "Elvis")]

    def test_a_person_whom_nobody_has_is_told_to_be_so(self) -> None:
        """A mention that means none of the entities is no more in the sources than an absent one."""
        assert found("", [PLACE], mentions=[Mention(0, 3, "Xyz", "person", ())]) == [("not-mentioned", "Xyz")]

    def test_another_place_than_the_answer_states_is_not_connected(self) -> None:
        """The concert was in the hall: of the park the sources do not say so."""
        assert found("", [PLACE], mentions=[mention("park")], connected=["hall"]) == [("not-connected", "Park")]

    def test_the_right_place_and_one_that_is_connected_are_no_contradiction(self) -> None:
        """What a fact states, is about or quotes may be named in the question."""
        assert found("", [PLACE], mentions=[mention("hall")], connected=["hall"]) == []
        assert found("", [PLACE], mentions=[mention("park")], connected=["hall", "park"]) == []

    def test_a_place_in_a_question_about_something_else_contradicts_nothing(self) -> None:
        """It is beside the point of an answer that states no place."""
        assert found("", [], mentions=[mention("park")], connected=["hall"]) == []

    def test_a_person_is_not_connected_with_facts_that_do_not_name_them(self) -> None:
        """Who asks whether Ann rented the hall is not to read the answer as a yes."""
        assert found("", [PLACE], mentions=[mention("ann")], connected=["hall"]) == [("not-connected", "Ann")]
        assert found("", [PLACE], mentions=[mention("ann")], connected=["hall", "ann"]) == []


class TestDates:
    """Days that the facts do not have."""

    @pytest.mark.parametrize(
        "text",
        [
            "was it on 27 June 2023?",
            "was it on June 27th, 2023?",
            "was it on 27 Jun?",
            "in June?",
            "in June 2023?",
            "in 2023?",
            "on 27.06.2023?",
            "on 27/6/2023?",
            "on 2023-06-27?",
            "on the 27th of June?",
            "on the 27th of June of 2023?",
            "when may it have been?",
            "when?",
        ],
    )
    def test_a_day_that_fits_is_no_contradiction(self, text: str) -> None:
        """What a question leaves open contradicts nothing, however the day is written."""
        assert found(text, [DAY]) == []

    @pytest.mark.parametrize(
        ("text", "given_text"),
        [
            ("was it on 28 june 2023?", "28 June 2023"),
            ("was it on June 28?", "28 June"),
            ("in July?", "July"),
            ("in June 2022?", "June 2022"),
            ("in 2022?", "2022"),
            ("on 27.07.2023?", "27.07.2023"),
            ("on 2023-06-28?", "2023-06-28"),
            ("in May 2023?", "May 2023"),
            ("on the 28th of June?", "28 June"),
            ("on the 27th of June of 2022?", "27 June 2022"),
        ],
    )
    def test_a_day_that_does_not_fit_is_told(self, text: str, given_text: str) -> None:
        """Another day, month or year is repeated, as the language writes it."""
        assert found(text, [DAY]) == [("not-that-date", given_text)]

    @pytest.mark.parametrize(("text", "fits"), [("30 January", True), ("1 February 2024", True), ("3 February", False)])
    def test_each_day_of_a_period_fits(self, text: str, *, fits: bool) -> None:
        """The days between the first and the last, across a month's end, are days of the period."""
        assert (found(text, [PERIOD]) == []) is fits

    @pytest.mark.parametrize(
        ("text", "fits"),
        [("2 April", True), ("2 April 2024", True), ("2 April 1999", True), ("2 April 2025", False), ("2024", False)],
    )
    def test_a_day_without_a_year_is_one_of_the_past(self, text: str, *, fits: bool) -> None:
        """The source of 2024 cannot mean a day of 2025, and does not say which year it means."""
        assert (found(text, [BARE_DAY]) == []) is fits

    @pytest.mark.parametrize(("text", "fits"), [("2023", True), ("2022", False), ("2024", False), ("June 2023", True)])
    def test_a_year_by_itself_needs_a_stated_year(self, text: str, *, fits: bool) -> None:
        """A fact that states a year bears out that one only; one without a year bears out none."""
        assert (found(text, [DAY]) == []) is fits
        assert found("2023", [BARE_DAY]) == [("not-that-date", "2023")]
        assert (found(text, [BARE_DAY, DAY]) == []) is fits

    def test_without_a_day_in_the_answer_all_that_is_known_counts(self) -> None:
        """A question about the place may name the day of it, and no other day of anything."""
        assert found("where was it on 27 June?", [PLACE], known=[PLACE, DAY]) == []
        assert found("where was it on 28 June?", [PLACE], known=[PLACE, DAY]) == [("not-that-date", "28 June")]

    def test_a_year_in_the_words_of_the_answer_or_of_its_evidence_is_borne_out(self) -> None:
        """The answer would state it right after it was denied; a day of that year is still held against the days."""
        plan = fact(TextValue({"en": "a tour in the spring of 2026"}))
        quoted = fact(DateValue(27, 6, 2023), "on 27 June 2023; they had met in May 2019 before")
        assert found("a tour in 2026?", [DAY, plan]) == []
        assert found("a tour in May 2026?", [DAY, plan]) == [("not-that-date", "May 2026")]
        assert found("in 2019?", [quoted]) == []
        assert found("in May 2019?", [quoted]) == [("not-that-date", "May 2019")]

    def test_a_day_in_the_words_of_the_answer_is_borne_out(self) -> None:
        """It is read as the language of the answer writes it."""
        until = fact(TextValue({"en": "until 2 March 2027"}))
        assert found("until March 2027?", [DAY, until]) == []
        assert found("until 3 March 2027?", [DAY, until]) == [("not-that-date", "3 March 2027")]

    def test_a_year_fits_a_year(self) -> None:
        """A fact that states only a year has any day of it."""
        year = fact(YearValue(2030))
        assert found("by 2030?", [year]) == []
        assert found("by March 2031?", [year]) == [("not-that-date", "March 2031")]

    @pytest.mark.parametrize(
        ("text", "language", "given_text"),
        [
            ("28 июня?", "ru", "28 июня"),
            ("в июле?", "ru", "июль"),
            ("встретились в декабре?", "ru", "декабрь"),
            ("հունիսի 28-ին?", "hy", "հունիսի 28"),
            ("ապրիլին?", "hy", "ապրիլ"),
            ("28 ივნისი?", "ka", "28 ივნისი"),
            ("28 iyun 2023?", "az", "28 iyun 2023"),
            ("avqustda?", "az", "avqust"),
            ("28 iyunda?", "az", "28 iyun"),
            ("28 ივნისს?", "ka", "28 ივნისი"),
            ("აგვისტოში?", "ka", "აგვისტო"),
            ("в июле 2023?", "ru", "июль 2023\u202fг"),
            ("2022թ. հունիսի 27-ին?", "hy", "2022 թ. հունիսի 27"),
            ("le 28 juin 2023 ?", "fr", "28 juin 2023"),
        ],
    )
    def test_months_are_known_in_every_language(self, text: str, language: str, given_text: str | None) -> None:
        """Their names come with the locale, in a language without a lexicon too."""
        assert found(text, [DAY], language=language) == [("not-that-date", given_text)]


class TestNumbers:
    """Numbers that the facts do not have."""

    @pytest.mark.parametrize(
        "text", ["are there 11?", "eleven?", "the 3 bands", "more than 9?", "fewer than twelve?", "how many?"]
    )
    def test_a_number_that_is_stated_quoted_or_compared_is_no_contradiction(self, text: str) -> None:
        """A question may guess above or below, and name other numbers of the passage."""
        assert found(text, [NUMBER]) == []

    @pytest.mark.parametrize(
        ("text", "given_text"),
        [
            ("are there 12?", "12"),
            ("twelve of them", "twelve"),
            ("0?", "0"),
            ("11,000?", "11000"),
        ],
    )
    def test_another_number_is_told(self, text: str, given_text: str) -> None:
        """It is repeated as it was written."""
        assert found(text, [NUMBER]) == [("not-that-number", given_text)]

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("what was said at the 12th concert", "en"),
            ("the 2nd?", "en"),
            ("на 5-м концерте", "ru"),
            ("12-й концерт", "ru"),
            ("5-րդ համերգը", "hy"),
            ("2-ci konsert", "az"),
            ("3-cü", "az"),
            ("მე-5 კონცერტი", "ka"),
            ("21-ე", "ka"),
        ],
    )
    def test_which_one_is_no_number_of_how_many(self, text: str, language: str) -> None:
        """There may be a twelfth of something else than what the answer counts."""
        assert found(text, [NUMBER], language=language) == []

    @pytest.mark.parametrize(("text", "language"), [("12-ти?", "ru"), ("12ը", "hy"), ("12-nin", "az"), ("12-ის", "ka")])
    def test_an_inflected_number_is_one_still(self, text: str, language: str) -> None:
        """Other endings do not make it an ordinal."""
        assert found(text, [NUMBER], language=language) == [("not-that-number", "12")]

    def test_a_number_in_the_words_of_the_answer_or_of_its_evidence_is_borne_out(self) -> None:
        """Neither what is quoted in words nor what the answer itself says is denied."""
        count = fact(NumberValue(11), "eleven flutes and twelve drums")
        words = fact(TextValue({"en": "with 13 singers or fourteen"}))
        assert [found(text, [count, words]) for text in ("twelve drums?", "12?", "13 singers?", "14?")] == [[]] * 4
        assert found("are there 15?", [count, words]) == [("not-that-number", "15")]

    def test_an_answer_without_a_number_contradicts_none(self) -> None:
        """Twelve people may ask where it was."""
        assert found("where did the 12 of them meet", [PLACE]) == []

    def test_a_number_of_a_date_is_no_number(self) -> None:
        """The day is held against the days alone."""
        assert found("were there 11 on 28 June 2023?", [NUMBER, DAY]) == [("not-that-date", "28 June 2023")]

    def test_what_is_said_twice_is_told_once(self) -> None:
        """One correction is enough."""
        assert found("12? really 12?", [NUMBER]) == [("not-that-number", "12")]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("where were they on 27 June?", True),
        ("what was it in June?", True),
        ("so it was the 11 of them?", True),
        ("where were they on 28 June?", False),
        ("what was it in 2023?", False),
        ("are there 12?", False),
        ("where was it?", False),
    ],
)
def test_a_number_or_a_day_tells_which_facts_are_asked_for(text: str, *, stated: bool) -> None:
    """The facts state it; a year by itself is that of too many things."""
    assert borne_out(text, [DAY, NUMBER, PLACE], language="en") is stated


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("27 June 2022", [(27, 6, 2022)]),
        ("from 27 June to 1 July", [(27, 6, None), (1, 7, None)]),
        ("in March 2031", [(None, 3, 2031)]),
        ("2020 or 2021", [(None, None, 2020), (None, None, 2021)]),
        ("1.2.2020 and 2021-03-04", [(1, 2, 2020), (4, 3, 2021)]),
        ("may I ask 3000 things", []),
        ("32 people", []),
        ("1899", []),
        ("the 3rd of April", [(3, 4, None)]),
        ("April the 3rd, 2022", [(3, 4, 2022)]),
        ("the april of 2022", [(None, 4, 2022)]),
    ],
)
def test_days_are_read_as_they_are_written(text: str, days: list[tuple[int | None, int | None, int | None]]) -> None:
    """A day, a month and a year, each left open where the question does."""
    assert [(day.day, day.month, day.year) for day in given_dates(text, "en")] == days


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("27 июня 2022", "ru", [(27, 6, 2022)]),
        ("в июне 2022", "ru", [(None, 6, 2022)]),
        ("в июне", "ru", [(None, 6, None)]),
        ("для мая", "ru", [(None, 5, None)]),
        ("марка", "ru", []),
        ("հունիսի 27-ին", "hy", [(27, 6, None)]),
        ("2022ին", "hy", [(None, None, 2022)]),
        ("27 ივნისს", "ka", [(27, 6, None)]),
        ("2022-ში", "ka", [(None, None, 2022)]),
        ("iyunun 27-də", "az", [(27, 6, None)]),
        ("2022-ci ildə", "az", [(None, None, 2022)]),
    ],
)
def test_months_and_years_are_read_with_their_endings(
    text: str, language: str, days: list[tuple[int | None, int | None, int | None]]
) -> None:
    """An inflected month that may be another word counts beside a number only."""
    assert [(day.day, day.month, day.year) for day in given_dates(text, language)] == days


@pytest.mark.parametrize(
    ("text", "language", "numbers"),
    [
        ("11 of twelve", "en", [("11", 11), ("twelve", 12)]),
        ("двенадцать", "ru", [("двенадцать", 12)]),
        ("douze", "fr", []),
        ("the 3rd", "en", []),
        ("x2 y", "en", []),
        ("3rd of April", "en", []),
        ("11ը", "hy", [("11", 11)]),
        ("11-ը", "hy", [("11", 11)]),
        ("11ın", "az", [("11", 11)]),
        ("12apples", "en", []),
        ("1,234,567 of 11,000", "en", [("1234567", 1234567), ("11000", 11000)]),
        ("11.000", "az", [("11000", 11000)]),
        ("11 000", "ru", [("11000", 11000)]),
        ("11\u00a0000 or 11\u202f000", "fr", [("11000", 11000)] * 2),
        ("3.5 or 3,5", "en", []),
        ("twenty-four of thirty", "en", [("twenty four", 24), ("thirty", 30)]),
        ("двадцать четыре", "ru", [("двадцать четыре", 24)]),
        ("four five", "en", [("four", 4), ("five", 5)]),
        ("twenty eleven", "en", [("twenty", 20), ("eleven", 11)]),
    ],
)
def test_numbers_are_read_in_figures_and_in_words(text: str, language: str, numbers: list[tuple[str, int]]) -> None:
    """Words for numbers are known where the language has a lexicon; figures are everywhere, thousands parted or not."""
    assert list(given_numbers(text, language)) == numbers


@given(day=st.integers(1, 31), month=st.integers(1, 12), year=st.integers(1900, 2100), latest=st.integers(1900, 2100))
def test_a_day_fits_itself_and_all_that_leaves_more_open(day: int, month: int, year: int, latest: int) -> None:
    """The whole day, the month of the year, the year and the bare day all fit it; the next day does not."""
    stated = GivenDate("", day, month, year)
    for parts in ((day, month, year), (None, month, year), (None, None, year), (day, None, None)):
        assert GivenDate("", *parts).fits(stated, latest)
    assert not GivenDate("", day % 31 + 1, month, year).fits(stated, latest)


@given(text=st.text(max_size=60), language=st.sampled_from(["en", "ru", "hy", "az", "ka", "fr"]))
def test_any_text_can_be_held_against_the_facts(text: str, language: str) -> None:
    """Whatever is typed, what is told to be wrong was in the question."""
    for message, given_text in found(text, [NUMBER, DAY], language=language):
        assert message in {"not-that-number", "not-that-date"}
        written = normalise(text).replace(" ", "")
        assert all(word in written for word in normalise(given_text).split())
