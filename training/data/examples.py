"""What every data set gives: examples to learn from, and others to be judged by."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Examples:
    """A data set, in memory.

    Attributes:
        name: `synthetic-…` where we drew it, else as published.
        version: changes with every change of what is in it.
        x_train, x_test: pictures are uint8, 0 to 255, (n, channels, height, width).
        y_train, y_test: (n,) int64, the index of the class.
        classes: their names, in order.
    """

    name: str
    version: str
    x_train: NDArray[Any]
    y_train: NDArray[np.int64]
    x_test: NDArray[Any]
    y_test: NDArray[np.int64]
    classes: tuple[str, ...]
