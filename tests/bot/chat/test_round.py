"""`/group round` from the lobby to the scoreboard, in a simulated Discord with several people."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from bot.assembly import Gradus
from bot.chat.client import GradusClient
from bot.groups.round import LOBBY, READING, STALE, WRITING, Round
from bot.groups.round_store import RoundStore
from bot.groups.rounds import LATE, OVER
from bot.servers.servers import BLOCKED
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes.history import Attempt
from quizzes.store import PracticeStore
from tests.bot.chat.crowds import press_at_once
from tests.bot.chat.reading import shown
from tests.bot.chat.test_ask import raised
from tests.bot.chat.test_run_messages import FORBIDDEN
from tests.bot.conftest import NOW

SECOND = timedelta(seconds=1)


@dataclass
class Hand:
    """A clock that a test sets."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def gradus(gradus: Gradus, hand: Hand) -> Gradus:
    return replace(gradus, clock=hand)


@pytest.fixture
async def moderator(simcord_env: simcord.Env, channel: ChannelHandle) -> MemberActor:
    role = simcord_env.guild.create_role("Moderator", permissions=discord.Permissions(manage_messages=True))
    return simcord_env.guild.add_member(simcord_env.create_user("mo"), roles=[role])


@pytest.fixture
async def carol(simcord_env: simcord.Env, channel: ChannelHandle) -> MemberActor:
    return simcord_env.guild.add_member(simcord_env.create_user("carol"))


class Table:
    """A channel in which rounds are played, and the bot's ticks."""

    def __init__(self, env: simcord.Env, gradus: Gradus, hand: Hand, channel: ChannelHandle) -> None:
        self.env, self.gradus, self.hand, self.channel = env, gradus, hand, channel

    async def begin(self, who: MemberActor, **options: Any) -> InteractionResult:
        return await who.slash(self.channel, "group round", **{"questions": 3, "seconds": 20, **options})

    async def tick(self, after: timedelta = timedelta(0)) -> None:
        """Let time pass, and the bot look."""
        self.hand.now += after
        client = self.env.bot
        assert isinstance(client, GradusClient)
        await client.round_messages.tick(self.hand.now)

    async def first(self, who: MemberActor, **options: Any) -> None:
        """A round begun, at its first question."""
        await self.begin(who, **options)
        await self.tick(LOBBY)

    async def tell(self) -> None:
        """The open question's time passes."""
        await self.tick(timedelta(seconds=20) + WRITING)

    async def round(self) -> Round:
        (found,) = await self.gradus.rounds.live()
        return found

    async def right(self) -> str:
        asked = (await self.round()).asked
        assert asked is not None
        return asked.right

    async def wrong(self) -> str:
        return "B" if await self.right() == "A" else "A"

    async def press(self, who: MemberActor, letter: str, message: discord.Message | None = None) -> str:
        """Press a letter; what only who pressed is told."""
        result = await who.click(message or self.last, label=letter)
        told = [*result.followups, *([result.response] if result.response else [])]
        assert all(one.ephemeral for one in told)
        return " ".join(one.content for one in told if one.content)

    @property
    def last(self) -> discord.Message:
        return self.channel.history()[-1]

    @property
    def title(self) -> str:
        return str(self.last.embeds[0].title)

    @property
    def text(self) -> str:
        return str(self.last.embeds[0].description)

    def edits(self) -> int:
        path = f"/channels/{self.channel.id}/messages/"
        return sum(one.method == "PATCH" and one.path.startswith(path) for one in self.env.http_requests)

    async def log(self, who: MemberActor) -> tuple[Attempt, ...]:
        """What somebody's own practice knows, once it was told."""
        await self.gradus.rounds.note(self.hand.now)

        def read(database: Any) -> tuple[Attempt, ...]:
            learner = LearnerStore().find(database, who.id)
            return PracticeStore().attempts(database, learner.id) if learner else ()

        return await self.gradus.database.run(read)


@pytest.fixture
async def table(
    simcord_env: simcord.Env, gradus: Gradus, hand: Hand, channel: ChannelHandle, ada: MemberActor
) -> Table:
    return Table(simcord_env, gradus, hand, channel)


