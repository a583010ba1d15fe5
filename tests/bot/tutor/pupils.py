"""Three small lessons with questions in several of their sections, and somebody who is taught from them."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.practising import GradeAnswer, Judgement
from bot.quizzing import Quizzing
from bot.tutor.dialogue import Mode, Talk
from bot.tutor.tutoring import Act, TalkView, Tutoring
from content.catalogue import Catalogue
from content.lesson import KEY_POINTS, Lesson, read
from foundation.database import DatabaseThread
from foundation.store import LearnerStore
from index.embedding import Encoder
from quizzes.bank import Bank
from quizzes.grading import Grade
from quizzes.history import Attempt
from quizzes.memory import Card, Outcome
from quizzes.posing import LETTERS
from quizzes.question import (
    Choice,
    CodeOutput,
    Explain,
    FindBug,
    Numeric,
    Point,
    Posed,
    Question,
    Suspect,
    Values,
)
from quizzes.store import PracticeStore
from tests.bot.conftest import DROPOUT, NOW, OPTIONS, question

ADA, BOB = 111_222_333_444_555_666, 2
DAY = timedelta(days=1)
STORE = PracticeStore()

POINTS = (
    Point("Units are switched off at random.", (("random", "chance"),)),
    Point("No unit can rely on a neighbour.", (("rely", "neighbour"),)),
    Point("It is off at test time.", (("test", "inference"),)),
)
MODEL = "Units are switched off at random. No unit can rely on a neighbour. It is off at test time."
HALF = "Units are switched off at random."
NONSENSE = "It makes the network learn faster."


def small_curriculum(catalogue: Catalogue) -> Curriculum:
    """Dropout after regularisation and before batch normalisation, each with a lesson and with questions."""
    names = {"dropout": "Dropout", "regularization": "Regularisation", "batch-normalization": "Batch normalisation"}
    lessons = {id: _lesson(id, name) for id, name in names.items()}
    return Curriculum(replace(catalogue, lessons=lessons), Bank({one.id: one for one in _questions()}))


def _lesson(id: str, name: str) -> Lesson:
    text = DROPOUT.replace("concept: dropout", f"concept: {id}").replace("Dropout switches", f"{name} switches")
    lesson, _ = read(Path(f"intermediate/{id}.md"), text)
    assert lesson is not None
    return lesson


def _questions() -> tuple[Question, ...]:
    bug = FindBug("a = 1\nb = a\nprint(a + b)", "2", (Suspect(2, "b = 2", ""), Suspect(1, "", "That is right.")), "3")
    sums = question("sum", "numeric", Numeric("3*n", whole=True), "apply")
    of_sections = {
        "In one minute": question("opening", "single_choice", Choice(OPTIONS)),
        "Intuition": question("intuition", "single_choice", Choice(OPTIONS)),
        "The mathematics": replace(
            sums,
            prompt="What is three times @{n}?",
            explanation="It is @{3*n}.",
            parameters=(Values("n", tuple(map(float, range(2, 50)))),),
        ),
        "In code": question("code", "code_output", CodeOutput("print(1)\nprint(2)", "1\n2"), "analyse"),
        "Pitfalls": question("bug", "find_bug", bug, "analyse"),
    }
    before = question("before", "single_choice", Choice(OPTIONS), concept="regularization")
    return (
        *(replace(one, section=section) for section, one in of_sections.items()),
        replace(question("hard", "numeric", Numeric("2"), "analyse"), difficulty=3),
        question("explain", "explain", Explain(POINTS, MODEL), "analyse"),
        replace(before, section=KEY_POINTS),
        question("after", "single_choice", Choice(OPTIONS), concept="batch-normalization"),
    )


def grader(curriculum: Curriculum) -> GradeAnswer:
    """Grades for real, but for explanations: a point is made by any of its words, and what has none of them but a
    "perhaps" is left to the learner.
    """
    quizzing = Quizzing(curriculum.catalogue, curriculum.bank, _no_encoder)

    async def grade(posed: Posed, answer: str) -> Grade:
        if not isinstance(posed.task, Explain) or not answer.strip():
            return quizzing.compare(posed, answer)
        said = answer.casefold()
        points = tuple(
            "found" if any(word in said for word in one.words[0]) else "missing" for one in posed.task.points
        )
        found = points.count("found")
        if not found and "perhaps" in said:
            return quizzing.compare(posed, answer)
        outcome: Outcome = "correct" if found == len(points) else "partial" if found else "wrong"
        return Grade(outcome, found / len(points), f"{found} of {len(points)}: {MODEL}", points=points)

    return grade


def _no_encoder() -> Encoder:
    raise AssertionError("nothing here asks for an encoder")


@dataclass
class Pupil:
    """Somebody who is taught: presses what stands on the last message they saw."""

    tutoring: Tutoring
    database: DatabaseThread
    person: int = ADA
    now: datetime = NOW
    view: TalkView = field(init=False)

    @property
    def talk(self) -> Talk:
        return self.view.talk

    @property
    def at(self) -> tuple[int, str, int]:
        return self.person, self.talk.id, self.talk.turn

    @property
    def asked(self) -> str:
        """The id of the question that stands open."""
        assert self.view.posed is not None
        return self.view.posed.question.id

    async def begin(self, concept: str = "dropout", mode: Mode = "guided", *, later: timedelta = DAY * 0) -> TalkView:
        """Begin, and read the opening."""
        self.now += later
        self.view = await self.tutoring.begin(self.person, concept, self.now, mode)
        return self.view

    async def do(self, *acts: Act) -> TalkView:
        for act in acts:
            self.view = await self.tutoring.do(*self.at, act, self.now)
        return self.view

    async def say(self, words: str = "") -> TalkView:
        """Answer with some words, or right."""
        assert self.view.posed is not None
        self.view = await self.tutoring.answer(*self.at, words or self.view.posed.solution, self.now)
        return self.view

    async def wonder(self, words: str) -> TalkView:
        self.view = await self.tutoring.wonder(*self.at, words, self.now)
        return self.view

    async def judge(self, said: Judgement) -> TalkView:
        self.view = await self.tutoring.judge(*self.at, said, self.now)
        return self.view

    async def say_wrong(self) -> TalkView:
        assert self.view.posed is not None
        return await self.say(wrong_to(self.view.posed))

    async def asked_for(self, question: str, *, helped: bool = False) -> TalkView:
        """On to a question; what is taught before it is read, what is asked before it is answered right, at once or
        after a hint.
        """
        await self.begin()
        while self.talk.phase != "ask" or self.asked != question:
            assert self.talk.phase != "over"
            if self.talk.phase == "ask":
                if helped:
                    await self.do("hint")
                await self.say()
            await self.do("begin" if self.talk.phase == "open" else "go on")
        return self.view

    @property
    def log(self) -> tuple[Attempt, ...]:
        return self.database.call(lambda database: STORE.attempts(database, self._learner(database)))

    @property
    def cards(self) -> dict[str, Card]:
        return dict(self.database.call(lambda database: STORE.cards(database, self._learner(database))))

    def _learner(self, database: Database) -> int:
        return LearnerStore().learner_for(database, self.person, self.now).id

    async def practises(self, concept: str) -> None:
        """A right answer that counts, of now."""
        await self.begin(concept, "interview")
        await self.do("begin")
        await self.say()
        await self.do("stop")


def wrong_to(posed: Posed) -> str:
    """A wrong answer."""
    if isinstance(posed.task, Choice | FindBug):
        return next(letter for letter in LETTERS[: len(posed.choices)] if letter not in posed.solution)
    return NONSENSE if isinstance(posed.task, Explain) else "12345"
