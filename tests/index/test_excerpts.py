"""Excerpts: whole sentences in order, around what was found, and no more than a message shows well."""

import pytest

from index.excerpts import ENOUGH, MOST, excerpt, nearest, pieces, sentences_of

LONG = "\n\n".join(
    " ".join(f"Paragraph {p} says in sentence {s} that thing{p}x{s} matters a good deal to it." for s in range(4))
    for p in range(6)
)
FORMULA = "The mask is drawn anew:\n\n$$m \\sim B(p)$$\n\nThen it is applied."
CODE = "It works like this:\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n\nThat was all."
ITEMS = "\n".join(
    f"- Point {n} is about topic{n}, and it stands by itself without the others near it." for n in range(9)
)


def shown(body: str, focus: str = "") -> str:
    parts = pieces(body, str)
    return excerpt(parts, nearest(parts, focus), whole=not focus)


def test_a_short_body_is_shown_whole() -> None:
    assert shown("One thing. Another thing.\n\nA third.") == "One thing. Another thing.\n\nA third."


@pytest.mark.parametrize("place", [(0, 0), (2, 3), (5, 1)])
def test_the_window_holds_what_was_found_in_whole_sentences_and_in_order(place: tuple[int, int]) -> None:
    focus = f"thing{place[0]}x{place[1]} matters"
    text = shown(LONG, focus)
    said = sentences_of(text)
    every = sentences_of(LONG)
    start = every.index(said[0])
    assert every[start : start + len(said)] == said
    assert any(focus in sentence for sentence in said)
    assert ENOUGH <= len(text) <= MOST + 20


def test_a_sentence_that_leads_to_a_formula_ends_with_a_full_stop() -> None:
    assert shown(FORMULA) == "The mask is drawn anew.\n\nThen it is applied."


def test_code_stands_whole_behind_the_sentence_that_leads_to_it() -> None:
    assert shown(CODE) == CODE


def test_of_a_list_only_what_was_found_is_shown() -> None:
    said = sentences_of(shown(ITEMS, "topic4"))
    assert said[0].startswith("Point 4")
    assert len(said) <= 3


def test_a_sentence_longer_than_the_limit_is_still_whole() -> None:
    sentence = "Word " + "and word " * 200 + "end."
    assert shown(f"{sentence} Another.", "and word") == sentence


def test_nothing_gives_nothing() -> None:
    assert shown("") == ""
    assert shown("$$x = 1$$") == ""


def test_a_window_stops_where_the_subject_changes() -> None:
    body = (
        "A mask hides tokens, and it does so before the softmax, which gives them no weight at all in the sum that "
        "follows, so that they take no part in it whatever.\n\nHeads divide the width among themselves."
    )
    parts = pieces(body, str)
    assert excerpt(parts, 0, (0.9, 0.2), whole=False) == body.split("\n")[0]
    assert excerpt(parts, 0, (0.9, 0.8), whole=False) == body


def test_a_window_starts_where_the_point_is_with_the_sentence_it_leans_on() -> None:
    far = "The old way took a long time and much more memory than any machine had in those days. " * 3
    body = f"{far}Attention weighs the values. This lets the network choose."
    parts = pieces(body, str)
    assert excerpt(parts, len(parts) - 1, whole=False) == "Attention weighs the values. This lets the network choose."
