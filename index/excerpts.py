"""Whole sentences out of a lesson's Markdown, in order, as much of it as a Discord message shows well."""

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace

from content.markdown import Block, blocks, sentences
from index.lexical import stems_of, words_of

ENOUGH = 400
"""Characters of prose after which an excerpt may end with its paragraph."""

MOST = 900
"""Characters of prose in an excerpt; only a single sentence may be longer."""

WHOLE = 600
"""Characters of prose up to which a body is shown whole, where its parts belong together."""

ITEM_ENOUGH = 150
"""The same as `ENOUGH` in a list, whose items stand by themselves."""

LEAD = 220
"""Characters of a paragraph that may stand before the sentence that was found; it reads better whole."""

LITTLE = 150
"""Characters of prose that say too little by themselves, so that the next paragraph stands behind them."""

STILL = 0.8
"""Of the closeness of what was found, what another paragraph must have to stand beside it."""

MOST_CODE = 1800
"""Characters of code in an excerpt: whole blocks, or none."""

Readable = Callable[[str], str]
"""Turns a lesson's inline Markdown (links, formulas) into what a message shows."""


@dataclass(frozen=True)
class Piece:
    """What is shown whole or not at all.

    Attributes:
        text: a sentence, or a fenced code block.
        block: the number of its paragraph; sentences of one paragraph share it.
        code: it's a code block, or what one prints.
        item: it belongs to a list.
        formula: a display equation, which is left out, comes right behind it.
    """

    text: str
    block: int
    code: bool = False
    item: bool = False
    formula: bool = False


def pieces(body: str, readable: Readable) -> tuple[Piece, ...]:
    """The sentences and code blocks of a Markdown body, in order.

    Display equations are left out, and a sentence that leads to one ends with a full stop instead.
    """
    found: list[Piece] = []
    for number, block in enumerate(blocks(body)):
        if block.kind == "equation":
            found = _closed(found)
        elif block.kind == "code":
            tag = block.info.split()[0] if block.info else ""
            found.append(Piece(f"```{tag}\n{block.text}\n```", number, code=True))
        elif block.kind in ("paragraph", "item", "quote"):
            found += _sentences(block, number, readable)
    return tuple(found)


def _sentences(block: Block, number: int, readable: Readable) -> list[Piece]:
    return [Piece(readable(text), number, item=block.kind == "item") for text in sentences(block.text)]


def _closed(found: list[Piece]) -> list[Piece]:
    if not found or found[-1].code or not found[-1].text.endswith(":"):
        return found
    return [*found[:-1], replace(found[-1], text=f"{found[-1].text[:-1]}.", formula=True)]


def excerpt(
    parts: Sequence[Piece],
    centre: int = 0,
    closeness: Sequence[float] = (),
    *,
    whole: bool = True,
    most: int = MOST,
    enough: int = ENOUGH,
) -> str:
    """The window of `parts` around the one at `centre`, as Markdown; all of a short body, if `whole`.

    The window starts with the centre's paragraph, or nearer to it where that lies deep in it. It ends at a
    sentence and is filled up from the paragraphs after it, as long as they are about the same.

    Args:
        closeness: of each part to the question; without it every paragraph is taken to be about the same,
            and a window still short is filled up from the paragraphs before it.
    """
    if not parts:
        return ""
    listed = parts[centre].item and bool(centre or closeness)
    if whole and not listed and _prose(parts) <= min(most, WHOLE) and _code(parts) <= MOST_CODE:
        return laid_out(parts)
    enough = min(enough, ITEM_ENOUGH) if listed else enough
    fitting = _fitting(parts, centre, closeness)
    start = _start(parts, centre)
    end = start
    while end < len(parts) and _takes(parts[start:end], parts[end], most, enough, fitting):
        end += 1
    end = max(end, start + 1)
    if not listed and not closeness:
        start = _before(parts, start, end, most, enough)
    return laid_out(_introduced(parts, start, end))


def _fitting(parts: Sequence[Piece], centre: int, closeness: Sequence[float]) -> frozenset[int]:
    """The paragraphs that may stand beside the centre's."""
    blocks = frozenset(part.block for part in parts)
    if not closeness:
        return blocks
    best = {
        block: max(near for part, near in zip(parts, closeness, strict=True) if part.block == block) for block in blocks
    }
    least = STILL * best[parts[centre].block]
    return frozenset(block for block in blocks if best[block] >= least)


