import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tutor.sentences import Cutter, Sentence, is_active, shown


def cut(text: str, size: int = 3) -> list[Sentence]:
    """The sentences of a text that comes a few letters at a time."""
    cutter = Cutter()
    found: list[Sentence] = []
    for at in range(0, len(text), size):
        found += cutter.add(text[at : at + size])
    return found + list(cutter.end())


def told(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.text, one.cited) for one in cut(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It helps [1]. It hurts [2].", [("It helps.", (1,)), ("It hurts.", (2,))]),
        ("It helps. [1] It hurts. [2]", [("It helps.", (1,)), ("It hurts.", (2,))]),
        ("It helps.[1] It hurts.[2]", [("It helps.", (1,)), ("It hurts.", (2,))]),
        ("It helps [1][3]. So [1, 2] it goes.", [("It helps.", (1, 3)), ("So it goes.", (1, 2))]),
        ("[1] It helps.\n[2] It hurts.", [("It helps.", (1,)), ("It hurts.", (2,))]),
        ("It helps [Passage 2].", [("It helps.", (2,))]),
        ("Values in [0, 1] are probabilities [2].", [("Values in [0, 1] are probabilities.", (2,))]),
        ("A rate of 0.5, e.g. here, is common.", [("A rate of 0.5, e.g. here, is common.", ())]),
        ("**It** *really* helps, __yes__.", [("It really helps, yes.", ())]),
        ("Call `model.eval()`. Then `__init__` runs.", [("Call `model.eval()`.", ()), ("Then `__init__` runs.", ())]),
        ("So 2**3 = 8, x * y, max_(a) Q_t and snake_case.", [("So 2**3 = 8, x * y, max_(a) Q_t and snake_case.", ())]),
        ("# It helps\n\nYes.", [("It helps", ()), ("Yes.", ())]),
        ("<think>Let me see. Hm.</think>It helps.", [("It helps.", ())]),
        ("<think>I never end.", []),
        ("It helps.\n```python\nprint(1)\n```\nIt hurts.", [("It helps.", ()), ("It hurts.", ())]),
        ("```\nNever closed. Really.", []),
        ("It\u200b helps\u202e.", [("It helps.", ())]),
        (" \n\n[1]\n...\n", []),
        ("", []),
    ],
)
def test_a_stream_is_cut_into_sentences_with_their_numbers(
    text: str, sentences: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert told(text) == sentences


def test_items_of_a_list_are_known_as_such() -> None:
    found = cut("Two things:\n- It helps. It does.\n2. It hurts.")
    assert [(one.text, one.item, one.opens) for one in found] == [
        ("Two things:", False, True),
        ("It helps.", True, True),
        ("It does.", True, False),
        ("It hurts.", True, True),
    ]


def test_a_sentence_is_given_out_as_soon_as_the_next_begins() -> None:
    cutter = Cutter()
    assert list(cutter.add("It helps [1]. ")) == []
    assert [one.text for one in cutter.add("It")] == ["It helps."]


def test_what_was_cut_off_at_a_limit_is_no_sentence() -> None:
    cutter = Cutter()
    list(cutter.add("It helps. It hu"))
    assert list(cutter.end(cut=True)) == []


PARTS = (
    "It helps",
    "it is",
    "0.5",
    "e.g. this",
    ". ",
    "! ",
    "[1]",
    " [2]",
    "\n",
    "\n\n",
    " `a.b()` ",
    ", ",
    "**",
    "- ",
)


@given(st.lists(st.sampled_from(PARTS), max_size=16).map("".join), st.integers(1, 9))
def test_where_pieces_are_cut_changes_nothing(text: str, size: int) -> None:
    """Nothing is given out that would read otherwise once all is there, and nothing twice."""
    assert cut(text, size) == cut(text, len(text) or 1)


@pytest.mark.parametrize(
    "text",
    [
        "See https://evil.example now.",
        "See [here](evil).",
        "See www.evil.example.",
        "Hi <@123>!",
        "Hi @everyone!",
        "Join discord.gg/abc.",
        "Press </ask:12>.",
        "Mail mailto:a@b.",
    ],
)
def test_what_discord_would_bring_to_life_is_known(text: str) -> None:
    assert is_active(text)


@pytest.mark.parametrize("text", ["If p < b, then x > y.", "Training data: images.", "A mask m @ x is used."])
def test_what_lies_still_is_known_too(text: str) -> None:
    assert not is_active(text)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("It helps.", "It helps [2]."),
        ("It helps", "It helps [2]."),
        ("Two things:", "Two things [2]."),
        ("It is `x[0] * y`, not x[0] * y.", "It is `x[0] * y`, not x\\[0\\] \\* y [2]."),
        ("||a|| ~~b~~ # c > d", "\\|\\|a\\|\\| \\~\\~b\\~\\~ \\# c \\> d [2]."),
    ],
)
def test_a_sentence_is_shown_with_its_number_and_without_markdown(text: str, markdown: str) -> None:
    assert shown(text, 2) == markdown
