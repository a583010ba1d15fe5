"""Statistics and boards under `/me`, in a simulated Discord."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import ResponseMessage

from bot.assembly import Gradus
from bot.chat import progress_panel
from bot.chat.client import GradusClient
from bot.chat.progress_panel import MOST_PLACES, board_page, statistics_page
from bot.chat.rendering import PAGE_LIMIT
from bot.progress import Board, Place
from quizzes.statistics import Streak
from tests.bot.chat.reading import labels, shown
from tests.bot.chat.test_follow_up import told
from tests.bot.conftest import NOW
from tests.bot.test_progress import practised
from tests.bot.test_progress import shown as statistics

DAY = timedelta(days=1)


async def opened(who: MemberActor, channel: ChannelHandle, label: str = "Statistics") -> ResponseMessage:
    """The statistics of somebody, or what a button below them leads to."""
    panel = shown(await who.click(shown(await who.slash(channel, "me")), label="Statistics"))
    return panel if label == "Statistics" else shown(await who.click(panel, label=label))


def text(message: ResponseMessage) -> str:
    return "\n".join([message.content, *(f"{one.title}\n{one.description}" for one in message.embeds)])


# -------------------------------------------------------------------- statistics


async def test_who_has_nothing_yet_is_told_how_to_begin_and_sees_no_picture(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    result = await ada.click(shown(await ada.slash(channel, "me")), label="Statistics")
    assert result.ephemeral
    panel = shown(result)
    assert "Nothing to count yet" in text(panel)
    assert "/quiz now" in text(panel)
    assert not panel.attachments
    assert await gradus.mine.count(ada.id) == 0


async def test_statistics_are_a_picture_with_its_numbers_in_words(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await practised(gradus.practising, ada.id, NOW - DAY)
    await practised(gradus.practising, ada.id, NOW)
    result = await ada.click(shown(await ada.slash(channel, "me")), label="Statistics")
    assert result.ephemeral
    panel = shown(result)
    (picture,) = panel.attachments
    assert "Questions a week, oldest first" in str(picture.description)
    assert "2 questions on 2 of the last 84 days, 1 of them today" in text(panel)
    assert "2 days with effort" in text(panel)
    assert "Core" in text(panel)
    assert labels(panel) == ["Board", "For Anki", "As a table"]


async def test_a_picture_that_cannot_be_drawn_leaves_the_words(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> bytes:
        raise OSError("no fonts")

    monkeypatch.setattr(progress_panel, "statistics_picture", broken)
    await practised(gradus.practising, ada.id, NOW)
    panel = await opened(ada, channel)
    assert not panel.attachments
    assert "Questions a week, oldest first" in text(panel)


async def test_direct_messages_have_statistics_and_no_board(ada: MemberActor, gradus: Gradus) -> None:
    await practised(gradus.practising, ada.id, NOW)
    panel = shown(await ada.user.click(shown(await ada.user.slash("me")), label="Statistics"))
    assert panel.attachments
    assert labels(panel) == ["For Anki", "As a table"]


async def test_an_old_panel_shows_the_numbers_of_who_presses_after_a_restart(
    simcord_env: simcord.Env,
    ada: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    new_client: Callable[[], GradusClient],
) -> None:
    board = await opened(ada, channel, "Board")
    await simcord_env.restart_bot(new_client())
    await practised(gradus.practising, ada.id, NOW)
    assert "1 question on 1 of the last" in text(shown(await ada.click(board, label="Statistics")))


# -------------------------------------------------------------------- what the page says


def test_a_streak_that_ended_is_no_reproach() -> None:
    page = statistics_page(replace(statistics(1), streak=Streak(0, 12, 2)))
    assert "your next question begins one; your longest was 12 days" in page.text
    quiet = statistics_page(replace(statistics(), streak=Streak(0, 12, 2)))
    assert "all that you learned before still counts" in quiet.text


def test_the_page_says_how_many_freezes_are_left() -> None:
    assert "2 freezes for days off; 1 left in March" in statistics_page(statistics(1)).text


def test_the_page_says_what_comes_back_and_when() -> None:
    some = replace(statistics(1), forecast=(1, 0, 4, *[0] * 11))
    assert "5 concepts come back, 1 of them today; most on Tuesday 3 March: 4" in statistics_page(some).text
    assert "nothing comes back" in statistics_page(statistics(1)).text


def test_the_page_says_how_much_stayed_and_how_sure_that_is() -> None:
    page = statistics_page(statistics(1, 1, 20))
    assert "90 % of 20 reviews in 30 days remembered (95 % interval 70 to 97 %); you aim for 85 %" in page.text
    assert "95 % expected, 90 % of 20 remembered; 75 % expected" in page.text
    assert "no reviews in the last 30 days; you aim for 85 %" in statistics_page(statistics(1)).text


def test_the_fullest_page_fits_a_message() -> None:
    page = statistics_page(statistics(4321, 4321, 4321, "A stage with a long name " * 3))
    assert len(page.title) + len(page.text) + len(page.footer) < PAGE_LIMIT
    assert not page.text.endswith("…")


# -------------------------------------------------------------------- boards


async def test_somebody_joins_a_board_is_seen_there_and_leaves_it(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await practised(gradus.practising, ada.id, NOW, answers=2)
    before = await opened(ada, channel, "Board")
    assert "Nobody stands on it yet" in text(before)
    assert labels(before) == ["Join", "Statistics"]
    joined = shown(await ada.click(before, label="Join"))
    assert "1\\. **ada** (you) · 1 day · 2 questions" in text(joined)
    assert not joined.attachments
    seen = await opened(bob, channel, "Board")
    assert "1\\. **ada** · 1 day · 2 questions" in text(seen)
    assert labels(seen) == ["Join", "Statistics"]
    left = shown(await ada.click(joined, label="Leave"))
    assert "Nobody stands on it yet" in text(left)


async def test_a_board_belongs_to_its_server(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await practised(gradus.practising, ada.id, NOW)
    await ada.click(await opened(ada, channel, "Board"), label="Join")
    other = simcord_env.create_guild("Other server")
    there = other.add_member(simcord_env.create_user("carl"))
    board = await opened(there, other.create_text_channel("ask"), "Board")
    assert "Nobody stands on it yet" in text(board)


async def test_who_left_the_server_is_taken_off_its_board(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    for who, answers in ((ada, 3), (bob, 1)):
        await practised(gradus.practising, who.id, NOW, answers)
        await gradus.progress.join(who.id, simcord_env.guild.id, NOW)
    simcord_env.guild.remove_member(ada)
    board = await opened(bob, channel, "Board")
    assert "1\\. **bob** (you)" in text(board)
    assert "ada" not in text(board)
    assert not (await gradus.progress.board(ada.id, simcord_env.guild.id, NOW)).joined


async def test_who_is_blocked_may_still_leave_but_neither_look_nor_join(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    server = simcord_env.guild.id
    before = await opened(ada, channel, "Board")
    joined = shown(await ada.click(before, label="Join"))
    await gradus.servers.block(server, ada.id, NOW)
    assert "switched me off for you" in told(await ada.click(await opened(ada, channel), label="Board"))
    await ada.click(joined, label="Leave")
    assert not (await gradus.progress.board(ada.id, server, NOW)).joined


def test_a_board_is_ten_lines_and_the_own_place() -> None:
    places = tuple(Place(number, number, 20 - number, 50) for number in range(1, 15))
    names = {number: f"member {number}" for number in range(1, MOST_PLACES + 1)}
    page = board_page(Board(places, places[12], joined=True), names, "Study server")
    assert page.text.count("**member") == MOST_PLACES
    assert "You: place 13 of 14 · 7 days · 50 questions" in page.text
    away = board_page(Board(places, None, joined=True), names, "Study server")
    assert "your next question gives you a place" in away.text


def test_names_pretend_nothing_and_ping_nobody() -> None:
    board = Board((Place(1, 1, 2, 3),), None, joined=False)
    page = board_page(board, {1: "**[win](https://bad.example)** @everyone <@123>\n# top"}, "S")
    line = page.text.split("\n")[0]
    assert "](" not in line
    assert "@everyone" not in page.text
    assert "<@123>" not in page.text
    assert "top" in line


# -------------------------------------------------------------------- to take along


@pytest.mark.parametrize(
    ("label", "file", "begins"), [("For Anki", "gradus.apkg", b"PK"), ("As a table", "gradus-attempts.csv", b"when,")]
)
async def test_what_was_practised_is_taken_along(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, label: str, file: str, begins: bytes
) -> None:
    await practised(gradus.practising, ada.id, NOW)
    panel = shown(await ada.click(shown(await ada.slash(channel, "me")), label="Statistics"))
    result = await ada.click(panel, label=label)
    assert result.ephemeral
    (attached,) = shown(result).attachments
    assert attached.filename == file
    assert (await attached.read()).startswith(begins)
