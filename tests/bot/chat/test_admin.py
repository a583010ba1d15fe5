"""`/admin` in a simulated Discord: who may, what is kept, and what each select and form does."""

import codecs
import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.backend.errors import SetupError
from simcord.builders import ChannelHandle, RoleHandle

from bot.asking import CoverageEntry
from bot.assembly import Gradus
from bot.chat.admin_pages import coverage_file
from bot.chat.client import GradusClient
from bot.servers.settings import ServerSettings
from foundation.errors import GradusError
from tests.bot.chat.reading import labels, shown
from tests.bot.chat.test_ask import raised
from tests.bot.conftest import ANSWER, Prepared

QUESTION = "what is the capital of france?"


@pytest.fixture
async def role(simcord_env: simcord.Env, channel: ChannelHandle) -> RoleHandle:
    return simcord_env.guild.create_role("moderator", permissions=discord.Permissions(manage_guild=True))


@pytest.fixture
async def mod(simcord_env: simcord.Env, channel: ChannelHandle, role: RoleHandle) -> MemberActor:
    return simcord_env.guild.add_member(simcord_env.create_user("mod"), roles=[role])


async def settings_of(gradus: Gradus, channel: ChannelHandle) -> ServerSettings:
    assert channel.guild is not None
    return await gradus.servers.settings(channel.guild.id)


async def test_members_do_not_even_see_it(ada: MemberActor, mod: MemberActor, channel: ChannelHandle) -> None:
    assert "admin" not in ada.available_commands(channel)
    assert "admin" in mod.available_commands(channel)
    with pytest.raises(SetupError, match="not visible"):
        await ada.slash(channel, "admin")


async def test_the_panel_shows_every_setting_to_the_moderator_alone(mod: MemberActor, channel: ChannelHandle) -> None:
    panel = await mod.slash(channel, "admin")
    assert panel.ephemeral
    fields = {field.name: field.value for field in shown(panel).embeds[0].fields}
    assert fields["Answers"] == "Public in every channel"
    assert "30 questions an hour" in str(fields["Limits per person"])
    doors = [
        "Channels",
        "Training",
        "Queue",
        "Limits",
        "Block list",
        "Coverage",
        "Reports",
        "Study groups",
        "Members' answers",
        "Reindex",
    ]
    assert labels(shown(panel)) == doors


