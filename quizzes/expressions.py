"""Arithmetic in a small language of our own: read by our own parser, worked out on our own tree.

Two kinds of text are read. The bank's templates are strict: every product has its sign. What learners type is
`loose`: `2x`, `2(x+1)`, `σ(x)`, `√x`, `x²`, `|x|`, `\\frac{1}{2}` and other brackets are understood where they can mean
one thing only; `1/2x` and `e^2x`, which people read in two ways, are refused with the advice to write brackets.

The language: `+ - * / ^` (also `**`, `·`, `×`, `÷`, `−`; powers from the right, and they bind before a minus in front:
`-2^2` is -4), comparisons (1 or 0, equal meaning equal up to the rounding of floats), the constants `pi` and `e`, and
the functions of `FUNCTIONS`. Nothing in a text is ever run as Python, and its size is limited: `LONGEST` characters,
`MOST_NODES` parts, `DEEPEST` brackets within each other. All values are floats, so that no power takes long.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from foundation.errors import GradusError, did_you_mean

LONGEST = 300
MOST_NODES = 120
DEEPEST = 30
MOST_ARGUMENTS = 10


class NoValue(GradusError):
    """An expression has no (finite, real) value at these numbers."""


class Ambiguous(GradusError):
    """An expression that people read in two ways, for want of brackets."""


@dataclass(frozen=True)
class Number:
    """A number as written."""

    value: float


@dataclass(frozen=True)
class Name:
    """A parameter or variable."""

    name: str


@dataclass(frozen=True)
class Negative:
    """A minus in front."""

    of: "Node"


@dataclass(frozen=True)
class Binary:
    """Two sides of an operator of `BINARY`."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Call:
    """A function of `FUNCTIONS`, or `if`."""

    function: str
    arguments: tuple["Node", ...]


Node = Number | Name | Negative | Binary | Call


def _same(left: float, right: float) -> bool:
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _round(x: float) -> float:
    """To the nearest whole number, halves away from zero, as taught at school."""
    return math.copysign(math.floor(abs(x) + 0.5), x)


BINARY: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": math.pow,
    "<": lambda a, b: float(a < b and not _same(a, b)),
    "<=": lambda a, b: float(a < b or _same(a, b)),
    ">": lambda a, b: float(a > b and not _same(a, b)),
    ">=": lambda a, b: float(a > b or _same(a, b)),
    "==": lambda a, b: float(_same(a, b)),
    "!=": lambda a, b: float(not _same(a, b)),
}
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")

# Each function, the fewest and the most arguments that it takes.
FUNCTIONS: dict[str, tuple[Callable[..., float], int, int]] = {
    "exp": (math.exp, 1, 1),
    "log": (math.log, 1, 1),
    "ln": (math.log, 1, 1),
    "log2": (math.log2, 1, 1),
    "log10": (math.log10, 1, 1),
    "sqrt": (math.sqrt, 1, 1),
    "abs": (abs, 1, 1),
    "floor": (math.floor, 1, 1),
    "ceil": (math.ceil, 1, 1),
    "round": (_round, 1, 1),
    "min": (lambda *numbers: min(numbers), 1, MOST_ARGUMENTS),
    "max": (lambda *numbers: max(numbers), 1, MOST_ARGUMENTS),
    "sigmoid": (_sigmoid, 1, 1),
    "tanh": (math.tanh, 1, 1),
    "relu": (lambda x: max(x, 0.0), 1, 1),
    "sin": (math.sin, 1, 1),
    "cos": (math.cos, 1, 1),
    "mod": (lambda a, b: a % b, 2, 2),
    "if": (lambda condition, a, b: a if condition else b, 3, 3),
}
CONSTANTS = {"pi": math.pi, "e": math.e}

# What learners type for a function; a name of the question's own comes first.
_ALIASES = {"sigma": "sigmoid", "log_2": "log2", "log_10": "log10", "ReLU": "relu"}
_GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ϵ": "epsilon",
    "η": "eta",
    "θ": "theta",
    "λ": "lambda",
    "μ": "mu",
    "µ": "mu",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "φ": "phi",
    "ω": "omega",
}
_SIGNS = {
    "**": "^",
    "·": "*",
    "⋅": "*",
    "∙": "*",
    "•": "*",
    "×": "*",
    "∗": "*",
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    "−": "-",
    "–": "-",
    "‐": "-",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
}
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿˣ", "0123456789+-nx", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑᵢⱼₖₗₘₙₒₚₜₓ", "0123456789aeijklmnoptx", strict=True))

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|[-+*/^<>(),√])"
)
_LOOSE_SIGN = re.compile(r"[|\[\]{}]")
_GREEK_NAME = re.compile(f"[{''.join(_GREEK)}](?:_?[0-9]+|_[A-Za-z0-9]+)?")
_LATEX_PRODUCT = re.compile(r"\\(?:cdot|times|ast)(?![A-Za-z])")
_LATEX = re.compile(r"\\(?:left|right|,|;|!|quad|displaystyle)(?![A-Za-z])|\\")
_CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|"}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


