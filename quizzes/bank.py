"""The bank of questions: YAML files of one form, read whole, with every breach of the form named.

`load` reads `bank/<stage>/<concept>.yaml` and, from a community's own folders, `quizzes/<concept>.yaml` (at any
depth), and refuses all of it or gives a `Bank` that is sound: every id is one question's, every concept and section
exists, every question is complete, and every template can be posed. What is slow (running the programs, posing
templates over many seeds) is `quizzes.check`'s part.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from content import lines
from content.catalogue import Catalogue
from content.lesson import Lesson
from content.lines import Placed, Record
from content.markdown import lone_dollar
from foundation.errors import GradusError, Problem, ProblemsFound, did_you_mean
from quizzes import expressions
from quizzes.posing import PLACE, draw_values
from quizzes.question import (
    FACETS,
    KINDS,
    Choice,
    Cloze,
    CodeOutput,
    Explain,
    FindBug,
    Formula,
    Matching,
    Mistake,
    Numeric,
    Option,
    Ordering,
    Point,
    Question,
    Suspect,
    Task,
    Values,
)

_Word = TypeVar("_Word", bound=str)

BANK = Path(__file__).parent / "bank"
OWN_FOLDER = "quizzes"
"""Where a community's content folder keeps its questions."""

FILE_BYTES = 1_000_000
MOST_VALUES = 1000
_COMMON = ("id", "kind", "facet", "difficulty", "section", "prompt", "hint", "explanation", "figure")
_TEMPLATE = ("parameters", "where", "let")
_OWN: Mapping[str, tuple[str, ...]] = {
    "single_choice": ("options",),
    "multiple_choice": ("options",),
    "numeric": ("answer", "decimals", "whole", "unit", "tolerance", "mistakes"),
    "formula": ("answer", "variables", "mistakes"),
    "cloze": ("text", "mistakes"),
    "ordering": ("items",),
    "matching": ("pairs",),
    "code_output": ("code", "output", "mistakes"),
    "find_bug": ("code", "output", "lines", "fixed_output"),
    "explain": ("points", "model"),
}
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FENCED = re.compile(r"(?P<code>^```.*?^```$)|(?:(?!^```).)+", re.DOTALL | re.MULTILINE)
_GAP = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_CATCH_ALL = re.compile(r"\b(?:all|none|both|neither) of (?:the |these )?(?:above|others?|options|answers)\b", re.I)


@dataclass(frozen=True)
class Bank:
    """All questions by id, in the order of the roadmap and of the files."""

    questions: Mapping[str, Question]

    def question(self, id: str) -> Question:
        """The question of that id.

        Raises:
            GradusError: there is none; the message suggests one.
        """
        if id not in self.questions:
            hint = did_you_mean(id, self.questions)
            raise GradusError(f"there is no question '{id}'{hint}: `gradus quiz list` shows all")
        return self.questions[id]

    @cached_property
    def _by_concept(self) -> Mapping[str, tuple[Question, ...]]:
        concepts = dict.fromkeys(one.concept for one in self.questions.values())
        return {id: tuple(one for one in self.questions.values() if one.concept == id) for id in concepts}

    def of(self, concept: str) -> tuple[Question, ...]:
        """The questions of a concept."""
        return self._by_concept.get(concept, ())


def load(catalogue: Catalogue, additions: Sequence[Path] = ()) -> Bank:
    """The bank of Gradus with the questions of a community's folders.

    Args:
        catalogue: the concepts and lessons that the questions name.
        additions: the community's content folders; what is in their `quizzes/` is added, and a question with the id
            of one of ours stands in its place.

    Raises:
        ProblemsFound: with every problem of every file.
    """
    reader = _Reader(catalogue)
    order = {concept: place for place, concept in enumerate(catalogue.concepts)}
    for file in sorted(BANK.glob("*/*.yaml"), key=lambda one: (order.get(one.stem, len(order)), one.stem)):
        reader.read(file, str(Path("bank") / file.relative_to(BANK)), ours=True)
    for folder in additions:
        own = folder / OWN_FOLDER
        for file in sorted(own.rglob("*.yaml")):
            reader.read(file, str(Path(folder.name, OWN_FOLDER) / file.relative_to(own)), ours=False)
    if reader.problems:
        raise ProblemsFound(sorted(reader.problems))
    return Bank(reader.questions)


