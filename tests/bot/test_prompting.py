"""Daily prompts from the setting to the sending: on time, once for each date, whatever dies or fails in between."""

import asyncio
import itertools
import logging
import random
import signal
import subprocess
import sys
import tempfile
import time as clock
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.practising import Today
from bot.prompting import (
    BURST,
    UNREACHABLE,
    Daily,
    Deliver,
    Prompting,
    Refused,
    Sent,
    Transient,
    pause_after,
    words,
)
from foundation.database import DatabaseThread, migrate
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes.prompt_store import PromptStore
from quizzes.prompts import LATE, Prompt
from tests.bot.prompt_process import Messages
from tests.quizzes.test_prompt_store import ZONES

ADA, BOB = 1001, 1002
START = datetime(2026, 3, 1, 6, tzinfo=UTC)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
EIGHT = time(8)


@dataclass
class Carrier:
    """Carries prompts into a list, or raises what it was given."""

    sent: list[Prompt] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    asked: int = 0

    async def find(self, prompt: Prompt) -> Sent | None:
        return Sent("dm", "1") if prompt.nonce in [one.nonce for one in self.sent] else None

    async def send(self, prompt: Prompt, text: str) -> Sent:
        self.asked += 1
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(prompt)
        self.texts.append(text)
        return Sent("dm", str(len(self.sent)))

    @property
    def dates(self) -> list[date]:
        return [one.local_date for one in self.sent]


@dataclass
class Duty:
    """What everybody has to do."""

    today: Today | None = field(default_factory=lambda: Today(4, "Gradient descent"))
    failure: Exception | None = None

    async def __call__(self, person: int, now: datetime) -> Today | None:
        if self.failure is not None:
            raise self.failure
        return self.today


def make_database(folder: Path) -> DatabaseThread:
    path = folder / "gradus.sqlite3"
    migrate(path, [LearnerStore.migrations, PromptStore.migrations])
    return DatabaseThread(path)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[DatabaseThread]:
    thread = make_database(tmp_path)
    yield thread
    thread.close()


def nonces() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"n{next(numbers)}"


@pytest.fixture
def duty() -> Duty:
    return Duty()


@pytest.fixture
def prompting(database: DatabaseThread, duty: Duty) -> Prompting:
    return Prompting(database, duty, nonces())


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


async def tick(prompting: Prompting, carrier: Deliver, now: datetime) -> None:
    await prompting.plan(now)
    await prompting.send_due(carrier, now)


async def states(database: DatabaseThread) -> list[tuple[str, str | None]]:
    rows = await database.run(lambda db: db.execute("select state, why from outbox order by id").fetchall())
    return [tuple(row) for row in rows]


# ------------------------------------------------------------------------------------------ the usual


async def test_a_prompt_comes_at_its_hour_each_day_once(prompting: Prompting, carrier: Carrier) -> None:
    set_to = await prompting.set_daily(ADA, EIGHT, "Europe/Paris", "dm", START)
    assert (set_to.next_date, set_to.next_at) == (date(2026, 3, 1), datetime(2026, 3, 1, 7, tzinfo=UTC))
    for minutes in range(0, 3 * 24 * 60, 10):
        await tick(prompting, carrier, START + minutes * MINUTE)
    assert carrier.dates == [date(2026, 3, day) for day in (1, 2, 3)]
    assert carrier.texts[0] == "Good morning. 4 questions for today: Gradient descent and 3 more, about 3 minutes."


@pytest.mark.parametrize(
    ("today", "local", "expected"),
    [
        (Today(1, "Dropout"), time(4), "Good morning. 1 question for today: Dropout, about 1 minute."),
        (Today(2, "Dropout"), time(12), "Good afternoon. 2 questions for today: Dropout and 1 more, about 2 minutes."),
        (Today(5, "Dropout"), time(3), "Good evening. 5 questions for today: Dropout and 4 more, about 3 minutes."),
    ],
)
def test_the_words_of_a_prompt(today: Today, local: time, expected: str) -> None:
    assert words(today, local) == expected


async def test_nothing_is_sent_where_nothing_is_to_be_done(
    prompting: Prompting, carrier: Carrier, duty: Duty, database: DatabaseThread
) -> None:
    await prompting.set_daily(ADA, EIGHT, "UTC", "dm", START)
    duty.today = None
    await tick(prompting, carrier, START + 2 * HOUR)
    assert carrier.asked == 0
    assert await states(database) == [("skipped", "nothing to do")]