_END = _Token("end", "")


@dataclass(frozen=True)
class Expression:
    """A text that was understood, with the names that it uses."""

    text: str
    root: Node
    names: frozenset[str]

    def value(self, values: Mapping[str, float]) -> float:
        """What it comes to.

        Raises:
            NoValue: a division by zero, a root or logarithm of a negative number, a result that is too large, or a
                name without a number.
        """
        result = _value(self.root, values)
        if not math.isfinite(result):
            raise NoValue(f"{self.text}: the result is not a finite number.")
        return result + 0.0  # no negative zero


def parse(text: str, names: Collection[str] = (), *, loose: bool = False) -> Expression:
    """Reads an expression that may use these names, which come before the constants and functions of the same name.

    Args:
        loose: as learners type (see above), and `names` in the wrong case or with an underscore more or less.

    Raises:
        Ambiguous: people read it in two ways.
        GradusError: anything else that isn't understood; one line that says what.
    """
    if len(text) > LONGEST:
        raise GradusError(f"The expression is too long: {len(text)} characters, at most {LONGEST} are read.")
    parser = _Parser(_tokens(text, loose), names, loose)
    root = parser.whole()
    return Expression(text.strip(), root, frozenset(parser.used))


def _value(node: Node, values: Mapping[str, float]) -> float:
    match node:
        case Number(value):
            return value
        case Name(name):
            if name not in values:
                raise NoValue(f"There is no number for {name}.")
            return float(values[name])
        case Negative(of):
            return -_value(of, values)
        case Call("if", (condition, then, otherwise)):
            return _value(then if _value(condition, values) else otherwise, values)
        case Binary(operator, left, right):
            return _applied(BINARY[operator], operator, _value(left, values), _value(right, values))
        case Call(function, arguments):
            return _applied(FUNCTIONS[function][0], function, *(_value(argument, values) for argument in arguments))


def _applied(function: Callable[..., float], name: str, *arguments: float) -> float:
    try:
        result = float(function(*arguments))
    except ZeroDivisionError as error:
        raise NoValue("The expression divides by zero there.") from error
    except ValueError as error:
        shown = ", ".join(f"{argument:g}" for argument in arguments)
        raise NoValue(f"The operation {name} has no value for {shown}.") from error
    except OverflowError as error:
        raise NoValue("The result is too large.") from error
    if not math.isfinite(result):
        raise NoValue("The result is too large.")
    return result


def _tokens(text: str, loose: bool) -> list[_Token]:
    tokens: list[_Token] = []
    if loose:
        text = _LATEX.sub(" ", _LATEX_PRODUCT.sub("*", text))
    at = 0
    while at < len(text):
        superscript = _run(text, at, _SUPERSCRIPTS)
        if superscript:
            power = "".join(_SUPERSCRIPTS[character] for character in superscript)
            tokens += [_Token("sign", "^"), _Token("sign", "("), *_tokens(power, False), _Token("sign", ")")]
            at += len(superscript)
            continue
        token, length = _token(text, at, loose)
        if token.kind != "space":
            tokens.append(token)
        at += length
    return tokens


def _token(text: str, at: int, loose: bool) -> tuple[_Token, int]:
    """The token that begins here, and how many characters it takes."""
    character = text[at]
    if text[at : at + 2] != "**" and character in _SIGNS:
        return _Token("sign", _SIGNS[character]), 1
    greek = _greek(text, at)
    if greek:
        return greek
    if loose and _LOOSE_SIGN.match(character):
        return _Token("sign", character), 1
    found = _TOKEN.match(text, at)
    if found is None or found.lastgroup is None:
        plain = unicodedata.normalize("NFKC", character)
        if plain != character and len(plain) == 1 and _TOKEN.match(plain):  # a full-width digit or bracket
            return _token(plain, 0, loose)
        raise GradusError(f"The sign {character!r} isn't understood in an expression.")
    if found.lastgroup == "name":
        subscript = _run(text, found.end(), _SUBSCRIPTS)
        name = found.group() + "".join(_SUBSCRIPTS[character] for character in subscript)
        return _Token("name", name), len(found.group()) + len(subscript)
    sign = found.group()
    return _Token(found.lastgroup, _SIGNS.get(sign, sign)), len(sign)


