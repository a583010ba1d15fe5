"""A talk with the tutor in a simulated Discord: the panel by every way of answering, and direct messages."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import simcord
from simcord.actors import MemberActor
from simcord.backend.errors import SetupError
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.assembly import Gradus
from bot.chat.client import GradusClient
from bot.curriculum import Curriculum
from bot.practising import GradeAnswer
from bot.servers.servers import BLOCKED
from bot.tutor.dialogue import Mode, Phase, Talk
from bot.tutor.syllabus import Kind, Step
from bot.tutor.talk_store import TalkStore
from content.catalogue import Catalogue
from foundation.store import LearnerStore
from quizzes.bank import Bank
from quizzes.store import PracticeStore
from tests.bot.chat.reading import labels, shown
from tests.bot.conftest import ANSWER, NOW, Prepared
from tests.bot.tutor.pupils import HALF, MODEL, grader, small_curriculum

Opened = Callable[..., Awaitable[ResponseMessage]]


@pytest.fixture
def curriculum(catalogue: Catalogue, bank: Bank) -> Curriculum:
    """Three lessons with questions, and one question of each way of answering."""
    small = small_curriculum(catalogue)
    return Curriculum(small.catalogue, Bank({**bank.questions, **small.bank.questions}))


@pytest.fixture
def grade(curriculum: Curriculum) -> GradeAnswer:
    return grader(curriculum)


@pytest.fixture
def opened(ada: MemberActor, channel: ChannelHandle, gradus: Gradus) -> Opened:
    """Opens a talk of ada's that asks some questions of the bank, in a form where A is no right choice of the first."""

    async def opened(*questions: str, phase: Phase = "ask", kind: Kind = "idea") -> ResponseMessage:
        learner = (await gradus.database.run(lambda database: LearnerStore().learner_for(database, ada.id, NOW))).id
        steps = tuple(Step(kind, "dropout", "Intuition", id, 1) for id in questions)
        mode: Mode = "interview" if kind == "interview" else "guided"
        talk = Talk("t1", learner, "dropout", mode, "Hello.", steps, 0, NOW, phase=phase, taught=True)
        await gradus.database.run(lambda database: TalkStore().keep(database, talk))
        return await taught(ada, channel, interview=kind == "interview")

    return opened


async def taught(who: MemberActor, channel: ChannelHandle, *, interview: bool = False) -> ResponseMessage:
    """What Teach me on the lesson on dropout leads to, or Interview me."""
    message = shown(await who.click(shown(await who.slash(channel, "learn", concept="dropout")), label="Teach me"))
    return shown(await who.click(message, label="Interview me")) if interview else message


def text(message: ResponseMessage) -> str:
    return str(message.embeds[0].description)


def title(message: ResponseMessage) -> str:
    return str(message.embeds[0].title)


def letter_of(message: ResponseMessage, words: str = "No unit can rely") -> str:
    """The letter that stands before the option that begins so."""
    (line,) = (line for line in text(message).splitlines() if words in line)
    return line.split("**")[1]


def wrong_letter(message: ResponseMessage) -> str:
    return letter_of(message, "It adds units")


def in_private(who: MemberActor) -> Any:
    """The last message between somebody and the bot."""
    channel = who.user.dm_channel
    assert channel is not None
    assert channel.last_message is not None
    return channel.last_message


def said(result: InteractionResult) -> str:
    """The line that an interaction led to, beside what it left as it was."""
    return " ".join(str(one.content) for one in (result.response, *result.followups) if one is not None)


# -------------------------------------------------------------------- from a lesson to the end


async def test_a_lesson_leads_to_an_idea_a_question_and_a_hint_and_may_be_stopped(
    ada: MemberActor, channel: ChannelHandle
) -> None:
    lesson = shown(await ada.slash(channel, "learn", concept="dropout"))
    result = await ada.click(lesson, label="Teach me")
    assert result.ephemeral
    message = shown(result)
    assert title(message) == "Teach me: Dropout"
    assert "**Dropout** is new between us." in text(message)
    assert labels(message) == ["Begin", "Interview me"]
    message = shown(await ada.click(message, label="Begin"))
    assert title(message) == "Regularisation"
    assert text(message).startswith("First, what it builds on.")
    assert labels(message) == ["A", "B", "C", "Hint", "I don't know", "Ask something", "Stop"]
    message = shown(await ada.click(message, label=letter_of(message)))
    assert title(message) == "Right"
    message = shown(await ada.click(message, label="Go on ▶"))
    assert title(message) == "Dropout: In one minute"
    assert labels(message) == ["Ask me", "I know this: ask me", "Ask something", "Stop"]
    message = shown(await ada.click(message, label="Ask me"))
    message = shown(await ada.click(message, label="Hint"))
    assert "**A nudge:** The hint of opening." in text(message)
    message = shown(await ada.click(message, label=wrong_letter(message)))
    assert title(message) == "Not yet: Dropout"
    assert "**From the lesson:** Dropout switches units off" in text(message)
    assert "It takes units away." in text(message)
    message = shown(await ada.click(message, label="Stop"))
    assert title(message) == "Dropout: not yet"
    assert text(message).startswith("We stop here.")
    assert labels(message) == ["Once more", "Quiz me"]


