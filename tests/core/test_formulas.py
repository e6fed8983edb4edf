"""What is said around a request and asks for nothing is not read."""

import pytest

from bot.core.formulas import without_formulas
from bot.core.text import normalise


@pytest.mark.parametrize(
    ("language", "text", "left"),
    [
        ("en", "I'd be most grateful if you could tell me, in two words, who's in it", "me who s in it"),
        ("en", "Could you please tell me when they met? Thanks in advance", "me when they met"),
        ("ru", "Правильно ли я понимаю, что мер тридцать?", "мер тридцать"),
        ("ru", "podskazhite pozhaluysta kto vhodit", "kto vhodit"),
        ("hy", "Խնդրում եմ հաստատել՝ ճի՞շտ է, որ խումբը մեծ է", "խումբը մեծ է"),
        ("hy", "Ներեցեք անհանգստության համար, ո՞վ է Անարը", "ով է անարը"),
        ("az", "Zəhmət olmasa, bir cümlə ilə: üzvlər kimdir?", "üzvlər kimdir"),
        ("ka", "gtxovt mitxarit vin arian", "vin arian"),
        ("ka", "ბოდიში შეწუხებისთვის, ვინ არიან წევრები?", "ვინ არიან წევრები"),
    ],
)
def test_politeness_haste_and_brevity_are_left_out(language: str, text: str, left: str) -> None:
    """In the letters of the language, or as they are typed in Latin ones."""
    assert normalise(without_formulas(text, language)) == left


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "please"),
        ("en", "Are they thankful to the EU?"),
        ("en", "what can I ask"),
        ("ru", "я не знаю, что это"),
        ("az", "bu da üzvdür"),
        ("fr", "s'il vous plaît, qui est là ?"),
    ],
)
def test_what_asks_for_something_stays_as_it_was_written(language: str, text: str) -> None:
    """And a formula that stands alone; a language without a list of them has none."""
    assert without_formulas(text, language) == text


@pytest.mark.parametrize("text", ["", "?!", "don’t please", "plea\u200bse ok", "ԽՆԴՐՈՒՄ ԵՄ՝ ԱՍԱ՛", "@please x"])
def test_any_text_is_taken(text: str) -> None:
    """Apostrophes, invisible characters and marks inside of words do not shift what is cut."""
    for language in ("en", "hy", "az", "ru", "ka"):
        assert normalise(without_formulas(text, language)) in normalise(text)
