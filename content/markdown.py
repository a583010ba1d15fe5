"""Our Markdown taken apart: blocks, whole sentences, and the spans inside a line.

Lessons use a small part of Markdown (headings, paragraphs, lists, tables, fenced code) and
mathematics between dollars, which no Markdown parser knows without a plug-in: `+ b` on a
line of a display equation would become a list. So the few rules stand here, in one place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

BlockKind = Literal["heading", "paragraph", "item", "quote", "table", "code", "equation"]
SpanKind = Literal["prose", "fence", "code", "display", "inline", "link"]


@dataclass(frozen=True)
class Block:
    """One block of a Markdown body.

    Attributes:
        kind: what it is; every list item is a block of its own.
        text: a heading's, paragraph's or item's words on one line, without their marks; a table's lines;
            the code or the LaTeX as written, without fences and dollars.
        line: of its first line, counted from the `first_line` that `blocks` was given.
        info: a heading's marks (`###`), an item's mark (`-`, `2.`), what follows a fence (`python raises`).
        closed: False for code or an equation whose end is missing.
    """

    kind: BlockKind
    text: str
    line: int
    info: str = ""
    closed: bool = True


@dataclass(frozen=True)
class CodeBlock:
    """A ```python block and what the page says it prints.

    Attributes:
        code: the source.
        output: the ```text block right after it, or None where there is none (it must print nothing).
        line: of the opening fence.
        raises: the block is tagged `python raises`: it must end in an exception, and the output shows it.
        not_run: the block is tagged `python not-run`: it needs what is not installed here, and the page says so.
    """

    code: str
    output: str | None
    line: int
    raises: bool
    not_run: bool = False


@dataclass(frozen=True)
class Equation:
    """A display equation: its LaTeX without the dollars, and the line where it opens."""

    latex: str
    line: int


@dataclass(frozen=True)
class Span:
    """A stretch of text: prose, code, mathematics or a concept link, as written in `text`.

    `inside` is what stands between the marks (all of it, for prose); `start` is its place in the text.
    """

    kind: SpanKind
    text: str
    inside: str
    start: int


_FENCE = re.compile(r"^(`{3,}|~{3,})[ \t]*([^`\n]*?)[ \t]*$")
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t#]*$")
_ITEM = re.compile(r"^[ \t]*([-*+]|\d{1,3}[.)])[ \t]+(.*)$")


def blocks(body: str, first_line: int = 1) -> tuple[Block, ...]:
    """The blocks of a Markdown body in order; `first_line` is the number of the body's first line."""
    return tuple(_Scanner(body.split("\n"), first_line).scan())


class _Scanner:
    def __init__(self, lines: list[str], first_line: int) -> None:
        self._lines = lines
        self._first = first_line
        self._at = 0

    def scan(self) -> Iterator[Block]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.strip():
                self._at += 1
            elif _FENCE.match(line):
                yield self._fence(line)
            elif line.lstrip().startswith("$$"):
                yield self._equation()
            elif heading := _HEADING.match(line):
                yield Block("heading", heading[2], self._number(), heading[1])
                self._at += 1
            else:
                yield self._words(line)

    def _number(self) -> int:
        return self._first + self._at

    def _fence(self, line: str) -> Block:
        match = _FENCE.match(line)
        assert match is not None
        start = self._number()
        end = re.compile(rf"^{re.escape(match[1][0])}{{{len(match[1])},}}[ \t]*$")
        self._at += 1
        inside: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            if end.match(line):
                return Block("code", "\n".join(inside), start, match[2])
            inside.append(line)
        return Block("code", "\n".join(inside), start, match[2], closed=False)

    def _equation(self) -> Block:
        """From `$$` to the next `$$`; an empty line before that leaves it unclosed."""
        start = self._number()
        inside = self._lines[self._at].lstrip()[2:]
        while True:
            self._at += 1
            if "$$" in inside:
                latex, _, rest = inside.partition("$$")
                return Block("equation", latex.strip(), start, closed=not rest.strip(" .,;"))
            if self._at == len(self._lines) or not self._lines[self._at].strip():
                return Block("equation", inside.strip(), start, closed=False)
            inside += "\n" + self._lines[self._at]

    def _words(self, line: str) -> Block:
        start = self._number()
        kind: BlockKind = "paragraph"
        info = ""
        if item := _ITEM.match(line):
            kind, info, line = "item", item[1], item[2]
        elif line.startswith("|"):
            kind = "table"
        elif line.startswith(">"):
            kind = "quote"
        lines = [line]
        self._at += 1
        while self._at < len(self._lines) and not self._starts_block(self._lines[self._at]):
            lines.append(self._lines[self._at])
            self._at += 1
        if kind == "table":
            return Block(kind, "\n".join(lines), start)
        if kind == "quote":
            lines = [one.lstrip("> ") for one in lines]
        return Block(kind, " ".join(one.strip() for one in lines), start, info)

    @staticmethod
    def _starts_block(line: str) -> bool:
        return (
            not line.strip()
            or line.lstrip().startswith("$$")
            or any(pattern.match(line) for pattern in (_FENCE, _HEADING, _ITEM))
        )


