"""The use case of daily prompts: setting them, planning what is due, and sending it.

Planning and sending are two ticks. `plan` writes the outbox; `send_due` takes one prompt after another from it:
marks it as being sent, hands it to Discord, marks it as sent. A process that dies in between leaves a prompt marked
as being sent, and the next start doesn't know whether Discord got it. So every prompt that was ever handed over is
looked for, by its nonce, before it is handed over again. Only where its message is there and not to be seen (deleted
meanwhile, or its channel closed to the bot) can it come twice: at most one prompt for each such death, as one is on its
way at a time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlite_utils import Database

from bot.practising import Today
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes.prompt_store import PromptStore
from quizzes.prompts import DM, Prompt, Schedule, why_not

log = logging.getLogger(__name__)

BATCH = 1_000
"""Learners planned in one transaction: between two, everything else that waits for the database comes first."""

BURST = 20
"""Prompts sent in one call of `send_due`: called once a second, that is the pace."""

LOOKED_AT = 50
"""Prompts of which one call finds out whether they are to be sent."""

MOST_FAILURES = 3
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
GIVEN_UP = timedelta(days=1)
KEPT = timedelta(days=7)
FORGOTTEN_AT_ONCE = 1_000
MINUTES_A_QUESTION = 0.6

UNREACHABLE = (
    "Your daily questions are paused: three times running I could not reach you. Open your direct messages to me, or "
    "choose a server that has a quiz channel, and switch them on again with `/quiz daily`."
)


class Refused(Exception):
    """A prompt cannot be delivered, today or in an hour; the text says why, for the log and the learner's export."""


class Transient(Exception):
    """A prompt could not be delivered just now; the text says why, for the log."""


@dataclass(frozen=True)
class Sent:
    """A message that was sent: its place, `dm` or a server's id, and its own id."""

    place: str
    message: str


class Deliver(Protocol):
    """What carries prompts to learners. Both raise `Transient` where a later try may go better."""

    async def find(self, prompt: Prompt) -> Sent | None:
        """The message with this prompt's nonce, or None where there is none to be seen."""

    async def send(self, prompt: Prompt, text: str) -> Sent:
        """Send it.

        Raises:
            Refused: there is no way to this learner.
        """


Worth = Callable[[int, datetime], Awaitable[Today | None]]
"""What a person (their Discord id) has to do at a moment; None: nothing, so nothing is sent."""


@dataclass(frozen=True)
class Daily:
    """A person's prompts as they stand.

    Attributes:
        hour: local to `zone`; None where they are off.
        zone: an IANA time zone, or empty where none was ever set.
        place: `dm`, or a server's id.
        next_date, next_at: of the next prompt; None where none is to come.
        paused: whether they were paused, by the person or because of trouble.
        trouble: a line on why they don't arrive, or empty.
    """

    hour: time | None = None
    zone: str = ""
    place: str = DM
    next_date: date | None = None
    next_at: datetime | None = None
    paused: bool = False
    trouble: str = ""


