"""What is asked of Armenians is answered as what is asked of Azerbaijanis, word for word."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.core.models import Question

if TYPE_CHECKING:
    from bot.core.responder import Responder

NOW = datetime(2022, 7, 1, tzinfo=UTC)
SIDES = {
    "en": [("Armenian", "Azerbaijani"), ("Armenians", "Azerbaijanis"), ("Armenia", "Azerbaijan")],
    "hy": [("հայ", "ադրբեջանցի"), ("հայերը", "ադրբեջանցիները"), ("Հայաստանը", "Ադրբեջանը")],
    "az": [("erməni", "azərbaycanlı"), ("ermənilər", "azərbaycanlılar"), ("Ermənistan", "Azərbaycan")],
    "ru": [("армянские", "азербайджанские"), ("армяне", "азербайджанцы"), ("Армения", "Азербайджан")],
    "ka": [("სომეხი", "აზერბაიჯანელი"), ("სომხები", "აზერბაიჯანელები"), ("სომხეთი", "აზერბაიჯანი")],
}
"""An adjective, the people, and the country."""
ASKED = {
    "en": [
        ["name the {} experts", "how many {} members are there", "{} aggression", "is Ahmad Alili {}"],
        ["how many {} are in the group", "are the {} to blame", "who started it, the {}?", "which of them are {}"],
        [
            "tell me about {}",
            "is {} an aggressor",
            "did {} pay for it",
            "who represents {}",
            "is JOLIG controlled by {}",
            "was the report banned in {}",
            "did {} adopt the measures",
        ],
    ],
    "hy": [
        ["անվանիր {} փորձագետներին", "քանի {} անդամ կա", "{} ագրեսիա", "Ահմադ Ալիլին {} է"],
        ["խմբում որքա՞ն են {}", "{} են մեղավոր", "ովքեր են {}"],
        ["պատմիր {} մասին", "{} ագրեսոր է", "ով է ներկայացնում {}", "{} հավանություն տվե՞լ է զեկույցին"],
    ],
    "az": [
        ["{} ekspertlərin adını de", "neçə {} üzv var", "{} təcavüzü", "Əhməd Əlili {}dır?"],
        ["qrupda {} neçə nəfərdir", "günahkar {} deyil?", "kimlərdir {}"],
        ["{} haqqında danış", "{} işğalçıdır", "{} pul verib?", "{} sülhə hazırdır?", "{} hesabatı təsdiqləyib?"],
    ],
    "ru": [
        ["назови {} имена", "какие {} эксперты там есть", "{} агрессоры"],
        ["сколько их, {}", "{} виноваты", "кто из них {}"],
        ["что такое {}", "{} агрессор", "{} платит за это?", "{} отвергла доклад?", "{} поддержала группу?"],
    ],
    "ka": [
        ["დაასახელე {} ექსპერტები", "რამდენი {} წევრია", "{} აგრესია", "აჰმად ალილი {} არის?"],
        ["რამდენნი არიან {} ჯგუფში", "{} არიან დამნაშავეები", "ვინ არიან {}"],
        ["მომიყევი, {}", "{} აგრესორია", "ვის წარმოადგენს {}", "{} უჭერს მხარს ჯგუფს?"],
    ],
}
"""Questions with a gap for the adjective, for the people, for the country."""
CASES = [
    (language, question, pair)
    for language, kinds in ASKED.items()
    for questions, pair in zip(kinds, SIDES[language], strict=True)
    for question in questions
]


@pytest.mark.parametrize(("language", "question", "pair"), CASES)
def test_both_sides_get_the_same_answer(
    shipped: "Responder", language: str, question: str, pair: tuple[str, str]
) -> None:
    """Neither the intent nor the outcome nor the suggestions tell which side was asked about."""

    def told(side: str) -> tuple[object, ...]:
        answer = shipped.respond(Question(question.format(side), language=language), None, now=NOW).answer
        return answer.language, answer.outcome, answer.intent, answer.suggestions

    assert told(pair[0]) == told(pair[1])
