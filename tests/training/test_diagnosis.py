"""What curves tell."""

import math
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.benchmarks.diagnosis import HEALTHY, Curve, judged, kept
from training.curves import NAMES
from training.diagnosis import Finding, Shape, diagnose, shape_of
from training.records import Point
from training.specs import TASKS, parse

ROADMAP = Path(__file__).parents[2] / "content" / "roadmap.yaml"
curves = cache(kept)


def points_of(losses: Sequence[float], name: str = "train_loss") -> list[Point]:
    return [Point(step, len(losses), {name: loss}) for step, loss in enumerate(losses, start=1)]


def found_in(curve: Curve) -> tuple[Finding, ...]:
    task = TASKS[curve.recipe.task]
    return diagnose(task, parse(task, curve.recipe.options).model_dump(), curve.points, curve.metrics)


def one_that_shows(finding: str, task: str) -> Curve:
    return next(one for one in curves() if (one.recipe.shows, one.recipe.task) == (finding, task))


def test_most_runs_of_other_tasks_are_read_right_and_most_healthy_ones_left_alone() -> None:
    """90 % of sixty runs and more, 90 % of thirty healthy ones and more; the benchmark makes the curves anew."""
    verdict = judged(one for one in curves() if one.recipe.judged)
    assert verdict.is_enough, verdict
    assert verdict.healthy >= 30


def test_no_task_is_on_both_sides_but_those_that_stand_alone() -> None:
    sides = [{one.recipe.task for one in curves() if one.recipe.judged is side} for side in (True, False)]
    assert sides[0] & sides[1] == {"gan", "dqn"}
    seeds = [{one.recipe.seed for one in curves() if one.recipe.judged is side} for side in (True, False)]
    assert not seeds[0] & seeds[1]


def test_every_finding_has_a_concept_of_the_roadmap_figures_and_an_option_to_try() -> None:
    roadmap = ROADMAP.read_text(encoding="utf-8")
    found = [(curve, one) for curve in curves() for one in found_in(curve)]
    assert len({one.finding for _, one in found}) == 10
    for curve, one in found:
        assert f"- id: {one.concept}\n" in roadmap
        assert any(sign.isdigit() for sign in one.evidence), one
        assert any(name in one.advice for name in TASKS[curve.recipe.task].spec.model_fields), one
        for sentence in (one.evidence, one.advice):
            assert sentence.endswith("."), one
            assert "\n" not in sentence
            assert len(sentence) <= 300, one


def test_there_are_at_most_two_findings() -> None:
    assert max(len(found_in(curve)) for curve in curves()) == 2


def test_a_value_that_is_no_number_is_divergence_however_few_points_there_are() -> None:
    task = TASKS["digits"]
    (found,) = diagnose(task, task.spec().model_dump(), [], {"diverged": 1.0})
    assert found.finding == "diverged"


def test_a_run_that_was_stopped_on_its_way_is_not_judged() -> None:
    curve = one_that_shows("underfitting", "digits")
    options = parse(TASKS["digits"], curve.recipe.options).model_dump()
    assert diagnose(TASKS["digits"], options, curve.points, curve.metrics)
    assert diagnose(TASKS["digits"], options, curve.points[:60], {}) == ()


def test_of_a_search_the_best_trial_is_read() -> None:
    ill, well = one_that_shows("learning-rate-too-low", "digits"), one_that_shows(HEALTHY, "digits")
    together = [
        Point(number * 1000 + round(point.step * 1000 / point.steps), 2000, point.values)
        for number, curve in enumerate((ill, well))
        for point in curve.points
    ]
    options = parse(TASKS["digits"], {"search": "learning_rate=0.00003,0.003"}).model_dump()
    found = [diagnose(TASKS["digits"], options, together, {"best_trial": best}) for best in (1.0, 2.0)]
    assert [[one.finding for one in some] for some in found] == [["learning-rate-too-low"], []]


def test_odd_curves_break_nothing() -> None:
    chance = random.Random(0)
    for _ in range(300):
        names = chance.sample(sorted(NAMES), chance.randint(0, len(NAMES)))
        size = chance.choice((0.0, 1e-9, 1.0, 1e30))
        points = [
            Point(step, 20, {name: chance.random() * size for name in names if chance.random() < 0.9})
            for step in range(1, chance.choice((2, 9, 21)))
        ]
        for task in TASKS.values():
            diagnose(task, task.spec().model_dump(), points, {})
        shape_of(points)


@pytest.mark.parametrize(
    ("losses", "shape"),
    [
        ([2.3 * 0.9**step for step in range(40)], "falls"),
        ([2.3 * 0.8**step + 0.02 * step for step in range(40)], "falls then rises"),
        ([2.3 + 0.02 * math.sin(step) for step in range(40)], "flat"),
        ([2.3 * 1.5**step for step in range(40)], "explodes"),
        ([2.0 + (-1) ** step for step in range(40)], "swings"),
    ],
)
def test_a_loss_has_the_shape_that_one_sees(losses: list[float], shape: Shape) -> None:
    assert shape_of(points_of(losses)) == shape
    assert shape_of(points_of(losses, "loss_generator")) == shape


def test_a_loss_whose_last_value_is_missing_exploded() -> None:
    assert shape_of([*points_of([2.3, 2.4]), Point(3, 40, {"grad_norm_first": 1.0})]) == "explodes"


def test_without_a_loss_or_with_too_little_of_it_there_is_no_shape() -> None:
    assert shape_of([]) is None
    assert shape_of([Point(1, 9, {"return": 3.0})] * 9) is None
    assert shape_of(points_of([2.3, 2.0])) is None


def test_the_shapes_of_runs_are_those_that_they_were_built_to_have() -> None:
    shapes = {
        shows: [
            shape_of(one.points)
            for one in curves()
            if one.recipe.shows == shows and "valid_loss" in one.points[0].values
        ]
        for shows in (HEALTHY, "diverged")
    }
    assert shapes[HEALTHY].count("falls") >= 0.9 * len(shapes[HEALTHY])
    assert shapes["diverged"].count("explodes") >= 0.9 * len(shapes["diverged"])