def read_file(file: Path, catalogue: Catalogue) -> tuple[tuple[Question, ...], tuple[Problem, ...]]:
    """The questions of one file of the bank that could be read, and what is wrong with it."""
    reader = _Reader(catalogue)
    reader.read(file, str(file), ours=True)
    return tuple(reader.questions.values()), tuple(sorted(reader.problems))


@dataclass
class _Reader:
    catalogue: Catalogue
    problems: list[Problem] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    _own: set[str] = field(default_factory=set)

    def read(self, file: Path, path: str, *, ours: bool) -> None:
        text = self._text(file, path)
        record = lines.read(path, text, self.problems) if text else None
        if record is None:
            return
        record.allow(("concept", "questions"))
        concept = record.text("concept")
        known = self.catalogue.concepts.get(concept.text)
        if concept.text and known is None:
            hint = did_you_mean(concept.text, self.catalogue.concepts)
            record.problem(f"unknown concept '{concept.text}'{hint}", concept.line)
        if known and ours and (file.stem, file.parent.name) != (known.id, known.stage):
            record.problem(f"the file must be '{known.stage}/{known.id}.yaml', after its concept", concept.line)
        lesson = self.catalogue.lessons.get(concept.text)
        if known and lesson is None:
            record.problem(f"the concept '{known.id}' has no lesson, which its questions must rest on", concept.line)
        for entry in record.records("questions"):
            self._add(_question(entry, concept.text, lesson), entry, ours)

    def _text(self, file: Path, path: str) -> str:
        try:
            if not file.is_file() or file.stat().st_size > FILE_BYTES:
                raise ValueError(f"must be an ordinary file of at most {FILE_BYTES:,} bytes")
            return file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            why = (error.strerror or "") if isinstance(error, OSError) else str(error)
            self.problems.append(Problem(path, 0, f"cannot be read: {why}"))
            return ""

    def _add(self, question: Question, entry: Record, ours: bool) -> None:
        if question.id in self._own or (ours and question.id in self.questions):
            first = self.questions[question.id]
            entry.problem(f"the id '{question.id}' is given twice: see {first.path}:{first.line}", entry.line_of("id"))
        elif question.id:
            self.questions[question.id] = question
            if not ours:
                self._own.add(question.id)


def _question(entry: Record, concept: str, lesson: Lesson | None) -> Question:
    found = len(entry.problems)
    id = entry.text("id")
    if id.text and not (_ID.fullmatch(id.text) and len(id.text) <= 60):
        entry.problem(f"the id '{id.text}' must be words of small letters and digits joined by '-'", id.line)
    kind = _known(entry, "kind", KINDS)
    entry.allow((*_COMMON, *_TEMPLATE, *_OWN.get(kind, tuple(name for own in _OWN.values() for name in own))))
    parameters, where, lets = _template(entry)
    question = Question(
        id=id.text,
        concept=concept,
        kind=kind,
        facet=_known(entry, "facet", FACETS),
        difficulty=_between(entry, "difficulty", 1, 5),
        section=_section(entry, lesson),
        prompt=_words(entry, "prompt"),
        hint=_words(entry, "hint"),
        explanation=_words(entry, "explanation"),
        task=_TASKS[kind](entry) if kind in _TASKS else Ordering(()),
        figure=_figure(entry, lesson),
        parameters=parameters,
        where=where,
        lets=lets,
        path=entry.path,
        line=entry.line,
    )
    if len(entry.problems) == found:
        _check_expressions(question, entry)
    return question


def _known(entry: Record, name: str, words: Sequence[_Word]) -> _Word:
    placed = entry.text(name)
    if placed.text and placed.text not in words:
        entry.problem(f"unknown {name} '{placed.text}'{did_you_mean(placed.text, words)}: one of {', '.join(words)}")
    return next((word for word in words if word == placed.text), words[0])