class Prompting:
    """Daily prompts. A `person` is a Discord account."""

    def __init__(self, database: DatabaseThread, worth: Worth, id_source: Callable[[], str]) -> None:
        """Args:
        worth: says what a person has to do.
        id_source: gives the ends of nonces: at most 17 letters and digits, never given before.
        """
        self._database = database
        self._worth = worth
        self._id_source = id_source
        self._store = PromptStore()
        self._learners = LearnerStore()
        self._sending = asyncio.Lock()
        self._orderly = False  # whether nothing was left half done by the last call, or an earlier process

    # -------------------------------------------------------------------------------------- settings

    async def set_daily(
        self, person: int, hour: time, zone: str, place: str, now: datetime, *, server: int | None = None
    ) -> Daily:
        """Switch prompts on, or change them. What is due by the old settings comes by these; then the next is the
        first moment from now on that is meant for a date without a prompt.

        Args:
            hour: to the minute.
            place: `dm`, or the id of the server in whose quiz channel they come.
            server: where the person is just now, if in a server: the way out where direct messages are closed.

        Raises:
            GradusError: there is no such time zone or place.
        """
        _check(zone, place)

        def change(old: Schedule) -> Schedule:
            new = replace(old, hour=hour, zone=zone, place=place)
            return replace(new, server=server or old.server, failures=0, paused_for=None, told=False)

        return await self._change(person, change, now)

    async def off(self, person: int, now: datetime) -> Daily:
        """Switch them off."""
        return await self._change(person, lambda old: replace(old, hour=None, paused_for=None, failures=0), now)

    async def pause(self, person: int, now: datetime) -> Daily:
        """Send none until `resume`."""
        return await self._change(person, lambda old: replace(old, paused_for="asked"), now)

    async def resume(self, person: int, now: datetime) -> Daily:
        """Send them again as they were set."""
        return await self._change(person, lambda old: replace(old, paused_for=None, failures=0, told=False), now)

    async def move(self, person: int, zone: str, now: datetime) -> Daily:
        """Go by another time zone from now on, for somebody who travels.

        Raises:
            GradusError: there is no such time zone.
        """
        _check(zone, DM)
        return await self._change(person, lambda old: replace(old, zone=zone), now)

    async def seen(self, person: int, server: int) -> None:
        """Remember the server that a person was last seen in, as the way out where direct messages are closed."""
        before = await self._of(person)
        if before is not None and before.server != server:
            await self._amend(person, lambda old: replace(old, server=server))

    async def keep_thread(self, person: int, thread: int) -> None:
        """Remember the thread in which a person's prompts come."""
        await self._amend(person, lambda old: replace(old, thread=thread))

    async def daily(self, person: int) -> Daily:
        """A person's prompts as they stand."""
        return _daily(await self._of(person))

    async def news(self, person: int) -> str | None:
        """What is to be said at a person's next command, once: that prompts do not reach them and are paused."""
        schedule = await self._of(person)
        if schedule is None or schedule.paused_for != "unreachable" or schedule.told:
            return None
        await self._amend(person, lambda old: replace(old, told=True))
        return UNREACHABLE

    async def _of(self, person: int) -> Schedule | None:
        return await self._database.run(lambda database: self._find(database, person)[1])

    def _find(self, database: Database, person: int) -> tuple[int, Schedule | None]:
        learner = self._learners.find(database, person)
        return (learner.id, self._store.find(database, learner.id)) if learner else (0, None)

    async def _amend(self, person: int, change: Callable[[Schedule], Schedule]) -> None:
        """Change something in which the next prompt has no part, if the person set any."""

        def act(database: Database) -> None:
            with writing(database):
                learner, schedule = self._find(database, person)
                if schedule is not None:
                    self._store.keep(database, learner, change(schedule))

        await self._database.run(act)

    async def _change(self, person: int, change: Callable[[Schedule], Schedule], now: datetime) -> Daily:
        """Change something, after what is due by the old settings was planned; the next prompt follows."""

        def act(database: Database) -> Daily:
            with writing(database):
                learner = self._learners.learner_for(database, person, now)
                self._store.plan_of(database, learner.id, now, self._id_source)
                old = self._store.find(database, learner.id)
                new = change(old or Schedule(None, learner.zone or "UTC")).timed(now)
                if old is not None or new.running:
                    self._store.keep(database, learner.id, new)
                return _daily(new)

        return await self._database.run(act)

    # -------------------------------------------------------------------------------------- planning

    async def plan(self, now: datetime) -> None:
        """The tick that puts what is due into the outbox, each learner's newest alone."""
        while await self._database.run(lambda database: self._plan(database, now)) == BATCH:
            pass

    def _plan(self, database: Database, now: datetime) -> int:
        return self._store.plan(database, now, BATCH, self._id_source)

    async def forget_old(self, now: datetime) -> None:
        """The tick that removes prompts of long ago from the outbox."""
        while await self._database.run(lambda database: self._forget(database, now)) == FORGOTTEN_AT_ONCE:
            pass

    def _forget(self, database: Database, now: datetime) -> int:
        return self._store.forget_before(database, now - KEPT, FORGOTTEN_AT_ONCE)

    # --------------------------------------------------------------------------------------- sending

    async def send_due(self, deliver: Deliver, now: datetime) -> None:
        """The tick that sends what waits in the outbox, one after another, at most `BURST`.

        It ends early where Discord has trouble of its own: the rest would meet it too.
        """
        async with self._sending:
            if not self._orderly:
                await self._database.run(self._store.take_up)
            self._orderly = False
            await self._send_some(deliver, now)
            self._orderly = True

    async def _send_some(self, deliver: Deliver, now: datetime) -> None:
        sent = 0
        for _ in range(LOOKED_AT):
            prompt = await self._database.run(lambda database: self._store.next_open(database, now))
            if prompt is None or sent == BURST:
                return
            try:
                sent += await self._deal_with(prompt, deliver, now)
            except Transient as trouble:
                log.info("prompt %s is put off: %s", prompt.nonce, trouble)
                await self._put_off(prompt, now)
                return
            except Exception:
                log.exception("prompt %s went wrong", prompt.nonce)
                await self._put_off(prompt, now)

    async def _deal_with(self, prompt: Prompt, deliver: Deliver, now: datetime) -> bool:
        """Send a prompt, or settle why it is not; whether it was handed over."""
        found = await deliver.find(prompt) if prompt.tries else None
        if found is not None:
            await self._settle(prompt, found, now)
            return False
        why = why_not(prompt, now)
        today = await self._worth(prompt.person, now) if why is None else None
        if today is None:
            skipped = why or "nothing to do"
            await self._database.run(lambda database: self._store.mark_skipped(database, prompt.id, skipped))
            return False
        if not await self._database.run(lambda database: self._store.claim(database, prompt.id)):
            return False  # switched off a moment ago: it comes up once more, and is skipped
        try:
            sent = await deliver.send(prompt, words(today, now.astimezone(ZoneInfo(prompt.zone)).time()))
        except Refused as refusal:
            await self._refused(prompt, str(refusal))
        else:
            await self._settle(prompt, sent, now)
        return True

    async def _settle(self, prompt: Prompt, sent: Sent, now: datetime) -> None:
        await self._database.run(
            lambda database: self._store.mark_sent(database, prompt.id, sent.place, sent.message, now)
        )

    async def _refused(self, prompt: Prompt, why: str) -> None:
        log.info("prompt %s cannot be delivered: %s", prompt.nonce, why)

        def act(database: Database) -> None:
            with writing(database):
                self._store.mark_failed(database, prompt.id, why)
                schedule = self._store.find(database, prompt.learner)
                if schedule is None:  # forgotten while it was on its way
                    return
                schedule = replace(schedule, failures=schedule.failures + 1)
                if schedule.failures >= MOST_FAILURES and schedule.running:
                    schedule = replace(schedule, paused_for="unreachable", told=False, next_date=None, next_at=None)
                self._store.keep(database, prompt.learner, schedule)

        await self._database.run(act)

    async def _put_off(self, prompt: Prompt, now: datetime) -> None:
        def act(database: Database) -> None:
            if now - prompt.due_at > GIVEN_UP:
                self._store.mark_failed(database, prompt.id, "given up after a day")
            else:
                self._store.put_off(database, prompt.id, now + pause_after(prompt.tries))

        await self._database.run(act)


