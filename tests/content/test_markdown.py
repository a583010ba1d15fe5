"""Markdown taken apart: sentences, spans and blocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.markdown import blocks, code_blocks, equations, lone_dollar, paragraphs, sentences, spans

PIECES = st.sampled_from(
    [
        "Dropout ",
        "e.g. ",
        "0.5 ",
        "$x. Y$ ",
        "`a. B` ",
        "Why? ",
        "Yes! ",
        "al. ",
        "… ",
        "A. ",
        "(So.) ",
        "\n",
        ". ",
        "$",
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("A rate, e.g. Adam's, of 0.5 is fine. Next.", ["A rate, e.g. Adam's, of 0.5 is fine.", "Next."]),
        ("Use $p = 0.5. Q$ here. `f(). G` is code. Done", ["Use $p = 0.5. Q$ here.", "`f(). G` is code.", "Done"]),
        ("Call `model.eval()`. `torch.no_grad()` is else.", ["Call `model.eval()`.", "`torch.no_grad()` is else."]),
        ("The loss falls. $w$ stays.", ["The loss falls.", "$w$ stays."]),
        ("As D. Rumelhart et al. (1986) showed. It works!", ["As D. Rumelhart et al. (1986) showed.", "It works!"]),
        (
            'He said "stop." Then it stopped (at 3.) That was all.',
            ['He said "stop."', "Then it stopped (at 3.)", "That was all."],
        ),
        ("Why? Because. … and so on", ["Why?", "Because. … and so on"]),
        ("See [[dropout]]. [[adam|Adam]] is next.", ["See [[dropout]].", "[[adam|Adam]] is next."]),
        ("**Bold end.** Next.", ["**Bold end.**", "Next."]),
        ("It began in Jan. Of the U.S. Army Gen. Grant knew.", ["It began in Jan. Of the U.S. Army Gen. Grant knew."]),
        ("The size is n. Then it grows.", ["The size is n.", "Then it grows."]),
        ("", []),
    ],
)
def test_sentences_are_whole(text: str, expected: list[str]) -> None:
    assert list(sentences(text)) == expected


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_sentences_lose_nothing_but_space(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@given(st.one_of(st.text(alphabet="$`\\[]a \n"), st.lists(PIECES).map("".join)))
def test_spans_put_together_are_the_text(text: str) -> None:
    found = list(spans(text))
    assert "".join(span.text for span in found) == text
    assert all(text[span.start :].startswith(span.text) for span in found)


def test_spans_tell_formulas_code_and_links_apart() -> None:
    text = "Let $x_i$ and `$a` cost \\$5, see [[adam|it]].\n```text\n$1\n```\n$$\na\n$$"
    assert [(span.kind, span.inside) for span in spans(text) if span.kind != "prose"] == [
        ("inline", "x_i"),
        ("code", "$a"),
        ("link", "adam|it"),
        ("fence", "$1"),
        ("display", "a"),
    ]


@pytest.mark.parametrize(
    ("text", "place"), [("a $x$ b", None), ("costs \\$5", None), ("`$`", None), ("a $x", 2), ("$ x $", 0)]
)
def test_a_lone_dollar_is_found(text: str, place: int | None) -> None:
    assert lone_dollar(text) == place


def test_blocks_know_their_kind_and_line() -> None:
    body = (
        "First\nline.\n\n- one\n  more\n2. two\n\n$$\na\n+ b\n$$\n\n> said\n\n### Head\n| a |\n| - |\n\n~~~\n# no\n~~~"
    )
    assert [(one.kind, one.text, one.line) for one in blocks(body, 10)] == [
        ("paragraph", "First line.", 10),
        ("item", "one more", 13),
        ("item", "two", 15),
        ("equation", "a\n+ b", 17),
        ("quote", "said", 22),
        ("heading", "Head", 24),
        ("table", "| a |\n| - |", 25),
        ("code", "# no", 28),
    ]


def test_code_comes_with_what_it_prints() -> None:
    body = (
        "```python\nprint(1)\n```\n\n```text\n1\n```\n\n```python\nx = 1\n```\n\nText.\n\n```python raises\n1 / 0\n```"
    )
    first, second, third = code_blocks(body)
    assert (first.code, first.output, first.line, first.raises) == ("print(1)", "1", 1, False)
    assert (second.output, second.line) == (None, 9)
    assert (third.raises, third.output) == (True, None)


def test_equations_come_without_their_dollars() -> None:
    assert [(one.latex, one.line) for one in equations("$$a$$\n\nText $x$.\n\n$$\nb\n$$")] == [("a", 1), ("b", 5)]


def test_nothing_holds_nothing() -> None:
    for parts in (blocks, code_blocks, equations, paragraphs, sentences):
        assert parts("") == ()
