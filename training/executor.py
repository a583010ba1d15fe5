"""What carries runs, as the worker sees it; the local one is `training.local`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from training.progress import Report
from training.records import Claim


@dataclass(frozen=True)
class Job:
    """A run to carry.

    Attributes:
        claim: by which its events are told apart.
        device: as torch names it.
        memory: MB that it may take beyond what its process begins with; not enforced on GPUs.
        folder: there and empty, for what the run leaves; its log is `log.txt` beside its `files/`.
        checkpoint: where its state is kept.
        resume: the checkpoint of an earlier attempt, or None.
        data: the folder of published data sets, or None.
    """

    claim: Claim
    task: str
    options: Mapping[str, Any]
    device: str
    memory: int
    folder: Path
    checkpoint: Path
    resume: Path | None
    data: Path | None


@dataclass(frozen=True)
class Started:
    """The run's process is there."""

    claim: Claim


@dataclass(frozen=True)
class Said:
    """The run reported something that can be believed."""

    claim: Claim
    report: Report


@dataclass(frozen=True)
class Gone:
    """The run's process, with all that it started, is no more.

    Attributes:
        how: `ended` by itself, `killed` by `cancel`, or `lost` with whatever carried it.
        why: what was wrong about an end without a word, in one line.
        seconds: how long it was there.
    """

    claim: Claim
    how: Literal["ended", "killed", "lost"]
    why: str | None
    seconds: float


Event = Started | Said | Gone


class Executor(Protocol):
    """Carries runs. All of it is called from one thread."""

    @property
    def ready(self) -> bool:
        """Whether a run started now would begin at once."""

    def start(self, job: Job) -> None:
        """Carry a run; `Gone` comes sooner or later."""

    def poll(self, seconds: float) -> list[Event]:
        """What happened, waited for at most `seconds`."""

    def cancel(self, claim: Claim, *, gently: bool = False) -> None:
        """Kill a run with everything that it started; gently: let it keep its state and end by itself."""

    def close(self) -> None:
        """Kill what is left, and end."""
