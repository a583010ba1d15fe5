"""A trained network exported, made small, served and watched."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from foundation.errors import GradusError
from training.plain import PlainRun
from training.specs import Deployment, Digits
from training.tasks import digits as digits_task
from training.tasks.deployment import Quantised, exported, quantised, served, stability, train


@pytest.mark.parametrize("layer", [nn.Linear(12, 5), nn.Conv2d(3, 4, 3, padding=1)])
@pytest.mark.parametrize("per_channel", [True, False])
def test_a_quantised_weight_is_within_half_a_step_of_itself(layer: Any, per_channel: bool) -> None:
    small = Quantised(layer, 8, per_channel)
    assert small.weight.dtype == torch.int8
    assert ((small.weight * small.scale - layer.weight).abs() <= small.scale / 2 + 1e-7).all()


def test_a_scale_for_each_unit_keeps_units_of_small_weights_beside_large_ones() -> None:
    layer = nn.Linear(4, 2)
    with torch.no_grad():
        layer.weight[0] /= 1000
    errors = [
        (small.weight * small.scale - layer.weight)[0].abs().max().item()
        for small in (Quantised(layer, 8, True), Quantised(layer, 8, False))
    ]
    assert errors[0] < errors[1] / 50


def test_an_exported_network_predicts_the_same_from_its_file_for_any_number_of_pictures(tmp_path: Path) -> None:
    network = quantised(
        nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(192, 10)), 8, True
    )
    x = torch.rand(5, 1, 8, 8)
    exported(network, x, tmp_path / "model.pt2")
    predict = served(tmp_path / "model.pt2")
    for count in (1, 2, 5):
        torch.testing.assert_close(predict(x[:count]), network(x[:count]))


def test_the_index_of_stability_is_near_zero_for_the_same_and_large_for_another_spread() -> None:
    chance = torch.Generator().manual_seed(0)
    a, b = torch.randn(400, generator=chance), torch.randn(400, generator=chance)
    assert stability(a, b) < 0.1
    assert stability(a, b + 1) > 0.25
    # By hand: halves of two become nine tenths and one tenth, but for the half that is added to each count.
    expected = torch.tensor([0.0] * 500 + [1.0] * 500)
    found = torch.tensor([0.0] * 900 + [1.0] * 100)
    assert stability(expected, found, bins=2) == pytest.approx(0.4 * 2.197, abs=0.01)


def test_a_run_leaves_a_report_and_the_watch_tells_fog_from_a_clear_day(run: PlainRun) -> None:
    metrics = train(Deployment(epochs=3, predictions=20), run)
    assert metrics["accuracy_quantised"] == pytest.approx(metrics["accuracy"], abs=0.02)
    assert metrics["kilobytes_quantised"] < metrics["kilobytes"] / 3
    report = json.loads((run.folder / "report.json").read_text(encoding="utf-8"))
    assert (report["drift"]["clean"]["alarm"], report["drift"]["shifted"]["alarm"]) == (False, True)
    assert {"model.pt2", "quantised.pt2", "quantised_weights.safetensors"} <= {
        path.name for path in run.folder.iterdir()
    }
    assert len(run.points) >= 40


def test_a_finished_run_of_digits_is_deployed_as_it_is(run: PlainRun) -> None:
    source = PlainRun(run.folder / "source")
    source.folder.mkdir()
    spec = Digits(epochs=2, architecture="conv 4 3, batchnorm, relu, pool 2, linear 10")
    trained = digits_task.train(spec, source)
    (source.folder / "spec.json").write_text(spec.model_dump_json())
    metrics = train(Deployment(from_run="7", predictions=20), run)
    assert metrics["accuracy"] == pytest.approx(trained["accuracy"])
    assert run.data_name == "sklearn-digits 1"


def test_a_run_that_left_no_network_is_refused_in_one_line(run: PlainRun) -> None:
    with pytest.raises(GradusError, match="name a finished run of digits"):
        train(Deployment(from_run="7"), run)