def labels(message: discord.Message) -> list[str]:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    return [str(one.label) for row in rows for one in row.children if isinstance(one, discord.Button)]


def said(result: InteractionResult) -> str:
    told = [*result.followups, *([result.response] if result.response else [])]
    return " ".join(one.content for one in told if one.content)


# -------------------------------------------------------------------- a whole round


async def test_three_people_play_a_round_to_the_scoreboard(
    table: Table, ada: MemberActor, bob: MemberActor, carol: MemberActor
) -> None:
    begun = await table.begin(ada)
    assert "begins below" in said(begun)
    assert table.title == "Live round: a mix of all lessons"
    assert "3 questions, 20 seconds each" in table.text
    assert labels(table.last) == ["Stop"]
    await table.tick(LOBBY)
    assert table.title.startswith("Question 1 of 3")
    assert labels(table.last)[-1] == "Stop"
    assert labels(table.channel.history()[0]) == []
    for number in range(3):
        right, wrong = await table.right(), await table.wrong()
        table.hand.now += SECOND
        assert f"You chose **{right}**" in await table.press(ada, right)
        table.hand.now += SECOND
        await table.press(bob, right)
        await table.press(carol, wrong)
        await table.tell()
        assert table.title == f"Question {number + 1} of 3: the answer is {right}"
        assert "2 of 3 were right" in table.text
        assert labels(table.last) == []
        await table.tick(READING)
    assert table.title == "The round is over: a mix of all lessons"
    lines = table.text.split("\n")
    assert lines[0] == "1\\. **ada** · 3 of 3 · 3.0 s"
    assert lines[1] == "2\\. **bob** · 3 of 3 · 6.0 s"
    assert lines[2] == "3\\. **carol** · 0 of 3"
    assert labels(table.last) == ["My missed ones", "Another round"]
    assert await table.gradus.rounds.live() == ()
    assert len(table.channel.history(viewer=ada)) >= 5


async def test_missed_questions_reach_their_own_practice_and_only_theirs(
    table: Table, ada: MemberActor, bob: MemberActor
) -> None:
    await table.first(ada)
    right, wrong = await table.right(), await table.wrong()
    asked = (await table.round()).items[0].question
    await table.press(ada, right)
    await table.press(bob, wrong)
    await table.tell()
    assert [(one.question, one.outcome, one.rating) for one in await table.log(ada)] == [(asked, "correct", None)]
    assert [(one.question, one.outcome, one.rating) for one in await table.log(bob)] == [(asked, "wrong", None)]
    assert len(await table.log(bob)) == 1  # a second tick tells nothing twice
    missed = shown(await bob.slash(table.channel, "quiz now", what="missed"))
    assert str(missed.embeds[0].footer.text).startswith("What went wrong last · 1 of 5")
    assert "Nothing went wrong lately" in said(await ada.slash(table.channel, "quiz now", what="missed"))
    assert raised(table.env) == [GradusError]


async def test_the_missed_ones_open_for_who_presses_alone_and_lead_to_practice(
    table: Table, ada: MemberActor, bob: MemberActor, carol: MemberActor
) -> None:
    await table.first(ada)
    for number in range(3):
        await table.press(ada, await table.wrong() if number == 1 else await table.right())
        await table.press(bob, await table.right())
        await table.tell()
        await table.tick(READING)
    opened = shown(await ada.click(table.last, label="My missed ones"))
    assert opened.ephemeral
    assert "Place **2** of 2: 2 of 3 right." in str(opened.embeds[0].description)
    assert "The explanation of" in str(opened.embeds[0].description)
    await table.gradus.rounds.note(table.hand.now)
    practice = shown(await ada.click(opened, label="Practise them now"))
    assert practice.ephemeral
    assert str(practice.embeds[0].footer.text).startswith("What went wrong last")
    clean = shown(await bob.click(table.last, label="My missed ones"))
    assert clean.embeds[0].title == "Nothing missed"
    assert "You did not answer in this round" in said(await carol.click(table.last, label="My missed ones"))


