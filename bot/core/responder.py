"""A question in, an answer out: the pure core behind every channel."""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.core import dialogue
from bot.core.composer import Command, Composer, Occasion, Part, language_names
from bot.core.entities import Mention
from bot.core.fallback import Decision, Kind
from bot.core.intents import Matcher
from bot.core.models import (
    Answer,
    DialogueState,
    Knowledge,
    Outcome,
    Question,
    Turn,
    UnknownChoiceError,
)
from bot.core.replies import listed
from bot.core.understanding import Request, Understanding

LONGEST = 2000
"""Characters of a question; who writes more is asked to be brief."""
_COMMAND = re.compile(r"\s*/([^\s@/]+)(?:@\w+)?(?:\s+(.*\S))?\s*", re.DOTALL)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
_OFFERS = {
    Kind.CLARIFY: ("clarify", Outcome.CLARIFY),
    Kind.ABOUT_ENTITY: ("about-entity", Outcome.CLARIFY),
    Kind.ABOUT_WHAT: ("about-what", Outcome.CLARIFY),
    Kind.NOT_MENTIONED: ("not-mentioned", Outcome.NOT_DOCUMENTED),
    Kind.NOT_DOCUMENTED: ("not-documented", Outcome.NOT_DOCUMENTED),
    Kind.OUT_OF_SCOPE: ("out-of-scope", Outcome.OUT_OF_SCOPE),
}
"""The message and the outcome of each decision that is no answer."""


class Responder:
    """Answers questions from a knowledge folder."""

    def __init__(self, knowledge: Knowledge, matcher: Matcher) -> None:
        self.knowledge = knowledge
        self.languages = knowledge.languages
        self._understanding = Understanding(knowledge, matcher)
        self._composer = Composer(knowledge)
        self._commands = {knowledge.intents[name].command: name for name in knowledge.menu}

    def respond(self, question: Question, state: DialogueState | None, *, now: datetime) -> Turn:
        """Answer a question.

        Any text gets an answer. Raises UnknownChoiceError for the key of a choice that the knowledge does not have.
        """
        state = dialogue.alive(state, now)
        likely = self._likely(question, state)
        occasion = Occasion(likely[0], now, state)
        choice = question.choice
        if choice is None and (picked := dialogue.picked(question.text, state)):
            choice = picked.key
        if choice is not None:
            parts = self._choice(choice, occasion)
        elif command := _COMMAND.fullmatch(question.text[:LONGEST]):
            parts = self._command(command[1], command[2] or "", occasion)
        else:
            occasion, parts = self._text(question.text, likely, occasion)
        answer = self._composer.join(parts, occasion.language)
        return Turn(answer, dialogue.after(answer, state, now))

    def passages(self, facts: Sequence[str], language: str) -> Answer:
        """Return the exact words of the sources that facts stand on.

        Raises UnknownChoiceError where the knowledge has none of the facts (any more).
        """
        known = [self.knowledge.facts[name] for name in facts if name in self.knowledge.facts]
        if not known:
            raise UnknownChoiceError.of(",".join(facts))
        return self._composer.join([self._composer.passages(known, language)], language)

    def commands(self, language: str) -> tuple[Command, ...]:
        """Return the commands, each with what it asks in a language."""
        return self._composer.commands(language)

    def say(self, message: str, language: str, /, **arguments: object) -> str:
        """Return one of the bot's own messages as plain text."""
        return self._composer.say(message, language, **arguments)

    def _likely(self, question: Question, state: DialogueState | None) -> list[str]:
        """Return the languages that an answer may be in where the text does not tell, best first."""
        wanted = [state.language if state else None, question.language, *self.languages]
        return [language for language in wanted if language in self.languages]

    def _text(self, text: str, likely: Sequence[str], occasion: Occasion) -> tuple[Occasion, list[Part]]:
        """Return the parts of the answer to free text, and the occasion in the language of the text."""
        if len(text) > LONGEST:
            return occasion, [self._composer.message("too-long", Outcome.CLARIFY, occasion.language)]
        if not any(map(str.isalnum, text)):
            return occasion, [self._composer.message("unreadable", Outcome.CLARIFY, occasion.language)]
        text = _MARKUP.sub(" ", text)
        language = self._understanding.language(text, likely)
        if language is None:
            names = listed(language_names(self.languages), occasion.language)
            part = self._composer.message("other-language", Outcome.OUT_OF_SCOPE, occasion.language, languages=names)
            return occasion, [part]
        occasion = Occasion(language, occasion.now, occasion.state)
        requests = self._understanding.requests(text, language, occasion.state)
        return occasion, [part for request in requests for part in self._request(request, occasion)]

    def _request(self, request: Request, occasion: Occasion) -> list[Part]:
        decision, language = request.decision, occasion.language
        if decision.kind is Kind.ANSWER:
            return self._composer.answer(self.knowledge.intents[decision.intents[0]], request, occasion)
        message, outcome = _OFFERS[decision.kind]
        given = listed([mention.text for mention in request.mentions], language)
        names = [self._composer.name(name, language) for mention in request.mentions for name in mention.entities]
        return [self._composer.offer(message, outcome, request, language, given=given, name=listed(names, language))]

    def _choice(self, choice: str, occasion: Occasion) -> list[Part]:
        """Return the parts of the answer to a choice that was clicked or picked by its number."""
        name, _, entity = choice.partition("__")
        intent = self.knowledge.intents.get(name)
        if intent is None or (entity and entity not in self.knowledge.entities):
            raise UnknownChoiceError.of(choice)
        mentions = (self._mention(entity, occasion.language),) if entity else ()
        return self._composer.answer(intent, _certain("", mentions, name), occasion)

    def _command(self, command: str, argument: str, occasion: Occasion) -> list[Part]:
        """Return the parts of the answer to a command; its argument fills the slot, or is a deep link's choice."""
        name = self._commands.get(command.casefold())
        if name is None:
            return [self._composer.unknown_command(f"/{command}", occasion.language)]
        intent = self.knowledge.intents[name]
        if argument and not intent.slot:
            return self._deep_link(argument, name, occasion)
        mentions = self._understanding.mentions(argument)
        if argument and not any(mention.kind == intent.slot for mention in mentions):
            mentions = (Mention(0, len(argument), argument, intent.slot or "", ()),)
        return self._composer.answer(intent, _certain(argument, mentions, name), occasion)

    def _deep_link(self, payload: str, name: str, occasion: Occasion) -> list[Part]:
        try:
            return self._choice(payload, occasion)
        except UnknownChoiceError:
            # A link of an earlier version, or words after a command that takes none: the command itself is meant.
            return self._composer.answer(self.knowledge.intents[name], _certain("", (), name), occasion)

    def _mention(self, entity: str, language: str) -> Mention:
        name = self._composer.name(entity, language)
        return Mention(0, len(name), name, self.knowledge.entities[entity].kind, (entity,))


def _certain(text: str, mentions: tuple[Mention, ...], intent: str) -> Request:
    """Return a request that needed no matching."""
    return Request(text, mentions, Decision(Kind.ANSWER, (intent,), 1.0))
