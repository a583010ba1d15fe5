"""Grading: what a learner answered, beside what is right.

`grade` takes any text, for any kind of question, and never raises: what cannot be read is wrong, with a line that says
what form is expected. The feedback is Markdown that teaches: what lies behind this very answer where that is known,
the explanation for a right answer, a nudge for another try otherwise.

Scores, from 0 to 1, where an answer may be partly right:

- several choices: right picks less wrong picks, over the number of right ones;
- an ordering: the share of pairs that stand in the right order, if it is at least a half, else 0;
- a matching, gaps, printed lines: the share that is right.

`uncertain` is for answers over which a person would hesitate too: the score is what was surely right, and never
lowers what a learner has.
"""

import math
import random
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Literal, Protocol

from content.mathtext import readable
from foundation.errors import GradusError
from quizzes import numbers, outputs, picks, words
from quizzes.expressions import LONGEST as LONGEST_FORMULA
from quizzes.expressions import Ambiguous, Expression, NoValue, parse
from quizzes.question import (
    Choice,
    Cloze,
    CodeOutput,
    Explain,
    FindBug,
    Formula,
    Matching,
    Numeric,
    Ordering,
    Posed,
)

Outcome = Literal["correct", "partial", "wrong", "uncertain"]

LONGEST = 4000
QUOTED = 80
POINTS = 16
FEWEST_POINTS = 12
DRAWS = 200
"""Points tried at most, for those at which the right formula has a value."""

