"""Pictures and labels in the IDX form in which MNIST and Fashion-MNIST were published, gzipped or not.

Two zero bytes, the type (8: unsigned bytes), the number of axes, each axis's length as four bytes with the highest
first, then the bytes themselves (http://yann.lecun.com/exdb/mnist/).
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.errors import GradusError
from training.data.examples import Examples

_UNSIGNED_BYTES = 8
_LONGEST = 2**28
"""Bytes; five times the largest published file, so that a forged one does not fill the memory."""


def read_pictures(folder: Path, name: str, version: str, classes: tuple[str, ...]) -> Examples | None:
    """A data set of square pictures in four IDX files; None where the folder is absent or has none of them.

    Raises:
        GradusError: a file is missing or is not what it should be.
    """
    stems = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
    paths = [_find(folder, stem) for stem in stems]
    if not any(paths):
        return None
    arrays = []
    for stem, path in zip(stems, paths, strict=True):
        if path is None:
            raise GradusError(f"{folder.name}/{stem}.gz is missing beside the others; {_REMEDY}")
        arrays.append(read_idx(path, axes=3 if "images" in stem else 1))
    x_train, y_train, x_test, y_test = arrays
    for stem, pictures, labels in ((stems[1], x_train, y_train), (stems[3], x_test, y_test)):
        if len(pictures) != len(labels) or not len(labels):
            raise GradusError(f"{folder.name}/{stem}: {len(labels):,} labels for {len(pictures):,} pictures; {_REMEDY}")
        if labels.max() >= len(classes):
            raise GradusError(f"{folder.name}/{stem}: label {labels.max()}, but 0 to {len(classes) - 1} are; {_REMEDY}")
    if x_train.shape[1:] != (28, 28) or x_test.shape[1:] != (28, 28):
        raise GradusError(f"{folder.name}/{stems[0]}: the pictures are not 28 × 28; {_REMEDY}")
    return Examples(
        name=name,
        version=version,
        x_train=x_train[:, None],
        y_train=y_train.astype(np.int64),
        x_test=x_test[:, None],
        y_test=y_test.astype(np.int64),
        classes=classes,
    )


def read_idx(path: Path, axes: int) -> NDArray[np.uint8]:
    """The array of unsigned bytes in an IDX file, gzipped where its name ends in `.gz`.

    Raises:
        GradusError: it is no such file, has another number of axes, or is cut short or too long.
    """
    where = f"{path.parent.name}/{path.name}"
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(_LONGEST + 1)
    except (OSError, EOFError, zlib.error):
        raise GradusError(f"{where}: cannot be read, or is damaged; {_REMEDY}") from None
    if len(content) < 4 + 4 * axes or content[:2] != b"\0\0" or content[2] != _UNSIGNED_BYTES or content[3] != axes:
        raise GradusError(f"{where}: not an IDX file of bytes with {axes} axes; {_REMEDY}")
    shape = struct.unpack(f">{axes}I", content[4 : 4 + 4 * axes])
    found, expected = len(content) - 4 - 4 * axes, math.prod(shape)
    if found != expected:
        raise GradusError(f"{where}: {expected:,} bytes announced, {found:,} there; {_REMEDY}")
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape).copy()


def _find(folder: Path, stem: str) -> Path | None:
    return next((path for path in (folder / f"{stem}.gz", folder / stem) if path.is_file()), None)


_REMEDY = "put the published file there, or move the folder away"
