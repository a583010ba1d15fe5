"""The picture of the whole road, and the signs in it and in the maps of stages."""

import io
import struct
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.image import imread
from matplotlib.textpath import TextPath

from bot.chat.messages import WORDS_LIMIT
from bot.road.standings import ConceptStanding, State
from bot.road_picture import (
    IN_A_ROW,
    LETTERS,
    MARGIN,
    NAME_LETTERS,
    PIXELS,
    RADIUS,
    TITLE_LETTERS,
    by_stage,
    road_picture,
    road_words,
)
from content import pictures, roadmap_picture
from content.catalogue import Catalogue, load
from content.figures import style
from content.marks import draw_mark
from content.roadmap_picture import boxes_of, marked_pictures, stage_words

SIGNS = {
    "mastered": ConceptStanding("a", "mastered", 0.95),
    "well learned": ConceptStanding("a", "learning", 0.99),
    "half learned": ConceptStanding("a", "learning", 0.5),
    "begun": ConceptStanding("a", "learning"),
    "known": ConceptStanding("a", "known"),
    "new": ConceptStanding("a", "new"),
    "mastered and due": ConceptStanding("a", "mastered", 0.75, due=True),
    "learned and due": ConceptStanding("a", "learning", 0.5, due=True),
}
SHOWN = 360 / 1000  # of a picture on a phone


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def standings(catalogue: Catalogue) -> dict[str, ConceptStanding]:
    states: tuple[State, ...] = ("mastered", "learning", "known", "new")
    return {
        id: ConceptStanding(id, states[number % 4], 0.6 if number % 4 < 2 else None, due=number % 8 < 2)
        for number, id in enumerate(catalogue.concepts)
    }


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def grey(mark: ConceptStanding, number: str) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """A sign in shades of grey, as coarse as a phone shows it."""
    with style.look():
        figure, axes = style.diagram(PIXELS, 80)
        axes.set_ylim(80, 0)
        draw_mark(axes, 40, 40, RADIUS, mark, number, LETTERS)
        shades = imread(io.BytesIO(pictures.png(figure)))[:80, :80, :3] @ (0.299, 0.587, 0.114)
    step = round(1 / SHOWN)
    cut = shades[: 80 // step * step, : 80 // step * step]
    return np.asarray(cut.reshape(len(cut) // step, step, -1, step).mean(axis=(1, 3)))


def test_every_sign_differs_in_grey_on_a_phone_whatever_number_is_in_it() -> None:
    drawn = {name: grey(mark, "17") for name, mark in SIGNS.items()}
    for name, sign in drawn.items():
        for other, against in drawn.items():
            pixels = (np.abs(sign - against) > 0.15).sum()
            assert name == other or pixels >= 5, (name, other)


def test_the_more_is_remembered_the_fuller_is_the_disc() -> None:
    bright = [grey(ConceptStanding("a", "learning", part / 10), "").sum() for part in (2, 4, 6, 8)]
    assert all(low < high for low, high in pairwise(bright))


def test_the_whole_road_is_one_picture_that_a_chat_does_not_shrink(catalogue: Catalogue) -> None:
    width, height = size(road_picture(by_stage(standings(catalogue), catalogue)))
    assert width == PIXELS
    assert height <= 0.75 * PIXELS


def test_letters_have_the_size_of_all_figures_and_names_their_room(catalogue: Catalogue) -> None:
    assert min(LETTERS, NAME_LETTERS) >= 10
    bold = FontProperties(family="DejaVu Sans", weight="bold")
    for position, stage in enumerate(catalogue.stages.values(), start=1):
        text = f"{position} {stage.title}"[:TITLE_LETTERS]
        path = TextPath((0, 0), text, size=NAME_LETTERS * style.DPI / 72, prop=bold)
        assert MARGIN + path.get_extents().width < PIXELS - 210  # where the count begins
    assert IN_A_ROW * 2 * RADIUS < PIXELS


def test_the_words_hold_every_stage_and_what_is_due(catalogue: Catalogue) -> None:
    stages = by_stage(standings(catalogue), catalogue)
    words = road_words(stages)
    for stage in catalogue.stages.values():
        assert stage.title in words
    assert "Foundations: 8 mastered (1, " in words
    assert len(words) <= WORDS_LIMIT
    assert "all 13 new" in road_words(by_stage({}, catalogue))
    some = {one.concept: ConceptStanding(one.concept, "mastered", 1.0) for one in stages[1].concepts[:3]}
    some[stages[1].concepts[4].concept] = ConceptStanding(stages[1].concepts[4].concept, "learning", 0.4, due=True)
    assert road_words(by_stage(some, catalogue)[1:2]) == (
        "Neural network foundations: 3 mastered (1 to 3), 1 learning (5), 9 new (4, 6 to 13); to repeat 5."
    )


def test_a_stage_shows_its_concepts_in_the_order_of_its_map(catalogue: Catalogue) -> None:
    for stage in by_stage({}, catalogue):
        assert [one.concept for one in stage.concepts] == [box.row.concept.id for box in boxes_of(catalogue, stage.id)]


def test_the_map_of_a_stage_has_the_same_signs_and_says_them(catalogue: Catalogue) -> None:
    some = standings(catalogue)
    for stage in catalogue.stages:
        drawn, words = marked_pictures(catalogue, stage, some), stage_words(catalogue, stage, some)
        assert len(drawn) == len(words)
        assert all(size(png)[1] <= 0.85 * PIXELS for png in drawn)
        assert sum(text.count(": ") for text in words) >= len(boxes_of(catalogue, stage))
        assert all(len(text) <= WORDS_LIMIT for text in words)
    beginner = stage_words(catalogue, "beginner", some)[0]
    assert beginner.startswith("1 What is a neural network?: mastered, to repeat; 2 The perceptron: learning")
    assert marked_pictures(catalogue, "career", some) != marked_pictures(
        catalogue, "career", standings(catalogue) | {"community": ConceptStanding("community", "mastered", 1.0)}
    )


def test_every_title_has_its_room_in_a_map_with_signs(catalogue: Catalogue) -> None:
    font = FontProperties(family="DejaVu Sans")

    def width(text: str, points: float) -> float:
        return float(TextPath((0, 0), text, size=points * style.DPI / 72, prop=font).get_extents().width) if text else 0

    for stage in catalogue.stages:
        for box in boxes_of(catalogue, stage, standings(catalogue)):
            room = PIXELS - roadmap_picture.MARGIN - 12 - width(box.needs, roadmap_picture.SMALL_LETTERS)
            for line in box.lines:
                assert box.left + 14 + width(line, roadmap_picture.LETTERS) < room, line
