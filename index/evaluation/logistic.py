"""Logistic regression with a ridge penalty, by Newton's method: small enough to need no library."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

STEPS = 50


def fit(
    rows: Sequence[Mapping[str, float]], labels: Sequence[bool], names: Sequence[str], ridge: float
) -> tuple[float, dict[str, float]]:
    """The intercept and the weights that make `labels` likeliest, on the scale of the rows' own values.

    Args:
        rows: n mappings that each have every name.
        labels: n.
        ridge: penalty on each squared weight of standardised values; the intercept is free.
    """
    values = np.array([[row[name] for name in names] for row in rows], np.float64)
    means, deviations = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-9)
    scaled = np.column_stack([np.ones(len(values)), (values - means) / deviations])
    solved = _newton(scaled, np.asarray(labels, np.float64), ridge)
    weights = solved[1:] / deviations
    return float(solved[0] - weights @ means), dict(zip(names, weights.tolist(), strict=True))


def _newton(scaled: Array, labels: Array, ridge: float) -> Array:
    penalty = ridge * np.eye(scaled.shape[1])
    penalty[0, 0] = 1e-6
    solved = np.zeros(scaled.shape[1])
    for _ in range(STEPS):
        chances = 1 / (1 + np.exp(-np.clip(scaled @ solved, -30, 30)))
        slope = scaled.T @ (chances - labels) + penalty @ solved
        curve = (scaled * (chances * (1 - chances))[:, None]).T @ scaled + penalty
        step = np.linalg.solve(curve, slope)
        solved = solved - step
        if np.abs(step).max() < 1e-8:
            break
    return solved
