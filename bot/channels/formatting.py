"""What an answer looks like: the only place that escapes markup and cuts to platform limits."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import escape

from bot.core.models import Answer, Block, Items, Paragraph, Quote

_TAG = re.compile(r"<(/?)(\w+)[^<>]*>")
_ATOM = re.compile(r"<[^<>]*>|&#?\w+;|.", re.DOTALL)
_MARKUP = re.compile(r"<[^<>]*>|&#?\w+;")
_EMPTY = re.compile(r"<(\w+)[^<>]*>(\s*)</\1>")
_BORDERS = tuple(map(re.compile, (r"\n\s*\n", r"\n", r"(?<=[.!?…։])\s+", r"\s+")))
"""Where a text may be cut, best first: between paragraphs, lines, sentences, words."""
_HIDDEN = "\0"
"""Stands for markup where only the text matters."""


def plain(answer: Answer) -> str:
    """Return an answer as it is read where there is no markup."""
    return _joined(answer, _plain_block, str)


def html(answer: Answer) -> str:
    """Return an answer as HTML of the few tags that chat platforms know."""
    return _joined(answer, _html_block, lambda line: f"<i>{_escaped(line)}</i>")


def numbered(answer: Answer, footer: str = "") -> str:
    """Return an answer as plain text with its suggestions as a numbered list, and a last line."""
    choices = "\n".join(f"{number}. {choice.text}" for number, choice in enumerate(answer.suggestions, 1))
    return "\n\n".join(filter(None, (plain(answer), choices, footer)))


def document(answer: Answer, footer: str = "") -> str:
    """Return an answer as HTML in paragraphs and lists, its suggestions numbered, and a last line."""
    blocks = map(_document_block, answer.blocks)
    source = f"<p><i>{_lines(answer.source_line)}</i></p>" if answer.source_line else ""
    choices = "".join(f"<li>{_escaped(choice.text)}</li>" for choice in answer.suggestions)
    last = f"<p>{_lines(footer)}</p>" if footer else ""
    return "".join((*blocks, source, f"<ol>{choices}</ol>" if choices else "", last))


def fitted(answer: Answer, limit: int, *, heading: str) -> str:
    """Return an answer under a heading as one message of HTML: what is too long is cut before the source line.

    `limit` is in UTF-16 units, markup included.
    """
    source = html(replace(answer, blocks=()))
    whole = f"<b>{_escaped(heading)}</b>\n\n{html(replace(answer, source_line=None))}"
    first, *rest = parts(whole, limit - units(source) - len("\n\n…")) or ("",)
    return "\n\n".join(filter(None, [f"{first}…" if rest else first, source]))


def parts(text: str, limit: int) -> tuple[str, ...]:
    """Cut HTML into messages, at the best border that leaves each as long as the platform allows.

    `limit` is in UTF-16 units, markup included. No tag or entity is cut, and the tags are balanced in every part.
    """
    found = []
    rest = _tidy(text)
    while units(rest) > limit:
        cut = _cut(rest, limit)
        tags = _open(rest[:cut])
        found.append(_tidy(rest[:cut].rstrip() + _closing(tags)))
        rest = _tidy("".join(tags) + rest[cut:].lstrip())
    return tuple(part for part in (*found, rest) if part)


def units(text: str) -> int:
    """Return the length of a text as Telegram counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _joined(answer: Answer, block: Callable[[Block], str], source: Callable[[str], str]) -> str:
    blocks = [block(each) for each in answer.blocks]
    last = [source(answer.source_line)] if answer.source_line else []
    return "\n\n".join([*blocks, *last])


def _plain_block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return text
        case Items(items):
            return _listed(items)
        case Quote(text):
            return f"“{text}”"


def _html_block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return _escaped(text)
        case Items(items):
            return _escaped(_listed(items))
        case Quote(text):
            return f"<blockquote>{_escaped(text)}</blockquote>"


def _document_block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{_lines(text)}</p>"
        case Items(items):
            return f"<ul>{''.join(f'<li>{_lines(item)}</li>' for item in items)}</ul>"
        case Quote(text):
            return f"<blockquote>{_lines(text)}</blockquote>"


def _lines(text: str) -> str:
    return _escaped(text).replace("\n", "<br>")


def _listed(items: tuple[str, ...]) -> str:
    return "\n".join(f"• {item}" for item in items)


def _escaped(text: str) -> str:
    return escape(text, quote=False)


# --- cutting -------------------------------------------------------------------------------------


def _cut(text: str, limit: int) -> int:
    """Return where to cut a text that is too long: at the best border that fits, else between two characters."""
    longest = _fitting(text, limit)
    shown = _MARKUP.sub(lambda markup: _HIDDEN * len(markup[0]), text[: longest + 1])
    for border in _BORDERS:
        cuts = [found.start() for found in border.finditer(shown) if found.start() <= longest]
        if cuts and shown[: cuts[-1]].strip(_HIDDEN + " \n"):
            return cuts[-1]
    return longest


def _fitting(text: str, limit: int) -> int:
    """Return the end of the longest head that fits with its tags closed; it holds at least one character."""
    used, end, tags = 0, 0, list[str]()
    for atom in _ATOM.finditer(text):
        used += units(atom[0])
        _follow(tags, atom[0])
        if end and used + units(_closing(tags)) > limit:
            return end
        if not _TAG.fullmatch(atom[0]) or end:
            end = atom.end()
    return end


def _open(text: str) -> list[str]:
    """Return the tags that a head of HTML leaves open, outermost first."""
    tags = list[str]()
    for tag in _TAG.finditer(text):
        _follow(tags, tag[0])
    return tags


def _follow(tags: list[str], atom: str) -> None:
    """Keep account of the open tags."""
    tag = _TAG.fullmatch(atom)
    if tag and tag[1]:
        tags.pop()
    elif tag:
        tags.append(atom)


def _closing(tags: list[str]) -> str:
    names = [tag[2] for tag in map(_TAG.fullmatch, reversed(tags)) if tag]
    return "".join(f"</{name}>" for name in names)


def _tidy(text: str) -> str:
    """Return HTML without outer white space and without the empty elements that a cut next to a tag leaves."""
    while (shorter := _EMPTY.sub(r"\2", text)) != text:
        text = shorter
    return text.strip()
