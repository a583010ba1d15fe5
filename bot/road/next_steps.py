"""The three best next steps, and why.

In this order, as far as there is something of each:

1. what is due is repeated;
2. a weak spot is mended: something that was missed lately or is half forgotten, and that what they learn, or what
   comes next, builds on;
3. the plan's next item is taken up, where there is a plan; one that is more than `BEHIND` days behind is offered to be
   laid out anew instead;
4. a project is trained whose skills are all there;
5. the concept is begun that opens most of the road; where nothing else is left, several such.

A concept is only named when all that it requires is there, and nothing is named twice. Equals stand in the road's
order.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Literal

from bot.road.planned import Planned
from bot.road.standings import ConceptStanding
from content.catalogue import Catalogue
from training.specs import TASKS

MOST = 3
STRONG = 0.7
"""The probability of remembering from which on something that is being learned carries what builds on it."""

BEHIND = 7
"""Days behind a plan from which on it is offered to be laid out anew."""

QUESTIONS_A_MINUTE = 0.8

Kind = Literal["repeat", "mend", "plan", "replan", "train", "begin"]


@dataclass(frozen=True)
class NextStep:
    """Something to do next.

    Attributes:
        kind: what, by the rules above; of kind `plan` is a concept to begin.
        concepts: `repeat`: what is due, the weakest first; `mend`, `plan`, `begin`: the one that it is about.
        project: `train`: the one that it is about.
        carries: `mend`: a concept that builds on it.
        missed: `mend`: it was answered wrong, and not only forgotten.
        opens: `plan`, `begin`: how many concepts build on it, near or far, that are not begun.
        on: `plan`, and `train` where the plan says so: the planned day.
        behind: `replan`: days.
    """

    kind: Kind
    concepts: tuple[str, ...] = ()
    project: str = ""
    carries: str = ""
    missed: bool = False
    opens: int = 0
    on: date | None = None
    behind: int = 0

    @property
    def minutes(self) -> int:
        """How long repeating takes, about."""
        return max(1, round(len(self.concepts) / QUESTIONS_A_MINUTE))


def next_steps(
    standings: Mapping[str, ConceptStanding],
    catalogue: Catalogue,
    done_projects: Collection[str],
    plan: Planned | None,
    on: date,
) -> tuple[NextStep, ...]:
    """The best steps of a learner on a study date, the best first; fewer than `MOST` only where the road ends."""
    finder = _Finder(standings, catalogue, done_projects, plan, on)
    return tuple(islice(_apart(finder.found()), MOST))


def carries(standing: ConceptStanding) -> bool:
    """Whether what builds on a concept can be begun."""
    if standing.state == "learning":
        return standing.strength is not None and standing.strength >= STRONG
    return standing.state in ("mastered", "known")


def _apart(steps: Iterator[NextStep]) -> Iterator[NextStep]:
    seen: set[tuple[str, ...]] = set()
    for one in steps:
        about = (*one.concepts, one.project)
        if one.kind == "repeat" or about not in seen:
            yield one
        seen.add(about)


class _Finder:
    """Finds steps by kind."""

    def __init__(
        self,
        standings: Mapping[str, ConceptStanding],
        catalogue: Catalogue,
        done_projects: Collection[str],
        plan: Planned | None,
        on: date,
    ) -> None:
        self._catalogue, self._done, self._plan, self._on = catalogue, done_projects, plan, on
        self._standings = {id: standings.get(id, ConceptStanding(id, "new")) for id in catalogue.concepts}
        self._builds = _all_that_builds(catalogue)

    def found(self) -> Iterator[NextStep]:
        yield from self._due()
        yield from islice(self._weak(), 1)
        yield from self._planned()
        yield from islice(self._trainable(), 1)
        yield from self._openers()

    def _due(self) -> Iterator[NextStep]:
        due = [one for one in self._standings.values() if one.due]
        if due:
            weakest = sorted(due, key=lambda one: one.strength if one.strength is not None else STRONG)
            yield NextStep("repeat", tuple(one.concept for one in weakest))

    def _weak(self) -> Iterator[NextStep]:
        """Those that most rests on come first, of what was met and is not remembered."""
        weak = [
            (id, carried)
            for id, one in self._standings.items()
            if one.state == "learning" and (one.missed or (one.strength is not None and one.strength < STRONG))
            if (carried := self._resting_on(id))
        ]
        for id, carried in sorted(weak, key=lambda one: (not self._standings[one[0]].missed, -len(one[1]))):
            yield NextStep("mend", (id,), carries=carried[0], missed=self._standings[id].missed)

    def _resting_on(self, id: str) -> list[str]:
        """What requires a concept and is being learned; else what could be begun but for it."""
        after = [one.id for one in self._catalogue.leads_to(id)]
        learning = [one for one in after if self._standings[one].state == "learning"]
        waiting = [one for one in after if self._standings[one].state == "new" and self._is_ready(one, but=id)]
        return learning or waiting

    def _planned(self) -> Iterator[NextStep]:
        plan = self._plan
        if plan is None or plan.is_paused(self._on):
            return
        if plan.behind(self._on) > BEHIND:
            yield NextStep("replan", behind=plan.behind(self._on))
        for one in plan.left:
            if one.item.kind == "project" and self._is_trainable(one.item.id):
                yield NextStep("train", project=one.item.id, on=one.end)
                return
            if one.item.kind == "concept" and self._is_ready(one.item.id):
                yield NextStep("plan", (one.item.id,), opens=self._opens(one.item.id), on=one.end)
                return

    def _trainable(self) -> Iterator[NextStep]:
        """The roadmap's order is that of their difficulty."""
        for id in self._catalogue.projects:
            if self._is_trainable(id):
                yield NextStep("train", project=id)

    def _is_trainable(self, id: str) -> bool:
        if id in self._done or id not in TASKS or id not in self._catalogue.projects:
            return False
        return all(carries(self._standings[one]) for one in self._catalogue.projects[id].skills)

    def _openers(self) -> Iterator[NextStep]:
        ready = [id for id in self._catalogue.concepts if self._is_ready(id)]
        for id in sorted(ready, key=self._opens, reverse=True):  # sorting keeps the order of the road
            yield NextStep("begin", (id,), opens=self._opens(id))

    def _is_ready(self, id: str, but: str = "") -> bool:
        """Whether a concept is to be begun and all that it requires is there, `but` one."""
        if id not in self._standings or self._standings[id].state != "new":
            return False
        requires = self._catalogue.concepts[id].requires
        return all(carries(self._standings[one]) for one in requires if one != but)

    def _opens(self, id: str) -> int:
        return sum(self._standings[one].state == "new" for one in self._builds[id])


def _all_that_builds(catalogue: Catalogue) -> Mapping[str, Sequence[str]]:
    """For each concept what builds on it, near or far."""
    builds: dict[str, set[str]] = {id: set() for id in catalogue.concepts}
    for id, one in reversed([*catalogue.concepts.items()]):  # each stands after what it requires
        for required in one.requires:
            builds[required] |= {id, *builds[id]}
    return {id: sorted(some) for id, some in builds.items()}
