"""Formulas in Unicode: what learners read in a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.catalogue import load
from content.mathtext import readable, to_unicode
from foundation.errors import GradusError


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\partial L / \partial w_{ij}", "∂L/∂wᵢⱼ"),
        (r"\hat{y}_i", "ŷᵢ"),
        (r"h_t^{(l)}", "hₜ⁽ˡ⁾"),
        (r"\theta_{t+1} = \theta_t - \eta \nabla L", "θₜ₊₁ = θₜ − η∇L"),
        (r"\frac{\partial L}{\partial w}", "∂L/∂w"),
        (r"\frac{1}{1-p}", "1/(1 − p)"),
        (r"\frac{a+b}{c}", "(a + b)/c"),
        (r"\frac{1}{2\sigma}", "1/(2σ)"),
        (r"\frac{1}{n}\sum_{i=1}^n x_i", "(1/n) ∑ᵢ₌₁ⁿ xᵢ"),
        (r"\frac{1}{f(x)}", "1/f(x)"),
        (r"\frac{1}{|B|}", "1/|B|"),
        (r"QK^\top/\sqrt{d_k}", "QKᵀ/√dₖ"),
        (r"\sqrt{x^2+1}", "√(x² + 1)"),
        (r"\sqrt[3]{x}", "³√x"),
        (r"\mathbb{R}^{n \times d}", "ℝ^(n×d)"),
        (r"\mathbb{E}[\tilde{h}]", "E[h̃]"),
        (r"\operatorname{softmax}(z)", "softmax(z)"),
        (r"\text{ReLU}(x) = \max(0, x)", "ReLU(x) = max(0, x)"),
        (r"\mathrm{ReLU}(x)", "ReLU(x)"),
        (r"\arg\max_x f(x)", "arg maxₓ f(x)"),
        (r"W_Q x", "W_Q x"),
        (r"h_Q^2", "h²_Q"),
        (r"y_{\text{true}}", "y_true"),
        (r"x_{i,j}", "x_(i,j)"),
        (r"e^{-x^2/2}", "e^(−x²/2)"),
        (r"10^{-3}", "10⁻³"),
        (r"1{,}000", "1,000"),
        (r"(0.5, -1)", "(0.5, −1)"),
        (r"-\log p", "−log p"),
        (r"f'(x)", "f′(x)"),
        (r"p(y \mid x)", "p(y | x)"),
        (r"|x||y|", "|x‖y|"),
        (r"x \sim \mathcal{N}(0, \sigma^2)", "x ∼ N(0, σ²)"),
        (r"a \odot b \cdot c \times d \le e", "a ⊙ b · c × d ≤ e"),
        (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", "[1 2; 3 4]"),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a = b; c = d"),
        (r"\begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}", "{1 if x > 0; 0 otherwise"),
        (r"\binom{n}{k}", "(n choose k)"),
        (r"50\%", "50%"),
        (r"x := 2", "x ≔ 2"),
        (r"a \not= b", "a ≠ b"),
        (r"90^\circ", "90°"),
        (r"\left.\frac{df}{dx}\right|_{x=0}", "df/dx|ₓ₌₀"),
    ],
)
def test_a_formula_reads_as_one_would_type_it(latex: str, expected: str) -> None:
    assert to_unicode(latex) == expected


@pytest.mark.parametrize("latex", [r"\foo{x}", "a_{", r"\frac{1}", r"x \underarrow y"])
def test_a_formula_that_cannot_be_read_is_named(latex: str) -> None:
    with pytest.raises(GradusError) as caught:
        to_unicode(latex)
    assert latex in str(caught.value)


def test_a_broken_formula_in_a_text_still_shows_without_backslashes() -> None:
    assert readable(r"So $\foo{x}$ it is.") == "So foo x it is."


def test_code_is_left_alone() -> None:
    text = "Use `$x$`.\n\n```python\ncost = '$y$'\n```\n"
    assert readable(text + "And $y$ costs \\$5.") == text + "And y costs $5."


FORMULAS = st.recursive(
    st.sampled_from(["x", "w_i", r"\theta", "2", r"\hat{y}", r"\text{loss}", "-1", "=", "+", r"\operatorname{f}"]),
    lambda inner: st.one_of(
        st.builds(r"\frac{{{}}}{{{}}}".format, inner, inner),
        st.builds(r"\sqrt{{{}}}".format, inner),
        st.builds("{{{}}}^{{{}}}".format, inner, inner),
        st.builds("{{{}}}_{{{}}}".format, inner, inner),
        st.builds("{} {}".format, inner, inner),
    ),
    max_leaves=8,
)


@given(FORMULAS, FORMULAS)
def test_no_dollar_backslash_or_brace_of_a_formula_is_left(one: str, other: str) -> None:
    shown = readable(f"Here ${one}$ and ${other}$.")
    assert not set(shown) & set("$\\{}")
    assert shown.startswith("Here ")


@given(st.text())
def test_any_text_can_be_made_readable(text: str) -> None:
    readable(text)


def test_our_lessons_leave_no_trace_of_latex() -> None:
    for lesson in load().lessons.values():
        for section in lesson.sections:
            for block in section.paragraphs:
                prose = readable(block.text.replace("`", ""))
                assert "$" not in prose, (lesson.path, block.line)
                assert "\\" not in prose or "\\" in block.text.split("`")[1::2], (lesson.path, block.line)
