"""The slow check of the bank: `python -m quizzes.check [FILE...]`.

Every template is posed over many seeds, every formula drawn, and every program run: what a question says is printed
is what is printed. `quizzes.bank` has checked all the rest.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from content import catalogue, check, equations, mathtext
from content.markdown import spans
from foundation.errors import GradusError, Problem, ProblemsFound
from quizzes import bank
from quizzes.posing import pose
from quizzes.question import Choice, CodeOutput, FindBug, Numeric, Posed, Question

SEEDS = 200
"""Forms of a template that are posed."""

FORMS_DRAWN = 3
"""Of these, the ones whose formulas are drawn too."""

PROGRAMS_A_PROCESS = 12
CODE_LINES, CODE_WIDTH = 16, 66


@dataclass(frozen=True)
class _Program:
    question: Question
    code: str
    output: str


def problems_of(
    questions: Sequence[Question], progress: Callable[[int, int], None] = lambda done, total: None, *, workers: int = 2
) -> list[Problem]:
    """Everything wrong with the questions that takes time to find.

    Args:
        progress: called with the parts done and the parts in all.
        workers: processes that run programs at the same time.
    """
    found: list[Problem] = []
    programs = [program for one in questions for program in _programs(one)]
    parts = [programs[at : at + PROGRAMS_A_PROCESS] for at in range(0, len(programs), PROGRAMS_A_PROCESS)]
    total = len(questions) + len(parts)
    with ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(_run, part) for part in parts]
        for done, one in enumerate(questions, start=1):
            found += (Problem(one.path, one.line, f"{one.id}: {message}") for message in _forms(one))
            progress(done, total)
        for done, future in enumerate(running, start=len(questions) + 1):
            found += future.result()
            progress(done, total)
    return sorted(found)


def _forms(question: Question) -> Iterator[str]:
    """What is wrong with the forms that a question takes."""
    drowned: Counter[str] = Counter()
    seeds = range(SEEDS if question.template else 1)
    task = question.task
    for seed in seeds:
        try:
            posed = pose(question, seed)
        except GradusError as error:
            yield f"with seed {seed}: {error}"
            return
        if message := ill_posed(posed):
            yield f"with seed {seed}: {message}"
            return
        if seed < FORMS_DRAWN and (message := _undrawable(posed)):
            yield message
            return
        if isinstance(task, Numeric) and isinstance(posed.task, Numeric):
            drowned.update({"lost"} if len(posed.task.mistakes) < len(task.mistakes) else ())
    if drowned["lost"] > len(seeds) / 2:
        yield f"a mistake gives the right answer, or nothing, in {drowned['lost']} of {len(seeds)} draws"


def ill_posed(posed: Posed) -> str:
    task = posed.task
    if posed.question.template and any("@{" in text for text in (posed.prompt, posed.hint, posed.explanation)):
        return "a place `@{…}` was not filled: write @{expression} or @{expression:.2f}"
    if isinstance(task, Choice) and len({one.text for one in task.options}) < len(task.options):
        return "two options read the same"
    if isinstance(task, Numeric):
        return _ill_number(task, posed)
    return ""


def _ill_number(task: Numeric, posed: Posed) -> str:
    answer = float(task.answer)
    shown = float(posed.solution)
    if task.whole and abs(answer - shown) > 1e-6:
        return f"the answer {answer} is not whole"
    if answer and task.decimals is not None and abs(shown - answer) > 0.05 * abs(answer):
        return f"the answer {answer:.4g} all but vanishes when rounded to {task.decimals} decimals"
    return ""


def _undrawable(posed: Posed) -> str:
    """What a formula that cannot be shown has wrong with it, or nothing."""
    try:
        for text in _texts(posed):
            for span in spans(text):
                if span.kind == "inline":
                    mathtext.to_unicode(span.inside)
                if span.kind == "display":
                    equations.render(span.inside)
    except GradusError as error:
        return str(error)
    return ""


def _texts(posed: Posed) -> Iterable[str]:
    yield from (posed.prompt, posed.hint, posed.explanation, *posed.choices)
    task = posed.task
    if isinstance(task, Choice):
        yield from (one.feedback for one in task.options)
    elif isinstance(task, FindBug):
        yield from (one.feedback for one in task.suspects)
    else:
        yield from (one.feedback for one in getattr(task, "mistakes", ()))


def _programs(question: Question) -> Iterator[_Program]:
    task = question.task
    if isinstance(task, CodeOutput):
        yield _Program(question, task.code, task.output)
    if isinstance(task, FindBug):
        yield _Program(question, task.code, task.output)
        yield _Program(question, task.fixed, task.fixed_output)


def _run(programs: Sequence[_Program]) -> list[Problem]:
    ran, timed_out = check.run_programs([one.code for one in programs], timeout=120)
    found = []
    for program, one in zip(programs, ran, strict=False):
        shown = one.printed + (one.raised or "")
        if message := _difference(program.output, shown):
            found.append(_problem(program, message))
    if len(ran) < len(programs):
        why = "did not end" if timed_out else "ended the whole Python process"
        found.append(_problem(programs[len(ran)], f"the program {why}"))
    return found


def _problem(program: _Program, message: str) -> Problem:
    return Problem(program.question.path, program.question.line, f"{program.question.id}: {message}")


def _difference(stated: str, printed: str) -> str:
    shown, found = (([row.rstrip() for row in text.strip("\n").split("\n")]) for text in (stated, printed))
    if found[: len(shown) - 1] == shown[:-1] and len(found) >= len(shown) and _last(shown, found):
        return ""
    return f"the program prints {_short(printed)}, and the question says {_short(stated)}"


def _last(shown: Sequence[str], found: Sequence[str]) -> bool:
    """The last lines are the same; of an error with several lines of message the first is enough."""
    return shown == list(found) or ("Error" in shown[-1] and shown[-1] in found)


def _short(text: str) -> str:
    text = " / ".join(text.split("\n"))
    return repr(text if len(text) <= 160 else f"{text[:80]} … {text[-76:]}")


def notes(questions: Sequence[Question]) -> Iterator[str]:
    """What a writer wants to know of questions: how many of each kind, and whether length gives answers away."""
    kinds = Counter(one.kind for one in questions)
    yield f"{len(questions)} questions: " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    yield "facets: " + ", ".join(
        f"{count} {facet}" for facet, count in Counter(one.facet for one in questions).most_common()
    )
    yield f"templates: {sum(one.template for one in questions)}"
    tasks = [one.task for one in questions if one.kind == "single_choice" and isinstance(one.task, Choice)]
    longest = sum(max(task.options, key=lambda option: len(option.text)).correct for task in tasks)
    yield f"the right option is the longest in {longest} of {len(tasks)} single choices"
    for one in questions:
        code = getattr(one.task, "code", "").split("\n")
        if len(code) > CODE_LINES or max(map(len, code)) > CODE_WIDTH:
            yield f"{one.id}: the program has {len(code)} lines, the longest of {max(map(len, code))} characters"


def main(files: Sequence[str]) -> int:
    """Check the files named, or the whole bank; 1 where something is wrong."""
    lessons = catalogue.load()
    if files:
        read = [bank.read_file(Path(file).absolute(), lessons) for file in files]
        questions = [one for found, _ in read for one in found]
        problems = [problem for _, wrong in read for problem in wrong]
    else:
        try:
            questions, problems = list(bank.load(lessons).questions.values()), []
        except ProblemsFound as error:
            questions, problems = [], list(error.problems)
    problems += problems_of(questions)
    for problem in problems:
        print(problem)
    for note in notes(questions):
        print(note)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
