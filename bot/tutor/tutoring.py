"""The use case of tutoring: a talk through a concept, step by step, or an interview on it."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlite_utils import Database

from bot.curriculum import Curriculum
from bot.learning import LessonPage, message_text
from bot.practising import GradeAnswer, Judgement, Practising, Standing
from bot.quizzing import question_text, solution
from bot.tutor import dialogue
from bot.tutor.dialogue import Ending, Mode, Talk, owned
from bot.tutor.syllabus import Step, guided, is_pick, next_asked
from bot.tutor.talk_store import TalkStore
from content.lesson import Body
from content.mathtext import readable
from foundation.database import DatabaseThread, writing
from foundation.errors import GradusError
from foundation.store import LearnerStore
from index.answers import Answer, Answerer, Turn
from quizzes.grading import Grade, Outcome
from quizzes.posing import pose
from quizzes.practice import Item
from quizzes.question import Cloze, CodeOutput, Explain, Point, Posed, Question
from quizzes.statements import content_stems

Act = Literal["begin", "go on", "know", "hint", "reveal", "stop"]
"""What a learner can do without words."""

FIRM = 0.9
"""The probability of recall from which on a concept is taken for known, and is not checked."""
ASSUMED = 0.85
"""The same, for what the learner's level takes for known."""
UNMET = 0.5
"""The same, for what they never answered."""

GOES_ON = timedelta(days=7)
"""How long a talk that was left is gone on with."""
KEPT = timedelta(days=30)
LISTENS = timedelta(minutes=30)
"""How long a message, where it may be either, is taken for an answer."""

KEPT_WORDS = 2000
PROSE = 4  # words from which on what can't be read as an answer is a remark, and no slip
MUCH_PROSE = 8  # words from which on a missing word or a program's output is doubted
LENGTHY = 8  # words, so that a paragraph is not the nearest by being short
ASIDE, PASSAGE, EXAMPLE = 700, 600, 900  # characters of what is shown

DECLINED = "That leads away from what we are doing. The question is still open:"
UNSURE = "My lessons don't answer that well enough to say."

_DOES_NOT_KNOW = re.compile(
    r"(?:sorry,? )?(?:i )?(?:really |just |still )?(?:don['’]?t|do not) know(?: that| it| this)?"
    r"(?:[,.;]? (?:please|can you|could you)\b.*)?"
    r"|idk|dunno|pass|skip|\?+"
    r"|(?:i have |i['’]ve )?(?:got )?(?:absolutely )?no (?:idea|clue)|(?:i['’]?m |i am )?not sure",
    re.IGNORECASE,
)
_MENTION = re.compile(r"<[@#][!&]?\d+>")  # whose digits are no number that somebody answers with
_ASKS = re.compile(
    r"(?:what|why|how|when|where|which|who|can you|could you|is it|does it|do i|explain)\b.*\?\s*", re.I | re.S
)


@dataclass(frozen=True)
class Answered:
    """A question of an interview, and what is to be said of the answer at its end."""

    question: str
    section: str
    outcome: Outcome
    note: str


@dataclass(frozen=True)
class Summary:
    """How a talk ended.

    Attributes:
        owned: whether the concept is the learner's.
        right, helped, shown: the headings that went right at once, went right with help, and have to be read again.
        answers: of an interview.
        next: the concept to go on with, as (id, title); None where this one comes first.
        first: a prerequisite to learn before this, as (id, title), or None.
    """

    ending: Ending
    owned: bool
    right: tuple[str, ...]
    helped: tuple[str, ...]
    shown: tuple[str, ...]
    answers: tuple[Answered, ...]
    next: tuple[str, str] | None
    first: tuple[str, str] | None


@dataclass(frozen=True)
class TalkView:
    """A talk as it stands, for any driver to show.

    Attributes:
        title: the concept's.
        about: the title of the open step's concept.
        idea: what the open step teaches, in small pages.
        posed: the open step's question.
        ladder: the hints that are open, in order.
        summary: at the end.
    """

    talk: Talk
    title: str
    about: str = ""
    idea: tuple[LessonPage, ...] = ()
    posed: Posed | None = None
    ladder: tuple[str, ...] = ()
    summary: Summary | None = None


