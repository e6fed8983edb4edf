"""A question in, an answer out: the pure core behind every channel."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core import dialogue
from bot.core.composer import ABOUT_LAST, Command, Composer, Occasion, Part, language_names
from bot.core.corpus import Corpus
from bot.core.entities import Mention
from bot.core.fallback import Decision, Kind
from bot.core.intents import Matcher
from bot.core.models import (
    Answer,
    DialogueState,
    Held,
    Knowledge,
    Outcome,
    Question,
    Reading,
    Turn,
    UnknownChoiceError,
)
from bot.core.replies import listed
from bot.core.text import normalise
from bot.core.understanding import Request, Understanding

LONGEST = 2000
"""Characters of a question; who writes more is asked to be brief."""
_COMMAND = re.compile(r"\s*/([^\s@/]+)(?:@\w+)?(?:\s+(.*\S))?\s*", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""What would steer a terminal if a reply repeated it."""
_NAMED = 3
"""Letters of its name by which a language may be chosen, at least."""
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

    def __init__(self, knowledge: Knowledge, matcher: Matcher, corpus: Corpus | None = None) -> None:
        """Take a knowledge folder, and the matcher that was fitted to its corpus, which is made where it is None."""
        corpus = corpus or Corpus.of(knowledge)
        self.knowledge = knowledge
        self.languages = knowledge.languages
        self._understanding = Understanding(knowledge, matcher, corpus)
        self._composer = Composer(knowledge, corpus.connected)
        self._commands = {knowledge.intents[name].command: name for name in knowledge.menu}

    def warm(self) -> None:
        """Make what is else made when a language is first used, so that nobody's first question waits for it."""
        for language in self.languages:
            self._understanding.warm(language)
            self._composer.say("unavailable", language)

    def respond(self, question: Question, state: DialogueState | None, *, now: datetime) -> Turn:
        """Answer a question.

        Any text gets an answer. Raises UnknownChoiceError for the key of a choice that the knowledge does not have.
        """
        question = replace(question, text=_CONTROL.sub(" ", question.text))
        state = dialogue.alive(state, now)
        likely = self._likely(question, state)
        occasion = Occasion(likely[0], now, state)
        choice = question.choice
        if choice is None and (picked := dialogue.picked(question.text, state)):
            choice = picked.key
        if choice is not None:
            occasion, parts = self._chosen(choice, occasion)
        elif command := _COMMAND.fullmatch(question.text[:LONGEST]):
            occasion, parts = self._command(command[1], command[2] or "", occasion)
        else:
            occasion, parts = self._text(question.text, likely, occasion)
        acting = [part for part in parts if part.action][:1]
        parts = acting or parts  # what has to be done is told alone
        answer = self._composer.join(parts, occasion.language)
        about_last = any(self._is_about_last(part.reading.intent) for part in parts)
        following = dialogue.after(answer, state, now, chosen=occasion.chosen, about_last=about_last)
        return Turn(answer, following, acting[0].action if acting else None)

    def passages(self, readings: Iterable[Reading], language: str) -> Answer:
        """Return the exact words of the sources that an answer stands on.

        Raises UnknownChoiceError where the knowledge has none of its facts (any more).
        """
        return self._composer.alone(self._composer.passages(tuple(readings), language), language)

    def reasons(self, readings: Iterable[Reading], language: str) -> Answer:
        """Return why an answer was given: how the question was understood, and the facts and their passages."""
        return self._composer.alone(self._composer.reasons(readings, language), language)

    def shows_language(self, text: str) -> bool:
        """Return whether a text shows its language by itself, whoever wrote it."""
        orders = [[language, *self.languages] for language in self.languages]
        return (
            not _COMMAND.fullmatch(text) and len({self._understanding.language(text, order) for order in orders}) == 1
        )

    def held(self, answer: Answer, held: Held) -> Answer:
        """Return an answer that tells what is held of the conversation, if anything is."""
        blocks = self._composer.held(held, answer.language)
        return replace(answer, blocks=blocks) if blocks else answer

    def kept(self, answer: Answer, *, conversation_days: int, question_days: int) -> Answer:
        """Return an answer that tells for how many days conversations and questions are kept, beside what it says."""
        first, *others = answer.blocks
        kept = self._composer.kept(conversation_days, question_days, answer.language)
        return replace(answer, blocks=(first, *kept, *others))

    def commands(self, language: str) -> tuple[Command, ...]:
        """Return the commands, each with what it asks in a language."""
        return self._composer.commands(language)

    def say(self, message: str, language: str, /, **arguments: object) -> str:
        """Return one of the bot's own messages as plain text."""
        return self._composer.say(message, language, **arguments)

    def _likely(self, question: Question, state: DialogueState | None) -> list[str]:
        """Return the languages that an answer may be in where the text does not tell, best first."""
        told = [state.chosen, state.language] if state else []
        wanted = [*told, question.language, *self.languages]
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
        occasion = replace(occasion, language=language)
        requests = self._understanding.requests(text, language, occasion.state)
        return occasion, [part for request in requests for part in self._request(request, occasion)]

    def _request(self, request: Request, occasion: Occasion) -> list[Part]:
        decision, language = request.decision, occasion.language
        if decision.kind is Kind.ANSWER:
            return self._composer.answer(self.knowledge.intents[decision.intents[0]], request, occasion)
        if self._names_only_strangers(request):
            decision = replace(decision, kind=Kind.NOT_MENTIONED)
        message, outcome = _OFFERS[decision.kind]
        absent = [mention for mention in request.mentions if self._is_absent(mention)] or request.mentions
        given = listed([self._composer.called(mention, language) for mention in absent], language)
        names = [self._composer.name(name, language) for mention in request.mentions for name in mention.entities]
        return [self._composer.offer(message, outcome, request, language, given=given, name=listed(names, language))]

    def _chosen(self, choice: str, occasion: Occasion, *, sure: bool = True) -> tuple[Occasion, list[Part]]:
        """Return the parts of the answer to a choice, and the occasion in the language that it may have changed.

        If it is not `sure` that it was chosen, what cannot be undone is asked back.
        """
        name, _, language = choice.partition("__")
        intent = self.knowledge.intents.get(name)
        if intent and intent.items == "languages" and language in self.languages:
            return self._language_chosen(intent.id, language, occasion)
        return occasion, self._choice(choice, occasion, sure=sure)

    def _language_chosen(self, intent: str, language: str, occasion: Occasion) -> tuple[Occasion, list[Part]]:
        (name,) = language_names([language])
        part = self._composer.message("language-chosen", Outcome.SMALL_TALK, language, language=name)
        return replace(occasion, language=language, chosen=language), [replace(part, reading=Reading(intent))]

    def _is_about_last(self, intent: str | None) -> bool:
        return intent is not None and self.knowledge.intents[intent].items in ABOUT_LAST

    def _names_only_strangers(self, request: Request) -> bool:
        """Return whether a request names something, and nothing that the sources mention."""
        return bool(request.mentions) and all(map(self._is_absent, request.mentions))

    def _is_absent(self, mention: Mention) -> bool:
        """Return whether no source mentions what a name means."""
        return all(self.knowledge.entities[name].absent for name in mention.entities)

    def _choice(self, choice: str, occasion: Occasion, *, sure: bool) -> list[Part]:
        """Return the parts of the answer to a choice that was clicked or picked by its number."""
        name, _, entity = choice.partition("__")
        intent = self.knowledge.intents.get(name)
        if intent is None or (entity and entity not in self.knowledge.entities):
            raise UnknownChoiceError.of(choice)
        mentions = (self._mention(entity, occasion.language),) if entity else ()
        return self._composer.answer(intent, replace(_certain("", mentions, name), chosen=sure), occasion)

    def _command(self, command: str, argument: str, occasion: Occasion) -> tuple[Occasion, list[Part]]:
        """Return the parts of the answer to a command; its argument fills the slot, or is a deep link's choice."""
        name = self._commands.get(command.casefold())
        if name is None:
            return occasion, [self._composer.unknown_command(command, occasion.language)]
        intent = self.knowledge.intents[name]
        if intent.items == "languages" and (language := self._language_named(argument)):
            return self._language_chosen(name, language, occasion)
        if argument and not intent.slot:
            return self._deep_link(argument, name, occasion)
        mentions = self._understanding.mentions(argument, occasion.language)
        if argument and not any(mention.kind == intent.slot for mention in mentions):
            mentions = (Mention(0, len(argument), argument, intent.slot or "", ()),)
        return occasion, self._composer.answer(intent, _certain(argument, mentions, name), occasion)

    def _language_named(self, name: str) -> str | None:
        """Return the language of a code or of the name that it has for itself, or the beginning of that."""
        names = dict(zip(map(normalise, language_names(self.languages)), self.languages, strict=True))
        said = normalise(name)
        if said in self.languages or len(said) < _NAMED:
            return said if said in self.languages else None
        return next((language for name, language in names.items() if name.startswith(said)), None)

    def _deep_link(self, payload: str, name: str, occasion: Occasion) -> tuple[Occasion, list[Part]]:
        try:
            return self._chosen(payload, occasion, sure=False)  # who follows a link may not know where it leads
        except UnknownChoiceError:
            # A link of an earlier version, or words after a command that takes none: the command itself is meant.
            mentions = self._understanding.mentions(payload, occasion.language)
            request = _certain(payload, mentions, name)
            return occasion, self._composer.answer(self.knowledge.intents[name], request, occasion)

    def _mention(self, entity: str, language: str) -> Mention:
        name = self._composer.name(entity, language)
        return Mention(0, len(name), name, self.knowledge.entities[entity].kind, (entity,))


def _certain(text: str, mentions: tuple[Mention, ...], intent: str) -> Request:
    """Return a request that needed no matching."""
    return Request(text, mentions, Decision(Kind.ANSWER, (intent,), 1.0), chosen=True)
