"""How a tutor leads through its steps: a talk, and what each thing that a learner does makes of it.

Everything here is pure: a talk goes in, the talk after it comes out. Grades and words come from outside.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.tutor.syllabus import Step
from quizzes.grading import Grade, Outcome

Mode = Literal["guided", "interview"]
Phase = Literal["open", "idea", "ask", "judge", "told", "over"]
"""A talk waits for its beginning, for the next idea, for an answer, for the learner's own judgement of one, or for the
next step; or it is over."""
Result = Literal["right", "helped", "shown"]
Ending = Literal["", "done", "too early", "stopped", "astray"]

RUNGS = 3
"""Of the ladder of hints: a nudge, the lesson's passage, a worked example."""
EXPLANATIONS = 3
"""Tries at an explanation."""
CHECK_TRIES = 2
AHEAD = 2
"""Steps in a row that went right without help, after which the next is asked before it is taught."""
ENOUGH = 3
"""The same, of the concept itself, after which only the explanation is left."""
TOO_EARLY = 3
"""Steps in a row that had to be shown, after which something else comes first."""
STRAYS = 6
"""Points in a row after which the talk ends: two for a text that is about something else, one for an answer that
could not be read."""
OWNED_SHARE = 0.6
"""Of a concept's steps, what has to go right for it to be owned; and the explanation."""


@dataclass(frozen=True)
class Mark:
    """How a step went.

    Attributes:
        step: its index.
        result: right at once, right with help, or shown by the tutor.
        outcome: of the answer that counted.
        pick: it was picked from what was shown, where luck has a part.
        note: what was said to the answer; of an interview.
    """

    step: int
    result: Result
    outcome: Outcome
    pick: bool
    note: str = ""


@dataclass(frozen=True)
class Talk:
    """A learner's talk with the tutor, as it stands.

    Attributes:
        id: given by us; stands in the buttons of its messages.
        concept: its id.
        opening: what the learner's record says.
        steps: in order; an interview's grow as it goes on.
        at: the index of the step that is open.
        part: of the idea, which page is shown.
        taught: the open step's idea was shown.
        rung: hints opened at the open step.
        tries: wrong answers at the open step.
        turn: counts up with every change, so that a press on an old message changes nothing.
        strays: points for texts in a row that were no answer.
        marks: of the steps done.
        answer, remark: what the learner said last, and what the tutor says to it.
        aside: what the tutor answered to a question that was put in between.
        ending: why it is over.
        seed: of its choices.
        moved_at: aware, UTC.
    """

    id: str
    learner: int
    concept: str
    mode: Mode
    opening: str
    steps: tuple[Step, ...]
    seed: int
    moved_at: datetime
    at: int = 0
    phase: Phase = "open"
    part: int = 0
    taught: bool = False
    rung: int = 0
    tries: int = 0
    turn: int = 0
    strays: int = 0
    marks: tuple[Mark, ...] = ()
    answer: str = ""
    remark: str = ""
    aside: str = ""
    ending: Ending = ""

    @property
    def step(self) -> Step | None:
        """The step that is open; None before the first and at the end."""
        return self.steps[self.at] if self.phase not in ("open", "over") else None


def begin(talk: Talk) -> Talk:
    """To the first step."""
    return _enter(replace(talk, at=0)) if talk.phase == "open" else talk


def go_on(talk: Talk, parts: int) -> Talk:
    """To the idea's next page, from it to its question, or from what was told to the next step.

    Args:
        parts: pages of the idea.
    """
    if talk.phase == "idea":
        if talk.part + 1 < parts:
            return _moved(replace(talk, part=talk.part + 1, remark=""))
        return _moved(replace(talk, phase="ask", taught=True, remark=""))
    if talk.phase != "told":
        return talk
    if _all_shown(talk):
        return _over(talk, "too early")
    after = talk.at + 1
    if _is_enough(talk):
        after = next((place for place, step in enumerate(talk.steps) if step.kind == "explain"), len(talk.steps))
        after = max(after, talk.at + 1)
    return _enter(replace(talk, at=after))


def know(talk: Talk) -> Talk:
    """The learner knows the idea that is about to be taught: it is asked at once."""
    return _moved(replace(talk, phase="ask", remark="")) if talk.phase == "idea" and not talk.tries else talk


def hint(talk: Talk) -> Talk:
    """Open the next rung of the ladder; an interviewer has none."""
    if talk.phase != "ask" or talk.mode == "interview" or talk.rung >= RUNGS:
        return talk
    return _moved(replace(talk, rung=talk.rung + 1, remark="", answer=""))


def answered(talk: Talk, answer: str, grade: Grade, *, pick: bool, solution: str) -> Talk:
    """What an answer to the open question makes of the talk.

    Args:
        pick: it was picked from what was shown.
        solution: the right answer and why, for when it has to be told.
    """
    step = talk.step
    if talk.phase != "ask" or step is None:
        return talk
    talk = replace(talk, answer=answer, strays=0)
    if talk.mode == "interview":
        return _noted(talk, grade, pick)
    if grade.outcome == "correct":
        return _told(talk, "helped" if talk.rung or talk.tries else "right", grade, pick, grade.feedback)
    if grade.outcome == "uncertain" and step.kind == "explain":
        return _moved(replace(talk, phase="judge", remark=grade.feedback))
    tries = talk.tries + 1
    if step.kind == "explain":
        if tries < EXPLANATIONS:
            return _moved(replace(talk, tries=tries, remark=grade.feedback))
        most = grade.points.count("found") * 2 >= max(1, len(grade.points))
        return _told(talk, "helped" if most else "shown", grade, pick, solution)
    if step.kind == "idea" and not talk.taught:
        return _moved(replace(talk, phase="idea", tries=tries, part=0, remark=grade.feedback))
    if talk.rung >= RUNGS or step.kind == "probe" or (step.kind == "check" and tries >= CHECK_TRIES):
        return _told(talk, "shown", grade, pick, f"{grade.feedback}\n\n{solution}")
    return _moved(replace(talk, tries=tries, rung=talk.rung + 1, remark=grade.feedback))


