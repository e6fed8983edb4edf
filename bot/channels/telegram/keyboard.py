"""The buttons under an answer."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from telegram.constants import InlineKeyboardButtonLimit

from bot.core.models import Answer, Choice, Knowledge, Outcome
from bot.errors import ChannelError

PASSAGE, WHY, HELPED, NOT_HELPED = "passage:", "why:", "helped:", "not-helped:"
"""What the data of the buttons about an answer begin with; the id of its question follows, so that they outlive a
restart."""
NARROW = 18
"""Characters of a button of which two fit side by side on a phone."""
_RATED = {Outcome.ANSWER, Outcome.NOT_DOCUMENTED, Outcome.OUT_OF_SCOPE}
_Row = list[dict[str, str]]
Keyboard = dict[str, list[_Row]]
"""An InlineKeyboardMarkup, as JSON."""


def keyboard(answer: Answer, question: str, say: Callable[[str, str], str]) -> Keyboard | None:
    """Return the buttons under the answer to a question: about itself, what to ask next, whether it helped.

    `say` returns one of the bot's own messages in a language.
    """

    def row(wanted: dict[str, str]) -> _Row:
        return [
            {"text": say(message, answer.language), "callback_data": f"{prefix}{question}"}
            for message, prefix in wanted.items()
        ]

    about = {"button-passage": PASSAGE} if answer.citations else {}
    about |= {"button-why": WHY} if answer.outcome is not Outcome.SMALL_TALK else {}
    is_rated = answer.outcome in _RATED and any(reading.intent for reading in answer.readings)
    rating = {"button-helped": HELPED, "button-not-helped": NOT_HELPED} if is_rated else {}
    rows = [row(about), *_offered(answer.suggestions), row(rating)]
    return {"inline_keyboard": filled} if (filled := [each for each in rows if each]) else None


def _offered(choices: Sequence[Choice]) -> Iterator[_Row]:
    """Yield the choices, two in a row where all of them are narrow: names of languages, of people."""
    wide = 2 if all(len(choice.text) <= NARROW for choice in choices) else 1
    buttons = [{"text": choice.text, "callback_data": choice.key} for choice in choices]
    for start in range(0, len(buttons), wide):
        yield buttons[start : start + wide]


def check_choices(knowledge: Knowledge) -> None:
    """Raise ChannelError if the knowledge has ids that are too long together for a button."""
    choices = [
        Choice("", intent.id, entity)
        for intent in knowledge.intents.values()
        for entity in (None, *_slot_entities(knowledge, intent.slot))
    ]
    for choice in choices:
        if len(choice.key.encode()) > InlineKeyboardButtonLimit.MAX_CALLBACK_DATA:
            limit = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA.value
            raise ChannelError(f"{choice.key!r} is too long for a button: Telegram allows {limit} bytes")


def _slot_entities(knowledge: Knowledge, slot: str | None) -> Iterable[str]:
    return (entity.id for entity in knowledge.entities.values() if entity.kind == slot)