def _between(entry: Record, name: str, low: int, high: int) -> int:
    number = entry.number(name)
    if entry.has(name) and (number != int(number) or not low <= number <= high):
        entry.problem(f"field '{name}' must be a whole number from {low} to {high}", entry.line_of(name))
    return int(number)


def _section(entry: Record, lesson: Lesson | None) -> str:
    placed = entry.text("section")
    if lesson and placed.text:
        titles = section_titles(lesson)
        if placed.text not in titles:
            hint = did_you_mean(placed.text, titles)
            entry.problem(f"the lesson '{lesson.concept}' has no section '{placed.text}'{hint}", placed.line)
    return placed.text


def section_titles(lesson: Lesson) -> tuple[str, ...]:
    """What a question may rest on: the lesson's sections and its learners' questions."""
    return (*(one.title for one in lesson.sections), *(one.question for one in lesson.questions))


def _figure(entry: Record, lesson: Lesson | None) -> str:
    placed = entry.text("figure", required=False)
    own = lesson.figure.name if lesson and lesson.figure else ""
    if placed.text and placed.text != own:
        entry.problem(
            f"'{placed.text}' is not the figure of this concept's lesson ({own or 'it has none'})", placed.line
        )
    return placed.text


def _words(entry: Record, name: str, required: bool = True) -> str:
    """A Markdown text, whose formulas close; a chat would show the file's line ends, so paragraphs lose them."""
    return _unwrapped(_closed(entry, entry.block(name, required), name))


def _unwrapped(text: str) -> str:
    """The text with each paragraph on one line; fenced code and lists stay as they are."""
    return _FENCED.sub(lambda part: part[0] if part["code"] else _joined(part[0]), text)


def _joined(prose: str) -> str:
    paragraphs = re.split(r"(\n\s*\n)", prose)
    return "".join(
        one if not one.strip() or re.match(r"[-*] ", one) else re.sub(r"(?<=\S) *\n *(?=\S)", " ", one)
        for one in paragraphs
    )


def _closed(entry: Record, placed: Placed, name: str) -> str:
    if lone_dollar(placed.text) is not None:
        entry.problem(f"field '{name}' has a dollar that opens no formula (write \\$ for a plain one)", placed.line)
    return placed.text


# ------------------------------------------------------------------------------------------ templates


def _template(entry: Record) -> tuple[tuple[Values, ...], tuple[str, ...], tuple[tuple[str, str], ...]]:
    given = entry.record("parameters")
    parameters = tuple(_values(given, name) for name in given.names) if given else ()
    derived = entry.record("let")
    lets = tuple((name, derived.block(name).text) for name in derived.names) if derived else ()
    where = tuple(one.text for one in entry.blocks("where", required=False))
    if (lets or where) and not parameters:
        entry.problem("'let' and 'where' need 'parameters' to work on", entry.line)
    names = [one.name for one in parameters] + [name for name, _ in lets]
    for name, times in Counter(names).items():
        if times > 1:
            entry.problem(f"the name '{name}' is given twice", entry.line_of("parameters"))
        if not _NAME.fullmatch(name):
            entry.problem(f"'{name}' cannot be a name: letters, digits and _ only", entry.line_of("parameters"))
    return parameters, where, lets


def _values(given: Record, name: str) -> Values:
    values = given.numbers(name) if given.has_list(name) else _range(given, name)
    if not 1 <= len(values) <= MOST_VALUES:
        given.problem(f"the parameter '{name}' must have 1 to {MOST_VALUES} values", given.line_of(name))
    return Values(name, values)


def _range(given: Record, name: str) -> tuple[float, ...]:
    span = given.record(name)
    if span is None:
        return ()
    span.allow(("from", "to", "step"))
    low, high, step = span.number("from"), span.number("to"), span.number("step", 1.0)
    if step <= 0 or high < low:
        span.problem(f"the range of '{name}' needs from <= to and a step above 0")
        return ()
    count = int((high - low) / step + 1e-9) + 1
    if count > MOST_VALUES:
        return (low,) * count if count <= 2 * MOST_VALUES else (low,) * (MOST_VALUES + 1)
    return tuple(round(low + place * step, 10) for place in range(count))


