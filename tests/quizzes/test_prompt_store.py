"""The outbox on disk: one prompt for each date that was meant, in every zone, after every outage."""

import itertools
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from foundation.database import connect, migrate
from foundation.store import LearnerStore
from quizzes.days import prompt_at
from quizzes.prompt_store import PromptStore
from quizzes.prompts import LATE, Prompt, Schedule, catch_up, why_not

ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store() -> PromptStore:
    return PromptStore()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "gradus.sqlite3"
    migrate(path, [LearnerStore.migrations, PromptStore.migrations])
    database = connect(path)
    yield database
    database.close()


numbers = itertools.count(1)


def nonce() -> str:
    return f"{next(numbers):x}"


def learner(database: Database, person: int = 1001) -> int:
    return LearnerStore().learner_for(database, person, NOW).id


def due(database: Database, store: PromptStore, *, hour: time = time(9), zone: str = "UTC") -> int:
    """A learner whose prompt is due now, planned."""
    id = learner(database)
    store.keep(database, id, Schedule(hour, zone).timed(NOW - DAY / 24))
    assert store.plan(database, NOW, 10, nonce) == 1
    return id


def outbox(database: Database) -> list[dict[str, object]]:
    return list(database.query("select * from outbox order by id"))


def test_a_schedule_is_kept_as_it_is(database: Database, store: PromptStore) -> None:
    id = learner(database)
    assert store.find(database, id) is None
    schedule = Schedule(
        hour=time(8, 30),
        zone="Europe/Paris",
        next_date=date(2026, 3, 2),
        next_at=NOW,
        last_date=date(2026, 3, 1),
        place="77",
        server=77,
        thread=78,
        failures=2,
        paused_for="unreachable",
        told=True,
    )
    for kept in (schedule, Schedule(None, "UTC")):
        store.keep(database, id, kept)
        assert store.find(database, id) == kept


def test_what_is_due_is_planned_once_and_steps_to_the_next_date(database: Database, store: PromptStore) -> None:
    id = due(database, store)
    assert store.plan(database, NOW, 10, nonce) == 0
    (row,) = outbox(database)
    assert (row["learner"], row["local_date"], row["state"]) == (id, "2026-03-01", "planned")
    schedule = store.find(database, id)
    assert schedule is not None
    assert (schedule.last_date, schedule.next_date, schedule.next_at) == (
        date(2026, 3, 1),
        date(2026, 3, 2),
        datetime(2026, 3, 2, 9, tzinfo=UTC),
    )


def test_planning_and_the_step_are_one(database: Database, store: PromptStore) -> None:
    id = learner(database)
    store.keep(database, id, Schedule(time(9), "UTC").timed(NOW - DAY))
    before = store.find(database, id)
    database.execute("create trigger broken before update on prompts begin select raise(abort, 'no'); end")
    with pytest.raises(Exception, match="no"):
        store.plan(database, NOW, 10, nonce)
    assert outbox(database) == []
    assert store.find(database, id) == before


def test_the_outbox_holds_one_prompt_for_a_date_even_if_planned_again(database: Database, store: PromptStore) -> None:
    id = due(database, store)
    store.keep(database, id, Schedule(time(9), "UTC", next_date=date(2026, 3, 1), next_at=NOW))
    assert store.plan(database, NOW, 10, nonce) == 1
    assert len(outbox(database)) == 1


def test_a_batch_is_bounded_and_takes_who_has_waited_longest(database: Database, store: PromptStore) -> None:
    for person in range(5):
        store.keep(database, learner(database, person), Schedule(time(9 - person), "UTC").timed(NOW - DAY))
    assert [store.plan(database, NOW, 2, nonce) for _ in range(4)] == [2, 2, 1, 0]
    # Who is due at 05:00 comes first; all but one were due twice since yesterday's 09:30, and get the newer.
    assert [str(row["due_at"])[:13] for row in outbox(database)] == [f"2026-03-01T0{hour}" for hour in (5, 6, 7, 8, 9)]


