"""Projects, steps and the portfolio under `/me`, in a simulated Discord."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.assembly import Gradus
from bot.chat.client import GradusClient
from bot.chat.portfolio_pages import portfolio_page, project_page, projects_page, step_page, steps_page
from bot.chat.rendering import PAGE_LIMIT
from bot.curriculum import Curriculum
from bot.road.portfolio import Desk
from content.catalogue import Catalogue, Step, load
from tests.bot.carried import Carrier
from tests.bot.chat.reading import labels, shown
from tests.bot.chat.test_follow_up import told
from tests.bot.conftest import NOW, concept
from tests.bot.portfolios import LONGEST, desk_of_all
from tests.bot.road.test_portfolio import PROJECTS, STEPS, trained

PAGE = "index.html"


@pytest.fixture
def curriculum(curriculum: Curriculum, catalogue: Catalogue) -> Curriculum:
    projects, steps = {one.id: one for one in PROJECTS}, {one.id: one for one in STEPS}
    curriculum.change(replace(catalogue, projects=projects, steps=steps), curriculum.bank)
    return curriculum


@pytest.fixture
async def carrier(simcord_env: simcord.Env, gradus: Gradus) -> Carrier:
    made = Carrier(gradus.database)
    await made.beat()
    return made


def text(message: ResponseMessage | discord.Message) -> str:
    """All that a message shows."""
    parts = [message.content]
    for one in message.embeds:
        parts += [str(one.title), str(one.description), *(f"{field.name}\n{field.value}" for field in one.fields)]
    return "\n".join(parts).replace("\\", "")


async def opened(who: MemberActor, channel: ChannelHandle, label: str) -> ResponseMessage:
    return shown(await who.click(shown(await who.slash(channel, "me")), label=label))


async def choose(who: MemberActor, message: ResponseMessage, value: str) -> InteractionResult:
    ids = [one["custom_id"] for row in message.components for one in row["components"] if "options" in one]
    return await who.select(message, [value], custom_id=str(ids[0]))


async def written(who: MemberActor, channel: ChannelHandle, **words: str) -> ResponseMessage:
    """The portfolio's panel after its head was written."""
    form = await who.click(await opened(who, channel, "Portfolio"), label="Write")
    return shown(await who.submit_modal(form, {"name": "", "introduction": "Hello.", "links": "", **words}))


async def page_of(result: InteractionResult) -> str:
    """The file that came, for the eyes of who pressed."""
    assert result.ephemeral
    (file,) = shown(result).attachments
    assert file.filename == PAGE
    return (await file.read()).decode()


async def forbid(env: simcord.Env, channel: ChannelHandle, **permissions: bool | None) -> None:
    """Take permissions from everybody in a channel, the bot too."""
    real = env.bot.get_channel(channel.id)
    assert isinstance(real, discord.TextChannel)
    await real.set_permissions(real.guild.default_role, overwrite=discord.PermissionOverwrite(**permissions))


# -------------------------------------------------------------------- projects


async def test_projects_say_by_sign_and_word_what_is_done_and_what_to_read_first(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier
) -> None:
    panel = await opened(ada, channel, "Projects")
    assert "0 of 3 done" in text(panel)
    assert "○ **Digits** · new" in text(panel)
    one = shown(await choose(ada, panel, "digits"))
    assert "Read first: Multi-layer perceptrons, Regularisation; or just start: `/train start digits`" in text(
        one
    ).replace("**", "")
    assert labels(one) == ["Train", "Read first: Multi-layer perceptrons", "Projects"]
    await trained(gradus.training, carrier, 0.93, person=ada.id)
    assert "◐ **Digits** · tried: best 0.93; the bar is at least 0.95" in text(
        shown(await ada.click(one, label="Projects"))
    )
    await trained(gradus.training, carrier, 0.97, person=ada.id)
    one = shown(await choose(ada, await opened(ada, channel, "Projects"), "digits"))
    assert "Accuracy **0.97**: ✓ meets the bar; done since 1 Mar 2026" in text(one)
    assert "sklearn-digits 1" in text(one)


async def test_the_door_of_a_project_leads_to_its_run_and_to_its_lesson(
    ada: MemberActor, channel: ChannelHandle, carrier: Carrier
) -> None:
    one = shown(await choose(ada, await opened(ada, channel, "Projects"), "digits"))
    form = await ada.click(one, label="Train")
    assert form.ephemeral
    assert "Go on ▶" in labels(shown(form))
    lesson = await ada.click(one, label="Read first: Multi-layer perceptrons")
    assert lesson.ephemeral
    assert "Multi-layer perceptrons" in text(shown(lesson))


