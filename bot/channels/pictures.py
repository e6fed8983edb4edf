"""Timelines as pictures: drawn when they are first asked for, then kept in a folder."""

import asyncio
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.core.models import Answer, Event, Timeline

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

WIDTH: Final = 1080
"""Pixels, as are all lengths here: what a phone shows without enlarging it."""
_DPI: Final = 72
"""With so many to the inch, the size of letters is in pixels too."""
_MARGIN, _AXIS, _COLUMN = 72, 92, 150
"""Where the text of the frame, the line with the marks and the text of the events begin."""
_STROKE = 5
_GAP, _ROW_GAP = 18, 46
_LEADING = 1.32
"""The height of a line by the size of its letters."""
_PAPER, _INK, _GREY, _LINE = "#faf9f7", "#262524", "#6a6763", "#b9b5af"
"""Warm greys: no colour that somebody may take for a flag."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Style:
    size: int
    colour: str = _INK
    bold: bool = False


_TITLE, _DATE, _LABEL = _Style(58, bold=True), _Style(46, bold=True), _Style(40)
_NOTE, _SMALL = _Style(34, _GREY), _Style(30, _GREY)


class Gallery:
    """The pictures of answers, each drawn once and kept in a folder.

    A file is named by the hash of all that it shows and of the code that drew it, so that none is out of date.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._drawing = asyncio.Lock()  # matplotlib's fonts are not made for several threads

    async def png(self, answer: Answer) -> bytes | None:
        """Return the picture that belongs to an answer, None where none does or it cannot be kept.

        The words of the answer say the same.
        """
        if answer.picture is None:
            return None
        async with self._drawing:
            try:
                return await asyncio.to_thread(self._kept, answer.picture, answer.source_line or "", answer.language)
            except OSError as error:
                log.error("picture_not_kept", error=str(error))  # noqa: TRY400
                return None

    def _kept(self, timeline: Timeline, source: str, language: str) -> bytes:
        path = self._folder / f"timeline-{language}-{_key(timeline, source)}.png"
        if path.exists():
            return path.read_bytes()
        png = draw(timeline, source)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for earlier in path.parent.glob(f"timeline-{language}-*.png"):
            earlier.unlink(missing_ok=True)
        written = path.with_suffix(".tmp")
        written.write_bytes(png)
        written.replace(path)
        return png


def _key(timeline: Timeline, source: str) -> str:
    code = Path(__file__).read_bytes()
    return hashlib.sha256(repr((timeline, source)).encode() + code).hexdigest()[:16]


def draw(timeline: Timeline, source: str) -> bytes:
    """Return a timeline as a PNG, as high as it needs; `source` is the line below it."""
    sheet = _Sheet(_MARGIN)
    sheet.write(timeline.title, _MARGIN, _TITLE)
    sheet.skip(_ROW_GAP)
    for number, event in enumerate(timeline.events):
        sheet.skip(_ROW_GAP if number else 0)
        _write_event(sheet, event)
    sheet.skip(_ROW_GAP + _GAP)
    if timeline.legend:
        sheet.mark(_SMALL, filled=False)
        sheet.write(timeline.legend, _COLUMN, _SMALL)
        sheet.skip(_GAP)
    sheet.write(source, _MARGIN, _SMALL)
    sheet.skip(_MARGIN)
    return sheet.png()


def _write_event(sheet: "_Sheet", event: Event) -> None:
    sheet.mark(_DATE, filled=event.note is None, on_axis=True)
    sheet.write(event.date, _COLUMN, _DATE)
    if event.note:
        sheet.write_beside(event.note, _NOTE)
    sheet.write(event.label, _COLUMN, _LABEL)


@dataclass(frozen=True, slots=True)
class _Line:
    x: float
    top: float
    text: str
    style: _Style


@dataclass(frozen=True, slots=True)
class _Mark:
    y: float
    radius: float
    filled: bool