def _check_expressions(question: Question, entry: Record) -> None:
    """Every expression parses, and the numbers can be drawn."""
    try:
        values = draw_values(question, seed=0)
        names = tuple(values)
        for text in _texts(question):
            for match in PLACE.finditer(text) if question.template else ():
                expressions.parse(match["expression"], names)
        if isinstance(question.task, Numeric):
            for one in (question.task.answer, *(mistake.answer for mistake in question.task.mistakes)):
                expressions.parse(one, names)
        if isinstance(question.task, Formula):
            letters = [name for name, _, _ in question.task.variables]
            for one in (question.task.answer, *(mistake.answer for mistake in question.task.mistakes)):
                expressions.parse(one, letters)
    except GradusError as error:
        entry.problem(f"{question.id}: {error}")


def _texts(question: Question) -> Iterable[str]:
    yield from (question.prompt, question.hint, question.explanation)
    task = question.task
    if isinstance(task, Choice):
        yield from (text for one in task.options for text in (one.text, one.feedback))
    if isinstance(task, Numeric | Formula | Cloze | CodeOutput):
        yield from (one.feedback for one in task.mistakes)


# ---------------------------------------------------------------------------------------------- tasks


def _options(entry: Record, *, single: bool) -> Choice:
    records = entry.records("options")
    options = tuple(_option(one, single) for one in records)
    right = sum(one.correct for one in options)
    line = entry.line_of("options")
    if entry.has("options") and not 3 <= len(options) <= 5:
        entry.problem("a choice needs three to five options", line)
    if single and options and right != 1:
        entry.problem(f"exactly one option must be correct, not {right}", line)
    if not single and options and not 1 <= right < len(options):
        entry.problem("at least one option must be correct and at least one wrong", line)
    lines.unique(tuple(Placed(one.text, line) for one in options), entry.problem, "the option")
    return Choice(options)


def _option(record: Record, single: bool) -> Option:
    record.allow(("text", "correct", "feedback"))
    text, correct = _words(record, "text"), record.flag("correct")
    if _CATCH_ALL.search(text):
        record.problem("an option must stand by itself: options are shuffled, so none may speak of the others")
    return Option(text, correct, _words(record, "feedback", required=not (correct and single)))


def _mistakes(entry: Record) -> tuple[Mistake, ...]:
    if not entry.has("mistakes"):
        return ()
    made = []
    for one in entry.records("mistakes"):
        one.allow(("answer", "feedback"))
        made.append(Mistake(one.block("answer").text, _words(one, "feedback")))
    return tuple(made)


def _numeric(entry: Record) -> Numeric:
    decimals = _between(entry, "decimals", 0, 8) if entry.has("decimals") else None
    tolerance = entry.number("tolerance", 0.01)
    if not 0 < tolerance <= 0.2:
        entry.problem("field 'tolerance' is a share of the answer, above 0 and at most 0.2", entry.line_of("tolerance"))
    unit = entry.block("unit", required=False).text if entry.has("unit") else ""
    return Numeric(entry.block("answer").text, _mistakes(entry), decimals, entry.flag("whole"), unit, tolerance)


def _formula(entry: Record) -> Formula:
    given = entry.record("variables")
    variables = []
    for name in given.names if given else ():
        box = given.numbers(name) if given else ()
        if len(box) != 2 or not box[0] < box[1]:
            entry.problem(f"the variable '{name}' needs an interval [low, high]", entry.line_of("variables"))
        else:
            variables.append((name, box[0], box[1]))
    if not variables:
        entry.problem("a formula needs 'variables', each with the interval in which it is compared", entry.line)
    return Formula(entry.block("answer").text, tuple(variables), _mistakes(entry))


