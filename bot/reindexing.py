"""The use case of taking up changed lessons while the bot runs."""

import asyncio
import logging
from collections.abc import Callable

from bot.curriculum import Curriculum
from content.catalogue import Catalogue
from foundation.errors import GradusError, Problem, ProblemsFound
from index.build import BuildReport
from index.retriever import Retriever
from quizzes.bank import Bank

log = logging.getLogger(__name__)

MOST_SHOWN = 5  # problems in a message; the log has all


class Reindexing:
    """Reads the lessons anew; answers come from the old ones until the new index is whole."""

    def __init__(
        self, load: Callable[[], tuple[Catalogue, Bank]], curriculum: Curriculum, retriever: Retriever
    ) -> None:
        """`load` reads and checks all that is taught, from disk."""
        self._load = load
        self._curriculum = curriculum
        self._retriever = retriever
        self._running = False

    async def run(self) -> str:
        """Take up what changed, and say in a line what that was.

        Raises:
            GradusError: it is under way already, or something in the lessons is wrong: nothing has changed then.
        """
        if self._running:
            raise GradusError("The lessons are being read anew already. Wait for that to end.")
        self._running = True
        try:
            return await self._run()
        finally:
            self._running = False

    async def _run(self) -> str:
        try:
            catalogue, bank = await asyncio.to_thread(self._load)
        except ProblemsFound as found:
            log.warning("the lessons were not taken up:\n%s", found)
            raise GradusError(_refusal(found.problems)) from found
        report = await self._retriever.renew(catalogue)
        before = (self._curriculum.catalogue, self._curriculum.bank)
        self._curriculum.change(catalogue, bank)
        same = not report.changed and before == (catalogue, bank)
        return _summary(catalogue, report, same=same)


def _summary(catalogue: Catalogue, report: BuildReport, *, same: bool) -> str:
    lessons = f"{len(catalogue.lessons)} lessons, {len(catalogue.added)} of them from this community's folders"
    if same:
        return f"Nothing has changed: {lessons}."
    if not report.changed:  # code, an equation, a source: shown, but not searched
        return f"Done: {lessons}. What is searched has not changed."
    return f"Done: {lessons}. {report.embedded} passages are new, {report.removed} are gone."


def _refusal(problems: tuple[Problem, ...]) -> str:
    """What is wrong, without the folders of the host."""
    shown = [f"• {_place(problem)}: {problem.message}" for problem in problems[:MOST_SHOWN]]
    more = [f"… and {len(problems) - MOST_SHOWN} more, in the log"] if len(problems) > MOST_SHOWN else []
    return "\n".join(("Nothing was changed: something in the lessons is wrong.", *shown, *more))


def _place(problem: Problem) -> str:
    name = problem.path.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{name}, line {problem.line}" if problem.line else name
