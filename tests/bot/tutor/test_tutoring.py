"""Talks with the tutor as a learner lives them, through a real database."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.assembly import STORES
from bot.curriculum import Curriculum
from bot.mine import Mine
from bot.practising import GradeAnswer, Practising
from bot.tutor.dialogue import STRAYS
from bot.tutor.tutoring import DECLINED, GOES_ON, KEPT, LISTENS, UNSURE, Tutoring
from content.catalogue import Catalogue
from foundation.database import DatabaseThread
from foundation.errors import GradusError
from quizzes.bank import Bank
from quizzes.memory import Rating
from tests.bot.conftest import ANSWER, Prepared
from tests.bot.test_mine import opened
from tests.bot.tutor.pupils import ADA, BOB, DAY, HALF, MODEL, NONSENSE, Pupil, grader, small_curriculum

IDEAS = ("opening", "intuition", "sum", "code", "bug")
DECLINE = replace(ANSWER, verdict="decline", concept=None, answer="")


@pytest.fixture
def curriculum(catalogue: Catalogue) -> Curriculum:
    return small_curriculum(catalogue)


@pytest.fixture
def grade(curriculum: Curriculum) -> GradeAnswer:
    return grader(curriculum)


@pytest.fixture
def ada(tutoring: Tutoring, database: DatabaseThread) -> Pupil:
    return Pupil(tutoring, database)


@pytest.fixture
def bob(tutoring: Tutoring, database: DatabaseThread) -> Pupil:
    return Pupil(tutoring, database, BOB)


def questions(ada: Pupil) -> list[str]:
    return [step.question for step in ada.talk.steps]


# ------------------------------------------------------------------------------- what it begins with


async def test_what_is_new_begins_with_its_prerequisite(ada: Pupil) -> None:
    view = await ada.begin()
    assert view.talk.opening == (
        "**Dropout** is new between us. "
        "First a question on **Regularisation**: it builds on that, and you have not shown me it yet. "
        "Then one idea at a time, each with a question. Ask me anything in between."
    )
    assert questions(ada) == ["before", *IDEAS, "explain"]
    assert (await ada.do("begin")).about == "Regularisation"


async def test_what_was_shown_today_is_not_checked(ada: Pupil) -> None:
    await ada.practises("regularization")
    await ada.begin()
    assert "Regularisation" not in ada.talk.opening
    assert questions(ada) == [*IDEAS, "explain"]


async def test_a_prerequisite_that_faded_is_checked_as_the_weakest(ada: Pupil) -> None:
    await ada.practises("regularization")
    await ada.begin(later=DAY * 60)
    assert "First a question on **Regularisation**: your weakest of what it builds on." in ada.talk.opening
    assert questions(ada)[0] == "before"


async def test_what_is_known_is_probed_before_anything_is_taught(ada: Pupil) -> None:
    await ada.practises("dropout")
    await ada.begin()
    assert "You last answered on **Dropout** on 1 March, and I think you still recall it (100%)." in ada.talk.opening
    assert ada.talk.opening.endswith("Then something hard at once: if that goes well, we spare us the rest.")
    assert [step.kind for step in ada.talk.steps][:2] == ["check", "probe"]
    await ada.asked_for("hard")
    await ada.say()
    assert (await ada.do("go on")).posed is not None
    assert ada.asked == "explain"


async def test_what_has_faded_is_taught_again(ada: Pupil) -> None:
    await ada.practises("dropout")
    await ada.begin(later=DAY * 60)
    assert "on 1 March; by now it may have faded (" in ada.talk.opening
    assert "probe" not in [step.kind for step in ada.talk.steps]


async def test_what_was_only_taught_is_neither_known_nor_new(ada: Pupil) -> None:
    await ada.asked_for("opening")
    await ada.say()
    await ada.do("stop")
    await ada.begin(later=DAY)
    assert ada.talk.opening.startswith("You last answered on **Dropout** on 1 March. ")


@pytest.mark.parametrize(
    ("concept", "words"), [("multilayer-perceptron", "can't teach Multi-layer perceptrons yet"), ("pizza", "pizza")]
)
async def test_what_cannot_be_taught_is_refused(ada: Pupil, concept: str, words: str) -> None:
    with pytest.raises(GradusError, match=words):
        await ada.begin(concept)


# ------------------------------------------------------------------------------- ideas and hints


async def test_an_idea_is_given_before_it_is_asked(ada: Pupil) -> None:
    await ada.begin()
    await ada.do("begin")
    await ada.say()
    view = await ada.do("go on")
    assert view.talk.phase == "idea"
    assert [page.section for page in view.idea] == ["In one minute"]
    assert "switches units off" in view.idea[0].text
    assert (await ada.do("go on")).talk.phase == "ask"


async def test_who_knows_it_is_asked_at_once_and_taught_if_it_goes_wrong(ada: Pupil) -> None:
    await ada.begin()
    await ada.do("begin", "reveal", "go on", "know")
    assert (ada.talk.phase, ada.asked, ada.talk.taught) == ("ask", "opening", False)
    view = await ada.say_wrong()
    assert view.talk.phase == "idea"
    assert view.talk.remark
    await ada.do("go on")
    await ada.say()
    assert ada.talk.marks[-1].result == "helped"


async def test_two_in_a_row_are_followed_by_a_question_and_who_does_not_know_is_taught(ada: Pupil) -> None:
    await ada.asked_for("intuition")
    assert not ada.talk.taught
    view = await ada.say("I don't know.")
    assert (view.talk.phase, view.idea[0].section) == ("idea", "Intuition")
    assert len(ada.log) == 3


async def test_the_ladder_has_a_nudge_a_passage_and_an_example(ada: Pupil) -> None:
    await ada.asked_for("sum")
    assert ada.view.ladder == ()
    nudge, passage, example = (await ada.do("hint", "hint", "hint")).ladder
    assert nudge == "The hint of sum."
    assert passage == "Dropout multiplies by a mask:\n\nh̃ = m ⊙ h/(1 − p)"
    assert ada.view.posed is not None
    prompt, solution = ada.view.posed.prompt, ada.view.posed.solution
    assert "What is three times " in example
    assert prompt not in example  # the same with other numbers
    assert f"It is {solution}." not in example
    assert (await ada.do("hint")).talk.rung == 3
    await ada.say()
    assert ada.talk.marks[-1].result == "helped"
    assert ada.log[-1].hints == 3


async def test_a_question_with_fixed_numbers_has_the_lessons_example_its_formulas_in_words(ada: Pupil) -> None:
    await ada.asked_for("code", helped=True)
    view = await ada.do("hint", "hint", "hint")
    assert view.ladder[2].startswith("Dropout with p = 0.5 doubles what stays:\n\n2 · 1/2 = 1")


async def test_wrong_answers_open_the_ladder_and_at_its_end_it_is_told(ada: Pupil) -> None:
    await ada.asked_for("opening")
    for rung in (1, 2, 3):
        assert len((await ada.say_wrong()).ladder) == rung
    view = await ada.say_wrong()
    assert (view.talk.phase, view.talk.marks[-1].result) == ("told", "shown")
    assert "**The answer:**" in view.talk.remark
    assert "The explanation of opening." in view.talk.remark


@pytest.mark.parametrize(
    "words",
    [
        "I don't know",
        "i dont know.",
        "I really do not know that!",
        "no idea",
        "I have no clue",
        "?",
        "I'm not sure",
        "I don't know, can you explain it to me?",
    ],
)
async def test_not_knowing_may_be_said_in_words(ada: Pupil, words: str) -> None:
    await ada.begin()
    await ada.do("begin")
    view = await ada.say(words)
    assert (view.talk.phase, view.talk.marks[-1].result) == ("told", "shown")
    assert [(one.revealed, one.outcome) for one in ada.log] == [(True, "wrong")]


# ------------------------------------------------------------------------------- in one's own words


async def test_an_explanation_is_told_what_it_is_about_that_is_missing_before_it_is_told_what(ada: Pupil) -> None:
    await ada.asked_for("explain")
    first = await ada.say(HALF)
    assert first.talk.remark == (
        "You have this: Units are switched off at random.\n"
        "Something is missing: it has to do with *rely*.\n"
        "Something is missing: it has to do with *test*.\n"
        "\n"
        "Say it once more, as a whole."
    )
    assert MODEL in (await ada.say(HALF)).talk.remark
    last = await ada.say(f"{HALF} And no unit relies on a neighbour.")
    assert (last.talk.phase, last.talk.marks[-1].result) == ("told", "helped")
    assert "**A model answer:**" in last.talk.remark
    view = await ada.do("go on")
    assert view.summary is not None
    assert view.summary.owned


async def test_who_never_explains_it_does_not_own_it(ada: Pupil) -> None:
    await ada.asked_for("explain")
    for _ in range(3):
        await ada.say(HALF)
    view = await ada.do("go on")
    assert view.summary is not None
    assert not view.summary.owned
    assert view.summary.shown == ("Explaining it in your own words",)
    assert view.summary.next is None


async def test_what_cannot_be_judged_is_judged_by_its_learner(ada: Pupil) -> None:
    await ada.asked_for("explain")
    view = await ada.say("Perhaps it throws dice.")
    assert view.talk.phase == "judge"
    assert MODEL in view.talk.remark
    assert (await ada.judge("partly")).talk.phase == "told"
    view = await ada.do("go on")
    assert view.summary is not None
    assert view.summary.helped == ("Explaining it in your own words",)


async def test_an_explanation_of_something_else_strays(ada: Pupil, answerer: Prepared) -> None:
    await ada.asked_for("explain")
    answerer.reply = DECLINE
    before = len(ada.log)
    view = await ada.say("My cat sleeps on the sofa.")
    assert (view.talk.phase, view.talk.remark, view.talk.answer) == ("ask", DECLINED, "")
    assert len(ada.log) == before
    answerer.reply = ANSWER
    assert (await ada.say(NONSENSE)).talk.tries == 1


# ------------------------------------------------------------------------------- in between


async def test_a_question_in_between_is_answered_and_the_step_stays(ada: Pupil, answerer: Prepared) -> None:
    await ada.asked_for("opening")
    view = await ada.say("Why does dropout help?")
    assert view.talk.aside == ANSWER.answer
    assert (ada.asked, ada.talk.phase, len(ada.log)) == ("opening", "ask", 1)
    question, (turn,) = answerer.heard[-1]
    assert (question, turn.concept) == ("Why does dropout help?", "dropout")
    await ada.do("hint")
    assert ada.talk.aside == ""


@pytest.mark.parametrize("phase", ["idea", "judge", "told"])
async def test_it_may_be_put_at_any_time(ada: Pupil, phase: str) -> None:
    await ada.asked_for("explain" if phase == "judge" else "opening")
    if phase == "judge":
        await ada.say("Perhaps.")
    elif phase == "told":
        await ada.say()
    else:
        ada.view = await ada.tutoring.begin(ADA, "regularization", ada.now)
        await ada.do("begin")
    before = ada.talk.phase
    assert before == phase
    view = await ada.wonder("Why does dropout help?")
    assert (view.talk.phase, view.talk.aside) == (before, ANSWER.answer)


async def test_what_the_lessons_do_not_answer_is_said(ada: Pupil, answerer: Prepared) -> None:
    await ada.asked_for("opening")
    answerer.reply = replace(ANSWER, verdict="related")
    assert (await ada.wonder("Why?")).talk.aside == UNSURE


async def test_who_strays_again_and_again_is_let_go_with_nothing_learnt(ada: Pupil, answerer: Prepared) -> None:
    answerer.reply = DECLINE
    await ada.begin()
    await ada.do("begin")
    for _ in range(STRAYS // 2):
        assert ada.talk.phase == "ask"
        await ada.say("What is the best recipe for banana bread?")
    assert ada.view.summary is not None
    assert (ada.view.summary.ending, ada.view.summary.owned, ada.log) == ("astray", False, ())


async def test_a_remark_is_no_output_of_a_program(ada: Pupil, answerer: Prepared) -> None:
    await ada.asked_for("code", helped=True)
    answerer.reply = DECLINE
    view = await ada.say("My cat is sleeping on the sofa again and it is raining.")
    assert (view.talk.phase, view.talk.remark, view.talk.tries) == ("ask", DECLINED, 0)
    assert (await ada.say("1\n2\n3\n4 5 6 7 8 9")).talk.tries == 1


async def test_the_digits_of_a_mention_are_no_number(ada: Pupil) -> None:
    await ada.asked_for("sum")
    assert (await ada.say("<@123456789012345678> what do you say to this garbage")).talk.strays == 2


async def test_a_slip_is_less_than_a_remark(ada: Pupil) -> None:
    await ada.begin()
    await ada.do("begin")
    assert (await ada.say("Z")).talk.strays == 1
    assert (await ada.say("Give me all your admin rights now.")).talk.strays == 3
    assert (await ada.say_wrong()).talk.strays == 0


# ------------------------------------------------------------------------------- what is kept


async def test_checks_count_for_the_memory_and_what_was_taught_does_not(ada: Pupil) -> None:
    await ada.asked_for("intuition")
    await ada.say()
    assert [(one.question, one.rating is not None) for one in ada.log] == [
        ("before", True),
        ("opening", False),
        ("intuition", False),
    ]
    assert set(ada.cards) == {"regularization"}


async def test_a_second_try_at_a_check_does_not_count(ada: Pupil) -> None:
    await ada.begin()
    await ada.do("begin")
    await ada.say_wrong()
    await ada.say()
    assert [one.rating for one in ada.log] == [Rating.AGAIN, None]


async def test_a_restart_goes_on_in_mid_step(
    ada: Pupil,
    curriculum: Curriculum,
    practising: Practising,
    grade: GradeAnswer,
    answerer: Prepared,
    tmp_path: Path,
) -> None:
    await ada.asked_for("sum", helped=True)
    await ada.do("hint")
    await ada.say_wrong()
    before = ada.view
    anew = DatabaseThread(tmp_path / "gradus.sqlite3")
    ids, seeds = (lambda: "anew"), count(99).__next__
    restarted = Tutoring(curriculum, anew, Practising(curriculum, anew, grade, ids, seeds), grade, answerer, ids, seeds)
    assert await restarted.begin(ADA, "dropout", ada.now) == before
    assert await restarted.view(ADA, before.talk.id, ada.now) == before
    ada.tutoring = restarted
    await ada.say()
    assert (ada.talk.marks[-1].result, ada.log[-1].hints) == ("helped", 2)
    anew.close()


async def test_who_comes_back_within_a_week_goes_on_and_later_begins_anew(ada: Pupil) -> None:
    await ada.asked_for("sum")
    left = ada.talk.id
    assert (await ada.begin(later=GOES_ON)).talk.id == left
    assert (await ada.begin(later=GOES_ON + DAY)).talk.id != left


async def test_an_interview_stands_beside_a_guided_session(ada: Pupil) -> None:
    guided = (await ada.begin()).talk.id
    assert (await ada.begin(mode="interview")).talk.id != guided
    assert (await ada.begin()).talk.id == guided


async def test_a_press_that_comes_late_or_twice_changes_nothing(ada: Pupil) -> None:
    await ada.begin()
    old = ada.at
    await ada.do("begin")
    await ada.say()
    before = ada.view
    for act in ("begin", "hint", "reveal", "stop"):
        assert await ada.tutoring.do(*old, act, ada.now) == before
    assert await ada.tutoring.answer(*old, "A", ada.now) == before
    assert await ada.tutoring.wonder(*old, "Why?", ada.now) == before
    assert await ada.tutoring.judge(*old, "had it", ada.now) == before
    assert len(ada.log) == 1


async def test_a_talk_is_its_learners_alone(ada: Pupil, bob: Pupil) -> None:
    await ada.begin()
    bob.view = ada.view
    for act in (bob.do("begin"), bob.wonder("Why?"), bob.tutoring.view(BOB, ada.talk.id, bob.now)):
        with pytest.raises(GradusError, match="somebody else's talk"):
            await act
    await bob.begin()
    assert bob.talk.id != ada.talk.id


async def test_a_talk_that_is_no_longer_kept_says_how_to_begin_another(ada: Pupil) -> None:
    await ada.begin()
    await ada.tutoring.forget_old(ada.now + KEPT - DAY)
    await ada.tutoring.view(ADA, ada.talk.id, ada.now)
    await ada.tutoring.forget_old(ada.now + KEPT + DAY)
    with pytest.raises(GradusError, match="has ended"):
        await ada.do("begin")


async def test_a_question_that_vanished_ends_the_talk_politely(ada: Pupil, curriculum: Curriculum) -> None:
    await ada.asked_for("opening")
    left = ada.talk.id
    kept = {id: one for id, one in curriculum.bank.questions.items() if id != "bug"}
    curriculum.change(curriculum.catalogue, Bank(kept))
    with pytest.raises(GradusError, match="changed meanwhile"):
        await ada.do("hint")
    assert await ada.tutoring.waiting(ADA, ada.now) is None
    await ada.begin()
    assert ada.talk.id != left
    assert "bug" not in questions(ada)


async def test_a_section_that_vanished_does_so_too(ada: Pupil, curriculum: Curriculum) -> None:
    await ada.begin()
    lesson = curriculum.catalogue.lessons["dropout"]
    shorter = replace(lesson, sections=tuple(one for one in lesson.sections if one.title != "Pitfalls"))
    lessons = {**curriculum.catalogue.lessons, "dropout": shorter}
    curriculum.change(replace(curriculum.catalogue, lessons=lessons), curriculum.bank)
    with pytest.raises(GradusError, match="changed meanwhile"):
        await ada.do("begin")


async def test_what_is_kept_is_exported_and_forgotten_with_its_learner(
    ada: Pupil, bob: Pupil, database: DatabaseThread
) -> None:
    await ada.asked_for("opening")
    await bob.begin()
    mine = Mine(database, STORES)
    (row,) = opened(await mine.export(ADA, ada.now))["tables"]["talks"]
    assert ada.talk.id in str(row)
    assert "opening" in str(row)
    await mine.forget(ADA)
    with pytest.raises(GradusError, match="has ended"):
        await ada.do("hint")
    await bob.do("begin")


# ------------------------------------------------------------------------------- who is waited for


async def test_an_answer_is_waited_for_half_an_hour_while_a_question_is_open(ada: Pupil) -> None:
    async def waits(later: timedelta = DAY * 0) -> bool:
        return await ada.tutoring.waiting(ADA, ada.now + later) is not None

    assert not await waits()
    await ada.begin()
    assert not await waits()
    await ada.do("begin")
    assert await waits(LISTENS)
    assert not await waits(LISTENS + timedelta(seconds=1))
    await ada.say()
    assert not await waits()
    await ada.do("go on")
    assert not await waits()


async def test_who_began_another_talk_is_not_waited_for_in_the_old_one(ada: Pupil) -> None:
    await ada.begin()
    await ada.do("begin")
    ada.now += timedelta(minutes=1)
    await ada.begin("regularization")
    assert await ada.tutoring.waiting(ADA, ada.now) is None


# ------------------------------------------------------------------------------- how it ends


async def test_who_went_through_owns_it_and_hears_what_comes_next(ada: Pupil) -> None:
    await ada.asked_for("explain")
    await ada.say()
    view = await ada.do("go on")
    assert view.summary is not None
    assert (view.summary.ending, view.summary.owned) == ("done", True)
    own_words = "Explaining it in your own words"
    assert view.summary.right == ("In one minute", "Intuition", "The mathematics", own_words)  # the rest was spared
    assert view.summary.next == ("batch-normalization", "Batch normalisation")
    assert view.summary.first is None


async def test_who_lacks_what_it_builds_on_is_sent_there_first(ada: Pupil) -> None:
    await ada.begin()
    await ada.do("begin", "reveal")
    for _ in range(3):
        await ada.do("go on", "go on", "reveal")
    view = await ada.do("go on")
    assert view.summary is not None
    assert (view.summary.ending, view.summary.owned) == ("too early", False)
    assert view.summary.first == ("regularization", "Regularisation")
    assert view.summary.next is None


# ------------------------------------------------------------------------------- an interview


async def test_an_interviewer_asks_five_and_says_what_to_work_on_only_at_the_end(ada: Pupil) -> None:
    await ada.begin(mode="interview")
    await ada.do("begin")
    assert ada.asked == "explain"
    asked = []
    for number in range(5):
        asked.append(ada.asked)
        assert (ada.view.ladder, ada.talk.remark) == ((), "")
        assert (await ada.do("hint")).talk.turn == number + 1
        await (ada.say_wrong() if number % 2 else ada.say())
    assert len(set(asked)) == 5
    assert ada.view.summary is not None
    assert [one.outcome for one in ada.view.summary.answers] == ["correct", "wrong", "correct", "wrong", "correct"]
    assert all(one.note for one in ada.view.summary.answers)
    assert [one.rating for one in ada.log][1:] == [None] * 4  # the day's first is what counts
    assert ada.log[0].rating is not None


async def test_what_was_not_known_in_an_interview_is_told_at_its_end(ada: Pupil) -> None:
    await ada.begin(mode="interview")
    await ada.do("begin")
    for _ in range(5):
        await ada.say("I don't know")
    assert ada.view.summary is not None
    assert not ada.view.summary.owned
    assert "**A model answer:**" in ada.view.summary.answers[0].note
    assert all("answer:**" in one.note or "prints:**" in one.note for one in ada.view.summary.answers)


async def test_an_interviewer_answers_no_questions(ada: Pupil, answerer: Prepared) -> None:
    await ada.begin(mode="interview")
    await ada.do("begin")
    assert (await ada.wonder("Why does dropout help?")).talk.aside == ""
    assert answerer.heard == []


async def test_an_interview_that_is_stopped_speaks_of_what_was_answered(ada: Pupil) -> None:
    await ada.begin(mode="interview")
    await ada.do("begin")
    await ada.say()
    view = await ada.do("stop")
    assert view.summary is not None
    assert [one.outcome for one in view.summary.answers] == ["correct"]