def _greek(text: str, at: int) -> tuple[_Token, int] | None:
    found = _GREEK_NAME.match(text, at)
    if found is None:
        return None
    subscript = _run(text, found.end(), _SUBSCRIPTS)
    name = _GREEK[text[at]] + found.group()[1:] + "".join(_SUBSCRIPTS[character] for character in subscript)
    return _Token("name", name), len(found.group()) + len(subscript)


def _run(text: str, at: int, characters: Mapping[str, str]) -> str:
    end = at
    while end < len(text) and text[end] in characters:
        end += 1
    return text[at:end]


class _Parser:
    """Climbs by precedence: comparison, sum, product, minus in front, power, atom."""

    def __init__(self, tokens: list[_Token], names: Collection[str], loose: bool) -> None:
        self.tokens = tokens
        self.at = 0
        self.known = frozenset(names)
        self.loose = loose
        self.used: set[str] = set()
        self.nodes = 0
        self.depth = 0

    def whole(self) -> Node:
        if not self.tokens:
            raise GradusError("There is nothing to work out: write an expression.")
        root = self.comparison()
        if self.next is not _END:
            raise GradusError(f"The expression can't go on with {self.next.text!r} there.")
        return root

    @property
    def next(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def take(self) -> _Token:
        token = self.next
        self.at += 1
        return token

    def sign(self, *signs: str) -> bool:
        return self.next.kind == "sign" and self.next.text in signs

    def expect(self, sign: str) -> None:
        if not self.sign(sign):
            where = f"before {self.next.text!r}" if self.next is not _END else "at the end"
            raise GradusError(f"The expression lacks {sign!r} {where}.")
        self.take()

    def made(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise GradusError(f"The expression has too many parts: at most {MOST_NODES} are read.")
        return node

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise GradusError(f"The expression is nested too deeply: at most {DEEPEST} levels are read.")

    def comparison(self) -> Node:
        self.deeper()
        left = self.sum()
        if self.sign(*COMPARISONS):
            operator = self.take().text
            left = self.made(Binary(operator, left, self.sum()))
            if self.sign(*COMPARISONS):
                raise GradusError("Only two sides are compared at a time: write one comparison.")
        self.depth -= 1
        return left

    def sum(self) -> Node:
        left = self.product()
        while self.sign("+", "-"):
            operator = self.take().text
            left = self.made(Binary(operator, left, self.product()))
        return left

    def product(self) -> Node:
        start = self.at
        left = self.signed()
        divided = self.open_power(start)
        while True:
            if self.sign("*", "/"):
                operator = self.take().text
                start = self.at
                left = self.made(Binary(operator, left, self.signed()))
                divided = operator == "/" or self.open_power(start)
            elif self.loose and self.starts_factor():
                start = self.at
                following = self.next.text
                left = self.made(Binary("*", left, self.power()))
                if divided:
                    raise Ambiguous(
                        f"It isn't clear where {following!r} belongs: write brackets or a *, as in 1/(2*x)."
                    )
                divided = self.open_power(start)
            else:
                return left

    def starts_factor(self) -> bool:
        """Whether what comes next may be multiplied without a sign: a name, a bracket, a root."""
        if self.next.kind == "name":
            return True
        if self.next.kind == "number":  # `(x)2` and `x 2` are slips; `1 2` may be a mixed number or two answers
            return False
        return self.sign("(", "[", "{", "√")

    def open_power(self, start: int) -> bool:
        """Whether the factor that was just read ends so that a sign-less product after it is read in two ways.

        That is `e^2` and `2^n` before a letter (the exponent may go on), and a function without brackets.
        """
        read = self.tokens[start : self.at]
        while read and read[0].text in ("-", "+"):
            read = read[1:]
        if len(read) < 2 or read[-1].kind == "sign":
            return False
        if read[0].kind == "name" and read[0].text not in self.known and self.function(read[0].text):
            return True
        if read[0].text == "√":
            return True
        base_is_constant = read[0].kind == "number" or (read[0].text in CONSTANTS and read[0].text not in self.known)
        return any(token.text == "^" for token in read) and base_is_constant

    def signed(self) -> Node:
        """A minus or plus in front binds looser than a power and tighter than a product."""
        negative = False
        while self.sign("+", "-"):
            negative ^= self.take().text == "-"
        power = self.power()
        return self.made(Negative(power)) if negative else power

    def power(self) -> Node:
        base = self.atom()
        if not self.sign("^"):
            return base
        self.take()
        self.deeper()
        exponent = self.signed()
        self.depth -= 1
        return self.made(Binary("^", base, exponent))

    def atom(self) -> Node:
        token = self.take()
        if token.kind == "number":
            value = float(token.text)
            if not math.isfinite(value):
                raise GradusError(f"The number {token.text} is too large.")
            return self.made(Number(value))
        if token.kind == "name":
            return self.named(token.text)
        if token.text == "√":
            return self.made(Call("sqrt", (self.argument(),)))
        if token.text == "(" or (self.loose and token.text in ("[", "{", "|")):
            inner = self.comparison()
            self.expect(_CLOSING[token.text])
            return self.made(Call("abs", (inner,))) if token.text == "|" else inner
        if token is _END:
            raise GradusError("The expression breaks off: something is missing at its end.")
        raise GradusError(f"The expression lacks something before {token.text!r}.")

    def argument(self) -> Node:
        """What a root or a function without brackets applies to: a bracket, or one number or name."""
        self.deeper()
        node = self.atom()
        self.depth -= 1
        return node

    def named(self, name: str) -> Node:
        known = self.known_as(name)
        if known and not (name in FUNCTIONS and self.sign("(")):
            self.used.add(known)
            return self.made(Name(known))
        function = self.function(name)
        if function:
            return self.call(function)
        if self.loose and name == "frac":
            return self.made(Binary("/", self.braced(), self.braced()))
        if name in CONSTANTS:
            return self.made(Number(CONSTANTS[name]))
        parts = self.split(name) if self.loose else ()
        if not parts:
            options = sorted(self.known | FUNCTIONS.keys() | CONSTANTS.keys())
            raise GradusError(f"The name {name!r} isn't known here{did_you_mean(name, options)}.")
        # The last part takes a power that follows: put all but the first back as tokens of their own.
        self.tokens[self.at - 1 : self.at] = [_Token("name", part) for part in parts]
        return self.named(parts[0])

    def known_as(self, name: str) -> str | None:
        """The question's own name that is meant."""
        if name in self.known:
            return name
        if not self.loose:
            return None
        plain = name.replace("_", "")
        for same in (
            [known for known in self.known if known.replace("_", "") == plain],
            [known for known in self.known if known.replace("_", "").lower() == plain.lower()],
        ):
            if len(same) == 1 and name not in CONSTANTS and self.function(name) is None:
                return same[0]
        return None

    def function(self, name: str) -> str | None:
        if name in FUNCTIONS:
            return name
        if not self.loose:
            return _ALIASES.get(name) if name == "sigma" else None
        if name in _ALIASES:
            return _ALIASES[name]
        return name.lower() if name.lower() in FUNCTIONS else None

    def call(self, function: str) -> Node:
        _, fewest, most = FUNCTIONS[function]
        opening = "(" if not self.loose else next((sign for sign in ("(", "[", "{") if self.sign(sign)), "")
        if not opening:
            if most == 1 and self.next.kind in ("number", "name"):
                return self.made(Call(function, (self.argument(),)))
            raise GradusError(f"The function {function} needs brackets: {function}(…).")
        self.expect(opening)
        arguments = [self.comparison()]
        while self.sign(","):
            self.take()
            arguments.append(self.comparison())
        self.expect(_CLOSING[opening])
        if not fewest <= len(arguments) <= most:
            wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            raise GradusError(f"The function {function} takes {wanted} arguments, here it has {len(arguments)}.")
        return self.made(Call(function, tuple(arguments)))

    def braced(self) -> Node:
        self.expect("{")
        inner = self.comparison()
        self.expect("}")
        return inner

    def split(self, name: str) -> tuple[str, ...]:
        """A run of letters as a product of the question's names (`xy`, `2gp`), if there is exactly one way."""
        ways: list[list[tuple[str, ...]]] = [[()]]
        for end in range(1, min(len(name), 12) + 1):
            ways.append(
                [
                    (*before, name[start:end])
                    for start in range(end)
                    if name[start:end] in self.known
                    for before in ways[start][:2]
                ]
            )
        found = ways[-1] if len(ways) == len(name) + 1 else []
        return found[0] if len(found) == 1 and len(found[0]) > 1 else ()