def kinds_of_zone() -> list[str]:
    """One zone for each way in which clocks go over three years, to the hour: every zone goes like one of these."""
    start = datetime(2025, 1, 1, tzinfo=UTC)
    found: dict[object, str] = {}
    for name in ZONES:
        zone = ZoneInfo(name)
        days = [(start + number * DAY).astimezone(zone).utcoffset() for number in range(3 * 365 + 1)]
        changes = [number for number, (before, after) in enumerate(itertools.pairwise(days)) if before != after]
        hourly = [
            (start + number * DAY + hour * DAY / 24).astimezone(zone).utcoffset()
            for number in changes
            for hour in range(24)
        ]
        found.setdefault((days[0], tuple(changes), tuple(hourly)), name)
    return list(found.values())


def test_every_zone_gets_every_date_of_three_years_once(database: Database, store: PromptStore) -> None:
    """Through the real tables, ticking at uneven steps, at hours that changes of the clocks leave out or double."""
    start, end = datetime(2025, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    hours = itertools.cycle([time(2, 30), time(0), time(2, 30), time(1, 30), time(23, 59)])
    learners = list(zip(kinds_of_zone(), hours, strict=False))
    for person, (zone, hour) in enumerate(learners):
        store.keep(database, learner(database, person), Schedule(hour, zone).timed(start))
    steps = itertools.cycle([timedelta(hours=19, minutes=7), timedelta(minutes=1), timedelta(hours=20)])
    now = start
    while now < end:
        store.plan(database, now, 1_000, nonce)
        now += next(steps)
    rows = database.execute("select learner, zone, hour, local_date, due_at from outbox join prompts using (learner)")
    dates: dict[int, list[date]] = defaultdict(list)
    for id, zone, hour, day, due_at in rows.fetchall():
        dates[id].append(date.fromisoformat(day))
        local = datetime.fromisoformat(due_at).astimezone(ZoneInfo(zone))
        if (local.date().isoformat(), local.time().isoformat("minutes")) != (day, hour):  # left out on that day
            before = (local.astimezone(UTC) - DAY / 8).astimezone(ZoneInfo(zone))
            assert local.utcoffset() != before.utcoffset(), (zone, day)
    assert len(dates) == len(learners)
    for id, own in dates.items():
        assert own == [own[0] + number * DAY for number in range(len(own))], learners[id - 1]
        assert len(own) >= 3 * 365 - 2, learners[id - 1]


moments = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + minutes * DAY / 1440)
hours = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(ZONES), hours, moments, st.timedeltas(timedelta(), timedelta(days=400)))
def test_after_an_outage_only_the_newest_date_is_made(
    zone: str, hour: time, start: datetime, outage: timedelta
) -> None:
    schedule = Schedule(hour, zone).timed(start)
    assert schedule.next_at is not None
    assert schedule.next_date is not None
    now = schedule.next_at + outage
    day, at, following, then = catch_up(schedule.next_date, hour, zone, now)
    assert day >= schedule.next_date
    assert at <= now < then
    assert following == day + DAY
    assert (at, then) == (prompt_at(day, hour, zone), prompt_at(following, hour, zone))


def waiting(due_at: datetime, zone: str, day: date, next_at: datetime) -> Prompt:
    return Prompt(1, 1, 1, day, due_at, "a", 0, zone, "dm", None, None, next_at, superseded=False)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(ZONES), hours, moments, st.timedeltas(timedelta(), DAY))
def test_a_prompt_is_sent_late_only_on_its_own_date_and_well_before_the_next(
    zone: str, hour: time, start: datetime, late: timedelta
) -> None:
    schedule = Schedule(hour, zone).timed(start)
    assert schedule.next_at is not None
    assert schedule.next_date is not None
    now = schedule.next_at + late
    day, at, _, then = catch_up(schedule.next_date, hour, zone, now)
    fresh = why_not(waiting(at, zone, day, then), now) is None
    assert fresh or now - at > LATE
    if fresh and now - at > LATE:
        assert now.astimezone(ZoneInfo(zone)).date() == day
        assert then - now >= LATE


