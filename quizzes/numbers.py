"""Numbers as learners type them: read in every fair way, and compared with what was expected.

`judge` says `right`, `unsure` or `wrong`, with a note for the learner. What is read: `0.25`, `.25`, `3/4`, `1 1/2`,
`½`, `25 %`, `1e-3`, `1.2×10^-3`, `1,234`, `1 234`, `1.234,5`, `1_234`, `0,25`, `2.5k`, `1.5 million`, sums to work out
(`2^8`, `1/(1-0.2)`), words around it (`x = 0.25`, `about 0.25`, `the answer is 0.25`), and a unit behind it.

Decisions, where two readings are fair:

- `1,234` is 1234. It is also 1.234 where that is the answer, the question has no unit, doesn't count, and 1234 is
  none of its known mistakes; otherwise a match with 1.234 leaves the grade unsure.
- `1.234` is 1.234. Where 1234 was expected it may be a thousands separator: unsure.
- Several numbers that differ are never right; where one of at most three is the answer, the grade is unsure.
- A percent sign divides by 100 where no percentage was asked for. Where one was, `0.25` for 25 % is unsure.
- A unit may be left out. Another known unit is wrong, a word that isn't known where a unit was expected is unsure.
- A number that is the answer rounded to at least two figures, yet further off than is forgiven, is unsure.
- A negation or a bound (`not 0.25`, `more than 0.25`) is unsure at best.
"""

import itertools
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from foundation.errors import GradusError
from quizzes.expressions import CONSTANTS, FUNCTIONS, parse

LONGEST = 200
MOST_NUMBERS = 3
TINY = 1e-9
"""The relative error of an exact answer, and the absolute one where nought is expected."""
ZERO = 1e-12
"""What is left of nought when floats are subtracted is smaller."""

Verdict = Literal["right", "unsure", "wrong"]
Doubt = Literal["", "decimal comma", "thousands point"]


class NotANumber(GradusError):
    """A text in which no number is found."""


