"""The picture of a plan: a timeline by weeks that a phone can show."""

import io
import struct
from datetime import date, timedelta

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.image import imread
from matplotlib.textpath import TextPath

from bot.chat.messages import WORDS_LIMIT
from bot.plan_picture import (
    DATES,
    LETTERS,
    MARGIN,
    MOST_ROWS,
    MOST_SIGNS,
    NAME_LETTERS,
    PIXELS,
    STEP,
    listed,
    monday,
    plan_picture,
    plan_words,
    spans,
)
from bot.road.planned import Planned, Ticked
from content.catalogue import Catalogue, load
from content.figures import style
from content.plan import PlanItem, goal_items, lay_out

ON = date(2026, 11, 24)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def planned(catalogue: Catalogue, goal: str, start: date = ON, done: int = 0, hours: int | None = None) -> Planned:
    dated = lay_out(goal_items(goal, catalogue), start, hours=hours, daily=hours is None).dated
    items = tuple(Ticked(one.item, one.start, one.end, number < done) for number, one in enumerate(dated))
    return Planned(goal, hours, start, None, None, 1, items)


def drawn(catalogue: Catalogue, plan: Planned, on: date = ON) -> bytes:
    return plan_picture(spans(plan, on), plan, catalogue, on)


def test_a_short_plan_has_a_row_a_week_from_its_first(catalogue: Catalogue) -> None:
    rows = spans(planned(catalogue, "28-days"), ON)
    assert [(row.first, len(row.items)) for row in rows] == [
        (date(2026, 11, 23), 6),
        (date(2026, 11, 30), 7),
        (date(2026, 12, 7), 7),
        (date(2026, 12, 14), 7),
        (date(2026, 12, 21), 1),
    ]


@pytest.mark.parametrize("hours", [1, 2, 5, 12, 40])
@pytest.mark.parametrize("late", [0, 40])
def test_every_plan_fits_and_everything_that_is_left_stands_in_it(catalogue: Catalogue, hours: int, late: int) -> None:
    plan = planned(catalogue, "all", ON - late * DAY, hours=hours)
    rows = spans(plan, ON)
    assert 1 <= len(rows) <= MOST_ROWS
    assert all(row.first == monday(row.first) for row in rows)
    shown = [one for row in rows for one in row.items]
    assert {one.item for one in plan.left} == {one.item for one in shown}
    assert len(shown) == len({one.item for one in shown})
    width, height = struct.unpack(">II", drawn(catalogue, plan)[16:24])
    assert width == PIXELS
    assert height <= 0.75 * PIXELS


def test_letters_have_the_size_of_all_figures_and_their_room(catalogue: Catalogue) -> None:
    assert LETTERS >= 10
    assert DATES + STEP * MOST_SIGNS + 60 < PIXELS
    font = FontProperties(family="DejaVu Sans")
    for goal, hours in (("all", 5), ("steps", 7), ("28-days", None)):
        for row in spans(planned(catalogue, goal, hours=hours), ON):
            names = listed([catalogue.concepts.get(one.item.id, catalogue.projects.get(one.item.id)).title  # type: ignore[union-attr]
                            for one in row.items], NAME_LETTERS)  # fmt: skip
            path = TextPath((0, 0), names, size=LETTERS * style.DPI / 72, prop=font)
            assert DATES + path.get_extents().width < PIXELS - MARGIN, names


def test_done_left_overdue_and_projects_differ_in_grey(catalogue: Catalogue) -> None:
    concept, project = PlanItem("concept", "dropout", 45), PlanItem("project", "digits", 45)
    yesterday = ON - DAY  # of the same week
    states = [
        Ticked(concept, ON, ON, done=True),
        Ticked(concept, ON, ON, done=False),
        Ticked(concept, yesterday, yesterday, done=False),
        Ticked(project, ON, ON, done=False),
        Ticked(project, ON, ON, done=True),
        Ticked(project, yesterday, yesterday, done=False),
    ]

    def grey(one: Ticked) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
        png = drawn(catalogue, Planned("all", 5, ON - DAY, None, None, 1, (one,)))
        sign = imread(io.BytesIO(png))[18:63, DATES - 6 : DATES + 39, :3] @ (0.299, 0.587, 0.114)
        return np.asarray(sign.reshape(15, 3, 15, 3).mean(axis=(1, 3)))

    shades = [grey(one) for one in states]
    for number, one in enumerate(shades):
        for other in shades[number + 1 :]:
            assert (np.abs(one - other) > 0.15).sum() >= 4


def test_the_words_say_each_row_and_now(catalogue: Catalogue) -> None:
    plan = planned(catalogue, "28-days", ON - 8 * DAY, done=7)
    words = plan_words(spans(plan, ON), catalogue, ON)
    assert words.startswith("From 16 Nov: ")
    assert "(7 of 7 done)" in words
    eighth = catalogue.concepts[plan.items[7].item.id].title
    assert f"Now, from 23 Nov: {eighth}" in words
    long = planned(catalogue, "all", hours=5)
    assert len(plan_words(spans(long, ON), catalogue, ON)) <= WORDS_LIMIT


def test_what_is_open_from_long_ago_stands_in_the_first_row_and_a_pause_is_named(catalogue: Catalogue) -> None:
    plan = planned(catalogue, "28-days", ON - 60 * DAY)
    rows = spans(plan, ON)
    assert len(rows[0].items) == 28
    assert len(listed([str(number) for number in range(28)], 20)) <= 20
    assert spans(Planned("all", 5, ON, None, None, 1, ()), ON) == ()
