import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.progress import (
    LONGEST_LINE,
    MOST_BYTES,
    MOST_POINTS,
    Dataset,
    End,
    Reader,
    Report,
    Resumed,
    Unbelievable,
    one_line,
    read,
)
from training.records import Point


def point(step: Any = 1, steps: Any = 2, **values: Any) -> bytes:
    return json.dumps({"step": step, "steps": steps, "values": values}).encode()


@pytest.mark.parametrize(
    ("line", "report"),
    [
        (point(train_loss=1), Point(1, 2, {"train_loss": 1.0})),
        (point(train_loss=1, rude_word=2), Point(1, 2, {"train_loss": 1.0})),
        (b'{"dataset": "sklearn-digits", "version": "1"}', Dataset("sklearn-digits", "1")),
        (b'{"resumed": 7}', Resumed(7)),
        (b'{"end": "done", "metrics": {"accuracy": 1, "no good": 2}, "why": null}', End("done", {"accuracy": 1.0})),
        (b'{"end": "failed", "metrics": {}, "why": "a\\nb\\u001b[31m"}', End("failed", {}, "a b [31m")),
    ],
)
def test_each_form_is_read(line: bytes, report: Report) -> None:
    assert read(line) == report


@pytest.mark.parametrize(
    "line",
    [
        b"Traceback (most recent call last):",
        b"\xff\xfe",
        b"[" * 5000,
        b"7",
        b"{}",
        b'{"step": 1, "steps": 2, "values": {"train_loss": NaN}}',
        b'{"step": 1, "steps": 2, "values": {"train_loss": Infinity}}',
        point(step=-1),
        point(step=True),
        point(step=10**12),
        point(train_loss="1"),
        point(train_loss=None),
        b'{"step": 1, "steps": 2, "values": [1]}',
        b'{"step": 1, "steps": 2, "values": {}, "run": "another"}',
        b'{"dataset": "../../etc", "version": "1"}',
        b'{"end": "cancelled", "metrics": {}, "why": null}',
        b'{"end": ["done"], "metrics": {}, "why": null}',
    ],
)
def test_all_else_is_not_believed(line: bytes) -> None:
    with pytest.raises(Unbelievable):
        read(line)


def test_lines_come_in_pieces() -> None:
    reader, said = Reader(), point(train_loss=1) + b"\n" + b'{"resumed": 1}\n'
    reports = [one for at in range(len(said)) for one in reader.feed(said[at : at + 1])]
    assert reports == [Point(1, 2, {"train_loss": 1.0}), Resumed(1)]


def test_points_beyond_what_a_curve_needs_are_left_out() -> None:
    said = b"".join(point(step, 5000, train_loss=1) + b"\n" for step in range(MOST_POINTS + 500))
    assert len(Reader().feed(said)) == MOST_POINTS
    assert Reader().feed(point(unknown=1) + b"\n") == []


@pytest.mark.parametrize("said", [b"x" * (LONGEST_LINE + 1), b" " * (LONGEST_LINE + 1) + b"\n"])
def test_a_line_too_long_ends_it_whether_it_ends_or_not(said: bytes) -> None:
    with pytest.raises(Unbelievable, match="longer"):
        Reader().feed(said)


def test_too_much_in_all_ends_it() -> None:
    reader, said = Reader(), point(unknown=1) + b"\n"
    reader.feed(said * (MOST_BYTES // len(said)))
    with pytest.raises(Unbelievable, match="more than"):
        reader.feed(said)


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_end_it(said: bytes) -> None:
    with contextlib.suppress(Unbelievable):
        assert len(Reader().feed(said + b"\n")) <= 1 + said.count(b"\n")


@given(st.text())
def test_what_a_process_says_becomes_one_printable_line(text: str) -> None:
    line = one_line(text)
    assert line is None or (line.isprintable() and len(line) <= 300)
