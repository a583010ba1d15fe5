"""How a tutor leads: every transition, and what holds whatever a learner does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.tutor.dialogue import (
    CHECK_TRIES,
    EXPLANATIONS,
    RUNGS,
    STRAYS,
    TOO_EARLY,
    Mark,
    Mode,
    Phase,
    Result,
    Talk,
    answered,
    begin,
    gave_up,
    go_on,
    grown,
    hint,
    judged,
    know,
    owned,
    stop,
    strayed,
    wondered,
)
from bot.tutor.syllabus import INTERVIEW, Kind, Step
from quizzes.grading import Grade, Outcome

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
GUIDED: tuple[Kind, ...] = ("check", "idea", "idea", "idea", "explain")
PARTS = 2
"""Pages of every idea."""


def step(number: int, kind: Kind) -> Step:
    return Step(kind, "before" if kind == "check" else "dropout", f"Section {number}", f"q{number}", number)


def talk(*kinds: Kind, at: int = 0, phase: Phase = "ask", **more: Any) -> Talk:
    steps = tuple(step(number, kind) for number, kind in enumerate(kinds or GUIDED))
    mode: Mode = "interview" if "interview" in kinds else "guided"
    return Talk("t1", 1, "dropout", mode, "Hello.", steps, 0, NOW, at=at, phase=phase, **more)


def marks(*results: Result, first: int = 0) -> tuple[Mark, ...]:
    outcomes: dict[Result, Outcome] = {"right": "correct", "helped": "correct", "shown": "wrong"}
    return tuple(Mark(first + place, one, outcomes[one], False) for place, one in enumerate(results))


def graded(outcome: Outcome, points: tuple[str, ...] = ()) -> Grade:
    return Grade(outcome, 1.0 if outcome == "correct" else 0.0, f"It is {outcome}.", points=points)


def said(before: Talk, outcome: Outcome, points: tuple[str, ...] = ()) -> Talk:
    return answered(before, "my words", graded(outcome, points), pick=False, solution="The solution.")


def gives_up(before: Talk) -> Talk:
    return gave_up(before, solution="The solution.", pick=False)


# ------------------------------------------------------------------------------- one thing at a time


@pytest.mark.parametrize(
    ("before", "act", "after"),
    [
        (talk(phase="open"), begin, {"phase": "ask", "at": 0}),
        (talk("idea", phase="open"), begin, {"phase": "idea", "part": 0}),
        (talk(at=1, phase="idea"), lambda one: go_on(one, PARTS), {"phase": "idea", "part": 1}),
        (talk(at=1, phase="idea", remark="No."), lambda one: go_on(one, PARTS), {"part": 1, "remark": ""}),
        (talk(at=1, phase="idea", part=1), lambda one: go_on(one, PARTS), {"phase": "ask", "taught": True}),
        (talk(at=1, phase="idea", part=5), lambda one: go_on(one, PARTS), {"phase": "ask", "taught": True}),
        (talk(at=1, phase="idea"), know, {"phase": "ask", "taught": False}),
        (talk(at=1, phase="idea", tries=1), know, {"phase": "idea"}),
        (talk(), hint, {"phase": "ask", "rung": 1}),
        (talk(rung=RUNGS), hint, {"rung": RUNGS}),
        (talk("interview"), hint, {"rung": 0}),
        (talk(at=1, taught=True), lambda one: said(one, "correct"), {"phase": "told", "remark": "It is correct."}),
        (talk(at=1, taught=True), lambda one: said(one, "wrong"), {"phase": "ask", "rung": 1, "tries": 1}),
        (talk(at=1, taught=True, rung=RUNGS), lambda one: said(one, "partial"), {"phase": "told"}),
        (talk(at=1), lambda one: said(one, "wrong"), {"phase": "idea", "part": 0, "tries": 1}),
        (talk(at=1), gives_up, {"phase": "idea", "part": 0, "tries": 1}),
        (talk(at=1, taught=True), gives_up, {"phase": "told", "remark": "The solution."}),
        (talk(tries=CHECK_TRIES - 1), lambda one: said(one, "wrong"), {"phase": "told"}),
        (talk("probe"), lambda one: said(one, "wrong"), {"phase": "told", "remark": "It is wrong.\n\nThe solution."}),
        (talk(at=4), lambda one: said(one, "uncertain"), {"phase": "judge", "remark": "It is uncertain."}),
        (talk(at=4), lambda one: said(one, "partial"), {"phase": "ask", "tries": 1, "rung": 0}),
        (talk(at=4, tries=EXPLANATIONS - 1), lambda one: said(one, "wrong"), {"phase": "told"}),
        (talk(), lambda one: strayed(one, "No.", far=False), {"phase": "ask", "strays": 1, "remark": "No."}),
        (talk(), lambda one: strayed(one, "No.", far=True), {"phase": "ask", "strays": 2}),
        (talk(strays=5), lambda one: strayed(one, "No.", far=False), {"phase": "over", "ending": "astray"}),
        (talk(strays=5), lambda one: said(one, "wrong"), {"phase": "ask", "strays": 0}),
        (talk(strays=5), lambda one: wondered(one, "Because."), {"phase": "ask", "strays": 0, "aside": "Because."}),
        (talk(aside="Because."), hint, {"aside": ""}),
        (talk(at=1, phase="idea"), lambda one: wondered(one, "Because."), {"phase": "idea", "aside": "Because."}),
        (talk(phase="idea"), stop, {"phase": "over", "ending": "stopped"}),
        (talk("interview"), lambda one: said(one, "wrong"), {"at": 1, "remark": ""}),
    ],
)
def test_one_thing_leads_to_the_next(before: Talk, act: Callable[[Talk], Talk], after: dict[str, object]) -> None:
    now = act(before)
    assert {name: getattr(now, name) for name in after} == after


@pytest.mark.parametrize("phase", ["open", "idea", "judge", "told", "over"])
def test_what_is_not_asked_for_changes_nothing(phase: Phase) -> None:
    before = talk(at=1, phase=phase, marks=marks("right"))
    for act in (hint, gives_up, lambda one: said(one, "correct"), lambda one: strayed(one, "", far=True)):
        assert act(before) is before
    for allowed, act in (
        ("open", begin),
        ("idea", know),
        ("judge", lambda one: judged(one, "correct")),
        ("idea told", lambda one: go_on(one, PARTS)),
    ):
        assert (act(before) is not before) == (phase in allowed)


@pytest.mark.parametrize(
    ("before", "result"),
    [
        (said(talk(), "correct"), "right"),
        (said(hint(talk()), "correct"), "helped"),
        (said(said(talk(), "wrong"), "correct"), "helped"),
        (gives_up(talk()), "shown"),
        (said(talk("explain", tries=2), "partial", ("found", "missing")), "helped"),
        (said(talk("explain", tries=2), "partial", ("found", "missing", "missing")), "shown"),
        (said(talk("explain", tries=2), "wrong"), "shown"),
        (judged(talk("explain", phase="judge"), "correct"), "right"),
        (judged(talk("explain", phase="judge", tries=1), "correct"), "helped"),
        (judged(talk("explain", phase="judge"), "partial"), "helped"),
        (judged(talk("explain", phase="judge"), "wrong"), "shown"),
    ],
)
def test_a_step_is_marked_by_how_much_help_it_took(before: Talk, result: Result) -> None:
    assert [(one.step, one.result) for one in before.marks] == [(0, result)]


def test_wrong_answers_climb_the_ladder_and_then_it_is_told() -> None:
    one = talk(at=1, taught=True)
    for rung in range(1, RUNGS + 1):
        one = said(one, "wrong")
        assert (one.phase, one.rung) == ("ask", rung)
    one = said(one, "wrong")
    assert (one.phase, one.marks[-1].result) == ("told", "shown")
    assert "The solution." in one.remark


# ------------------------------------------------------------------------------- the way through


@pytest.mark.parametrize(
    ("kinds", "results", "after"),
    [
        (GUIDED, ("right",), {"at": 1, "phase": "idea"}),
        (GUIDED, ("right", "right"), {"at": 2, "phase": "ask", "taught": False}),
        (GUIDED, ("right", "helped"), {"at": 2, "phase": "idea"}),
        (GUIDED, ("right", "right", "right"), {"at": 3, "phase": "ask"}),
        (("idea", "idea", "idea", "idea", "explain"), ("right",) * 3, {"at": 4, "phase": "ask"}),
        (("idea",) * 4, ("right",) * 3, {"phase": "over", "ending": "done"}),
        (("probe", "idea", "idea", "explain"), ("right",), {"at": 3, "phase": "ask"}),
        (("probe", "idea", "idea", "explain"), ("shown",), {"at": 1, "phase": "idea"}),
        (("probe", "idea"), ("right",), {"phase": "over", "ending": "done"}),
        (GUIDED, ("shown", "shown", "shown"), {"at": 3, "phase": "idea"}),  # the first is of what it builds on
        (("idea",) * 4, ("shown",) * TOO_EARLY, {"phase": "over", "ending": "too early"}),
        (("idea",) * 3, ("shown",) * TOO_EARLY, {"phase": "over", "ending": "done"}),
        (("idea", "explain"), ("helped", "shown"), {"phase": "over", "ending": "done"}),
    ],
)
def test_what_went_before_says_where_it_goes_on(
    kinds: tuple[Kind, ...], results: tuple[Result, ...], after: dict[str, object]
) -> None:
    now = go_on(talk(*kinds, at=len(results) - 1, phase="told", marks=marks(*results)), PARTS)
    assert {name: getattr(now, name) for name in after} == after


def ended(*kinds: Kind, results: tuple[Result, ...], pick: bool = False) -> Talk:
    held = tuple(replace(mark, pick=pick) for mark in marks(*results))
    return talk(*kinds, at=len(kinds), phase="over", ending="done", marks=held)


@pytest.mark.parametrize(
    ("of", "is_owned"),
    [
        (ended("check", "idea", "explain", results=("right", "right", "right")), True),
        (ended("check", "idea", "explain", results=("shown", "helped", "helped")), True),
        (ended("idea", "idea", "explain", results=("right", "right", "shown")), False),
        (ended("idea", "idea", "explain", results=("shown", "right", "right")), False),
        (ended("probe", "explain", results=("right", "right")), True),
        (ended("explain", results=("right",)), True),
        (ended("idea", "idea", results=("right", "helped")), True),
        (ended("idea", "idea", results=("right", "right"), pick=True), False),
        (ended("idea", "idea", results=("helped", "helped")), False),
        (replace(ended("idea", "explain", results=("right", "right")), ending="stopped"), False),
        (ended("check", "idea", results=("right",)), False),
    ],
)
def test_a_concept_is_owned_by_who_explained_it_and_had_most_of_it(of: Talk, is_owned: bool) -> None:
    assert owned(of) == is_owned


def test_an_interview_keeps_what_it_thinks_until_its_end() -> None:
    one = talk("interview")
    for number in range(1, INTERVIEW):
        one = grown(said(one, "wrong"), step(number, "interview"))
        assert (one.phase, one.remark, one.answer, one.at) == ("ask", "", "", number)
    one = grown(said(one, "correct"), None)
    assert (one.phase, one.ending) == ("over", "done")
    assert [mark.note for mark in one.marks] == [*["It is wrong."] * (INTERVIEW - 1), "It is correct."]


# ------------------------------------------------------------------------------- whatever is done

Act = tuple[str, str]
ACTS: dict[str, Callable[[Talk, str], Talk]] = {
    "begin": lambda one, _: begin(one),
    "go on": lambda one, _: go_on(one, PARTS),
    "know": lambda one, _: know(one),
    "hint": lambda one, _: hint(one),
    "gave up": lambda one, _: gives_up(one),
    "answered": lambda one, outcome: said(one, cast(Outcome, outcome), ("found", "missing")),
    "judged": lambda one, outcome: judged(one, cast(Outcome, outcome)),
    "strayed": lambda one, outcome: strayed(one, "No.", far=outcome == "wrong"),
    "wondered": lambda one, _: wondered(one, "Because."),
    "stop": lambda one, _: stop(one),
}
OUTCOMES = st.sampled_from(["correct", "partial", "wrong", "uncertain"])
MIDDLES = st.lists(st.sampled_from(["idea"]), max_size=5)
PLANS = st.builds(
    lambda check, probe, ideas, explain: (*check, *probe, *ideas, *explain),
    st.sampled_from([(), ("check",)]),
    st.sampled_from([(), ("probe",)]),
    MIDDLES,
    st.sampled_from([(), ("explain",)]),
).filter(bool)


def after(one: Talk, act: str, outcome: str) -> Talk:
    """A talk after an act; an interview grows as the use case makes it grow."""
    now = ACTS[act](one, outcome)
    if now.mode == "interview" and now.phase == "ask" and now.at >= len(now.steps):
        return grown(now, step(now.at, "interview") if now.at < INTERVIEW else None)
    return now


@settings(max_examples=150, deadline=None)
@given(st.one_of(PLANS, st.just(("interview",))), st.lists(st.tuples(st.sampled_from(sorted(ACTS)), OUTCOMES)))
def test_whatever_is_done_it_stands_somewhere_and_its_turn_only_counts_up(
    plan: tuple[Kind, ...], acts: list[Act]
) -> None:
    one = talk(*plan, phase="open")
    for act, outcome in acts:
        now = after(one, act, outcome)
        assert (now.turn > one.turn) == (now != one)
        assert now.marks[: len(one.marks)] == one.marks
        assert (now.phase == "over") == bool(now.ending)
        assert (now.step is None) == (now.phase in ("open", "over"))
        assert 0 <= now.rung <= RUNGS
        assert now.strays < STRAYS
        assert len({mark.step for mark in now.marks}) == len(now.marks)
        assert one.phase != "over" or now is one
        assert now.mode == "guided" or now.remark in ("", "No.")
        one = now
    assert not owned(one) or one.ending == "done"


@settings(max_examples=150, deadline=None)
@given(st.one_of(PLANS, st.just(("interview",))), st.data())
def test_it_ends_where_answers_keep_coming(plan: tuple[Kind, ...], data: st.DataObject) -> None:
    one, moves = begin(talk(*plan, phase="open")), 0
    fits = {"idea": ["go on", "know"], "told": ["go on"], "judge": ["judged"], "ask": ["answered", "gave up", "hint"]}
    while one.phase != "over":
        act = data.draw(st.sampled_from(fits[one.phase]))
        one = after(one, act, data.draw(OUTCOMES))
        moves += 1
        assert moves <= len(plan) * (PARTS + 2 * RUNGS + 4) + 2 * INTERVIEW
    assert one.ending in ("done", "too early")


@settings(max_examples=50, deadline=None)
@given(PLANS, st.lists(st.booleans(), min_size=STRAYS, max_size=STRAYS))
def test_who_only_strays_is_let_go(plan: tuple[Kind, ...], far: list[bool]) -> None:
    one = begin(talk(*plan, phase="open"))
    while one.phase == "idea":
        one = go_on(one, PARTS)
    for is_far in far:
        one = strayed(one, "No.", far=is_far)
    assert (one.phase, one.ending, one.marks) == ("over", "astray", ())
