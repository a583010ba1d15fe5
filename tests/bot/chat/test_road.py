"""A learner's road in a simulated Discord: progress, stages, next steps, the plan and its form."""

from collections.abc import Callable
from datetime import timedelta

import discord
import pytest
import simcord
from icalendar import Calendar
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.assembly import Gradus
from bot.chat import road_panel
from bot.chat.client import GradusClient
from bot.chat.rendering import FIELD_LIMIT, PAGE_LIMIT, Page
from bot.chat.road_pages import plan_page
from bot.chat.road_panel import CHANGES, PlanButton
from bot.chat.standing import standing_view
from bot.road.planned import Planned, Ticked
from bot.road.planning import Wish, outlook
from bot.road.profile import Profile
from bot.road.road import RoadView
from content.catalogue import Catalogue, load
from content.plan import PRESETS, goal_items, lay_out
from quizzes.bank import Bank
from quizzes.practice import Scope
from quizzes.question import Choice
from tests.bot.chat.reading import labels, shown
from tests.bot.chat.test_follow_up import told
from tests.bot.chat.test_learn import button, select
from tests.bot.conftest import NOW, OPTIONS, question

DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture(scope="module")
def bank(catalogue: Catalogue) -> Bank:
    """One question on each concept."""
    some = (question(f"{id}-one", "single_choice", Choice(OPTIONS), concept=id) for id in catalogue.concepts)
    return Bank({one.id: one for one in some})


async def practised(gradus: Gradus, person: int, concept: str, at: int = 0) -> None:
    """A concept begun, `at` days from now."""
    now = NOW + at * DAY
    view = await gradus.practising.begin(person, now, Scope("concept", concept))
    view = await gradus.practising.ask(person, view.session.id, 0)
    await gradus.practising.answer(person, view.session.id, 0, "A", now)


async def opened(who: MemberActor, channel: ChannelHandle, name: str = "Progress") -> ResponseMessage:
    return shown(await who.click(shown(await who.slash(channel, "me")), label=name))


def text(message: ResponseMessage) -> str:
    parts = [message.content]
    for one in message.embeds:
        parts += [str(one.title), str(one.description), *(f"{field.name}\n{field.value}" for field in one.fields)]
    return "\n".join(parts)


async def made(who: MemberActor, panel: ResponseMessage, **typed: object) -> ResponseMessage:
    """The panel after its form was sent, with what is typed in place of what it is filled with."""
    name = next(one for one in labels(panel) if one in ("Make a plan", "Change", "Correct it"))
    form = await who.click(panel, label=name)
    return shown(await who.submit_modal(form, filled(form) | typed))


def filled(form: InteractionResult) -> dict[str, object]:
    """What stands in a form when it opens: a client sends it along, the simulated one does not."""
    assert form.modal is not None
    found: dict[str, object] = {}
    for one in (row["component"] for row in form.modal["components"]):
        chosen = [option["value"] for option in one.get("options", ()) if option.get("default")]
        if value := one.get("value") or chosen:
            found[one["custom_id"]] = value
    return found


# -------------------------------------------------------------------- progress