async def test_nobody_sees_anothers_answer_before_it_is_told(table: Table, ada: MemberActor, bob: MemberActor) -> None:
    await table.first(ada)
    before = table.last.embeds[0].to_dict()
    await table.press(ada, await table.right())
    await table.tick(3 * SECOND)
    await table.press(bob, await table.wrong())
    await table.tick(3 * SECOND)
    after = table.last.embeds[0].to_dict()
    assert "2 have answered." in table.text
    assert after | {"description": ""} == before | {"description": ""}
    assert table.text.replace("2 have answered.", "") == str(before["description"]).replace(
        "Nobody has answered yet.", ""
    )
    public = list(table.channel.history(viewer=table.env.guild.add_member(table.env.create_user("dora"))))
    assert len(public) == 2
    assert "ada" not in str([one.embeds[0].to_dict() for one in public])


async def test_the_count_is_edited_seldom_and_only_where_it_changed(
    table: Table, ada: MemberActor, bob: MemberActor
) -> None:
    await table.first(ada)
    before = table.edits()
    await table.press(ada, "A")
    await table.press(bob, "A")
    for _ in range(4):
        await table.tick(SECOND / 2)
    assert table.edits() == before
    await table.tick(SECOND)
    assert table.edits() == before + 1
    for _ in range(4):
        await table.tick(2 * SECOND)
    assert table.edits() == before + 1


# -------------------------------------------------------------------- presses


async def test_an_answer_may_be_changed_until_the_end_and_the_last_one_counts_with_its_time(
    table: Table, ada: MemberActor
) -> None:
    await table.first(ada)
    right, wrong = await table.right(), await table.wrong()
    table.hand.now += 2 * SECOND
    await table.press(ada, wrong)
    table.hand.now += 5 * SECOND
    assert f"You chose **{right}**" in await table.press(ada, right)
    table.hand.now += 2 * SECOND
    await table.press(ada, right)  # once more changes nothing
    await table.tell()
    (own,) = (await table.gradus.rounds.view((await table.round()).id)).standings
    assert (own.points, own.seconds) == (1, 7.0)
    assert "The one answer was right." in table.text


async def test_a_press_after_the_time_is_told_so_and_counts_for_nothing(table: Table, ada: MemberActor) -> None:
    await table.first(ada)
    table.hand.now += 20.5 * SECOND  # the question still stands for who was in time
    assert await table.press(ada, await table.right()) == LATE
    await table.tell()
    assert "Nobody answered in time." in table.text
    assert (await table.gradus.rounds.view((await table.round()).id)).standings == ()


async def test_who_is_blocked_does_not_play(table: Table, ada: MemberActor, bob: MemberActor) -> None:
    await table.first(ada)
    await table.gradus.servers.block(table.env.guild.id, bob.id, NOW)
    assert await table.press(bob, "A") == BLOCKED
    assert (await table.gradus.rounds.view((await table.round()).id)).answered == 0
    assert said(await table.begin(bob)) == BLOCKED
    assert raised(table.env) == [GradusError]


async def test_a_question_ends_early_when_all_who_play_have_answered(
    table: Table, ada: MemberActor, bob: MemberActor
) -> None:
    await table.first(ada)
    for who in (ada, bob):
        await table.press(who, "A")
    await table.tell()
    await table.tick(READING)
    await table.press(ada, "A")
    await table.tick(5 * SECOND)
    assert "the answer is" not in table.title  # bob is waited for
    await table.press(bob, "A")
    await table.tick(3 * SECOND)
    assert "the answer is" in table.title


# -------------------------------------------------------------------- who may, and where


async def test_a_channel_has_one_round_and_the_second_is_shown_the_way(
    table: Table, ada: MemberActor, bob: MemberActor, moderator: MemberActor
) -> None:
    await table.begin(ada)
    second = await table.begin(bob)
    assert "A round runs in this channel already" in said(second)
    assert f"/{table.channel.id}/{table.last.id}" in said(second)
    assert len(await table.gradus.rounds.live()) == 1
    other = table.env.guild.create_text_channel("elsewhere")
    await bob.slash(other, "group round")
    assert len(await table.gradus.rounds.live()) == 2
    await moderator.click(shown(await table.begin(moderator)), label="Stop")
    await table.tick()
    assert table.title.startswith("The round is over")