def _prose(parts: Sequence[Piece]) -> int:
    return sum(len(part.text) + 1 for part in parts if not part.code)


def _code(parts: Sequence[Piece]) -> int:
    return sum(len(part.text) for part in parts if part.code)


def nearest(parts: Sequence[Piece], sentence: str) -> int:
    """The place of the part that shares most of its words with `sentence`."""
    wanted = set(stems_of(words_of(sentence)))

    def alike(place: int) -> float:
        words = set(stems_of(words_of(parts[place].text)))
        return len(wanted & words) / max(1, len(wanted | words))

    return max(range(len(parts)), key=alike) if wanted and parts else 0


_LEANING = re.compile(r"(?:It|Its|That|This|These|Those|They|Then|There|Here|So|But|And|Both|Each|Neither|If it)\b")
"""How a sentence begins that says nothing without the one before."""


def _start(parts: Sequence[Piece], centre: int) -> int:
    """Where a window around the centre starts: with its paragraph, if that soon comes to the point."""
    block = parts[centre].block
    first = next(place for place, part in enumerate(parts) if part.block == block)
    if parts[centre].code:  # code never stands without the sentence that leads to it
        first = max((place for place in range(centre) if not parts[place].code), default=centre)
        return next(place for place, part in enumerate(parts) if part.block == parts[first].block)
    if _prose(parts[first:centre]) <= LEAD:
        return first
    start = centre
    while start > first and _LEANING.match(parts[start].text):
        start -= 1
    return start


def _takes(taken: Sequence[Piece], part: Piece, most: int, enough: int, fitting: Container[int]) -> bool:
    """Whether `part` still goes behind what is `taken`."""
    if part.code:
        return (
            bool(taken)
            and _code(taken) + len(part.text) <= MOST_CODE
            and (taken[-1].code or taken[-1].text.endswith(":") or _prose(taken) < enough)
        )
    new = bool(taken) and taken[-1].block != part.block and not _led(taken, part)
    if new and (_prose(taken) >= enough or (part.block not in fitting and _prose(taken) >= LITTLE)):
        return False
    return _prose([*taken, part]) <= most


def _led(taken: Sequence[Piece], part: Piece) -> bool:
    """Whether `part` belongs to a list that what is `taken` leads to."""
    leader = next((one for one in reversed(taken) if not one.item), None)
    return part.item and leader is not None and leader.text.endswith(":")


def _before(parts: Sequence[Piece], start: int, end: int, most: int, enough: int) -> int:
    """Where the window starts once whole paragraphs before it have filled it up."""
    while start and parts[start - 1].block != parts[start].block and _prose(parts[start:end]) < enough:
        block = parts[start - 1].block
        first = next(place for place, part in enumerate(parts) if part.block == block)
        if any(part.code for part in parts[first:start]) or _prose(parts[first:end]) > most:
            break
        start = first
    return start


def _introduced(parts: Sequence[Piece], start: int, end: int) -> list[Piece]:
    """The window, with a last sentence that would lead to what is left out ended by a full stop."""
    window = list(parts[start:end])
    return window if window and window[-1].code else _closed(window)


def laid_out(parts: Sequence[Piece]) -> str:
    """Pieces as Markdown: a paragraph's sentences on a line, list items with their dash."""
    lines: list[str] = []
    last: Piece | None = None
    for part in parts:
        if last is not None and last.block == part.block and not part.code:
            lines[-1] += f" {part.text}"
        else:
            close = last is not None and last.item and part.item
            if lines and not close:
                lines.append("")
            lines.append(f"- {part.text}" if part.item else part.text)
        last = part
    return "\n".join(lines)


_MARKS = re.compile(r"^- ", re.MULTILINE)


def sentences_of(markdown: str) -> tuple[str, ...]:
    """The sentences of an excerpt, without its code and its list marks: for checks of faithfulness."""
    plain = re.sub(r"```.*?```", "", markdown, flags=re.DOTALL)
    lines = (_MARKS.sub("", line).strip() for line in plain.split("\n"))
    return tuple(sentence for line in lines if line for sentence in sentences(line))
