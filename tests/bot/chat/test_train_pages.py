"""What pages of training say of figures, times and predictions."""

import pytest

from bot.chat.train_pages import PRESETS, bar, duration, figure, prediction_line, preset_label, took
from training.specs import TASKS


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3, "under 10 s"), (47, "about 50 s"), (61, "about 2 min"), (3500, "about 59 min"), (7200, "about 2.0 h")],
)
def test_a_time_to_come_is_told_roughly(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (59.4, "59 s"), (80, "1 min 20 s")])
def test_a_time_that_is_over_is_told_to_the_second(seconds: float, words: str) -> None:
    assert took(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"), [(0.97351, "0.974"), (195, "195"), (3.6e33, "3.60e+33"), (0.00012, "0.00012")]
)
def test_a_figure_has_three_digits(value: float, words: str) -> None:
    assert figure(value) == words


@pytest.mark.parametrize(
    ("said", "came", "words"),
    [
        (None, "falls", ""),
        ("falls", None, "You said it falls; the curve is too short to tell."),
        ("falls", "falls then rises", "You said it falls; it fell, then rose."),
        ("explodes", "explodes", "You said it explodes; it exploded. ✓ You were right."),
    ],
)
def test_a_prediction_is_answered(said: str | None, came: str | None, words: str) -> None:
    assert prediction_line(said, came) == words


@pytest.mark.parametrize(("part", "full"), [(-1, 0), (0, 0), (0.5, 6), (1, 12), (7, 12)])
def test_a_bar_is_as_full_as_the_run_is_far(part: float, full: int) -> None:
    assert bar(part) == "█" * full + "░" * (12 - full)


def test_every_preset_is_told_in_words() -> None:
    names = {name for task in TASKS.values() for name in task.presets}
    assert names <= set(PRESETS)
    assert preset_label("mode-collapse") == "Mode collapse"