async def test_switched_off_or_paused_means_none_and_resumed_means_the_next(
    prompting: Prompting, carrier: Carrier
) -> None:
    await prompting.set_daily(ADA, EIGHT, "UTC", "dm", START)
    assert (await prompting.pause(ADA, START)).paused
    await tick(prompting, carrier, START + 3 * HOUR)
    resumed = await prompting.resume(ADA, START + 3 * HOUR)
    assert (resumed.next_date, resumed.paused) == (date(2026, 3, 2), False)
    assert (await prompting.off(ADA, START + DAY)).next_at is None
    await tick(prompting, carrier, START + 2 * DAY)
    assert carrier.sent == []
    assert (await prompting.daily(ADA)).hour is None


async def test_whoever_set_nothing_has_nothing(prompting: Prompting, database: DatabaseThread) -> None:
    assert await prompting.daily(ADA) == Daily()
    assert await prompting.news(ADA) is None
    await prompting.seen(ADA, 5)
    await prompting.off(ADA, START)
    assert await database.run(lambda db: db.execute("select count(*) from prompts").fetchone()) == (0,)


@pytest.mark.parametrize(("zone", "place"), [("Mars/Olympus", "dm"), ("", "dm"), ("../etc", "dm"), ("UTC", "here")])
async def test_no_such_zone_or_place_is_said(prompting: Prompting, zone: str, place: str) -> None:
    with pytest.raises(GradusError):
        await prompting.set_daily(ADA, EIGHT, zone, place, START)
    assert await prompting.daily(ADA) == Daily()


async def test_between_planning_and_sending_one_may_still_switch_off_or_leave(
    prompting: Prompting, carrier: Carrier, database: DatabaseThread
) -> None:
    for person in (ADA, BOB):
        await prompting.set_daily(person, EIGHT, "UTC", "dm", START)
    now = START + 2 * HOUR
    await prompting.plan(now)
    await prompting.off(ADA, now)
    await database.run(lambda db: PromptStore().forget(db, 2))
    await prompting.send_due(carrier, now)
    assert carrier.asked == 0
    assert await states(database) == [("skipped", "off")]


async def test_whoever_switches_off_while_their_questions_are_counted_gets_none(
    database: DatabaseThread, carrier: Carrier
) -> None:
    async def worth(person: int, now: datetime) -> Today:
        await asking.off(person, now)
        return Today(1, "Dropout")

    asking = Prompting(database, worth, nonces())
    await asking.set_daily(ADA, EIGHT, "UTC", "dm", START)
    await tick(asking, carrier, START + 2 * HOUR)
    assert carrier.asked == 0
    assert await states(database) == [("skipped", "off")]


# ----------------------------------------------------------------------------------------- travelling


async def test_changing_the_hour_after_today_s_prompt_brings_none_today(prompting: Prompting, carrier: Carrier) -> None:
    await prompting.set_daily(ADA, EIGHT, "UTC", "dm", START)
    await tick(prompting, carrier, START + 2 * HOUR)
    changed = await prompting.set_daily(ADA, time(20), "UTC", "dm", START + 3 * HOUR)
    assert changed.next_at == datetime(2026, 3, 2, 20, tzinfo=UTC)


async def test_what_was_due_before_a_change_still_comes(prompting: Prompting, carrier: Carrier) -> None:
    """The tick had not come by yet when the learner changed the hour."""
    await prompting.set_daily(ADA, EIGHT, "UTC", "dm", START)
    late = datetime(2026, 3, 1, 8, 0, 30, tzinfo=UTC)
    changed = await prompting.set_daily(ADA, time(7), "UTC", "dm", late)
    assert changed.next_date == date(2026, 3, 2)
    await tick(prompting, carrier, late)
    assert carrier.dates == [date(2026, 3, 1)]


async def test_whoever_flies_west_gets_no_second_prompt_for_a_date(prompting: Prompting, carrier: Carrier) -> None:
    await prompting.set_daily(ADA, EIGHT, "Asia/Tokyo", "dm", START)
    landed = datetime(2026, 3, 2, 0, tzinfo=UTC)
    await tick(prompting, carrier, landed)
    moved = await prompting.move(ADA, "America/Los_Angeles", landed)  # there it is the first of March again
    assert (carrier.dates, moved.next_date) == ([date(2026, 3, 2)], date(2026, 3, 3))


# -------------------------------------------------------------------------------------------- outages


