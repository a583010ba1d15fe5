"""A full portfolio for tests of its page: every project with a run, and everything that can be written."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.road.portfolio import Curve, Desk, Mended, Portfolio, StageMastery, Work
from bot.road.portfolio_store import Writings
from bot.road.projects import ProjectStanding, project_standings
from bot.road.standings import ConceptStanding
from bot.road.steps import Deeds, OwnWord, step_standings
from bot.run_options import changed
from bot.run_picture import curve_picture, curve_words
from bot.training import RunView
from content.catalogue import Catalogue, load
from tests.bot.conftest import NOW
from training.diagnosis import Finding
from training.records import Point, Record, Request
from training.specs import TASKS, Task
from training.states import State

STEPS = 60
DATA: Mapping[str, tuple[str, str]] = {
    "digits": ("sklearn-digits", "1"),
    "scratch": ("sklearn-digits", "1"),
    "dqn": ("cart-and-pole", "1983"),
}
"""What tasks train on here; the others have stand-ins."""

OVERFITTING = Finding(
    "overfitting",
    "regularization",
    "At the end it was right on 99 % of the training data and on 91 % of what was held out.",
    "Raise `dropout` to 0.2, or take more `examples`.",
)
WRITINGS = Writings(
    "Ada Lovelace",
    "I came from analytical engines to **deep learning** in the spring of 2026.\n\nWhat I like best:\n- finding out "
    "*why* a network fails\n- making it small enough for a phone",
    "GitHub: https://github.com/ada\nhttps://example.org/notes",
    {
        "digits": "My first network. It learned `digits` well until I gave it *too few* examples; then I saw what "
        "overfitting means. See [my notes](https://example.org/notes/digits).",
        "gan": "The hardest of all: for a week it drew one and the same shoe.",
    },
)


def record(
    task: str,
    value: float | None,
    *,
    id: str = "",
    days: int = 0,
    state: State = "done",
    options: Mapping[str, object] | None = None,
    device: str = "cpu",
) -> Record:
    """A run that is over, with that result."""
    known, at = TASKS[task], NOW + timedelta(days=days)
    request = Request(
        id or f"{task}{days}", 1, 11, task, known.spec().model_dump() | dict(options or {}), "any", 1500, 300
    )
    metrics = {known.metric: value} if value is not None else {"diverged": 1.0}
    data = DATA.get(task, (f"synthetic-{task}", "1"))
    return Record(
        request, state, None, 1, 0, 20.0, 74.2, 0.1, device, data, metrics, at, at, at + timedelta(seconds=75), False
    )


def points(task: Task) -> tuple[Point, ...]:
    """A curve that falls, of the values that tasks of that kind report."""

    def values(step: int) -> dict[str, float]:
        fall = math.exp(-step / 15) + 0.03 * math.sin(step)
        if task.id == "dqn":
            return {"return": 200 - 180 * math.exp(-step / 15)}
        if task.id == "gan":
            return {"loss_generator": 0.7 + fall, "loss_discriminator": 1.3 - fall / 2, "diversity": 1 - fall / 2}
        losses = {"train_loss": 0.1 + 2 * max(fall, 0.0), "valid_loss": 0.2 + 2 * max(fall, 0.0)}
        return losses | ({"train_accuracy": 1 - fall / 2, "valid_accuracy": 0.97 - fall / 2} if task.higher else {})

    return tuple(Point(step, STEPS, values(step)) for step in range(1, STEPS + 1))


def view(record: Record, findings: tuple[Finding, ...] = ()) -> RunView:
    """The run as Gradus shows it."""
    task = TASKS[record.request.task]
    return RunView(record, task, 7001, changed(task, record.request.options), points=points(task), findings=findings)


def work(standing: ProjectStanding, paragraph: str = "", *, drawn: bool = True) -> Work:
    """A project as a portfolio shows it; digits with what was mended, the GAN with what was not."""
    assert standing.best is not None
    shown = view(standing.best, (OVERFITTING,) if standing.project.id == "gan" else ())
    mended = Mended(OVERFITTING, 0.91, (("dropout", "0", "0.2"), ("examples", "100", "1000")))
    curve = Curve(curve_picture(shown.points, over=True), curve_words(shown.points)) if drawn else None
    return Work(standing, shown, paragraph, mended if standing.project.id == "digits" else None, curve)


def results(catalogue: Catalogue) -> list[Record]:
    """A run of every project: all but two meet their bars."""
    missed = ("gan", "transformer")
    found = []
    for number, id in enumerate(catalogue.projects):
        task = TASKS[id]
        better = 1.02 if task.higher else 0.9
        value = task.bar * (better if id not in missed else 1 / better)
        options = {"learning_rate": 0.001, "epochs": 30} if id == "digits" else {}
        device = "cuda:0" if id == "transformer" else "cpu"
        found.append(record(id, value, days=number, options=options, device=device))
    return found


def full(writings: Writings = WRITINGS, *, drawn: bool = True, catalogue: Catalogue | None = None) -> Portfolio:
    """A portfolio with all there can be."""
    taught = catalogue or load()
    ids = [*taught.concepts]
    mastered = {*ids[: len(ids) // 2], *taught.steps["step-7"].concepts}
    standings = {id: ConceptStanding(id, "mastered" if id in mastered else "new") for id in ids}
    projects = project_standings(taught, standings, results(taught))
    own = {
        "step-13": OwnWord("I help in the forum of https://example.org/forum", NOW),
        "step-14": OwnWord("Two interviews in March", NOW),
    }
    stages = tuple(
        StageMastery(
            stage.title,
            sum(one.id in mastered for one in taught.concepts.values() if one.stage == stage.id),
            sum(one.stage == stage.id for one in taught.concepts.values()),
        )
        for stage in taught.stages.values()
    )
    works = [work(one, writings.about.get(one.project.id, ""), drawn=drawn) for one in projects]
    works.sort(key=lambda one: one.standing.state != "done")
    steps = step_standings(taught, standings, Deeds(projects, shared=True, groups=2), own)
    return Portfolio(writings, tuple(works), len(projects), stages, steps, NOW.date())


def bare() -> Portfolio:
    """A portfolio of one project and nothing else."""
    whole = full(Writings(), drawn=False)
    none = tuple(replace(one, mastered=0) for one in whole.stages)
    return replace(whole, works=whole.works[:1], stages=none, steps=())


LONGEST = Writings("W" * 60, "*word* " * 214, "https://example.org/x\n" * 45, {"digits": "x" * 1500})
"""About as much as can be written."""


def desk_of_all() -> Desk:
    """What the panels are made of, with every project tried and every step spoken for."""
    whole, taught = full(drawn=False), load()
    projects = project_standings(taught, {id: ConceptStanding(id, "new") for id in taught.concepts}, results(taught))
    steps = tuple(replace(one, own=OwnWord("_" * 300, NOW)) for one in whole.steps)
    return Desk(whole.writings, projects, whole.stages, steps, (), NOW.date())
