"""Lessons by pages, the road, and finding a concept: pure values."""

import re
import time
from dataclasses import replace

import pytest

from bot.chat.lesson_pages import card_page, lesson_page, map_page, reading_page
from bot.chat.messages import WORDS_LIMIT
from bot.chat.rendering import FIELD_LIMIT, PAGE_LIMIT, TEXT_LIMIT, TITLE_LIMIT, Page
from bot.learning import PAGE_LENGTH, Learning
from bot.road.profile import LEVELS
from content.catalogue import Catalogue, load
from foundation.errors import GradusError

MOST_OPTIONS = 25


@pytest.fixture(scope="module")
def real() -> Catalogue:
    return load()


@pytest.fixture(scope="module")
def learning(real: Catalogue) -> Learning:
    return Learning(real)


def fits(page: Page) -> None:
    """Whether a page is within Discord's limits, and nothing was cut."""
    assert 0 < len(page.title) <= TITLE_LIMIT
    assert 0 < len(page.text) <= TEXT_LIMIT
    assert all(0 < len(field.text) <= FIELD_LIMIT for field in page.fields)
    assert len(page.title) + len(page.text) + len(page.footer) + sum(map(len, page.fields)) <= PAGE_LIMIT
    assert not page.text.endswith(" …")


# -------------------------------------------------------------------- every lesson there is


def test_every_page_of_every_lesson_reads_well_and_fits(real: Catalogue, learning: Learning) -> None:
    for id in real.lessons:
        study = learning.study(id)
        assert 5 <= len(study.pages) <= MOST_OPTIONS
        for number, page in enumerate(study.pages):
            fits(lesson_page(study, number))
            assert len(page.text) <= PAGE_LENGTH + 200, (id, page.heading)
            assert sum(line.startswith("```") for line in page.text.split("\n")) % 2 == 0, (id, page.heading)
            assert "$$" not in page.text
            assert not re.search(r"\[\[[a-z-]+[|\]]", page.text)
            assert "###" not in page.text
            for formula in page.formulas:
                assert page.text.count(f"**({formula.number})**") == 1


def test_nothing_of_a_lesson_is_lost_by_cutting_it_into_pages(real: Catalogue, learning: Learning) -> None:
    for id, lesson in real.lessons.items():
        pages = learning.study(id).pages
        assert [page.section for page in pages if page.part == 1] == [one.title for one in lesson.sections]
        assert [formula.latex for page in pages for formula in page.formulas] == [one.latex for one in lesson.equations]
        assert [one for page in pages for one in page.questions] == [one.question for one in lesson.questions]
        shown = "\n".join(page.text for page in pages)
        assert all(block.code in shown for block in lesson.code)


def test_the_figure_stands_where_the_lesson_explains(real: Catalogue, learning: Learning) -> None:
    pages = learning.study("dropout").pages
    assert [page.section for page in pages if page.figure] == ["In one minute", "Intuition"]
    assert all(len(page.figure.alt) <= WORDS_LIMIT for id in real.lessons
               for page in learning.study(id).pages if page.figure)  # fmt: skip


def test_every_way_on_leads_somewhere(real: Catalogue, learning: Learning) -> None:
    for id in real.concepts:
        study = learning.study(id)
        near = (*study.builds_on, *study.leads_to)
        assert len(near) <= MOST_OPTIONS
        for one in near:
            assert learning.study(one.id).title == one.title
            assert one.written == learning.study(one.id).written


def test_every_concept_has_a_card_and_a_whole_reading_list_that_fit(real: Catalogue, learning: Learning) -> None:
    for id in real.concepts:
        study = learning.study(id)
        fits(card_page(study))
        page = reading_page(study)
        fits(page)
        assert page.text.count("\n") + 1 == len(study.reading)


def test_a_long_reading_list_says_what_it_leaves_out(learning: Learning) -> None:
    study = learning.study("dropout")
    page = reading_page(replace(study, reading=study.reading * 20))
    fits(page)
    assert "more: `gradus resources dropout`" in page.footer


def test_the_map_of_every_stage_fits(real: Catalogue, learning: Learning) -> None:
    for stage in learning.road():
        fits(map_page(stage, len(real.stages), learning.start(None)))
        assert len(stage.milestones) <= 2 * MOST_OPTIONS


# -------------------------------------------------------------------- pages


def test_a_lesson_is_cut_where_its_parts_end(catalogue: Catalogue) -> None:
    study = Learning(catalogue).study("dropout")
    assert [page.heading for page in study.pages] == [
        "In one minute",
        "Intuition",
        "The mathematics",
        "Worked example",
        "In code",
        "Pitfalls",
        "Questions learners ask",
        "Key points",
    ]
    assert study.pages[1].text == "Dropout forbids a unit to rely on one neighbour, see regularisation."
    assert study.pages[2].text == "Dropout multiplies by a mask: **(1)**"
    assert [one.number for one in study.pages[3].formulas] == [2]
    assert study.pages[3].text.startswith("Dropout with p = 0.5 doubles what stays: **(2)**\n\nDropout with p = 0")
    assert "```python\nmodel.evaluate()" in study.pages[5].text
    assert study.pages[6].text.startswith("**Why does dropout help?**\n\nDropout helps")
    assert study.pages[7].text.startswith("- Dropout switches units off at random.\n- Dropout is off")


def test_a_page_is_found_by_its_section_or_by_a_question_on_it(catalogue: Catalogue, learning: Learning) -> None:
    study = Learning(catalogue).study("dropout")
    assert study.page_of("In code") == 4
    assert study.page_of("What rate should I take?") == 6
    assert study.page_of("a section that is gone") == 0
    real = learning.study("dropout")
    asked = real.pages[-2].questions[-1]
    assert real.page_of(asked) == len(real.pages) - 2


