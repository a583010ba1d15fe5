"""What a program prints, beside what a learner says that it prints.

Compared line by line and piece by piece: numbers by their value, everything else without regard to spaces, case and
quotes. `tensor(…)`, `array(…)` and `torch.Size(…)` around the numbers may be left out.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quizzes.numbers import rounded_to

LONGEST = 2000
MOST_LINES = 30

_FENCE = re.compile(r"^\s*```[a-z]*\n?|\n?```\s*$")
_LEAD = re.compile(
    r"^(?:(?:it|this|the (?:program|code|output|result|answer)|i think|that)\b[\s:]*)*"
    r"(?:(?:will )?(?:prints?|outputs?|shows?|gives?|is|be)\b(?:\s*:|\s|$)|:)\s*",
    re.IGNORECASE,
)
_WRAPPER = re.compile(r"\b(?:torch\.size|tensor|(?:np\.)?array)\s*(?=\()", re.IGNORECASE)
_DTYPE = re.compile(r",\s*(?:dtype=[\w.]+|grad_fn=<\w+>|requires_grad=\w+)")
_PIECE = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?(?!\w)|[^\W_]+|\S", re.IGNORECASE)
_DASHES = dict.fromkeys(map(ord, "−–—"), "-")


@dataclass(frozen=True)
class Comparison:
    """For each line that is printed, whether it was given; `rounded` where numbers were only cut short."""

    lines: tuple[bool, ...]
    rounded: bool

    @property
    def same(self) -> bool:
        """Whether everything was given, and nothing more."""
        return all(self.lines) and not self.rounded


def compare(answer: str, output: str) -> Comparison:
    """What an answer says of each line of the output."""
    wanted = lines(output)
    given = _split(answer, wanted)
    matches = [_match(one, other) for one, other in zip(given, wanted, strict=False)]
    matches += ["no"] * (len(wanted) - len(matches))
    if len(given) > len(wanted):
        matches[-1] = "no"
    rounded = "rounded" in matches and "no" not in matches
    return Comparison(tuple(match == "same" or (rounded and match == "rounded") for match in matches), rounded)


def verbatim(answer: str, output: str) -> bool:
    """Whether the answer is the output but for spaces."""
    return [re.sub(r"\s+", "", line) for line in lines(answer)] == [re.sub(r"\s+", "", line) for line in lines(output)]


def lines(text: str) -> list[str]:
    """The lines that are not empty, without the fence around them."""
    bare = _FENCE.sub("", text[:LONGEST].translate(_DASHES)).replace("`", "")
    return [" ".join(line.split()) for line in bare.splitlines() if line.strip()][:MOST_LINES]


def _split(answer: str, wanted: Sequence[str]) -> list[str]:
    """The answer's lines: where it stands in one, parted by the first mark that makes as many as wanted."""
    given = lines(unicodedata.normalize("NFKC", answer))
    if given and _LEAD.match(given[0]):
        stripped = _LEAD.sub("", given[0], count=1)
        given = [stripped, *given[1:]] if stripped else given[1:]
    if len(given) != 1 or len(wanted) < 2:
        return given
    for mark in (r"\\n", ";", r"\s+/\s+|(?<=\S)/(?=\S)", r"\|", r"\bthen\b", r",\s+and\b|\band\b", ",", r"\s+"):
        parts = [part.strip() for part in re.split(mark, given[0]) if part.strip()]
        if len(parts) == len(wanted):
            return parts
    return given


def _match(given: str, wanted: str) -> str:
    """`same`, `rounded` or `no`."""
    best = "no"
    for one in _forms(given, wanted):
        for other in _forms(wanted, wanted):
            match = _match_pieces(one, other)
            if match == "same":
                return match
            best = match if match == "rounded" else best
    return best


def _forms(line: str, wanted: str) -> Iterator[list[str]]:
    """The pieces of a line, then without wrappers and commas, then for a shape without brackets."""
    yield _pieces(line)
    bare = _DTYPE.sub("", line)
    wrapped = _WRAPPER.search(wanted) is not None
    if wrapped:
        bare = re.sub(r"^\(\s*([\[(].*[\])]|[^()\[\]]*)\s*\)$", r"\1", _WRAPPER.sub("", bare))
    pieces = [{"(": "[", ")": "]"}.get(piece, piece) for piece in _pieces(bare) if piece != ","]
    if wrapped or "[" in wanted:
        yield pieces
    if re.search(r"torch\.Size|^\(\s*\d+(?:, \d+)*,?\s*\)$", wanted):
        yield [piece for piece in pieces if piece not in ("[", "]", "x")] or ["[", "]"]


def _pieces(line: str) -> list[str]:
    spread = re.sub(r"(?<=\d)\s*[x×]\s*(?=\d)", " x ", line)
    return [piece.casefold() for piece in _PIECE.findall(spread) if piece not in "'\""]


def _match_pieces(given: Sequence[str], wanted: Sequence[str]) -> str:
    if len(given) != len(wanted):
        return "no"
    rounded = False
    for one, other in zip(given, wanted, strict=True):
        if one == other:
            continue
        left, right = _number(one), _number(other)
        if left is None or right is None:
            return "no"
        if math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12):
            continue
        if not rounded_to(left, right):
            return "no"
        rounded = True
    return "rounded" if rounded else "same"


def _number(piece: str) -> float | None:
    try:
        value = float(piece)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
