"""What somebody types of a group, read."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bot.groups.group import Meeting, next_on
from bot.groups.group_outline import meant, parse_meeting
from content.catalogue import Catalogue, Concept
from foundation.errors import GradusError


@pytest.mark.parametrize(
    ("typed", "meeting"),
    [
        ("Tuesday 18:00", Meeting(1, time(18))),
        ("tue 6 pm", Meeting(1, time(18))),
        ("thu. 7:30", Meeting(3, time(7, 30))),
        ("Sundays at 9", Meeting(6, time(9))),
        ("Wednesday, 20h15", Meeting(2, time(20, 15))),
        ("  ", None),
    ],
)
def test_meetings_are_read_as_people_write_them(typed: str, meeting: Meeting | None) -> None:
    assert parse_meeting(typed) == meeting


@pytest.mark.parametrize(
    "typed", ["Tuesday", "18:00", "t 18:00", "Tuesday 25:00", "tomorrow 18:00", "weds 20h15", "s 9"]
)
def test_what_is_no_meeting_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(GradusError, match=r"such as Tuesday 18:00|Write it like 08:30"):
        parse_meeting(typed)


def test_a_stage_gives_its_concepts_and_concepts_come_in_the_roads_order(catalogue: Catalogue) -> None:
    assert meant("core", catalogue)[0] == "intermediate"
    assert len(meant("intermediate", catalogue)[1]) == 4
    assert meant("Dropout, regularization", catalogue) == (None, ("regularization", "dropout"))
    assert meant("dropout, Dropout", catalogue) == (None, ("dropout",))


def test_a_title_with_commas_of_its_own_is_one_concept(catalogue: Catalogue) -> None:
    lists = Concept("lists", "intermediate", "Lists, sets and tuples", (), (), (), ())
    wider = replace(catalogue, concepts={**catalogue.concepts, "lists": lists})
    assert meant("Dropout, lists, sets and tuples, Regularisation", wider)[1] == ("regularization", "dropout", "lists")


def test_next_meetings_follow_the_clocks_of_their_zone() -> None:
    weekly = Meeting(6, time(2, 30))  # Sundays; on 29 March clocks go from 2 to 3 in Paris
    before = datetime(2026, 3, 22, 2, tzinfo=UTC)
    skipped = next_on(weekly, "Europe/Paris", before)
    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert next_on(weekly, "Europe/Paris", skipped) == datetime(2026, 4, 5, 0, 30, tzinfo=UTC)
    assert next_on(weekly, "Europe/Paris", datetime(2026, 3, 22, 1, tzinfo=UTC)) == datetime(
        2026, 3, 22, 1, 30, tzinfo=UTC
    )
