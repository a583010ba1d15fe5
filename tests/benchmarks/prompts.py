"""Daily prompts of 100,000 learners with 2,000,000 cards: a day of ticks, and an outage of a day.

    python -m tests.benchmarks.prompts [--learners N]

The learners live in every time zone and want their prompt at a half hour between 06:00 and 22:00, so that 48 ticks a
day find thousands due at once. There is a tick each second, as in service: it plans whoever is due, then sends as many
prompts as one call sends, over the real tables, with a look at each learner's cards; only Discord is left out. The exit
status is 1 where a figure asked for was missed.
"""

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
import time
import zoneinfo
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as hour_of
from pathlib import Path

from sqlite_utils import Database

from bot.practising import Today
from bot.prompting import Prompting, Sent, Worth
from bot.terminal import bar, say
from foundation.database import DatabaseThread, migrate, writing
from foundation.store import LearnerStore
from quizzes.prompt_store import PromptStore
from quizzes.prompts import Prompt, Schedule
from quizzes.store import PracticeStore

LEARNERS, CARDS = 100_000, 20
TICK_MS, OUTAGE_SECONDS = 100.0, 10.0
START = datetime(2026, 3, 1, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
HOURS = [hour_of(half // 2, half % 2 * 30) for half in range(12, 44)]
INSERT_CARD = "insert into cards values (?, ?, 10.0, 5.0, ?, '2026-02-20', 3, 0)"


class Nowhere:
    """A Discord that takes no time."""

    def __init__(self) -> None:
        self.sent = 0

    async def find(self, prompt: Prompt) -> Sent | None:
        """Nothing is ever looked for."""
        return None

    async def send(self, prompt: Prompt, text: str) -> Sent:
        """Count it."""
        self.sent += 1
        return Sent("dm", str(self.sent))


def main(arguments: Sequence[str] = ()) -> int:
    """Prints each figure beside what was asked; 1 if any was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.prompts")
    parser.add_argument("--learners", type=int, default=LEARNERS)
    learners = parser.parse_args(arguments).learners
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gradus.sqlite3"
        migrate(path, [LearnerStore.migrations, PracticeStore.migrations, PromptStore.migrations])
        database = DatabaseThread(path)
        try:
            return asyncio.run(_measure(database, learners))
        finally:
            database.close()


async def _measure(database: DatabaseThread, learners: int) -> int:
    say(f"making {learners:,} learners with {learners * CARDS:,} cards")
    await database.run(lambda db: _fill(db, learners))
    numbers, carrier = itertools.count(), Nowhere()
    prompting = Prompting(database, _worth(database), lambda: f"{next(numbers):x}")

    ticks = []
    with bar("a day of ticks") as advance:
        for second in range(24 * 60 * 60):
            now = START + second * SECOND
            begun = time.perf_counter()
            await prompting.plan(now)
            await prompting.send_due(carrier, now)
            ticks.append((time.perf_counter() - begun) * 1000)
            if second % 60 == 0:
                advance(second, 24 * 60 * 60)

    planned = await _rows(database)
    begun = time.perf_counter()
    await prompting.plan(START + 2 * DAY)
    outage = time.perf_counter() - begun
    planned_then = await _rows(database) - planned

    ticks.sort()
    p99 = ticks[int(len(ticks) * 0.99)]
    print(f"planned in a day     {planned:8,}, of them sent {carrier.sent:,}")
    print(f"full tick, p99       {p99:8.1f} ms, most {ticks[-1]:.1f} ms; asked at most {TICK_MS:.0f} ms")
    print(f"a day's outage       {outage:8.2f} s for {planned_then:,} prompts; asked at most {OUTAGE_SECONDS:.0f} s")
    return int(p99 > TICK_MS or outage > OUTAGE_SECONDS or planned_then != learners)


def _fill(database: Database, learners: int) -> None:
    source, prompts = random.Random(6), PromptStore()
    zones = sorted(zoneinfo.available_timezones() - {"localtime"})
    with writing(database):
        database.conn.executemany(
            "insert into learners (learner, discord_id, created_at) values (?, ?, ?)",
            ((number, str(number), START.isoformat()) for number in range(1, learners + 1)),
        )
        database.conn.executemany(INSERT_CARD, _cards(learners, source))
        for number in range(1, learners + 1):
            schedule = Schedule(source.choice(HOURS), source.choice(zones))
            prompts.keep(database, number, schedule.timed(START))


def _cards(learners: int, source: random.Random) -> Iterator[tuple[int, str, str]]:
    dues = [(START + days * DAY).date().isoformat() for days in range(-3, 30)]
    for number in range(1, learners + 1):
        for card in range(CARDS):
            yield number, f"concept-{card:02}", source.choice(dues)


def _worth(database: DatabaseThread) -> Worth:
    learners, practice = LearnerStore(), PracticeStore()

    def look(db: Database, person: int, now: datetime) -> Today | None:
        learner = learners.find(db, person)
        due = [id for id, card in practice.cards(db, learner.id).items() if card.due <= now.date()] if learner else []
        return Today(len(due), due[0]) if due else None

    async def worth(person: int, now: datetime) -> Today | None:
        return await database.run(lambda db: look(db, person, now))

    return worth


async def _rows(database: DatabaseThread) -> int:
    return int(await database.run(lambda db: db.execute("select count(*) from outbox").fetchone()[0]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
