"""`/quiz now` in a simulated Discord: every way of answering, and all that may go wrong with a press."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest
import simcord
from simcord.actors import MemberActor
from simcord.backend.errors import SetupError
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.assembly import Gradus
from bot.chat.client import GradusClient
from foundation.store import LearnerStore
from quizzes.history import Attempt
from quizzes.memory import Card
from quizzes.practice import Item, Role, Scope
from quizzes.store import PracticeStore, Session
from tests.bot.chat.reading import labels, shown
from tests.bot.conftest import NOW

Open = Callable[..., Awaitable[ResponseMessage]]


@pytest.fixture
def opened(ada: MemberActor, channel: ChannelHandle, gradus: Gradus) -> Open:
    """Opens a session of ada's over questions of the bank, in a form where A is the right choice of the first."""

    async def opened(*questions: str, role: Role = "review") -> ResponseMessage:
        learner = (await gradus.database.run(lambda database: LearnerStore().learner_for(database, ada.id, NOW))).id
        items = tuple(Item(gradus.curriculum.bank.question(id).concept, role, id, 1) for id in questions)
        session = Session("s1", learner, Scope(), items, 0, "ask", 0, "", "", (), NOW)
        await gradus.database.run(lambda database: PracticeStore().keep_session(database, session))
        return shown(await ada.slash(channel, "quiz now"))

    return opened


def text(message: ResponseMessage, number: int = 0) -> str:
    return str(message.embeds[number].description)


def title(message: ResponseMessage, number: int = 0) -> str:
    return str(message.embeds[number].title)


def right_letter(message: ResponseMessage, words: str = "No unit can rely") -> str:
    """The letter that stands before the option that begins so."""
    (line,) = (line for line in text(message).splitlines() if words in line)
    return line.split("**")[1]


def said(result: InteractionResult) -> str:
    """The line that an interaction led to, beside what it left as it was."""
    return " ".join(str(one.content) for one in (result.response, *result.followups) if one is not None)


async def log(gradus: Gradus) -> tuple[Attempt, ...]:
    return await gradus.database.run(lambda database: PracticeStore().attempts(database, 1))


async def card(gradus: Gradus, concept: str = "dropout") -> Card:
    return (await gradus.database.run(lambda database: PracticeStore().cards(database, 1)))[concept]


# -------------------------------------------------------------------- a session from its beginning


async def test_something_new_is_taught_before_it_is_asked_and_does_not_count(
    ada: MemberActor, channel: ChannelHandle, gradus: Gradus
) -> None:
    result = await ada.slash(channel, "quiz now")
    assert result.ephemeral
    taught = shown(result)
    assert title(taught) == "New: Dropout"
    assert text(taught).startswith("Dropout switches units off at random")
    assert "**Worked example**" in text(taught)
    assert labels(taught) == ["Ask me", "I know this", "Lesson"]
    asked = shown(await ada.click(taught, label="Ask me"))
    assert title(asked) == "Dropout"
    told = shown(await ada.click(asked, label=right_letter(asked)))
    assert title(told, 1) == "Right"
    assert "tomorrow it does" in str(told.embeds[1].footer.text)
    assert [one.rating for one in await log(gradus)] == [None]


async def test_what_one_knows_already_counts_at_once(ada: MemberActor, channel: ChannelHandle, gradus: Gradus) -> None:
    asked = shown(await ada.click(shown(await ada.slash(channel, "quiz now")), label="I know this"))
    await ada.click(asked, label=right_letter(asked))
    assert (await card(gradus)).reviews == 1


async def test_a_session_goes_to_its_end_and_on(ada: MemberActor, opened: Open) -> None:
    asked = await opened("dropout-one", "norm-one")
    wrong = next(one for one in "ABC" if one != right_letter(asked))
    told = shown(await ada.click(asked, label=wrong))
    assert title(told, 1) == "Not yet"
    asked = shown(await ada.click(told, label="Next ▶"))
    assert "2 of 2" in str(asked.embeds[0].footer.text)
    told = shown(await ada.click(asked, label=right_letter(asked)))
    done = shown(await ada.click(told, label="Finish"))
    assert title(done) == "Done: 1 of 2 right at the first try"
    assert text(done).splitlines()[0].startswith("✗ Dropout · back on Monday 2 March")
    assert "Nothing is due" in said(await ada.click(done, label="Five more"))


@pytest.mark.parametrize(
    ("what", "begins"),
    [
        ("concept:batch-normalization", "New: Batch normalisation"),
        ("dropuot", "New: Dropout"),
        ("stage:intermediate", "New: "),
    ],
)
async def test_one_may_choose_what_to_practise(
    ada: MemberActor, channel: ChannelHandle, what: str, begins: str
) -> None:
    message = shown(await ada.slash(channel, "quiz now", what=what))
    assert title(message).startswith(begins) or message.embeds[0].footer.text