def _cloze(entry: Record) -> Cloze:
    text = entry.block("text")
    gaps = tuple(tuple(word.strip() for word in gap.split("|") if word.strip()) for gap in _GAP.findall(text.text))
    if text.text and not 1 <= len(gaps) <= 3:
        entry.problem("the text needs one to three gaps, written {{answer|also accepted}}", text.line)
    if not all(gaps):
        entry.problem("a gap needs at least one accepted answer", text.line)
    pieces = tuple(_GAP.split(text.text)[::2])
    _closed(entry, Placed(" ".join(pieces), text.line), "text")
    return Cloze(pieces, gaps, _mistakes(entry))


def _ordering(entry: Record) -> Ordering:
    items = entry.blocks("items")
    if entry.has("items") and not 3 <= len(items) <= 5:
        entry.problem("an ordering needs three to five items", entry.line_of("items"))
    lines.unique(items, entry.problem, "the item")
    return Ordering(tuple(_closed(entry, one, "items") for one in items))


def _matching(entry: Record) -> Matching:
    records = entry.records("pairs")
    for one in records:
        one.allow(("left", "right"))
    pairs = tuple((_words(one, "left"), _words(one, "right")) for one in records)
    if entry.has("pairs") and not 2 <= len(pairs) <= 4:
        entry.problem("a matching needs two to four pairs", entry.line_of("pairs"))
    for side in zip(*pairs, strict=True):
        lines.unique(tuple(Placed(text, entry.line_of("pairs")) for text in side), entry.problem, "the side")
    return Matching(pairs)


def _code_output(entry: Record) -> CodeOutput:
    return CodeOutput(entry.block("code").text, entry.block("output").text, _mistakes(entry))


def _find_bug(entry: Record) -> FindBug:
    code = entry.block("code")
    length = code.text.count("\n") + 1
    suspects = []
    for one in entry.records("lines"):
        one.allow(("line", "correct", "fix", "feedback"))
        correct = one.flag("correct")
        fix = one.block("fix").text if correct else ""
        if one.has("fix") and not correct:
            one.problem("only the wrong line, marked 'correct: true', has a 'fix'")
        suspects.append(Suspect(_between(one, "line", 1, length), fix, _words(one, "feedback", required=not correct)))
    line = entry.line_of("lines")
    if entry.has("lines") and not 2 <= len(suspects) <= 4:
        entry.problem("a program with a bug needs two to four suspect lines", line)
    if sum(one.correct for one in suspects) != 1:
        entry.problem("exactly one line must be the wrong one, marked 'correct: true' with its 'fix'", line)
    if len({one.line for one in suspects}) < len(suspects):
        entry.problem("a line is suspected twice", line)
    ordered = tuple(sorted(suspects, key=lambda one: one.line))
    return FindBug(code.text, entry.block("output").text, ordered, entry.block("fixed_output").text)


def _explain(entry: Record) -> Explain:
    points = []
    for one in entry.records("points"):
        one.allow(("text", "words", "wrong"))
        words = tuple(tuple(word.text for word in group) for group in one.rows("words"))
        if not words or not all(words):
            one.problem("a point needs 'words': lists of words, of which a good explanation has one each")
        wrong = tuple(word.text for word in one.blocks("wrong", required=False))
        points.append(Point(_words(one, "text"), words, wrong))
    if entry.has("points") and not 1 <= len(points) <= 5:
        entry.problem("an explanation needs one to five points", entry.line_of("points"))
    return Explain(tuple(points), _words(entry, "model"))


_TASKS: Mapping[str, Callable[[Record], Task]] = {
    "single_choice": lambda entry: _options(entry, single=True),
    "multiple_choice": lambda entry: _options(entry, single=False),
    "numeric": _numeric,
    "formula": _formula,
    "cloze": _cloze,
    "ordering": _ordering,
    "matching": _matching,
    "code_output": _code_output,
    "find_bug": _find_bug,
    "explain": _explain,
}


def concepts_without(bank: Bank, concepts: Collection[str]) -> tuple[str, ...]:
    """The concepts that nobody asks about."""
    return tuple(concept for concept in concepts if not bank.of(concept))
