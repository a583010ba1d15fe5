"""The tutor measured with learners of six kinds, over the real lessons, questions and grades.

    python -m tests.benchmarks.tutoring [--transcripts]

Each kind goes through 3 concepts of every stage, and through an interview on 4 of them. Asked: every talk ends where
it should for its kind, an expert's within 8 answers. `--transcripts` prints a talk of each kind.
"""

import asyncio
import itertools
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.assembly import Gradus, assemble
from bot.chat.tutor_pages import talk_page
from bot.settings import Settings
from bot.terminal import bar, say
from bot.tutor.dialogue import Mode
from bot.tutor.tutoring import TalkView
from tests.bot.tutor.learners import KINDS, Kind, Scripted

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
OF_A_STAGE, INTERVIEWS = 3, 4
MOST_ANSWERS = 8
SHOWN = "backpropagation"


@dataclass(frozen=True)
class Talked:
    """How a talk went; `answers`: how often the learner wrote something."""

    kind: Kind
    mode: Mode
    concept: str
    view: TalkView
    answers: int

    @property
    def end(self) -> str:
        """Where it ended, in words."""
        summary = self.view.summary
        if summary is None:
            return f"waits at step {self.view.talk.at + 1}"
        if self.mode == "interview":
            return f"{summary.ending}, {sum(one.outcome == 'correct' for one in summary.answers)} right"
        return f"{summary.ending}, {'owned' if summary.owned else 'not owned'}"

    @property
    def is_right(self) -> bool:
        """Whether it ended where it should for who it was."""
        talk, summary = self.view.talk, self.view.summary
        if self.kind == "silent":
            return (talk.phase, talk.at, talk.marks) in (("ask", 0, ()), ("idea", 0, ()))
        if summary is None:
            return False
        if self.kind in ("off topic", "hostile"):
            return summary.ending == "astray" and not talk.marks
        if self.kind == "guesser" or self.mode == "interview":
            return summary.ending in ("done", "too early") and summary.owned <= (self.kind != "guesser")
        return summary.owned and (self.kind == "beginner" or self.answers <= MOST_ANSWERS)


def main() -> int:
    """Talk them all through; 0 where each ended where it should."""
    with tempfile.TemporaryDirectory() as folder:
        gradus = assemble(
            Settings(home=Path(folder)), say=say, clock=lambda: NOW, seed_source=itertools.count().__next__
        )
        try:
            talks = asyncio.run(_talks(gradus))
        finally:
            gradus.close()
    for mode, kind in itertools.product(("guided", "interview"), KINDS):
        own = [one for one in talks if (one.mode, one.kind) == (mode, kind)]
        ends = sorted({one.end: None for one in own}, key=lambda end: -sum(one.end == end for one in own))
        counted = "; ".join(f"{sum(one.end == end for one in own)} × {end}" for end in ends)
        answers = sum(one.answers for one in own) / len(own)
        most = max(one.answers for one in own)
        print(f"{mode:10}{kind:10}{sum(one.is_right for one in own):3} of {len(own):3}  {counted}", end="")
        print(f"; {answers:.1f} answers, {most} at most")
    wrong = [one for one in talks if not one.is_right]
    for one in wrong:
        print(f"not as it should: {one.kind}, {one.mode}, {one.concept}: {one.end}, {one.answers} answers")
    return int(bool(wrong))


async def _talks(gradus: Gradus) -> list[Talked]:
    """Every kind over some concepts of every stage, by a person of their own each."""
    await gradus.retriever.wait_until_ready()
    concepts = _chosen(gradus)
    plan: list[tuple[Mode, str]] = [("guided", one) for one in concepts]
    plan += [("interview", one) for one in concepts[:: len(concepts) // INTERVIEWS][:INTERVIEWS]]
    talks, persons = [], itertools.count(1)
    with bar("talking") as advance:
        for number, ((mode, concept), kind) in enumerate(itertools.product(plan, KINDS), start=1):
            learner = Scripted(kind, gradus.tutoring, next(persons), NOW, seed=number)
            view = await learner.talk(concept, mode, _shown)
            spoken = sum(who != "Gradus" and not words.startswith("(") for who, words in learner.said)
            talks.append(Talked(kind, mode, concept, view, spoken))
            if "--transcripts" in sys.argv and (mode, concept) == ("guided", SHOWN):
                _transcribe(kind, concept, learner.said)
            advance(number, len(plan) * len(KINDS))
    return talks


def _chosen(gradus: Gradus) -> list[str]:
    """Some concepts of each stage, spread over it, with the one that is shown among them."""
    catalogue = gradus.catalogue
    chosen: list[str] = []
    for stage in catalogue.stages:
        here = [id for id, one in catalogue.concepts.items() if one.stage == stage and id in catalogue.lessons]
        some = here[:: max(1, len(here) // OF_A_STAGE)][:OF_A_STAGE]
        chosen += [SHOWN, *some[1:]] if SHOWN in here and SHOWN not in some else some
    return chosen


def _shown(view: TalkView) -> str:
    page = talk_page(view)
    return f"[{page.title}] {page.text}"


def _transcribe(kind: Kind, concept: str, said: Sequence[tuple[str, str]]) -> None:
    print(f"\n=== {kind} on {concept}")
    for who, words in said:
        print(f"{who}: {words}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