@pytest.mark.parametrize(("asked", "given"), [(0, 0), (7, 7), (8, 7), (99, 7), (-1, 0)])
def test_a_page_that_is_gone_is_the_last_one(catalogue: Catalogue, asked: int, given: int) -> None:
    assert Learning(catalogue).study("dropout").nearest(asked) == given


def test_an_unwritten_concept_has_names_neighbours_and_reading(real: Catalogue) -> None:
    study = Learning(replace(real, lessons={})).study("gru")
    assert not study.written
    assert study.nearest(3) == 0
    assert "gated recurrent unit" in study.names
    assert [one.id for one in study.builds_on] == ["lstm"]
    assert study.reading
    assert card_page(study).title == "Gated recurrent units (GRU): lesson on its way"


# -------------------------------------------------------------------- the road


@pytest.mark.parametrize("level", [None, *LEVELS])
def test_where_to_start_needs_nothing_that_is_still_to_learn(
    real: Catalogue, learning: Learning, level: str | None
) -> None:
    start = learning.start(level)
    assert start.told == (level is not None)
    assert start.stage.id == (level or "foundations")
    stages = [*real.stages]
    known = stages[: stages.index(start.stage.id)]
    assert 1 <= len(start.first) <= 3
    for one in start.first:
        assert real.concepts[one.id].stage == start.stage.id
        assert all(real.concepts[need].stage in known for need in real.concepts[one.id].requires)


def test_a_level_that_is_gone_starts_at_the_beginning(catalogue: Catalogue) -> None:
    start = Learning(catalogue).start("expert")
    assert (start.stage.id, start.told, start.first[0].id) == ("intermediate", False, "multilayer-perceptron")


def test_the_road_names_every_concept_once_and_says_which_lessons_are_there(
    real: Catalogue, learning: Learning
) -> None:
    road = learning.road()
    named = [one for stage in road for one in stage.milestones]
    assert sorted(one.id for one in named) == sorted(real.concepts)
    assert {one.id for one in named if one.written} == set(real.lessons)
    assert sum(stage.written for stage in road) == len(real.lessons)


def test_unknown_stages_and_concepts_are_named(learning: Learning) -> None:
    with pytest.raises(GradusError, match="unknown stage 'advancd' \\(did you mean 'advanced'\\?\\)"):
        learning.stage("advancd")
    with pytest.raises(GradusError, match="unknown concept 'dropot'"):
        learning.study("dropot")


# -------------------------------------------------------------------- finding a concept


@pytest.mark.parametrize(
    ("typed", "id"),
    [
        ("dropout", "dropout"),
        ("Dropout", "dropout"),
        ("drop", "dropout"),
        ("back", "backpropagation"),
        ("backprop", "backpropagation"),
        ("cnn", "convolutional-networks"),
        ("conv", "convolutional-networks"),
        ("relu", "activation-functions"),
        ("weight decay", "regularization"),
        ("GAN", "gans"),
        ("norm batch", "batch-normalization"),
        ("bakprop", "backpropagation"),
        ("dropuot", "dropout"),
        ("transformr", "transformers"),
        ("gradiant decent", "gradient-descent"),
        ("pytroch", "pytorch"),
        ("regularzation", "regularization"),
    ],
)
def test_a_concept_is_found_by_what_learners_type(learning: Learning, typed: str, id: str) -> None:
    assert learning.matches(typed, MOST_OPTIONS)[0].id == id


@pytest.mark.parametrize("typed", ["", "   ", "pizza", "xqzt", "???", "💥"])
def test_what_names_nothing_finds_nothing(learning: Learning, typed: str) -> None:
    assert learning.matches(typed, MOST_OPTIONS) == ()


def test_no_more_is_found_than_asked_for_and_fast_enough_for_every_key(learning: Learning) -> None:
    begun = time.perf_counter()
    for typed in ("b", "ba", "bak", "bakp", "bakprop", "bakpropagation", "the gradiant of a transformr"):
        assert len(learning.matches(typed, 5)) <= 5
    assert (time.perf_counter() - begun) / 7 < 0.05


@pytest.mark.parametrize("name", ["dropout", "Dropout", "inverted dropout", "drop-out", "dropuot"])
def test_what_is_meant_is_opened(learning: Learning, name: str) -> None:
    assert learning.meant(name).id == "dropout"


def test_what_nobody_can_mean_is_refused_harmlessly(learning: Learning) -> None:
    with pytest.raises(GradusError, match="I know no concept 'everyone pizza'"):
        learning.meant("@everyone *pizza*")


def test_the_terminal_wants_the_name_and_suggests_it(learning: Learning) -> None:
    assert learning.concept("Inverted Dropout").id == "dropout"
    with pytest.raises(GradusError, match=r"unknown concept 'dropuot' \(did you mean 'dropout'\?\)"):
        learning.concept("dropuot")
    with pytest.raises(GradusError, match=r"unknown concept 'pizza'; `gradus roadmap`"):
        learning.concept("pizza")


def test_before_anything_is_typed_the_learners_own_next_steps_come_first(real: Catalogue, learning: Learning) -> None:
    offered = learning.suggestions("advanced", MOST_OPTIONS)
    assert [one.id for one in offered[:3]] == [one.id for one in learning.start("advanced").first]
    assert len(offered) == MOST_OPTIONS == len(set(offered))
    assert all(one.id in real.lessons for one in offered[3:])
    assert offered[3].stage == "advanced"