@dataclass(frozen=True)
class Quantity:
    """One number of an answer.

    Attributes:
        readings: what it may be, the likeliest first.
        percent: whether a percent sign stands behind it.
        scale: what the first word behind it multiplies it with (`k`, `million`).
        words: behind it, without the percent sign.
    """

    readings: tuple["Reading", ...]
    percent: bool
    scale: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A value; `doubt` says what was assumed about a comma or a point, where another reading comes first."""

    value: float
    doubt: Doubt = ""


@dataclass(frozen=True)
class Answer:
    """What was read: the number (all that were given, where they differ), and whether words take it back."""

    quantities: tuple[Quantity, ...]
    hedged: bool


@dataclass(frozen=True)
class Expected:
    """What is asked for; see `quizzes.question.Numeric`."""

    value: float
    decimals: int | None = None
    whole: bool = False
    unit: str = ""
    tolerance: float = 0.01
    mistakes: tuple[float, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """The verdict, the index of the known mistake that was made, and a line about the form or the size."""

    verdict: Verdict
    mistake: int | None = None
    note: str = ""


_SAME_UNIT = tuple(
    frozenset(group.split())
    for group in (
        "% percent pct percentage prozent",
        "b byte bytes",
        "kb kilobyte kilobytes kbyte kbytes",
        "mb megabyte megabytes mbyte mbytes",
        "gb gigabyte gigabytes gbyte gbytes",
        "tb terabyte terabytes",
        "kib kibibyte kibibytes",
        "mib mebibyte mebibytes",
        "gib gibibyte gibibytes",
        "bit bits",
        "nat nats",
        "s sec secs second seconds",
        "ms msec millisecond milliseconds",
        "µs us microsecond microseconds",
        "ns nanosecond nanoseconds",
        "min mins minute minutes",
        "h hr hrs hour hours",
        "d day days",
        "m million millions mio mn",
        "k thousand thousands",
        "bn billion billions",
        "px pixel pixels",
        "x times fold",
        "° deg degree degrees",
        "param params parameter parameters",
        "dim dims dimension dimensions",
        "mm millimetre millimetres millimeter millimeters",
        "cm centimetre centimetres centimeter centimeters",
        "km kilometre kilometres kilometer kilometers",
        "flop flops",
        "gflop gflops",
        "tflop tflops",
        "dollar dollars usd",
        "euro euros eur €",
    )
)
_KNOWN_UNITS = frozenset().union(*_SAME_UNIT)
_SCALES = {
    "k": 1e3,
    "K": 1e3,
    "thousand": 1e3,
    "M": 1e6,
    "mio": 1e6,
    "million": 1e6,
    "millions": 1e6,
    "bn": 1e9,
    "billion": 1e9,
    "billions": 1e9,
}
_PERCENT = ("%", "percent", "pct", "prozent")
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
# Words behind a number that are no unit.
_FILLER = re.compile(
    "of|in|per|for|and|so|as|because|since|if|the|an?|or|total|altogether|overall|each|all|approx|approximately|about|"
    "roughly|rounded|units?|exactly|is|are|which|that|this|it|i|think|we|get|with|from|at|to|then",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:not|no|never|neither|nor|cannot|isnt|unequal|\w+n't)\b", re.IGNORECASE)
_BOUND = re.compile(r"\b(?:than|least|most|under|below|above|between|beyond|up to)\b|[<>≤≥≠±]", re.IGNORECASE)
# What follows gives reasons; its numbers are no answer.
_REASON = re.compile(r"\b(?:because|since|due to|given|with|when|where)\b", re.IGNORECASE)

_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u200a\u202f\t\r\n"), " ")
_MINUS = dict.fromkeys(map(ord, "−–‒—﹣－"), "-")
_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ"), "'")
_PLAIN = {**_SPACES, **_MINUS, **_APOSTROPHES, ord("\u200b"): "", ord("٫"): ".", ord("٬"): ",", ord("μ"): "µ"}

# A result follows these; `==` and the comparisons do not count.
_RESULT = re.compile(r"=>|->|→|⇒|(?<![<>!=])=(?![=<>])|[≈≃≅≐~∼:]|\b(?:is|are|equals?)\b", re.IGNORECASE)
_GROUPS = re.compile(r"(?<![0-9.,])([0-9]{1,3}(?: [0-9]{3}){1,6})(?![0-9])(?! *[/⁄])")
_MIXED = re.compile(r"(?<![0-9./,^*]) ?([0-9]{1,9}) +([0-9]{1,9}) ?[/⁄] ?([0-9]{1,9})(?![0-9.,])")
_TIMES = re.compile(r"(?<=[0-9)]) ?[xX] ?(?=[0-9(])")
_ASIDE = re.compile(r"(?<![A-Za-z0-9])\([^()0-9]*\)")
_PIECE = re.compile(
    r"(?P<space> +)"
    r"|(?P<number>(?:[0-9]+(?:[.,_'][0-9]+)*|\.[0-9]+)\.?(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<sign>\*\*|[-+*/^()·⋅×∙∗÷∕⁄√{}⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻])"
    r"|(?P<word>[^\W\d_]+(?:['-][^\W\d_]+)*|[%‰°€])"
    r"|(?P<other>.)",
    re.DOTALL,
)
# A name such as w1, which is no number; log2 and log10 are functions.
_NAMES = re.compile(r"(?<![\w.])(?!log_?(?:2|10)(?![0-9]))[^\W\d_]+_?[0-9]+(?![\w.,(])")
_LETTERS = re.compile(r"[^\W\d_]+")
_LITERAL = re.compile(r"(?<![A-Za-z0-9.,_])(?:[0-9]+(?:[.,_'][0-9]+)*|\.[0-9]+)\.?(?:[eE][-+]?[0-9]+)?")
# Functions that need no brackets before a number, and those in whose brackets a comma parts arguments.
_BARE = frozenset(("sqrt", "exp", "ln", "log", "tanh", "sin", "cos", "sigmoid"))
_LISTS = re.compile(r"\b(?:min|max|mod|if) ?\(")
_BEGINS = frozenset("-+(√")


def read(text: str) -> Answer:
    """The number that an answer gives.

    Raises:
        NotANumber: there is none, or what is there can't be worked out.
    """
    if len(text) > LONGEST:
        raise NotANumber(f"The answer is too long for a number: {len(text)} characters.")
    plain = _plain(text)
    head = _REASON.split(plain, maxsplit=1)[0]
    plain = head if re.search(r"[0-9]", head) else plain
    hedged = _hedged(plain)
    parts = [part for part in _RESULT.split(plain) if re.search(r"[0-9]", part) or _is_constant(part)]
    if not parts:
        last = _RESULT.split(plain)[-1].lower().strip()
        if last not in _WORDS:
            raise NotANumber("There is no number in this answer.")
        return Answer((_quantity(str(_WORDS.index(last)), ()),), hedged)
    quantities = _quantities(parts[-1])
    for part in parts[:-1]:  # a calculation before the result has to agree with it; words and names are its story
        if all(word in FUNCTIONS or word in CONSTANTS or word in "xX" for word in _LETTERS.findall(part)):
            quantities = (*quantities, *_quantities(part))
    if not quantities:
        raise NotANumber("There is no number in this answer.")
    return Answer(_distinct(quantities), hedged)


def judge(text: str, expected: Expected) -> Judgement:
    """Compares an answer with what is expected.

    Raises:
        NotANumber: no number is found in it.
    """
    answer = read(text)
    if len(answer.quantities) > 1:
        return _judged_several(answer, expected)
    judgement = _judged(answer.quantities[0], expected)
    if answer.hedged and judgement.verdict == "right":
        return Judgement("unsure", note="The words around the number take it back or only bound it: give the number.")
    return judgement


def right(value: float, expected: Expected) -> bool:
    """Whether a value is near enough: exactly for whole numbers, within the tolerance, or rounded as asked."""
    error = abs(value - expected.value)
    if error <= TINY * abs(expected.value):
        return True
    if abs(expected.value) < ZERO:
        return error <= TINY
    if expected.whole:
        return False
    if error <= expected.tolerance * abs(expected.value) * (1 + 1e-6):
        return True
    return expected.decimals is not None and _is_rounding(value, expected.value, expected.decimals)


def _is_rounding(value: float, of: float, decimals: int) -> bool:
    """Whether `value` is `of` to so many decimals, halves either way."""
    step = 10.0**-decimals
    return abs(value - of) <= step / 2 * (1 + 1e-6) and abs(value / step - round(value / step)) <= 1e-6


def rounded_to(value: float, of: float) -> int:
    """To how many significant figures (2 to 6) `value` is `of` rounded, or 0 where it is not."""
    if not value or not of or abs(value - of) > abs(of) / 10:
        return 0
    magnitude = math.floor(math.log10(abs(value)))
    for figures in range(2, 7):
        if -300 < magnitude < 300 and _is_rounding(value, of, figures - 1 - magnitude):
            return figures
    return 0


def _judged_several(answer: Answer, expected: Expected) -> Judgement:
    note = "There are several different numbers in this answer: give one."
    verdicts = [_judged(quantity, expected).verdict for quantity in answer.quantities]
    if len(verdicts) <= MOST_NUMBERS and "right" in verdicts:
        return Judgement("unsure", note=note)
    return Judgement("wrong", note=note)


def _judged(quantity: Quantity, expected: Expected) -> Judgement:
    asked_percent = _same_unit(expected.unit, "%")
    for reading in quantity.readings:
        if right(_value(reading, quantity, expected), expected):
            return _judged_form(reading, quantity, expected)
    plain = quantity.readings[0].value
    if asked_percent and not quantity.percent and not quantity.words and right(plain * 100, expected):
        return Judgement("unsure", note="The answer is asked for in percent: a share has to be multiplied by 100.")
    if quantity.percent and not asked_percent and right(plain, expected):
        return Judgement("unsure", note="No percentage is asked for, and the percent sign divides by 100.")
    asked_scale = _SCALES.get(expected.unit.partition(" ")[0], 1.0)
    if asked_scale != 1 and right(plain / asked_scale, expected):
        return Judgement("unsure", note=f"The number is asked for in {expected.unit}.")
    return _judged_wrong(_value(quantity.readings[0], quantity, expected), expected)


def _value(reading: Reading, quantity: Quantity, expected: Expected) -> float:
    """In the unit that is asked for."""
    if quantity.percent and not _same_unit(expected.unit, "%"):
        return reading.value / 100
    if quantity.words and _same_unit(expected.unit, quantity.words[0]):
        return reading.value
    return reading.value * quantity.scale


def _judged_form(reading: Reading, quantity: Quantity, expected: Expected) -> Judgement:
    """The value is right: are its unit and its separators?"""
    if reading.doubt == "decimal comma":
        thousandfold = 1000 * expected.value
        trap = any(math.isclose(thousandfold, mistake, rel_tol=0.02) for mistake in expected.mistakes)
        if expected.unit or expected.whole or trap:
            return Judgement("unsure", note="The comma may part thousands or decimals: write a point for decimals.")
    if reading.doubt == "thousands point":
        return Judgement("unsure", note="The point reads as a decimal point: leave it out between thousands.")
    if not expected.unit or quantity.percent:
        return Judgement("right")
    words = quantity.words
    if words and quantity.scale != 1 and not _same_unit(expected.unit, words[0]):
        words = words[1:]
    first = words[0] if words else ""
    if not first or _FILLER.fullmatch(first) or _same_unit(expected.unit, first):
        return Judgement("right")
    if first.lower() in _KNOWN_UNITS:
        return Judgement(
            "wrong", note=f"The number fits, but not its unit: the answer is asked for in {expected.unit}."
        )
    return Judgement("unsure", note=f"The unit isn't clear: the answer is asked for in {expected.unit}.")


def _judged_wrong(value: float, expected: Expected) -> Judgement:
    made = [
        index
        for index, mistake in enumerate(expected.mistakes)
        if right(value, Expected(mistake, expected.decimals, expected.whole, tolerance=expected.tolerance))
    ]
    if made:
        return Judgement("wrong", min(made, key=lambda index: abs(expected.mistakes[index] - value)))
    goal = expected.value
    if not expected.whole and rounded_to(value, goal):
        return Judgement("unsure", note="That is near, but rounded further than was asked: give more decimals.")
    if goal and math.isclose(value, -goal, rel_tol=expected.tolerance):
        return Judgement("wrong", note="The size fits, but the sign is the other way round.")
    if expected.whole and math.isclose(value, goal, rel_tol=0.02):
        return Judgement("wrong", note="That is near, but the exact whole number is asked for.")
    for power in (10.0, 100.0, 1000.0):
        if goal and any(math.isclose(value, goal * factor, rel_tol=0.001) for factor in (power, 1 / power)):
            return Judgement("wrong", note=f"The digits fit, but the answer is off by a factor of {power:,.0f}.")
    if not expected.whole and math.isclose(value, goal, rel_tol=0.1):
        return Judgement("wrong", note="That is near, but further off than rounding explains.")
    return Judgement("wrong")


def _same_unit(asked: str, given: str) -> bool:
    """Whether a unit is the one asked for: its case variants, plural, full name, or abbreviation of a long word."""
    asked, given = asked.strip().lower(), given.strip().lower().rstrip(".")
    if not asked or not given:
        return False
    if asked == given or given in re.split(r"[ /]", asked):
        return True
    if any(asked in group and given in group for group in _SAME_UNIT):
        return True
    one, other = asked.rstrip("s"), given.rstrip("s")
    return one == other or (len(other) >= 4 and one.startswith(other))


def _plain(text: str) -> str:
    """The text with one kind of space, minus, digit and apostrophe, without what only decorates it."""
    characters = []
    for character in text.translate(_PLAIN):
        if character.isdecimal():
            character = str(unicodedata.decimal(character))
        elif "\uff01" <= character <= "\uff5e":  # full-width forms
            character = unicodedata.normalize("NFKC", character)
        elif unicodedata.category(character) == "No" and "⁄" in unicodedata.normalize("NFKC", character):
            character = " " + unicodedata.normalize("NFKC", character)
        characters.append(character)
    plain = "".join(characters).replace("`", "").replace("$", "").replace("\\", " ").replace("**", "^")
    plain = re.sub(r"\b(per) (cent)\b", r"\1\2", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\b(?:cdot|times)\b ?(?=[0-9])", "*", plain)
    plain = re.sub(r"\b(?:minus|negative) +(?=[0-9.(])", "-", plain, flags=re.IGNORECASE)
    return plain.strip(" ^*\"'“”_").rstrip(".!?,; ")


def _hedged(plain: str) -> bool:
    return bool(_NEGATION.search(plain) or _BOUND.search(re.sub("[-=]>", "", plain)))


def _is_constant(part: str) -> bool:
    return part.strip() in ("e", "pi", "π")


def _quantities(part: str) -> tuple[Quantity, ...]:
    """The numbers of a text, each a calculation as long as it goes, with the words that follow it."""
    part = _NAMES.sub(" ", _ASIDE.sub(" ", part))
    part = _MIXED.sub(r" (\1+\2/\3)", part)
    part = _GROUPS.sub(lambda found: found.group().replace(" ", ""), part)
    part = _TIMES.sub("*", part)
    found: list[Quantity] = []
    for core, words in _cores(part):
        found.append(_quantity(core, words))
        if len(found) > MOST_NUMBERS:
            break
    return tuple(found)


@dataclass
class _Walk:
    """Where a walk over a text's pieces stands: the calculation so far, and the words since."""

    core: str = ""
    words: tuple[str, ...] = ()
    operand: bool = False
    spaced: bool = False
    depth: int = 0

    def is_over(self, kind: str, text: str) -> bool:
        """Whether this piece of a calculation begins another one."""
        if self.words:
            return True
        return self.depth <= 0 and self.operand and (kind == "number" or (self.spaced and text == "("))

    def add(self, kind: str, text: str) -> None:
        """Puts a piece to the calculation."""
        self.core += " " + text if self.spaced and self.core else text
        self.depth += (text in "({") - (text in ")}")
        self.operand = kind == "number" or text in (")", "}") or text in CONSTANTS
        self.spaced = False