async def test_the_list_offers_kinds_and_stages_and_concepts_as_they_are_typed(
    ada: MemberActor, channel: ChannelHandle
) -> None:
    offered = await ada.autocomplete(channel, "quiz now", "what", "")
    assert [one["value"] for one in offered] == ["due", "missed", "exam", "stage:intermediate"]
    offered = await ada.autocomplete(channel, "quiz now", "what", "drop")
    assert [one["value"] for one in offered] == ["concept:dropout"]


@pytest.mark.parametrize(
    ("what", "words"),
    [("missed", "Nothing went wrong"), ("exam", "nothing to repeat"), ("zzzz", "no concept"), ("stage:x", "no stage")],
)
async def test_what_there_is_not_is_said(
    simcord_env: simcord.Env, ada: MemberActor, channel: ChannelHandle, what: str, words: str
) -> None:
    assert words in said(await ada.slash(channel, "quiz now", what=what))
    assert len(simcord_env.errors) == 1


async def test_a_lesson_and_an_answer_lead_to_questions_on_it(
    ada: MemberActor, bob: MemberActor, channel: ChannelHandle, answered: ResponseMessage
) -> None:
    lesson = shown(await ada.slash(channel, "learn", concept="dropout"))
    for message in (lesson, answered):
        result = await bob.click(message, label="Quiz me")
        assert result.ephemeral
        assert title(shown(result)) == "New: Dropout"


# -------------------------------------------------------------------- ways of answering


async def test_several_choices_are_a_select(ada: MemberActor, opened: Open) -> None:
    asked = await opened("dropout-all")
    letters = [right_letter(asked), right_letter(asked, "It is off at test time")]
    (select,) = (one for row in asked.components for one in row["components"] if "options" in one)
    assert (select["min_values"], select["max_values"]) == (1, 4)
    told = shown(await ada.select(asked, letters, custom_id=select["custom_id"]))
    assert title(told, 1) == "Right"


@pytest.mark.parametrize(
    ("question", "answer"), [("dropout-number", "2"), ("dropout-prints", "1\n2"), ("dropout-explain", "It is random.")]
)
async def test_what_is_typed_goes_into_a_form(ada: MemberActor, opened: Open, question: str, answer: str) -> None:
    asked = await opened(question)
    told = shown(await ada.submit_modal(await ada.click(asked, label="Answer"), {"answer": answer}))
    assert title(told, 1) in ("Right", "Compare, and judge for yourself")
    assert "Your answer:" in text(told, 1)


async def test_an_answer_of_the_wrong_form_is_no_answer(ada: MemberActor, opened: Open, gradus: Gradus) -> None:
    asked = await opened("dropout-number")
    refused = await ada.submit_modal(await ada.click(asked, label="Answer"), {"answer": "many"})
    assert "number" in said(refused)
    assert await log(gradus) == ()
    told = shown(await ada.submit_modal(await ada.click(asked, label="Answer"), {"answer": "2"}))
    assert title(told, 1) == "Right"


@pytest.mark.parametrize("question", ["dropout-order", "dropout-match"])
async def test_parts_are_put_in_their_places_by_selects(
    ada: MemberActor, opened: Open, gradus: Gradus, question: str
) -> None:
    asked = await opened(question)
    wanted = ("first", "second", "third") if question == "dropout-order" else ("switched on", "switched off")
    chosen = {str(place): [right_letter(asked, words)] for place, words in enumerate(wanted, start=1)}
    told = shown(await ada.submit_modal(await ada.click(asked, label="Answer"), chosen))
    assert title(told, 1) == "Right"


async def test_a_line_is_blamed_by_its_button(ada: MemberActor, opened: Open) -> None:
    asked = await opened("dropout-bug")
    assert "It prints:" in text(asked)
    assert labels(asked)[:2] == ["Line 2", "Line 1"]
    assert title(shown(await ada.click(asked, label="Line 2")), 1) == "Right"


async def test_an_explanation_that_cannot_be_judged_is_judged_by_who_gave_it(
    ada: MemberActor, opened: Open, gradus: Gradus
) -> None:
    asked = await opened("dropout-explain")
    told = shown(await ada.submit_modal(await ada.click(asked, label="Answer"), {"answer": "It goes by chance."}))
    assert labels(told)[1:4] == ["I had it", "Partly", "I missed it"]
    assert [one.rating for one in await log(gradus)] == [None]
    told = shown(await ada.click(told, label="I had it"))
    assert title(told, 1) == "Right"
    assert (await card(gradus)).reviews == 1


# -------------------------------------------------------------------- beside the answer


async def test_a_hint_stays_in_sight_and_counts(ada: MemberActor, opened: Open, gradus: Gradus) -> None:
    asked = shown(await ada.click(await opened("dropout-one"), label="Hint"))
    assert "**Hint:** The hint of dropout-one." in text(asked)
    assert "Hint" not in labels(asked)
    await ada.click(asked, label=right_letter(asked))
    assert [(one.hints, one.rating) for one in await log(gradus)] == [(1, 2)]