async def test_a_project_that_is_not_trained_here_says_so(ada: MemberActor, channel: ChannelHandle) -> None:
    one = shown(await choose(ada, await opened(ada, channel, "Projects"), "robot"))
    assert "no training task" in text(one)
    assert labels(one) == ["Projects"]


# -------------------------------------------------------------------- steps


async def test_a_step_is_ticked_by_ones_own_word_and_unticked(
    ada: MemberActor, channel: ChannelHandle, simcord_env: simcord.Env, new_client: Callable[[], GradusClient]
) -> None:
    panel = await opened(ada, channel, "Career steps")
    assert "○ **1.** Regularisation · 0/2" in text(panel)
    one = shown(await choose(ada, panel, "step-1"))
    assert "mastering each of its concepts" in text(one)
    assert labels(one) == ["Tick it myself", "Learn: Regularisation", "Career steps"]
    form = await ada.click(one, label="Tick it myself")
    await simcord_env.restart_bot(new_client())
    one = shown(await ada.submit_modal(form, {"evidence": "**I** gave a talk @everyone"}))
    assert "✎ Your own word, 1 Mar 2026: **I** gave a talk @\u200beveryone" in text(one)
    assert labels(one)[:2] == ["Change my word", "Take my word back"]
    steps = shown(await ada.click(one, label="Career steps"))
    assert "✓ **1.** Regularisation · ✎" in text(steps)
    one = shown(await ada.click(shown(await choose(ada, steps, "step-1")), label="Take my word back"))
    assert "Open." in text(one)


