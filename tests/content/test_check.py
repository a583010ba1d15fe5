"""The slow check: what a page shows is what its code prints, and what it draws can be drawn."""

import time
from pathlib import Path

import pytest

from content.catalogue import load
from content.check import check, notes
from tests.content.conftest import Content

LESSON = Content.lesson


def problems(folder: Content, timeout: float = 60) -> list[str]:
    return [str(problem) for problem in check(load(folder.folder), timeout=timeout)]


def test_a_sound_lesson_passes_and_progress_is_told(folder: Content) -> None:
    told: list[tuple[int, int]] = []
    assert check(load(folder.folder), lambda done, total: told.append((done, total))) == []
    assert told == [(0, 2), (1, 2), (2, 2)]


BROKEN = [
    (r"print\(3 \* 1 - 1\)", "print(3)", 0, "line 1 of the output: the page shows '2', the code prints '3'"),
    (r"print\(3 \* 1 - 1\)", "print(2); print()\nprint(5)", 0, "the page shows 1 lines of output, the code prints 3"),
    (r"print\(3 \* 1 - 1\)", "print(1 / 0)", 0, "the code block fails: ZeroDivisionError: division by zero"),
    (r"print\(3 \* 1 - 1\)", "print(2", 0, "SyntaxError"),
    (r"print\(3 \* 1 - 1\)", "import sys; sys.exit(3)", 0, "the code block fails: SystemExit: 3"),
    (r"print\(3 \* 1 - 1\)", "import os; os._exit(0)", 0, "the code block ended the whole Python process"),
    (r"print\(3 \* 1 - 1\)", "input()", 0, "the code block fails: EOFError"),
    (r"```text\n2\n```\n", "", -2, "the code block prints '2', and no ```text block after it shows that"),
    (r"\{\}\[\"weight\"\]", "pass", 0, "the code block is tagged 'raises' and ends well"),
    (r"\{\}\[\"weight\"\]", '{}["bias"]', 0, "the code block ends in 'KeyError: 'bias'', and the page does not"),
]


@pytest.mark.parametrize(("pattern", "instead", "offset", "message"), BROKEN, ids=[row[3][:50] for row in BROKEN])
def test_code_that_does_not_do_what_the_page_shows_is_named(
    folder: Content, pattern: str, instead: str, offset: int, message: str
) -> None:
    line = folder.edit(LESSON, pattern, instead)
    fence = line - 1 if not offset else line - 4
    (found,) = problems(folder)
    assert found.startswith(f"{LESSON}:{fence}: ")
    assert message in found


def test_endless_code_is_ended_and_named(folder: Content) -> None:
    line = folder.edit(LESSON, r"\{\}\[\"weight\"\]", "while True: pass")
    started = time.monotonic()
    assert problems(folder, timeout=2) == [f"{LESSON}:{line - 1}: the code block did not end within 2 s"]
    assert time.monotonic() - started < 30


def test_blocks_share_no_names(folder: Content) -> None:
    folder.edit(LESSON, r"print\(3 \* 1 - 1\)", "weight = 2\nprint(weight)")
    folder.edit(LESSON, r"\{\}\[\"weight\"\]", "weight")
    folder.edit(LESSON, r"KeyError: 'weight'", "NameError: name 'weight' is not defined")
    assert problems(folder) == []


def test_what_a_block_prints_before_it_raises_is_compared_too(folder: Content) -> None:
    folder.edit(LESSON, r"\{\}\[\"weight\"\]", 'print("first")\n{}["weight"]')
    assert "the code prints 'first'" in problems(folder)[0]
    folder.edit(LESSON, r"KeyError: 'weight'", "first\nKeyError: 'weight'")
    assert problems(folder) == []


def test_code_sees_nothing_of_the_environment(folder: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    folder.edit(LESSON, r"print\(3 \* 1 - 1\)", "import os\nprint(os.environ.get('DISCORD_TOKEN'))")
    folder.edit(LESSON, r"```text\n2", "```text\nNone")
    assert problems(folder) == []


def test_formulas_that_cannot_be_shown_are_named_with_their_lines(folder: Content) -> None:
    display = folder.edit(LESSON, r"\$\$y = ", r"$$\yy = ")
    inline = folder.edit(LESSON, r"\$w = \(1, -1\)\$", r"$\ww = 1$")
    found = problems(folder)
    assert [line.split(": ")[0] for line in found] == [f"{LESSON}:{display}", f"{LESSON}:{inline}"]
    assert "'\\yy'" in found[0]
    assert "'\\ww'" in found[1]


def test_a_figure_that_fails_or_changes_is_named(folder: Content) -> None:
    folder.edit("figures/line.py", r"\[0, 1\], \[0, 1\]", "[0, 1], [0]")
    assert "the figure 'line' cannot be drawn" in problems(folder)[0]
    folder.edit("figures/line.py", r"\[0, 1\], \[0\]", "[0, 1], [0, __import__('random').random()]")
    assert "the figure 'line' differs each time" in problems(folder)[0]


def test_code_too_big_for_a_phone_is_noted(folder: Content) -> None:
    line = folder.edit(LESSON, r"print\(3 \* 1 - 1\)", "x = 0\n" * 13 + "print(2)  " + "#" * 60)
    assert [str(note) for note in notes(load(folder.folder))] == [
        f"{LESSON}:{line - 1}: the code block has 14 lines; a phone shows 12 well",
        f"{LESSON}:{line + 13}: the line of code has 70 characters; a phone shows 44",
    ]


def test_code_that_is_tagged_as_not_run_is_not_run(folder: Content) -> None:
    line = folder.edit(LESSON, r"```python$", "```python not-run")
    folder.edit(LESSON, r"print\(3 \* 1 - 1\)", "import tensorflow_of_nobody")
    assert line
    assert problems(folder) == []


def test_the_code_of_a_communitys_lesson_is_never_run(folder: Content, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    theirs = tmp_path / "theirs" / LESSON
    theirs.parent.mkdir(parents=True)
    text = (folder.folder / LESSON).read_text(encoding="utf-8")
    theirs.write_text(text.replace("print(3 * 1 - 1)", f"open({str(trace)!r}, 'w')"), encoding="utf-8")
    catalogue = load(folder.folder, [tmp_path / "theirs"])
    assert check(catalogue) == []
    assert not trace.exists()
    assert "never run" in str(notes(catalogue)[0])


def test_only_the_lesson_on_what_is_not_installed_has_code_that_is_not_run() -> None:
    marked = {id for id, lesson in load().lessons.items() if any(block.not_run for block in lesson.code)}
    assert marked <= {"tensorflow-and-keras"}


def test_our_own_lessons_show_what_is() -> None:
    assert check(load()) == []