class Tutoring:
    """Talks. Whoever speaks is a `person` (their Discord id); a talk answers to its own learner only."""

    def __init__(
        self,
        curriculum: Curriculum,
        database: DatabaseThread,
        practising: Practising,
        grade: GradeAnswer,
        answerer: Answerer,
        id_source: Callable[[], str],
        seed_source: Callable[[], int],
    ) -> None:
        """Args:
        practising: keeps what is answered, and knows where a learner stands.
        grade: grades an answer.
        answerer: answers questions put in between.
        id_source: names talks.
        seed_source: gives the seed of a talk's choices.
        """
        self._curriculum = curriculum
        self._database = database
        self._practising = practising
        self._grade = grade
        self._answerer = answerer
        self._id_source = id_source
        self._seed_source = seed_source
        self._store = TalkStore()
        self._learners = LearnerStore()

    async def begin(self, person: int, concept: str, now: datetime, mode: Mode = "guided") -> TalkView:
        """Begin a talk on a concept, or go on with the one that was left.

        Raises:
            GradusError: there is no such concept, or nothing to teach it with yet.
        """
        title = self._curriculum.catalogue.concept(concept).title
        if not self._questions(concept) or concept not in self._curriculum.catalogue.lessons:
            raise GradusError(f"I can't teach {title} yet: its lesson or its questions are still being written.")
        standing = await self._practising.standing(person, now)

        def act(database: Database) -> Talk:
            with writing(database):
                learner = self._learners.learner_for(database, person, now)
                left = self._store.open_on(database, learner.id, concept, mode, now - GOES_ON)
                if left is not None and self._is_whole(left):
                    return left
                seed = self._seed_source()
                steps, opening = self._planned(concept, mode, standing, random.Random(seed))
                talk = Talk(self._id_source(), learner.id, concept, mode, opening, steps, seed, now)
                self._store.keep(database, talk)
                return talk

        return await self._seen(person, await self._database.run(act), now)

    async def view(self, person: int, id: str, now: datetime) -> TalkView:
        """A talk as it stands."""
        return await self._seen(person, await self._own(person, id), now)

    async def waiting(self, person: int, now: datetime) -> TalkView | None:
        """The talk in which a learner was asked something within the last half hour, and has not answered."""

        def act(database: Database) -> Talk | None:
            learner = self._learners.find(database, person)
            return self._store.latest(database, learner.id, now - LISTENS) if learner else None

        talk = await self._database.run(act)
        if talk is None or talk.phase != "ask" or not self._is_whole(talk):
            return None
        return await self._seen(person, talk, now)

    async def do(self, person: int, id: str, turn: int, act: Act, now: datetime) -> TalkView:
        """Do what needs no words. A press that comes late changes nothing."""

        def moved(talk: Talk) -> Talk:
            if act == "begin":
                return dialogue.begin(talk)
            if act == "go on":
                return dialogue.go_on(talk, len(self._idea(talk)))
            if act == "know":
                return dialogue.know(talk)
            if act == "hint":
                return dialogue.hint(talk)
            if act == "reveal":
                return self._gave_up(talk)
            return dialogue.stop(talk)

        return await self._move(person, id, turn, moved, now, _NONE if act == "reveal" else None)

    async def judge(self, person: int, id: str, turn: int, said: Judgement, now: datetime) -> TalkView:
        """What the learner says of an explanation that could not be judged."""
        outcomes: dict[Judgement, Outcome] = {"had it": "correct", "partly": "partial", "missed it": "wrong"}
        return await self._move(person, id, turn, lambda talk: dialogue.judged(talk, outcomes[said]), now)

    async def answer(self, person: int, id: str, turn: int, text: str, now: datetime) -> TalkView:
        """Take what a learner says: an answer to the open question, a question of their own, or neither."""
        talk = await self._own(person, id)
        if talk.turn != turn or talk.phase != "ask":
            return await self._seen(person, talk, now)
        posed = self._posed(talk)
        words = _MENTION.sub("", text).strip()[:KEPT_WORDS]
        if _DOES_NOT_KNOW.fullmatch(words.rstrip(" .!")):
            return await self.do(person, id, turn, "reveal", now)
        if talk.mode == "guided" and _ASKS.fullmatch(words):
            return await self.wonder(person, id, turn, words, now)
        grade = await self._grade(posed, words)
        if grade.unread:
            far = len(words.split()) >= PROSE
            return await self._move(person, id, turn, lambda talk: dialogue.strayed(talk, grade.feedback, far=far), now)
        doubted = _may_lead_away(posed, words) and grade.outcome in ("wrong", "partial")
        if doubted and await self._leads_away(words):
            return await self._move(person, id, turn, lambda talk: dialogue.strayed(talk, DECLINED, far=True), now)

        told = _nudged(posed, grade) if talk.mode == "guided" and talk.tries == 0 else grade

        def moved(talk: Talk) -> Talk:
            after = dialogue.answered(talk, words, told, pick=is_pick(posed.question), solution=_solved(posed))
            return self._grown(after)

        return await self._move(person, id, turn, moved, now, grade)

    async def wonder(self, person: int, id: str, turn: int, question: str, now: datetime) -> TalkView:
        """Answer a question that a learner puts in between, from the lessons; the open step stays open."""
        talk = await self._own(person, id)
        if talk.turn != turn or talk.phase in ("open", "over") or talk.mode == "interview":
            return await self._seen(person, talk, now)
        title = self._curriculum.catalogue.concept(talk.concept).title
        answer = await self._answerer.ask(question[:KEPT_WORDS], (Turn(f"What is {title}?", talk.concept),))
        if answer.verdict == "decline" and talk.phase == "ask":
            return await self._move(person, id, turn, lambda talk: dialogue.strayed(talk, DECLINED, far=True), now)
        aside = _short(answer.answer, ASIDE) if answer.verdict == "answer" else UNSURE
        return await self._move(person, id, turn, lambda talk: dialogue.wondered(talk, aside), now)

    async def forget_old(self, now: datetime) -> None:
        """Remove the talks of long ago: a tick for once a day."""
        await self._database.run(lambda database: self._store.forget_before(database, now - KEPT))

    # ------------------------------------------------------------------------------------ planning

    def _planned(
        self, concept: str, mode: Mode, standing: Standing, source: random.Random
    ) -> tuple[tuple[Step, ...], str]:
        """The steps of a talk (an interview's first), and what is said before them."""
        questions = self._questions(concept)
        if mode == "interview":
            first = next_asked(questions, {}, None, source)
            return ((first,) if first else ()), ""
        known = self._strength(concept, standing) >= FIRM and concept in standing.learned.cards
        weakest = self._weakest(concept, standing)
        sections = [one.title for one in self._curriculum.catalogue.lessons[concept].sections]
        steps = guided(questions, sections, self._questions(weakest) if weakest else (), known=known, source=source)
        return steps, self._opening(concept, weakest, known, standing)

    def _opening(self, concept: str, weakest: str | None, known: bool, standing: Standing) -> str:
        """What the record says, and what is done about it."""
        titles = self._curriculum.catalogue.concepts
        done = standing.learned.of(concept)
        if not done:
            lines = [f"**{titles[concept].title}** is new between us."]
        else:
            last, recalled = done[-1].study_date, ""
            if concept in standing.learned.cards:
                guess = ", and I think you still recall it" if known else "; by now it may have faded"
                recalled = f"{guess} ({self._strength(concept, standing):.0%})"
            lines = [f"You last answered on **{titles[concept].title}** on {last.day} {last:%B}{recalled}."]
        if weakest:
            met = bool(standing.learned.of(weakest))
            why = "your weakest of what it builds on" if met else "it builds on that, and you have not shown me it yet"
            lines.append(f"First a question on **{titles[weakest].title}**: {why}.")
        if known:
            lines.append("Then something hard at once: if that goes well, we spare us the rest.")
        else:
            lines.append("Then one idea at a time, each with a question. Ask me anything in between.")
        return " ".join(lines)

    def _weakest(self, concept: str, standing: Standing) -> str | None:
        """What a concept builds on that is surest to be missing; None where all of it is firm."""
        required = [id for id in self._curriculum.catalogue.concepts[concept].requires if self._questions(id)]
        shown = {one.concept for one in standing.learned.today if one.outcome == "correct"}
        weakest = min(
            (id for id in required if id not in shown), key=lambda id: self._strength(id, standing), default=""
        )
        return weakest if weakest and self._strength(weakest, standing) < FIRM else None

    def _strength(self, concept: str, standing: Standing) -> float:
        """The probability that a learner has a concept at hand."""
        card = standing.learned.cards.get(concept)
        if card is not None:
            return standing.plan.memory.retrievability(card, standing.learned.on)
        if standing.learned.of(concept):
            return UNMET
        stages = list(self._curriculum.catalogue.stages)
        level = stages.index(standing.plan.level) if standing.plan.level in stages else 0
        return ASSUMED if stages.index(self._curriculum.catalogue.concepts[concept].stage) < level else UNMET

    def _grown(self, talk: Talk) -> Talk:
        """An interview that waits for its next question, with it."""
        if talk.mode != "interview" or talk.phase != "ask" or talk.at < len(talk.steps):
            return talk
        asked = {talk.steps[mark.step].question: mark.outcome == "correct" for mark in talk.marks}
        last = self._curriculum.bank.questions[talk.steps[-1].question]
        source = random.Random(f"{talk.seed}:{len(asked)}")
        return dialogue.grown(talk, next_asked(self._questions(talk.concept), asked, last, source))

    # ------------------------------------------------------------------------------------ the inside

    def _questions(self, concept: str) -> tuple[Question, ...]:
        return tuple(self._curriculum.bank.of(concept))

    def _is_whole(self, talk: Talk) -> bool:
        """Whether everything it asks is still in the bank, and everything it teaches in a lesson."""
        bank, learning = self._curriculum.bank, self._curriculum.learning
        return all(
            step.question in bank.questions and (step.kind != "idea" or learning.ideas(step.concept, step.section))
            for step in talk.steps
        )

    async def _own(self, person: int, id: str) -> Talk:
        return await self._database.run(lambda database: self._found(database, person, id))

    def _found(self, database: Database, person: int, id: str) -> Talk:
        found = self._store.find(database, id)
        if found is None:
            raise GradusError("This talk has ended. Open a lesson with `/learn` and press Teach me to begin another.")
        learner = self._learners.find(database, person)
        if learner is None or learner.id != found.learner:
            raise GradusError("This is somebody else's talk. Press Teach me on a lesson to begin your own.")
        if not self._is_whole(found):
            raise GradusError("Its questions have changed meanwhile. Press Teach me on the lesson to begin again.")
        return found

    async def _move(
        self,
        person: int,
        id: str,
        turn: int,
        moved: Callable[[Talk], Talk],
        now: datetime,
        grade: Grade | None = None,
    ) -> TalkView:
        """Change a talk that stands where the learner saw it, and keep the answer behind the change, as one."""

        def act(database: Database) -> Talk:
            with writing(database):
                found = self._found(database, person, id)
                if found.turn != turn:
                    return found
                after = moved(found)
                if after.turn == found.turn:
                    return found
                if grade is not None and found.step is not None:
                    learner = self._learners.learner_for(database, person, now)
                    item, revealed = _item(found, found.step), grade is _NONE
                    self._practising.note(database, learner, item, grade, now, hints=found.rung, revealed=revealed)
                self._store.keep(database, replace(after, moved_at=now))
                return after

        return await self._seen(person, await self._database.run(act), now)

    def _gave_up(self, talk: Talk) -> Talk:
        if talk.phase != "ask":
            return talk
        posed = self._posed(talk)
        return self._grown(dialogue.gave_up(talk, solution=_solved(posed), pick=is_pick(posed.question)))

    def _posed(self, talk: Talk) -> Posed:
        step = talk.step
        assert step is not None
        return pose(self._curriculum.bank.questions[step.question], step.seed)

    def _idea(self, talk: Talk) -> tuple[LessonPage, ...]:
        step = talk.step
        return self._curriculum.learning.ideas(step.concept, step.section) if step and step.kind == "idea" else ()

    async def _leads_away(self, words: str) -> bool:
        """Whether what should be an answer is about something else altogether."""
        answer: Answer = await self._answerer.ask(words)  # alone: what went before would vouch for anything
        return answer.verdict == "decline"

    async def _seen(self, person: int, talk: Talk, now: datetime) -> TalkView:
        catalogue = self._curriculum.catalogue
        title = catalogue.concept(talk.concept).title
        if talk.phase == "over":
            return TalkView(talk, title, summary=await self._summary(person, talk, now))
        if talk.step is None:
            return TalkView(talk, title)
        posed = self._posed(talk)
        about, idea = catalogue.concepts[talk.step.concept].title, self._idea(talk)
        shown = replace(talk, part=min(talk.part, max(0, len(idea) - 1)))  # a newer lesson may have fewer pages
        return TalkView(shown, title, about, idea, posed, self._ladder(talk, posed))

    def _ladder(self, talk: Talk, posed: Posed) -> tuple[str, ...]:
        if talk.phase != "ask":
            return ()
        hint = readable(posed.hint)
        return (hint, self._passage(posed), self._worked(posed))[: talk.rung]

    def _passage(self, posed: Posed) -> str:
        """What the lesson says that answers: the paragraph nearest to the explanation."""
        catalogue, question = self._curriculum.catalogue, posed.question
        lesson = catalogue.lessons[question.concept]
        bodies = {one.title: one for one in lesson.sections} | {one.question: one for one in lesson.questions}
        wanted = content_stems(f"{posed.prompt} {posed.explanation}")
        near = [
            (len(wanted & stems) / (LENGTHY + len(stems)), text)
            for text in _passages(bodies[question.section])
            if (stems := content_stems(text))
        ]
        return _short(message_text(max(near, default=(0.0, posed.hint))[1], catalogue), PASSAGE)

    def _worked(self, posed: Posed) -> str:
        """The same with other numbers, worked out; or what the lesson works out."""
        if posed.question.template:
            other = pose(posed.question, posed.seed + 1)
            return _short(f"{question_text(other, how=False)}\n\n{readable(other.explanation)}", EXAMPLE)
        headings = ("Worked example", "In code", "How to", "Intuition")
        pages = (self._curriculum.learning.ideas(posed.question.concept, heading) for heading in headings)
        return _short(next((_worded(page[0]) for page in pages if page), posed.hint), EXAMPLE)

    # ------------------------------------------------------------------------------------ the end

    async def _summary(self, person: int, talk: Talk, now: datetime) -> Summary:
        catalogue = self._curriculum.catalogue
        standing = await self._practising.standing(person, now)
        steps = [(mark, talk.steps[mark.step]) for mark in talk.marks]
        own = [(mark, step) for mark, step in steps if step.concept == talk.concept]

        def headings(result: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(_heading(step) for mark, step in own if mark.result == result))

        has = owned(talk)
        checked = [step.concept for mark, step in steps if step.kind == "check" and mark.result == "shown"]
        first = checked[0] if checked else None
        if first is None and talk.ending == "too early":
            first = next(iter(catalogue.concepts[talk.concept].requires), None)
        next_one = self._after(talk.concept, standing) if has else None
        answers = tuple(self._answered(talk, mark.step, mark.outcome, mark.note) for mark in talk.marks)
        return Summary(
            ending=talk.ending,
            owned=has,
            right=headings("right"),
            helped=headings("helped"),
            shown=headings("shown"),
            answers=answers if talk.mode == "interview" else (),
            next=(next_one, catalogue.concepts[next_one].title) if next_one else None,
            first=(first, catalogue.concepts[first].title) if first and not has else None,
        )

    def _after(self, concept: str, standing: Standing) -> str | None:
        """What to learn after a concept: what builds on it, else what comes after it on the road."""
        catalogue = self._curriculum.catalogue
        road = list(catalogue.concepts)
        onward = [one.id for one in catalogue.leads_to(concept)] + road[road.index(concept) + 1 :]
        met = standing.learned.cards
        return next((id for id in onward if self._questions(id) and id in catalogue.lessons and id not in met), None)

    def _answered(self, talk: Talk, place: int, outcome: Outcome, note: str) -> Answered:
        step = talk.steps[place]
        posed = pose(self._curriculum.bank.questions[step.question], step.seed)
        return Answered(readable(posed.prompt), step.section, outcome, note or _solved(posed))