async def test_channels_are_chosen_by_selects(
    simcord_env: simcord.Env, mod: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    other = simcord_env.guild.create_text_channel("quiz")
    panel = await mod.slash(channel, "admin")
    await mod.click(shown(panel), label="Channels")
    page = shown(panel)
    await mod.select(page, [channel, other], custom_id="gradus:admin:set:allowed_channels")
    await mod.select(page, [other], custom_id="gradus:admin:set:quiz_channel")
    kept = await settings_of(gradus, channel)
    assert kept == ServerSettings(allowed_channels=frozenset({channel.id, other.id}), quiz_channel=other.id)
    await mod.select(page, [], custom_id="gradus:admin:set:quiz_channel")
    assert (await settings_of(gradus, channel)).quiz_channel is None
    await mod.click(page, label="Back")
    assert f"<#{other.id}>" in str(shown(panel).embeds[0].fields[0].value)


async def test_a_chosen_channel_where_the_bot_lacks_permissions_is_named(
    simcord_env: simcord.Env, mod: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    hidden = simcord_env.guild.create_text_channel(
        "quiz",
        overwrites={simcord_env.guild.default_role: discord.PermissionOverwrite(attach_files=False)},
    )
    await gradus.servers.change(
        simcord_env.guild.id, lambda one: replace(one, quiz_channel=hidden.id, study_channel=987_654_321)
    )
    panel = await mod.slash(channel, "admin")
    (warning,) = (field.value for field in shown(panel).embeds[0].fields if field.name == "To mend")
    assert "<#987654321> is gone" in str(warning)
    assert f"In <#{hidden.id}> I lack: Attach Files" in str(warning)


async def test_roles_limits_and_people(
    simcord_env: simcord.Env,
    mod: MemberActor,
    ada: MemberActor,
    channel: ChannelHandle,
    role: RoleHandle,
    gradus: Gradus,
) -> None:
    panel = await mod.slash(channel, "admin")
    await mod.click(shown(panel), label="Training")
    await mod.select(shown(panel), [role], custom_id="gradus:admin:roles")
    await mod.click(shown(panel), label="Back")
    form = await mod.click(shown(panel), label="Limits")
    await mod.submit_modal(form, {"questions": "1", "runs": "3"})
    await mod.click(shown(panel), label="Block list")
    await mod.select(shown(panel), [ada, mod], custom_id="gradus:admin:people:block")
    assert channel.guild is not None
    assert await gradus.servers.blocked(channel.guild.id) == (ada.id,)  # nobody blocks themself
    assert await settings_of(gradus, channel) == ServerSettings(
        training_roles=frozenset({role.id}), questions_per_hour=1, runs_per_day=3
    )
    refused = await ada.slash(channel, "ask", question=QUESTION)
    assert "moderators have switched me off" in refused.followups[-1].content
    await mod.select(shown(panel), [ada], custom_id="gradus:admin:people:unblock")
    await ada.slash(channel, "ask", question=QUESTION)
    refused = await ada.slash(channel, "ask", question=QUESTION)
    assert "1 question within an hour" in refused.followups[-1].content
    assert raised(simcord_env) == [GradusError, GradusError]


@pytest.mark.parametrize(("typed", "told"), [("0", "choose 1 to 600"), ("many", "write a whole number")])
async def test_a_limit_that_makes_no_sense_is_refused_and_nothing_changes(
    mod: MemberActor, channel: ChannelHandle, gradus: Gradus, typed: str, told: str
) -> None:
    panel = await mod.slash(channel, "admin")
    form = await mod.click(shown(panel), label="Limits")
    done = await mod.submit_modal(form, {"questions": typed, "runs": "3"})
    assert told in done.followups[-1].content
    assert await settings_of(gradus, channel) == ServerSettings()


async def test_who_is_no_moderator_any_more_changes_nothing(
    simcord_env: simcord.Env, mod: MemberActor, channel: ChannelHandle, role: RoleHandle, gradus: Gradus
) -> None:
    panel = await mod.slash(channel, "admin")
    await mod.click(shown(panel), label="Channels")
    simcord_env.guild.remove_member(mod)
    simcord_env.guild.add_member(mod.user)
    done = await mod.select(shown(panel), [channel], custom_id="gradus:admin:set:quiz_channel")
    assert "Manage Server" in done.followups[-1].content
    assert await settings_of(gradus, channel) == ServerSettings()


async def test_the_panel_works_after_a_restart(
    simcord_env: simcord.Env,
    mod: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    new_client: Callable[[], GradusClient],
) -> None:
    panel = await mod.slash(channel, "admin")
    await mod.click(shown(panel), label="Channels")
    await simcord_env.restart_bot(new_client())
    await mod.select(shown(panel), [channel], custom_id="gradus:admin:set:study_channel")
    assert (await settings_of(gradus, channel)).study_channel == channel.id


async def test_each_server_has_its_own(
    simcord_env: simcord.Env, mod: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    other = simcord_env.create_guild("Another server")
    panel = await mod.slash(channel, "admin")
    form = await mod.click(shown(panel), label="Limits")
    await mod.submit_modal(form, {"questions": "5", "runs": "3"})
    assert await gradus.servers.settings(other.id) == ServerSettings()


async def test_coverage_names_questions_and_no_people(
    mod: MemberActor, ada: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    answerer.reply = replace(ANSWER, verdict="decline", concept=None, concepts=(), passages=(), sources=())
    await ada.slash(channel, "ask", question=QUESTION)
    answerer.reply = replace(ANSWER, verdict="related", passages=())
    await ada.slash(channel, "ask", question="*what* about https://discord.gg/raid <@1>?")
    answerer.reply = ANSWER
    good = await ada.slash(channel, "ask", question="why does dropout help?")
    panel = await mod.slash(channel, "admin")
    await mod.click(shown(panel), label="Coverage")
    text = str(shown(panel).embeds[0].description)
    assert QUESTION in text
    assert r"\*what\*" in text
    assert "https://" not in text  # a moderator's screen is no place for a raid's invitation
    assert "why does dropout help" not in text
    assert "ada" not in text
    assert str(ada.id) not in text
    await ada.click(shown(good), label="Not helpful")
    await mod.select(shown(panel), ["unhelpful"], custom_id="gradus:admin:coverage-kind")
    text = str(shown(panel).embeds[0].description)
    assert "why does dropout help" in text
    assert QUESTION not in text
    file = await mod.click(shown(panel), label="Download all")
    rows = list(csv.DictReader(io.StringIO((await shown(file).attachments[0].read()).decode("utf-8-sig"))))
    assert {row["kind"] for row in rows} == {"declined", "unsure", "unhelpful"}
    assert set(rows[0]) == {"day", "kind", "concept", "question"}


@pytest.mark.parametrize("question", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1", "\uff20SUM(A1)"])
def test_no_spreadsheet_runs_a_question_and_every_one_reads_it(question: str) -> None:
    entry = CoverageEntry("declined", question, None, date(2026, 3, 1))
    file = coverage_file([entry, replace(entry, question="什么是反向传播")])
    assert file.startswith(codecs.BOM_UTF8)  # without it Excel takes the text for Latin
    first, second = csv.DictReader(io.StringIO(file.decode("utf-8-sig")))
    assert first["question"] == f"'{question}"
    assert second["question"] == "什么是反向传播"


async def test_coverage_of_many_questions_has_pages(
    mod: MemberActor, channel: ChannelHandle, answerer: Prepared, gradus: Gradus
) -> None:
    assert channel.guild is not None
    answerer.reply = replace(ANSWER, verdict="decline", concept=None, concepts=(), passages=(), sources=())
    for number in range(23):
        await gradus.asking.ask(f"question {number} about cooking", 5, f"{channel.guild.id}/1", gradus.clock())
    panel = await mod.slash(channel, "admin")
    await mod.click(shown(panel), label="Coverage")
    assert "Page 1 of 3" in str(shown(panel).embeds[0].footer.text)
    await mod.click(shown(panel), label="Older")
    await mod.click(shown(panel), label="Older")
    assert "Page 3 of 3" in str(shown(panel).embeds[0].footer.text)
    assert str(shown(panel).embeds[0].description).count("•") == 3
    assert "Older" not in labels(shown(panel))
    await mod.click(shown(panel), label="Newer")
    assert "Page 2 of 3" in str(shown(panel).embeds[0].footer.text)


async def test_reindex_takes_up_changed_lessons_and_says_what_it_did(
    mod: MemberActor, channel: ChannelHandle, gradus: Gradus, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> str:
        return "Done: 95 lessons."

    monkeypatch.setattr(gradus.reindexing, "run", run)
    panel = await mod.slash(channel, "admin")
    done = await mod.click(shown(panel), label="Reindex")
    assert done.ephemeral
    assert shown(done).content == "Done: 95 lessons."


async def test_lessons_that_are_broken_are_named_to_the_moderator(
    mod: MemberActor, channel: ChannelHandle, gradus: Gradus, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> str:
        raise GradusError("Nothing was changed: something in the lessons is wrong.")

    monkeypatch.setattr(gradus.reindexing, "run", run)
    panel = await mod.slash(channel, "admin")
    done = await mod.click(shown(panel), label="Reindex")
    assert "Nothing was changed" in shown(done).content


@pytest.mark.parametrize("error", [GradusError("l.md: no summary\n" * 300), GradusError("x" * 5000)])
async def test_however_much_is_wrong_with_the_lessons_the_moderator_reads_of_it(
    mod: MemberActor, channel: ChannelHandle, gradus: Gradus, monkeypatch: pytest.MonkeyPatch, error: GradusError
) -> None:
    async def run() -> str:
        raise error

    monkeypatch.setattr(gradus.reindexing, "run", run)
    panel = await mod.slash(channel, "admin")
    done = await mod.click(shown(panel), label="Reindex")
    assert shown(done).content.startswith(str(error)[:900])
    assert shown(done).content.endswith("…")


# -------------------------------------------------------------------- reports on questions


async def test_moderators_read_what_learners_reported_without_names_and_without_markup(
    mod: MemberActor, ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panel = shown(await mod.slash(channel, "admin"))
    empty = shown(await mod.click(panel, label="Reports"))
    assert "Nobody has reported" in str(empty.embeds[0].description)
    asked = shown(await ada.click(shown(await ada.slash(channel, "quiz now")), label="Ask me"))
    await ada.submit_modal(await ada.click(asked, label="Report"), {"report": "**B** is right @everyone"})
    page = shown(await mod.click(shown(await mod.slash(channel, "admin")), label="Reports"))
    assert "`dropout-one`" in str(page.embeds[0].description)
    assert "\\*\\*B\\*\\* is right" in str(page.embeds[0].description)
    assert "ada" not in str(page.embeds[0].description)
