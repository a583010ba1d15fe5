"""The use case of asking, without any Discord."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.asking import AnswerForgotten, Asking
from bot.behind import MATHEMATICS, Offers, answering_formulas, spoken
from bot.curriculum import Curriculum
from bot.questions import LONGEST_QUESTION, clean_question
from bot.store import AnswerStore
from content.catalogue import Catalogue
from foundation.database import DatabaseThread
from foundation.errors import GradusError
from index.answers import AnswerPassage, Source, Turn
from tests.bot.conftest import ANSWER, NOW, Prepared

ADA, BOB = 10**17 + 1, 10**17 + 2


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("why does dropout help?", "why does dropout help?"),
        ("  why\n\tdoes  dropout help?\u3000", "why does dropout help?"),
        ("why\x00 does\x1b dropout\x7f help?", "why does dropout help?"),
        ("\u202ewhy\u202c does\u200b dropout help?\ufeff", "why does dropout help?"),
        ("half of a character: \ud83d", "half of a character:"),
        ("\u061cwhy does drop\u00adout\u3164help?", "why does dropout help?"),
        ("un réseau 👩‍🔬 naïf, 誤差逆伝播", "un réseau 👩‍🔬 naïf, 誤差逆伝播"),
        ("x" * LONGEST_QUESTION, "x" * LONGEST_QUESTION),
    ],
)
def test_a_question_is_cleaned(typed: str, asked: str) -> None:
    assert clean_question(typed) == asked


@pytest.mark.parametrize(
    "nothing", ["", "   ", "\n\t", "\u200b\u202e", "\x00", "\u3164", "\u200d", "\u2800", "\u00ad", "\ufe0f\u0301"]
)
def test_an_empty_question_is_refused_in_one_line_with_an_example(nothing: str) -> None:
    with pytest.raises(GradusError, match=r"empty.*for example"):
        clean_question(nothing)


@pytest.mark.parametrize("length", [LONGEST_QUESTION + 1, 4000, 100_000])
def test_an_over_long_question_is_refused_with_its_length_and_the_limit(length: int) -> None:
    with pytest.raises(GradusError, match=f"{length:,} characters and I read up to {LONGEST_QUESTION:,}"):
        clean_question("x" * length)


async def test_an_answer_is_kept_under_the_id_that_it_was_given(asking: Asking, answerer: Prepared) -> None:
    asked = await asking.ask("  why does\ndropout help? ", ADA, "1/2", NOW)
    assert asked.id == "a1"
    assert [question for question, _ in answerer.heard] == ["why does dropout help?"]
    assert await asking.answer("a1") == asked.answer == ANSWER


async def test_a_reply_to_anyones_answer_follows_on_from_it(asking: Asking, answerer: Prepared) -> None:
    asked = await asking.ask("first?", ADA, "1/2", NOW)
    await asking.ask("and why?", BOB, "1/2", NOW + timedelta(days=1), follows=asked.id)
    await asking.ask("and then?", BOB, "1/3", NOW + timedelta(days=1), follows="forgotten")
    turns = [turns for _, turns in answerer.heard]
    assert turns == [(), (Turn("first?", "dropout"),), ()]


async def test_a_refused_question_reaches_nobody_and_leaves_nothing(
    asking: Asking, answerer: Prepared, database: DatabaseThread
) -> None:
    with pytest.raises(GradusError):
        await asking.ask(" ", ADA, "dm", NOW)
    assert answerer.heard == []
    assert await database.run(lambda db: db.table("answers").count) == 0


async def test_the_mathematics_is_the_lessons_text_with_numbers_for_its_formulas(asking: Asking) -> None:
    found = await asking.equations((await asking.ask("why?", ADA, "dm", NOW)).id)
    assert (found.concept, found.title, found.section) == ("dropout", "Dropout", MATHEMATICS)
    assert found.text == "Dropout multiplies by a mask: **(1)**"
    assert found.latex == (r"\tilde h = \frac{m \odot h}{1 - p}",)


@pytest.mark.parametrize(
    ("section", "said", "formulas"),
    [
        ("The mathematics", "Dropout multiplies by a mask.", (r"\tilde h = \frac{m \odot h}{1 - p}",)),
        ("Worked example", "Dropout with p = 0.5 doubles what stays.", (r"2 \cdot \frac12 = 1",)),
        ("Worked example", "Dropout with p = 0 changes nothing, see regularisation.", ()),
        ("Intuition", "Dropout forbids a unit to rely on one neighbour, see regularisation.", ()),
        ("a section of old", "Dropout multiplies by a mask.", ()),
    ],
)
def test_an_answer_shows_the_formulas_that_its_own_sentences_lead_to(
    catalogue: Catalogue, section: str, said: str, formulas: tuple[str, ...]
) -> None:
    passage = AnswerPassage("dropout", section, said, 0.9)
    assert answering_formulas(replace(ANSWER, answer=said, passages=(passage,)), catalogue) == formulas


def test_a_passage_of_another_lesson_brings_no_formulas_of_this_one(catalogue: Catalogue) -> None:
    said = "Dropout multiplies by a mask."
    passage = AnswerPassage("regularization", "The mathematics", said, 0.9)
    assert answering_formulas(replace(ANSWER, answer=said, passages=(passage,)), catalogue) == ()


async def test_the_code_is_that_of_the_lesson(asking: Asking) -> None:
    found = await asking.code((await asking.ask("why?", ADA, "dm", NOW)).id)
    assert found.section == "In code"
    assert "```python\nimport torch.nn as nn" in found.markdown


async def test_the_code_of_the_section_that_answers_comes_first_as_a_chat_reads_it(
    asking: Asking, answerer: Prepared
) -> None:
    answerer.reply = replace(ANSWER, passages=(AnswerPassage("dropout", "Pitfalls", "Dropout stays on.", 0.9),))
    found = await asking.code((await asking.ask("why?", ADA, "dm", NOW)).id)
    assert found.section == "Pitfalls"
    assert found.markdown.endswith("```python\nmodel.evaluate()\n```\n\n```text\nAttributeError: no\n```")


def test_only_passages_that_an_answer_quotes_speak_in_it() -> None:
    close = AnswerPassage("regularization", "Intuition", "Regularisation is something else.", 0.8)
    quoted = AnswerPassage("batch-normalization", "Intuition", "Batch normalisation rescales.", 0.8)
    text = "Dropout helps because no unit can rely on another one. Batch normalisation rescales."
    answer = replace(ANSWER, answer=text, passages=(*ANSWER.passages, close, quoted))
    assert spoken(answer) == (ANSWER.passages[0], quoted)


async def test_a_lesson_without_mathematics_or_code_offers_neither(
    catalogue: Catalogue, answerer: Prepared, database: DatabaseThread
) -> None:
    lesson = catalogue.lessons["dropout"]
    kept = tuple(one for one in lesson.sections if one.title not in (MATHEMATICS, "In code"))
    career = replace(catalogue, lessons={"dropout": replace(lesson, sections=kept)})
    offers = Asking(Curriculum(career), answerer, database, lambda: "a").offers(ANSWER)
    assert offers == Offers(mathematics=False, code=False, sources=True)


async def test_sources_name_the_places_in_lessons_and_what_the_catalogue_knows(asking: Asking) -> None:
    found = await asking.sources((await asking.ask("why?", ADA, "dm", NOW)).id)
    assert found.places == (("Dropout", "Why does dropout help?"), ("Dropout", "Intuition"))
    assert [resource.id for resource in found.resources] == ["a-book"]
    assert found.others == (Source("A talk", None),)


async def test_only_what_is_there_is_offered(asking: Asking) -> None:
    unwritten = replace(ANSWER, verdict="related", concept="regularization", passages=())
    declined = replace(ANSWER, verdict="decline", concept=None, concepts=(), passages=(), sources=())
    assert asking.offers(ANSWER) == Offers(mathematics=True, code=True, sources=True)
    assert asking.offers(unwritten) == Offers(mathematics=False, code=False, sources=True)
    assert asking.offers(declined) == Offers(mathematics=False, code=False, sources=False)


async def test_what_is_not_there_is_refused_politely(asking: Asking, answerer: Prepared) -> None:
    answerer.reply = replace(ANSWER, verdict="related", concept="regularization", passages=())
    asked = await asking.ask("why?", ADA, "dm", NOW)
    with pytest.raises(GradusError, match="no formulas"):
        await asking.equations(asked.id)
    with pytest.raises(GradusError, match="no code"):
        await asking.code(asked.id)


async def test_votes_are_one_a_person_and_only_a_change_is_news(asking: Asking, database: DatabaseThread) -> None:
    asked = await asking.ask("why?", ADA, "dm", NOW)
    for who, helpful, news in ((ADA, True, True), (ADA, True, False), (BOB, True, True), (BOB, False, True)):
        assert await asking.vote(asked.id, who, helpful, NOW) == news
    tally = await database.run(lambda db: AnswerStore().tally(db, asked.id))
    assert (tally.helpful, tally.unhelpful) == (1, 1)


async def test_a_forgotten_answer_says_so_whatever_is_pressed(asking: Asking) -> None:
    asked = await asking.ask("why?", ADA, "dm", NOW)
    await asking.forget_old(NOW + timedelta(days=90))
    assert await asking.answer(asked.id) == asked.answer
    await asking.forget_old(NOW + timedelta(days=91))
    for press in (asking.equations, asking.code, asking.sources):
        with pytest.raises(AnswerForgotten, match="Ask again"):
            await press(asked.id)
    with pytest.raises(AnswerForgotten):
        await asking.vote(asked.id, BOB, True, NOW)