async def test_who_started_it_or_a_moderator_stops_it_and_nobody_else(
    table: Table, ada: MemberActor, bob: MemberActor, moderator: MemberActor
) -> None:
    await table.first(ada)
    await table.press(bob, await table.right())
    await table.tell()
    await table.tick(READING)
    question = table.last
    await table.press(bob, "A")
    assert "Only who started this round stops it" in said(await bob.click(question, label="Stop"))
    await moderator.click(question, label="Stop")
    await table.tick()
    assert table.title.startswith("The round is over")
    assert "It was stopped before its end" in table.text
    assert "**bob** · 1 of 1" in table.text
    assert labels(next(one for one in table.channel.history() if one.id == question.id)) == []
    assert len(await table.log(bob)) == 1  # the question that was cut short is nobody's attempt
    await table.begin(bob)
    assert table.title.startswith("Live round")


async def test_who_started_it_stops_it_in_the_lobby(table: Table, ada: MemberActor) -> None:
    await table.begin(ada)
    await ada.click(table.last, label="Stop")
    await table.tick()
    assert table.title.startswith("The round is over")
    assert "Nobody played this time." in table.text
    assert labels(table.last) == ["Another round"]


async def test_the_lobby_says_how_many_questions_come_and_when_one_ends(table: Table, ada: MemberActor) -> None:
    await table.begin(ada, what="concept:batch-normalization")
    assert "**1 question, 20 seconds each." in table.text
    assert "sooner when all who play have answered" in table.text


async def test_another_round_is_one_press_away(table: Table, ada: MemberActor, bob: MemberActor) -> None:
    await table.begin(ada, what="concept:dropout")
    await ada.click(table.last, label="Stop")
    await table.tick()
    await bob.click(table.last, label="Another round")
    assert table.title == "Live round: Dropout"
    again = await table.round()
    assert await table.gradus.rounds.may_stop(bob.id, again.id)


@pytest.mark.parametrize("lacking", ["send_messages", "view_channel"])
async def test_where_the_bot_may_not_write_one_line_says_what_it_lacks(
    table: Table, ada: MemberActor, simcord_env: simcord.Env, lacking: str
) -> None:
    me = simcord_env.guild.me
    assert me is not None
    table.channel = simcord_env.guild.create_text_channel(
        "closed", overwrites={me: discord.PermissionOverwrite(**{lacking: False})}
    )
    assert lacking.replace("_", " ").title() in said(await table.begin(ada))
    assert await table.gradus.rounds.live() == ()
    assert raised(table.env) == [GradusError]


async def test_a_refusal_that_nobody_could_foresee_leaves_no_round_behind(table: Table, ada: MemberActor) -> None:
    table.env.inject_error("POST", f"/channels/{table.channel.id}/messages", times=None, **FORBIDDEN)
    assert "Discord does not let me write here" in said(await table.begin(ada))
    assert await table.gradus.rounds.live() == ()
    assert raised(table.env) == [GradusError]


async def test_who_may_only_read_cannot_begin_one(table: Table, ada: MemberActor, simcord_env: simcord.Env) -> None:
    overwrites: dict[Any, discord.PermissionOverwrite] = {ada: discord.PermissionOverwrite(send_messages=False)}
    table.channel = simcord_env.guild.create_text_channel("news", overwrites=overwrites)
    assert "You may not write in this channel" in said(await table.begin(ada))
    assert raised(table.env) == [GradusError]


async def test_a_channel_where_answers_are_not_public_has_no_rounds(table: Table, ada: MemberActor) -> None:
    await table.gradus.servers.change(table.env.guild.id, lambda old: replace(old, allowed_channels=frozenset({1})))
    assert "I do not answer in public here" in said(await table.begin(ada))
    assert raised(table.env) == [GradusError]