async def test_the_steps_of_projects_and_portfolio_lead_there(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    catalogue, career = gradus.catalogue, {"projects": "Projects", "portfolio": "A portfolio"}
    concepts = dict(catalogue.concepts) | {id: concept(id, title) for id, title in career.items()}
    steps = {id: Step(id, title, (id,)) for id, title in career.items()}
    gradus.curriculum.change(replace(catalogue, concepts=concepts, steps=steps), gradus.curriculum.bank)
    one = shown(await choose(ada, await opened(ada, channel, "Career steps"), "portfolio"))
    assert "share it in a server, or name where you published it" in text(one)
    assert labels(one) == ["Tick it myself", "Learn: A portfolio", "Portfolio", "Career steps"]
    await ada.click(await written(ada, channel), label="Share here")
    one = shown(await choose(ada, await opened(ada, channel, "Career steps"), "portfolio"))
    assert "✓ Portfolio shared in a Discord server" in text(one)
    one = shown(await choose(ada, one, "projects"))
    assert labels(one) == ["Tick it myself", "Learn: Projects", "Projects", "Career steps"]


async def test_an_old_panel_shows_the_steps_of_who_presses(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await gradus.portfolios.tick(ada.id, "step-1", "a talk", NOW)
    assert "1 of 2 done" in text(await opened(ada, channel, "Career steps"))
    assert "0 of 2 done" in text(await opened(bob, channel, "Career steps"))
    assert await gradus.mine.count(bob.id) == 0


# -------------------------------------------------------------------- the portfolio


async def test_an_empty_portfolio_says_how_to_begin(ada: MemberActor, channel: ChannelHandle, gradus: Gradus) -> None:
    panel = await opened(ada, channel, "Portfolio")
    assert "/train start digits" in text(panel)
    assert labels(panel) == ["Write", "Projects", "Career steps"]
    assert await gradus.mine.count(ada.id) == 0
    assert "0 of 3 done" in text(shown(await ada.click(panel, label="Projects")))  # in its place


async def test_what_one_writes_stands_on_the_page(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier
) -> None:
    await trained(gradus.training, carrier, 0.97, person=ada.id)
    panel = await written(
        ada, channel, name="The Countess", introduction="I **like** <b>nets</b>.", links="https://a.example"
    )
    assert "Name: The Countess" in text(panel)
    form = await choose(ada, panel, "digits")
    panel = shown(await ada.submit_modal(form, {"text": "It was hard."}))
    assert "On projects: Digits" in text(panel)
    page = await page_of(await ada.click(panel, label="Look at it"))
    assert "The Countess" in page
    assert "It was hard." in page
    assert "I <strong>like</strong> &lt;b&gt;nets&lt;/b&gt;." in page
    assert "data:image/png;base64," in page
    words = re.sub('base64,[^"]*', "", page)
    assert not re.search(rf"\b{ada.user.name}\b", words)
    assert str(ada.id) not in words


async def test_it_is_taken_along_as_a_zip_with_scripts(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, carrier: Carrier
) -> None:
    await trained(gradus.training, carrier, 0.97, person=ada.id)
    result = await ada.click(await opened(ada, channel, "Portfolio"), label="Take it along")
    assert result.ephemeral
    (file,) = shown(result).attachments
    with zipfile.ZipFile(io.BytesIO(await file.read())) as packed:
        names = {name.removeprefix("portfolio/") for name in packed.namelist()}
    assert names == {"README.txt", PAGE, "portfolio.md", "pictures/digits.png", "scripts/digits.py"}


async def test_it_is_private_until_it_is_shared_and_after(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panel = await written(ada, channel, name="Ada L.")
    assert "Nobody but you" in text(panel)
    assert channel.history() == []
    panel = shown(await ada.click(panel, label="Share here"))
    assert f"Shared in <#{channel.id}>" in text(panel)
    assert "Stop sharing" in labels(panel)
    (message,) = channel.history()
    assert "Ada L.: a portfolio" in text(message)
    assert f"<@{ada.id}> shows" in text(message)
    assert message.mentions == []
    assert "Hello." in await page_of(await bob.click(message, label="Look"))
    assert await gradus.mine.count(bob.id) == 0
    await ada.click(panel, label="Stop sharing")
    assert "not shared any more" in told(await bob.click(message, label="Look"))
    await gradus.ticks.run_due(NOW + timedelta(seconds=5))
    (message,) = channel.history()
    assert "not shared any more" in text(message)
    assert not message.components


async def test_sharing_twice_at_once_is_sharing_once_and_later_it_moves(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panel = await written(ada, channel)
    await ada.click(panel, label="Share here")
    await ada.click(panel, label="Share here")
    assert len(channel.history()) == 1
    other = simcord_env.guild.create_text_channel("other")
    await ada.click(await opened(ada, other, "Portfolio"), label="Share here")
    await gradus.ticks.run_due(NOW + timedelta(seconds=5))
    assert "not shared any more" in text(channel.history()[0])
    assert len(other.history()) == 1


async def test_what_is_shared_outlives_a_restart(
    simcord_env: simcord.Env,
    ada: MemberActor,
    bob: MemberActor,
    channel: ChannelHandle,
    new_client: Callable[[], GradusClient],
) -> None:
    await ada.click(await written(ada, channel), label="Share here")
    await simcord_env.restart_bot(new_client())
    assert "Hello." in await page_of(await bob.click(channel.history()[0], label="Look"))


async def test_deleting_ones_data_ends_what_is_shared(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await ada.click(await written(ada, channel, name="Ada L."), label="Share here")
    warning = await ada.click(shown(await ada.slash(channel, "me")), label="Delete my data")
    await ada.click(shown(warning), label="Delete everything")
    assert "not shared any more" in told(await bob.click(channel.history()[0], label="Look"))
    await gradus.ticks.run_due(NOW + timedelta(seconds=5))
    assert "Ada" not in text(channel.history()[0])


async def test_a_deleted_message_holds_nothing_up(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    panel = shown(await ada.click(await written(ada, channel), label="Share here"))
    simcord_env.inject_error("PATCH", f"/channels/{channel.id}/messages/*", times=None, status=404, code=10008)
    await ada.click(panel, label="Stop sharing")
    await gradus.ticks.run_due(NOW + timedelta(seconds=5))
    assert await gradus.portfolios.ended() == ()


async def test_a_message_that_a_moderator_deletes_ends_what_it_shared(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await ada.click(await written(ada, channel), label="Share here")
    real = simcord_env.bot.get_channel(channel.id)
    assert isinstance(real, discord.TextChannel)
    await real.get_partial_message(channel.history()[0].id).delete()
    await simcord_env.settle()
    assert (await gradus.portfolios.desk(ada.id, NOW)).shares == ()


async def test_a_channel_that_is_cleared_ends_what_it_showed(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    await ada.click(await written(ada, channel), label="Share here")
    gone = discord.RawBulkMessageDeleteEvent({"ids": [channel.history()[0].id], "channel_id": channel.id})
    simcord_env.bot.dispatch("raw_bulk_message_delete", gone)
    await simcord_env.settle()
    assert (await gradus.portfolios.desk(ada.id, NOW)).shares == ()


async def test_discord_out_of_order_is_asked_again(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, simcord_env: simcord.Env
) -> None:
    panel = shown(await ada.click(await written(ada, channel), label="Share here"))
    simcord_env.inject_error("PATCH", f"/channels/{channel.id}/messages/*", times=None, status=400)
    await ada.click(panel, label="Stop sharing")
    await gradus.ticks.run_due(NOW + timedelta(seconds=5))
    assert len(await gradus.portfolios.ended()) == 1


async def test_who_is_blocked_neither_shares_nor_looks_and_keeps_their_own(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    server = simcord_env.guild.id
    panel = await written(ada, channel)
    await gradus.servers.block(server, ada.id, NOW)
    assert "switched me off for you" in told(await ada.click(panel, label="Share here"))
    assert channel.history() == []
    assert "Hello." in await page_of(await ada.click(panel, label="Look at it"))
    await gradus.servers.unblock(server, ada.id)
    await ada.click(panel, label="Share here")
    await gradus.servers.block(server, bob.id, NOW)
    assert "switched me off for you" in told(await bob.click(channel.history()[0], label="Look"))


async def test_direct_messages_have_all_but_sharing(ada: MemberActor, gradus: Gradus) -> None:
    await gradus.portfolios.write(ada.id, "", "Hello.", "", NOW)
    panel = shown(await ada.user.click(shown(await ada.user.slash("me")), label="Portfolio"))
    assert "Hello." in await page_of(await ada.user.click(panel, label="Look at it"))
    assert "members of a server" in told(await ada.user.click(panel, label="Share here"))


async def test_where_files_are_not_allowed_one_is_told_what_to_do(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle
) -> None:
    panel = shown(await ada.click(await written(ada, channel), label="Share here"))
    await forbid(simcord_env, channel, attach_files=False)
    for label in ("Look at it", "Take it along"):
        assert "direct messages" in told(await ada.click(panel, label=label))
    assert "An admin can let me attach files" in told(await bob.click(channel.history()[0], label="Look"))


async def test_where_one_may_not_write_nothing_is_shared(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panel = await written(ada, channel)
    await forbid(simcord_env, channel, send_messages=False)
    assert "nothing is shared" in told(await ada.click(panel, label="Share here"))
    assert (await gradus.portfolios.desk(ada.id, NOW)).shares == ()


async def test_a_channel_that_moderators_keep_quiet_stays_so(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    loud = simcord_env.guild.create_text_channel("loud")
    await gradus.servers.change(simcord_env.guild.id, lambda old: replace(old, allowed_channels=frozenset({loud.id})))
    assert f"only in <#{loud.id}>" in told(await ada.click(await written(ada, channel), label="Share here"))
    assert channel.history() == []
    await ada.click(await opened(ada, loud, "Portfolio"), label="Share here")
    assert len(loud.history()) == 1


# -------------------------------------------------------------------- what the pages say


@pytest.fixture(scope="module")
def desk() -> Desk:
    return desk_of_all()


def test_every_page_fits_a_message_whatever_was_written(desk: Desk) -> None:
    catalogue = load()
    pages = [projects_page(desk.projects), steps_page(desk.steps), portfolio_page(replace(desk, writings=LONGEST))]
    pages += [project_page(one) for one in desk.projects]
    pages += [step_page(one, catalogue) for one in desk.steps]
    for page in pages:
        whole = len(page.title) + len(page.text) + len(page.footer) + sum(map(len, page.fields))
        assert whole < PAGE_LIMIT
        assert not page.text.endswith("…")


def test_the_list_of_steps_is_fifteen_lines_that_a_phone_holds(desk: Desk) -> None:
    lines = [line for line in steps_page(desk.steps).text.split("\n") if line[:1] in "✓◐○" and line]
    assert len(lines) == 15
    assert max(len(line.replace("**", "")) for line in lines) <= 40


def test_nobody_is_given_away_by_markdown_in_a_name(desk: Desk) -> None:
    evil = replace(desk.writings, name="[x](https://bad.example) @everyone")
    shown = portfolio_page(replace(desk, writings=evil)).fields[0].text
    assert "](" not in shown
    assert "@everyone" not in shown
