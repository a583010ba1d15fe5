"""Formulas in running text as Unicode that a Discord message can show: `$\\partial L / \\partial w_i$` → ∂L/∂wᵢ.

The LaTeX is read by latex2mathml, the parser that also stands behind the pictures of
`content.equations`, and its MathML tree is written out on one line: scripts in Unicode's own
small letters where there are such, `w_Q` and `ℝ^(n × d)` where not; fractions as a/b with the
parentheses they need; spaces around operators and relations as TeX sets them.

What phones may lack is avoided: bold and script letters outside the basic plane become plain ones.
"""

import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from content.markdown import spans
from foundation.errors import GradusError

Role = Literal["ordinary", "binary", "relation", "comma", "open", "close", "function", "fraction", "space"]

_SUPERSCRIPTS = dict(
    zip(
        "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδθφχ⊤′″∗†∘",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᶿᵠᵡᵀ′″∗†°",
        strict=True,
    )
)
_SUBSCRIPTS = dict(
    zip(
        "0123456789+−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
_ACCENTS = {"^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303", "∼": "\u0303", "¯": "\u0304"}
_ACCENTS |= {"‾": "\u0304", "―": "\u0304", "_": "\u0332", "→": "\u20d7", "˙": "\u0307", "¨": "\u0308"}
_ACCENTS |= {"ˇ": "\u030c", "˘": "\u0306", "´": "\u0301", "`": "\u0300", "˚": "\u030a"}
_RELATIONS = frozenset("=<>≈≠≤≥∈∉∼≡∝→←↦⇒⇔⊂⊆⊃≪≫∣≜≔↔⟶≃≅:⟹⟸⟺∥⊥")
_BINARIES = frozenset("+−±×·⋅∗⊙⊗⊕∘∪∩∖∧∨÷⋆∓")
# What binds to the letter after it: ∂w and Δx are one thing in a denominator.
_PREFIXES = frozenset("∂∇Δδd√")
_PAIRS = {"(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉", "⟨": "⟩"}
_PLAINER = {
    "-": "−",
    "*": "∗",
    "~": "∼",
    "⋅": "·",
    "⟶": "→",
    "'": "′",
    "―": "¯",
    "⋯": "…",
    "ϵ": "ε",
    "ϕ": "φ",
    "⏞": "",
    "⏟": "",
}
_INVISIBLE = frozenset("\u2061\u2062\u2063\u2064")


@dataclass(frozen=True)
class Token:
    """A piece of a formula and how it stands to its neighbours."""

    text: str
    role: Role = "ordinary"


def readable(text: str) -> str:
    """The Markdown with its formulas in Unicode; code, in spans and fences, is left as it is.

    A formula that cannot be read (`content.check` names those) appears without its backslashes.
    """
    return "".join(
        _forgiving(span.inside) if span.kind in ("inline", "display") else _plain(span.text, span.kind)
        for span in spans(text)
    )


def _plain(text: str, kind: str) -> str:
    return text.replace("\\$", "$") if kind == "prose" else text


def _forgiving(latex: str) -> str:
    try:
        return to_unicode(latex)
    except GradusError:
        return " ".join(re.sub(r"[\\{}$]", " ", latex).split())


@lru_cache(maxsize=4096)
def to_unicode(latex: str) -> str:
    """One formula, without its dollars, as a line of Unicode (a table's rows are parted by semicolons).

    Raises:
        GradusError: the LaTeX is broken or has a command that is not known; the message names it.
    """
    return _join(_children(mathml(latex)))


def mathml(latex: str) -> ElementTree.Element:
    """The formula as a MathML tree.

    Raises:
        GradusError: the LaTeX is broken or has a command that is not known; the message names it.
    """
    from latex2mathml.converter import convert

    shown = " ".join(latex.split())
    try:
        tree = ElementTree.fromstring(convert(plain_latex(latex)))
    except Exception as error:  # the parser raises its own kinds, and IndexError and the like
        raise GradusError(f"the formula '{shown}' cannot be read: check its braces and commands") from error
    for element in tree.iter():
        element.tag = element.tag.rpartition("}")[2]
        if element.text and "\\" in element.text and element.tag != "mtext":
            command = element.text.strip()
            raise GradusError(f"the formula '{shown}' has the command '{command}', which cannot be shown")
        if len(element) != _PARTS.get(element.tag, len(element)):
            raise GradusError(f"the formula '{shown}' cannot be read: a fraction, root or script lacks a part")
    return tree


_PARTS = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}


def plain_latex(latex: str) -> str:
    """The formula in the words that latex2mathml knows: what it lacks is said in another way."""
    for pattern, instead in _REPAIRS:
        latex = pattern.sub(instead, latex)
    return latex


_REPAIRS = (
    (re.compile(r":="), r"\\coloneqq "),
    (re.compile(r"\\not\s*="), r"\\neq "),
    (re.compile(r"\\(arg|Var|Cov)(?![a-zA-Z])"), r"\\operatorname{\1}"),
    (re.compile(r"\\operatorname\*?{arg(?:\\[,; ])?(max|min)}"), r"\\operatorname{arg}\\\1"),
    (re.compile(r"\\operatorname\*"), r"\\operatorname"),
    (re.compile(r"\\(begin|end){(?:aligned|split)}"), r"\\\1{align*}"),
    # `\mathrm{d}` is read right only with the space.
    (re.compile(r"\\mathrm{(.+?)}"), r"\\mathrm {\1}"),
)


def _children(element: ElementTree.Element) -> list[Token]:
    return [token for child in element for token in _tokens(child)]


def _tokens(element: ElementTree.Element) -> list[Token]:
    match element.tag, list(element):
        case "mi" | "mn" | "mo" | "mtext" | "ms", _:
            return _leaf(element)
        case "msub" | "munder", [base, low]:
            return _scripts(element, base, low, None)
        case "msup", [base, high]:
            return _scripts(element, base, None, high)
        case "mover", [base, high]:
            return _over(element, base, high)
        case "msubsup" | "munderover", [base, low, high]:
            return _scripts(element, base, low, high)
        case "mfrac", [top, bottom]:
            return _fraction(element, top, bottom)
        case "msqrt", _:
            return [Token(_root(_children(element)))]
        case "mroot", [inside, degree]:
            return [Token(_small(_tokens(degree), _SUPERSCRIPTS, "") + _root(_tokens(inside)))]
        case "mtable", rows:
            return [Token("; ".join(map(_row, rows)))]
        case "mspace", _ if element.get("linebreak"):
            return [Token(";", "comma")]
        case "mspace", _:
            return [Token(" ", "space")]
        case "mphantom", _:
            return []
        case "mrow", [_, _, *_] as letters if all(map(_is_upright, letters)):
            return [Token("".join(_phone_safe((letter.text or "").strip()) for letter in letters), "function")]
        case "mrow", [only] if only.tag == "mo":
            # Braces around one sign take its spaces away, as in TeX: 1{,}000.
            return [Token(token.text) for token in _tokens(only)]
        case _:
            return _children(element)


def _row(row: ElementTree.Element) -> str:
    """A row of a matrix, an alignment or a case distinction, whose conditions get an "if" if they have none."""
    cells = [_join(_children(cell)) for cell in row]
    is_case = len(cells) == 2 and all(cell.get("columnalign") == "left" for cell in row)
    between = " if " if is_case and not re.match(r"if|for|when|else|otherwise", cells[-1]) else " "
    return between.join(filter(None, cells))


def _leaf(element: ElementTree.Element) -> list[Token]:
    text = _phone_safe((element.text or "").replace("\xa0", " "))
    if element.tag == "mtext":
        return _text(text)
    text = text.strip()
    if not text or text in _INVISIBLE:
        return []
    if text == "∣":
        return [Token("|", "relation")]
    text = _PLAINER.get(text, text)
    return [Token(text, _role(text, element))]


def _is_upright(element: ElementTree.Element) -> bool:
    return element.tag == "mi" and element.get("mathvariant") == "normal"


def _text(text: str) -> list[Token]:
    words = text.strip()
    before = [Token(" ", "space")] if text[:1] == " " else []
    after = [Token(" ", "space")] if text[-1:] == " " else []
    role: Role = "function" if len(words) > 1 and words.isalpha() else "ordinary"
    return [*before, *([Token(words, role)] if words else []), *after]


def _role(text: str, element: ElementTree.Element) -> Role:
    if text in _RELATIONS:
        return "relation"
    if text in _BINARIES:
        return "binary"
    if text in (",", ";"):
        return "comma"
    if text in _PAIRS:
        return "open"
    if text in _PAIRS.values():
        return "close"
    if text in "∑∏∫⋃⋂" or (len(text) > 1 and text[0].isalpha()):
        return "function"
    form = element.get("form")
    if form in ("prefix", "postfix"):
        return "open" if form == "prefix" else "close"
    return "ordinary"


def _phone_safe(text: str) -> str:
    """Letters of the mathematical alphabets, which older phones show as boxes, made plain."""
    return "".join(
        unicodedata.normalize("NFKC", letter) if 0x1D400 <= ord(letter) <= 0x1D7FF else letter for letter in text
    )


def _over(element: ElementTree.Element, base: ElementTree.Element, high: ElementTree.Element) -> list[Token]:
    mark = _ACCENTS.get((high.text or "").strip())
    if mark is None:
        return _scripts(element, base, None, high)
    tokens = _tokens(base)
    text = "".join(
        unicodedata.normalize("NFC", letter + mark) if letter.isalnum() else letter
        for letter in _join(tokens, tight=True)
    )
    return [Token(text, tokens[0].role if len(tokens) == 1 else "ordinary")]


def _scripts(
    element: ElementTree.Element,
    base: ElementTree.Element,
    low: ElementTree.Element | None,
    high: ElementTree.Element | None,
) -> list[Token]:
    tokens = _tokens(base)
    under = _small(_tokens(low), _SUBSCRIPTS, "_") if low is not None else ""
    over = _small(_tokens(high), _SUPERSCRIPTS, "^") if high is not None else ""
    # h²_Q, not h_Q²: a script that has no small letters comes last.
    scripts = over + under if under.startswith("_") else under + over
    if len(tokens) == 1 and tokens[0].role != "fraction":
        return [Token(tokens[0].text + scripts, tokens[0].role)]
    text = _join(tokens)
    # What stands before a bar, as in df/dx|ₓ₌₀, is held together by it.
    return [Token((text if not tokens or tokens[-1].text == "|" or _is_unit(tokens) else f"({text})") + scripts)]


_ATOM = re.compile(r"[^\W\d_]|[A-Za-z0-9]+|\d+\.\d+|\[\w+\]|[^\w\s]")


def _small(tokens: Sequence[Token], table: dict[str, str], mark: str) -> str:
    """A script in small letters; where one is missing, and for whole words, `_word` or `^(a, b)`."""
    text = _join(tokens, tight=True)
    is_word = len(tokens) == 1 and tokens[0].role == "function"
    if not is_word and all(letter in table for letter in text):
        return "".join(table[letter] for letter in text)
    return mark + (text if _ATOM.fullmatch(text) else f"({text})") if text else ""


def _root(tokens: Sequence[Token]) -> str:
    text = _join(tokens)
    return f"√{text}" if len(tokens) == 1 and tokens[0].role != "fraction" else f"√({text})"


def _fraction(element: ElementTree.Element, top: ElementTree.Element, bottom: ElementTree.Element) -> list[Token]:
    above, below = _tokens(top), _tokens(bottom)
    if element.get("linethickness") == "0":
        return [Token(f"{_join(above)} choose {_join(below)}", "function")]
    upper = _join(above) if _is_product(above) else f"({_join(above)})"
    lower = _join(below) if _is_unit(below) else f"({_join(below)})"
    return [Token(f"{upper}/{lower}", "fraction")]


def _is_product(tokens: Sequence[Token]) -> bool:
    """Whether no sum, relation or fraction stands at the top level: a·b, ∂L, f(x + 1) and −x."""
    depth = 0
    for place, token in enumerate(tokens):
        depth += {"open": 1, "close": -1}.get(token.role, 0)
        loose = token.role in ("relation", "comma", "fraction")
        if depth == 0 and (loose or (place and token.role == "binary" and token.text in "+−±")):
            return False
    return True


def _is_unit(tokens: Sequence[Token]) -> bool:
    """Whether the tokens are one thing: x, ∂w, 0.5, f(x + 1) or (a + b)."""
    rest = list(tokens)
    while len(rest) > 1 and rest[0].text[0] in _PREFIXES:
        rest = rest[1:]
    if len(rest) == 1:
        return rest[0].role in ("ordinary", "function")
    if len(rest) == 3 and rest[0].text == rest[2].text and rest[0].text in ("|", "‖"):
        return True
    opening = 0 if rest and rest[0].role == "open" else 1
    if len(rest) <= opening or rest[opening].role != "open" or rest[0].role not in ("open", "function", "ordinary"):
        return False
    depth = 0
    for place, token in enumerate(rest):
        depth += {"open": 1, "close": -1}.get(token.role, 0)
        if depth == 0 and place >= opening:
            return place == len(rest) - 1
    return False


def _join(tokens: Sequence[Token], tight: bool = False) -> str:
    """Tokens as text, spaced as TeX would; `tight` leaves out the spaces around signs."""
    signed = list(_unary(tokens))
    text = ""
    for place, token in enumerate(signed):
        before = signed[place - 1] if place else None
        piece = token.text
        if token.role == "fraction" and _is_factor(signed, place):
            piece = f"({piece})"
        if before and (token.role == "space" or _gap(before, token, tight)) and text[-1:] not in ("", " "):
            text += " "
        text += piece if token.role != "space" else ""
    # Two bars side by side would hide what follows as a spoiler.
    return " ".join(text.replace("||", "‖").split())


def _unary(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens, with a sign that has nothing before it (−x, (−1), = −2) made ordinary."""
    before: Token | None = None
    for token in tokens:
        if token.role == "binary" and (
            before is None or before.role in ("binary", "relation", "comma", "open", "function")
        ):
            token = Token(token.text)
        yield token
        if token.role != "space":
            before = token


def _is_factor(tokens: Sequence[Token], place: int) -> bool:
    before = next((one for one in reversed(tokens[:place]) if one.role != "space"), None)
    after = next((one for one in tokens[place + 1 :] if one.role != "space"), None)
    return _touches(before, "close") or _touches(after, "open")


def _touches(token: Token | None, bracket: Role) -> bool:
    """Whether a fraction beside this token needs parentheses to be told from it."""
    return token is not None and token.text not in "−+" and token.role in ("ordinary", "function", "fraction", bracket)


def _gap(before: Token, after: Token, tight: bool) -> bool:
    roles = (before.role, after.role)
    if "space" in roles:
        return False
    if roles[1] in ("comma", "close") and roles[0] != "relation":
        return False
    if roles[0] == "comma" or "relation" in roles or "binary" in roles:
        return not tight and roles[0] != "open"
    if roles[0] == "function":
        return roles[1] != "open" or not before.text[0].isalpha()
    if roles[1] == "function" or roles == ("fraction", "ordinary"):
        return roles[0] in ("close", "fraction") or (roles[0] == "ordinary" and before.text not in ("−", "+", "¬"))
    if re.search(r"[_^][\w.]+$", before.text) or (before.text[-1].isdigit() and after.text[0].isdigit()):
        return after.text[0].isalnum()
    return False