async def test_without_embeds_the_round_is_plain_text(table: Table, ada: MemberActor) -> None:
    path = f"/channels/{table.channel.id}/messages"
    table.env.inject_error("POST", path, times=1, **FORBIDDEN)
    table.env.inject_error("POST", path, times=1, **FORBIDDEN)
    await table.begin(ada)
    assert table.last.content.startswith("**Live round: a mix of all lessons**")


async def test_the_list_of_subjects_has_what_can_be_asked(table: Table, ada: MemberActor) -> None:
    async def names(typed: str) -> list[str]:
        found = await ada.autocomplete(table.channel, "group round", "what", typed)
        return [str(one["name"]) for one in found]

    assert await names("") == ["A mix of all lessons", "The stage Core"]
    assert await names("dropo") == ["Dropout"]
    assert await names("regularis") == []


# -------------------------------------------------------------------- ignored, deleted, restarted


async def test_a_round_that_nobody_answers_ends_by_itself_with_a_kind_line(table: Table, ada: MemberActor) -> None:
    await table.first(ada)
    for _ in range(2):
        await table.tell()
        await table.tick(READING)
    assert table.title.startswith("The round is over")
    assert "Nobody answered two questions in a row" in table.text
    assert await table.gradus.rounds.live() == ()
    assert len(table.channel.history()) == 4


async def test_a_deleted_message_ends_the_round_quietly(table: Table, ada: MemberActor, moderator: MemberActor) -> None:
    await table.first(ada)
    await moderator.delete(table.last)
    count = len(table.channel.history())
    assert await table.gradus.rounds.live() == ()
    for _ in range(3):
        await table.tick(30 * SECOND)
    assert len(table.channel.history()) == count


@pytest.mark.parametrize("method", ["PATCH", "POST"])
async def test_a_channel_that_is_gone_ends_the_round_quietly(table: Table, ada: MemberActor, method: str) -> None:
    await table.first(ada)
    path = f"/channels/{table.channel.id}/messages" + ("/*" if method == "PATCH" else "")
    table.env.inject_error(method, path, times=None, status=404, code=10003, message="Unknown Channel")
    await table.tell()
    await table.tick(READING)
    assert await table.gradus.rounds.live() == ()


async def test_trouble_of_discords_own_is_waited_out_and_nobody_loses_time(table: Table, ada: MemberActor) -> None:
    await table.begin(ada)
    table.env.inject_error("POST", f"/channels/{table.channel.id}/messages", status=500, times=1)
    await table.tick(LOBBY)
    assert table.title.startswith("Live round")
    await table.tick(SECOND)
    assert table.title.startswith("Live round")
    await table.tick(5 * SECOND)
    assert table.title.startswith("Question 1")
    assert (await table.round()).until == table.hand.now + 20 * SECOND


async def test_a_restart_in_mid_question_loses_no_answer_and_leaves_time_to_answer(
    table: Table, ada: MemberActor, bob: MemberActor, new_client: Callable[[], GradusClient]
) -> None:
    await table.first(ada)
    await table.press(ada, await table.right())
    table.hand.now += timedelta(minutes=2)
    await table.env.restart_bot(new_client())
    assert (await table.round()).until == table.hand.now + 10 * SECOND
    await table.tick()
    assert "1 has answered." in table.text
    await table.press(bob, await table.right())
    await table.tick(10 * SECOND + WRITING)
    assert "2 of 2 were right" in table.text
    assert "**ada** · 1 of 1" in table.last.embeds[0].fields[0].value  # type: ignore[operator]
    await table.tick(READING)
    assert table.title.startswith("Question 2")
    assert len(table.channel.history()) == 3


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_question_whose_sending_was_cut_short_is_found_or_sent_at_the_next_start(
    table: Table, ada: MemberActor, new_client: Callable[[], GradusClient], arrived: bool
) -> None:
    await (table.first(ada) if arrived else table.begin(ada))
    round = await table.round()
    cut_short = replace(round, phase="asking", until=None, opened_at=None)
    await table.gradus.database.run(lambda database: RoundStore().keep(database, cut_short))
    await table.env.restart_bot(new_client())
    await table.tick()
    assert [one.embeds[0].title for one in table.channel.history()][1:] == [table.title]
    assert table.title.startswith("Question 1")
    assert (await table.round()).message == table.last.id