async def test_a_newcomer_sees_the_whole_road_and_where_to_begin(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    result = await ada.click(shown(await ada.slash(channel, "me")), label="Progress")
    assert result.ephemeral
    panel = shown(result)
    assert "Here your road will show" in text(panel)
    (picture,) = panel.attachments
    for stage in gradus.catalogue.stages.values():
        assert stage.title in str(picture.description)
    assert text(panel).count("**Begin ") == 3
    assert labels(panel)[:4] == ["1 · Open lesson", "2 · Open lesson", "3 · Open lesson", "1 Foundations"]
    assert labels(panel)[-1] == "Plan"
    assert await gradus.mine.count(ada.id) == 0


async def test_progress_turns_to_a_stage_and_its_lessons_and_back(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await practised(gradus, ada.id, "neural-network")
    panel = await opened(ada, channel)
    assert "**2 Neural network foundations:** 1 being learned, 12 new." in text(panel)
    stage = shown(await ada.click(panel, label="2 Neural network foundations"))
    assert stage.id == panel.id
    assert "1 What is a neural network?: learning" in str(stage.attachments[0].description)
    back = shown(await ada.click(stage, label="◀ Progress"))
    assert "Your road" in text(back)
    stage = shown(await ada.click(back, label="2 Neural network foundations"))
    lesson = shown(await ada.select(stage, ["perceptron"], custom_id=select(stage, "pick")["custom_id"]))
    assert "The perceptron" in text(lesson)


async def test_each_step_does_what_it_says(ada: MemberActor, channel: ChannelHandle, gradus: Gradus) -> None:
    for concept in ("vectors-and-matrices", "probability"):
        await practised(gradus, ada.id, concept, at=-3)
    panel = await opened(ada, channel)
    assert "**1.** **Repeat 2 concepts**, about 2 minutes" in text(panel)
    assert labels(panel)[0] == "1 · Quiz me"
    quiz = await ada.click(panel, label="1 · Quiz me")
    assert quiz.ephemeral
    assert "**A** " in text(shown(quiz))
    lesson = await ada.click(panel, label="2 · Open lesson")
    assert lesson.ephemeral
    assert "Next ▶" in labels(shown(lesson))


async def test_a_project_whose_skills_are_there_opens_its_form(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await gradus.profiles.keep(ada.id, Profile(level="intermediate"), NOW)
    panel = await opened(ada, channel)
    assert "Train Handwritten digit recognition" in text(panel)
    number = next(one for one in labels(panel) if one.endswith("Train"))
    form = await ada.click(panel, label=number)
    assert form.ephemeral
    assert "Go on ▶" in labels(shown(form))


async def test_a_road_that_cannot_be_drawn_is_put_into_words(
    ada: MemberActor, channel: ChannelHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> bytes:
        raise OSError("no fonts")

    monkeypatch.setattr(road_panel, "road_picture", broken)
    panel = await opened(ada, channel)
    assert not panel.attachments
    assert "Foundations: all 32 new" in text(panel)


async def test_an_old_panel_shows_the_road_of_who_presses_after_a_restart(
    simcord_env: simcord.Env,
    ada: MemberActor,
    bob: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    new_client: Callable[[], GradusClient],
) -> None:
    await gradus.road.planning.make(bob.id, Wish("28-days"), NOW)
    panel = shown(await ada.slash(channel, "me"))
    await simcord_env.restart_bot(new_client())
    mine = shown(await ada.click(panel, label="Plan"))
    assert "How many hours a week" in text(mine)
    theirs = shown(await bob.click(shown(await bob.slash(channel, "me")), label="Plan"))
    assert PRESETS["28-days"] in text(theirs)


async def test_buttons_of_a_plan_change_only_that_of_who_presses(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await gradus.road.planning.make(ada.id, Wish("28-days"), NOW)
    plan = (await gradus.road.of(ada.id, NOW)).plan
    assert plan is not None
    real = simcord_env.bot.get_channel(channel.id)
    assert isinstance(real, discord.TextChannel)
    for act in ("pause", "drop"):
        view = standing_view(PlanButton(act, plan.revision))
        public = await real.send("Where others see it, which panels are not.", view=view)
        await bob.click(public, label=CHANGES[act])
    assert (await gradus.road.of(ada.id, NOW)).plan == plan
    assert (await gradus.road.of(bob.id, NOW)).plan is None
    assert await gradus.mine.count(bob.id) == 0


async def test_direct_messages_have_the_road_too(ada: MemberActor, gradus: Gradus) -> None:
    panel = shown(await ada.user.click(shown(await ada.user.slash("me")), label="Progress"))
    assert panel.attachments


async def test_without_leave_to_attach_files_the_road_is_in_words(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle
) -> None:
    real = simcord_env.bot.get_channel(channel.id)
    assert isinstance(real, discord.TextChannel)
    await real.set_permissions(real.guild.default_role, attach_files=False)
    panel = await opened(ada, channel)
    assert not panel.attachments
    assert "Foundations: all 32 new" in text(panel)
    stage = shown(await ada.click(panel, label="5 Practice and career"))
    assert "Community and networking: new" in text(stage)


async def test_who_is_blocked_still_sees_their_own_road_but_starts_nothing(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await gradus.servers.block(simcord_env.guild.id, ada.id, NOW)
    panel = await opened(ada, channel)
    assert panel.attachments
    assert "switched me off for you" in told(await ada.click(panel, label="1 · Open lesson"))


# -------------------------------------------------------------------- the map of /learn


async def test_learn_gives_a_newcomer_the_start_and_who_has_begun_the_next_steps(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    newcomer = shown(await ada.slash(channel, "learn"))
    assert "Where you start" in text(newcomer)
    assert "Start here" in labels(newcomer)
    await practised(gradus, ada.id, "neural-network", at=-3)
    going = shown(await ada.slash(channel, "learn"))
    progress = await opened(ada, channel)
    assert "Where you start" not in text(going)
    (steps,), (same,) = ([one.value for one in message.embeds[0].fields] for message in (going, progress))
    assert str(steps).startswith("**1.** **Repeat 1 concept**")
    assert steps == same
    assert "1 · Quiz me" in labels(going)


# -------------------------------------------------------------------- the plan


async def test_a_preset_is_planned_shown_and_ticked(ada: MemberActor, channel: ChannelHandle, gradus: Gradus) -> None:
    panel = await opened(ada, channel, "Plan")
    for preset in PRESETS.values():
        assert preset in text(panel)
    plan = await made(ada, panel, goal=["28-days"])
    assert f"Plan: {PRESETS['28-days']}" in text(plan)
    assert "0 of 28 done" in text(plan)
    assert "all of it by **Saturday 28 March**" in text(plan)
    assert "This week" in text(plan)
    assert "⬜ Sun 1 · **What is deep learning?** · 45 min" in text(plan)
    (picture,) = plan.attachments
    assert "Now, from 23 Feb" in str(picture.description)
    await practised(gradus, ada.id, "what-is-deep-learning")
    again = await opened(ada, channel, "Plan")
    assert "1 of 28 done" in text(again)
    assert "✅ Sun 1 · What is deep learning?" in text(again)


async def test_what_was_typed_wrong_is_named_and_the_rest_stands_in_the_form_again(
    simcord_env: simcord.Env,
    ada: MemberActor,
    channel: ChannelHandle,
    gradus: Gradus,
    new_client: Callable[[], GradusClient],
) -> None:
    panel = await opened(ada, channel, "Plan")
    until = (TODAY + 60 * DAY).isoformat()
    refused = await made(ada, panel, goal=["levels"], hours="fifty", begins="whenever", until=until)
    assert "Not quite yet" in text(refused)
    assert "Hours a week: write a whole number" in text(refused)
    assert "First day: write it like" in text(refused)
    assert (await gradus.road.of(ada.id, NOW)).plan is None
    await simcord_env.restart_bot(new_client())
    plan = await made(ada, refused, hours="3")
    found = (await gradus.road.of(ada.id, NOW)).plan
    assert found is not None
    assert (found.goal, found.hours, found.until) == ("levels", 3, TODAY + 60 * DAY)
    assert "That is too much" in text(plan)
    assert "No room before" in text(plan)


async def test_one_concept_is_planned_by_its_name_and_a_wrong_name_is_told(
    ada: MemberActor, channel: ChannelHandle
) -> None:
    panel = await opened(ada, channel, "Plan")
    refused = await made(ada, panel, concept="qqqqqqqq", hours="4")
    assert "I know no concept" in text(refused)
    plan = await made(ada, refused, concept="backprop")
    assert "Plan: Backpropagation" in text(plan)
    assert "At 4 hours a week" in text(plan)


async def test_a_goal_that_is_chosen_takes_the_place_of_the_one_concept_that_was_planned(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    plan = await made(ada, await opened(ada, channel, "Plan"), concept="backprop")
    again = await made(ada, plan, hours="4")
    assert "Plan: Backpropagation" in text(again)
    changed = await made(ada, again, goal=["levels"])
    assert "Plan: The four levels" in text(changed)


async def test_who_knows_it_all_is_told_so(ada: MemberActor, channel: ChannelHandle, gradus: Gradus) -> None:
    await gradus.profiles.keep(ada.id, Profile(level="advanced"), NOW)
    refused = await made(ada, await opened(ada, channel, "Plan"), goal=["stage:foundations"])
    assert "You know or have begun all" in text(refused)
    assert "Correct it" in labels(refused)


async def test_a_plan_far_behind_offers_to_replan_and_does_so_once(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await gradus.road.planning.make(ada.id, Wish("28-days"), NOW - 12 * DAY)
    progress = await opened(ada, channel)
    assert "**Replan from today**: your plan is 12 days further than you" in text(progress)
    plan = await opened(ada, channel, "Plan")
    assert "life happens" in text(plan)
    assert "Still open from before" in text(plan)
    moved = shown(await ada.click(plan, label="Replan from today"))
    assert "life happens" not in text(moved)
    assert "all of it by **Saturday 28 March**" in text(moved)
    again = shown(await ada.click(progress, label="1 · Replan"))
    assert "all of it by **Saturday 28 March**" in text(again)


async def test_a_plan_pauses_for_a_week_and_a_double_press_is_one(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await gradus.road.planning.make(ada.id, Wish("28-days"), NOW)
    plan = await opened(ada, channel, "Plan")
    pause = button(plan, "Pause for a week")["custom_id"]
    paused = shown(await ada.click(plan, label="Pause for a week"))
    assert "Paused until **Sunday 8 March**" in text(paused)
    found = (await gradus.road.of(ada.id, NOW)).plan
    assert found is not None
    assert pause != button(paused, "Pause for a week")["custom_id"]
    await gradus.road.planning.replan(ada.id, int(pause.rpartition(":")[2]), NOW, pause=True)
    assert (await gradus.road.of(ada.id, NOW)).plan == found
    going = shown(await ada.click(paused, label="Go on now"))
    assert "Paused until" not in text(going)
    assert "⬜ Sun 1 ·" in text(going)


async def test_the_calendar_file_is_the_plan(ada: MemberActor, channel: ChannelHandle, gradus: Gradus) -> None:
    await gradus.road.planning.make(ada.id, Wish("project:scratch", 7), NOW)
    result = await ada.click(await opened(ada, channel, "Plan"), label="Calendar file")
    assert result.ephemeral
    (file,) = shown(result).attachments
    assert file.filename == "gradus-plan.ics"
    events = Calendar.from_ical(await file.read()).walk("VEVENT")
    assert str(events[0]["summary"]) == "Learn: Vectors and matrices"
    assert str(events[-1]["summary"]) == "Project: A neural network from scratch, in NumPy"
    assert events[0].decoded("dtstart") == TODAY


async def test_dropping_a_plan_asks_once_more(ada: MemberActor, channel: ChannelHandle, gradus: Gradus) -> None:
    await gradus.road.planning.make(ada.id, Wish("28-days"), NOW)
    asked = shown(await ada.click(await opened(ada, channel, "Plan"), label="Drop"))
    assert "Drop the plan" in text(asked)
    kept = shown(await ada.click(asked, label="Keep it"))
    assert "0 of 28 done" in text(kept)
    asked = shown(await ada.click(kept, label="Drop"))
    gone = shown(await ada.click(asked, label="Drop it"))
    assert "How many hours a week" in text(gone)
    assert (await gradus.road.of(ada.id, NOW)).plan is None


async def test_a_plan_is_exported_and_deleted_with_the_rest(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await gradus.road.planning.make(ada.id, Wish("28-days"), NOW)
    warning = await ada.click(shown(await ada.slash(channel, "me")), label="Delete my data")
    await ada.click(shown(warning), label="Delete everything")
    assert await gradus.mine.count(ada.id) == 0
    assert (await gradus.road.of(ada.id, NOW)).plan is None


# -------------------------------------------------------------------- what the pages say


def planned(catalogue: Catalogue, wish: Wish, done: bool = False) -> Planned:
    layout = lay_out(goal_items(wish.goal, catalogue), TODAY, hours=wish.hours, until=wish.until)
    items = tuple(Ticked(one.item, one.start, one.end, done) for one in layout.dated)
    return Planned(wish.goal, wish.hours, TODAY, wish.until, None, 1, items)


def page_of(catalogue: Catalogue, wish: Wish, done: bool = False) -> Page:
    plan = planned(catalogue, wish, done)
    return plan_page(RoadView(TODAY, "Europe/Paris", {}, (), plan), plan, outlook(plan, TODAY), catalogue)


def test_the_fullest_plan_fits_a_message(catalogue: Catalogue) -> None:
    page = page_of(catalogue, Wish("all", 40, until=TODAY + 15 * DAY))
    assert len(page.title) + len(page.text) + len(page.footer) + sum(map(len, page.fields)) < PAGE_LIMIT
    assert all(len(field.text) <= FIELD_LIMIT for field in page.fields)
    assert "… and " in page.fields[0].text or len(page.fields[0].text.split("\n")) <= 11


def test_what_nobody_could_do_is_said_plainly(catalogue: Catalogue) -> None:
    text = page_of(catalogue, Wish("all", until=TODAY + 9 * DAY)).text
    assert "it takes 75 hours a week, which is too much for anybody. At 40 hours a week " in text
    assert "of 106 fit until then" in text


def test_a_last_day_with_room_says_what_would_do(catalogue: Catalogue) -> None:
    text = page_of(catalogue, Wish("project:scratch", 10, until=TODAY + 99 * DAY)).text
    assert "your last day is Monday 8 June, for which 1 hour would do" in text
    alone = page_of(catalogue, Wish("project:scratch", until=TODAY + 27 * DAY)).text
    assert "At 4 hours a week all of it is done by" in alone


def test_a_plan_that_is_done_says_so(catalogue: Catalogue) -> None:
    assert "**All 17 done.**" in page_of(catalogue, Wish("project:scratch", 5), done=True).text
