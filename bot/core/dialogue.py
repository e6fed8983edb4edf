"""What a conversation remembers, and what a question means because of it."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.core.entities import Mention
from bot.core.lexicon import lexicon
from bot.core.models import Answer, Choice, DialogueState, Intent, Outcome
from bot.core.text import normalise

LIFETIME = timedelta(hours=1)
"""How long after an answer a question may lean on it."""
SHORT = 4
"""Words up to which a question that could lean on the one before it does."""
_PICK = re.compile(r"\s*#?(\d{1,2})[.)]?\s*")


def alive(state: DialogueState | None, now: datetime) -> DialogueState | None:
    """Return the state; where it has expired, only the languages are left of it."""
    if state is None or timedelta(0) <= now - state.at <= LIFETIME:
        return state
    return DialogueState(state.at, language=state.language, chosen=state.chosen)


def picked(text: str, state: DialogueState | None) -> Choice | None:
    """Return the choice of the last answer that a text picks, by its number or by its words."""
    if state is None:
        return None
    if (match := _PICK.fullmatch(text)) and 1 <= int(match[1]) <= len(state.choices):
        return state.choices[int(match[1]) - 1]
    said = normalise(text)
    return next((choice for choice in state.choices if normalise(choice.text) == said), None)


def after(
    answer: Answer, state: DialogueState | None, now: datetime, *, chosen: str | None, about_last: bool
) -> DialogueState:
    """Return the dialogue state after an answer.

    `chosen` is the language that the person asks for from now on. Small talk, what is `about_last` (the answer before)
    and what was not understood change nothing of what was talked about.
    """
    kept = state or DialogueState(now)
    reading = answer.readings[-1]
    aside = about_last or answer.outcome is Outcome.SMALL_TALK or not (reading.intent or reading.entities)
    return DialogueState(
        at=now,
        language=answer.language,
        chosen=chosen or kept.chosen,
        intent=kept.intent if aside else reading.intent or kept.intent,
        entity=kept.entity if aside else next(iter(reading.entities), None),
        choices=answer.suggestions or kept.choices,
        readings=kept.readings if about_last else answer.readings,
    )


def content(words: Sequence[str], language: str) -> tuple[str, ...]:
    """Return the words that carry a request of their own; `words` come without the names."""
    closed = lexicon(language)
    return tuple(word for word in words if word not in closed.stop_words and word not in closed.aspects)


def aspect(words: Sequence[str], language: str) -> tuple[str, ...]:
    """Return what a question's words ask for ("time", "place"), in order."""
    aspects = lexicon(language).aspects
    return tuple(dict.fromkeys(aspects[word] for word in words if word in aspects))


def follow_up(
    words: tuple[str, ...],
    mentions: Sequence[Mention],
    state: DialogueState | None,
    intents: Mapping[str, Intent],
    language: str,
) -> str | None:
    """Return the intent that a question has only because of the one before it, or None.

    "And in Yerevan?" asks what was asked, of another place; "when?" asks for an aspect of what was told. `words` are
    those of the question, normalised, without the names.
    """
    before = intents.get(state.intent) if state and state.intent else None
    if before is None or content(words, language) or len(words) > SHORT:
        return None
    if mentions:
        ties = any(words[: len(tie.split())] == tuple(tie.split()) for tie in lexicon(language).follow_ups)
        return _of_another(mentions[0], before, intents) if ties or not words else None
    asked = (before.aspects.get(name) for name in aspect(words, language))
    return next(filter(None, asked), None)


def same_aspect(
    words: Sequence[str],
    mentions: Sequence[Mention],
    found: Sequence[str],
    state: DialogueState | None,
    intents: Mapping[str, Intent],
    kinds: Mapping[str, frozenset[str]],
    language: str,
) -> str | None:
    """Return the intent that asks the same of what was talked about as `found` asks of something alike, or None.

    "Who came?" after an answer about one meeting asks for the people at that one. `kinds` are the kinds of the entities
    that each intent is about.
    """
    before = intents.get(state.intent) if state and state.intent else None
    if before is None or mentions or not found or len(words) > SHORT or len(content(words, language)) > 1:
        return None
    for name in aspect(words, language):
        target = before.aspects.get(name)
        asked_of_another = any(
            intent.aspects.get(name) == found[0] and kinds[intent.id] & kinds[before.id] for intent in intents.values()
        )
        if target and asked_of_another and found[0] not in before.aspects.values():
            return target
    return None


def _of_another(mention: Mention, before: Intent, intents: Mapping[str, Intent]) -> str | None:
    if mention.kind == before.slot:
        return before.id
    about = [intent for intent in intents.values() if set(intent.about) & set(mention.entities)]
    alike = [intent.id for intent in about if intent.reply == before.reply]
    return next(iter(alike), None)
