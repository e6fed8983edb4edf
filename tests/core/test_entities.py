"""Names are found in any script, misspelt, inflected and in part; a name that nobody has is not the nearest one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.entities import EntityIndex, Mention, key, mask, words_of
from bot.core.models import Entity
from bot.core.text import plain, romanise, tokens

ENTITIES = {
    each.id: each
    for each in (
        Entity("ann", "person", {"en": "Annabel Harrow", "ru": "Аннабел Харроу", "ka": "ანაბელ ჰაროუ"}),
        Entity("tom", "person", {"en": "Tomas Harrow", "ru": "Томас Харроу"}),
        Entity("samir", "person", {"en": "Samir Mammadov", "az": "Samir Məmmədov", "ru": "Самир Мамедов"}),
        Entity("elvis", "person", {"en": "Elvis Presley", "ru": "Элвис Пресли"}, absent=True),
        Entity("baku", "place", {"en": "Baku", "az": "Bakı", "ru": "Баку", "hy": "Բաքու"}),
        Entity("union", "organisation", {"en": "the Village Union", "ru": "Союз деревень"}, {"en": ("VU",)}),
    )
}
SURNAMES = {
    name.split()[-1].casefold(): Entity(name.split()[-1].casefold(), "person", {"en": name, **others})
    for name, others in {
        "Levan Gelashvili": {"ru": "Леван Гелашвили", "hy": "Լևան Գելաշվիլի", "ka": "ლევან გელაშვილი"},
        "Nino Kapanadze": {"ru": "Нино Капанадзе", "hy": "Նինո Կապանաձե", "ka": "ნინო კაპანაძე"},
        "Tea Kobalia": {"ru": "Теа Кобалия", "hy": "Թեա Կոբալիա", "ka": "თეა კობალია"},
        "Irina Belova": {"ru": "Ирина Белова", "hy": "Իրինա Բելովա", "ka": "ირინა ბელოვა"},
        "Samir Mammadov": {"ru": "Самир Мамедов", "hy": "Սամիր Մամեդով", "ka": "სამირ მამედოვი"},
        "Tural Alizade": {"ru": "Турал Ализаде", "hy": "Թուրալ Ալիզադե", "ka": "თურალ ალიზადე"},
        "Stepan Grigoryan": {"ru": "Степан Григорян", "hy": "Ստեփան Գրիգորյան", "ka": "სტეფან გრიგორიანი"},
        "Helen Whitfield": {"ru": "Хелен Уитфилд", "hy": "Հելեն Ուիթֆիլդ", "ka": "ჰელენ უიტფილდი"},
    }.items()
}
OTHER_SURNAMES = re.findall(
    r"\w+",
    """
    Abbasov Abdullayev Abrahamyan Adamyan Ahmadov Akhundov Alasgarov Aliyev Aliyeva Alili Arslan Aslanyan
    Asatiani Avetisyan Aydin Babayan Babayev Baghdasaryan Balayan Bayramov Belikova Belov Belsky Belyaeva Belyan
    Beridze Celik Danielyan Davtyan Demirci Demirel Demirkan Demiroglu Demirtas Dogan Dolidze Galstyan
    Gamsakhurdia Garibashvili Gelashidze Gelati Gelava Gelia Gelovani Gevorgyan Ghazaryan Giorgadze Gogoladze
    Grigolia Grigoriev Grigorishvili Grigorov Guliyev Hajiyev Hakobyan Harutyunyan Hasanov Huseynov Ismayilov
    Ivanishvili Ivanov Jafarov Japaridze Kapanashvili Kapanov Kapanyan Karapetyan Karimov Kaya Khachatryan Kilic
    Kobalidze Kocharyan Koc Kurt Kuznetsov Kvirikashvili Lebedev Lomaia Lomidze Lominadze Maisuradze
    Mamedishvili Mamedova Mammadli Mammadoglu Mammadova Mammadzade Mamulashvili Manukyan Margvelashvili
    Martirosyan Minasyan Mirzoyan Mkrtchyan Morozov Movsisyan Musayev Nabiyev Najafov Nersisyan Novikov Ozdemir
    Ozturk Pashinyan Petrosyan Petrov Poghosyan Popov Rahimov Rzayev Rzazade Rzali Saakashvili Sadigov Safaryan
    Sahin Salmanov Samedov Sargsyan Shevardnadze Sidorov Simonyan Smirnov Sokolov Stepanyan Tadevosyan Tsereteli
    Vardanyan Veliyev Voronova Vorontsova Whitfieldova Yildiz Yilmaz Zargaryan Zakaryan Zeynalov Zurabishvili
    """,
)
NOT_FOUND = {
    # A man's name is another than a woman's.
    "en": {"Belov"},
    # What has one letter too few may have two too few in Latin letters.
    "ru": {"Белов", "Григорн"},
    "hy": {"Բելով", "Կապանաե"},
    "ka": {"ბელოვ", "კაპანაე"},
}
QUESTIONS = {"en": "who is a member of the group bake met in with and samira", "ru": "кто входит в группу такой с"}
VOCABULARIES = {
    language: {form for word in tokens(text) for form in (word, plain(word), romanise(word))}
    for language, text in QUESTIONS.items()
}


@pytest.fixture(scope="module")
def index() -> EntityIndex:
    """Return an index of some people, a place and an organisation."""
    return EntityIndex(ENTITIES, VOCABULARIES)


def found(index: EntityIndex, text: str, language: str = "en") -> list[tuple[str, tuple[str, ...]]]:
    """Return the words and the entities of each mention."""
    return [(mention.text, mention.entities) for mention in index.find(text, language)]


def _mistyped(letters: str) -> set[str]:
    """Return two letters, or the last one, with one of them left out or doubled, or exchanged."""
    first, second = letters[:1], letters[1:]
    return {second, first * 2 + second, second + first, first + second * 2} - {letters}


class TestWholeNames:
    """Names that are written in full."""

    @pytest.mark.parametrize(
        ("text", "language", "mentions"),
        [
            ("is Annabel Harrow a member", "en", [("Annabel Harrow", ("ann",))]),
            ("ANNABEL HARROW", "en", [("ANNABEL HARROW", ("ann",))]),
            ("кто Томас Харроу?", "ru", [("Томас Харроу", ("tom",))]),
            ("кто такой Tomas Harrow?", "ru", [("Tomas Harrow", ("tom",))]),
            ("is Самир Мамедов a member", "en", [("Самир Мамедов", ("samir",))]),
            ("Samir Memmedov kimdir", "az", [("Samir Memmedov", ("samir",))]),
            ("Harrow Village Union", "en", [("Harrow", ("ann", "tom")), ("Village Union", ("union",))]),
            ("the village union met in Baku", "en", [("village union", ("union",)), ("Baku", ("baku",))]),
            ("who is a member", "en", []),
            ("", "en", []),
        ],
    )
    def test_a_name_is_found_in_any_script_and_case(
        self, index: EntityIndex, text: str, language: str, mentions: list[tuple[str, tuple[str, ...]]]
    ) -> None:
        """The mention holds the words as they were written, the article left out."""
        assert found(index, text, language) == mentions

    @pytest.mark.parametrize(("text", "language"), [("nine of them?", "en"), ("doqquz", "az"), ("пять встреч", "ru")])
    def test_a_number_is_no_misspelt_name(self, text: str, language: str) -> None:
        """Though one letter makes a name of it, it says how many."""
        alike = [Entity(name.casefold(), "person", {"en": f"{name} Harrow"}) for name in ("Nino", "Doqqaz", "Pyata")]
        assert EntityIndex({one.id: one for one in alike}, {language: ()}).find(text, language) == ()

    def test_a_mention_tells_where_it_stands_and_what_it_is(self, index: EntityIndex) -> None:
        """The offsets are those of the text; a whole name is no part of one."""
        assert index.find("is Elvis Presley in?", "en") == (Mention(3, 16, "Elvis Presley", "person", ("elvis",)),)


class TestForms:
    """Names with an ending."""

    @pytest.mark.parametrize(
        ("text", "language", "entity"),
        [
            ("Tomas Harrow's group", "en", "tom"),
            ("с Самиром Мамедовым", "ru", "samir"),
            ("Bakıda görüş", "az", "baku"),
            ("հանդիպում Բաքվում", "hy", "baku"),
            ("Baku-da", "az", "baku"),
        ],
    )
    def test_a_name_is_found_with_the_endings_of_its_language(
        self, index: EntityIndex, text: str, language: str, entity: str
    ) -> None:
        """What the lexicon of a language lists as an ending is part of the word and not of the name."""
        assert [entities for _, entities in found(index, text, language)] == [(entity,)]

    def test_an_ending_that_a_mark_ties_on_belongs_to_the_mention(self, index: EntityIndex) -> None:
        """The "'s" is left out of the name and out of what remains of the text."""
        (mention,) = index.find("Tomas Harrow's group", "en")
        assert (mention.text, "Tomas Harrow's group"[mention.end :]) == ("Tomas Harrow", " group")


class TestMisspelt:
    """Names with typing errors."""

    @pytest.mark.parametrize("text", ["Anabel Harrow", "annabel harow", "Annabel Harorw", "Annabell Harrow"])
    def test_a_long_name_may_hold_an_error(self, index: EntityIndex, text: str) -> None:
        """A letter left out, doubled or exchanged does not hide a name."""
        assert found(index, text) == [(text, ("ann",))]

    def test_a_word_of_questions_is_no_misspelt_name(self, index: EntityIndex) -> None:
        """What the examples are made of is meant as it stands, in whichever language."""
        assert found(index, "met who bake", "ru") == []
        assert found(index, "samira met who bake") == []
        assert found(EntityIndex(ENTITIES), "bake") == [("bake", ("baku",))]

    def test_a_short_name_allows_no_error(self, index: EntityIndex) -> None:
        """Two letters with one of them wrong would be any word."""
        assert found(index, "VU") == [("VU", ("union",))]
        assert found(index, "VA") == []

    @pytest.mark.parametrize("language", ["en", "ru", "hy", "ka"])
    def test_an_ending_of_a_surname_may_hold_an_error(self, language: str) -> None:
        """Be a letter of it doubled, left out or exchanged with the next."""
        index = EntityIndex(SURNAMES)
        lost = {
            wrong
            for entity in SURNAMES.values()
            for name in [entity.names[language].split()[-1]]
            for place in range(len(name) - 5, len(name))
            for wrong in {name[:place] + part + name[place + 2 :] for part in _mistyped(name[place : place + 2])}
            if found(index, f"{wrong.casefold()}?", language) != [(wrong.casefold(), (entity.id,))]
        }
        assert lost == NOT_FOUND[language]

    @pytest.mark.parametrize("text", ["gelashwili", "gelasvilli", "levan gelashvilli", "Belovaa", "Kobaliaa", "irinaa"])
    def test_other_errors_at_the_end_of_a_name_do_not_hide_it(self, text: str) -> None:
        """A letter for another, two errors, and an “a” after a name that ends in one."""
        ((written, names),) = found(EntityIndex(SURNAMES), text)
        assert (written, len(names)) == (text, 1)

    def test_no_usual_surname_is_a_misspelt_other(self) -> None:
        """Nor one of the same stem: it is the ending that makes it another family's."""
        index, own = EntityIndex(SURNAMES), {name.casefold() for name in SURNAMES}
        assert len(OTHER_SURNAMES) > 130
        assert [name for name in OTHER_SURNAMES if any(names for _, names in found(index, name))] == []
        assert not own & {name.casefold() for name in OTHER_SURNAMES}

    def test_whole_names_alone_are_exact(self, index: EntityIndex) -> None:
        """In a source, nothing is guessed: neither errors nor parts of names."""
        assert [m.entities for m in index.exact("Annabel Harrow and Harow, Annabel, in Baku", "en")] == [
            ("ann",),
            ("baku",),
        ]