async def test_the_solution_is_shown_to_who_does_not_know(ada: MemberActor, opened: Open, gradus: Gradus) -> None:
    told = shown(await ada.click(await opened("dropout-number"), label="I don't know"))
    assert "**The answer:** 2" in text(told, 1)
    assert [(one.revealed, one.rating) for one in await log(gradus)] == [(True, 1)]


async def test_a_wrong_answer_may_be_tried_again_and_only_the_first_counts(
    ada: MemberActor, opened: Open, gradus: Gradus
) -> None:
    asked = await opened("dropout-number")
    told = shown(await ada.submit_modal(await ada.click(asked, label="Answer"), {"answer": "7"}))
    assert "The answer" not in text(told, 1)
    asked = shown(await ada.click(told, label="Try again"))
    told = shown(await ada.submit_modal(await ada.click(asked, label="Answer"), {"answer": "2"}))
    assert title(told, 1) == "Right"
    assert [one.rating for one in await log(gradus)] == [1, None]


async def test_a_guess_is_confessed_and_comes_back_tomorrow(ada: MemberActor, opened: Open, gradus: Gradus) -> None:
    asked = await opened("dropout-one")
    told = shown(await ada.click(asked, label=right_letter(asked)))
    later = (await card(gradus)).due
    told = shown(await ada.click(told, label="I guessed"))
    assert "I guessed" not in labels(told)
    assert (await card(gradus)).due == date(2026, 3, 2) < later
    assert [(one.undone, one.rating, one.score) for one in await log(gradus)] == [(True, 3, 1.0), (False, 1, 1.0)]


async def test_an_answer_can_be_taken_back(ada: MemberActor, opened: Open, gradus: Gradus) -> None:
    asked = await opened("dropout-one")
    told = shown(await ada.click(asked, label=right_letter(asked)))
    asked = shown(await ada.click(told, label="Undo"))
    assert len(asked.embeds) == 1
    assert [one.undone for one in await log(gradus)] == [True]
    with pytest.raises(KeyError):
        await card(gradus)


async def test_the_lesson_opens_beside_it_where_the_question_rests(ada: MemberActor, opened: Open) -> None:
    result = await ada.click(await opened("dropout-one"), label="Lesson")
    assert result.ephemeral
    assert title(shown(result)) == "Dropout › Intuition"


async def test_a_question_is_reported_without_a_name(ada: MemberActor, opened: Open, gradus: Gradus) -> None:
    form = await ada.click(await opened("dropout-one"), label="Report")
    result = await ada.submit_modal(form, {"report": "B is right as well"})
    assert result.ephemeral
    (report,) = await gradus.practising.reports(5)
    assert (report.question, report.text) == ("dropout-one", "B is right as well")


# -------------------------------------------------------------------- presses that come late, twice, or from others


async def test_a_wrong_answer_may_be_looked_up(ada: MemberActor, opened: Open) -> None:
    asked = await opened("dropout-number")
    told = shown(await ada.submit_modal(await ada.click(asked, label="Answer"), {"answer": "7"}))
    assert "**The answer:** 2" in text(shown(await ada.click(told, label="Show the answer")), 1)


async def test_nobody_else_sees_it(bob: MemberActor, opened: Open) -> None:
    asked = await opened("dropout-one")
    with pytest.raises(SetupError, match="not visible"):
        await bob.click(asked, label="A")


async def test_a_restart_in_mid_question_loses_nothing(
    simcord_env: simcord.Env, ada: MemberActor, opened: Open, new_client: Callable[[], GradusClient]
) -> None:
    asked = await opened("dropout-one", "dropout-number")
    await simcord_env.restart_bot(new_client())
    told = shown(await ada.click(asked, label=right_letter(asked)))
    asked = shown(await ada.click(told, label="Next ▶"))
    form = await ada.click(asked, label="Answer")
    await simcord_env.restart_bot(new_client())
    assert title(shown(await ada.submit_modal(form, {"answer": "2"})), 1) == "Right"


async def test_who_lost_the_message_goes_on_where_they_were(
    ada: MemberActor, channel: ChannelHandle, opened: Open
) -> None:
    asked = await opened("dropout-one", "norm-one")
    await ada.click(shown(await ada.click(asked, label=right_letter(asked))), label="Next ▶")
    assert "2 of 2" in str(shown(await ada.slash(channel, "quiz now")).embeds[0].footer.text)


async def test_it_works_in_direct_messages(simcord_env: simcord.Env, gradus: Gradus) -> None:
    eve = simcord_env.create_user("eve")
    asked = shown(await eve.click(shown(await eve.slash("quiz now")), label="I know this"))
    told = shown(await eve.click(asked, label=right_letter(asked)))
    assert title(told, 1) == "Right"
