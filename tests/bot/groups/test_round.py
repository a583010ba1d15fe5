"""The course of a round and its points, without a database or a chat."""

import itertools
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.groups.round import (
    CHANGING,
    LEFT_AT_LEAST,
    LOBBY,
    MOST_SILENT,
    STALE,
    WRITING,
    Answer,
    Asked,
    Round,
    drawn,
    ended,
    is_due,
    moved_on,
    resumed,
    shown,
    spread,
    standings,
)
from quizzes.question import Choice, Kind, Option, Question

NOW = datetime(2026, 3, 1, 18, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ADA, BOB, CAROL = 1, 2, 3


def a_round(count: int = 3) -> Round:
    items = tuple(Asked(f"q-{number}", number, "B") for number in range(count))
    return Round("r1", 10, 20, "mix", "a mix", items, 20, NOW)


def open_at(position: int, now: datetime = NOW) -> Round:
    return shown(replace(a_round(), phase="asking", position=position), 99, now)


def answer(learner: int, position: int, letter: str = "B", took: float = 5.0) -> Answer:
    return Answer(learner, 100 + learner, position, letter, NOW + timedelta(seconds=took), took)


def told_all(count: int = 3) -> Round:
    return replace(a_round(count), phase="over", position=count, ending="played")


# -------------------------------------------------------------------- its course


def test_a_round_goes_from_the_lobby_through_every_question_to_its_end() -> None:
    round, now, course = a_round(2), NOW, []
    while round.phase != "over":
        course.append((round.phase, round.position))
        round = shown(round, 99, now)
        assert round.until is not None
        now = round.until + WRITING
        assert is_due(round, now, [])
        round = moved_on(round, now, answered=True)
    assert course == [("lobby", 0), ("asking", 0), ("telling", 0), ("asking", 1), ("telling", 1)]
    assert (round.ending, round.position) == ("played", 2)


def test_no_phase_ends_before_its_message_stands_in_the_channel() -> None:
    round = a_round()
    assert not is_due(round, NOW + timedelta(hours=1), [])
    assert not is_due(shown(round, 99, NOW), NOW + LOBBY - SECOND, [])
    assert is_due(shown(round, 99, NOW), NOW + LOBBY, [])


def test_two_questions_in_a_row_without_an_answer_end_it() -> None:
    round = a_round(5)
    for answered, silent in ((False, 1), (True, 0), (False, 1), (False, MOST_SILENT)):
        round = replace(round, phase="asking")
        round = moved_on(round, NOW, answered)
        assert round.silent == silent
        round = moved_on(round, NOW, answered)
    assert (round.phase, round.ending) == ("over", "ignored")


def test_an_answer_is_in_time_until_the_end_and_one_being_written_is_waited_for() -> None:
    round = open_at(0)
    end = NOW + timedelta(seconds=20)
    assert round.takes(0, end)
    assert not round.takes(0, end + SECOND / 10)
    assert not round.takes(1, NOW)
    assert not is_due(round, end + WRITING - SECOND / 10, [])
    assert is_due(round, end + WRITING, [])


def test_the_first_question_has_its_whole_time_for_nobody_knows_who_plays() -> None:
    assert not is_due(open_at(0), NOW + timedelta(seconds=19), [answer(ADA, 0), answer(BOB, 0)])


def test_a_later_one_ends_when_all_who_answered_the_one_before_have_and_could_change_it() -> None:
    before = [answer(ADA, 0), answer(BOB, 0)]
    round = open_at(1)
    late = NOW + timedelta(seconds=19)
    assert not is_due(round, late, [*before, answer(ADA, 1)])
    assert not is_due(round, late, [*before, answer(ADA, 1), answer(CAROL, 1)])
    everybody = [*before, answer(ADA, 1, took=3), answer(BOB, 1, took=6)]
    last = NOW + timedelta(seconds=6)
    assert not is_due(round, last + CHANGING - SECOND, everybody)
    assert is_due(round, last + CHANGING, everybody)
    newcomer = [*everybody, answer(CAROL, 1, took=8)]
    assert not is_due(round, last + CHANGING, newcomer)


def test_stopped_in_the_middle_of_a_question_that_question_counts_for_nobody() -> None:
    round = ended(open_at(1), NOW, "stopped")
    assert (round.told, round.ending) == (1, "stopped")
    assert [one.points for one in standings(round, [answer(ADA, 0), answer(ADA, 1)])] == [1]
    assert ended(round, NOW, "stale") == round


def test_stopped_after_the_answer_was_told_it_counts() -> None:
    telling = moved_on(open_at(1), NOW, answered=True)
    assert ended(telling, NOW, "stopped").told == 2


def test_after_a_restart_an_open_question_has_some_time_left_and_a_stale_round_is_over() -> None:
    round = open_at(0)
    soon = NOW + timedelta(seconds=18)
    assert resumed(round, soon).until == soon + LEFT_AT_LEAST
    assert resumed(round, NOW + SECOND).until == NOW + timedelta(seconds=20)
    stale = resumed(round, NOW + STALE + SECOND)
    assert (stale.phase, stale.ending, stale.told) == ("over", "stale", 0)
    assert resumed(a_round(), soon) == a_round()


# -------------------------------------------------------------------- points


def test_a_right_answer_is_a_point_and_time_only_parts_equals() -> None:
    answers = [
        *(answer(ADA, place, took=19) for place in range(3)),
        *(answer(BOB, place, took=2) for place in range(2)),
        *(answer(CAROL, place, took=1) for place in range(2)),
        answer(BOB, 2, "A", took=0.1),
    ]
    found = [(one.learner, one.place, one.points, one.seconds) for one in standings(told_all(), answers)]
    assert found == [(ADA, 1, 3, 57.0), (CAROL, 2, 2, 2.0), (BOB, 3, 2, 4.0)]


def test_who_is_equal_to_a_tenth_of_a_second_shares_the_place() -> None:
    answers = [answer(ADA, 0, took=2.01), answer(BOB, 0, took=1.99), answer(CAROL, 0, took=9)]
    assert [(one.learner, one.place) for one in standings(told_all(), answers)] == [(ADA, 1), (BOB, 1), (CAROL, 3)]


def test_wrong_answers_take_part_and_share_the_last_place() -> None:
    answers = [answer(ADA, 0, "A", took=1), answer(BOB, 0, "C", took=9)]
    assert [(one.place, one.points, one.seconds) for one in standings(told_all(), answers)] == [(1, 0, 0.0)] * 2


@settings(max_examples=60)
@given(
    st.lists(
        st.builds(
            answer,
            st.integers(1, 5),
            st.integers(0, 2),
            st.sampled_from("ABC"),
            st.floats(0, 20, allow_nan=False),
        ),
        unique_by=lambda one: (one.learner, one.position),
    ),
    st.randoms(use_true_random=False),
)
def test_places_follow_points_then_time_whatever_the_order_of_the_answers(
    answers: list[Answer], source: random.Random
) -> None:
    board = standings(told_all(), answers)
    mixed = list(answers)
    source.shuffle(mixed)
    assert standings(told_all(), mixed) == board
    assert {one.learner for one in board} == {one.learner for one in answers}
    for one in board:
        better = [other for other in board if (-other.points, other.seconds) < (-one.points, one.seconds)]
        assert one.place == len(better) + 1
    assert sum(one.points for one in board) == sum(one.letter == "B" for one in answers)


def test_the_spread_is_that_of_the_question_alone() -> None:
    answers = [answer(ADA, 0), answer(ADA, 1), answer(BOB, 1, "A")]
    assert spread(open_at(1), answers) == Counter("AB")


# -------------------------------------------------------------------- what is asked


def question(concept: str, number: int, kind: Kind = "single_choice") -> Question:
    options = (Option("right", True, ""), Option("wrong", False, "no"))
    return Question(f"{concept}-{number}", concept, kind, "recall", 1, "", "?", "", "", Choice(options))


@pytest.mark.parametrize("seed", range(5))
def test_concepts_come_in_turn_and_never_twice_in_a_row(seed: int) -> None:
    some = [question(concept, number) for concept in "abc" for number in range(6)]
    chosen = drawn(some, 9, random.Random(seed))
    assert Counter(one.concept for one in chosen) == {"a": 3, "b": 3, "c": 3}
    assert len({one.id for one in chosen}) == 9
    assert all(one.concept != after.concept for one, after in itertools.pairwise(chosen))


def test_on_one_concept_kinds_alternate_and_what_was_asked_before_comes_last() -> None:
    some = [question("a", 1), question("a", 2), question("a", 3, "find_bug"), question("a", 4, "find_bug")]
    kinds = [one.kind for one in drawn(some, 4, random.Random(1))]
    assert all(one != after for one, after in itertools.pairwise(kinds))
    assert drawn(some, 4, random.Random(1), {"a-1"})[-1].id == "a-1"
    assert len(drawn(some, 10, random.Random(1))) == 4
