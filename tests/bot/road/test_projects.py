"""Projects: what to read first, and which runs make them done."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from bot.road.projects import ProjectStanding, best_run, is_stand_in, project_standings
from bot.road.standings import ConceptStanding, State
from content.catalogue import Catalogue, load
from tests.bot.conftest import NOW
from tests.bot.portfolios import record
from training.records import Record
from training.specs import TASKS


@pytest.fixture(scope="module")
def taught() -> Catalogue:
    return load()


def stands(taught: Catalogue, states: Mapping[str, State]) -> dict[str, ConceptStanding]:
    return {id: ConceptStanding(id, states.get(id, "new")) for id in taught.concepts}


def standing(taught: Catalogue, project: str, *records: Record, **states: State) -> ProjectStanding:
    given = {id.replace("_", "-"): state for id, state in states.items()}
    return next(one for one in project_standings(taught, stands(taught, given), records) if one.project.id == project)


def test_every_project_of_the_roadmap_has_a_task(taught: Catalogue) -> None:
    assert len(taught.projects) == 12
    assert all(one.task is not None for one in project_standings(taught, stands(taught, {}), ()))


def test_what_to_read_first_is_neither_mastered_nor_known_and_in_the_roads_order(taught: Catalogue) -> None:
    order = [*taught.concepts]
    one = standing(taught, "cifar10")
    assert {concept.id for concept in one.read_first} == set(taught.projects["cifar10"].skills)
    assert [order.index(concept.id) for concept in one.read_first] == sorted(
        order.index(concept.id) for concept in one.read_first
    )
    one = standing(taught, "cifar10", convolutional_networks="mastered", data_augmentation="known")
    assert [concept.id for concept in one.read_first] == ["cnn-architectures"]
    assert standing(taught, "cifar10", convolutional_networks="learning").read_first[0].id == "convolutional-networks"


def test_a_run_that_meets_the_bar_makes_its_project_done(taught: Catalogue) -> None:
    one = standing(taught, "digits", record("digits", 0.95))
    assert (one.state, one.value, one.runs) == ("done", 0.95, 1)
    assert standing(taught, "digits", record("digits", 0.949)).state == "tried"
    assert standing(taught, "fashion", record("digits", 0.99)).state == "new"


def test_where_less_is_better_the_bar_is_from_below(taught: Catalogue) -> None:
    bar = TASKS["transformer"].bar
    assert standing(taught, "transformer", record("transformer", bar - 0.01)).state == "done"
    assert standing(taught, "transformer", record("transformer", bar + 0.01)).state == "tried"
    runs = [record("transformer", value, days=day) for day, value in enumerate((0.9, 0.4, 0.6))]
    assert standing(taught, "transformer", *runs).value == 0.4


@pytest.mark.parametrize("state", ["cancelled", "failed", "timed_out", "out_of_memory", "lost"])
def test_a_run_that_did_not_end_well_never_counts(taught: Catalogue, state: str) -> None:
    one = standing(taught, "digits", record("digits", 0.99, state=state))  # type: ignore[arg-type]
    assert (one.state, one.best, one.done_at) == ("tried", None, None)


def test_a_run_that_diverged_never_counts(taught: Catalogue) -> None:
    assert standing(taught, "digits", record("digits", None)).state == "tried"
    both = record("digits", 0.99)
    both = Record(**{**vars(both), "metrics": {"accuracy": 0.99, "diverged": 1.0}})
    assert standing(taught, "digits", both).state == "tried"


def test_a_project_is_done_since_the_first_run_that_met_the_bar_and_shows_the_best(taught: Catalogue) -> None:
    runs = [record("digits", value, days=day) for day, value in enumerate((0.9, 0.96, 0.99, 0.97))]
    one = standing(taught, "digits", *reversed(runs))
    assert one.done_at == NOW + timedelta(days=1, seconds=75)
    assert one.value == 0.99
    assert one.runs == 4


def test_of_equal_runs_the_earliest_is_the_best() -> None:
    runs = [record("digits", 0.97, days=day) for day in (2, 0, 1)]
    assert best_run(TASKS["digits"], runs) is runs[1]
    assert best_run(TASKS["digits"], []) is None


def test_data_drawn_in_place_of_published_ones_are_told_by_their_name() -> None:
    assert is_stand_in(("synthetic-fashion", "1"))
    assert not is_stand_in(("sklearn-digits", "1"))
    assert not is_stand_in(None)
