"""Scores against plain-Python oracles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import ranking
from index.embedding import normalised
from index.ranking import Floats


def _rows(rng: np.random.Generator, count: int) -> Floats:
    rows = rng.standard_normal((count, 6)).astype(np.float32)
    return normalised(rows)


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_maxsim_is_the_weighted_mean_of_each_tokens_best_cosine(seed: int, asked: int, lengths: list[int]) -> None:
    rng = np.random.default_rng(seed)
    question, passages = _rows(rng, asked), _rows(rng, sum(lengths))
    weights = rng.uniform(0.5, 3, asked).astype(np.float32)
    found = ranking.maxsim(question, weights, passages, np.array(lengths))
    ends = np.cumsum(lengths)
    for score, end, length in zip(found, ends, lengths, strict=True):
        own = passages[end - length : end]
        best = [max((float(token @ row) for row in own), default=0.0) for token in question]
        assert score == pytest.approx(float(np.average(best, weights=weights)), abs=1e-5)


def test_maxsim_of_a_question_without_tokens_is_zero() -> None:
    none, passages = np.zeros((0, 6), np.float32), _rows(np.random.default_rng(1), 3)
    assert ranking.maxsim(none, np.zeros(0, np.float32), passages, np.array([1, 2])).tolist() == [0, 0]


@given(st.lists(st.floats(-5, 5, width=32), max_size=30), st.integers(-1, 40))
def test_top_is_a_stable_sort_cut_short(values: list[float], count: int) -> None:
    expected = sorted(range(len(values)), key=lambda place: -values[place])[: max(0, count)]
    assert ranking.top(np.array(values, np.float32), count).tolist() == expected


def test_the_best_sentence_speaks_for_its_passage() -> None:
    scores = np.array([1, 5, 2, 3, 9], np.float32)
    assert ranking.best_of_each(scores, np.array([0, 2, 3, 5])).tolist() == [5, 2, 9]
    assert ranking.best_of_each(np.zeros(0, np.float32), np.array([0])).tolist() == []


@pytest.mark.parametrize("values", [[], [3.0], [2.0, 2.0, 2.0]])
def test_scores_without_spread_standardise_to_zero(values: list[float]) -> None:
    assert ranking.standardised(np.array(values, np.float32)).tolist() == [0.0] * len(values)


def test_fusion_weighs_z_scores() -> None:
    dense, lexical = np.array([0, 1], np.float32), np.array([10, 0], np.float32)
    assert ranking.fused(dense, lexical, 0.8).tolist() == pytest.approx([-0.6, 0.6])
    assert ranking.fused(dense, lexical, 0.2).tolist() == pytest.approx([0.6, -0.6])


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 6), min_size=1, max_size=5), st.integers(1, 4))
def test_a_concept_is_as_near_as_its_nearest_sentences_together(seed: int, lengths: list[int], count: int) -> None:
    scores = np.random.default_rng(seed).standard_normal(sum(lengths)).astype(np.float32)
    starts = np.cumsum([0, *lengths])
    found = ranking.nearest_of_each(scores, starts[:-1], count)
    for near, start, end in zip(found, starts, starts[1:], strict=False):
        best = sorted(scores[start:end].tolist())[-count:]
        assert near == pytest.approx(sum(best) / len(best), abs=1e-6)


def test_no_concepts_have_no_nearness() -> None:
    assert len(ranking.nearest_of_each(np.ones(3, np.float32), np.zeros(0, np.int64), 3)) == 0
