"""The fifteen steps of a career, as a checklist with evidence.

A step of concepts is done when all of them are mastered. A step that is something to do (projects, a portfolio, the
community, the job market, giving back) is done by what Gradus knows that the learner did. Either is done as well by
the learner's own word: a link or a sentence, which is always shown as that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.road.projects import ProjectStanding
from bot.road.standings import ConceptStanding
from content.catalogue import LEVELS, Catalogue, Step

State = Literal["done", "begun", "open"]


@dataclass(frozen=True)
class OwnWord:
    """What a learner says that they did for a step: a link or a sentence."""

    text: str
    at: datetime


@dataclass(frozen=True)
class Deeds:
    """What Gradus knows that a learner did, beside answering questions.

    Attributes:
        shared: whether their portfolio is shown to others.
        groups: how many study groups they belong to, together with somebody else.
        accepted: how many of their answers to members were accepted.
    """

    projects: tuple[ProjectStanding, ...] = ()
    shared: bool = False
    groups: int = 0
    accepted: int = 0


@dataclass(frozen=True)
class StepStanding:
    """Where a learner stands with a step.

    Attributes:
        number: from 1.
        wants: what makes it done, in words, to stand after "Done by".
        by_mastery: whether that is mastering its concepts.
        concepts: of the step, each with where the learner stands.
        deed: what Gradus knows that counts for it, in words; empty where there is nothing.
        own: the learner's word for it.
    """

    number: int
    step: Step
    state: State
    wants: str
    by_mastery: bool
    concepts: tuple[ConceptStanding, ...]
    deed: str = ""
    own: OwnWord | None = None

    @property
    def mastered(self) -> int:
        """How many of its concepts are mastered."""
        return sum(one.state == "mastered" for one in self.concepts)


@dataclass(frozen=True)
class _Proof:
    """How a step that is something to do is done.

    Attributes:
        wants: in words.
        enough: whether it is done by these deeds.
        told: the deeds that count, in words; empty where there are none.
    """

    wants: str
    enough: Callable[[Deeds], bool]
    told: Callable[[Deeds], str]


def step_standings(
    catalogue: Catalogue,
    standings: Mapping[str, ConceptStanding],
    deeds: Deeds,
    own: Mapping[str, OwnWord],
) -> tuple[StepStanding, ...]:
    """Where a learner stands with every step, in order.

    Args:
        standings: by concept.
        own: the learner's word, by step.
    """
    return tuple(
        _standing(number, step, [standings[id] for id in step.concepts if id in standings], deeds, own.get(step.id))
        for number, step in enumerate(catalogue.steps.values(), start=1)
    )


def _standing(
    number: int, step: Step, concepts: Sequence[ConceptStanding], deeds: Deeds, own: OwnWord | None
) -> StepStanding:
    proof = next((_PROOFS[id] for id in step.concepts if id in _PROOFS), None)
    if proof is not None:
        done, wants, deed = proof.enough(deeds), proof.wants, proof.told(deeds)
    else:
        done = bool(concepts) and all(one.state == "mastered" for one in concepts)
        wants = "mastering each of its concepts, or by your own word: a link, or a sentence on what you did"
        deed = ""
    begun = bool(deed) or any(one.state in ("mastered", "learning") for one in concepts)
    state: State = "done" if done or own is not None else "begun" if begun else "open"
    return StepStanding(number, step, state, wants, proof is None, tuple(concepts), deed, own)


def _every_level(deeds: Deeds) -> bool:
    """Whether a project of each level is done, of the levels that there are."""
    levels = {one.project.level for one in deeds.projects}
    return bool(levels) and levels == {one.project.level for one in deeds.projects if one.state == "done"}


def _projects_told(deeds: Deeds) -> str:
    done = [one for one in deeds.projects if one.state == "done"]
    if not done:
        return ""
    counts = [(level, sum(one.project.level == level for one in done)) for level in LEVELS]
    parts = ", ".join(f"{count} {level}" for level, count in counts if count)
    return f"{_many(len(done), 'project')} done: {parts}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


_PROOFS: Mapping[str, _Proof] = {
    "projects": _Proof(
        "a project of each level, each with a run that meets its bar, or by your own word", _every_level, _projects_told
    ),
    "portfolio": _Proof(
        "showing your portfolio: share it in a server, or name where you published it",
        lambda deeds: deeds.shared,
        lambda deeds: "Portfolio shared in a Discord server" if deeds.shared else "",
    ),
    "community": _Proof(
        "learning with others: join a study group with `/group find`, or name a community where you take part",
        lambda deeds: deeds.groups > 0,
        lambda deeds: f"Member of {_many(deeds.groups, 'study group')}" if deeds.groups else "",
    ),
    "job-preparation": _Proof(
        "your own word: name an application, an interview, a talk with somebody in the field",
        lambda deeds: False,
        lambda deeds: "",
    ),
    "giving-back": _Proof(
        "an answer of yours that members of a group accepted, or name what you gave: code, a talk, a text",
        lambda deeds: deeds.accepted > 0,
        lambda deeds: f"{_many(deeds.accepted, 'answer')} to members accepted" if deeds.accepted else "",
    ),
}
"""By the concept that a step is about."""
