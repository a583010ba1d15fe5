"""`/learn` in a simulated Discord: pages that turn in place, the map, and who may do what."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import ResponseMessage

from bot.assembly import Gradus
from bot.chat import lesson_panel
from bot.chat.client import GradusClient, make_client
from bot.chat.lesson_panel import LABELS, NOT_YOURS, SELECTS, LessonButton, PanelButton, PanelSelect
from bot.curriculum import Curriculum
from bot.road.profile import Profile
from bot.servers.settings import ServerSettings
from content.catalogue import Catalogue
from tests.bot.chat.reading import labels, shown
from tests.bot.conftest import NOW

NAVIGATION = ["◀ Previous", "Next ▶", "Reading list", "Map", "Close", "Teach me", "Quiz me"]


@pytest.fixture
async def lesson(ada: MemberActor, channel: ChannelHandle) -> ResponseMessage:
    """The lesson on dropout, opened by ada for everyone to see."""
    return shown(await ada.slash(channel, "learn", concept="dropout"))


def controls(message: ResponseMessage) -> list[dict[str, Any]]:
    return [item for row in message.components for item in row["components"]]


def select(message: ResponseMessage, act: str) -> dict[str, Any]:
    """The select of a panel for jumping, for neighbours and so on."""
    (found,) = (one for one in controls(message) if one["custom_id"].startswith(f"gradus:learn:{act}:"))
    return found


def button(message: ResponseMessage, label: str) -> dict[str, Any]:
    (found,) = (one for one in controls(message) if one.get("label") == label)
    return found


async def choose(who: MemberActor, message: ResponseMessage, act: str, value: str) -> None:
    await who.select(message, [value], custom_id=select(message, act)["custom_id"])


def title(message: ResponseMessage) -> str:
    return str(message.embeds[0].title)


# -------------------------------------------------------------------- a lesson


async def test_a_lesson_opens_at_its_beginning_for_everyone_with_all_ways_on(lesson: ResponseMessage) -> None:
    assert not lesson.ephemeral
    (embed,) = lesson.embeds
    assert (embed.title, embed.description) == ("Dropout", "Dropout switches units off at random during training.")
    assert embed.fields[0].name == "Know first"
    assert embed.fields[0].value == "• Regularisation (being written)"
    assert embed.footer.text == "In one minute · page 1 of 8"
    assert labels(lesson) == NAVIGATION
    assert button(lesson, "◀ Previous")["disabled"]
    assert not button(lesson, "Next ▶").get("disabled")
    sections = select(lesson, "jump")["options"]
    assert [one["label"] for one in sections][:3] == ["In one minute", "Intuition", "The mathematics"]
    near = select(lesson, "near")["options"]
    assert [(one["value"], one["description"]) for one in near] == [
        ("regularization", "know first · lesson being written"),
        ("batch-normalization", "leads to · lesson being written"),
    ]


async def test_the_command_promises_a_lesson_before_it_makes_it(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle
) -> None:
    before = len(simcord_env.http_requests)
    await ada.slash(channel, "learn", concept="dropout")
    first = simcord_env.http_requests[before]
    assert first.path.endswith("/callback")
    assert first.json == {"type": 5}


async def test_pages_turn_in_place_with_their_pictures(
    ada: MemberActor, channel: ChannelHandle, lesson: ResponseMessage
) -> None:
    for expected in ("Dropout › Intuition", "Dropout › The mathematics"):
        await ada.click(lesson, label="Next ▶")
        assert title(lesson) == expected
    (picture,) = lesson.attachments
    assert picture.description == "(1) h̃ = m ⊙ h/(1 − p)"
    assert lesson.embeds[0].description == "Dropout multiplies by a mask: **(1)**"
    await ada.click(lesson, label="◀ Previous")
    assert title(lesson) == "Dropout › Intuition"
    assert lesson.attachments == []
    assert channel.last_message is not None
    assert channel.last_message.id == lesson.id


async def test_a_section_can_be_jumped_to_and_the_last_page_has_no_next(
    ada: MemberActor, lesson: ResponseMessage
) -> None:
    await choose(ada, lesson, "jump", "7")
    assert title(lesson) == "Dropout › Key points"
    assert lesson.embeds[0].footer.text == "page 8 of 8"
    assert button(lesson, "Next ▶")["disabled"]


async def test_a_neighbour_opens_in_place_and_leads_back(ada: MemberActor, lesson: ResponseMessage) -> None:
    await choose(ada, lesson, "near", "batch-normalization")
    assert title(lesson) == "Batch normalisation: lesson on its way"
    assert labels(lesson) == ["Map", "Close"]
    await choose(ada, lesson, "near", "dropout")
    assert title(lesson) == "Dropout"


async def test_the_reading_list_leads_back_to_the_page_it_was_opened_from(
    ada: MemberActor, lesson: ResponseMessage
) -> None:
    await choose(ada, lesson, "jump", "4")
    await ada.click(lesson, label="Reading list")
    assert title(lesson) == "Dropout: reading list"
    assert lesson.embeds[0].description == "• [A Book](https://example.org/book) (A. Author; book; beginner)"
    await ada.click(lesson, label="Lesson")
    assert title(lesson) == "Dropout › In code"


async def test_an_unwritten_concept_shows_its_card(ada: MemberActor, channel: ChannelHandle) -> None:
    card = shown(await ada.slash(channel, "learn", concept="regularization"))
    assert title(card) == "Regularisation: lesson on its way"
    assert "being written" in str(card.embeds[0].description)
    fields = {field.name: field.value for field in card.embeds[0].fields}
    assert fields == {"Builds on": "• Multi-layer perceptrons (being written)", "Leads to": "• Dropout"}


@pytest.mark.parametrize("typed", ["Dropout", "dropuot", "drop"])
async def test_what_is_typed_without_choosing_is_understood(
    ada: MemberActor, channel: ChannelHandle, typed: str
) -> None:
    assert title(shown(await ada.slash(channel, "learn", concept=typed))) == "Dropout"


async def test_what_names_nothing_is_refused_to_who_asked_alone(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle
) -> None:
    result = await ada.slash(channel, "learn", concept="pizza @everyone")
    (refusal,) = result.followups
    assert refusal.ephemeral
    assert refusal.content.startswith("I know no concept 'pizza everyone'. Choose one from the list")
    assert len(simcord_env.errors) == 1
    assert channel.last_message is None


# -------------------------------------------------------------------- whose it is


async def test_a_stranger_is_sent_to_a_lesson_of_their_own_and_nothing_turns(
    ada: MemberActor, bob: MemberActor, lesson: ResponseMessage
) -> None:
    await ada.click(lesson, label="Next ▶")
    for label in NAVIGATION[:5]:
        pressed = await bob.click(lesson, label=label)
        assert pressed.ephemeral
        assert shown(pressed).content == NOT_YOURS
    for act, value in (("jump", "3"), ("near", "regularization")):
        pressed = await bob.select(lesson, [value], custom_id=select(lesson, act)["custom_id"])
        assert shown(pressed).content == NOT_YOURS
    assert title(lesson) == "Dropout › Intuition"


async def test_who_opened_it_may_close_it(ada: MemberActor, channel: ChannelHandle, lesson: ResponseMessage) -> None:
    await ada.click(lesson, label="Close")
    assert channel.last_message is None


async def test_a_moderator_may_close_it_and_turns_none_of_its_pages(
    simcord_env: simcord.Env, channel: ChannelHandle, bob: MemberActor, lesson: ResponseMessage
) -> None:
    await _make_moderator(simcord_env, bob)
    assert shown(await bob.click(lesson, label="Next ▶")).content == NOT_YOURS
    await bob.click(lesson, label="Close")
    assert channel.last_message is None


async def _make_moderator(env: simcord.Env, member: MemberActor) -> None:
    guild = env.bot.get_guild(env.guild.id)
    assert guild is not None
    role = await guild.create_role(name="moderators", permissions=discord.Permissions(manage_messages=True))
    real = guild.get_member(member.id) or await guild.fetch_member(member.id)
    await real.add_roles(role)


async def test_everything_works_after_a_restart(
    simcord_env: simcord.Env, new_client: Callable[[], GradusClient], ada: MemberActor, lesson: ResponseMessage
) -> None:
    await simcord_env.restart_bot(new_client())
    await ada.click(lesson, label="Next ▶")
    assert title(lesson) == "Dropout › Intuition"
    await choose(ada, lesson, "jump", "5")
    assert title(lesson) == "Dropout › Pitfalls"
    await ada.click(lesson, label="Map")
    await simcord_env.restart_bot(new_client())
    await choose(ada, lesson, "pick", "dropout")
    assert title(lesson) == "Dropout"


@pytest.fixture
def shorter(catalogue: Catalogue) -> Catalogue:
    """The catalogue of a release whose lesson on dropout has three sections left."""
    lesson = catalogue.lessons["dropout"]
    return replace(catalogue, lessons={"dropout": replace(lesson, sections=lesson.sections[:3])})


async def test_a_page_that_a_newer_lesson_no_longer_has_falls_to_the_last(
    simcord_env: simcord.Env, ada: MemberActor, gradus: Gradus, shorter: Catalogue, lesson: ResponseMessage
) -> None:
    await choose(ada, lesson, "jump", "6")
    await simcord_env.restart_bot(make_client(replace(gradus, curriculum=Curriculum(shorter))))
    await ada.click(lesson, label="Next ▶")
    assert title(lesson) == "Dropout › The mathematics"


async def test_a_concept_that_is_gone_is_said_to_be(
    simcord_env: simcord.Env, ada: MemberActor, gradus: Gradus, catalogue: Catalogue, lesson: ResponseMessage
) -> None:
    fewer = replace(catalogue, concepts={"regularization": catalogue.concepts["regularization"]}, lessons={})
    await simcord_env.restart_bot(make_client(replace(gradus, curriculum=Curriculum(fewer))))
    pressed = await ada.click(lesson, label="Next ▶")
    (refusal,) = pressed.followups
    assert refusal.ephemeral
    assert "unknown concept 'dropout'" in refusal.content


# -------------------------------------------------------------------- where it may speak


async def test_outside_the_allowed_channels_only_who_asked_sees_it(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    elsewhere = simcord_env.guild.create_text_channel("elsewhere")
    await gradus.servers.change(
        simcord_env.guild.id, lambda before: ServerSettings(allowed_channels=frozenset({channel.id}))
    )
    assert not (await ada.slash(channel, "learn", concept="dropout")).ephemeral
    private = await ada.slash(elsewhere, "learn", concept="dropout")
    assert private.ephemeral
    await ada.click(shown(private), label="Next ▶")
    assert title(shown(private)) == "Dropout › Intuition"


async def test_who_is_blocked_is_told_and_gets_no_lesson(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await gradus.servers.block(simcord_env.guild.id, ada.id, NOW)
    result = await ada.slash(channel, "learn", concept="dropout")
    assert [one.content for one in result.followups if "switched me off" in one.content]
    assert len(simcord_env.errors) == 1
    assert channel.last_message is None


async def test_where_files_may_not_be_attached_pictures_become_words(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle
) -> None:
    real = simcord_env.bot.get_channel(channel.id)
    assert isinstance(real, discord.TextChannel)
    await real.set_permissions(real.guild.default_role, attach_files=False)
    lesson = shown(await ada.slash(channel, "learn", concept="dropout"))
    await choose(ada, lesson, "jump", "2")
    assert lesson.attachments == []
    assert lesson.embeds[0].description == "Dropout multiplies by a mask: **(1)**\n\n(1) h̃ = m ⊙ h/(1 − p)"
    road = shown(await ada.slash(channel, "learn"))
    assert road.attachments == []
    assert "3 Dropout after 2;" in str(road.embeds[0].description)


async def test_it_works_in_direct_messages(simcord_env: simcord.Env, ada: MemberActor) -> None:
    eve = simcord_env.create_user("eve")
    lesson = shown(await eve.slash("learn", concept="dropout"))
    await eve.click(lesson, label="Next ▶")
    assert title(lesson) == "Dropout › Intuition"
    await eve.click(lesson, label="Map")
    assert [field.name for field in lesson.embeds[0].fields] == ["Where you start"]
    await eve.click(lesson, label="Close")


# -------------------------------------------------------------------- from an answer


async def test_an_answer_opens_its_lesson_where_it_comes_from_for_who_presses(
    simcord_env: simcord.Env,
    ada: MemberActor,
    bob: MemberActor,
    channel: ChannelHandle,
    new_client: Callable[[], GradusClient],
) -> None:
    answer = shown(await ada.slash(channel, "ask", question="why does dropout help?"))
    await simcord_env.restart_bot(new_client())
    opened = await bob.click(answer, label="Lesson")
    assert opened.ephemeral
    assert title(shown(opened)) == "Dropout › Questions learners ask"
    await bob.click(shown(opened), label="Next ▶")
    assert title(shown(opened)) == "Dropout › Key points"
    assert title(answer) == "Dropout"


# -------------------------------------------------------------------- the map


async def test_without_a_concept_the_map_and_where_to_start_for_who_asked_alone(
    ada: MemberActor, channel: ChannelHandle
) -> None:
    result = await ada.slash(channel, "learn")
    assert result.ephemeral
    road = shown(result)
    assert title(road) == "The road: Core"
    assert "1 of its 4 lessons are there" in str(road.embeds[0].description)
    assert road.embeds[0].fields[0].name == "Where you start"
    assert "`/start`" in str(road.embeds[0].fields[0].value)
    assert labels(road) == ["Start here", "Close"]
    (picture,) = road.attachments
    assert picture.description == (
        "1 Multi-layer perceptrons (being written); 2 Regularisation after 1 (being written); "
        "3 Dropout after 2; 4 Batch normalisation after 3 (being written)."
    )
    assert [one["label"] for one in select(road, "pick")["options"]][2] == "3. Dropout"


async def test_a_concept_opens_from_the_map_and_leads_back_to_it(ada: MemberActor, channel: ChannelHandle) -> None:
    road = shown(await ada.slash(channel, "learn"))
    await choose(ada, road, "pick", "dropout")
    assert title(road) == "Dropout"
    await ada.click(road, label="Map")
    assert title(road) == "The road: Core"
    await ada.click(road, label="Start here")
    assert title(road) == "Multi-layer perceptrons: lesson on its way"


async def test_where_a_learner_starts_follows_from_what_they_told_and_is_nobody_elses_business(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, gradus: Gradus, lesson: ResponseMessage
) -> None:
    await gradus.profiles.keep(ada.id, Profile(level="intermediate"), NOW)
    road = shown(await ada.slash(channel, "learn"))
    assert "as you told me" in str(road.embeds[0].fields[0].value)
    await ada.click(lesson, label="Map")
    assert title(lesson) == "The road: Core"
    assert lesson.embeds[0].fields == []
    assert labels(lesson) == ["Close"]


async def test_another_stage_is_chosen_in_place(simcord_env: simcord.Env, gradus: Gradus, catalogue: Catalogue) -> None:
    eve = simcord_env.create_user("eve")
    two = replace(
        catalogue,
        stages={**catalogue.stages, "later": replace(catalogue.stages["intermediate"], id="later", title="Later")},
        concepts={**catalogue.concepts, "end": replace(catalogue.concepts["dropout"], id="end", stage="later")},
    )
    await simcord_env.restart_bot(make_client(replace(gradus, curriculum=Curriculum(two))))
    road = shown(await eve.slash("learn"))
    await eve.select(road, ["later"], custom_id=select(road, "stage")["custom_id"])
    assert title(road) == "The road: Later"
    assert road.embeds[0].footer.text == "Stage 2 of 2"


async def test_a_map_that_can_not_be_drawn_is_said_in_words(
    ada: MemberActor, channel: ChannelHandle, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(catalogue: Catalogue, stage: str, cache: Path) -> tuple[Path, ...]:
        raise OSError("no space is left")

    monkeypatch.setattr(lesson_panel, "stage_pictures", broken)
    road = shown(await ada.slash(channel, "learn"))
    assert "2 Regularisation after 1 (being written); 3 Dropout after 2" in str(road.embeds[0].description)
    assert "no space is left" in caplog.text


# -------------------------------------------------------------------- typing


async def test_what_is_typed_is_completed_by_names_and_misspellings(ada: MemberActor, channel: ChannelHandle) -> None:
    assert await ada.autocomplete(channel, "learn", "concept", "drop") == [{"name": "Dropout", "value": "dropout"}]
    assert await ada.autocomplete(channel, "learn", "concept", "dropuot") == [{"name": "Dropout", "value": "dropout"}]
    assert await ada.autocomplete(channel, "learn", "concept", "regul") == [
        {"name": "Regularisation (being written)", "value": "regularization"}
    ]
    assert await ada.autocomplete(channel, "learn", "concept", "pizza") == []


async def test_before_anything_is_typed_the_next_steps_are_offered(ada: MemberActor, channel: ChannelHandle) -> None:
    offered = await ada.autocomplete(channel, "learn", "concept", "")
    assert [one["value"] for one in offered] == ["multilayer-perceptron", "dropout"]


# -------------------------------------------------------------------- ids


async def test_every_id_fits_and_is_known_again() -> None:
    owner, target = 2**64 - 1, "supervised-and-unsupervised-learning"
    items: list[Any] = [PanelButton(act, owner, target, 24) for act in LABELS]
    items += [PanelSelect(act, owner, target, 24) for act in SELECTS]
    items.append(LessonButton(target, 24))
    for item in items:
        assert len(item.custom_id) <= 100
        kinds = [
            kind for kind in lesson_panel.LEARN_ITEMS if kind.__discord_ui_compiled_template__.fullmatch(item.custom_id)
        ]
        assert kinds == [type(item)]