class TestParts:
    """Given names and surnames."""

    def test_a_part_stands_for_the_person(self, index: EntityIndex) -> None:
        """Who has the only such name is meant by it."""
        assert found(index, "is mammadov a member") == [("mammadov", ("samir",))]
        assert found(index, "is Annabel a member") == [("Annabel", ("ann",))]

    def test_a_surname_of_two_persons_stands_for_both(self, index: EntityIndex) -> None:
        """Which of them is meant is not told, so it is asked."""
        (mention,) = index.find("is harrow a member", "en")
        assert (mention.entities, mention.parts) == (("ann", "tom"), frozenset({"surname"}))

    @pytest.mark.parametrize("text", ["T. Harrow", "T Harrow", "t.harrow", "Т. Харроу"])
    def test_an_initial_tells_which_of_them_is_meant(self, index: EntityIndex, text: str) -> None:
        """The letter stands for the given name, in any script that the name is known in."""
        (mention,) = index.find(f"is {text} a member", "en")
        assert (mention.start, mention.entities) == (3, ("tom",))

    @pytest.mark.parametrize("name", ["X. Harrow", "X Harrow", "I. Mammadov", "President Harrow", "minister mammadov"])
    def test_an_initial_of_nobody_or_an_office_is_of_somebody_else(self, index: EntityIndex, name: str) -> None:
        """A head of state who shares a surname is not taken for the person whom the sources name."""
        assert found(index, f"is {name} a member") == [(name, ())]

    @pytest.mark.parametrize("text", ["I Mammadov know", "A Mammadov?", "dr Mammadov"])
    def test_a_word_of_one_letter_is_no_initial(self, index: EntityIndex, text: str) -> None:
        """Nor is a title that anybody may have an office."""
        assert [name for _, names in found(index, text) for name in names] == ["samir"]

    @pytest.mark.parametrize("name", ["Samir Mammadova", "Samir Mammadli", "Mammadova", "samira"])
    def test_another_ending_makes_another_name(self, index: EntityIndex, name: str) -> None:
        """A wife, a daughter or a namesake is not taken for a misspelt member."""
        assert not any(names for _, names in found(index, f"is {name} a member"))

    @pytest.mark.parametrize("text", ["Samir Harrow", "Tomas Mammadov", "samir presley"])
    def test_parts_of_two_persons_are_a_third_one(self, index: EntityIndex, text: str) -> None:
        """A given name of one beside a surname of another is nobody that the knowledge has."""
        assert found(index, f"is {text} a member") == [(text, ())]

    @pytest.mark.parametrize("text", ["Samir Novruzov", "Zygmunt Mammadov", "samir novruzov"])
    def test_a_known_part_with_a_strange_name_is_a_stranger(self, index: EntityIndex, text: str) -> None:
        """The nearest person is not taken for another of the same given name or surname."""
        assert found(index, f"is {text} a member") == [(text, ())]

    def test_two_persons_side_by_side_stay_two(self, index: EntityIndex) -> None:
        """Whole names that follow each other are not joined."""
        assert found(index, "Annabel Harrow, Tomas Harrow") == [
            ("Annabel Harrow", ("ann",)),
            ("Tomas Harrow", ("tom",)),
        ]


