"""What a talk goes through: sound for every real concept, and fitted to what went before."""

import random
from dataclasses import replace

import pytest

from bot.curriculum import Curriculum
from bot.tutor.syllabus import INTERVIEW, MOST_IDEAS, Step, guided, next_asked
from bot.tutor.tutoring import _ASKS, _DOES_NOT_KNOW
from content.catalogue import load
from content.lesson import KEY_POINTS, QUESTIONS
from quizzes import bank as banks
from quizzes.posing import pose
from quizzes.question import FACETS, Choice, Cloze, Explain, Numeric, Question
from tests.bot.conftest import OPTIONS, question

SEED = 7


@pytest.fixture(scope="module")
def real() -> Curriculum:
    catalogue = load()
    return Curriculum(catalogue, banks.load(catalogue))


def planned(real: Curriculum, concept: str, *, known: bool = False) -> tuple[Step, ...]:
    catalogue, bank = real.catalogue, real.bank
    required = catalogue.concepts[concept].requires
    before = tuple(bank.of(required[0])) if required else ()
    sections = [one.title for one in catalogue.lessons[concept].sections]
    return guided(tuple(bank.of(concept)), sections, before, known=known, source=random.Random(SEED))


@pytest.mark.parametrize("known", [False, True])
def test_every_concept_has_a_sound_plan(real: Curriculum, *, known: bool) -> None:
    catalogue, bank = real.catalogue, real.bank
    assert len(catalogue.lessons) > 90
    for concept in catalogue.lessons:
        steps = planned(real, concept, known=known)
        kinds = [step.kind for step in steps]
        ideas = [step for step in steps if step.kind == "idea"]
        explains = any(isinstance(one.task, Explain) for one in bank.of(concept))
        assert sorted(kinds, key=["check", "probe", "idea", "explain"].index) == kinds, concept
        assert kinds.count("check") == bool(catalogue.concepts[concept].requires), concept
        assert kinds.count("probe") == known, concept
        assert 1 <= len(ideas) <= MOST_IDEAS, concept
        assert kinds.count("explain") == explains, concept
        assert len({step.question for step in steps}) == len(steps), concept
        for step in steps:
            asked = bank.questions[step.question]
            assert asked.concept == step.concept
            assert (step.concept == concept) == (step.kind != "check")
            assert isinstance(asked.task, Explain) == (step.kind == "explain")
        order = [page.section for page in real.learning.study(concept).pages]
        places = []
        for step in ideas:
            page = real.learning.ideas(concept, step.section)[0]
            places.append(order.index(page.section))
            asked_in = bank.questions[step.question].section
            assert asked_in in (step.section, KEY_POINTS), concept
        assert places == sorted(places), concept


def test_every_interview_asks_five_different_questions_first_for_an_explanation(real: Curriculum) -> None:
    for concept in real.catalogue.lessons:
        questions, chance = tuple(real.bank.of(concept)), random.Random(SEED)
        asked: dict[str, bool] = {}
        last: Question | None = None
        while step := next_asked(questions, asked, last, chance):
            last = real.bank.questions[step.question]
            assert last.id not in asked
            assert (
                isinstance(last.task, Explain) or asked or not any(isinstance(one.task, Explain) for one in questions)
            )
            asked[last.id] = chance.random() < 0.5
        assert len(asked) == min(INTERVIEW, len(questions)), concept


def test_the_same_chance_makes_the_same_plan(real: Curriculum) -> None:
    assert planned(real, "backpropagation") == planned(real, "backpropagation")


# ------------------------------------------------------------------------------- how it is chosen


def one(id: str, section: str = "Intuition", facet: str = "recall", *, pick: bool = True, level: int = 2) -> Question:
    task = Choice(OPTIONS) if pick else Numeric("2")
    made = question(id, "single_choice" if pick else "numeric", task, facet)  # type: ignore[arg-type]
    return replace(made, section=section, difficulty=level)


def of(*questions: Question, known: bool = False, before: tuple[Question, ...] = ()) -> list[tuple[str, str, str]]:
    sections = ["In one minute", "Intuition", "The mathematics", "In code", "Pitfalls", QUESTIONS, KEY_POINTS]
    steps = guided(questions, sections, before, known=known, source=random.Random(SEED))
    return [(step.kind, step.question, step.section) for step in steps]


def test_an_idea_is_asked_about_by_its_easiest_question_typed_where_there_is_a_choice() -> None:
    assert of(one("hard", facet="analyse"), one("pick"), one("typed", pick=False)) == [("idea", "typed", "Intuition")]
    assert of(one("two", level=2), one("one", level=1, facet="apply")) == [("idea", "two", "Intuition")]


def test_key_points_are_asked_under_the_opening() -> None:
    assert of(one("key", KEY_POINTS)) == [("idea", "key", "In one minute")]
    assert [ask for _, ask, _ in of(one("key", KEY_POINTS), one("open", "In one minute"))] == ["open"]


def test_a_learners_question_is_taught_under_its_own_heading_and_only_one_of_them() -> None:
    assert of(one("why", "Why does it help?"), one("where", "Where does it go?", level=3)) == [
        ("idea", "why", "Why does it help?")
    ]


def test_the_weightiest_sections_are_taught_in_the_lessons_order() -> None:
    headings = ["Pitfalls", "In code", QUESTIONS, "The mathematics", "Intuition", "In one minute"]
    assert [section for _, _, section in of(*(one(heading, heading) for heading in headings))] == [
        "In one minute",
        "Intuition",
        "The mathematics",
        "In code",
        QUESTIONS,
    ]


def test_a_check_is_easy_and_central_and_a_probe_is_the_hardest_that_is_left() -> None:
    before = (one("code", "In code", level=1), one("central", KEY_POINTS, level=3))
    steps = of(
        one("easy"), one("hard", facet="analyse"), one("harder", facet="analyse", level=3), known=True, before=before
    )
    assert [(kind, ask) for kind, ask, _ in steps] == [("check", "central"), ("probe", "harder"), ("idea", "easy")]
    assert [kind for kind, _, _ in of(one("only"), known=True)] == ["idea"]


def test_an_interviewer_goes_up_after_what_was_right_and_stays_with_what_was_not() -> None:
    some = [one(f"{section}-{facet}", section, facet) for section in ("Intuition", "Pitfalls") for facet in FACETS]
    chance = random.Random(SEED)

    def asks(asked: dict[str, bool], last: str) -> str:
        step = next_asked(some, asked, next(one for one in some if one.id == last), chance)
        assert step is not None
        return step.question

    assert asks({"Intuition-apply": True}, "Intuition-apply") == "Pitfalls-analyse"
    assert asks({"Intuition-apply": False}, "Intuition-apply") == "Intuition-recall"
    assert asks({"Intuition-apply": False, "Intuition-recall": True}, "Intuition-recall") == "Pitfalls-apply"


# ------------------------------------------------------------------------------- what may be typed


def test_no_right_answer_reads_as_a_question_as_not_knowing_or_as_a_key_of_the_terminal(real: Curriculum) -> None:
    keys, misread = {"?", "!", "s", "q"}, []
    for id, asked in real.bank.questions.items():
        answers = [pose(asked, SEED).solution.split("\n")[0]]
        answers += [word for gap in asked.task.gaps for word in gap] if isinstance(asked.task, Cloze) else []
        for one in answers:
            if _DOES_NOT_KNOW.fullmatch(one) or _ASKS.fullmatch(one) or one.strip().casefold() in keys:
                misread.append((id, one))
    assert misread == []
