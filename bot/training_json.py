"""Runs and tasks as JSON, in the one form that scripts rely on."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training import artifacts
from training.diagnosis import diagnose
from training.records import Place, Point, Record
from training.specs import TASKS, Task


def run_json(record: Record, runs: Path, points: Sequence[Point]) -> dict[str, Any]:
    """A run; `runs` is the folder of artifacts, `points` those of its curves."""
    left = artifacts.found(runs, record.id, record.attempt)
    return {
        "id": record.id,
        "task": record.request.task,
        "state": record.state,
        "config": dict(record.request.options),
        "dataset": " ".join(record.dataset) if record.dataset else None,
        "metrics": dict(record.metrics),
        "seconds": round(record.seconds, 3),
        "queue_seconds": round(record.queue_seconds, 3) if record.queue_seconds is not None else None,
        "device": record.device,
        "artifacts": {name: str(file) for name, file in left.items()},
        "diagnosis": findings(record, points),
    }


def findings(record: Record, points: Sequence[Point]) -> list[dict[str, Any]]:
    """What a finished run's curves tell: objects of `finding`, `concept` and `evidence`."""
    known = TASKS.get(record.request.task)
    if known is None or record.state != "done":
        return []
    found = diagnose(known, record.request.options, points, record.metrics)
    return [{"finding": one.finding, "concept": one.concept, "evidence": one.evidence} for one in found]


def standing_json(record: Record, place: Place | None) -> dict[str, Any]:
    """How a run stands: why, its place in the queue (from 1) and the seconds until it starts, null where unknown."""
    return {
        "why": record.why or (place.held if place else None),
        "place": place.place if place else None,
        "starts_in": round(place.seconds) if place and place.seconds is not None else None,
    }


def task_json(task: Task) -> dict[str, Any]:
    """A task with its options."""
    schema = task.spec.model_json_schema()["properties"]
    return {"id": task.id, "title": task.title, "options": [_option(name, one) for name, one in schema.items()]}


def _option(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "type": schema["type"],
        "default": schema["default"],
        "minimum": schema.get("minimum", schema.get("exclusiveMinimum")),
        "maximum": schema.get("maximum", schema.get("exclusiveMaximum")),
        "choices": schema.get("enum"),
    }