class _Sheet:
    """A sheet that is written from top to bottom, and as high as what is on it."""

    def __init__(self, top: float) -> None:
        # Here rather than above: it takes a second, and most who start the bot never ask for a picture.
        from matplotlib.backends import backend_agg  # noqa: PLC0415

        self._agg: Any = backend_agg
        self._renderer = self._agg.RendererAgg(1, 1, _DPI)
        self._y = top
        self._lines: list[_Line] = []
        self._marks: list[_Mark] = []
        self._axis: list[float] = []

    def skip(self, height: float) -> None:
        """Leave some room."""
        self._y += height

    def mark(self, style: _Style, *, filled: bool, on_axis: bool = False) -> None:
        """Put a mark beside the line of a style that is written next."""
        y = self._y + style.size * _LEADING / 2
        self._marks.append(_Mark(y, style.size / 3, filled))
        self._axis += [y] if on_axis else []

    def write(self, text: str, x: float, style: _Style) -> None:
        """Write a text, cut into lines at the right margin."""
        for line in self._balanced(text, WIDTH - _MARGIN - x, style):
            self._lines.append(_Line(x, self._y, line, style))
            self._y += style.size * _LEADING

    def write_beside(self, text: str, style: _Style) -> None:
        """Write a text after the last line if it fits there, else below."""
        last = self._lines[-1]
        x = last.x + self._width(last.text, last.style) + _GAP
        if x + self._width(text, style) > WIDTH - _MARGIN:
            self.write(text, last.x, style)
        else:
            self._lines.append(_Line(x, last.top + (last.style.size - style.size) * _LEADING / 2, text, style))

    def _balanced(self, text: str, width: float, style: _Style) -> list[str]:
        """Return a text in as few lines as it takes, of about the same length: no last line of a single word."""
        words = [(word, self._width(word, style)) for word in text.split()]
        space = self._width("n n", style) - self._width("nn", style)
        lines = _wrapped(words, width, space)
        for narrower in range(round(width), round(width / 2), -_GAP):
            shorter = _wrapped(words, narrower, space)
            if len(shorter) > len(lines):
                break
            lines = shorter
        return lines

    def _width(self, text: str, style: _Style) -> float:
        width, _, _ = self._renderer.get_text_width_height_descent(text, _font(style), ismath=False)
        return float(width)

    def png(self) -> bytes:
        """Return what was written."""
        from matplotlib.figure import Figure  # noqa: PLC0415

        height = round(self._y)
        figure = Figure(figsize=(WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor=_PAPER)
        self._draw_marks(figure, height)
        for line in self._lines:
            middle = height - line.top - line.style.size * _LEADING / 2
            figure.text(
                line.x / WIDTH,
                middle / height,
                line.text,
                color=line.style.colour,
                fontproperties=_font(line.style),
                va="center_baseline",
                parse_math=False,
            )
        written = io.BytesIO()
        self._agg.FigureCanvasAgg(figure).print_png(written)
        return written.getvalue()

    def _draw_marks(self, figure: "Figure", height: int) -> None:
        from matplotlib.lines import Line2D  # noqa: PLC0415
        from matplotlib.patches import Circle  # noqa: PLC0415
        from matplotlib.transforms import IdentityTransform  # noqa: PLC0415

        pixels: Any = IdentityTransform()
        if self._axis:
            ends = [height - self._axis[0], height - self._axis[-1]]
            figure.add_artist(Line2D([_AXIS, _AXIS], ends, color=_LINE, linewidth=_STROKE, transform=pixels, zorder=1))
        for mark in self._marks:
            inside = _INK if mark.filled else _PAPER
            circle = Circle((_AXIS, height - mark.y), mark.radius, facecolor=inside, edgecolor=_INK, linewidth=_STROKE)
            circle.set_transform(pixels)
            figure.add_artist(circle)


def _wrapped(words: Sequence[tuple[str, float]], width: float, space: float) -> list[str]:
    """Return words, each with its width, as lines that are no wider than `width`, unless a single word is."""
    lines, used = list[list[str]](), 0.0
    for word, its in words:
        if lines and used + space + its <= width:
            lines[-1].append(word)
            used += space + its
        else:
            lines.append([word])
            used = its
    return [" ".join(line) for line in lines]


def _font(style: _Style) -> "FontProperties":
    """Return the font that matplotlib brings along: it has the letters of all five languages."""
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415

    name = "DejaVuSans-Bold.ttf" if style.bold else "DejaVuSans.ttf"
    return FontProperties(fname=Path(mpl.get_data_path(), "fonts", "ttf", name), size=style.size)