def _cores(part: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each calculation in a text with the words behind it; an empty word stands for punctuation."""
    walk = _Walk()
    pieces = [(str(piece.lastgroup), piece.group()) for piece in _PIECE.finditer(part)]
    solid = [piece for piece in pieces if piece[0] != "space"]
    at = 0
    for kind, text in pieces:
        if kind == "space":
            walk.spaced = True
            continue
        at += 1
        following = solid[at] if at < len(solid) else ("", "")
        if not _counts(walk, kind, text, following):
            if walk.core:
                walk.words = (*walk.words, text if kind == "word" else "")
            walk.spaced = False
            continue
        if walk.core and walk.is_over(kind, text):
            if _has_number(walk.core):
                yield walk.core, walk.words
            walk = _Walk()
        if walk.core or kind != "sign" or text in _BEGINS:
            walk.add(kind, text)
    if _has_number(walk.core):
        yield walk.core, walk.words


def _counts(walk: _Walk, kind: str, text: str, following: tuple[str, str]) -> bool:
    """Whether a piece belongs to a calculation rather than to the prose around it."""
    if kind in ("number", "sign"):
        return True
    if text == ",":
        return walk.depth > 0 and not walk.words
    if kind != "word":
        return False
    if text in FUNCTIONS:
        return (
            following[1] == "("
            or (text == "log" and following[1] in ("2", "10"))
            or (text in _BARE and following[0] == "number")
        )
    if text == "e":
        return following[1] in ("^", "**", "*", "/", "⁻") or walk.core.endswith(("^", "*", "/", "("))
    return text in ("pi", "π")


def _has_number(core: str) -> bool:
    return bool(re.search(r"[0-9]", core)) or any(word in (*CONSTANTS, "π") for word in _LETTERS.findall(core))


def _quantity(core: str, words: Sequence[str]) -> Quantity:
    core = core.rstrip("-+*/^·×,( ")
    while core.endswith(")") and core.count(")") > core.count("("):
        core = core[:-1].rstrip()
    core += ")" * (core.count("(") - core.count(")"))
    words = tuple(itertools.takewhile(bool, words))
    percent = bool(words) and words[0].lower() in _PERCENT
    if percent:
        words = words[1:]
    scale = 1.0
    if words:
        scale = _SCALES.get(words[0] if len(words[0]) == 1 else words[0].lower(), 1.0)
    return Quantity(_readings(core), percent, scale, words)


def _readings(core: str) -> tuple[Reading, ...]:
    """The values of a calculation; two where it is a single number with a separator that is read in two ways."""
    if _LISTS.search(core):
        return (Reading(_worked_out(core)),)
    single = _LITERAL.search(core)
    if single is None or _LITERAL.sub("", core).strip("-+() "):
        return (Reading(_worked_out(_LITERAL.sub(lambda found: _literal(found.group())[0].text, core))),)
    return tuple(
        Reading(_worked_out(_LITERAL.sub(reading.text, core)), reading.doubt) for reading in _literal(single.group())
    )


def _worked_out(core: str) -> float:
    try:
        return parse(core, loose=True).value({})
    except GradusError as error:
        raise NotANumber(str(error)) from error


@dataclass(frozen=True)
class _Literal:
    """A number as our parser takes it, and what is assumed about its separator."""

    text: str
    doubt: Doubt = ""


def _literal(text: str) -> tuple[_Literal, ...]:
    """The fair readings of a number, the likeliest first."""
    digits, _, power = text.lower().partition("e")
    tail = f"e{power}" if power else ""
    digits = re.sub(r"[_']", "", digits.rstrip("."))
    commas, points = digits.count(","), digits.count(".")
    if commas and points:
        decimal = "," if digits.rfind(",") > digits.rfind(".") else "."
        grouping = "." if decimal == "," else ","
        whole, _, fraction = digits.rpartition(decimal)
        if digits.count(decimal) > 1 or not _is_grouped(whole, grouping):
            raise NotANumber("The points and commas of this number can't be read: use a point for decimals only.")
        return (_Literal(f"{whole.replace(grouping, '')}.{fraction}{tail}"),)
    separator = "," if commas else "."
    as_thousands = _Literal(digits.replace(separator, "") + tail)
    if max(commas, points) > 1:
        if not _is_grouped(digits, separator):
            raise NotANumber("The points and commas of this number can't be read: use a point for decimals only.")
        return (as_thousands,)
    as_decimal = _Literal(digits.replace(",", ".") + tail)
    if not _is_grouped(digits, separator):
        return (as_decimal,)
    if commas:
        return (as_thousands, replace(as_decimal, doubt="decimal comma"))
    return (as_decimal, replace(as_thousands, doubt="thousands point"))


def _is_grouped(digits: str, separator: str) -> bool:
    first, *rest = digits.split(separator)
    return 1 <= len(first) <= 3 and not first.startswith("0") and all(len(group) == 3 for group in rest) and bool(rest)


def _distinct(quantities: Sequence[Quantity]) -> tuple[Quantity, ...]:
    """The quantities without those that agree with the first, up to rounding."""
    first = quantities[0]
    others = [quantity for quantity in quantities[1:] if not _agree(first, quantity)]
    return (first, *others)


def _agree(one: Quantity, other: Quantity) -> bool:
    def value(quantity: Quantity) -> float:
        return quantity.readings[0].value * quantity.scale / (100 if quantity.percent else 1)

    first, second = value(one), value(other)
    if math.isclose(first, second, rel_tol=TINY):
        return True
    return math.isclose(first, second, rel_tol=0.02) and (_rounds(first, second) or _rounds(second, first))


def _rounds(value: float, of: float) -> bool:
    """Whether `value` is `of` rounded to as many decimals as it has."""
    for decimals in range(7):
        if abs(value * 10**decimals - round(value, decimals) * 10**decimals) < 1e-6:
            return _is_rounding(value, of, decimals)
    return False
