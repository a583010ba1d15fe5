"""What learners write, read into plain values: paragraphs and lists, with bold, italic, code and links in them.

It is the small part of Markdown that a page of theirs may hold. Everything else, HTML above all, is text. From the
values `bot.portfolio_page` makes HTML and Markdown, each of which escapes what is text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

from bot.questions import visible

SCHEMES = ("http", "https")
LONGEST_LINK = 500  # characters
MOST_LINKS = 8

Kind = Literal["text", "bold", "italic", "code", "link"]


@dataclass(frozen=True)
class Span:
    """Some words of one kind; `url` is a link's, safe and whole."""

    kind: Kind
    text: str
    url: str = ""


@dataclass(frozen=True)
class Block:
    """A paragraph, of lines; or a list, of items."""

    kind: Literal["paragraph", "list"]
    lines: tuple[tuple[Span, ...], ...]


_ADDRESS = r"https?://[^\s<>\"'`\[\](){}]+[^\s<>\"'`\[\](){}.,;:!?*_]"
_MARKS = re.compile(
    rf"`(?P<code>[^`]+)`|(?<!!)\[(?P<title>[^\[\]]+)\]\((?P<url>[^\s()<>]+)\)|\*\*(?P<bold>[^*]+)\*\*"
    rf"|(?<![*\w])\*(?P<italic>[^*\s](?:[^*]*[^*\s])?)\*(?![*\w])|(?P<address>{_ADDRESS})"
)
_ITEM = re.compile(r"[ \t]*[-*•][ \t]+(.+)")


def blocks(text: str) -> tuple[Block, ...]:
    """What somebody wrote, block by block; control and invisible characters are left out."""
    found: list[tuple[Literal["paragraph", "list"], list[str]]] = []
    before_was_empty = True
    for line in text.splitlines():
        item = _ITEM.fullmatch(line)
        words = visible(item[1] if item else line)
        kind: Literal["paragraph", "list"] = "list" if item else "paragraph"
        if words and (before_was_empty or found[-1][0] != kind):
            found.append((kind, [words]))
        elif words:
            found[-1][1].append(words)
        before_was_empty = not words
    return tuple(Block(kind, tuple(tuple(spans(line)) for line in lines)) for kind, lines in found)


def spans(line: str) -> Iterator[Span]:
    """The spans of a line; what only looks like a link is text."""
    at = 0
    for match in _MARKS.finditer(line):
        span = _span(match)
        if span is None:
            continue
        if match.start() > at:
            yield Span("text", line[at : match.start()])
        yield span
        at = match.end()
    if at < len(line):
        yield Span("text", line[at:])


def _span(match: re.Match[str]) -> Span | None:
    if match["url"] or match["address"]:
        url = safe_url(match["url"] or match["address"])
        return Span("link", match["title"] or match["address"], url) if url else None
    kind: Kind = "code" if match["code"] else "bold" if match["bold"] else "italic"
    return Span(kind, match[kind])


def links(text: str) -> tuple[Span, ...]:
    """The links that somebody listed, one a line: a name and an address, or an address alone."""
    found = []
    for line in text.splitlines():
        words = visible(line)
        link = next((one for one in spans(words) if one.kind == "link"), None)
        if link is None:
            continue
        title = visible(re.sub(_ADDRESS, "", words)).strip(" :–—-") if link.text.startswith(SCHEMES) else link.text
        found.append(Span("link", title or _shown(link.url), link.url))
    return tuple(found[:MOST_LINKS])


def safe_url(text: str) -> str:
    """The address, where it is one of the web that may be linked to; else an empty text."""
    if len(text) > LONGEST_LINK:
        return ""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme.lower() not in SCHEMES or not host or "@" in parts.netloc:
        return ""
    return quote(text, safe=":/?#[]@!$&*+,;=%~-._")


def _shown(url: str) -> str:
    """An address as a page shows it."""
    return url.split("://", 1)[1].rstrip("/")
