"""What a tutor goes through with a learner: steps, chosen from a lesson and the questions on it."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from content.lesson import KEY_POINTS, QUESTIONS
from quizzes.question import FACETS, Choice, Explain, FindBug, Question

Kind = Literal["check", "probe", "idea", "explain", "interview"]
"""A step looks whether a prerequisite is there, or whether the concept is known already; gives an idea and asks about
it; asks for an explanation; or asks as an interviewer does."""

MOST_IDEAS = 5

OPENING, INTUITION = "In one minute", "Intuition"
WEIGHTY = (OPENING, "The mathematics", "How to", QUESTIONS, INTUITION, "Worked example", "In code", "Pitfalls")
"""The sections of a lesson by how much a guided session needs them."""

CENTRAL = (OPENING, INTUITION, KEY_POINTS)
"""The sections that say what a concept is."""

INTERVIEW = 5
"""Questions of an interview."""


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        concept: what it is about: the session's concept, or a prerequisite.
        section: the heading in that concept's lesson that it teaches, or would.
        question: the id of the question it asks.
        seed: of the question's form.
    """

    kind: Kind
    concept: str
    section: str
    question: str
    seed: int


def guided(
    questions: Sequence[Question],
    sections: Sequence[str],
    prerequisite: Sequence[Question],
    *,
    known: bool,
    source: random.Random,
) -> tuple[Step, ...]:
    """The steps of a guided session.

    Args:
        questions: those on the concept.
        sections: the headings of its lesson, in order.
        prerequisite: the questions on what has to be checked first; none where nothing has.
        known: whether the record says that the learner knows it: then that is looked at before anything is taught.
    """

    def step(kind: Kind, question: Question, section: str = "") -> Step:
        return Step(kind, question.concept, section or question.section, question.id, source.randrange(2**31))

    steps: list[Step] = []
    if easy := _shut(prerequisite):
        steps.append(step("check", min(easy, key=lambda one: (one.section not in CENTRAL, *_ease(one)))))
    ideas = _ideas(questions, sections)
    held = {question.id for _, question in ideas}
    if known and (hard := _shut(questions, held)):
        steps.append(step("probe", max(hard, key=_ease)))
    steps += [step("idea", question, section) for section, question in ideas]
    explaining = [one for one in questions if isinstance(one.task, Explain)]
    if explaining:
        steps.append(step("explain", explaining[0]))
    return tuple(steps)


def _ideas(questions: Sequence[Question], sections: Sequence[str]) -> list[tuple[str, Question]]:
    """Headings to teach, in the lesson's order, each with the question that asks about it."""
    by_section: dict[str, list[Question]] = {}
    for question in _shut(questions):
        place = question.section if question.section in sections else QUESTIONS
        by_section.setdefault(place, []).append(question)
    if OPENING not in by_section and KEY_POINTS in by_section:  # they are the opening once more
        by_section[OPENING] = by_section[KEY_POINTS]
    chosen = [section for section in WEIGHTY if by_section.get(section)][:MOST_IDEAS]
    found = []
    for section in sorted(chosen, key=[*sections, QUESTIONS].index):
        question = min(by_section[section], key=_ease)
        found.append((question.section if section == QUESTIONS else section, question))
    return found


def _ease(question: Question) -> tuple[int, int, bool]:
    """What to begin with; an answer that is typed says more than a pick."""
    return FACETS.index(question.facet), question.difficulty, is_pick(question)


def _shut(questions: Sequence[Question], taken: Collection[str] = ()) -> list[Question]:
    """The questions that ask for something other than an explanation."""
    return [one for one in questions if one.id not in taken and not isinstance(one.task, Explain)]


def is_pick(question: Question) -> bool:
    """Whether it is answered by a pick among few, so that luck has a part in it."""
    return isinstance(question.task, Choice | FindBug)


def next_asked(
    questions: Sequence[Question], asked: Mapping[str, bool], last: Question | None, source: random.Random
) -> Step | None:
    """What an interviewer asks next: first an explanation, then harder after what was right, and after what was not
    something easier on the same; None at the end.

    Args:
        asked: the ids of the questions asked so far, each with whether it was answered right.
        last: the question asked last.
    """
    left = [one for one in questions if one.id not in asked]
    if len(asked) >= INTERVIEW or not left:
        return None
    explaining = [one for one in left if isinstance(one.task, Explain)]
    if last is None and explaining:
        question = explaining[0]
    else:
        level = sum(1 if right else -1 for right in asked.values())
        wrong = last is not None and not asked[last.id]
        wanted = min(2, max(0, 1 + level))

        def fit(one: Question) -> tuple[bool, int, bool, int]:
            same = last is not None and one.section == last.section
            return (same != wrong, abs(FACETS.index(one.facet) - wanted), is_pick(one), one.difficulty)

        question = min(_shut(left) or left, key=fit)
    return Step("interview", question.concept, question.section, question.id, source.randrange(2**31))