_NONE = Grade("wrong", 0.0, "")
"""Of what was not answered."""


def _item(talk: Talk, step: Step) -> Item:
    """A step as practice knows it: what was just taught says nothing of the memory."""
    taught = step.kind in ("idea", "explain") or talk.tries > 0
    return Item(step.concept, "new" if taught else "probe", step.question, step.seed)


def _may_lead_away(posed: Posed, words: str) -> bool:
    """Whether an answer that is not right may be none: any text reads as an explanation, a missing word, an output."""
    is_prose = len(re.findall(r"[^\W\d_]{2,}", words)) >= MUCH_PROSE
    return isinstance(posed.task, Explain) or (is_prose and isinstance(posed.task, Cloze | CodeOutput))


def _nudged(posed: Posed, grade: Grade) -> Grade:
    """The grade of a first explanation, of which what is missing is not told yet, only what it is about."""
    if not isinstance(posed.task, Explain) or not grade.points or grade.outcome not in ("partial", "wrong"):
        return grade
    points = list(zip(posed.task.points, grade.points, strict=True))
    lines = [f"You have this: {point.text}" for point, state in points if state == "found"]
    lines += [f"I can't tell whether you said: {point.text}" for point, state in points if state == "unclear"]
    lines += [
        f"Something does not fit yet: look again at {_about(point)}."
        for point, state in points
        if state == "contradicted"
    ]
    lines += [
        f"Something is missing: it has to do with {_about(point)}." for point, state in points if state == "missing"
    ]
    return replace(grade, feedback="\n".join((*lines, "", "Say it once more, as a whole.")))


