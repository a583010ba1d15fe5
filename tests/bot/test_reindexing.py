"""Lessons that change while the bot runs."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from bot.curriculum import Curriculum
from bot.reindexing import Reindexing
from content.catalogue import Catalogue
from foundation.errors import GradusError, Problem, ProblemsFound
from index.build import BuildReport
from index.retriever import Retriever

NEW = BuildReport(passages=9, sentences=20, tokens=90, embedded=4, reused=5, removed=1, changed=True)


class Renewing:
    """Stands in for the retriever, whose own test renews for real: it says when it is asked, and waits."""

    def __init__(self, report: BuildReport = NEW) -> None:
        self.report = report
        self.asked: list[Catalogue] = []
        self.came = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def renew(self, catalogue: Catalogue) -> BuildReport:
        self.asked.append(catalogue)
        self.came.set()
        await self.may_end.wait()
        return self.report


def reindexing(load: Callable[[], Catalogue], curriculum: Curriculum, renewing: Renewing) -> Reindexing:
    return Reindexing(lambda: (load(), curriculum.bank), curriculum, cast(Retriever, renewing))


async def test_the_new_lessons_are_taught_once_their_index_is_whole(
    catalogue: Catalogue, curriculum: Curriculum
) -> None:
    changed = replace(catalogue, added=frozenset({"dropout"}))
    renewing = Renewing()
    renewing.may_end.clear()
    running = asyncio.create_task(reindexing(lambda: changed, curriculum, renewing).run())
    await renewing.came.wait()
    assert curriculum.catalogue is catalogue
    renewing.may_end.set()
    said = await running
    assert curriculum.catalogue is changed
    assert curriculum.learning.study("dropout").concept == "dropout"
    assert said == "Done: 1 lessons, 1 of them from this community's folders. 4 passages are new, 1 are gone."


async def test_broken_lessons_are_named_and_change_nothing(catalogue: Catalogue, curriculum: Curriculum) -> None:
    def load() -> Catalogue:
        raise ProblemsFound([Problem(f"/srv/secret/lessons/l{number}.md", 3, "has no summary") for number in range(7)])

    renewing = Renewing()
    with pytest.raises(GradusError) as refused:
        await reindexing(load, curriculum, renewing).run()
    assert "l0.md, line 3: has no summary" in str(refused.value)
    assert "and 2 more" in str(refused.value)
    assert "secret" not in str(refused.value)
    assert curriculum.catalogue is catalogue
    assert renewing.asked == []


async def test_one_at_a_time(catalogue: Catalogue, curriculum: Curriculum) -> None:
    renewing = Renewing()
    renewing.may_end.clear()
    case = reindexing(lambda: catalogue, curriculum, renewing)
    first = asyncio.create_task(case.run())
    await renewing.came.wait()
    with pytest.raises(GradusError, match="already"):
        await case.run()
    renewing.may_end.set()
    await first
    assert "Done" in await case.run()


async def test_nothing_new_is_said_plainly(catalogue: Catalogue, curriculum: Curriculum) -> None:
    said = await reindexing(lambda: catalogue, curriculum, Renewing(replace(NEW, changed=False))).run()
    assert said.startswith("Nothing has changed")


async def test_a_lesson_that_changed_where_nothing_is_searched_is_taken_up_and_not_called_unchanged(
    catalogue: Catalogue, curriculum: Curriculum
) -> None:
    changed = replace(catalogue, added=frozenset({"dropout"}))
    said = await reindexing(lambda: changed, curriculum, Renewing(replace(NEW, changed=False))).run()
    assert said.startswith("Done: 1 lessons, 1 of them from this community's folders.")
    assert curriculum.catalogue is changed
