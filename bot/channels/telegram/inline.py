"""Inline mode: answers that somebody takes into another chat."""

from dataclasses import replace

from telegram import InlineQueryResultArticle, InputTextMessageContent, LinkPreviewOptions
from telegram.constants import MessageLimit, ParseMode

from bot.channels.formatting import fitted, plain
from bot.channels.telegram.sending import Sender
from bot.channels.telegram.updates import Inline
from bot.core.models import Answer, Outcome, Question
from bot.service import Service

DESCRIPTION = 160
"""Characters of an answer to show beside its title: more than two lines are not shown."""
CACHED = 300
"""Seconds for which the platform may give the same results to the same query without asking the bot."""


class InlineMode:
    """Offers the answer to what is typed and the topics near it; no conversation is read or changed."""

    def __init__(self, service: Service, sender: Sender) -> None:
        self._service = service
        self._sender = sender

    async def offer(self, query: Inline) -> None:
        """Offer what can be answered."""
        # Without a text that shows its language, the results differ by the language of the person's app.
        personal = not self._service.responder.shows_language(query.text)
        await self._sender.answer_inline(query.id, self._results(query), cache_time=CACHED, personal=personal)

    async def apologise(self, query: Inline) -> None:
        """Offer to say that there can be no answer just now."""
        language = query.language or self._service.responder.languages[0]
        text = self._service.responder.say("unavailable", language)
        content = InputTextMessageContent(text)
        await self._sender.answer_inline(
            query.id, [InlineQueryResultArticle("0", text, content)], cache_time=0, personal=True
        )

    def _results(self, query: Inline) -> list[InlineQueryResultArticle]:
        """Return the answer, if it is one that makes sense elsewhere, and the answers to what it suggests."""
        answer = self._service.look_up(Question(query.text, language=query.language))
        told = [(self._title(answer), answer)] if _is_worth_telling(answer) else []
        for choice in answer.suggestions:
            near = self._service.look_up(Question(choice=choice.key, language=answer.language))
            told += [(choice.text, near)] if _is_worth_telling(near) else []
        return [_article(str(number), *each) for number, each in enumerate(told)]

    def _title(self, answer: Answer) -> str:
        """Return what was asked in its plainest words, and of whom.

        What was typed is not in it: it would be sent in bold above a quotation, as if the bot said so.
        """
        knowledge, language = self._service.responder.knowledge, answer.language
        said = list[str]()
        for reading in answer.readings:
            if reading.intent:
                intent = knowledge.intents[reading.intent]
                said += [intent.titles[language]]
                said += [knowledge.entities[name].names[language] for name in reading.entities if intent.slot]
        return " · ".join(dict.fromkeys(said))


def _is_worth_telling(answer: Answer) -> bool:
    return answer.intent is not None and answer.outcome in {Outcome.ANSWER, Outcome.NOT_DOCUMENTED}


def _article(name: str, title: str, answer: Answer) -> InlineQueryResultArticle:
    told = " ".join(plain(replace(answer, source_line=None)).split())
    text = fitted(answer, MessageLimit.MAX_TEXT_LENGTH, heading=title)
    return InlineQueryResultArticle(
        name,
        title,
        InputTextMessageContent(text, ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)),
        description=told if len(told) <= DESCRIPTION else f"{told[: DESCRIPTION - 1].rstrip()}…",
    )
