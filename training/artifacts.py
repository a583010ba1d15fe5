"""What a run leaves: a folder for each attempt that came to an end, there whole or not at all.

    runs/<id>/<attempt>/     spec.json, metrics.json, curve.json, status.json, log.txt, model.safetensors, files/…
    runs/<id>/.<attempt>/    the same while it is being made
    runs/<id>/checkpoints/   until the run is over

Whole, whichever process is killed; a power cut may cost the files of the last seconds.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from foundation.errors import GradusError
from training.records import Claim, Point

LOG = "log.txt"
SOURCE = "source"
"""The folder, among a task's own files, in which it finds what an earlier run left; it is not kept twice."""
LONGEST_LOG = 64 << 10
"""Bytes of a log that are kept: its last."""


def workshop(runs: Path, claim: Claim) -> Path:
    """An empty folder in which an attempt's artifacts are made.

    Raises:
        GradusError: it cannot be made.
    """
    folder = _folder(runs, claim.run) / f".{claim.attempt}"
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise GradusError(f"cannot write in {runs}: {error.strerror}; check its owner and free space") from error
    return folder


def bring(runs: Path, id: str, attempt: int, options: Mapping[str, Any], into: Path) -> None:
    """Put a finished run's network and options into another's workshop; nothing, where it left none."""
    model = found(runs, id, attempt).get("model")
    if model is None:
        return
    folder = into / "files" / SOURCE
    folder.mkdir(parents=True)
    shutil.copyfile(model, folder / model.name)
    (folder / "spec.json").write_text(json.dumps(dict(options)), encoding="utf-8")


def checkpoint(runs: Path, claim: Claim) -> Path:
    """Where an attempt keeps its state; each has its own, for one that was taken away may still be writing."""
    return _folder(runs, claim.run) / "checkpoints" / f"{claim.attempt}.pt"


def last_checkpoint(runs: Path, claim: Claim) -> Path | None:
    """The newest state that an earlier attempt left."""
    found = [file for file in checkpoint(runs, claim).parent.glob("*.pt") if file.stem.isdecimal()]
    return max(
        (file for file in found if int(file.stem) < claim.attempt), key=lambda file: int(file.stem), default=None
    )


def publish(
    runs: Path,
    claim: Claim,
    *,
    spec: Mapping[str, Any],
    metrics: Mapping[str, float],
    points: Sequence[Point],
    status: Mapping[str, Any],
) -> None:
    """Make an attempt's folder whole and show it; that of an attempt before it goes.

    Raises:
        GradusError: the disk is full, or the folder is not ours.
    """
    folder = _folder(runs, claim.run)
    hidden, shown = folder / f".{claim.attempt}", folder / str(claim.attempt)
    try:
        curve = [{"step": one.step, "steps": one.steps, **one.values} for one in points]
        for name, value in (("spec", spec), ("metrics", metrics), ("curve", curve), ("status", status)):
            (hidden / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False) + "\n", encoding="utf-8")
        _shorten(hidden / LOG)
        shutil.rmtree(hidden / "files" / SOURCE, ignore_errors=True)
        with contextlib.suppress(OSError):  # the task left nothing of its own
            (hidden / "files").rmdir()
        os.replace(hidden, shown)
    except OSError as error:
        raise GradusError(f"cannot write in {runs}: {error.strerror}; check its owner and free space") from error


def tidy(runs: Path, run: str, attempt: int | None) -> None:
    """Once a run is over: leave only what this attempt published."""
    folder = _folder(runs, run)
    for one in folder.iterdir() if folder.is_dir() else ():
        if attempt is None or one.name != str(attempt):
            shutil.rmtree(one, ignore_errors=True)


def discard(runs: Path, claim: Claim) -> None:
    """Remove what an attempt has made so far; its checkpoint stays."""
    for name in (f".{claim.attempt}", str(claim.attempt)):
        shutil.rmtree(_folder(runs, claim.run) / name, ignore_errors=True)


def remove(runs: Path, ids: Iterable[str]) -> list[str]:
    """Remove all that runs left; which of them are gone."""
    gone = []
    for id in ids:
        shutil.rmtree(_folder(runs, id), ignore_errors=True)
        if not _folder(runs, id).exists():
            gone.append(id)
    return gone


def found(runs: Path, id: str, attempt: int) -> dict[str, Path]:
    """The artifacts of a run by name: `spec`, `metrics`, `curve`, `status`, `log`, `model`, and the task's own."""
    folder = _folder(runs, id) / str(attempt)
    files = sorted(file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return {file.stem if file.parent == folder else file.name: file for file in files}


def _folder(runs: Path, id: str) -> Path:
    if not id or not all(sign.isalnum() or sign in "-_" for sign in id):  # it would name another folder
        raise ValueError(f"{id!r} is no id of a run")
    return runs / id


def _shorten(log: Path) -> None:
    if log.is_file() and log.stat().st_size > LONGEST_LOG:
        with log.open("rb") as file:
            file.seek(-LONGEST_LOG, os.SEEK_END)
            end = file.read()
        log.write_bytes("… the beginning is cut off\n".encode() + end)
