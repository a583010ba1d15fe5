"""From a question of the bank to the one that a learner meets: numbers drawn, texts filled in, parts shuffled.

All of it follows from the question and a seed, so that an attempt can be shown and graded again for ever. A place in
a template's text is `@{expression}` or `@{expression:.2f}`; without a format a number is shown as short as it can be.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from foundation.errors import GradusError
from quizzes import expressions
from quizzes.question import (
    Choice,
    Cloze,
    CodeOutput,
    FindBug,
    Formula,
    Matching,
    Mistake,
    Numeric,
    Ordering,
    Posed,
    Question,
    Task,
)

PLACE = re.compile(r"@\{(?P<expression>[^{}:]+)(?::(?P<format>[^{}]*))?\}")
_FORMAT = re.compile(r"\+?,?(?:\.\d)?[fge%]?")
_MOST_DRAWS = 1000
LETTERS = "ABCDE"


def pose(question: Question, seed: int) -> Posed:
    """The form of a question that belongs to a seed.

    Raises:
        GradusError: its numbers cannot be drawn or worked out; a bank that loads and checks has no such question.
    """
    values = draw_values(question, seed)
    text: Callable[[str], str] = _Filler(values) if question.template else str
    task = _filled(question.task, text, values)
    places = _places(task, _random(question, seed, "order"))
    choices = tuple(_choices(task, places))
    return Posed(
        question=question,
        seed=seed,
        prompt=text(question.prompt),
        hint=text(question.hint),
        explanation=text(question.explanation),
        task=task,
        values=values,
        choices=choices,
        places=places,
        solution=_solution(task, places),
    )


def draw_values(question: Question, seed: int) -> Mapping[str, float]:
    """A template's numbers: its parameters, drawn so that its conditions hold, and what is worked out from them."""
    source = _random(question, seed, "numbers")
    for _ in range(_MOST_DRAWS):
        values = {one.name: source.choice(one.values) for one in question.parameters}
        if all(_value(condition, values) for condition in question.where):
            break
    else:
        raise GradusError(f"the conditions of '{question.id}' hold for none of {_MOST_DRAWS} draws: widen its ranges")
    for name, expression in question.lets:
        values[name] = _value(expression, values)
    return values


def _random(question: Question, seed: int, purpose: str) -> random.Random:
    return random.Random(f"{question.id} {purpose} {seed}")


def _value(expression: str, values: Mapping[str, float]) -> float:
    return expressions.parse(expression, tuple(values)).value(values)


def show(value: float, format: str = "") -> str:
    """A number as a learner reads it: in a Python format of the kinds f, e and %, or as short as it can be."""
    if not _FORMAT.fullmatch(format):
        raise GradusError(f"'{format}' is no number format known here: use one like .2f, .1e, .0% or +")
    if format:
        shown = f"{value:{format}}"
        return shown[1:] if shown.startswith("-") and not re.search("[1-9]", shown) else shown
    if abs(value - round(value)) < 1e-9 and abs(value) < 1e15:
        return str(round(value))
    return f"{value:.4g}" if abs(value) < 0.001 or abs(value) >= 1e7 else f"{value:.4f}".rstrip("0").rstrip(".")


class _Filler:
    """Puts a template's numbers into its texts."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values = values

    def __call__(self, text: str) -> str:
        return PLACE.sub(lambda match: show(_value(match["expression"], self._values), match["format"] or ""), text)


def _filled(task: Task, text: Callable[[str], str], values: Mapping[str, float]) -> Task:
    """The task with its numbers: texts filled in, expressions of a number worked out."""
    if isinstance(task, Choice):
        options = (replace(one, text=text(one.text), feedback=text(one.feedback)) for one in task.options)
        return Choice(tuple(options))
    if isinstance(task, Numeric):
        return _numeric(task, text, values)
    if isinstance(task, Formula | Cloze | CodeOutput):
        mistakes = (replace(one, feedback=text(one.feedback)) for one in task.mistakes)
        return replace(task, mistakes=tuple(mistakes))
    if isinstance(task, Ordering):
        return Ordering(tuple(map(text, task.items)))
    if isinstance(task, Matching):
        return Matching(tuple((text(left), text(right)) for left, right in task.pairs))
    return task


def _numeric(task: Numeric, text: Callable[[str], str], values: Mapping[str, float]) -> Numeric:
    answer = _value(task.answer, values)
    if task.whole:
        answer = float(round(answer))
    mistakes = []
    for one in task.mistakes:
        try:
            given = _value(one.answer, values)
        except expressions.NoValue:
            continue  # these numbers don't allow the slip
        if not same_number(given, answer, task):
            mistakes.append(Mistake(repr(given), text(one.feedback)))
    return replace(task, answer=repr(answer), mistakes=tuple(mistakes))


def same_number(given: float, answer: float, task: Numeric) -> bool:
    """Whether a number is within what is forgiven of the answer: nothing where a whole number is asked for, else
    the relative tolerance, or what rounding to the decimals asked for can do.
    """
    if task.whole:
        return given == answer
    rounding = 0.501 * 10.0**-task.decimals if task.decimals is not None else 1e-9
    return abs(given - answer) <= max(task.tolerance * abs(answer), rounding)


def _places(task: Task, source: random.Random) -> tuple[int, ...]:
    """The order in which the parts are shown; never the right order of an ordering."""
    if isinstance(task, FindBug):
        return tuple(range(len(task.suspects)))
    count = {Choice: "options", Ordering: "items", Matching: "pairs"}.get(type(task))
    places = list(range(len(getattr(task, count)))) if count else []
    in_order = list(places)
    while True:
        source.shuffle(places)
        if not isinstance(task, Ordering) or len(places) < 2 or places != in_order:
            return tuple(places)


def _choices(task: Task, places: tuple[int, ...]) -> Iterator[str]:
    for place in places:
        if isinstance(task, Choice):
            yield task.options[place].text
        elif isinstance(task, Ordering):
            yield task.items[place]
        elif isinstance(task, Matching):
            yield task.pairs[place][1]
        elif isinstance(task, FindBug):
            yield f"line {task.suspects[place].line}"


def _solution(task: Task, places: tuple[int, ...]) -> str:
    """An answer that is graded as right, as a learner would type it."""
    letters = {place: LETTERS[shown] for shown, place in enumerate(places)}
    if isinstance(task, Choice):
        return ", ".join(sorted(letters[place] for place, one in enumerate(task.options) if one.correct))
    if isinstance(task, Numeric):
        answer = float(task.answer)
        return f"{answer:.{task.decimals}f}" if task.decimals is not None else show(answer, "" if task.whole else ".6g")
    if isinstance(task, Formula):
        return task.answer
    if isinstance(task, Cloze):
        return "; ".join(gap[0] for gap in task.gaps)
    if isinstance(task, Ordering):
        return "".join(letters[place] for place in range(len(task.items)))
    if isinstance(task, Matching):
        return " ".join(f"{left}{letters[left - 1]}" for left in range(1, len(task.pairs) + 1))
    if isinstance(task, CodeOutput):
        return task.output
    if isinstance(task, FindBug):
        return next(f"line {one.line}" for one in task.suspects if one.correct)
    return task.model
