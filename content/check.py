"""The slow check of the lessons: what a learner is shown is what is.

Every formula can be drawn or written, every figure draws and draws the same twice, every code
block runs and prints what the page shows. `content.catalogue.load` has checked all the rest.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from content import equations, mathtext, pictures
from content.catalogue import Catalogue
from content.lesson import Lesson
from content.markdown import CodeBlock, spans
from foundation.errors import GradusError, Problem

# How much of the work is done: parts done and parts in all.
Progress = Callable[[int, int], None]

_RUNNER = Path(__file__).with_name("_run_blocks.py")
CODE_LINES = 12
CODE_WIDTH = 44


@dataclass(frozen=True)
class Ran:
    """How a program ended: what it printed, and the exception's last lines, or None."""

    printed: str
    raised: str | None


def check(
    catalogue: Catalogue, progress: Progress = lambda done, total: None, *, timeout: float = 120, workers: int = 2
) -> list[Problem]:
    """Everything wrong in the lessons that takes time to find, in order of files and lines.

    Args:
        progress: called with the parts done and the parts in all.
        timeout: seconds that the code of one lesson may take.
        workers: lessons whose code runs at the same time.
    """
    problems: list[Problem] = []
    total = 2 * len(catalogue.lessons) - len(catalogue.added)
    progress(0, total)
    with ThreadPoolExecutor(workers) as pool:
        ours = [lesson for id, lesson in catalogue.lessons.items() if id not in catalogue.added]
        running = [pool.submit(check_code, lesson, timeout) for lesson in ours]
        for done, lesson in enumerate(catalogue.lessons.values(), start=1):
            problems += [*check_formulas(lesson), *check_figure(lesson, catalogue.directory / "figures")]
            progress(done, total)
        for done, future in enumerate(as_completed(running), start=1 + len(catalogue.lessons)):
            problems += future.result()
            progress(done, total)
    return sorted(problems)


def notes(catalogue: Catalogue) -> list[Problem]:
    """What is allowed and better avoided or known: code too long or too wide for a phone, code that is not run."""
    long = [
        Problem(str(lesson.path), line, message)
        for lesson in catalogue.lessons.values()
        for block in lesson.code
        for line, message in _code_notes(block)
    ]
    shown = [
        Problem(str(catalogue.lessons[id].path), 0, "comes from a folder of your own: its code is shown, never run")
        for id in catalogue.added
        if catalogue.lessons[id].code
    ]
    return sorted(long + shown)


def _code_notes(block: CodeBlock) -> Iterator[tuple[int, str]]:
    rows = block.code.split("\n")
    if len(rows) > CODE_LINES:
        yield block.line, f"the code block has {len(rows)} lines; a phone shows {CODE_LINES} well"
    for number, row in enumerate(rows, start=block.line + 1):
        if len(row) > CODE_WIDTH:
            yield number, f"the line of code has {len(row)} characters; a phone shows {CODE_WIDTH}"


def check_formulas(lesson: Lesson) -> list[Problem]:
    """The formulas of a lesson that cannot be drawn as a picture or written in a line."""
    problems = []
    for equation in lesson.equations:
        try:
            equations.render(equation.latex)
        except GradusError as error:
            problems.append(Problem(str(lesson.path), equation.line, str(error)))
    for latex, line in _inline(lesson):
        try:
            mathtext.to_unicode(latex)
        except GradusError as error:
            problems.append(Problem(str(lesson.path), line, str(error)))
    return problems


def _inline(lesson: Lesson) -> Iterator[tuple[str, int]]:
    for section in lesson.sections:
        for span in spans(section.body):
            if span.kind == "inline":
                yield span.inside, section.body_line + section.body.count("\n", 0, span.start)


def check_figure(lesson: Lesson, figures: Path) -> list[Problem]:
    """Whether the lesson's figure draws, and gives the same bytes when drawn again."""
    if lesson.figure is None:
        return []
    try:
        same = pictures.draw(lesson.figure.name, figures) == pictures.draw(lesson.figure.name, figures)
    except GradusError as error:
        return [Problem(str(lesson.path), lesson.line_of("figure"), str(error))]
    if same:
        return []
    message = f"the figure '{lesson.figure.name}' differs each time it is drawn: seed what is random in its script"
    return [Problem(str(lesson.path), lesson.line_of("figure"), message)]


def check_code(lesson: Lesson, timeout: float) -> list[Problem]:
    """The code blocks of a lesson that fail, hang, or print something else than the page shows."""
    blocks = [block for block in lesson.code if not block.not_run]
    if not blocks:
        return []
    ran, timed_out = run_programs([block.code for block in blocks], timeout)
    problems = [
        Problem(str(lesson.path), block.line, message)
        for block, one in zip(blocks, ran, strict=False)
        if (message := _difference(block, one))
    ]
    if len(ran) < len(blocks):
        why = f"did not end within {timeout:g} s" if timed_out else "ended the whole Python process"
        problems.append(Problem(str(lesson.path), blocks[len(ran)].line, f"the code block {why}"))
    return problems


def run_programs(sources: Sequence[str], timeout: float) -> tuple[list[Ran], bool]:
    """How programs of ours ended that did end, and whether the time ran out before the last one did.

    They run one after the other in one process that holds nothing of ours, each in a namespace of its own.
    """
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", str(_RUNNER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=_environment(folder),
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        timed_out = False
        try:
            output, _ = process.communicate(json.dumps(sources), timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
            _kill(process)
            output, _ = process.communicate()
    # A process that dies may leave its last line unfinished.
    return [Ran(**json.loads(row)) for row in output.splitlines(True) if row.endswith("\n")], timed_out


def _environment(home: str) -> dict[str, str]:
    """One thread, no display, a home of its own: the same for everyone who runs the check."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    own = {"HOME": home, "TMPDIR": home, "MPLBACKEND": "Agg", "LANG": "C.UTF-8"}
    return kept | own | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


def _kill(process: "subprocess.Popen[str]") -> None:
    """End the process and, where the system has groups, all that it started."""
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _difference(block: CodeBlock, ran: Ran) -> str:
    """What is wrong with how a block ended, or nothing."""
    if ran.raised is not None and not block.raises:
        return f"the code block fails: {ran.raised.strip()}"
    if ran.raised is None and block.raises:
        return "the code block is tagged 'raises' and ends well"
    if ran.raised is None:
        return _output_difference(block.output, ran.printed)
    shown = _lines(block.output or "")
    ending = _lines(ran.raised)
    if shown[-len(ending) :] != ending:
        return f"the code block ends in '{ran.raised.strip()}', and the page does not show that as its last line"
    printed = _lines(ran.printed)
    return "" if shown[: len(printed)] == printed else _output_difference(block.output, ran.printed)


def _output_difference(output: str | None, printed: str) -> str:
    shown, found = _lines(output or ""), _lines(printed)
    if shown == found:
        return ""
    if output is None:
        return f"the code block prints '{found[0]}', and no ```text block after it shows that"
    for number, (one, other) in enumerate(zip(shown, found, strict=False), start=1):
        if one != other:
            return f"line {number} of the output: the page shows '{one}', the code prints '{other}'"
    return f"the page shows {len(shown)} lines of output, the code prints {len(found)}"


def _lines(text: str) -> list[str]:
    rows = [row.rstrip() for row in text.rstrip().split("\n")]
    return rows if rows != [""] else []
