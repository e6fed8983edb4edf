"""What a button says is understood when it is typed: every title, in every language, reaches its own intent."""

from datetime import UTC, datetime

import pytest

from bot.core.models import Question
from bot.core.responder import Responder

NOW = datetime(2026, 1, 2, tzinfo=UTC)
LANGUAGES = ("en", "hy", "az", "ru", "ka")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_title_that_is_typed_reaches_its_own_intent(shipped: Responder, language: str) -> None:
    intents = shipped.knowledge.intents.values()
    answers = {
        intent.id: shipped.respond(Question(intent.titles[language], language=language), None, now=NOW).answer
        for intent in intents
    }
    assert {name: answer.intent for name, answer in answers.items() if answer.intent != name} == {}
