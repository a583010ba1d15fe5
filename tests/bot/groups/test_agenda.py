"""Agendas: drawn from what members are weakest in together, and telling of nobody."""

from dataclasses import asdict

import pytest

from bot.groups.agenda import Agenda, agenda, weakest_together

WEEK, MET = ("c", "d"), ("a", "b", "c", "d")
THREE: list[dict[str, float | None]] = [
    {"a": 0.9, "b": 0.5, "c": 0.9},
    {"a": 0.9, "b": 0.6, "c": 0.9},
    {"a": 0.8, "b": 0.7, "c": None},
]


def parts(one: Agenda) -> list[tuple[str, str | None]]:
    return [(item.part, item.concept) for item in one.items]


def test_the_warm_up_is_what_members_are_weakest_in_together() -> None:
    drawn = agenda(THREE, WEEK, MET, 60)
    assert drawn.together
    assert parts(drawn) == [("warm-up", "b"), ("concept", "c"), ("round", None)]


def test_a_concept_that_fewer_than_three_have_met_is_not_drawn() -> None:
    assert weakest_together([{"a": 0.1}, {"a": 0.1}, {}], MET) is None
    assert weakest_together([{"a": 0.9}, {"a": 0.9}, {"a": 0.9}, {"b": 0.1}], MET) == "a"


def test_who_has_not_met_a_concept_counts_as_nothing() -> None:
    met = [{"a": 0.8, "b": 0.6}] * 3
    assert weakest_together([*met, {"b": 0.6}, {"b": 0.6}], MET) == "a"  # 0.48 over all five, where b has 0.6


def test_with_fewer_than_three_members_it_is_this_weeks_and_says_so() -> None:
    drawn = agenda([{"a": 0.1}, {"a": 0.1}], WEEK, MET, 60)
    assert not drawn.together
    assert parts(drawn) == [("warm-up", "c"), ("concept", "d"), ("round", None)]


def test_a_week_of_one_concept_does_not_name_it_twice_where_there_is_another() -> None:
    assert parts(agenda([], ("c",), ("a", "b", "c"), 60))[:2] == [("warm-up", "c"), ("concept", "b")]
    assert parts(agenda([], ("a",), ("a",), 60))[:2] == [("warm-up", "a"), ("concept", "a")]


def test_after_the_plan_what_was_met_is_gone_over_again() -> None:
    assert parts(agenda(THREE, (), MET, 60))[:2] == [("warm-up", "b"), ("concept", "d")]


@pytest.mark.parametrize("minutes", range(15, 241))
def test_the_minutes_add_up_to_the_meeting(minutes: int) -> None:
    given = [item.minutes for item in agenda(THREE, WEEK, MET, minutes).items]
    assert sum(given) == minutes
    assert min(given) >= 3


def test_an_agenda_holds_names_and_minutes_and_no_figure_of_anybody() -> None:
    """With three members too, one's own figures and the agenda tell nothing of the other two's."""
    others = [{"a": 0.9, "b": 0.4}, {"a": 0.9, "b": 0.6}]
    swapped = [{"a": 0.9, "b": 0.6}, {"a": 0.9, "b": 0.4}]
    own = {"a": 0.9, "b": 0.5}
    one, two = (agenda([own, *rest], WEEK, MET, 60) for rest in (others, swapped))
    assert one == two
    assert set(asdict(one)["items"][0]) == {"part", "concept", "minutes"}
    further = agenda([own, {"a": 0.95, "b": 0.2}, {"a": 0.99, "b": 0.7}], WEEK, MET, 60)
    assert further == one
