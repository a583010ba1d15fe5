from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.fairness import (
    Forecast,
    Head,
    Limits,
    Load,
    Refusal,
    Waiting,
    forecast,
    pick,
    settled,
    start,
    stops_claim,
    stops_submission,
)


def test_time_away_earns_nothing_and_time_had_counts() -> None:
    assert start(virtual=100, finish=3) == 100
    assert start(virtual=100, finish=120) == 120
    assert settled(120, estimate=20, took=5) == 105


def test_who_had_least_goes_first_then_who_has_least_under_way_then_who_asked_first() -> None:
    first, second = Head(1, 10, 1), Head(2, 20, 0)
    assert pick([first, second], {1: 50, 2: 60}, 0) == first
    assert pick([first, second], {1: 50, 2: 60}, 70) == second
    assert pick([first, Head(2, 20, 1)], {}, 0) == first
    assert pick([], {}, 0) is None


@pytest.mark.parametrize(
    ("load", "server", "stopped"),
    [
        (Load(), None, None),
        (Load(queued=2), None, Refusal("learner_queued", 2)),
        (Load(), Load(queued=4), Refusal("server_queued", 4)),
        (Load(spent=50, waiting=41), None, Refusal("learner_budget", 100)),
        (Load(spent=50, waiting=40), None, None),
        (Load(), Load(spent=991), Refusal("server_budget", 1000)),
        (Load(running=5), Load(running=50), None),
    ],
)
def test_a_submission_is_stopped_by_what_waits_and_by_budgets(
    load: Load, server: Load | None, stopped: Refusal | None
) -> None:
    limits = Limits(learner_queued=2, server_queued=4, learner_seconds=100, server_seconds=1000)
    assert stops_submission(load, server, 10, limits) == stopped


@pytest.mark.parametrize(
    ("load", "server", "stopped"),
    [
        (Load(running=1, queued=9), Load(running=2), None),
        (Load(running=2), None, Refusal("learner_running", 2)),
        (Load(), Load(running=3), Refusal("server_running", 3)),
        (Load(spent=91), None, Refusal("learner_budget", 100)),
        (Load(), Load(spent=991), Refusal("server_budget", 1000)),
    ],
)
def test_a_claim_is_stopped_by_what_runs_and_by_budgets(
    load: Load, server: Load | None, stopped: Refusal | None
) -> None:
    limits = Limits(learner_running=2, server_running=3, learner_seconds=100, server_seconds=1000)
    assert stops_claim(load, server, 10, limits) == stopped


def test_a_newcomer_is_expected_ahead_of_a_hog() -> None:
    waiting = [Waiting(f"hog{number}", 1, number, 10) for number in range(200)]
    waiting += [Waiting("new", 2, 200, 10), Waiting("newer", 2, 201, 10)]
    found = forecast(waiting, [(1, 4.0), (1, 7.0)], {1: 20}, 10, slots=2, most_running=2)
    assert found["new"] == Forecast(1, 4.0)
    assert found["newer"].place <= 3
    assert len(found) == 202


@given(
    st.lists(st.tuples(st.integers(1, 4), st.floats(1, 50)), min_size=1, max_size=40),
    st.integers(1, 4),
    st.integers(1, 3),
)
def test_every_run_has_a_place_none_starts_early_and_slots_are_kept_to(
    asked: list[tuple[int, float]], slots: int, most: int
) -> None:
    waiting = [Waiting(str(number), learner, number, seconds) for number, (learner, seconds) in enumerate(asked)]
    found = forecast(waiting, [], {}, 0, slots, most)
    assert sorted(one.place for one in found.values()) == list(range(1, len(asked) + 1))
    for moment in {one.seconds for one in found.values()}:
        at_once = [one for one in waiting if found[one.run].seconds <= moment < found[one.run].seconds + one.estimate]
        assert len(at_once) <= slots
        assert max(Counter(one.learner for one in at_once).values()) <= most
