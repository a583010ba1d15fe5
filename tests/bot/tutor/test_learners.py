"""Learners of several kinds, each of whom the tutor brings to where they should end."""

import pytest

from bot.chat.tutor_pages import talk_page
from bot.curriculum import Curriculum
from bot.practising import GradeAnswer
from bot.tutor.dialogue import Mode
from bot.tutor.tutoring import Summary, TalkView, Tutoring
from content.catalogue import Catalogue
from foundation.database import DatabaseThread
from index.answers import Answer
from tests.bot.conftest import ANSWER, NOW, Prepared
from tests.bot.tutor.learners import HOSTILE, KINDS, OFF_TOPIC, Kind, Scripted
from tests.bot.tutor.pupils import ADA, Pupil, grader, small_curriculum


class Discerning(Prepared):
    """An answerer that takes the words of those who lead away for what they are."""

    async def ask(self, question: str, history: object = ()) -> Answer:
        self.reply = DECLINE if any(question in line for line in (*OFF_TOPIC, *HOSTILE)) else ANSWER
        return await super().ask(question)


DECLINE = Answer("", "decline", None, (), "", (), (), 0.0, 1.0)


@pytest.fixture
def curriculum(catalogue: Catalogue) -> Curriculum:
    return small_curriculum(catalogue)


@pytest.fixture
def grade(curriculum: Curriculum) -> GradeAnswer:
    return grader(curriculum)


@pytest.fixture
def answerer() -> Prepared:
    return Discerning(ANSWER)


def said(learner: Scripted, who: str) -> list[str]:
    return [words for name, words in learner.said if name == who]


async def lead(tutoring: Tutoring, kind: Kind, mode: Mode = "guided", seed: int = 0) -> tuple[TalkView, Scripted]:
    learner = Scripted(kind, tutoring, ADA, NOW, seed)
    view = await learner.talk("dropout", mode, lambda shown: talk_page(shown).text)
    return view, learner


def ended(view: TalkView) -> Summary:
    assert view.summary is not None
    return view.summary


async def test_an_expert_is_through_in_a_few_answers_and_owns_it(tutoring: Tutoring) -> None:
    view, learner = await lead(tutoring, "expert")
    assert (ended(view).ending, ended(view).owned) == ("done", True)
    answers = [words for words in said(learner, "expert") if not words.startswith("(")]
    assert len(answers) <= 8
    assert ended(view).next == ("batch-normalization", "Batch normalisation")


async def test_who_knows_it_already_is_through_in_three_answers(tutoring: Tutoring, database: DatabaseThread) -> None:
    pupil = Pupil(tutoring, database)
    await pupil.practises("dropout")
    view, learner = await lead(tutoring, "expert")
    assert ended(view).owned
    assert len([words for words in said(learner, "expert") if not words.startswith("(")]) == 3


async def test_a_beginner_owns_it_with_help_and_is_answered_in_between(tutoring: Tutoring) -> None:
    view, learner = await lead(tutoring, "beginner")
    assert (ended(view).ending, ended(view).owned) == ("done", True)
    assert ended(view).helped
    assert any(ANSWER.answer in words for words in said(learner, "Gradus"))


@pytest.mark.parametrize("seed", range(5))
async def test_a_guesser_does_not_own_it(tutoring: Tutoring, seed: int) -> None:
    view, _ = await lead(tutoring, "guesser", seed=seed)
    assert ended(view).ending in ("done", "too early")
    assert not ended(view).owned


async def test_who_falls_silent_is_waited_for_unharmed(tutoring: Tutoring, database: DatabaseThread) -> None:
    view, _ = await lead(tutoring, "silent")
    assert (view.talk.phase, view.talk.at, view.talk.marks) == ("ask", 0, ())
    assert await tutoring.begin(ADA, "dropout", NOW) == view
    assert Pupil(tutoring, database).log == ()


@pytest.mark.parametrize("kind", ["off topic", "hostile"])
@pytest.mark.parametrize("mode", ["guided", "interview"])
async def test_who_leads_away_is_let_go_with_nothing_learnt_and_nothing_said_after_them(
    tutoring: Tutoring, database: DatabaseThread, kind: Kind, mode: Mode
) -> None:
    view, learner = await lead(tutoring, kind, mode)
    assert (ended(view).ending, ended(view).owned, view.talk.marks) == ("astray", False, ())
    assert Pupil(tutoring, database).log == ()
    for words in said(learner, "Gradus"):
        assert "@everyone" not in words
        assert "<@" not in words
        assert "stupid" not in words


@pytest.mark.parametrize("kind", KINDS)
async def test_an_interview_ends_for_each(tutoring: Tutoring, kind: Kind) -> None:
    view, learner = await lead(tutoring, kind, "interview")
    if kind == "silent":
        assert view.talk.phase == "ask"
        return
    endings = {"off topic": "astray", "hostile": "astray"}
    assert ended(view).ending == endings.get(kind, "done")
    assert ended(view).owned == (kind == "expert")
    if kind in ("expert", "guesser"):
        assert len(ended(view).answers) == 5
        assert "**Work on:**" in said(learner, "Gradus")[-1]
