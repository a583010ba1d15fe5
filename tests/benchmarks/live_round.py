"""A live round in which a hundred people press at the same moment, with the whole bot at work.

    python -m tests.benchmarks.live_round [--players N]

The real client plays against a simulated Discord that takes no time, over the assembled core on a fresh database: what
is measured is ours alone. Every player has a log of 200 attempts. At each question all press at once, half of them a
second letter right after, while the ticks run as in service: the count is edited, and practice hears of the answers
before. Discord waits three seconds for an acknowledgement. The exit status is 1 where a figure asked for was missed.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import simcord
from simcord.actors import MemberActor
from sqlite_utils import Database

from bot.assembly import Gradus, assemble
from bot.chat.client import make_client
from bot.groups.round import LOBBY, READING, WRITING
from bot.settings import load_settings
from bot.terminal import say
from foundation.database import writing
from foundation.store import LearnerStore
from tests.bot.chat.crowds import press_at_once

PLAYERS, QUESTIONS, ATTEMPTS = 100, 5, 200
ACKNOWLEDGED_MS = 3000.0
START = datetime(2026, 3, 1, 18, tzinfo=UTC)


class Hand:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Watch:
    """When each interaction was acknowledged, and when it was answered, in milliseconds after `begin`."""

    def __init__(self) -> None:
        self.begun = 0.0
        self.acknowledged: dict[int, float] = {}
        self.answered: dict[int, float] = {}

    def begin(self) -> None:
        """Presses come now."""
        self.begun = time.perf_counter()

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Look at every interaction."""
        defer, edit = discord.InteractionResponse.defer, discord.Interaction.edit_original_response

        async def deferred(response: Any, **how: Any) -> Any:
            found = await defer(response, **how)
            self.acknowledged[response._parent.id] = self._since()
            return found

        async def edited(interaction: Any, **how: Any) -> Any:
            found = await edit(interaction, **how)
            self.answered[interaction.id] = self._since()
            return found

        discord.InteractionResponse.defer = deferred  # type: ignore[assignment, method-assign]
        discord.Interaction.edit_original_response = edited  # type: ignore[assignment, method-assign]
        try:
            yield
        finally:
            discord.InteractionResponse.defer = defer  # type: ignore[method-assign]
            discord.Interaction.edit_original_response = edit  # type: ignore[method-assign]

    def _since(self) -> float:
        return (time.perf_counter() - self.begun) * 1000


def main(arguments: Sequence[str] = ()) -> int:
    """Prints each figure beside what was asked; 1 if any was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.live_round")
    parser.add_argument("--players", type=int, default=PLAYERS)
    players = parser.parse_args(arguments).players
    with tempfile.TemporaryDirectory() as folder:
        hand = Hand()
        settings = load_settings({"GRADUS_HOME": str(Path(folder) / "home")})
        gradus = assemble(settings, say=say, clock=hand, encoder_at_once=False)
        try:
            return asyncio.run(_measure(gradus, hand, players))
        finally:
            gradus.close()


async def _measure(gradus: Gradus, hand: Hand, players: int) -> int:
    async with simcord.run(make_client(gradus), settle_timeout=60.0) as env:
        guild = env.create_guild("Study server")
        channel = guild.create_text_channel("study-hall")
        people = [guild.add_member(env.create_user(f"player{number}")) for number in range(players)]
        await gradus.database.run(lambda database: _fill(database, gradus, [one.id for one in people]))
        await people[0].slash(channel, "group round", questions=QUESTIONS, seconds=20)
        await _tick(gradus, hand, LOBBY)
        watch, longest, kept = Watch(), 0.0, 0
        with watch.watching():
            for _ in range(QUESTIONS):
                (round,) = await gradus.rounds.live()
                for letters in ("AB", "C"):
                    some = people if letters == "AB" else people[::2]
                    longest = max(longest, await _press(env, gradus, hand, watch, some, letters, channel.history()[-1]))
                kept += (await gradus.rounds.view(round.id)).answered
                await _tick(gradus, hand, timedelta(seconds=20) + WRITING)
                await _tick(gradus, hand, READING)
        for _ in range(players * QUESTIONS // 10):
            await _tick(gradus, hand, timedelta(seconds=1))
        heard = await gradus.database.run(lambda database: _count(database) - players * ATTEMPTS)
    return _told(watch, players, kept, heard, longest)


async def _press(
    env: simcord.Env,
    gradus: Gradus,
    hand: Hand,
    watch: Watch,
    people: Sequence[MemberActor],
    letters: str,
    message: discord.Message,
) -> float:
    """Everybody presses while the ticks run; the longest tick in milliseconds."""
    (round,) = await gradus.rounds.live()
    ids = {
        who: f"gradus:round:pick:{letters[number % len(letters)]}:{round.id}:{round.position}"
        for number, who in enumerate(people)
    }
    watch.begin()
    pressed = press_at_once(env, message, ids)
    longest = 0.0
    while not all(one in watch.answered for one in pressed):
        begun = time.perf_counter()
        await _tick(gradus, hand, timedelta(seconds=0.5))
        longest = max(longest, (time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0.01)
    await env.settle()
    return longest


async def _tick(gradus: Gradus, hand: Hand, after: timedelta) -> None:
    hand.now += after
    await gradus.ticks.run_due(hand.now)


def _fill(database: Database, gradus: Gradus, people: Sequence[int]) -> None:
    """Give everybody a log, over all concepts."""
    questions = list(gradus.curriculum.bank.questions.values())
    with writing(database):
        for number, person in enumerate(people):
            learner = LearnerStore().learner_for(database, person, START).id
            database.conn.executemany(
                "insert into attempts (learner, concept, question, seed, facet, outcome, score, hints, revealed, at, "
                "study_date) values (?, ?, ?, 1, ?, 'correct', 1, 0, 0, ?, '2026-02-20')",
                (
                    (learner, one.concept, one.id, one.facet, "2026-02-20T12:00:00+00:00")
                    for one in (questions[(number * 7 + place * 5) % len(questions)] for place in range(ATTEMPTS))
                ),
            )


def _count(database: Database) -> int:
    return int(database.execute("select count(*) from attempts").fetchone()[0])


def _told(watch: Watch, players: int, kept: int, heard: int, longest: float) -> int:
    acknowledged, answered = sorted(watch.acknowledged.values()), sorted(watch.answered.values())
    expected = players * QUESTIONS
    print(f"presses              {len(acknowledged):8,}, {players} at the same moment")
    print(
        f"acknowledged         {_of(acknowledged, 0.5):8.0f} ms p50, {_of(acknowledged, 0.99):.0f} ms p99, most "
        f"{acknowledged[-1]:.0f} ms; asked at most {ACKNOWLEDGED_MS:.0f} ms"
    )
    print(f"kept and confirmed   {_of(answered, 0.5):8.0f} ms p50, {_of(answered, 0.99):.0f} ms p99")
    print(f"longest tick         {longest:8.0f} ms")
    print(f"answers kept         {kept:8,} of {expected:,}; practice heard of {heard:,}")
    return int(acknowledged[-1] > ACKNOWLEDGED_MS or kept != expected or heard != expected)


def _of(values: Sequence[float], part: float) -> float:
    return values[min(int(len(values) * part), len(values) - 1)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
