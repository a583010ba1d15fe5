"""Numbers as learners type them, beside what was expected."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.numbers import Expected, NotANumber, Verdict, judge


def verdict(text: str, expected: Expected) -> Verdict:
    return judge(text, expected).verdict


@pytest.mark.parametrize(
    "text",
    [
        "0.25", ".25", "0,25", "1/4", "¼", "25 %", "25%", "25 percent", "2.5e-1", "2.5×10^-1", "2.5*10**-1",
        "2.5 x 10^-1", "25·10⁻²", "25*10^{-2}", "2^-2", "sqrt(1/16)", "sqrt 0.0625", "1/(1+3)", "1/(1+3) = 0.25",
        "0.25 = 1/4", "0.25 (1/4)", "x = 0.25", "w1 = 0.25", "≈ 0.25", "~0.25", "about 0.25", "the answer is 0.25",
        "0.25.", "my guess: .25!", "**0.25**", "`0.25`", "$0.25$", "(0.25)", "0.25)", "0.2500", "0.25 units",
        "around 0.25, I think", "0.25 because the kernel is 3", "٠٫٢٥", "０.２５", "0.25 or 1/4",
    ],
)  # fmt: skip
def test_one_number_in_many_forms_is_right(text: str) -> None:
    assert verdict(text, Expected(0.25)) == "right"


@pytest.mark.parametrize(
    "text", ["-0.25", "−0.25", "2.5", "25", "0.26", "0.2", "0.5", "1/5", "0", "1e9", "0.25 GB = 1"]
)
def test_another_number_is_wrong(text: str) -> None:
    assert verdict(text, Expected(0.25)) == "wrong"


@pytest.mark.parametrize(
    "text",
    ["0.25 or 0.5", "0.5 or 0.25", "not 0.25", "it isn't 0.25", "more than 0.25", "> 0.25", "0.25 ± 0.1", "0.25 0.3"],
)
def test_a_number_among_others_or_taken_back_is_never_right(text: str) -> None:
    assert verdict(text, Expected(0.25)) == "unsure"


def test_a_list_of_guesses_is_wrong() -> None:
    assert verdict("0.1 0.2 0.25 0.3 0.4", Expected(0.25)) == "wrong"


@pytest.mark.parametrize(
    "text", ["1234", "1,234", "1 234", "1'234", "1_234", "1,234.0", "1.234,0", "1.234k", "1234 params"]
)
def test_thousands_may_be_parted(text: str) -> None:
    assert verdict(text, Expected(1234.0, whole=True)) == "right"


def test_a_point_between_thousands_is_unsure_as_it_reads_as_a_decimal_point() -> None:
    assert verdict("1.234", Expected(1234.0)) == "unsure"


def test_a_decimal_comma_before_three_digits_counts_only_where_thousands_are_no_slip_of_this_question() -> None:
    assert verdict("1,234", Expected(1.234)) == "right"
    assert verdict("1,234", Expected(1.234, mistakes=(1234.0,))) == "unsure"
    assert verdict("1,234", Expected(1.234, unit="GB")) == "unsure"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25", "right"), ("25 %", "right"), ("25 percent", "right"), ("25 per cent", "right"), ("0.25", "unsure"),
        ("1/4", "unsure"), ("0.25 %", "wrong"), ("25 MB", "wrong"), ("25 bananas", "unsure"), ("25 of them", "right"),
    ],
)  # fmt: skip
def test_where_percent_is_asked_a_share_is_unsure(text: str, expected: Verdict) -> None:
    assert verdict(text, Expected(25.0, unit="%")) == expected


def test_a_percent_sign_where_none_was_asked_divides_by_a_hundred() -> None:
    assert verdict("25 %", Expected(0.25)) == "right"
    assert verdict("25 %", Expected(25.0)) == "unsure"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25", "right"), ("25 MB", "right"), ("25mb", "right"), ("25 megabytes", "right"), ("25 MB of memory", "right"),
        ("25 GB", "wrong"), ("25 MiB", "wrong"), ("25 ms", "wrong"),
    ],
)  # fmt: skip
def test_a_unit_may_be_left_out_but_not_be_another(text: str, expected: Verdict) -> None:
    assert verdict(text, Expected(25.0, unit="MB")) == expected


def test_a_scale_in_the_unit_is_not_applied_twice() -> None:
    expected = Expected(1.5, unit="million")
    assert verdict("1.5 million", expected) == verdict("1.5M parameters", expected) == "right"
    assert verdict("1,500,000", expected) == "unsure"


def test_rounding_as_asked_is_right_and_rounding_further_is_unsure() -> None:
    assert verdict("0.17", Expected(1 / 6, decimals=2)) == "right"
    assert verdict("0.16", Expected(1 / 6, decimals=2)) == "wrong"
    assert verdict("0.00", Expected(0.004, decimals=2)) == "right"
    assert verdict("0.009", Expected(0.004, decimals=2)) == "wrong"
    assert verdict("0.15", Expected(0.1549)) == "unsure"


def test_a_count_has_to_be_exact() -> None:
    assert verdict("256", Expected(256.0, whole=True)) == verdict("2⁸", Expected(256.0, whole=True)) == "right"
    assert verdict("255", Expected(256.0, whole=True)) == "wrong"
    assert verdict("256.4", Expected(256.0, whole=True)) == "wrong"


def test_nought_is_forgiven_what_floats_leave_of_it() -> None:
    assert verdict("0", Expected(5e-17)) == "right"
    assert verdict("0.01", Expected(5e-17)) == "wrong"


def test_small_numbers_are_written_as_words_too() -> None:
    assert verdict("the answer is four", Expected(4.0, whole=True)) == "right"


def test_the_nearest_known_mistake_is_named() -> None:
    judged = judge("0.5", Expected(0.25, mistakes=(0.502, 0.5, 0.75)))
    assert (judged.verdict, judged.mistake) == ("wrong", 1)


@pytest.mark.parametrize(
    ("text", "words"), [("-0.25", "sign"), ("2.5", "factor of 10"), ("0.26", "near"), ("25", "factor of 100")]
)
def test_what_kind_of_slip_it_is_is_said_where_it_shows(text: str, words: str) -> None:
    assert words in judge(text, Expected(0.25)).note


@pytest.mark.parametrize("text", ["", "I don't know", "a quarter", "1/0", "1,2,3", "sqrt(-1)", "?", "x", "9" * 201])
def test_what_holds_no_number_is_said_so(text: str) -> None:
    with pytest.raises(NotANumber):
        judge(text, Expected(0.25))


@settings(deadline=None)
@given(
    st.floats(-1e6, 1e6).filter(lambda value: abs(value) > 1e-3),
    st.sampled_from(["{:.6g}", "≈ {:.6g}", "y = {:.6g} units"]),
)
def test_a_number_is_right_for_itself_and_not_for_another(value: float, form: str) -> None:
    assert verdict(form.format(value), Expected(value)) == "right"
    assert verdict(form.format(value), Expected(value * 1.2 + (1 if value > 0 else -1))) == "wrong"


@settings(deadline=None)
@given(st.text(max_size=220), st.sampled_from(["", "%", "MB", "million parameters"]), st.booleans())
def test_any_text_is_judged_or_refused(text: str, unit: str, whole: bool) -> None:
    with suppress(NotANumber):
        judge(text, Expected(12.0, 1, whole, unit, mistakes=(13.0,)))
