"""A day that a fact states stands in the evidence, in whatever case of the language."""

import hashlib
from pathlib import Path

import pytest

from tests.knowledge.test_common import FILES, made


@pytest.mark.parametrize(
    ("language", "sentence", "found"),
    [
        ("en", "on 20 November 2024", True),
        ("en", "on 20 Nov 2024", True),
        ("az", "2024-cü il noyabrın 20-də", True),
        ("ka", "2024 წლის 20 ნოემბერს", True),
        ("ka", "2024 წლის 20 ნოემბრის", True),
        ("hy", "2024 թ. նոյեմբերի 20-ին", True),
        ("ru", "20-го числа, в ноябре 2024 года", True),
        ("en", "20/11/2024", True),
        ("en", "on 20 October 2024", False),
        ("az", "2024-cü il oktyabrın 20-də", False),
        ("az", "2024-cü il noyabrın 21-də", False),
        ("en", "on 20 no 2024", False),
    ],
)
def test_a_day_is_found_by_its_month_in_any_case(tmp_path: Path, language: str, sentence: str, *, found: bool) -> None:
    folder, seeds = (garden := made(tmp_path)).folder, garden.seeds
    (seeds / "letter.txt").write_text(sentence, encoding="utf-8")
    sources = FILES["sources.yaml"].replace("language: en", f"language: {language}").lstrip()
    lines = [line for line in sources.splitlines() if "sha256" not in line]
    digest = hashlib.sha256(sentence.encode()).hexdigest()
    (folder / "sources.yaml").write_text("\n".join([*lines, f"  sha256: {digest}"]), encoding="utf-8")
    fact = FILES["facts/circle.yaml"].replace("{year: 2019}", "{date: 2024-11-20}").lstrip()
    fact = fact.replace("The reading circle of Dale was founded in 2019.", f'"{sentence}"')
    (folder / "facts/circle.yaml").write_text(fact, encoding="utf-8")
    missing = ["the day 20.11.2024 is not in the quoted evidence"]
    assert [problem.message for problem in garden.problems()] == ([] if found else missing)