def gave_up(talk: Talk, *, solution: str, pick: bool) -> Talk:
    """The learner does not know: they are told, or taught what was asked ahead."""
    step = talk.step
    if talk.phase != "ask" or step is None:
        return talk
    talk = replace(talk, answer="", strays=0)
    if step.kind == "idea" and not talk.taught:
        return _moved(replace(talk, phase="idea", tries=talk.tries + 1, part=0, remark=""))
    grade = Grade("wrong", 0.0, "")
    return _noted(talk, grade, pick) if talk.mode == "interview" else _told(talk, "shown", grade, pick, solution)


def judged(talk: Talk, outcome: Outcome) -> Talk:
    """What the learner says of an explanation that could not be judged, beside a model answer."""
    if talk.phase != "judge":
        return talk
    result: Result = "shown" if outcome == "wrong" else "helped" if outcome == "partial" or talk.tries else "right"
    return _told(talk, result, Grade(outcome, 0.0, ""), False, talk.remark)


def strayed(talk: Talk, remark: str, *, far: bool) -> Talk:
    """The learner wrote something that is no answer; `far`: it is not even about the question."""
    if talk.phase != "ask":
        return talk
    strays = talk.strays + (2 if far else 1)
    return _over(talk, "astray") if strays >= STRAYS else _moved(replace(talk, strays=strays, remark=remark, answer=""))


def wondered(talk: Talk, aside: str) -> Talk:
    """The learner put a question of their own, which was answered."""
    return replace(_moved(talk), aside=aside, strays=0) if talk.phase not in ("open", "over") else talk


def stop(talk: Talk) -> Talk:
    """The learner ends it."""
    return talk if talk.phase == "over" else _over(talk, "stopped")


def owned(talk: Talk) -> bool:
    """Whether the concept is the learner's: explained in their own words, and most of it answered right.

    What was only picked right proves little: without an explanation something must have been typed.
    """
    own = [mark for mark in talk.marks if talk.steps[mark.step].concept == talk.concept]
    explained = [mark for mark in own if talk.steps[mark.step].kind == "explain"]
    others = [mark for mark in own if mark not in explained]
    good = sum(mark.result != "shown" for mark in others)
    if any(step.kind == "explain" for step in talk.steps):
        proven = any(mark.result != "shown" and mark.outcome != "wrong" for mark in explained)
    else:
        proven = any(mark.result == "right" and not mark.pick for mark in others)
    return talk.ending == "done" and proven and good >= OWNED_SHARE * len(others)


def grown(talk: Talk, step: Step | None) -> Talk:
    """An interview with its next question, or at its end."""
    return _over(talk, "done") if step is None else replace(talk, steps=(*talk.steps, step), phase="ask")


# ---------------------------------------------------------------------------------------- the inside


def _enter(talk: Talk) -> Talk:
    """Open the step at `talk.at`: taught first, unless what came before says that it need not be."""
    fresh = _moved(replace(talk, part=0, taught=False, rung=0, tries=0, answer="", remark=""))
    if talk.at >= len(talk.steps):
        return _over(fresh, "done")
    teach = talk.steps[talk.at].kind == "idea" and _in_a_row(talk.marks, "right") < AHEAD
    return replace(fresh, phase="idea" if teach else "ask")


def _told(talk: Talk, result: Result, grade: Grade, pick: bool, remark: str) -> Talk:
    mark = Mark(talk.at, result, grade.outcome, pick)
    return _moved(replace(talk, phase="told", marks=(*talk.marks, mark), remark=remark))


def _noted(talk: Talk, grade: Grade, pick: bool) -> Talk:
    """An interviewer keeps what they think until the end."""
    result: Result = "right" if grade.outcome == "correct" else "shown"
    mark = Mark(talk.at, result, grade.outcome, pick, grade.feedback)
    return _moved(replace(talk, marks=(*talk.marks, mark), at=talk.at + 1, phase="ask", remark="", answer=""))


def _over(talk: Talk, ending: Ending) -> Talk:
    return _moved(replace(talk, phase="over", ending=ending))


def _moved(talk: Talk) -> Talk:
    return replace(talk, turn=talk.turn + 1, aside="")


def _in_a_row(marks: Sequence[Mark], result: Result) -> int:
    """How many of the last marks are of one kind."""
    count = 0
    for mark in reversed(marks):
        if mark.result != result:
            break
        count += 1
    return count


def _own(talk: Talk) -> tuple[Mark, ...]:
    return tuple(mark for mark in talk.marks if talk.steps[mark.step].concept == talk.concept)


def _all_shown(talk: Talk) -> bool:
    return _in_a_row(_own(talk), "shown") >= TOO_EARLY and talk.at + 1 < len(talk.steps)


def _is_enough(talk: Talk) -> bool:
    """Whether the rest need not be gone through: a hard question right before anything was taught, or several."""
    own = _own(talk)
    probed = bool(own) and own[-1].result == "right" and talk.steps[own[-1].step].kind == "probe"
    return probed or _in_a_row(own, "right") >= ENOUGH
