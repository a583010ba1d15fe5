"""A server's word list: whether a text holds one of its words or phrases, whatever it is dressed up as.

Words are compared whole, so that a place name passes that only contains one. Both sides are brought to the same
plain letters first: wide, accented, invisible and look-alike characters, and digits that stand for letters.
"""

import functools
import re
import unicodedata

from bot.questions import visible
from foundation.errors import GradusError

REFUSAL = "This server's word list keeps me from posting that. Put it in other words."
"""It does not say which word: that would post it."""

_FEWEST_SPACED = 3  # single letters in a row that are read as a word too: s p a m
_SIGNS_WITHIN = re.compile(r"(?<=[^\W\d_])(?:[^\w\s'’]|_)+(?=[^\W\d_])")  # sp.am; not he'll

_LOOK_ALIKES = str.maketrans(
    "авекмнорстухіјѕԁԛԝьαβεικνορτυχıłøđ",
    "abekmhopctyxijsdqwbabeikvoptuxilod",
)
_FOR_LETTERS = str.maketrans("013457@$", "oieastas")


def forbidden(text: str, phrases: frozenset[str]) -> bool:
    """Whether one of the phrases stands in the text, as whole words."""
    pattern = _pattern(phrases)
    return pattern is not None and any(pattern.search(reading) for reading in _readings(text))


def check(text: str, phrases: frozenset[str]) -> None:
    """Let a text pass.

    Raises:
        GradusError: one of the phrases stands in it; the line does not repeat it.
    """
    if forbidden(text, phrases):
        raise GradusError(REFUSAL)


def phrases_in(lines: str) -> frozenset[str]:
    """The phrases of a list that was written one a line; those without a letter or digit are left out."""
    written = (" ".join(line.split()) for line in lines.splitlines())
    return frozenset(line for line in written if _words(_letters(line)))


def as_lines(phrases: frozenset[str]) -> str:
    """The list as it is written: one phrase a line."""
    return "\n".join(sorted(phrases, key=str.casefold))


@functools.lru_cache(maxsize=64)
def _pattern(phrases: frozenset[str]) -> re.Pattern[str] | None:
    plain = sorted({reading for phrase in phrases for reading in _dressed_down(_letters(phrase)) if reading})
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, plain))})(?!\S)") if plain else None


def _readings(text: str) -> set[str]:
    """The ways in which a text can be read: as it stands, without signs between letters, with drawn-out letters taken
    for one or two, and with what is spelt in single letters joined.
    """
    letters = _letters(text)
    read = {*_dressed_down(letters), *_dressed_down(_SIGNS_WITHIN.sub("", letters))}
    drawn_in = {re.sub(r"(\S)\1{2,}", instead, plain) for plain in read for instead in (r"\1", r"\1\1")}
    return {reading for plain in read | drawn_in for reading in (plain, _joined(plain))}


def _dressed_down(letters: str) -> tuple[str, str]:
    """The words, single spaces between them; then with digits read as letters too."""
    return _words(letters), _words(_digits_read(letters))


def _words(letters: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", letters))


def _letters(text: str) -> str:
    """Small letters without accents, without what is invisible, and one letter for all that look like it."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible(text)).casefold())
    apart = unicodedata.normalize("NFD", folded)
    kept = (one for one in apart if unicodedata.category(one) not in ("Mn", "Me", "Cf"))
    return unicodedata.normalize("NFC", "".join(kept)).translate(_LOOK_ALIKES)


def _digits_read(letters: str) -> str:
    """Digits and signs read as the letters they stand for, in words that have letters too."""
    return re.sub(
        r"[\w@$]+",
        lambda word: word[0].translate(_FOR_LETTERS) if re.search(r"[^\W\d_]", word[0]) else word[0],
        letters,
    )


def _joined(plain: str) -> str:
    spaced = rf"(?<!\S)(?:\S ){{{_FEWEST_SPACED - 1},}}\S(?!\S)"
    return re.sub(spaced, lambda run: run[0].replace(" ", ""), plain)
