"""Handwritten digits: MNIST where its files are, else the 1,797 small ones that come with scikit-learn."""

from pathlib import Path

import numpy as np

from training.data.examples import Examples
from training.data.idx import read_pictures

_CLASSES = tuple("0123456789")


def digits(folder: Path | None) -> Examples:
    """MNIST (28 × 28) from `<folder>/mnist/`, or `sklearn-digits` (8 × 8), a fifth of whose pictures are for the test.

    Raises:
        GradusError: a file of MNIST is missing or broken.
    """
    published = read_pictures(folder / "mnist", "mnist", "1998", _CLASSES) if folder else None
    return published or _small()


def _small() -> Examples:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    x = np.round(bunch.images * (255 / 16)).astype(np.uint8)[:, None]
    y = bunch.target.astype(np.int64)
    # They lie writer by writer, so every fifth is a sample of all hands.
    test = np.arange(len(y)) % 5 == 4
    return Examples(
        name="sklearn-digits",
        version="1",
        x_train=x[~test],
        y_train=y[~test],
        x_test=x[test],
        y_test=y[test],
        classes=_CLASSES,
    )
