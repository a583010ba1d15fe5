"""A stage as an outline: what is required stands above; and as pictures that a phone can show."""

import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from bot.chat.messages import WORDS_LIMIT
from content.catalogue import Catalogue, Concept, Stage, load
from content.figures.style import DPI
from content.outline import outline
from content.roadmap_picture import (
    LETTERS,
    MARGIN,
    MOST_ROWS,
    PIXELS,
    SMALL_LETTERS,
    boxes_of,
    stage_pictures,
    stage_words,
)

STAGES = ("foundations", "beginner", "intermediate", "advanced", "career")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def of(requirements: dict[str, tuple[str, ...]]) -> Catalogue:
    """A catalogue of one stage."""
    concepts = {id: Concept(id, "s", id.title(), requires, (), (0,), ()) for id, requires in requirements.items()}
    return Catalogue({"s": Stage("s", "S", "")}, concepts, {}, {}, {}, {}, {}, Path())


@st.composite
def roads(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Concepts of which each requires some that stand before it."""
    ids = [f"c{number}" for number in range(draw(st.integers(1, 14)))]
    return {
        id: tuple(sorted(draw(st.sets(st.sampled_from(ids[:place]), max_size=3)))) if place else ()
        for place, id in enumerate(ids)
    }


@given(roads())
def test_everything_a_concept_requires_stands_above_it_and_every_concept_stands_once(
    road: dict[str, tuple[str, ...]],
) -> None:
    rows = outline(of(road), "s")
    numbers = {row.concept.id: row.number for row in rows}
    assert sorted(numbers) == sorted(road)
    assert [row.number for row in rows] == [*range(1, len(road) + 1)]
    for row in rows:
        above = [numbers[one] for one in row.concept.requires]
        assert all(number < row.number for number in above)
        assert row.parent == max(above, default=None)
        assert {*row.also} <= {*above} - {row.parent}


@given(roads())
def test_the_line_to_a_concept_crosses_no_other_box(road: dict[str, tuple[str, ...]]) -> None:
    rows = outline(of(road), "s")
    for row in rows:
        if row.parent is not None:
            column = rows[row.parent - 1].column
            assert row.column in (column, column + 1)
            assert all(between.column > column or between.parent == row.parent
                       for between in rows[row.parent : row.number - 1])  # fmt: skip


def test_the_last_that_builds_on_a_concept_stays_in_its_column() -> None:
    rows = outline(of({"a": (), "b": ("a",), "c": ("b",), "d": ("a", "c"), "e": ("a",), "f": ("d", "e")}), "s")
    assert [(row.concept.id, row.column, row.parent, row.also) for row in rows] == [
        ("a", 0, None, ()),
        ("b", 1, 1, ()),
        ("c", 1, 2, ()),
        ("d", 1, 3, ()),
        ("e", 0, 1, ()),
        ("f", 0, 5, (4,)),
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_drawn_small_enough_for_a_chat_and_said_in_words(
    catalogue: Catalogue, stage: str, tmp_path: Path
) -> None:
    drawn = stage_pictures(catalogue, stage, tmp_path)
    words = stage_words(catalogue, stage)
    assert len(drawn) == len(words)
    for path in drawn:
        width, height = struct.unpack(">II", path.read_bytes()[16:24])
        assert width == PIXELS
        assert height <= 0.76 * PIXELS
    assert all(len(said) <= WORDS_LIMIT for said in words)
    rows = outline(catalogue, stage)
    assert len(drawn) == -(-len(rows) // MOST_ROWS)
    for row in rows:
        waiting = row.concept.id not in catalogue.lessons
        (entry,) = (one for one in " ".join(words).replace(".", ";").split(";") if one.split()[:1] == [str(row.number)])
        assert ("being written" in entry) == waiting


@pytest.mark.parametrize("stage", STAGES)
def test_no_title_runs_out_of_its_box(catalogue: Catalogue, stage: str) -> None:
    def width(text: str, points: float) -> float:
        letters = FontProperties(family="DejaVu Sans")
        path = TextPath((0, 0), text or "-", size=points * DPI / 72, prop=letters)
        return float(path.get_extents().width) if text else 0.0

    for box in boxes_of(catalogue, stage):
        assert 1 <= len(box.lines) <= 2
        room = PIXELS - MARGIN - 12 - (box.left + 14) - width(box.needs, SMALL_LETTERS)
        assert max(width(line, LETTERS) for line in box.lines) <= room - (10 if box.needs else 0)


def test_a_map_is_drawn_once_and_anew_when_a_lesson_arrives(catalogue: Catalogue, tmp_path: Path) -> None:
    fewer = replace(catalogue, lessons={})
    before = stage_pictures(fewer, "beginner", tmp_path)
    drawn_at = [path.stat().st_mtime_ns for path in before]
    assert stage_pictures(fewer, "beginner", tmp_path) == before
    assert [path.stat().st_mtime_ns for path in before] == drawn_at
    assert not set(stage_pictures(catalogue, "beginner", tmp_path)) & set(before)
