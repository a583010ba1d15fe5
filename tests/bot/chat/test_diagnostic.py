"""The diagnostic behind `/start`, in a simulated Discord."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.assembly import Gradus
from bot.chat.answer_form import picks
from bot.chat.client import GradusClient
from bot.chat.diagnostic_pages import answers_page, asked_page, found_page
from bot.chat.diagnostic_panel import diagnostic_panel
from bot.chat.rendering import FIELD_LIMIT, PAGE_LIMIT
from bot.curriculum import Curriculum
from bot.learning import Milestone, StartingPoint
from bot.road.diagnostics import Answered, Decision, DiagnosticView, Findings, StageFound
from content.catalogue import Stage, load
from quizzes.bank import Bank
from quizzes.bank import load as load_bank
from quizzes.placement import MOST, ask_of
from quizzes.posing import pose
from quizzes.store import PracticeStore
from tests.bot.chat.crowds import press_at_once
from tests.bot.chat.reading import labels, shown
from tests.bot.chat.test_follow_up import told

ADA = 1  # the learner's number: nobody was there before


def text(message: ResponseMessage) -> str:
    embed = message.embeds[0]
    fields = (f"{one.name}\n{one.value}" for one in embed.fields)
    footer = str(embed.footer.text) if embed.footer else ""
    return "\n".join([str(embed.title), str(embed.description), *fields, footer])


async def begun(who: MemberActor, channel: ChannelHandle) -> ResponseMessage:
    """The first question of somebody's diagnostic."""
    door = shown(await who.click(shown(await who.slash(channel, "start")), label="Find my place"))
    return shown(await who.click(door, label="Begin"))


async def answer(who: MemberActor, panel: ResponseMessage, right: bool) -> InteractionResult:
    """Answer the open question, whatever it is."""
    if not right:
        return await who.click(panel, label="I don't know")
    if "Answer" in labels(panel):
        return await who.submit_modal(await who.click(panel, label="Answer"), {"answer": "2"})
    wanted = next(line for line in text(panel).splitlines() if "No unit can rely" in line or "line 2" in line)
    return await who.click(panel, label="Line 2" if "line 2" in wanted else wanted.split("**")[1])


async def through(who: MemberActor, panel: ResponseMessage, right: Callable[[str], bool]) -> ResponseMessage:
    """What was found after the last answer; `right` says by concept which are."""
    for _ in range(MOST):
        if "I don't know" not in labels(panel):
            return panel
        panel = shown(await answer(who, panel, right(str(panel.embeds[0].title))))
    raise AssertionError("it never ends")


def seen_in(channel: ChannelHandle, message: ResponseMessage) -> discord.Message:
    """As much of a private message as a press needs."""
    return cast(discord.Message, SimpleNamespace(id=message.id, channel=channel))


def field(message: ResponseMessage, name: str) -> str:
    return next(str(one.value) for one in message.embeds[0].fields if one.name == name)


# -------------------------------------------------------------------- from the door to the end


async def test_it_is_offered_at_the_start_and_after_the_form(ada: MemberActor, channel: ChannelHandle) -> None:
    welcome = shown(await ada.slash(channel, "start"))
    assert labels(welcome) == ["Set up", "Find my place"]
    noted = await ada.submit_modal(await ada.click(welcome, label="Set up"), {"level": ["intermediate"]})
    assert labels(shown(noted)) == ["Find my place"]
    result = await ada.click(shown(noted), label="Find my place")
    assert result.ephemeral
    assert "12 to 20 questions" in text(shown(result))
    assert "Nothing is locked" in text(shown(result))
    assert labels(shown(result)) == ["Begin"]


async def test_questions_come_one_by_one_in_one_private_message_and_tell_nothing_in_between(
    ada: MemberActor, channel: ChannelHandle
) -> None:
    first = await begun(ada, channel)
    assert first.ephemeral
    assert labels(first)[-2:] == ["I don't know", "Stop for now"]
    assert "1 of at most 20" in text(first)
    second = shown(await answer(ada, first, right=True))
    assert second.id == first.id
    assert "2 of at most 20" in text(second)
    assert "Right" not in text(second)


