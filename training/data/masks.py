"""Faces with a mask and without: a folder of photographs, or drawn faces."""

from pathlib import Path

import numpy as np

from foundation.errors import GradusError
from training.data import faces
from training.data.examples import Examples
from training.data.photographs import held_out, read, within

_MOST = 2000
"""Photographs of a class; the first by name."""


def face_mask(folder: Path | None, seed: int = 0) -> Examples:
    """The photographs (48 × 48) in the two folders of `<folder>/face-mask/`, or `synthetic-masks`.

    A fifth of each folder's are for the test. The drawn ones are few; the test's have cloth of other colours and
    darker skins than training ever shows.

    Args:
        seed: chooses which photographs are for the test.

    Raises:
        GradusError: there are not two folders, one has fewer than ten photographs, or a photograph is broken.
    """
    return (_photographs(folder / "face-mask", seed) if folder else None) or _drawn()


def _drawn() -> Examples:
    x_train, y_train = faces.faces(400, faces.SEEN, np.random.default_rng(30))
    x_test, y_test = faces.faces(600, faces.UNSEEN, np.random.default_rng(31))
    return Examples(
        name="synthetic-masks",
        version="1",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        classes=("without a mask", "with a mask"),
    )


def _photographs(folder: Path, seed: int) -> Examples | None:
    if not folder.is_dir():
        return None
    classes = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if len(classes) != 2:
        raise GradusError(f"{folder.name}: {len(classes)} folders; two are needed, one for each class of photographs")
    pictures, labels = [], []
    for label, place in enumerate(classes):
        paths = within(place)[:_MOST]
        if len(paths) < 10:
            raise GradusError(f"{folder.name}/{place.name}: {len(paths)} photographs; ten are the least")
        pictures += [read(path, f"{folder.name}/{place.name}/{path.name}", faces.SIZE) for path in paths]
        labels += [label] * len(paths)
    x, y = np.stack(pictures), np.array(labels, dtype=np.int64)
    test = held_out(y, 0.2, seed)
    # Everybody's folder is another one: the version says how much of it there is.
    return Examples(
        name="face-mask",
        version=f"{len(y)} photographs",
        x_train=x[~test],
        y_train=y[~test],
        x_test=x[test],
        y_test=y[test],
        classes=(classes[0].name, classes[1].name),
    )
