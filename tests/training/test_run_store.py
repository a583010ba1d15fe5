"""The queue on disk, without workers' processes: time is an argument, and a worker is whoever claims."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from foundation.database import connect, migrate
from foundation.errors import GradusError
from training.fairness import Limits, Refusal
from training.records import Budget, Claim, Place, Point, Record, Request, WorkerInfo
from training.run_store import LEASE, UNKNOWN_SECONDS, LeaseLost, RunStore
from training.states import MOST_LOSSES

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
WORKER = WorkerInfo("w1", "cpu", 2, 4000)
OTHER = replace(WORKER, id="w2")
REQUEST = Request("r", 1, 9, "digits", {"epochs": 3}, "any", 1000, 300)
OPEN = Limits(100, 1000, 1e9, 100, 1000, 1e9)
STORE = RunStore()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path / "gradus.sqlite3", [RunStore.migrations])
    with closing(connect(tmp_path / "gradus.sqlite3")) as opened:
        yield opened


def add(database: Database, id: str, learner: int = 1, limits: Limits | None = OPEN, **changes: object) -> Record:
    taken = STORE.submit(database, replace(REQUEST, id=id, learner=learner, **changes), NOW, limits)  # type: ignore[arg-type]
    assert isinstance(taken, Record)
    return taken


def claim(database: Database, now: datetime = NOW, worker: WorkerInfo = WORKER, limits: Limits = OPEN) -> Claim:
    found = STORE.claim(database, worker, now, limits, free=worker.memory)
    assert found is not None
    return found[0]


def state(database: Database, id: str) -> str:
    found = STORE.find(database, id)
    assert found is not None
    return found.state


def test_a_run_is_queued_claimed_begun_and_done(database: Database) -> None:
    assert add(database, "a").state == "queued"
    ours = claim(database)
    assert ours == Claim("a", 1, "w1")
    assert state(database, "a") == "leased"
    STORE.begin(database, ours, NOW + 3 * SECOND)
    STORE.add_points(database, ours, [Point(1, 2, {"train_loss": 0.5})], -1, ("tiny", "1"))
    STORE.finish(database, ours, "done", NOW + 9 * SECOND, seconds=6.0, metrics={"accuracy": 0.9})
    found = STORE.find(database, "a")
    assert found is not None
    assert (found.state, found.metrics, found.dataset, found.device) == (
        "done",
        {"accuracy": 0.9},
        ("tiny", "1"),
        "cpu",
    )
    assert found.seconds == 6.0
    assert found.queue_seconds == pytest.approx(3.0, abs=0.01)
    assert STORE.points(database, "a") == [Point(1, 2, {"train_loss": 0.5})]
    assert STORE.points(database, "a", after=1) == []


def test_the_same_submission_again_is_the_same_run(database: Database) -> None:
    assert add(database, "a") == add(database, "a")
    assert len(STORE.mine(database, 1)) == 1


def test_only_who_holds_a_run_may_write_it(database: Database) -> None:
    add(database, "a")
    ours = claim(database)
    STORE.begin(database, ours, NOW)
    for stranger in (replace(ours, worker="w2"), replace(ours, attempt=2), replace(ours, run="b")):
        acts: list[Callable[[Claim], object]] = [
            lambda one: STORE.begin(database, one, NOW),
            lambda one: STORE.add_points(database, one, [], None, None),
            lambda one: STORE.finish(database, one, "done", NOW, seconds=1),
            lambda one: STORE.hand_back(database, one, 1),
            lambda one: STORE.lose(database, one, NOW),
        ]
        for act in acts:
            with pytest.raises(LeaseLost):
                act(stranger)
    STORE.finish(database, ours, "done", NOW, seconds=1)
    with pytest.raises(LeaseLost):
        STORE.finish(database, ours, "failed", NOW, seconds=1)
    assert state(database, "a") == "done"


def test_a_worker_that_is_not_heard_of_loses_its_runs_and_can_write_no_more(database: Database) -> None:
    add(database, "a")
    STORE.beat(database, WORKER, NOW)
    ours = claim(database)
    STORE.beat(database, WORKER, NOW + 5 * SECOND)
    assert STORE.reap(database, NOW + LEASE) == []
    assert STORE.reap(database, NOW + LEASE + 6 * SECOND) == ["a"]
    assert STORE.workers(database, NOW + LEASE + 6 * SECOND) == []
    theirs = claim(database, NOW + LEASE + 6 * SECOND, OTHER)
    assert theirs == Claim("a", 2, "w2")
    with pytest.raises(LeaseLost):
        STORE.begin(database, ours, NOW)
    assert STORE.held_by(database, WORKER) == {}
    assert STORE.held_by(database, OTHER) == {theirs: False}


def test_a_run_is_lost_for_good_after_some_times_and_costs_nothing(database: Database) -> None:
    add(database, "a")
    for _ in range(MOST_LOSSES):
        ours = claim(database)
        assert STORE.budget(database, 1, NOW, OPEN).spent == UNKNOWN_SECONDS
        to = STORE.lose(database, ours, NOW)
    assert to == state(database, "a") == "lost"
    assert STORE.budget(database, 1, NOW, OPEN) == Budget(0, 0, OPEN.learner_seconds)
    assert not STORE.anything_for(database, WORKER)


def test_a_run_that_is_handed_back_has_lost_nothing(database: Database) -> None:
    add(database, "a")
    ours = claim(database)
    STORE.begin(database, ours, NOW)
    STORE.hand_back(database, ours, 7.0)
    found = STORE.find(database, "a")
    assert found is not None
    assert (found.state, found.losses, found.seconds) == ("queued", 0, 7.0)
    assert claim(database, worker=OTHER).attempt == 2


def test_points_of_an_attempt_before_go_as_far_as_they_are_made_again(database: Database) -> None:
    add(database, "a")
    ours = claim(database)
    STORE.begin(database, ours, NOW)
    STORE.add_points(database, ours, [Point(step, 9, {"train_loss": 1.0}) for step in range(1, 7)], -1, None)
    STORE.lose(database, ours, NOW)
    again = claim(database)
    STORE.begin(database, again, NOW)
    STORE.add_points(database, again, [Point(5, 9, {"train_loss": 0.5})], 4, None)
    assert [(one.step, one.values["train_loss"]) for one in STORE.points(database, "a")] == [
        (1, 1.0),
        (2, 1.0),
        (3, 1.0),
        (4, 1.0),
        (5, 0.5),
    ]


def test_cancelling_is_at_once_what_waits_and_asks_the_worker_of_what_runs(database: Database) -> None:
    add(database, "a")
    add(database, "b")
    ours = claim(database)
    assert STORE.cancel(database, "b", NOW).state == "cancelled"
    assert STORE.cancel(database, "a", NOW).cancel_wanted
    assert STORE.held_by(database, WORKER) == {ours: True}
    assert STORE.lose(database, ours, NOW) == "cancelled"
    assert STORE.cancel(database, "a", NOW).state == "cancelled"
    with pytest.raises(GradusError, match="no run 'x'"):
        STORE.cancel(database, "x", NOW)


@pytest.mark.parametrize(
    ("asked", "memory", "fits"),
    [("any", 4000, True), ("cpu", 1, True), ("any", 4001, False), ("cuda", 1, False), ("cuda:0", 1, False)],
)
def test_a_worker_takes_what_fits_its_device_and_memory(
    database: Database, asked: str, memory: int, fits: bool
) -> None:
    add(database, "a", device=asked, memory=memory)
    assert STORE.anything_for(database, WORKER) == fits
    assert (STORE.claim(database, WORKER, NOW, OPEN, free=4000) is not None) == fits
    assert STORE.anything_for(database, WorkerInfo("g", "cuda:0", 1, 9000)) == (not fits)


def test_a_large_run_is_waited_for_and_not_overtaken(database: Database) -> None:
    add(database, "large", learner=1, memory=3000)
    add(database, "small", learner=2, memory=100)
    assert STORE.claim(database, WORKER, NOW, OPEN, free=2000) is None
    assert claim(database).run == "large"


def test_a_newcomer_starts_at_once_behind_a_hog(database: Database) -> None:
    for number in range(30):
        add(database, f"hog{number}", learner=1)
    held = [claim(database) for _ in range(2)]
    add(database, "new1", learner=2)
    add(database, "new2", learner=2)
    order: list[str] = []
    for _ in range(4):
        ended = held.pop(0)
        STORE.begin(database, ended, NOW)
        STORE.finish(database, ended, "done", NOW, seconds=5.0)
        held.append(claim(database))
        order.append(held[-1].run)
    assert order[0] == "new1"
    assert "new2" in order[:3]


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (Limits(learner_queued=2), Refusal("learner_queued", 2)),
        (Limits(server_queued=2), Refusal("server_queued", 2)),
        (Limits(learner_seconds=80), Refusal("learner_budget", 80)),
        (Limits(server_seconds=80), Refusal("server_budget", 80)),
    ],
)
def test_a_submission_over_a_limit_is_refused_with_the_limit(
    database: Database, limits: Limits, refusal: Refusal
) -> None:
    add(database, "a", limits=limits)
    add(database, "b", limits=limits)
    assert STORE.submit(database, replace(REQUEST, id="c"), NOW, limits) == refusal
    assert STORE.find(database, "c") is None
    assert isinstance(STORE.submit(database, replace(REQUEST, id="c"), NOW, None), Record)


def test_running_limits_and_budgets_hold_claims_back_until_they_do_not(database: Database) -> None:
    limits = Limits(learner_running=1, learner_seconds=100)
    for id in "abcd":
        add(database, id)
    STORE.beat(database, WORKER, NOW)
    first = claim(database, limits=limits)
    assert STORE.claim(database, OTHER, NOW, limits, free=4000) is None
    assert STORE.places(database, NOW, limits)["b"] == Place(1, UNKNOWN_SECONDS, "learner_running")
    STORE.begin(database, first, NOW)
    STORE.finish(database, first, "timed_out", NOW, seconds=90)
    assert STORE.claim(database, OTHER, NOW, limits, free=4000) is None
    assert STORE.places(database, NOW, limits)["b"] == Place(None, None, "learner_budget")
    assert claim(database, NOW + DAY, limits=limits).run == "b"


def test_the_operator_s_runs_know_no_limits(database: Database) -> None:
    limits = Limits(learner_running=1, learner_seconds=1)
    for id in "ab":
        add(database, id, limits=None)
        claim(database, limits=limits)


def test_places_tell_who_is_next_and_when(database: Database) -> None:
    add(database, "a")
    assert STORE.places(database, NOW, OPEN) == {"a": Place(1, None, None)}  # nobody is there to take it
    STORE.beat(database, replace(WORKER, slots=1), NOW)
    STORE.begin(database, claim(database), NOW)
    add(database, "b", learner=1)
    add(database, "c", learner=2)
    places = STORE.places(database, NOW + 10 * SECOND, OPEN)
    assert places == {"c": Place(1, 20.0, None), "b": Place(2, 50.0, None)}


def test_an_estimate_is_the_median_of_what_the_task_took(database: Database) -> None:
    for id, seconds in (("a", 4.0), ("b", 6.0), ("slow", 80.0)):
        add(database, id)
        ours = claim(database)
        STORE.begin(database, ours, NOW)
        STORE.finish(database, ours, "done", NOW, seconds=seconds)
    assert add(database, "c").estimate == 6.0
    assert add(database, "d", task="other", seconds=20).estimate == 20.0


def test_a_board_has_everybody_s_best_of_what_can_be_compared(database: Database) -> None:
    done = [(1, 0.9, "mnist"), (1, 0.7, "mnist"), (2, 0.95, "mnist"), (3, 0.99, "small"), (4, None, "mnist")]
    for number, (learner, accuracy, data) in enumerate(done):
        add(database, f"r{number}", learner=learner)
        ours = claim(database)
        STORE.begin(database, ours, NOW)
        STORE.add_points(database, ours, [], None, (data, "1"))
        metrics = {"accuracy": accuracy} if accuracy is not None else {"diverged": 1.0}
        STORE.finish(database, ours, "done", NOW, seconds=1.0, metrics=metrics)
    rows = STORE.board(database, "digits", "mnist", "accuracy", higher=True)
    assert [(row.learner, row.run, row.value) for row in rows] == [(2, "r2", 0.95), (1, "r0", 0.9)]
    lowest = STORE.board(database, "digits", "mnist", "accuracy", higher=False)
    assert [(row.learner, row.run) for row in lowest] == [(1, "r1"), (2, "r2")]


def test_what_is_forgotten_leaves_only_the_folders_to_clear(database: Database) -> None:
    for id, learner in (("a", 1), ("b", 2)):
        add(database, id, learner=learner)
        ours = claim(database)
        STORE.begin(database, ours, NOW)
        STORE.add_points(database, ours, [Point(1, 2, {"train_loss": 0.5})], None, None)
    exported = STORE.export(database, 1)
    assert {table: len(rows) for table, rows in exported.items()} == {
        "runs": 1,
        "run_points": 1,
        "shares": 1,
        "spent": 1,
    }
    STORE.forget(database, 1)
    assert not any(STORE.export(database, 1).values())
    assert all(STORE.export(database, 2).values())
    assert list(STORE.held_by(database, WORKER)) == [Claim("b", 1, "w1")]
    assert STORE.leftovers(database) == ["a"]
    STORE.cleared(database, ["a"])
    assert STORE.leftovers(database) == []