async def test_a_concept_that_is_owned_leads_on(ada: MemberActor, opened: Opened) -> None:
    message = await opened("explain", kind="explain")
    assert title(message) == "Explain it: Dropout"
    message = shown(await ada.submit_modal(await ada.click(message, label="Answer"), {"answer": HALF}))
    assert "You have this: Units are switched off at random." in text(message)
    assert MODEL not in text(message)
    message = shown(await ada.submit_modal(await ada.click(message, label="Answer"), {"answer": MODEL}))
    assert title(message) == "There you are"
    message = shown(await ada.click(message, label="Go on ▶"))
    assert title(message) == "Dropout: yours"
    assert labels(message) == ["Next: Batch normalisation", "Interview me", "Quiz me"]
    assert title(shown(await ada.click(message, label="Next: Batch normalisation"))) == "Teach me: Batch normalisation"


async def test_an_interview_says_what_to_work_on(ada: MemberActor, channel: ChannelHandle) -> None:
    message = await taught(ada, channel, interview=True)
    assert title(message) == "Interview: Dropout"
    message = shown(await ada.click(message, label="Begin"))
    assert "Hint" not in labels(message)
    for _ in range(5):
        message = shown(await ada.click(message, label="I don't know"))
    assert title(message) == "Interview: 0 of 5 right"
    assert "**Work on:** " in text(message)


# -------------------------------------------------------------------- ways of answering


async def test_several_choices_are_a_select(ada: MemberActor, opened: Opened) -> None:
    asked = await opened("dropout-all")
    letters = [letter_of(asked), letter_of(asked, "It is off at test time")]
    (select,) = (one for row in asked.components for one in row["components"] if "options" in one)
    assert title(shown(await ada.select(asked, letters, custom_id=select["custom_id"]))) == "Right"


@pytest.mark.parametrize(("id", "answer"), [("dropout-number", "2"), ("dropout-prints", "1\n2")])
async def test_what_is_typed_goes_into_a_form(ada: MemberActor, opened: Opened, id: str, answer: str) -> None:
    form = await ada.click(await opened(id), label="Answer")
    message = shown(await ada.submit_modal(form, {"answer": answer}))
    assert title(message) == "Right"
    assert text(message).startswith("Your answer: ")


@pytest.mark.parametrize("id", ["dropout-order", "dropout-match"])
async def test_parts_are_put_in_their_places_by_selects(ada: MemberActor, opened: Opened, id: str) -> None:
    asked = await opened(id)
    wanted = ("first", "second", "third") if id == "dropout-order" else ("switched on", "switched off")
    chosen = {str(place): [letter_of(asked, words)] for place, words in enumerate(wanted, start=1)}
    assert title(shown(await ada.submit_modal(await ada.click(asked, label="Answer"), chosen))) == "Right"


async def test_a_line_is_blamed_by_its_button(ada: MemberActor, opened: Opened) -> None:
    asked = await opened("dropout-bug")
    assert labels(asked)[:2] == ["Line 2", "Line 1"]
    assert title(shown(await ada.click(asked, label="Line 2"))) == "Right"


async def test_an_explanation_that_cannot_be_judged_is_judged_by_who_gave_it(
    ada: MemberActor, opened: Opened, answerer: Prepared
) -> None:
    form = await ada.click(await opened("explain", kind="explain"), label="Answer")
    message = shown(await ada.submit_modal(form, {"answer": "Perhaps by dice."}))
    assert labels(message) == ["I had it", "Partly", "I missed it", "Ask something", "Stop"]
    message = shown(await ada.submit_modal(await ada.click(message, label="Ask something"), {"answer": "And why?"}))
    assert text(message).startswith(ANSWER.answer)
    assert title(shown(await ada.click(message, label="I had it"))) == "Right"


@pytest.mark.parametrize("phase", ["idea", "ask"])
async def test_a_question_in_between_is_answered_above_what_stood_there(
    ada: MemberActor, opened: Opened, phase: Phase
) -> None:
    before = await opened("dropout-number", phase=phase)
    stood = text(before)
    form = await ada.click(before, label="Ask something")
    message = shown(await ada.submit_modal(form, {"answer": "Why does dropout help?"}))
    assert text(message) == f"{ANSWER.answer}\n\n───\n\n{stood}"


async def test_what_a_learner_wrote_pings_nobody_and_marks_nothing(ada: MemberActor, opened: Opened) -> None:
    form = await ada.click(await opened("explain", kind="explain"), label="Answer")
    message = shown(await ada.submit_modal(form, {"answer": "@everyone **random** <@123456789012345678> https://a.b"}))
    assert "random" in text(message)
    for mark in ("@everyone", "**random**", "<@1", "https://a"):
        assert mark not in text(message)


