"""Questions as learners type them: cleaned, bounded, and harmless wherever they are shown again."""

import re
import unicodedata

from foundation.errors import GradusError

LONGEST_QUESTION = 2000  # characters: what one Discord message holds

_JOINERS = frozenset("\u200c\u200d")  # invisible, but emoji and several scripts are written with them
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters to Unicode, spaces to the eye


def clean_question(question: str) -> str:
    """The question without control and invisible characters, and with single spaces.

    Raises:
        GradusError: nothing is left of it, or it is longer than `LONGEST_QUESTION`.
    """
    cleaned = visible(question)
    if not any(unicodedata.category(character)[0] in "LNPS" for character in cleaned):
        raise GradusError("That question is empty. Ask me in your own words, for example: why does dropout help?")
    if len(cleaned) > LONGEST_QUESTION:
        raise GradusError(
            f"That question has {len(cleaned):,} characters and I read up to {LONGEST_QUESTION:,}. "
            "Ask the part that matters most first."
        )
    return cleaned


def visible(text: str) -> str:
    """The text without control and invisible characters, and with single spaces."""
    return " ".join("".join(map(_visible, text)).split())


def _visible(character: str) -> str:
    if character.isspace() or character in _BLANKS:
        return " "
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in _JOINERS
    return "" if hidden else character


def harmless(text: str) -> str:
    """What a learner wrote, so that it pings nobody wherever it is shown."""
    return re.sub(r"@(?=everyone|here|[!&]?\d)", "@\u200b", text)