async def test_after_an_outage_one_prompt_comes_and_no_stale_one(prompting: Prompting, carrier: Carrier) -> None:
    await prompting.set_daily(ADA, EIGHT, "UTC", "dm", START)
    await tick(prompting, carrier, START + 5 * DAY + 4 * HOUR)  # 10:00, two hours late
    assert carrier.dates == [date(2026, 3, 6)]
    await tick(prompting, carrier, START + 9 * DAY)  # 06:00: yesterday's is not worth a message any more
    assert len(carrier.sent) == 1
    await tick(prompting, carrier, START + 9 * DAY + 2 * HOUR)
    assert carrier.dates == [date(2026, 3, 6), date(2026, 3, 10)]


async def test_what_is_transient_is_tried_again_later_and_later(
    prompting: Prompting, carrier: Carrier, database: DatabaseThread
) -> None:
    await prompting.set_daily(ADA, EIGHT, "UTC", "dm", START)
    carrier.failures = [Transient("Discord answers 503")] * 3
    now, tries = START + 2 * HOUR, []
    while not carrier.sent:
        before = carrier.asked
        await tick(prompting, carrier, now)
        if carrier.asked > before:
            tries.append(now)
        now += MINUTE
    assert [(after - before) / MINUTE for before, after in itertools.pairwise(tries)] == [1, 2, 4]
    assert await states(database) == [("sent", None)]
    assert (await prompting.daily(ADA)).trouble == ""


def test_pauses_grow_to_an_hour() -> None:
    assert [pause_after(tries) / MINUTE for tries in (0, 1, 5, 6, 500)] == [1, 2, 32, 60, 60]


async def test_where_discord_has_trouble_the_others_wait_for_the_next_tick(
    prompting: Prompting, carrier: Carrier
) -> None:
    for person in (ADA, BOB):
        await prompting.set_daily(person, EIGHT, "UTC", "dm", START)
    carrier.failures = [Transient("ConnectionResetError")]
    await tick(prompting, carrier, START + 2 * HOUR)
    assert (carrier.asked, carrier.sent) == (1, [])
    await tick(prompting, carrier, START + 2 * HOUR)
    assert [one.person for one in carrier.sent] == [BOB]
    await tick(prompting, carrier, START + 3 * HOUR)
    assert [one.person for one in carrier.sent] == [BOB, ADA]


async def test_discord_away_for_a_day_and_a_half_leads_to_one_prompt(
    prompting: Prompting, carrier: Carrier, database: DatabaseThread
) -> None:
    await prompting.set_daily(ADA, EIGHT, "UTC", "dm", START)
    now = START
    while now < START + 36 * HOUR:
        carrier.failures = [Transient("Discord answers 503")]
        await tick(prompting, carrier, now)
        now += 20 * MINUTE
    carrier.failures = []
    for _ in range(12):
        await tick(prompting, carrier, now)
        now += 10 * MINUTE
    assert carrier.dates == [date(2026, 3, 2)]
    assert [state for state, _ in await states(database)] == ["skipped", "sent"]


async def test_two_dates_that_wait_at_once_lead_to_one_prompt(prompting: Prompting, carrier: Carrier) -> None:
    """Neither is six hours late: the hour was moved over midnight while Discord was away."""
    await prompting.set_daily(ADA, time(23, 30), "UTC", "dm", START)
    evening = datetime(2026, 3, 1, 23, 45, tzinfo=UTC)
    carrier.failures = [Transient("Discord answers 503")]
    await tick(prompting, carrier, evening)
    await prompting.set_daily(ADA, time(0, 30), "UTC", "dm", evening)
    for _ in range(3):
        await tick(prompting, carrier, evening + HOUR)
    assert carrier.dates == [date(2026, 3, 2)]