def _about(point: Point) -> str:
    """What a point is about, in two words of it, without saying it."""
    return " and ".join(f"*{group[0]}*" for group in point.words[:2])


def _heading(step: Step) -> str:
    return "Explaining it in your own words" if step.kind == "explain" else step.section


def _passages(body: Body) -> list[str]:
    """What a body says in sentences, piece by piece; what ends in a colon with what it leads to."""
    found: list[str] = []
    leads = False
    for block in body.blocks:
        if leads and block.kind == "equation":
            found[-1] += "\n\n" + readable(f"${block.text}$")
        elif leads and block.kind == "code":
            found[-1] += f"\n```\n{block.text}\n```"
        elif leads and block.kind == "item":
            found[-1] += f"\n- {block.text}"
        elif block.kind in ("paragraph", "item", "quote"):
            found.append(block.text)
            leads = block.text.endswith(":")
    return found


def _worded(page: LessonPage) -> str:
    """A page's text with its formulas in characters, for where no picture is."""
    text = page.text
    for one in page.formulas:
        text = text.replace(f"**({one.number})**", f"\n\n{readable(f'${one.latex}$')}\n\n", 1)
    return re.sub(r"(?: *\n){2,}", "\n\n", text).strip()


def _solved(posed: Posed) -> str:
    return "\n\n".join(part for part in solution(posed) if part)


def _short(text: str, most: int) -> str:
    """A text cut at a paragraph, or within one; fences stay whole."""
    kept = ""
    for part in text.split("\n\n"):
        if kept and kept.count("```") % 2 == 0 and len(kept) + len(part) > most:
            break
        kept = f"{kept}\n\n{part}".strip()
    return kept if len(kept) <= 2 * most or "```" in kept else f"{kept[:most].rstrip()} …"
