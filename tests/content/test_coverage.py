"""COVERAGE.md says where everything that the four roadmaps name is taught, and says it truly."""

from dataclasses import replace

import pytest

from content.catalogue import Catalogue, load
from content.coverage import PAGE, Item, Roadmap, page, read
from foundation.errors import ProblemsFound


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def test_the_page_is_what_the_lessons_and_the_roadmaps_say(catalogue: Catalogue) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(catalogue, read()), "run `python -m content.coverage`"


def test_all_four_roadmaps_are_there(catalogue: Catalogue) -> None:
    assert [roadmap.seed for roadmap in read()] == [0, 1, 2, 3]
    assert sum(len(roadmap.items) for roadmap in read()) > 150


def test_every_concept_of_the_roadmap_is_the_place_of_some_item(catalogue: Catalogue) -> None:
    taught = {concept for roadmap in read() for item in roadmap.items for concept, _ in item.taught}
    assert taught <= set(catalogue.concepts)


def test_an_item_that_is_taught_nowhere_is_named(catalogue: Catalogue) -> None:
    roadmap = Roadmap(9, "A roadmap", "Somebody", (Item("Fishing", (("dropout", "trout"), ("angling", ""))),))
    with pytest.raises(ProblemsFound) as caught:
        page(catalogue, (roadmap,))
    assert "the lesson 'dropout' does not say 'trout'" in str(caught.value)
    assert "there is no lesson 'angling'" in str(caught.value)
    less = replace(catalogue, lessons={})
    with pytest.raises(ProblemsFound):
        page(less, read())


def test_the_place_is_the_heading_where_the_words_stand(catalogue: Catalogue) -> None:
    roadmap = Roadmap(9, "A roadmap", "Somebody", (Item("Masks", (("dropout", "Bernoulli"),)),))
    assert "› The mathematics |" in page(catalogue, (roadmap,))
