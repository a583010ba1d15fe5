"""Questions as learners type them: cleaned, bounded, and harmless wherever they are shown again."""

import re
import unicodedata

from foundation.errors import GradusError

LONGEST_QUESTION = 2000  # characters: what one Discord message holds

_INVISIBLE = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")


def clean_question(question: str) -> str:
    """The question without control and invisible characters, and with single spaces.

    Raises:
        GradusError: nothing is left of it, or it is longer than `LONGEST_QUESTION`.
    """
    cleaned = " ".join("".join(_visible(character) for character in question).split())
    if not cleaned:
        raise GradusError("That question is empty. Ask me in your own words, for example: why does dropout help?")
    if len(cleaned) > LONGEST_QUESTION:
        raise GradusError(
            f"That question has {len(cleaned):,} characters and I read up to {LONGEST_QUESTION:,}. "
            "Ask the part that matters most first."
        )
    return cleaned


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    hidden = character in _INVISIBLE or unicodedata.category(character) in ("Cc", "Cs")
    return "" if hidden else character


def harmless(text: str) -> str:
    """What a learner wrote, so that it pings nobody wherever it is shown."""
    return re.sub(r"@(?=everyone|here|[!&]?\d)", "@\u200b", text)