def code_blocks(body: str, first_line: int = 1) -> tuple[CodeBlock, ...]:
    """The Python blocks of a body, each with the ```text block that follows it directly."""
    found = blocks(body, first_line)
    taken = []
    for block, after in zip_longest(found, found[1:]):
        tags = block.info.split()
        if block.kind != "code" or tags[:1] != ["python"]:
            continue
        shown = after.text if after and after.kind == "code" and after.info == "text" else None
        taken.append(CodeBlock(block.text, shown, block.line, "raises" in tags, "not-run" in tags))
    return tuple(taken)


def equations(body: str, first_line: int = 1) -> tuple[Equation, ...]:
    """The display equations of a body."""
    return tuple(Equation(one.text, one.line) for one in blocks(body, first_line) if one.kind == "equation")


def paragraphs(body: str, first_line: int = 1) -> tuple[Block, ...]:
    """What is written in sentences: the paragraphs, list items and quotes of a body."""
    return tuple(one for one in blocks(body, first_line) if one.kind in ("paragraph", "item", "quote"))


_SPANS = re.compile(
    r"(?P<fence>^(?P<marks>`{3,}|~{3,})[^\n]*\n(?:.*?\n)??(?P=marks)[ \t]*$)"
    r"|(?P<code>(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<escaped>\\[$`\\])"
    r"|(?P<display>\$\$(?:(?!\n[ \t]*\n)[^$])+\$\$)"
    r"|(?P<inline>\$(?![\s$])(?:(?!\n[ \t]*\n)[^$`])*?(?<![\s\\])\$(?!\$))"
    r"|(?P<link>\[\[[^\[\]\n]*\]\])",
    re.MULTILINE | re.DOTALL,
)


def spans(text: str) -> Iterator[Span]:
    """The text cut into spans, in order; their `text` put together again is the text.

    A formula opens with a dollar before a non-space and closes with one after a non-space, in one
    paragraph. A dollar that is left over stays prose; `\\$` is a plain dollar.
    """
    done = 0
    for match in _SPANS.finditer(text):
        kind = match.lastgroup
        if match["escaped"]:
            continue
        if match.start() > done:
            yield Span("prose", text[done : match.start()], text[done : match.start()], done)
        yield _span(match)
        done = match.end()
        assert kind is not None
    if done < len(text):
        yield Span("prose", text[done:], text[done:], done)


def _span(match: re.Match[str]) -> Span:
    whole = match[0]
    if match["fence"]:
        return Span("fence", whole, "\n".join(whole.split("\n")[1:-1]), match.start())
    if match["code"]:
        ticks = len(match["ticks"])
        return Span("code", whole, whole[ticks:-ticks], match.start())
    if match["display"]:
        return Span("display", whole, whole[2:-2].strip(), match.start())
    if match["inline"]:
        return Span("inline", whole, whole[1:-1], match.start())
    return Span("link", whole, whole[2:-2], match.start())


def lone_dollar(text: str) -> int | None:
    """Where in the text a dollar stands that belongs to no formula, or None."""
    for span in spans(text):
        if span.kind == "prose" and (lone := re.search(r"(?<!\\)\$", span.text)):
            return span.start + lone.start()
    return None


_END = re.compile(r"[.!?…]+[\"'”’)\]*_]*(?=\s)")
_START = re.compile(r"\s+[\"'“‘(\[*_`$]*(?:[^\W\d_]|\d|\\|√|∑|[-−+]\d|$)")
_ABBREVIATIONS = re.compile(
    r"(?:(?i:e\.g|i\.e|cf|vs|al|figs?|eqs?|dr|prof|mrs?|ms|st|nos?|vol|ch|sec|approx|ca|resp|pp?|eds?|viz)"
    r"|Jr|Sr|Gen|Col|Lt|Capt|Sen|Rep|Gov|Rev|Hon|Inc|Ltd|Co|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|(?:[A-Za-z]\.)+[A-Za-z])\."
)


def sentences(text: str) -> tuple[str, ...]:
    """The whole sentences of one paragraph, in order, losing nothing but the space between them.

    Full stops of abbreviations ("e.g.", "U.S."), initials, decimals, code spans and formulas end nothing, and
    neither does one before a small letter.
    """
    shielded = _shield(text)
    cuts = [match.end() for match in _END.finditer(shielded) if _ends_sentence(shielded, match)]
    pieces = (text[start:end].strip() for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True))
    return tuple(piece for piece in pieces if piece)


def _shield(text: str) -> str:
    """The text at its own length, with the insides of code and formulas made into letters."""
    return "".join(
        span.text if span.kind == "prose" else span.text[0] + "x" * (len(span.text) - 2) + span.text[-1]
        for span in spans(text)
    )


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    after = _START.match(text, match.end())
    if after is None:
        return False
    if after[0][-1].islower() and after[0].strip()[:1] not in "`$[":
        return False
    word = text[: match.start() + 1].rsplit(None, 1)[-1].lstrip("(\"'“‘[*_")
    if _ABBREVIATIONS.fullmatch(word):
        return False
    initial = len(word) == 2 and word[0].isupper() and word[1] == "."
    return not initial
