"""Scores as pure functions of arrays: n passages, s sentences, q question tokens, p passage tokens."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

DENSE_SHARE = 0.8
"""Of the sum of z-scores; the rest is BM25's."""

MAXSIM_WEIGHT = 30.0
"""On the scale of that sum; any weight from 20 to 40 ranks alike."""

COMMON_WORD = 1.0
"""What a question's token of no rarity counts in MaxSim; its word's IDF is added to that."""

RERANKED = 20
"""How many of the best by that sum are scored by their tokens too."""


def best_of_each(scores: Floats, starts: Integers) -> Floats:
    """The greatest score of each passage's sentences.

    Args:
        scores: (s,), one a sentence, passage after passage.
        starts: (n + 1,), where each passage's sentences begin; the last entry is s. None is empty.

    Returns:
        (n,)
    """
    if len(starts) < 2:
        return np.zeros(0, np.float32)
    best: Floats = np.maximum.reduceat(scores, starts[:-1])
    return best


def nearest_of_each(scores: Floats, starts: Integers, count: int) -> Floats:
    """The mean of the `count` greatest scores of each concept's sentences, or of all, where they are fewer.

    Args:
        scores: (s,), one a sentence, concept after concept.
        starts: (c,), where each concept's sentences begin. None is empty.

    Returns:
        (c,)
    """
    groups = np.split(scores, starts[1:]) if len(starts) else []
    nearest = [np.partition(own, -count)[-count:] if len(own) > count else own for own in groups]
    return np.array([own.mean() for own in nearest], np.float32)


def standardised(scores: Floats) -> Floats:
    """Z-scores (n,) of `scores` (n,): mean 0, deviation 1; all zero where every score is the same."""
    if not len(scores):
        return scores
    deviation = float(scores.std())
    if deviation < 1e-9:
        return np.zeros_like(scores)
    scaled: Floats = (scores - scores.mean()) / np.float32(deviation)
    return scaled


def fused(dense: Floats, lexical: Floats, share: float = DENSE_SHARE) -> Floats:
    """The z-score sum (n,): `share` of `dense` (n,) and the rest of `lexical` (n,).

    Scores are fused, not ranks: a clear winner of one system keeps its lead. The sum ranks passages
    for one question; it is no confidence, and sums of two questions cannot be compared.
    """
    total: Floats = np.float32(share) * standardised(dense) + np.float32(1 - share) * standardised(lexical)
    return total


def maxsim(question: Floats, weights: Floats, passages: Floats, lengths: Integers) -> Floats:
    """Late interaction: for each question token its best cosine in a passage, averaged over the tokens.

    After ColBERT (Khattab & Zaharia, 2020), with an encoder that was not trained for it. Weighing the
    tokens by their words' IDF won 1.5 points of R@1 over a plain mean.

    Args:
        question: (q, d), rows L2-normalised.
        weights: (q,), what each token counts in the mean; positive.
        passages: (p, d), rows L2-normalised; the tokens of several passages, one after another.
        lengths: (m,), how many rows each of them has; their sum is p. A passage may have none.

    Returns:
        (m,), from -1 to 1; 0 for a passage without tokens, and for a question without any.
    """
    scores = np.zeros(len(lengths), np.float32)
    filled = np.flatnonzero(lengths)
    if not len(filled) or not len(question):
        return scores
    starts = np.concatenate(([0], np.cumsum(lengths[filled])[:-1]))
    nearest = np.maximum.reduceat(question @ passages.T, starts, axis=1)
    scores[filled] = (weights / weights.sum()) @ nearest
    return scores


def top(scores: Floats, count: int) -> Integers:
    """Positions of the `count` greatest of `scores` (n,), best first; of equals the earlier first."""
    count = min(count, len(scores))
    if count <= 0:
        return np.zeros(0, np.int64)
    if count < len(scores):
        threshold = np.partition(scores, len(scores) - count)[len(scores) - count]
        candidates = np.flatnonzero(scores >= threshold)
    else:
        candidates = np.arange(len(scores))
    order = np.argsort(-scores[candidates], kind="stable")
    return candidates[order][:count].astype(np.int64)
