"""Gradus' own tasks for a warm process: everything they import, and each by its id."""

import ast
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from training.run import Run
from training.specs import parse, task
from training.sweeps import search

Trainer = Callable[[Run], Mapping[str, float]]

_KEPT_OUT = ("pandas",)  # it starts a thread, and a process with two must not fork


def trainer(id: str, options: Mapping[str, Any]) -> Trainer:
    """The task of that id, with its options.

    Raises:
        GradusError: there is no such task, or an option is wrong.
    """
    known = task(id)
    spec = parse(known, options)
    train: Callable[[Any, Run], Mapping[str, float]] = importlib.import_module(_module(id)).train
    return (lambda run: search(known, spec, train, run)) if spec.search else (lambda run: train(spec, run))


def prepare() -> None:
    """Import what any task does, and do once what torch puts off to its first step, so that forks need not."""
    here = Path(__file__).parent
    files = [here / "networks.py", *here.glob("tasks/*.py"), *here.glob("data/*.py")]
    for name in sorted({name for file in files for name in _imports(file)}):
        if name.split(".")[0] not in _KEPT_OUT and _is_there(name):
            importlib.import_module(name)
    import torch

    # Here for the fork, and so for every run: small networks gain little by more, and on busy cores threads wait.
    torch.set_num_threads(1)
    layer = torch.nn.Linear(4, 2)
    for rule in (torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adam, torch.optim.AdamW):
        steps = rule(layer.parameters(), lr=0.1)
        loss = torch.nn.functional.cross_entropy(layer(torch.ones(3, 4)), torch.zeros(3, dtype=torch.long))
        loss.backward()  # type: ignore[no-untyped-call]
        steps.step()


def _module(id: str) -> str:
    return f"training.tasks.{id.replace('-', '_')}"


def _imports(file: Path) -> Iterator[str]:
    """Every module that a file imports anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _is_there(name: str) -> bool:
    try:
        return name in sys.modules or importlib.util.find_spec(name) is not None
    except (ImportError, AttributeError, ValueError):  # it is no module, but a name in one
        return False