async def test_it_ends_with_what_it_concluded_and_why(ada: MemberActor, channel: ChannelHandle) -> None:
    found = await through(ada, await begun(ada, channel), lambda concept: concept == "Dropout")
    assert found.embeds[0].title == "You begin at: Batch normalisation"
    assert "of 4 · Core" in field(found, "Taken as known")
    assert "Batch normalisation" in field(found, "Missed or passed on")
    assert "From 4 answers. I expect about" in text(found)
    assert "Nothing is locked" in text(found)
    assert labels(found) == ["Take it over", "Leave it as it was", "My answers"]
    answers = shown(await ada.click(found, label="My answers"))
    assert "✓ **Dropout**" in text(answers)
    assert "– **Batch normalisation**\nThe question norm-one" in text(answers)
    assert "→ No unit can rely on another one" in text(answers)
    assert text(shown(await ada.click(answers, label="Back"))) == text(found)


async def test_what_is_taken_over_moves_the_map_and_the_practice(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    before = shown(await ada.slash(channel, "learn"))
    assert "Multi-layer perceptrons" in field(before, "Where you start")
    found = await through(ada, await begun(ada, channel), lambda concept: concept == "Dropout")
    kept = shown(await ada.click(found, label="Take it over"))
    assert kept.embeds[0].title == "Taken over"
    assert labels(kept) == ["Quiz me", "My answers", "Do it again"]  # its lesson is being written
    after = field(shown(await ada.slash(channel, "learn")), "Where you start")
    assert "as your answers showed" in after
    assert "• Batch normalisation" in after
    assert "perceptrons" not in after
    assert not await gradus.database.run(lambda database: PracticeStore().attempts(database, ADA))
    standing = await gradus.practising.standing(ada.id, gradus.clock())
    assert standing.new == "batch-normalization"
    assert "dropout" in standing.known
    session = shown(await ada.slash(channel, "quiz now"))
    assert session.embeds[0].title == "Dropout"  # what is taken as known is checked


async def test_what_is_left_changes_nothing_and_can_be_taken_over_later(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    found = await through(ada, await begun(ada, channel), lambda _: True)
    left = shown(await ada.click(found, label="Leave it as it was"))
    assert left.embeds[0].title == "Left as it was"
    assert await gradus.diagnostics.placed(ada.id) is None
    assert labels(left) == ["Take it over", "My answers", "Do it again"]
    await ada.click(left, label="Take it over")
    assert await gradus.diagnostics.placed(ada.id)
    again = shown(await ada.click(left, label="Do it again"))
    assert "1 of at most 20" in text(again)


async def test_what_was_found_is_found_again(ada: MemberActor, channel: ChannelHandle, gradus: Gradus) -> None:
    found = await through(ada, await begun(ada, channel), lambda _: True)
    door = shown(await ada.click(shown(await ada.slash(channel, "start")), label="Find my place"))
    again = shown(await ada.click(door, label="What I found"))
    assert (text(again), labels(again)) == (text(found), labels(found))
    await ada.click(again, label="Take it over")
    assert await gradus.diagnostics.placed(ada.id)


async def test_a_form_does_not_promise_a_level_to_who_is_placed(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    found = await through(ada, await begun(ada, channel), lambda _: True)
    welcome = shown(await ada.slash(channel, "start"))
    told_level = {"level": ["intermediate"]}
    before = shown(await ada.submit_modal(await ada.click(welcome, label="Set up"), told_level))
    await ada.click(found, label="Take it over")
    after = shown(await ada.submit_modal(await ada.click(welcome, label="Set up"), told_level))
    assert "You begin at the stage **Core**" in text(before)
    assert "You begin at the stage" not in text(after)


async def test_who_is_placed_can_go_by_their_level_again(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    found = await through(ada, await begun(ada, channel), lambda _: True)
    await ada.click(found, label="Take it over")
    door = shown(await ada.click(shown(await ada.slash(channel, "start")), label="Find my place"))
    assert labels(door) == ["What I found", "Do it again", "Go by my level"]
    assert "level that you told me" in text(shown(await ada.click(door, label="Go by my level")))
    assert await gradus.diagnostics.placed(ada.id) is None
    door = shown(await ada.click(shown(await ada.slash(channel, "start")), label="Find my place"))
    assert "Take it over" in labels(shown(await ada.click(door, label="What I found")))


# -------------------------------------------------------------------- stopped, restarted, pressed by others


async def test_it_is_stopped_and_gone_on_with(ada: MemberActor, channel: ChannelHandle) -> None:
    second = shown(await answer(ada, await begun(ada, channel), right=False))
    question = text(second)
    stopped = shown(await ada.click(second, label="Stop for now"))
    assert "question 2 of at most 20" in text(stopped)
    assert labels(stopped) == ["Go on", "Throw it away"]
    assert text(shown(await ada.click(stopped, label="Go on"))) == question
    door = shown(await ada.click(shown(await ada.slash(channel, "start")), label="Find my place"))
    assert "1 answer** so far" in text(door)
    assert text(shown(await ada.click(door, label="Go on"))) == question


async def test_it_is_thrown_away_and_begun_anew(ada: MemberActor, channel: ChannelHandle) -> None:
    second = shown(await answer(ada, await begun(ada, channel), right=False))
    gone = shown(await ada.click(shown(await ada.click(second, label="Stop for now")), label="Throw it away"))
    assert "nothing else has changed" in text(gone)
    assert "1 of at most 20" in text(shown(await ada.click(gone, label="Begin anew")))


async def test_a_restart_in_the_middle_loses_nothing(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, new_client: Callable[[], GradusClient]
) -> None:
    second = shown(await answer(ada, await begun(ada, channel), right=True))
    await simcord_env.restart_bot(new_client())
    third = shown(await answer(ada, second, right=False))
    assert "3 of at most 20" in text(third)
    found = await through(ada, third, lambda _: False)
    await simcord_env.restart_bot(new_client())
    assert shown(await ada.click(found, label="Take it over")).embeds[0].title == "Taken over"


async def test_two_presses_at_once_answer_one_question(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    first = await begun(ada, channel)
    view = await gradus.diagnostics.begin(ada.id, gradus.clock())
    for _ in range(2):
        press_at_once(simcord_env, seen_in(channel, first), {ada: f"gradus:place:unsure:{view.id}:{view.turn}"})
    await simcord_env.settle()
    assert (await gradus.diagnostics.overview(ada.id)).answered == 1


async def test_somebody_elses_press_is_refused(
    simcord_env: simcord.Env, ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    panel = await diagnostic_panel(gradus, await gradus.diagnostics.begin(ada.id, gradus.clock()))
    there = simcord_env.bot.get_channel(channel.id)
    assert isinstance(there, discord.TextChannel)
    message = await there.send(embeds=panel.embeds(), view=panel.buttons)
    for label in ("I don't know", "Stop for now"):
        assert "somebody else's diagnostic" in told(await bob.click(message, label=label))
    assert (await gradus.diagnostics.overview(ada.id)).answered == 0


async def test_each_has_their_own_and_direct_messages_work(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    await answer(ada, await begun(ada, channel), right=True)
    door = shown(await bob.user.click(shown(await bob.user.slash("start")), label="Find my place"))
    first = shown(await bob.user.click(door, label="Begin"))
    await bob.user.click(first, label="I don't know")
    assert (await gradus.diagnostics.overview(ada.id)).answered == 1
    assert (await gradus.diagnostics.overview(bob.id)).answered == 1


async def test_a_question_taken_out_meanwhile_gives_way_to_another(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, bank: Bank
) -> None:
    first = await begun(ada, channel)
    view = await gradus.diagnostics.begin(ada.id, gradus.clock())
    assert view.posed is not None
    gone = view.posed.question.id
    some = {id: one for id, one in bank.questions.items() if id != gone}
    gradus.curriculum.change(gradus.catalogue, Bank(some))
    instead = shown(await ada.click(first, label="I don't know"))
    assert "taken out meanwhile" in text(instead)
    assert "1 of at most 20" in text(instead)


async def test_a_number_is_typed_and_asked_for_again_where_it_is_none(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, bank: Bank
) -> None:
    gradus.curriculum.change(gradus.catalogue, Bank({"dropout-number": bank.questions["dropout-number"]}))
    first = await begun(ada, channel)
    assert labels(first) == ["Answer", "I don't know", "Stop for now"]
    again = shown(await ada.submit_modal(await ada.click(first, label="Answer"), {"answer": "no idea"}))
    assert "I can't read that" in text(again)
    door = shown(await ada.click(shown(await ada.slash(channel, "start")), label="Find my place"))
    other = shown(await ada.click(door, label="Go on"))
    found = shown(await ada.submit_modal(await ada.click(again, label="Answer"), {"answer": "2"}))
    assert labels(found)[0] == "Take it over"
    late = shown(await ada.click(other, label="Answer"))  # the same question in another message
    assert labels(late)[0] == "Take it over"


async def test_who_is_blocked_is_not_asked_and_may_still_undo(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    first = await begun(ada, channel)
    stopped = shown(await ada.click(first, label="Stop for now"))
    await gradus.servers.block(simcord_env.guild.id, ada.id, gradus.clock())
    assert "switched me off for you" in told(await ada.click(stopped, label="Go on"))
    await ada.click(stopped, label="Throw it away")
    assert (await gradus.diagnostics.overview(ada.id)).answered is None


async def test_deleting_all_data_takes_the_diagnostic(ada: MemberActor, channel: ChannelHandle, gradus: Gradus) -> None:
    first = await begun(ada, channel)
    assert await gradus.mine.forget(ada.id)
    assert "no longer have that diagnostic" in told(await ada.click(first, label="I don't know"))


# -------------------------------------------------------------------- what the pages say


LONG = "A concept with a name that is as long as names of concepts get"
STAGES = tuple(StageFound(f"A stage with a long name, number {number}", 30, 40) for number in range(6))
START = StartingPoint(
    Stage("s", "Core", ""), False, tuple(Milestone(n, f"c{n}", LONG, True) for n in range(3)), found=True
)
FULL = Findings(
    known={f"c{number}": 0.5 for number in range(94)},
    sure=0.934,
    start=START,
    stages=STAGES,
    decided=tuple(Decision(LONG, "unsure", (LONG,) * 40) for _ in range(4)),
    answers=tuple(Answered(LONG, "wrong", "What is it? " * 60, "It is this. " * 60) for _ in range(MOST)),
)


@pytest.mark.parametrize("state", ["done", "kept", "left"])
def test_the_fullest_pages_fit_a_message(state: str) -> None:
    view = DiagnosticView("d1", state, findings=FULL)  # type: ignore[arg-type]
    for page in (found_page(view), answers_page(FULL)):
        assert len(page.title) + len(page.text) + len(page.footer) + sum(map(len, page.fields)) <= PAGE_LIMIT
        assert all(0 < len(one.text) <= FIELD_LIMIT for one in page.fields)
    assert "93 % of the 94 concepts" in found_page(view).footer
    assert "and 37 more are still ahead" in found_page(view).fields[1].text


def test_answers_that_all_say_the_same_are_reason_enough() -> None:
    some = replace(FULL, decided=(), start=replace(START, first=()), answers=(Answered(LONG, "right"),))
    page = found_page(DiagnosticView("d1", "done", findings=some))
    assert page.title == "You know the whole road"
    assert [one.name for one in page.fields] == ["Taken as known", "What decided"]
    assert "point the same way" in page.fields[1].text


@pytest.fixture(scope="module")
def real() -> Curriculum:
    catalogue = load()
    return Curriculum(catalogue, load_bank(catalogue))


def test_every_question_that_can_be_asked_fits_a_message_and_its_buttons(real: Curriculum) -> None:
    for question in real.bank.questions.values():
        if ask_of(question) is not None:
            posed = pose(question, 1)
            view = DiagnosticView("d1", "open", turn=1, number=20, concept="A concept", posed=posed, note="A note.")
            page = asked_page(view, real.catalogue)
            assert page.text.startswith("*A note.*")
            assert not page.text.endswith("…")
            assert len(picks(posed)) == len(posed.choices) <= 5
            assert all(len(label) <= 45 for _, label in picks(posed))


async def test_over_the_real_roadmap_it_places_a_newcomer_whose_lesson_is_next(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus, real: Curriculum
) -> None:
    gradus.curriculum.change(real.catalogue, real.bank)
    found = await through(ada, await begun(ada, channel), lambda _: False)
    first = next(iter(real.catalogue.concepts.values()))
    assert found.embeds[0].title == f"You begin at: {first.title}"
    assert "of 32 · Foundations" in field(found, "Taken as known")
    assert "You passed on" in field(found, "What decided")
    kept = shown(await ada.click(found, label="Take it over"))
    assert labels(kept) == ["Lesson", "Quiz me", "My answers", "Do it again"]
    assert shown(await ada.click(kept, label="Lesson")).embeds[0].title == first.title
    assert first.title in field(shown(await ada.slash(channel, "learn")), "Where you start")
    session = shown(await ada.slash(channel, "quiz now"))
    assert session.embeds[0].title == f"New: {first.title}"