class TestStrangers:
    """Names that nobody here has."""

    def test_capitalised_strange_words_side_by_side_are_a_person(self, index: EntityIndex) -> None:
        """They are found as a mention of no entity."""
        assert index.find("is Zygmunt Wojtowicz a member", "en") == (Mention(3, 20, "Zygmunt Wojtowicz", "person", ()),)

    @pytest.mark.parametrize("text", ["zygmunt", "zygmunt wojtowicz", "WHO IS ZYGMUNT WOJTOWICZ"])
    def test_other_strange_words_may_be_a_person_only(self, index: EntityIndex, text: str) -> None:
        """Without capitals they are no mention, but are told as a run that could be a name."""
        assert found(index, text) == []
        runs = index.strangers(text, (), "en")
        assert len(runs) == 1
        assert (runs[0].kind, runs[0].entities) == ("person", ())
        assert runs[0].text.casefold() in {"zygmunt", "zygmunt wojtowicz"}

    def test_runs_are_parted_by_known_words_and_by_mentions(self, index: EntityIndex) -> None:
        """Each run of strange words is one possible name."""
        text = "zygmunt and wojtowicz with Baku quetzal"
        runs = index.strangers(text, index.find(text, "en"), "en")
        assert [run.text for run in runs] == ["zygmunt", "wojtowicz", "quetzal"]
        assert index.strangers("who is a member", (), "en") == ()

    @pytest.mark.parametrize(
        ("word", "strange"), [("wojtowicz", True), ("member", False), ("membre", False), ("wo", False), ("x2y", False)]
    )
    def test_a_word_is_strange_where_no_question_has_it(self, index: EntityIndex, word: str, *, strange: bool) -> None:
        """A misspelt, a very short and a mixed word are no strange name."""
        assert index.unfamiliar(word, "en") is strange

    def test_a_word_of_another_language_is_known_but_its_misspelling_is_not(self, index: EntityIndex) -> None:
        """Words of all languages stand for themselves; errors are believed in the language of the question only."""
        assert not index.unfamiliar("vkhodit", "en")
        assert index.unfamiliar("vkhodti", "en")
        assert not index.unfamiliar("vkhodti", "ru")
        assert index.unfamiliar("member", "fr") is index.strange("member") is False

    @pytest.mark.parametrize(("word", "strange"), [("membre", True), ("member", False), ("wo", False), ("x2y", False)])
    def test_a_misspelt_word_is_strange_though_not_unfamiliar(
        self, index: EntityIndex, word: str, *, strange: bool
    ) -> None:
        """Beside a known name, a capitalised word need not be far from all others to be another's name."""
        assert index.strange(word) is strange

    @pytest.mark.parametrize(
        ("text", "like"),
        [
            ("Zygmunt", True),
            ("Zygmunt Wojtowicz", True),
            ("zygmunt", False),
            ("jan novruzov", True),
            ("novruzov", False),
        ],
    )
    def test_capitals_or_the_ending_of_the_last_of_several_words_tell_a_name(
        self, index: EntityIndex, text: str, *, like: bool
    ) -> None:
        """A single word without a capital is like a name by nothing."""
        assert index.like_a_name(text) is like

    @pytest.mark.parametrize(
        ("word", "like"), [("novruzov", True), ("petrosyan", True), ("wojtowicz", False), ("ov", False)]
    )
    def test_endings_tell_a_surname(self, index: EntityIndex, word: str, *, like: bool) -> None:
        """Surnames of the region often end alike; the ending by itself is none."""
        assert index.surname_like(word) is like


