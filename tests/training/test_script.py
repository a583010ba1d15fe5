"""Runs as files that run on their own."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch

from foundation.errors import GradusError
from training.plain import PlainRun
from training.script import script_of
from training.specs import TASKS, parse
from training.trunk import WEIGHTS

SMALL = {"architecture": "conv 4 5 4, relu, linear 10", "epochs": 1, "examples": 100}
TINY: Mapping[str, Mapping[str, Any]] = {
    "digits": {"epochs": 2, "examples": 200, "model": "cnn", "dropout": 0.1, "seed": 3},
    "scratch": {"epochs": 1, "examples": 200, "layers": 3, "activation": "tanh"},
    "fashion": SMALL,
    "cifar10": SMALL | {"augment": "colour"},
    "sign-digits": SMALL,
    "face-mask": {"mode": "freeze", "examples": 16, "epochs": 1},
    "autoencoder": {"steps": 30, "hidden": 16},
    "sentiment": {"examples": 100, "epochs": 1, "units": 8, "embedding": 8},
    "transformer": {"layers": 1, "heads": 2, "head_size": 8, "context": 16, "steps": 10, "letters": 3000},
    "gan": {"steps": 30, "units": 16},
    "dqn": {"steps": 100, "units": 16},
    "deployment": {"epochs": 2, "examples": 200, "predictions": 20},
}

AT_HOME = """
import contextlib, io, json, os, runpy, sys, warnings

class Ours:  # the project is installed for the tests; at home it is not there
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("training", "foundation", "bot"):
            raise ImportError(name)

sys.meta_path.insert(0, Ours())
said = {}
for folder in sys.argv[1:]:
    os.chdir(folder)
    sys.argv = ["run.py"]
    with contextlib.redirect_stdout(io.StringIO()) as text:
        runpy.run_path("run.py", run_name="__main__")
    said[folder] = text.getvalue()
assert not {"training", "foundation"} & set(sys.modules)
json.dump(said, sys.stdout)
"""


def at_home(*folders: Path) -> dict[Path, str]:
    """What `run.py` of each folder prints, in a fresh process that does not know the project."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", AT_HOME, *map(str, folders)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folders[0],
        env=os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads())},
    )
    assert done.returncode == 0, done.stderr
    return {Path(folder): text for folder, text in json.loads(done.stdout).items()}


def metrics_in(text: str) -> dict[str, float]:
    lines = (line.partition(": ") for line in text.splitlines())
    return {name: float(value) for name, _, value in lines if value and name != "data"}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the script of each task prints, and that of a task whose weights are not beside it."""
    scripts = {id: script_of(id, options) for id, options in TINY.items()}
    scripts |= {"bare face-mask": scripts["face-mask"]}
    folders = {id: tmp_path_factory.mktemp(id) for id in scripts}
    for id, folder in folders.items():
        (folder / "run.py").write_text(scripts[id], encoding="utf-8")
    (folders["face-mask"] / "data").mkdir()
    (folders["face-mask"] / "data" / WEIGHTS.name).write_bytes(WEIGHTS.read_bytes())
    said = at_home(*folders.values())
    return {id: said[folder] for id, folder in folders.items()}


@pytest.mark.parametrize("id", TASKS)
def test_a_script_prints_the_metrics_of_the_run_that_it_is_of(
    id: str, printed: Mapping[str, str], run: PlainRun
) -> None:
    train = import_module(f"training.tasks.{id.replace('-', '_')}").train
    expected = {
        name: value for name, value in train(parse(TASKS[id], TINY[id]), run).items() if not name.startswith("latency")
    }
    assert {name: metrics_in(printed[id])[name] for name in expected} == expected
    assert run.data_name in printed[id]


def test_without_the_weights_it_asks_for_a_script_begins_at_random_and_says_so(printed: Mapping[str, str]) -> None:
    assert "training/data/trunk.safetensors" in script_of("face-mask", TINY["face-mask"])
    assert "all layers begin at random" in printed["bare face-mask"]
    assert "trunk.safetensors" not in script_of("face-mask", {"mode": "scratch"}).split('"""')[1]


def test_a_script_says_how_it_is_run_and_what_was_chosen() -> None:
    head = script_of("scratch", {"units": 7}).split('"""')[1]
    assert "pip install numpy scikit-learn safetensors\n" in head
    assert "units=7" in head
    assert "    units: int = 7  # units in each hidden layer\n" in script_of("scratch", {"units": 7})


def test_a_network_of_another_run_is_made_anew() -> None:
    assert 'from_run: str = ""' in script_of("deployment", {"from_run": "7"})


def test_no_text_of_an_option_leaves_its_place() -> None:
    prompt = 'Mia """\nraise SystemExit("out")\n\\" \U0001f600 #'
    tree = ast.parse(script_of("transformer", {"prompt": prompt}))
    (options,) = (one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == "Transformer")
    values = {one.target.id: one.value.value for one in options.body if isinstance(one, ast.AnnAssign)}  # type: ignore[union-attr]
    assert values["prompt"] == prompt
    assert not any(isinstance(one, ast.Raise) for one in tree.body)
    assert repr(prompt) in " ".join((ast.get_docstring(tree) or "").split())


def test_a_wrong_option_is_refused() -> None:
    with pytest.raises(GradusError, match="no option 'unit'"):
        script_of("scratch", {"unit": 7})
