"""The fifteen steps: done by mastery, by deeds, or by one's own word."""

from collections.abc import Iterable, Mapping

import pytest

from bot.road.projects import project_standings
from bot.road.standings import ConceptStanding
from bot.road.steps import Deeds, OwnWord, StepStanding, step_standings
from content.catalogue import Catalogue, load
from tests.bot.conftest import NOW
from tests.bot.portfolios import record, results
from training.records import Record


@pytest.fixture(scope="module")
def taught() -> Catalogue:
    return load()


def stand(
    taught: Catalogue,
    mastered: Iterable[str] = (),
    deeds: Deeds | None = None,
    own: Mapping[str, OwnWord] | None = None,
) -> dict[str, StepStanding]:
    some = {*mastered}
    standings = {id: ConceptStanding(id, "mastered" if id in some else "new") for id in taught.concepts}
    steps = step_standings(taught, standings, deeds or Deeds(), own or {})
    return {one.step.id: one for one in steps}


def deeds(taught: Catalogue, records: list[Record]) -> Deeds:
    standings = {id: ConceptStanding(id, "new") for id in taught.concepts}
    return Deeds(project_standings(taught, standings, records))


def test_there_are_fifteen_and_all_are_open_at_first(taught: Catalogue) -> None:
    steps = stand(taught)
    assert [one.number for one in steps.values()] == [*range(1, 16)]
    assert {one.state for one in steps.values()} == {"open"}


def test_a_step_of_concepts_is_done_when_all_are_mastered(taught: Catalogue) -> None:
    concepts = taught.steps["step-6"].concepts
    begun = stand(taught, concepts[:-1])["step-6"]
    assert (begun.state, begun.mastered) == ("begun", len(concepts) - 1)
    done = stand(taught, concepts)["step-6"]
    assert (done.state, done.mastered) == ("done", len(concepts))


def test_a_concept_taken_as_known_is_no_evidence(taught: Catalogue) -> None:
    standings = {id: ConceptStanding(id, "known") for id in taught.concepts}
    steps = step_standings(taught, standings, Deeds(), {})
    assert {one.state for one in steps} == {"open"}


def test_projects_are_a_step_once_one_of_each_level_is_done(taught: Catalogue) -> None:
    every = results(taught)
    assert stand(taught, deeds=deeds(taught, every))["step-9"].state == "done"
    some = [record("digits", 0.99), record("fashion", 0.9)]
    begun = stand(taught, deeds=deeds(taught, some))["step-9"]
    assert (begun.state, begun.deed) == ("begun", "2 projects done: 2 beginner")


def test_mastery_alone_makes_no_step_of_doing_done(taught: Catalogue) -> None:
    steps = stand(taught, taught.concepts)
    assert {one.step.id for one in steps.values() if one.state != "done"} == {
        "step-9", "step-12", "step-13", "step-14", "step-15",
    }  # fmt: skip
    assert steps["step-13"].state == "begun"


@pytest.mark.parametrize(
    ("step", "done", "words"),
    [
        ("step-12", Deeds(shared=True), "shared"),
        ("step-13", Deeds(groups=2), "2 study groups"),
        ("step-15", Deeds(accepted=1), "1 answer to members"),
    ],
)
def test_what_gradus_knows_counts(taught: Catalogue, step: str, done: Deeds, words: str) -> None:
    one = stand(taught, deeds=done)[step]
    assert one.state == "done"
    assert words in one.deed


def test_ones_own_word_ticks_any_step_and_is_kept_apart_from_what_gradus_knows(taught: Catalogue) -> None:
    word = OwnWord("https://example.org/talk", NOW)
    steps = stand(taught, own={"step-1": word, "step-14": word})
    for id in ("step-1", "step-14"):
        assert (steps[id].state, steps[id].own, steps[id].deed) == ("done", word, "")


def test_every_step_says_what_it_takes(taught: Catalogue) -> None:
    assert all(one.wants for one in stand(taught).values())
