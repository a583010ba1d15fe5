"""The use case of quizzing: the bank's questions as plain values, and answers graded."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from bot.curriculum import Curriculum
from content.catalogue import Catalogue
from content.mathtext import readable
from foundation.errors import GradusError
from index.embedding import Encoder
from index.retriever import Retriever
from quizzes.bank import Bank
from quizzes.grading import Grade, form, grade
from quizzes.posing import LETTERS, pose
from quizzes.question import Cloze, CodeOutput, Explain, FindBug, Formula, Matching, Numeric, Posed, Question
from quizzes.teachback import Teachback

log = logging.getLogger(__name__)

GAP = "____"
MOST_SEED = 2**63 - 1


@dataclass
class Quizzing:
    """The bank beside the lessons it rests on.

    Attributes:
        encoder: gives the sentence encoder; called once, when an explanation is graded first.
    """

    catalogue: Catalogue
    bank: Bank
    encoder: Callable[[], Encoder]

    def pose(self, id: str, seed: int) -> Posed:
        """A question of the bank in the form that belongs to a seed.

        Raises:
            GradusError: there is no such question, or no such seed.
        """
        if not 0 <= seed <= MOST_SEED:
            raise GradusError("a seed is a whole number from 0 to 2^63 - 1")
        return pose(self.bank.question(id), seed)

    def grade(self, posed: Posed, answer: str) -> Grade:
        """The grade of an answer, with feedback that a message can show."""
        graded = grade(posed, answer, self._terms, self._teachback)
        return replace(graded, feedback=readable(graded.feedback))

    def compare(self, posed: Posed, answer: str) -> Grade:
        """The grade of an explanation where the learner has to compare it themself."""
        graded = grade(posed, answer, self._terms)
        return replace(graded, feedback=readable(graded.feedback))

    @cached_property
    def _terms(self) -> frozenset[str]:
        """Every name that the roadmap and the lessons have for something."""
        names = [name for one in self.catalogue.concepts.values() for name in (one.title, *one.covers)]
        return frozenset(names + [alias for one in self.catalogue.lessons.values() for alias in one.aliases])

    @cached_property
    def _teachback(self) -> "_Awaited":
        return _Awaited(self)


@dataclass
class _Awaited:
    """Grades explanations with an encoder that is loaded when the first one comes."""

    quizzing: Quizzing

    def grade(self, posed: Posed, answer: str) -> Grade:
        """See `Teachback.grade`."""
        return self._teachback.grade(posed, answer)

    @cached_property
    def _teachback(self) -> Teachback:
        catalogue = self.quizzing.catalogue
        encoder = self.quizzing.encoder()
        return Teachback(catalogue.lessons, encoder.encode_sentences, lambda id: catalogue.concepts[id].title)


class Marking:
    """Grades for an event loop, over the questions in use; explanations in the thread that owns the encoder."""

    def __init__(self, curriculum: Curriculum, retriever: Retriever) -> None:
        self._curriculum = curriculum
        self._retriever = retriever
        self._quizzing = self._fresh()

    async def grade(self, posed: Posed, answer: str) -> Grade:
        """The grade of an answer; where no encoder can be had, the learner compares an explanation themself."""
        if self._quizzing.catalogue is not self._curriculum.catalogue:
            self._quizzing = self._fresh()
        quizzing = self._quizzing
        if not isinstance(posed.task, Explain):
            return quizzing.grade(posed, answer)
        try:
            return await self._retriever.in_worker(lambda: quizzing.grade(posed, answer))
        except GradusError as error:
            log.warning("an explanation was not graded: %s", error)
            return quizzing.compare(posed, answer)

    def _fresh(self) -> Quizzing:
        return Quizzing(self._curriculum.catalogue, self._curriculum.bank, self._retriever.encoder)


def listed(question: Question) -> dict[str, Any]:
    """A question's entry in a list, for JSON."""
    return {
        "id": question.id,
        "concept": question.concept,
        "kind": question.kind,
        "facet": question.facet,
        "difficulty": question.difficulty,
    }


def shown(posed: Posed) -> dict[str, Any]:
    """A question as a learner sees it, and its solution, for JSON."""
    task = posed.task
    parts: dict[str, Any] = {"seed": posed.seed, "section": posed.question.section, "prompt": readable(posed.prompt)}
    if isinstance(task, Cloze):
        parts["text"] = readable(GAP.join(task.pieces))
    if isinstance(task, CodeOutput | FindBug):
        parts["code"] = task.code
    if isinstance(task, FindBug):
        parts["printed"] = task.output
    if isinstance(task, Matching):
        parts["left"] = [readable(left) for left, _ in task.pairs]
    if isinstance(task, Numeric) and task.unit:
        parts["unit"] = task.unit
    if posed.choices:
        offered = zip(LETTERS, posed.choices, strict=False)
        parts["choices"] = [{"letter": letter, "text": readable(text)} for letter, text in offered]
    if posed.question.figure:
        parts["figure"] = posed.question.figure
    after = {"hint": readable(posed.hint), "how_to_answer": form(posed)}
    return listed(posed.question) | parts | after | {"solution": posed.solution}


def graded(grade: Grade) -> dict[str, Any]:
    """A grade, for JSON."""
    return {"outcome": grade.outcome, "score": round(grade.score, 4), "feedback": grade.feedback}


def question_text(posed: Posed, *, how: bool = True) -> str:
    """A question as Markdown, without its solution; `how`: with a line that says how to answer."""
    parts = shown(posed)
    lines = [parts["prompt"]]
    if "text" in parts:
        lines += ["", parts["text"]]
    if "code" in parts:
        lines += ["", "```python", *_numbered(parts["code"], isinstance(posed.task, FindBug)), "```"]
    if "printed" in parts:
        lines += ["", "It prints:", "```text", parts["printed"], "```"]
    lines += [f"{number}. {left}" for number, left in enumerate(parts.get("left", ()), start=1)]
    lines += [""] + [f"- **{one['letter']}** {one['text']}" for one in parts.get("choices", ())]
    if how:
        lines += ["", f"*{parts['how_to_answer']}*"]
    return "\n".join(lines).strip()


def solution(posed: Posed) -> tuple[str, str]:
    """The right answer as people read it, and why it is right."""
    task, explanation = posed.task, readable(posed.explanation)
    if isinstance(task, Explain):
        return f"**A model answer:** {readable(posed.solution)}", explanation
    if isinstance(task, CodeOutput):
        return f"**It prints:**\n```text\n{posed.solution}\n```", explanation
    if isinstance(task, Formula):
        return f"**The answer:** `{posed.solution}`", explanation
    return f"**The answer:** {readable(posed.solution)}", explanation


def _numbered(code: str, numbered: bool) -> list[str]:
    rows = code.split("\n")
    return [f"{number:2} {row}" for number, row in enumerate(rows, start=1)] if numbered else rows


def entry_answer(entry: Mapping[str, Any]) -> tuple[str, int, str]:
    """The id, seed and answer of a line of a batch.

    Raises:
        GradusError: one is missing or of another kind.
    """
    id, seed, answer = entry.get("id"), entry.get("seed", 0), entry.get("answer")
    if not isinstance(id, str) or not isinstance(answer, str) or type(seed) is not int:
        raise GradusError('a line is {"id": text, "seed": whole number, "answer": text}')
    return id, seed, answer
