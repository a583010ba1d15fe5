"""Our own arithmetic: what it reads, what it refuses, and that it never runs anything."""

import math
from operator import add, mul, sub, truediv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import GradusError
from quizzes.expressions import DEEPEST, LONGEST, MOST_NODES, Ambiguous, NoValue, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2^2", -4.0),
        ("2^3^2", 512.0),
        ("2^-1", 0.5),
        ("2*-3", -6.0),
        ("2**3", 8.0),
        ("6 ÷ 3 × 4 − 1", 7.0),
        ("1 - 2 - 3", -4.0),
        ("8/4/2", 1.0),
        ("mod(-1, 3)", 2.0),
        ("round(2.5)", 3.0),
        ("round(-2.5)", -3.0),
        ("min(3, 1, 2) + max(4, 5)", 6.0),
        ("max(7)", 7.0),
        ("ln(e) + log10(1000) + log2(8)", 7.0),
        ("relu(-1) + sigmoid(0) + tanh(0)", 0.5),
        ("floor(2.7) + ceil(2.1)", 5.0),
        ("1e-3 * 1000", 1.0),
        ("3 > 2", 1.0),
        ("0.1 + 0.2 == 0.3", 1.0),
        ("0.1 + 0.2 > 0.3", 0.0),
        ("if(1 < 2, 5, 1/0)", 5.0),
    ],
)
def test_strict_expressions_come_to(text: str, value: float) -> None:
    assert parse(text).value({}) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2x", 6.0),
        ("2(x+1)", 8.0),
        ("(x)(y)", 12.0),
        ("x(1-x)", -6.0),
        ("xy", 12.0),
        ("2xy^2", 96.0),
        ("x²y", 36.0),
        ("x⁻¹", 1 / 3),
        ("√(y)", 2.0),
        ("√y", 2.0),
        ("|x - y|", 1.0),
        ("[x + {y}]", 7.0),
        ("w₁ + w_1", 10.0),
        ("W1", 5.0),
        ("σ(0)x", 1.5),
        (r"\frac{x}{y}", 0.75),
        (r"\sqrt{y} \cdot x", 6.0),
        ("2π", 2 * math.pi),
        ("e^(2x)", math.exp(6)),
        ("ln x", math.log(3)),
    ],
)
def test_what_learners_type_is_understood(text: str, value: float) -> None:
    names = {"x": 3.0, "y": 4.0, "w1": 5.0}
    assert parse(text, names, loose=True).value(names) == pytest.approx(value)


@pytest.mark.parametrize("text", ["1/2x", "e^2x", "2^3x", "ln 2x", "√2x", "1/x(x+1)"])
def test_what_people_read_in_two_ways_is_refused_with_advice(text: str) -> None:
    with pytest.raises(Ambiguous, match="brackets"):
        parse(text, ("x",), loose=True)


def test_templates_need_a_sign_for_every_product() -> None:
    with pytest.raises(GradusError, match="can't go on"):
        parse("2x", ("x",))


def test_names_of_the_question_come_before_constants_and_functions() -> None:
    assert parse("e + max", ("e", "max")).value({"e": 5.0, "max": 1.0}) == 6
    assert parse("2*e").value({}) == pytest.approx(2 * math.e)
    assert parse("max(n, e)", ("n", "max")).names == {"n"}


def test_an_unknown_name_is_said_with_what_was_meant() -> None:
    with pytest.raises(GradusError, match=r"'sqr' isn't known here .did you mean 'sqrt'"):
        parse("sqr(2)")


@pytest.mark.parametrize(
    "text", ["1/0", "log(0)", "sqrt(-1)", "(-8)^(1/3)", "0^-1", "10^400", "9^9^9^9", "exp(1000)", "mod(1, 0)"]
)
def test_what_has_no_finite_real_value_says_so(text: str) -> None:
    with pytest.raises(NoValue):
        parse(text).value({})


def test_a_name_without_a_number_has_no_value() -> None:
    with pytest.raises(NoValue, match="no number for x"):
        parse("x", ("x",)).value({})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "* 2",
        "(1",
        "1)",
        "1 2",
        "1 < 2 < 3",
        "min()",
        "sqrt(1, 2)",
        "mod(1)",
        "sqrt 2",
        "1..2",
        "'a'",
        "a.b",
        "1e999",
        "9" * (LONGEST + 1),
        "+".join("1" * (MOST_NODES + 1)),
        "(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1),
    ],
)
def test_what_is_no_expression_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(GradusError) as refusal:
        parse(text)
    assert "\n" not in str(refusal.value)


@settings(deadline=None)
@given(st.text(max_size=LONGEST + 20), st.booleans())
def test_any_text_is_read_or_refused(text: str, loose: bool) -> None:
    try:
        value = parse(text, ("x", "w1"), loose=loose).value({"x": 0.5, "w1": -2.0})
    except GradusError:
        return
    assert math.isfinite(value)


Sum = tuple[str, float | None]
"""A text and what Python's own arithmetic makes of it at x = 0.5; None where it divides by zero."""


def _binary(left: Sum, operator: str, right: Sum) -> Sum:
    text = f"({left[0]} {operator} {right[0]})"
    if left[1] is None or right[1] is None or (operator == "/" and right[1] == 0):
        return text, None
    return text, {"+": add, "-": sub, "*": mul, "/": truediv}[operator](left[1], right[1])


def _negative(of: Sum) -> Sum:
    return f"(-{of[0]})", None if of[1] is None else -of[1]


_LEAVES: st.SearchStrategy[Sum] = st.one_of(
    st.integers(0, 99).map(lambda number: (str(number), float(number))), st.just(("x", 0.5))
)
_SUMS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(st.builds(_binary, inner, st.sampled_from("+-*/"), inner), inner.map(_negative)),
    max_leaves=12,
)


@settings(deadline=None)
@given(_SUMS, st.booleans())
def test_plain_arithmetic_agrees_with_pythons(one: Sum, loose: bool) -> None:
    text, expected = one
    read = parse(text, ("x",), loose=loose)
    if expected is None:
        with pytest.raises(NoValue):
            read.value({"x": 0.5})
    else:
        assert read.value({"x": 0.5}) == pytest.approx(expected, abs=1e-9)