def pause_after(tries: int) -> timedelta:
    """How long to wait before another try, after `tries` that came to nothing before this one."""
    return min(FIRST_PAUSE * (1 << min(tries, 10)), LONGEST_PAUSE)


def words(today: Today, local: time) -> str:
    """What a prompt says, at a local time of the day."""
    hello = "Good morning" if 4 <= local.hour < 12 else "Good afternoon" if 12 <= local.hour < 18 else "Good evening"
    more = f" and {today.questions - 1} more" if today.questions > 1 else ""
    questions = _counted(today.questions, "question")
    minutes = _counted(ceil(today.questions * MINUTES_A_QUESTION), "minute")
    return f"{hello}. {questions} for today: {today.first}{more}, about {minutes}."


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _daily(schedule: Schedule | None) -> Daily:
    if schedule is None:
        return Daily()
    return Daily(
        hour=schedule.hour,
        zone=schedule.zone,
        place=schedule.place,
        next_date=schedule.next_date,
        next_at=schedule.next_at,
        paused=schedule.paused_for is not None,
        trouble=UNREACHABLE if schedule.paused_for == "unreachable" else "",
    )


def _check(zone: str, place: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise GradusError("I know no such time zone. Write it like Europe/Paris.") from None
    if place != DM and not place.isdecimal():
        raise GradusError("Daily questions come by direct message, or in a server's quiz channel.")
