"""CIFAR-10, or ten kinds of drawn thing in its form: colour pictures of 32 × 32."""

import gzip
import zlib
from pathlib import Path

import numpy as np

from foundation.errors import GradusError
from training.data import objects
from training.data.examples import Examples

_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_RECORD = 1 + 3 * 32 * 32
_MOST_RECORDS = 50_000
"""In one file; five times the published count, so that a forged one does not fill the memory."""


def cifar10(folder: Path | None) -> Examples:
    """The published binary files in `<folder>/cifar10/` (any number of records), or `synthetic-objects`.

    The things of `synthetic-objects` appear in the test in colours that training never shows.

    Raises:
        GradusError: a published file is missing or broken.
    """
    return (_published(folder / "cifar10") if folder else None) or _drawn()


def _drawn() -> Examples:
    x_train, y_train = objects.objects(4000, objects.SEEN, np.random.default_rng(10))
    x_test, y_test = objects.objects(1000, objects.UNSEEN, np.random.default_rng(11))
    return Examples(
        name="synthetic-objects",
        version="1",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        classes=objects.KINDS,
    )


def _published(folder: Path) -> Examples | None:
    """None where there is no file of the set; the published archive unpacks to a folder of its own."""
    places = (folder, folder / "cifar-10-batches-bin")
    train = sorted({path for place in places for path in place.glob("data_batch_[1-5].bin*") if _is_batch(path)})
    test = sorted({path for place in places for path in place.glob("test_batch.bin*") if _is_batch(path)})
    if not train and not test:
        return None
    if not train or not test:
        missing = "test_batch.bin" if train else "data_batch_1.bin"
        raise GradusError(f"{folder.name}/{missing} is missing beside the others; {_REMEDY}")
    x_train, y_train = _joined(train)
    x_test, y_test = _joined(test[:1])
    whole = (len(y_train), len(y_test)) == (50_000, 10_000)
    return Examples(
        name="cifar10",
        version="2009" if whole else f"2009, {len(y_train)} + {len(y_test)} of it",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        classes=_CLASSES,
    )


def _is_batch(path: Path) -> bool:
    return path.suffix in (".bin", ".gz") and path.is_file()


def _joined(paths: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    # A batch may lie there both packed and not: it counts once.
    once = {path.name.removesuffix(".gz"): path for path in paths}
    parts = [read_batch(path) for path in once.values()]
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])


def read_batch(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """A file of records, a byte of label and 3,072 of picture (red, green, blue, row by row), gzipped or not.

    Returns:
        uint8 (n, 3, 32, 32) and int64 (n,).

    Raises:
        GradusError: it is damaged, cut short, too long, or has a label above 9.
    """
    where = f"{path.parent.name}/{path.name}"
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(_MOST_RECORDS * _RECORD + 1)
    except (OSError, EOFError, zlib.error):
        raise GradusError(f"{where}: cannot be read, or is damaged; {_REMEDY}") from None
    if not content or len(content) % _RECORD or len(content) > _MOST_RECORDS * _RECORD:
        raise GradusError(
            f"{where}: {len(content):,} bytes are not 1 to {_MOST_RECORDS:,} records of {_RECORD:,}; {_REMEDY}"
        )
    records = np.frombuffer(content, np.uint8).reshape(-1, _RECORD)
    labels = records[:, 0].astype(np.int64)
    if labels.max() >= len(_CLASSES):
        raise GradusError(f"{where}: label {labels.max()}, but 0 to {len(_CLASSES) - 1} are; {_REMEDY}")
    return records[:, 1:].reshape(-1, 3, 32, 32), labels


_REMEDY = "put the published file there, or move the folder away"