async def test_a_round_that_stood_still_for_long_ends_with_its_scoreboard(
    table: Table, ada: MemberActor, new_client: Callable[[], GradusClient]
) -> None:
    await table.first(ada)
    await table.press(ada, await table.right())
    await table.tell()
    table.hand.now += STALE + SECOND
    await table.env.restart_bot(new_client())
    await table.tick()
    assert "I was away for too long" in table.text
    assert "1\\. **ada** · 1 of 1" in table.text


async def test_buttons_of_a_round_that_is_over_say_so_after_a_restart(
    table: Table, ada: MemberActor, new_client: Callable[[], GradusClient]
) -> None:
    await table.first(ada)
    round = await table.round()
    question = table.last
    await table.gradus.rounds.drop(round.id, table.hand.now)
    await table.env.restart_bot(new_client())
    assert await table.press(ada, "A", question) == OVER
    assert said(await ada.click(question, label="Stop")) == OVER


# -------------------------------------------------------------------- forgetting


async def test_who_is_forgotten_in_mid_round_is_on_no_scoreboard_and_the_round_goes_on(
    table: Table, ada: MemberActor, bob: MemberActor
) -> None:
    await table.first(ada)
    for who in (ada, bob):
        await table.press(who, await table.right())
    await table.tell()
    await table.gradus.mine.forget(ada.id)
    await table.tick(READING)
    assert table.title.startswith("Question 2")
    assert "Only who started this round stops it" in said(await ada.click(table.last, label="Stop"))
    view = await table.gradus.rounds.view((await table.round()).id)
    assert [one.person for one in view.standings] == [bob.id]
    assert await table.log(ada) == ()


async def test_people_who_only_look_get_no_account(table: Table, ada: MemberActor, bob: MemberActor) -> None:
    await table.first(ada)
    table.hand.now += 30 * SECOND
    await table.press(bob, "A")  # too late
    found = await table.gradus.database.run(lambda database: LearnerStore().find(database, bob.id))
    assert found is None


async def test_a_hundred_people_press_at_the_same_moment_and_no_answer_is_lost(
    table: Table, simcord_env: simcord.Env, ada: MemberActor
) -> None:
    crowd = [simcord_env.guild.add_member(simcord_env.create_user(f"player{number}")) for number in range(100)]
    await table.first(ada)
    round = await table.round()
    ids = {who: f"gradus:round:pick:{'AB'[number % 2]}:{round.id}:0" for number, who in enumerate(crowd)}
    press_at_once(simcord_env, table.last, ids)
    await simcord_env.settle(timeout=30)
    assert dict((await table.gradus.rounds.view(round.id)).spread) == {"A": 50, "B": 50}
    told = [str(one.json) for one in simcord_env.http_requests if one.method == "PATCH" and "/webhooks/" in one.path]
    assert sum("You chose" in one for one in told) == 100
    await table.tick(3 * SECOND)
    assert "100 have answered." in table.text
    await table.tell()
    assert "50 of 100 were right" in table.text or "0 of 100 were right" in table.text


async def test_a_round_that_can_never_say_that_it_is_over_is_let_go(table: Table, ada: MemberActor) -> None:
    await table.begin(ada)
    table.env.inject_error("POST", f"/channels/{table.channel.id}/messages", status=500, times=None)
    await ada.click(table.last, label="Stop")
    await table.tick()
    assert len(await table.gradus.rounds.live()) == 1
    await table.tick(STALE)
    assert len(await table.gradus.rounds.live()) == 1
    await table.tick(6 * SECOND)
    assert await table.gradus.rounds.live() == ()