@pytest.mark.parametrize(
    ("hour", "at", "why"),
    [
        (8, datetime(2026, 3, 1, 21, tzinfo=UTC), None),  # the evening still saves the day
        (8, datetime(2026, 3, 2, 7, tzinfo=UTC), "stale"),  # yesterday's, an hour before today's
        (23, datetime(2026, 3, 2, 1, tzinfo=UTC), None),  # two hours late, past midnight
        (0, datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "stale"),  # still its date, but the next comes in half an hour
    ],
)
def test_what_is_stale(hour: int, at: datetime, why: str | None) -> None:
    due_at = datetime(2026, 3, 1, hour, tzinfo=UTC)
    assert why_not(waiting(due_at, "UTC", date(2026, 3, 1), due_at + DAY), at) == why


def test_what_is_stale_when_it_is_planned_never_waits(database: Database, store: PromptStore) -> None:
    id = learner(database)
    store.keep(database, id, Schedule(time(9), "UTC").timed(NOW))
    assert store.plan(database, NOW + 3 * DAY - DAY / 12, 10, nonce) == 1  # 07:30, long after the morning before
    (row,) = outbox(database)
    assert (row["local_date"], row["state"], row["why"]) == ("2026-03-03", "skipped", "stale")
    assert store.next_open(database, NOW + 3 * DAY) is None


def test_the_longest_waiting_is_sent_first_and_is_claimed_once(database: Database, store: PromptStore) -> None:
    due(database, store)
    found = store.next_open(database, NOW)
    assert found is not None
    assert (found.person, found.local_date, found.tries, found.superseded) == (1001, date(2026, 3, 1), 0, False)
    assert [store.claim(database, found.id) for _ in range(2)] == [True, False]
    assert store.next_open(database, NOW) is None
    store.mark_sent(database, found.id, "dm", "555", NOW)
    (row,) = outbox(database)
    assert (row["state"], row["tries"], row["message_id"], row["next_try_at"]) == ("sent", 1, "555", None)


def test_what_was_being_sent_when_a_process_died_waits_again_and_says_so(
    database: Database, store: PromptStore
) -> None:
    due(database, store)
    found = store.next_open(database, NOW)
    assert found is not None
    store.claim(database, found.id)
    store.take_up(database)
    again = store.next_open(database, NOW)
    assert again is not None
    assert (again.id, again.tries) == (found.id, 1)


def test_what_is_put_off_waits_until_then(database: Database, store: PromptStore) -> None:
    due(database, store)
    found = store.next_open(database, NOW)
    assert found is not None
    store.put_off(database, found.id, NOW + DAY / 24)
    assert store.next_open(database, NOW) is None
    assert store.next_open(database, NOW + DAY / 24) is not None


def test_whoever_switched_prompts_off_is_not_claimed(database: Database, store: PromptStore) -> None:
    id = due(database, store)
    found = store.next_open(database, NOW)
    assert found is not None
    store.keep(database, id, Schedule(None, "UTC"))
    assert not store.claim(database, found.id)
    again = store.next_open(database, NOW)
    assert again is not None
    assert why_not(again, NOW) == "off"


def test_an_older_prompt_gives_way_to_a_newer(database: Database, store: PromptStore) -> None:
    due(database, store)
    store.plan(database, NOW + DAY, 10, nonce)
    first = store.next_open(database, NOW + DAY)
    assert first is not None
    assert why_not(first, NOW + DAY) == "superseded"
    store.mark_skipped(database, first.id, "superseded")
    second = store.next_open(database, NOW + DAY)
    assert second is not None
    assert why_not(second, NOW + DAY) is None


def test_a_learner_s_rows_are_exported_and_forgotten(database: Database, store: PromptStore) -> None:
    id = due(database, store)
    kept = store.export(database, id)
    assert {name: len(rows) for name, rows in kept.items()} == {"prompts": 1, "outbox": 1}
    store.forget(database, id)
    assert store.export(database, id) == {"prompts": [], "outbox": []}
    assert store.next_open(database, NOW) is None


def test_old_prompts_go_some_at_a_time(database: Database, store: PromptStore) -> None:
    due(database, store)
    for days in range(1, 5):
        store.plan(database, NOW + days * DAY, 10, nonce)
    assert [store.forget_before(database, NOW + 2 * DAY, 2) for _ in range(3)] == [2, 1, 0]
    assert [row["local_date"] for row in outbox(database)] == ["2026-03-04", "2026-03-05"]
