"""A timeline as a picture: everything is on it, inside its margins, in every script, and it is drawn once."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from structlog.testing import capture_logs

from bot.channels.pictures import WIDTH, Gallery, draw
from bot.core.models import Answer, Event, Outcome, Timeline

PAPER = (250, 249, 247)
SCRIPTS = {
    "az": "Bakıda hesabatla bağlı advokasiya görüşü, ə Ə ğ ı İ ş ö ü",
    "en": "The group’s report “South Caucasus from War to Peace” – published",
    "hy": "Հրապարակվել է խմբի «զեկույցը», և այսպես՝ շարունակ։",
    "ka": "გამოქვეყნდა ჯგუფის მოხსენება „კაჭრეთში“ — ძალისხმევა",
    "ru": "Опубликован доклад группы «Качрети» — ещё",
}


def story(*labels: str, note: str | None = None) -> Timeline:
    """Return a timeline with an event for each label."""
    events = tuple(Event(f"{day} May 2024", label, (), note) for day, label in enumerate(labels, start=1))
    return Timeline("Title", events, note and f"Legend: {note}")


def answer(picture: Timeline | None) -> Answer:
    """Return an answer with a picture."""
    return Answer(Outcome.ANSWER, "en", (), source_line="Source", picture=picture)


def image(timeline: Timeline) -> Image.Image:
    """Return a picture as it is seen."""
    return Image.open(io.BytesIO(draw(timeline, "Source: somebody, 1 May 2024"))).convert("RGB")


def ink(seen: Image.Image, box: tuple[int, int, int, int]) -> set[object]:
    """Return the colours in a part of a picture."""
    return {colour for _, colour in seen.crop(box).getcolors(1 << 24) or ()}


def files(folder: Path) -> list[Path]:
    """Return what is in a folder."""
    return list(folder.iterdir())


@pytest.mark.parametrize("language", sorted(SCRIPTS))
def test_every_script_is_drawn_inside_the_margins(language: str) -> None:
    """A letter that the font lacks is a warning, and a warning fails a test; long texts are cut into lines."""
    seen = image(story(SCRIPTS[language] * 4, note=SCRIPTS[language]))
    assert seen.width == WIDTH
    for box in ((0, 0, WIDTH, 50), (0, seen.height - 50, WIDTH, seen.height), (WIDTH - 60, 0, WIDTH, seen.height)):
        assert ink(seen, box) == {PAPER}


def test_dollars_are_no_formula() -> None:
    """The library would take what is between two dollar signs for mathematics."""
    assert image(story("costs $1 and $2 \\frac")).height > 0


def test_what_is_written_makes_the_picture_higher() -> None:
    """Nothing is squeezed: an event more, or a longer label, takes its room below the others."""
    heights = [image(each).height for each in (story("a"), story("a", "b"), story("a", "b " * 80))]
    assert heights == sorted(set(heights))


def test_an_event_without_a_year_has_a_hollow_mark() -> None:
    """The mark's middle is paper, not ink."""
    marks = [image(story("a", note=note)).crop((91, 140, 93, 290)) for note in (None, "no year")]
    runs = [sum(mark.getpixel((0, y)) != PAPER for y in range(mark.height)) for mark in marks]
    assert runs[0] > 2 * runs[1] > 0


async def test_a_picture_is_drawn_once(tmp_path: Path) -> None:
    """The second time it comes from the folder, also after a restart."""
    drawn = await Gallery(tmp_path / "cache").png(answer(story("a")))
    (file,) = files(tmp_path / "cache")
    assert file.read_bytes() == drawn
    file.write_bytes(b"kept")
    assert await Gallery(tmp_path / "cache").png(answer(story("a"))) == b"kept"


async def test_other_knowledge_is_another_picture_in_place_of_the_earlier(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path)
    assert await gallery.png(answer(story("a"))) != await gallery.png(answer(story("b")))
    assert len(files(tmp_path)) == 1


async def test_most_answers_have_no_picture(tmp_path: Path) -> None:
    assert await Gallery(tmp_path).png(answer(None)) is None
    assert files(tmp_path) == []


async def test_an_answer_whose_picture_cannot_be_kept_goes_without(tmp_path: Path) -> None:
    """Its words say the same; who runs the bot is told."""
    folder = tmp_path / "cache"
    folder.touch()
    with capture_logs() as logs:
        assert await Gallery(folder).png(answer(story("a"))) is None
    assert [entry["event"] for entry in logs] == ["picture_not_kept"]


def test_nothing_that_draws_is_loaded_before_a_picture_is_asked_for() -> None:
    """It takes a second and some tens of megabytes, which most of those who start the bot never need."""
    program = "import sys, bot.app, bot.channels.telegram; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603 - our own