async def test_a_slow_channel_holds_up_no_other(
    table: Table, ada: MemberActor, monkeypatch: pytest.MonkeyPatch, simcord_env: simcord.Env
) -> None:
    slow, released = table.channel, asyncio.Event()
    await table.begin(ada)
    table.channel = simcord_env.guild.create_text_channel("other")
    await table.begin(ada)
    whole = discord.PartialMessageable.send

    async def send(self: discord.PartialMessageable, **how: Any) -> Any:
        if self.id == slow.id:
            await released.wait()
        return await whole(self, **how)

    monkeypatch.setattr(discord.PartialMessageable, "send", send)
    monkeypatch.setattr("bot.chat.round_messages.PATIENCE", 0.3)
    await table.tick(LOBBY)
    assert table.title.startswith("Question 1")
    await table.tell()
    assert "the answer is" in table.title
    assert len(slow.history()) == 1
    released.set()
    await asyncio.sleep(0.05)
    assert str(slow.history()[-1].embeds[0].title).startswith("Question 1")
    assert len(slow.history()) == 2


# -------------------------------------------------------------------- a group's place


async def test_in_a_groups_thread_it_is_the_groups_round_and_a_stranger_has_no_part_in_it(
    table: Table, ada: MemberActor, bob: MemberActor
) -> None:
    await ada.slash(table.channel, "group create", name="Night *owls*", learns="Dropout")
    await table.gradus.servers.change(table.env.guild.id, lambda old: replace(old, allowed_channels=frozenset({1})))
    (table.channel,) = table.channel.threads
    offered = await ada.autocomplete(table.channel, "group round", "what", "")
    assert offered[0]["name"] == "What the group is learning"
    await table.first(ada)
    assert table.channel.history()[-2].embeds[0].title == "Live round: Night \\*owls\\*"
    assert table.title == "Question 1 of 2: Dropout"
    with pytest.raises((simcord.SetupError, simcord.BackendError)):
        await table.press(bob, "A")
    with pytest.raises((simcord.SetupError, simcord.BackendError)):
        await bob.slash(table.channel, "group round")
    await table.press(ada, await table.right())
    await table.tell()
    assert "The one answer was right." in table.text


async def test_a_moderator_who_is_no_member_of_the_group_plays_and_stops_its_round(
    table: Table, ada: MemberActor, simcord_env: simcord.Env
) -> None:
    powers = discord.Permissions(manage_messages=True, manage_threads=True)
    role = simcord_env.guild.create_role("Keeper", permissions=powers)
    keeper = simcord_env.guild.add_member(simcord_env.create_user("kay"), roles=[role])
    await ada.slash(table.channel, "group create", name="Night owls", learns="Dropout")
    (table.channel,) = table.channel.threads
    await table.first(ada)
    assert "You chose" in await table.press(keeper, await table.right())
    await table.tell()
    await table.tick(READING)
    await keeper.click(table.last, label="Stop")
    await table.tick()
    assert "It was stopped before its end" in table.text
    assert "**kay** · 1 of 1" in table.text


async def test_who_leaves_in_mid_round_holds_up_one_question_and_keeps_a_place_without_a_name(
    table: Table, ada: MemberActor, bob: MemberActor, simcord_env: simcord.Env
) -> None:
    await table.first(ada)
    await table.press(ada, await table.wrong())
    await table.press(bob, await table.right())
    await table.tell()
    await table.tick(READING)
    simcord_env.guild.remove_member(bob)
    client = table.env.bot
    assert isinstance(client, GradusClient)
    client.round_messages._names.clear()  # as after a restart
    await table.press(ada, await table.right())
    await table.tick(10 * SECOND)
    assert "the answer is" not in table.title
    await table.tick(10 * SECOND + WRITING)
    await table.tick(READING)
    await table.press(ada, await table.right())
    await table.tick(3 * SECOND)
    assert "the answer is" in table.title
    await table.tick(READING)
    assert "1\\. **ada** · 2 of 3" in table.text
    assert "2\\. somebody who has left · 1 of 3" in table.text


async def test_a_thread_deleted_in_mid_round_ends_it_quietly(table: Table, ada: MemberActor) -> None:
    await ada.slash(table.channel, "group create", name="Night owls", learns="Dropout")
    (thread,) = table.channel.threads
    table.channel = thread
    await table.first(ada)
    found = table.env.bot.get_channel(thread.id)
    assert isinstance(found, discord.Thread)
    await found.delete()
    await table.tell()
    await table.tick(READING)
    assert await table.gradus.rounds.live() == ()