class TestWords:
    """The form in which names are compared."""

    @pytest.mark.parametrize("name", ["Annabel Harrow", "annabel  HARROW!", "«Аннабел Харроу»", "ანაბელ ჰაროუ"])
    def test_names_are_compared_by_sound(self, name: str) -> None:
        """Two words in any script and with any signs stay two words in Latin letters."""
        words = words_of(name)
        assert len(words) == 2
        assert all(word.isascii() and word.islower() for word in words)

    def test_short_words_keep_their_script(self) -> None:
        """The Russian "ЕС" is not the word "es"."""
        assert (key("ЕС"), key("ES")) == ("ес", "es")

    @pytest.mark.parametrize(
        ("word", "name"),
        [
            ("samir", True),
            ("tomas", True),
            ("томас", True),
            ("baku", True),
            ("tomass", True),
            ("mammadof", True),
            ("samira", False),
            ("bake", False),
            ("village", False),
            ("who", False),
            ("", False),
        ],
    )
    def test_a_word_that_is_alike_in_several_languages_is_a_name(
        self, index: EntityIndex, word: str, *, name: bool
    ) -> None:
        """Misspelt it is too, but no word of questions; a name in one language only is none."""
        assert index.is_name(word) is name


class TestMask:
    """A text without its names."""

    def test_each_mention_becomes_its_kind(self, index: EntityIndex) -> None:
        """So a question about one person is like the same about another."""
        masked = [mask(text, index.find(text, "en"), {}) for text in ("is Tomas Harrow in?", "is Elvis Presley in?")]
        assert [text.split() for text in masked] == [["is", "@person", "in?"]] * 2

    def test_what_an_intent_is_about_has_its_mark_too(self, index: EntityIndex) -> None:
        """A question about that place differs from one about another."""
        text = "met in Baku with harrow"
        masked = mask(text, index.find(text, "en"), {"baku": "@baku", "tom": "@tom"})
        assert masked.split() == ["met", "in", "@place", "@baku", "with", "@person", "@tom"]

    def test_a_text_without_a_name_stays_as_it_is(self) -> None:
        """Nothing is taken away."""
        assert mask("who?", (), {}) == "who?"


@given(text=st.text(max_size=60), language=st.sampled_from(["en", "ru", "hy", "az", "ka", "fr"]))
def test_mentions_stand_in_the_text_in_order_and_apart(text: str, language: str) -> None:
    """Whatever is typed, the offsets of the mentions are sound and their entities known."""
    end = 0
    for mention in EntityIndex(ENTITIES, VOCABULARIES).find(text, language):
        assert end <= mention.start < mention.end <= len(text)
        assert text[mention.start :].startswith(mention.text)
        assert set(mention.entities) <= ENTITIES.keys()
        end = mention.end