@pytest.mark.parametrize("where", ["worth", "send"])
async def test_an_unforeseen_error_is_logged_tried_again_and_holds_up_nobody(
    prompting: Prompting, carrier: Carrier, duty: Duty, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    await prompting.set_daily(ADA, EIGHT, "UTC", "dm", START)
    if where == "worth":
        duty.failure = ZeroDivisionError()
    else:
        carrier.failures = [ZeroDivisionError()]
    with caplog.at_level(logging.ERROR):
        await tick(prompting, carrier, START + 2 * HOUR)
    (record,) = caplog.records
    assert record.message.endswith("n1 went wrong")
    duty.failure = None
    await prompting.set_daily(BOB, EIGHT, "UTC", "dm", START)
    await tick(prompting, carrier, START + 3 * HOUR)
    assert {one.person for one in carrier.sent} == {ADA, BOB}


async def test_a_prompt_that_only_ever_goes_wrong_is_given_up_after_a_day(
    prompting: Prompting, database: DatabaseThread
) -> None:
    class Blind(Carrier):
        async def find(self, prompt: Prompt) -> Sent | None:
            raise Transient("Discord answers 500")

    carrier = Blind(failures=[Transient("Discord answers 500")])
    await prompting.set_daily(ADA, EIGHT, "UTC", "dm", START)
    await tick(prompting, carrier, START + 2 * HOUR)
    await prompting.off(ADA, START + 3 * HOUR)
    for hours in range(3, 30):
        await prompting.send_due(carrier, START + hours * HOUR)
    assert await states(database) == [("failed", "given up after a day")]


async def test_one_call_sends_at_most_a_burst(prompting: Prompting, carrier: Carrier) -> None:
    for person in range(BURST + 5):
        await prompting.set_daily(person, EIGHT, "UTC", "dm", START)
    await tick(prompting, carrier, START + 2 * HOUR)
    assert len(carrier.sent) == BURST
    await tick(prompting, carrier, START + 2 * HOUR)
    assert len(carrier.sent) == BURST + 5


# ------------------------------------------------------------------------------- not to be reached


async def test_after_three_failures_prompts_pause_and_the_next_command_says_so_once(
    prompting: Prompting, carrier: Carrier
) -> None:
    await prompting.set_daily(ADA, EIGHT, "UTC", "dm", START)
    carrier.failures = [Refused("direct messages are closed") for _ in range(3)]
    for days in range(2):
        await tick(prompting, carrier, START + days * DAY + 2 * HOUR)
    assert not (await prompting.daily(ADA)).paused
    assert await prompting.news(ADA) is None
    await tick(prompting, carrier, START + 2 * DAY + 2 * HOUR)
    daily = await prompting.daily(ADA)
    assert (daily.paused, daily.next_at, daily.trouble) == (True, None, UNREACHABLE)
    assert [await prompting.news(ADA) for _ in range(2)] == [UNREACHABLE, None]
    await tick(prompting, carrier, START + 3 * DAY + 2 * HOUR)
    assert carrier.asked == 3
    again = await prompting.set_daily(ADA, EIGHT, "UTC", "dm", START + 4 * DAY)
    assert (again.paused, again.trouble, again.next_date) == (False, "", date(2026, 3, 5))


async def test_a_prompt_that_arrives_wipes_the_failures_before_it(prompting: Prompting, carrier: Carrier) -> None:
    await prompting.set_daily(ADA, EIGHT, "UTC", "dm", START)
    closed = Refused("direct messages are closed")
    for days, failure in enumerate([closed, closed, None, closed, closed]):
        carrier.failures = [failure] if failure else []
        await tick(prompting, carrier, START + days * DAY + 2 * HOUR)
    assert not (await prompting.daily(ADA)).paused


async def test_the_outbox_is_emptied_of_what_is_a_week_old(
    prompting: Prompting, carrier: Carrier, database: DatabaseThread
) -> None:
    await prompting.set_daily(ADA, EIGHT, "UTC", "dm", START)
    for days in range(10):
        await tick(prompting, carrier, START + days * DAY + 2 * HOUR)
    await prompting.forget_old(START + 9 * DAY + 3 * HOUR)
    assert len(await states(database)) == 7


# ------------------------------------------------------------------------------------------- as a law

step = st.one_of(
    st.tuples(st.just("wait"), st.timedeltas(MINUTE, 20 * HOUR)),
    st.tuples(st.just("outage"), st.timedeltas(DAY, 40 * DAY)),
    st.tuples(st.just("discord away"), st.timedeltas(HOUR, 60 * HOUR)),
    st.tuples(st.just("hour"), st.integers(0, 24 * 60 - 1)),
    st.tuples(st.just("zone"), st.sampled_from(ZONES)),
    st.tuples(st.just("pause"), st.booleans()),
    st.tuples(st.just("restart"), st.none()),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(ZONES),
    st.integers(0, 24 * 60 - 1),
    st.integers(0, 3 * 365 * 24 * 60),
    st.lists(step, min_size=1, max_size=12),
)
async def test_whatever_happens_a_date_gets_one_prompt_at_most_and_none_comes_stale(
    zone: str, minute: int, start: int, story: list[tuple[str, object]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = make_database(Path(folder))
        try:
            await _live_through(database, zone, minute, datetime(2025, 1, 1, tzinfo=UTC) + start * MINUTE, story)
        finally:
            database.close()


async def _live_through(
    database: DatabaseThread, zone: str, minute: int, now: datetime, story: list[tuple[str, object]]
) -> None:
    ids = nonces()
    prompting, carrier = Prompting(database, Duty(), ids), Carrier()
    hour = time(minute // 60, minute % 60)
    daily = await prompting.set_daily(ADA, hour, zone, "dm", now)
    for what, value in story:
        before = len(carrier.sent)
        if what in ("wait", "outage"):
            assert isinstance(value, timedelta)
            now += value
        elif what == "discord away":
            assert isinstance(value, timedelta)
            end = now + value
            while now < end:
                carrier.failures = [Transient("Discord answers 503")]
                await tick(prompting, carrier, now)
                now += 7 * HOUR
            carrier.failures = []
            now += HOUR  # by then every prompt is tried again
        elif what == "hour":
            assert isinstance(value, int)
            hour = time(value // 60, value % 60)
            daily = await prompting.set_daily(ADA, hour, zone, "dm", now)
        elif what == "zone":
            assert isinstance(value, str)
            zone = value
            daily = await prompting.move(ADA, zone, now)
        elif what == "pause":
            daily = await (prompting.pause(ADA, now) if value else prompting.resume(ADA, now))
        else:
            prompting = Prompting(database, Duty(), ids)
        due = (daily.next_date, daily.next_at)
        await tick(prompting, carrier, now)
        new = carrier.sent[before:]
        assert len(new) <= 1
        for one in new:
            assert now >= one.due_at
            assert now - one.due_at <= LATE or now.astimezone(ZoneInfo(one.zone)).date() == one.local_date
        if what == "wait" and due[1] is not None and now >= due[1]:  # no outage: the promised date was kept
            assert [one.local_date for one in new] == [due[0]] or now - due[1] > LATE
        daily = await prompting.daily(ADA)
        if daily.next_at is not None:
            assert daily.next_at > now
    assert len(set(carrier.dates)) == len(carrier.dates)
    assert carrier.dates == sorted(carrier.dates)


# -------------------------------------------------------------------------------------------- kill -9


def run_process(folder: Path, now: datetime, death: str) -> subprocess.Popen[bytes]:
    files = (str(folder / "gradus.sqlite3"), str(folder / "messages"))
    return subprocess.Popen([sys.executable, "-m", "tests.bot.prompt_process", *files, now.isoformat(), death])


async def fill(folder: Path, people: int) -> None:
    database = make_database(folder)
    prompting = Prompting(database, Duty(), nonces())
    for person in range(1, people + 1):
        await prompting.set_daily(person, EIGHT, "UTC", "dm", START)
    database.close()


@pytest.mark.parametrize("death", ["planned", "claimed", "sent"])
def test_killed_between_two_steps_every_prompt_still_comes_once(tmp_path: Path, death: str) -> None:
    asyncio.run(fill(tmp_path, 3))
    now = START + 2 * HOUR
    assert run_process(tmp_path, now, death).wait() == -signal.SIGKILL
    assert len(Messages(tmp_path / "messages").lines) == (1 if death == "sent" else 0)
    assert run_process(tmp_path, now + MINUTE, "never").wait() == 0
    assert Counter(one["person"] for one in Messages(tmp_path / "messages").lines) == {1: 1, 2: 1, 3: 1}


def test_killed_at_any_moment_every_prompt_still_comes_once(tmp_path: Path) -> None:
    people, source, killed = 50, random.Random(6), 0
    asyncio.run(fill(tmp_path, people))
    messages = Messages(tmp_path / "messages")
    for _ in range(20):
        before, process = len(messages.lines), run_process(tmp_path, START + 2 * HOUR, "never")
        while process.poll() is None and len(messages.lines) < before + 10:
            clock.sleep(0.001)
        clock.sleep(source.uniform(0, 0.02))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        if len(messages.lines) == people:
            break
    assert run_process(tmp_path, START + 2 * HOUR, "never").wait() == 0
    assert killed >= 3
    assert Counter(one["person"] for one in messages.lines) == dict.fromkeys(range(1, people + 1), 1)


def test_a_message_that_nobody_can_see_any_more_is_sent_twice_at_most(tmp_path: Path) -> None:
    """What can't be helped: Discord has it, we died before we knew, and it is not to be found."""
    asyncio.run(fill(tmp_path, 3))
    now, messages = START + 2 * HOUR, tmp_path / "messages"
    assert run_process(tmp_path, now, "sent").wait() == -signal.SIGKILL
    seen = Messages(messages).lines
    messages.unlink()
    assert run_process(tmp_path, now, "never").wait() == 0
    everything = Counter(one["person"] for one in [*seen, *Messages(messages).lines])
    assert sorted(everything.values()) == [1, 1, 2]
