"""Links between lessons as words."""

import pytest

from content.links import links, plain, within_sentence

TITLES = {"lstm": "Long short-term memory (LSTM)", "dropout": "Dropout", "gans": "GANs", "why": "Why deep learning?"}


def test_links_are_found_with_their_lines_and_not_in_code() -> None:
    body = "See [[dropout]].\n\nAnd [[lstm|the cell]], not `[[gans]]`.\n\n```python\nx = [[1]]\n```"
    assert [(one.concept, one.text, one.line) for one in links(body, 7)] == [
        ("dropout", "", 7),
        ("lstm", "the cell", 9),
    ]


def test_a_link_shows_its_text_or_the_title() -> None:
    body = "See [[dropout]], [[lstm|the cell]] and `a[[0]]`."
    assert plain(body, TITLES.__getitem__) == "See dropout, the cell and `a[[0]]`."


def test_a_link_to_a_lesson_that_is_being_written_says_so() -> None:
    shown = plain("See [[dropout]] and [[gans]].", TITLES.__getitem__, lambda concept: concept == "gans")
    assert shown == "See dropout and GANs (being written)."


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Batch normalisation", "batch normalisation"),
        ("RMSProp", "RMSProp"),
        ("Bayes' theorem", "Bayes' theorem"),
        ("Python: functions", "Python: functions"),
        ("What is deep learning?", "what is deep learning"),
        ("", ""),
    ],
)
def test_a_title_within_a_sentence_keeps_the_capitals_of_names(title: str, shown: str) -> None:
    assert within_sentence(title) == shown