# -------------------------------------------------------------------- late, twice, after a restart, from others


async def test_a_press_on_an_old_message_shows_where_it_stands(
    ada: MemberActor, opened: Opened, gradus: Gradus
) -> None:
    asked = await opened("dropout-number", "dropout-one")
    form = await ada.click(asked, label="Answer")
    again = await ada.click(asked, label="Answer")
    told = shown(await ada.submit_modal(form, {"answer": "2"}))
    assert title(told) == "Right"
    still = shown(await ada.submit_modal(again, {"answer": "7"}))
    assert title(still) == "Right"
    log = await gradus.database.run(lambda database: PracticeStore().attempts(database, 1))
    assert [one.question for one in log] == ["dropout-number"]


async def test_a_restart_in_mid_step_loses_nothing(
    simcord_env: simcord.Env, ada: MemberActor, opened: Opened, new_client: Callable[[], GradusClient]
) -> None:
    asked = shown(await ada.click(await opened("dropout-number", "dropout-all", "explain"), label="Hint"))
    await simcord_env.restart_bot(new_client())
    form = await ada.click(asked, label="Answer")
    await simcord_env.restart_bot(new_client())
    told = shown(await ada.submit_modal(form, {"answer": "2"}))
    assert title(told) == "There you are"
    await simcord_env.restart_bot(new_client())
    taught = shown(await ada.click(told, label="Go on ▶"))
    assert title(taught) == "Dropout: Intuition"


async def test_nobody_else_sees_it(bob: MemberActor, opened: Opened) -> None:
    asked = await opened("dropout-one")
    with pytest.raises(SetupError, match="not visible"):
        await bob.click(asked, label="A")


async def test_who_is_blocked_is_refused_at_every_button(
    simcord_env: simcord.Env, gradus: Gradus, ada: MemberActor, channel: ChannelHandle, opened: Opened
) -> None:
    asked = await opened("dropout-number")
    lesson = shown(await ada.slash(channel, "learn", concept="dropout"))
    form = await ada.click(asked, label="Answer")
    await gradus.servers.block(simcord_env.guild.id, ada.id, NOW)
    for label in ("Answer", "Ask something", "Hint", "I don't know"):
        assert BLOCKED in said(await ada.click(asked, label=label))
    assert BLOCKED in said(await ada.click(lesson, label="Teach me"))
    assert BLOCKED in said(await ada.submit_modal(form, {"answer": "2"}))


async def test_a_question_that_vanished_is_said_politely(
    ada: MemberActor, opened: Opened, curriculum: Curriculum
) -> None:
    asked = await opened("dropout-one")
    kept = {id: one for id, one in curriculum.bank.questions.items() if id != "dropout-one"}
    curriculum.change(curriculum.catalogue, Bank(kept))
    assert "questions have changed meanwhile" in said(await ada.click(asked, label="A"))


# -------------------------------------------------------------------- direct messages


async def test_an_answer_may_be_typed_into_a_direct_message_and_after_it_questions_are_questions(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    assert not simcord_env.bot.intents.message_content
    await ada.click(await taught(ada, channel), label="Begin")
    await ada.send_dm("Why does dropout help?")
    assert text(in_private(ada)).startswith(f"{ANSWER.answer}\n\n───\n\nFirst, what it builds on.")
    await ada.send_dm("I don't know")
    assert title(in_private(ada)) == "Let me show you"
    await ada.send_dm("Why does dropout help?")
    assert title(in_private(ada)) == "Dropout"
    assert [asked for asked, _ in answerer.heard] == ["Why does dropout help?"] * 2


async def test_the_panel_that_answers_a_direct_message_has_buttons_that_go_on(
    ada: MemberActor, channel: ChannelHandle
) -> None:
    await ada.click(await taught(ada, channel), label="Begin")
    await ada.send_dm("any of those")
    message = shown(await ada.user.click(in_private(ada), label="Hint"))
    assert "**A nudge:** The hint of before." in text(message)


async def test_a_reply_to_an_answer_goes_on_from_it(
    ada: MemberActor, channel: ChannelHandle, answerer: Prepared
) -> None:
    await ada.send_dm("Why does dropout help?")
    answer = in_private(ada)
    await ada.click(await taught(ada, channel), label="Begin")
    reference = {"channel_id": str(answer.channel.id), "message_id": str(answer.id)}
    await ada.send_dm("and then", reference=reference)
    assert answerer.heard[-1][0] == "and then"
    assert title(in_private(ada)) == "Dropout"


async def test_a_message_in_a_server_is_never_an_answer(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, opened: Opened, answerer: Prepared
) -> None:
    await opened("dropout-number")
    await ada.send(channel, f"<@{simcord_env.bot.user.id}> 2")  # type: ignore[union-attr]
    assert answerer.heard[-1][0] == "2"
