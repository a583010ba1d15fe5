"""Words and short phrases beside the accepted ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.words import Verdict, compare, distance

TERMS = frozenset(
    {
        *("LSTM", "GRU", "recall", "precision", "overfitting", "underfitting", "dropout", "batch normalisation"),
        *("softmax", "activation function", "variance", "covariance", "encoder", "decoder", "generator", "embedding"),
    }
)


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ("Overfitting.", "overfitting"),
        ("over-fitting", "overfitting"),
        ("the over fitting", "overfitting"),
        ("**overfitting**", "overfitting"),
        ("I think it's overfitting", "overfitting"),
        ("LSTMs", "LSTM"),
        ("long short term memory", "long short-term memory"),
        ("LSTM (long short-term memory)", "LSTM"),
        ("regularization", "regularisation"),
        ("colours", "color"),
        ("modeling", "modelling"),
        ("matrices", "matrix"),
        ("biases", "bias"),
        ("softmax function", "softmax"),
        ("loss", "loss function"),
        ("model.train()", "train"),
        ("zero_grad()", "zero_grad"),
        ("naive Bayes", "naïve Bayes"),
        ("two", "2"),
        ("0.10", "0.1"),
        ("minus 1", "-1"),
        ("50 percent", "50 %"),
        ("（ｄｒｏｐｏｕｔ）", "dropout"),
    ],
)
def test_form_makes_no_difference(answer: str, accepted: str) -> None:
    assert compare(answer, (accepted, "long short-term memory"), TERMS) == "right"


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ("overfiting", "overfitting"),
        ("ovrefitting", "overfitting"),
        ("batch normalizaton", "batch normalisation"),
        ("varience", "variance"),
        ("trian", "train"),
    ],
)
def test_small_typos_are_forgiven(answer: str, accepted: str) -> None:
    assert compare(answer, (accepted,), TERMS) == "typo"


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ("GRU", "LSTM"),
        ("precision", "recall"),
        ("underfitting", "overfitting"),
        ("covariance", "variance"),
        ("decoder", "encoder"),
        ("unsupervised", "supervised"),
        ("decreases", "increases"),
        ("minimisation", "maximisation"),
        ("micro-average", "macro-average"),
        ("not overfitting", "overfitting"),
        ("overfitting or underfitting", "overfitting"),
        ("GRUs", "GRUx"),
        ("L1", "L2"),
        ("1", "-1"),
        ("dim = -1", "dim=1"),
        ("16", "15"),
        ("mean", "meen"),
        ("activation function", "activation"),
        ("", "overfitting"),
        ("...", "overfitting"),
    ],
)
def test_another_word_is_wrong_however_near(answer: str, accepted: str) -> None:
    assert compare(answer, (accepted,), TERMS) == "wrong"


def test_a_typo_as_near_to_another_term_is_not_forgiven() -> None:
    assert compare("embeddin", ("embedding",), TERMS) == "typo"
    assert compare("bedding", ("bidding",), ()) == "typo"
    assert compare("bdding", ("bidding",), ("bedding",)) == "wrong"


def test_a_typo_as_near_to_a_known_mistake_is_not_forgiven() -> None:
    assert compare("statefull", ("stateful",), (), ()) == "typo"
    assert compare("padded", ("padding",), (), ("padder",)) != "typo"


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [("overfit", "overfitting"), ("L2 regularisation", "regularisation"), ("dropout (a mask)", "dropout")],
)
def test_what_a_person_would_hesitate_over_is_unsure(answer: str, accepted: str) -> None:
    verdict: Verdict = compare(answer, (accepted,), TERMS)
    assert verdict == "unsure"


def test_symbols_count_where_nothing_else_is_there() -> None:
    assert compare("()", ("()",)) == "right"
    assert compare("<", ("<",)) == "right"
    assert compare("<=", ("<",)) == "wrong"


_WORD = st.text("abcd", max_size=7)


@settings(deadline=None)
@given(_WORD, _WORD, st.integers(0, 3))
def test_the_banded_distance_is_the_whole_one_up_to_its_limit(one: str, other: str, most: int) -> None:
    assert distance(one, other, most) == min(_plain_distance(one, other), most + 1)


def _plain_distance(one: str, other: str) -> int:
    """Optimal string alignment, the whole table."""
    table = [[row + column for column in range(len(other) + 1)] for row in range(len(one) + 1)]
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            exchange = table[row - 1][column - 1] + (one[row - 1] != other[column - 1])
            table[row][column] = min(table[row - 1][column] + 1, table[row][column - 1] + 1, exchange)
            if row > 1 and column > 1 and one[row - 1] == other[column - 2] and one[row - 2] == other[column - 1]:
                table[row][column] = min(table[row][column], table[row - 2][column - 2] + 1)
    return table[-1][-1]


@settings(deadline=None)
@given(st.text(max_size=220))
def test_any_text_is_compared(text: str) -> None:
    assert compare(text, ("overfitting", "-1"), TERMS, ("no_grad",)) in ("right", "typo", "unsure", "wrong")
