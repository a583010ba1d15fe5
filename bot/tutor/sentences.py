"""What a language model writes, cut into sentences as they are finished, and made harmless to show."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.questions import visible
from content.markdown import sentences

_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_HALF_THINKING = re.compile(r"<[/a-z]{0,6}\Z")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+")
_HEADING = re.compile(r"^\s*(?:#{1,6}|-#|>+)\s+")
_CITATION = re.compile(r"[\[【]\s*(?:passages?\s*)?([1-9]\d*(?:\s*[,;–-]\s*[1-9]\d*)*)\s*[\]】]", re.IGNORECASE)
"""Numbers in brackets; with a zero among them they are an interval or an index."""
_LEADING = re.compile(rf"\s*((?:{_CITATION.pattern}\s*)+)[.]?\s*", re.IGNORECASE)
_CLINGING = re.compile(rf"(?<=[.!?])(?={_CITATION.pattern})", re.IGNORECASE)
_EMPHASIS = re.compile(
    r"(?<![\w*_])(?:\*{1,3}|_{1,3})(?=[\w`\"“(])|(?<=[\w`.,;:!?)\"”])(?:\*{1,3}|_{1,3})(?=[\s.,;:!?)\"”]|$)"
)
"""Where Markdown's emphasis begins and ends; between letters, and before a bracket, stars and lines are formulas."""
_ACTIVE = re.compile(
    r"[a-z][a-z0-9+.-]*://|\bwww\.|\bmailto:|\]\s*\(|<(?:[@#/:]|a:|t:|id:)|@\s*(?:everyone|here)\b|"
    r"discord\.gg|discord(?:app)?\.com",
    re.IGNORECASE,
)
"""What Discord would make a link, a mention, an invitation or a command of."""
_MARKDOWN = re.compile(r"([\\*_~`|<>\[\]#])")
_INLINE_CODE = re.compile(r"`([^`\n]+)`")
_STOP = re.compile(r"[.!?…:]+$")


@dataclass(frozen=True)
class Sentence:
    """A finished sentence.

    Attributes:
        text: without citations, marks of lists and emphasis; not yet fit to be shown.
        cited: the numbers it carries.
        item: it stands in a list.
        opens: it begins a paragraph or an item.
    """

    text: str
    cited: tuple[int, ...]
    item: bool
    opens: bool


class Cutter:
    """Takes a stream piece by piece and gives each sentence as soon as it is certain where it ends.

    Code blocks and what a model thinks aloud (`<think>`) are left out: no passage can support them.
    """

    def __init__(self) -> None:
        self._raw = ""
        self._lines = 0  # given out whole
        self._given = 0  # sentences of the line after those

    def add(self, text: str) -> Iterator[Sentence]:
        """The sentences that `text` finishes."""
        self._raw += text
        yield from self._cut(finished=False)

    def end(self, *, cut: bool = False) -> Iterator[Sentence]:
        """What is left at the end of the stream; where that was `cut` off at a limit, only what ends with a stop."""
        yield from self._cut(finished=not cut or self._raw.rstrip().endswith((".", "!", "?", "]")))

    def _cut(self, *, finished: bool) -> Iterator[Sentence]:
        shown = _THINKING.sub("", self._raw)
        if not finished:
            shown = _HALF_THINKING.sub("", shown)
        lines = shown.split("\n")
        fenced = sum(bool(_FENCE.match(line)) for line in lines[: self._lines]) % 2 == 1
        for number in range(self._lines, len(lines)):
            line, whole = lines[number], finished or number < len(lines) - 1
            if _FENCE.match(line):
                fenced = not fenced if whole else fenced
            elif not fenced and not (line.strip() in ("`", "``", "~", "~~") and not whole):
                found = list(_sentences_of(line, whole=whole))
                yield from found[self._given :]
                self._given = max(self._given, len(found))
            if whole and not finished:
                self._lines, self._given = number + 1, 0


def _sentences_of(line: str, *, whole: bool) -> Iterator[Sentence]:
    """The finished sentences of a line; the last one is finished only where the line is."""
    item = bool(_ITEM.match(line))
    text = _CLINGING.sub(" ", _HEADING.sub("", _ITEM.sub("", line)))
    if not whole and text.count("`") % 2:
        return  # a full stop in code is none; the rest of it will tell
    parts = _with_trailing_citations(sentences(text))
    if not whole:
        parts = parts[:-1] if parts and not _is_unclear(parts[-1]) else parts[:-2]
    for place, part in enumerate(parts):
        bare = _outside_code(part, lambda prose: _EMPHASIS.sub("", _CITATION.sub("", prose)))
        bare = re.sub(r"\s+([.,;:!?])(?=\s|$)", r"\1", visible(bare))
        if any(character.isalnum() for character in bare):
            yield Sentence(bare, _numbers(part), item, opens=place == 0)


def _with_trailing_citations(parts: tuple[str, ...]) -> list[str]:
    """The sentences, where a number behind a full stop belongs to the sentence before it."""
    found: list[str] = []
    for part in parts:
        behind = _LEADING.match(part)
        if behind and found:
            found[-1] += f" {behind[1].strip()}"
            part = part[behind.end() :]
        if part:
            found.append(part)
    return found


def _is_unclear(part: str) -> bool:
    """Whether it cannot be told yet that a part begins a new sentence: it may be a number of the one before it."""
    return not any(map(str.isalnum, part)) or (part[0] in "[【" and not _CITATION.match(part))


def _numbers(text: str) -> tuple[int, ...]:
    found = (int(number) for group in _CITATION.findall(text) for number in re.findall(r"\d+", group))
    return tuple(dict.fromkeys(found))


def is_active(text: str) -> bool:
    """Whether Discord would make a link, a mention or an invitation of a part of it."""
    return bool(_ACTIVE.search(text))


def shown(text: str, number: int) -> str:
    """A sentence as Markdown that does nothing but inline code, with the number of its passage before its stop."""
    written = _outside_code(text, lambda prose: _MARKDOWN.sub(r"\\\1", prose))
    stop = _STOP.search(written)
    at = stop.start() if stop else len(written)
    return f"{written[:at]} [{number}]{written[at:].replace(':', '.') or '.'}"


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with all but its inline code changed."""
    parts = _INLINE_CODE.split(text)
    return "".join(f"`{part}`" if place % 2 else change(part) for place, part in enumerate(parts))
