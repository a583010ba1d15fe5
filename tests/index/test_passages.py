"""Passages: sentences, lessons cut up, and corpora with bad lines in them."""

import json
import re
from pathlib import Path

import pytest

from content.catalogue import Catalogue, load
from foundation.errors import GradusError
from index.passages import LONGEST_LINE, LONGEST_PASSAGE, descriptions, lesson_passages, read_corpus, split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ("One.", "Two!", "Three?")),
        ("Use e.g. Adam. Then stop.", ("Use e.g. Adam.", "Then stop.")),
        ("As J. Smith and Dr. Who said. Yes.", ("As J. Smith and Dr. Who said.", "Yes.")),
        ("Set it to 0.5 and go. Done.", ("Set it to 0.5 and go.", "Done.")),
        ('He said "stop." Then he went.', ('He said "stop."', "Then he went.")),
        ("No end", ("No end",)),
        ("A heading\n\nA paragraph.", ("A heading", "A paragraph.")),
        ("Wrapped\nline. Next.", ("Wrapped line.", "Next.")),
        ("- one\n- two", ("- one", "- two")),
        ("🙂", ("🙂",)),
        ("", ("",)),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, sentences: tuple[str, ...]) -> None:
    assert split_sentences(text) == sentences


def _line(**fields: object) -> bytes:
    return json.dumps({"id": "x", "title": "T", "text": "Words."} | fields).encode()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1, 2]", "not an object"),
        (b'{"title": "T", "text": "x"}', "'id' is missing"),
        (b'{"id": "x", "text": "x"}', "'title' is missing"),
        (_line(id=7), "'id' is int, not a string"),
        (_line(text=None), "'text' is NoneType"),
        (_line(text="  "), "'text' is empty"),
        (_line(id=""), "'id' is empty"),
        (_line(id="good"), "stands on an earlier line"),
        (b'{"id": "x", "title": "T", "text": "\xff"}', "not UTF-8"),
        (rb'{"id": "x", "title": "T", "text": "\ud800"}', "lone surrogate"),
        (_line(text="a" * LONGEST_LINE), "longer than"),
    ],
)
def test_a_bad_line_is_named_and_skipped(tmp_path: Path, line: bytes, message: str) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_bytes(_line(id="good") + b"\n\n" + line + b"\n" + _line(id="last", title=""))
    passages, problems = read_corpus(path)
    assert [passage.id for passage in passages] == ["good", "last"]
    assert [problem.line for problem in problems] == [3]
    assert message in problems[0].message
    assert problems[0].path == str(path)


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + _line(id="a") + b"\r\n" + _line(id="b") + b"\r\n")
    passages, problems = read_corpus(path)
    assert ([passage.id for passage in passages], problems) == (["a", "b"], ())


@pytest.mark.parametrize("content", [b"", b"\n \n", b"{}\n", b"nonsense"])
def test_a_corpus_without_passages_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_bytes(content)
    with pytest.raises(GradusError) as caught:
        read_corpus(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_corpus_and_a_folder_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(GradusError, match="no such file"):
        read_corpus(tmp_path / "absent.jsonl")
    with pytest.raises(GradusError, match="cannot read"):
        read_corpus(tmp_path)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def test_every_concept_has_a_card_and_every_learners_question_a_passage(catalogue: Catalogue) -> None:
    passages = lesson_passages(catalogue)
    assert [one.concept for one in passages if one.id.endswith("/card")] == list(catalogue.concepts)
    assert {one.kind for one in passages if one.id.endswith(("/card", "/described", "/unnamed"))} == {"card"}
    asked = [one for one in passages if one.kind == "question"]
    assert len(asked) == sum(len(lesson.questions) for lesson in catalogue.lessons.values()) > 0
    assert all(one.text.startswith(f"{one.section}\n\n") for one in asked)


def test_every_lesson_is_described_in_words_that_do_not_name_it_first(catalogue: Catalogue) -> None:
    assert set(descriptions()) <= set(catalogue.concepts)
    assert set(catalogue.lessons) <= set(descriptions())
    for concept, lines in descriptions().items():
        assert len(lines) >= 10
        assert not any(line.lower().startswith(catalogue.concept(concept).title.lower()) for line in lines)
    passages = {one.id: one for one in lesson_passages(catalogue)}
    assert passages["dropout/described"].sentences[0] == descriptions()["dropout"][0]
    assert passages["dropout/unnamed"].text == passages["dropout/described"].text
    assert (passages["dropout/unnamed"].title, passages["dropout/unnamed"].concept) == ("", "dropout")


def test_passage_ids_are_unique_and_stable(catalogue: Catalogue) -> None:
    ids = [one.id for one in lesson_passages(catalogue)]
    assert len(set(ids)) == len(ids)
    assert {"dropout/card", "dropout/intuition", "dropout/key-points"} <= set(ids)
    assert "dropout/questions/do-i-use-dropout-at-test-time" in ids


def test_lessons_become_plain_text(catalogue: Catalogue) -> None:
    """Of all marks only those stay that are code themselves, such as `**kwargs` or `[[0, 0]]`."""
    for passage in lesson_passages(catalogue):
        assert passage.text.strip()
        lesson = catalogue.lessons.get(passage.concept)
        bodies = [section.body for section in lesson.sections] if lesson else []
        text = passage.text.replace("**kwargs", " ")
        for code in sorted(re.findall(r"`([^`\n]+)`", "\n".join(bodies)), key=len, reverse=True):
            text = text.replace(code, " ")
        assert not any(mark in text for mark in ("[[", "]]", "```", "$$", "**", "\\frac")), passage.id


def test_a_long_section_is_split_between_paragraphs(catalogue: Catalogue) -> None:
    sections = [one for one in lesson_passages(catalogue) if one.kind == "section"]
    assert any(one.id.endswith("/2") for one in sections)
    assert all(
        len(one.text) <= LONGEST_PASSAGE + 2 * one.text.count("\n") or "\n\n" not in one.text for one in sections
    )