_LINE = re.compile(
    r"\b(?:lines?|ln?|zeile|línea|linea|ligne|riga|linha|linia|строка) ?[#:]? ?([0-9]{1,3})\b", re.IGNORECASE
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_ORDINAL_LINE = re.compile(rf"(?:it'?s |i think )?(?:the )?({'|'.join(_ORDINALS)}) line", re.IGNORECASE)

ORDER_FROM = 0.5
"""The share of pairs in the right order from which an ordering is partly right."""


@dataclass(frozen=True)
class Grade:
    """What an answer is worth, and what to say to it (Markdown).

    Attributes:
        unread: it has not the form that is expected.
        points: of an explanation, what became of each point: `found`, `unclear`, `missing` or `contradicted`.
    """

    outcome: Outcome
    score: float
    feedback: str
    unread: bool = False
    points: tuple[str, ...] = ()


class Explainer(Protocol):
    """Grades explanations in a learner's own words."""

    def grade(self, posed: Posed, answer: str) -> Grade:
        """The grade of an explanation."""
        ...


def grade(posed: Posed, answer: str, terms: Collection[str] = (), explainer: Explainer | None = None) -> Grade:
    """Grades an answer.

    Args:
        terms: the subject's vocabulary (titles, aliases), so that a typo is not taken for another term's.
        explainer: for questions of the kind `explain`; without one the learner is asked to compare.
    """
    text = _cleaned(answer)
    if not text:
        return Grade("wrong", 0.0, _join("This answer is empty.", form(posed)), unread=True)
    try:
        return _graded(posed, text, terms, explainer)
    except (picks.Unread, numbers.NotANumber) as error:
        return Grade("wrong", 0.0, _join(_escaped(str(error)), form(posed)), unread=True)


def quoted(text: str, most: int = QUOTED) -> str:
    """A learner's words, cut and made harmless in a message: no Markdown, no mentions, no links."""
    plain = " ".join(_cleaned(text).split())
    return _escaped(plain if len(plain) <= most else plain[: most - 1].rstrip() + "…")


def form(posed: Posed) -> str:
    """One line: in what form an answer is expected."""
    task = posed.task
    last = picks.LETTERS[max(len(posed.choices), 1) - 1]
    if isinstance(task, Choice):
        if posed.question.kind == "single_choice":
            return f"Answer with one letter, A to {last}."
        return f"Answer with the letters of all that are right, A to {last}, such as A, {last}."
    if isinstance(task, Numeric):
        return f"Answer with one number{f', in {task.unit}' if task.unit else ''}."
    if isinstance(task, Formula):
        names = " and ".join(f"`{name}`" for name, _, _ in task.variables)
        return f"Answer with a formula in {names}, with `*` for products and `^` for powers."
    if isinstance(task, Cloze):
        count = len(task.gaps)
        return (
            "Answer with the missing words." if count == 1 else f"Answer with the {count} gaps, parted by semicolons."
        )
    if isinstance(task, Ordering):
        return f"Answer with all the letters in order, each of A to {last} once."
    if isinstance(task, Matching):
        return f"Answer with a letter for each number, like 1{last} 2A."
    if isinstance(task, CodeOutput):
        return "Answer with what the program prints, line by line."
    if isinstance(task, FindBug):
        return f"Answer with the number of the wrong line, or its letter, A to {last}."
    return "Explain it in two to four sentences of your own."


def _graded(posed: Posed, text: str, terms: Collection[str], explainer: Explainer | None) -> Grade:
    task = posed.task
    match task:
        case Choice():
            return (
                _single(posed, task, text) if posed.question.kind == "single_choice" else _multiple(posed, task, text)
            )
        case Numeric():
            return _numeric(posed, task, text)
        case Formula():
            return _formula(posed, task, text)
        case Cloze():
            return _cloze(posed, task, text, terms)
        case Ordering():
            return _ordering(posed, task, text)
        case Matching():
            return _matching(posed, task, text)
        case CodeOutput():
            return _output(posed, task, text)
        case FindBug():
            return _bug(posed, task, text)
        case Explain():
            if explainer is not None:
                return explainer.grade(posed, text)
            return Grade("uncertain", 0.0, f"Compare with a model answer, and judge for yourself: {task.model}")


def _cleaned(answer: str) -> str:
    """Without what isn't seen: control characters, formats, lone surrogates."""
    visible = (
        character
        for character in answer[:LONGEST]
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )
    return "".join(visible).strip()


def _escaped(text: str) -> str:
    marked = re.sub(r"([\\*_~`|>#\[\]<])", r"\\\1", text)
    return marked.replace("@", "@\u200b").replace("://", ":\u200b//")


def _join(*parts: str) -> str:
    """One text: a part with code or a formula in lines of its own stands apart."""
    text = ""
    for part in filter(None, map(str.strip, parts)):
        apart = any(mark in text or mark in part for mark in ("```", "$$"))
        text += ("\n\n" if apart else " ") + part if text else part
    return text


def _right(posed: Posed, *notes: str) -> Grade:
    return Grade("correct", 1.0, _join(*notes, posed.explanation))


def _wrong(posed: Posed, *notes: str) -> Grade:
    """With what is known about the mistake; otherwise with the hint."""
    known = [note for note in notes if note]
    return Grade("wrong", 0.0, _join(*known) if known else _join("That isn't it.", posed.hint))


def _partial(score: float, *notes: str) -> Grade:
    return Grade("partial", round(min(max(score, 0.0), 0.99), 4), _join(*notes))


def _unsure(*notes: str, score: float = 0.0) -> Grade:
    return Grade("uncertain", round(min(score, 0.99), 4), _join(*notes))


# ---- Choices


def _single(posed: Posed, task: Choice, text: str) -> Grade:
    option = task.options[posed.places[picks.one(text, posed.choices)]]
    return _right(posed, option.feedback) if option.correct else _wrong(posed, option.feedback)


def _multiple(posed: Posed, task: Choice, text: str) -> Grade:
    chosen = sorted(picks.some(text, posed.choices))
    if not chosen:
        raise picks.Unread("No choice is named.")
    options = [task.options[place] for place in posed.places]
    right = [place for place in chosen if options[place].correct]
    wrong = [place for place in chosen if not options[place].correct]
    wanted = sum(option.correct for option in options)
    if not wrong and len(right) == wanted:
        return _right(posed)
    slips = [f"{picks.LETTERS[place]} isn't right: {options[place].feedback.strip()}" for place in wrong]
    score = (len(right) - len(wrong)) / wanted
    missing = wanted - len(right)
    rest = f"{missing} more {'is' if missing == 1 else 'are'} right." if missing and right else ""
    if score <= 0:
        return _wrong(posed, *slips, rest)
    held = f"{_listed([picks.LETTERS[place] for place in right])} {'is' if len(right) == 1 else 'are'} right."
    return _partial(score, held, *slips, rest)


def _bug(posed: Posed, task: FindBug, text: str) -> Grade:
    suspects = [task.suspects[place] for place in posed.places]
    line = _line(text, task, posed)
    for suspect in suspects:
        if suspect.line == line:
            return _right(posed, suspect.feedback) if suspect.correct else _wrong(posed, suspect.feedback)
    offered = _listed([str(suspect.line) for suspect in suspects])
    return _wrong(posed, f"Line {line} isn't the one: look at the lines {offered}.", posed.hint)


def _line(text: str, task: FindBug, posed: Posed) -> int:
    """The line that an answer blames: its number, its letter, its code, or the code that mends it.

    Raises:
        picks.Unread: it blames none, or several.
    """
    suspects = [task.suspects[place] for place in posed.places]
    code = task.code.split("\n")
    given = _squeezed(text)
    same = [one.line for one in suspects if given in (_squeezed(code[one.line - 1]), _squeezed(one.fix))]
    if len(same) == 1:
        return same[0]
    if same:
        raise picks.Unread("Those words fit more than one line.")
    if re.search(r"\b(?:not|n't) (?:in )?(?:line )?[0-9]", text, re.IGNORECASE):
        raise picks.Unread("Name the line that is wrong, not one that is right.")
    named = {int(number) for number in _LINE.findall(text)}
    several = re.search(r"(?:^|\blines? ?)[0-9]+(?: ?(?:,|and|or|&|/) ?(?:line )?[0-9]+)+", text, re.IGNORECASE)
    if several or len(named) > 1:
        raise picks.Unread("Name one line only.")
    number = re.fullmatch(
        r"(?:it'?s |i think |the |number |no\.? |#)*([0-9]{1,3})(?:st|nd|rd|th)?(?: line)?(?:[ ]?[).:,].*| because.*)?",
        text.strip(" `*.!"),
        re.IGNORECASE | re.DOTALL,
    )
    if number:
        named.add(int(number[1]))
    ordinal = _ORDINAL_LINE.fullmatch(text.strip(" `*.!"))
    if ordinal:
        named.add(_ORDINALS.index(ordinal[1].lower()) + 1)
    if named:
        line = named.pop()
        if not 1 <= line <= len(code):
            raise picks.Unread(f"The program has no line {line}.")
        return line
    inside = [
        one.line
        for one in suspects
        if len(_squeezed(code[one.line - 1])) >= 6 and _squeezed(code[one.line - 1]) in given
    ]
    if len(inside) == 1 and not re.search(r"\bnot\b|n't", text):
        return inside[0]
    return suspects[picks.one(text, [code[suspect.line - 1].strip() for suspect in suspects])].line


def _squeezed(code: str) -> str:
    """A line of code without its spaces."""
    return re.sub(r"[\s`]+", "", code)


# ---- Numbers and formulas


def _numeric(posed: Posed, task: Numeric, text: str) -> Grade:
    expected = numbers.Expected(
        float(task.answer),
        task.decimals,
        task.whole,
        task.unit,
        task.tolerance,
        tuple(float(mistake.answer) for mistake in task.mistakes),
    )
    judged = numbers.judge(text, expected)
    if judged.verdict == "right":
        return _right(posed)
    if judged.mistake is not None:
        return _wrong(posed, task.mistakes[judged.mistake].feedback)
    if judged.verdict == "unsure":
        return _unsure(judged.note)
    return _wrong(posed, judged.note, posed.hint) if judged.note else _wrong(posed)


def _formula(posed: Posed, task: Formula, text: str) -> Grade:
    names = [name for name, _, _ in task.variables]
    try:
        given = _read_formula(text, names)
    except Ambiguous as error:
        return _unsure(_escaped(str(error)))
    except GradusError as error:
        return Grade("wrong", 0.0, _join(_escaped(str(error)), form(posed)), unread=True)
    likeness = _likeness(given, parse(task.answer, names), posed, task)
    if likeness.same:
        return _right(posed)
    for mistake in task.mistakes:
        if _likeness(given, parse(mistake.answer, names), posed, task).same:
            return _wrong(posed, mistake.feedback)
    if likeness.near and re.search(r"[0-9]\.[0-9]", text):
        return _unsure("That comes to nearly the same, but not exactly: write fractions and constants exactly.")
    if likeness.elsewhere:
        return _unsure("That agrees where it has a value, but it has none everywhere in the range that is asked for.")
    if likeness.factor is not None:
        shown = f"{likeness.factor:.4g}"
        note = "The sign is the other way round." if shown == "-1" else f"That differs by a constant factor ({shown})."
        return _wrong(posed, note, posed.hint)
    return _wrong(posed)


def _read_formula(text: str, names: Sequence[str]) -> Expression:
    """The right side of an equation, or the formula itself."""
    flat = " ".join(text.split())
    if len(flat) > LONGEST_FORMULA:
        return parse(flat, names)  # which refuses it
    plain = re.split(r"[, ] ?(?:because|since|by|due|using|where|with)\b", flat, maxsplit=1)[0].strip(" `$.;")
    side = re.split(r"(?<![<>!=])[=≈](?!=)", plain)[-1].strip(" `$*.")
    try:
        return parse(side, names, loose=True)
    except Ambiguous:
        raise
    except GradusError:
        decimal = re.sub(r"(?<=[0-9]),(?=[0-9])", ".", side)
        if decimal == side or re.search(r"\b(?:min|max|mod|if)\b", side):
            raise
        return parse(decimal, names, loose=True)


@dataclass(frozen=True)
class _Likeness:
    """How two formulas compare: the same; nearly (within 1 %); the same only where both have a value; or, where one
    is always the same multiple of the other, which.
    """

    same: bool = False
    near: bool = False
    elsewhere: bool = False
    factor: float | None = None


def _likeness(given: Expression, wanted: Expression, posed: Posed, task: Formula) -> _Likeness:
    source = random.Random(f"{posed.question.id} points {posed.seed}")
    pairs: list[tuple[float, float]] = []
    undefined = 0
    for _ in range(DRAWS):
        point = {name: source.uniform(low, high) for name, low, high in task.variables}
        right = _value(wanted, point)
        if right is None:
            continue
        value = _value(given, point)
        if value is None:
            undefined += 1
        else:
            pairs.append((value, right))
        if len(pairs) == POINTS or undefined == 4 * POINTS:
            break
    if len(pairs) < FEWEST_POINTS:
        return _Likeness()
    scale = max(abs(right) for _, right in pairs)
    if all(_close(value, right, 1e-6, scale) for value, right in pairs):
        return _Likeness(same=not undefined, elsewhere=bool(undefined))
    if undefined:
        return _Likeness()
    near = all(_close(value, right, 0.01, scale) for value, right in pairs)
    return _Likeness(near=near, factor=_factor(pairs, scale))


def _close(value: float, right: float, tolerance: float, scale: float) -> bool:
    return math.isclose(value, right, rel_tol=tolerance, abs_tol=1e-9 * scale)


def _factor(pairs: Sequence[tuple[float, float]], scale: float) -> float | None:
    """The constant that all values are a multiple by, if there is one other than 0."""
    value, right = max(pairs, key=lambda pair: abs(pair[1]))
    if not right or not value or not math.isfinite(value / right):
        return None
    factor = value / right
    same = all(_close(one, factor * other, 1e-6, scale * abs(factor)) for one, other in pairs)
    return factor if same else None


def _value(expression: Expression, point: Mapping[str, float]) -> float | None:
    try:
        return expression.value(point)
    except NoValue:
        return None


# ---- Words and printed lines


def _cloze(posed: Posed, task: Cloze, text: str, terms: Collection[str]) -> Grade:
    given = _gaps(text, task)
    verdicts = [_gap(place, one, task, terms) for place, one in enumerate(given)]
    good = [verdict in ("right", "typo") for verdict in verdicts]
    if all(good):
        slips = [gap[0] for gap, verdict in zip(task.gaps, verdicts, strict=True) if verdict == "typo"]
        return _right(posed, f"It is spelt {_listed(slips)}." if slips else "")
    score = sum(good) / len(good)
    slips = [
        mistake.feedback
        for place, one in enumerate(given)
        if not good[place]
        for mistake in task.mistakes
        if words.compare(one, (mistake.answer,), terms, task.gaps[place]) in ("right", "typo")
    ]
    notes = list(dict.fromkeys(slips))
    if not notes and len(given) > 1 and _swapped(given, task, terms):
        notes.append("The words are right, but they belong in each other's gaps.")
    held = _held("Gap", "Gaps", good) if any(good) else ""
    if (
        "unsure" in verdicts
        and not notes
        and all(ok or one == "unsure" for ok, one in zip(good, verdicts, strict=True))
    ):
        return _unsure(held, "The rest comes near, but it may mean something else: use the exact term.", score=score)
    if score:
        return _partial(score, held, *(notes or [posed.hint]))
    return _wrong(posed, *notes)


def _gap(place: int, given: str, task: Cloze, terms: Collection[str]) -> words.Verdict:
    rivals = [mistake.answer for mistake in task.mistakes]
    rivals += [form for other, gap in enumerate(task.gaps) if other != place for form in gap]
    return words.compare(given, task.gaps[place], terms, rivals)


def _swapped(given: Sequence[str], task: Cloze, terms: Collection[str]) -> bool:
    """Whether every gap has what belongs into another one."""
    return all(
        any(_gap(other, one, task, terms) == "right" for other in range(len(task.gaps)) if other != place)
        for place, one in enumerate(given)
    )


_GAP_MARKS = (";", r"\n+", r"\|", ",", r"\s+/\s+", r"/", r"\s*(?:->|→)\s*", r"\band\b|&|\+", r"\s+-\s+", r"\s+")


def _gaps(text: str, task: Cloze) -> list[str]:
    """What an answer puts into each gap; empty where there are fewer parts."""
    count = len(task.gaps)
    text = "\n".join(" ".join(line.split()) for line in text[: words.LONGEST * (count + 3)].splitlines())
    sentence = _from_sentence(text, task)
    if sentence is not None:
        return sentence
    if count == 1:
        return [text]
    if re.match(r"1 ?[.):]", text):
        parts = [part.strip(" ,;\n") for part in re.split(r"(?:^|(?<=\s))[0-9] ?[.):]", text) if part.strip(" ,;\n")]
        if len(parts) == count:
            return parts
    best: list[str] = []
    for mark in _GAP_MARKS:
        parts = [part.strip() for part in re.split(mark, text) if part.strip()]
        if len(parts) == count:
            return parts
        if 1 < len(parts) < count:
            best = best or parts
    parts = best or [text]
    return parts + [""] * (count - len(parts))


def _from_sentence(text: str, task: Cloze) -> list[str] | None:
    """The gaps' words, if the whole text was typed with them in their places."""
    flat = _flat(text)
    pieces = [_flat(readable(piece)) for piece in task.pieces]
    if len("".join(pieces)) < 10:
        return None
    found: list[str] = []
    at = 0
    for place, piece in enumerate(pieces):
        if place and place == len(pieces) - 1 and not piece.strip(" ."):
            start = len(flat)
        else:
            start = flat.find(piece.strip(), at)
        if start < 0 or (place == 0 and start > 0):
            return None
        if place:
            found.append(flat[at:start].strip())
        at = start + len(piece.strip())
    return found


def _flat(text: str) -> str:
    return " ".join(re.sub(r"[`*$]", "", text).split()).casefold()


def _output(posed: Posed, task: CodeOutput, text: str) -> Grade:
    for mistake in task.mistakes:
        if outputs.verbatim(text, mistake.answer) and not outputs.verbatim(text, task.output):
            return _wrong(posed, mistake.feedback)
    compared = outputs.compare(text, task.output)
    if compared.same:
        return _right(posed)
    if compared.rounded:
        return _unsure("The numbers are near, but the program prints more digits: give all that it prints.")
    for mistake in task.mistakes:
        if outputs.compare(text, mistake.answer).same:
            return _wrong(posed, mistake.feedback)
    if any(compared.lines):
        return _partial(sum(compared.lines) / len(compared.lines), _held("Line", "Lines", compared.lines), posed.hint)
    return _wrong(posed)


# ---- Orders and pairs


def _ordering(posed: Posed, task: Ordering, text: str) -> Grade:
    order = [posed.places[place] for place in picks.order(text, posed.choices)]
    count = len(task.items)
    if order == list(range(count)):
        return _right(posed)
    pairs = count * (count - 1) // 2
    share = sum(one < other for one, other in combinations(order, 2)) / pairs
    notes = [_first_slip(order, posed)]
    if len(order) < count:
        missing = count - len(order)
        notes = [f"Put all {count} letters in order: {missing} {'is' if missing == 1 else 'are'} missing."]
    if share < ORDER_FROM:
        return _wrong(posed, *notes, posed.hint)
    return _partial(share, f"{round(share * pairs)} of {pairs} pairs stand in the right order.", *notes, posed.hint)


def _first_slip(order: Sequence[int], posed: Posed) -> str:
    """Which two neighbours of an order stand the wrong way round."""
    for one, other in pairwise(order):
        if one > other:
            letters = [picks.LETTERS[posed.places.index(place)] for place in (other, one)]
            return f"{letters[0]} comes before {letters[1]}."
    return ""


def _matching(posed: Posed, task: Matching, text: str) -> Grade:
    lefts = [left for left, _ in task.pairs]
    given = picks.assignment(text, lefts, posed.choices)
    good = [place in given and posed.places[given[place]] == place for place in range(len(lefts))]
    if all(good):
        return _right(posed)
    missing = [str(place + 1) for place in range(len(lefts)) if place not in given]
    lack = f"Give {_listed(missing)} a letter too." if missing else ""
    if not any(good):
        return _wrong(posed, "None of these belong together.", lack, posed.hint)
    return _partial(sum(good) / len(good), _held("Pair", "Pairs", good), lack, posed.hint)


def _held(one: str, several: str, good: Sequence[bool]) -> str:
    """`Gap 1 is right, gap 2 isn't.`"""
    right = [str(place) for place, ok in enumerate(good, 1) if ok]
    wrong = [str(place) for place, ok in enumerate(good, 1) if not ok]

    def named(places: Sequence[str], single: str, plural: str) -> str:
        return f"{single if len(places) == 1 else plural} {_listed(places)}"

    first = f"{named(right, one, several)} {'is' if len(right) == 1 else 'are'} right"
    second = f"{named(wrong, one.lower(), several.lower())} {'is' if len(wrong) == 1 else 'are'} not"
    return f"{first}, {second}."


def _listed(things: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return " and ".join(filter(None, (", ".join(things[:-1]), things[-1]))) if things else ""
