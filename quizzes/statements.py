"""What a learner's sentence says, as far as words tell: its stems, its clauses, and whether it denies.

Sentence vectors find what a sentence is about and hardly notice a "not", so this looks at the words.
"""

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from content.markdown import sentences

LONGEST_ANSWER = 2_000
"""Characters of an answer that are read; a Discord form takes fewer."""

MOST_SENTENCES = 24

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|%")
_CLAUSE = re.compile(
    r"[,;:()–—]+"
    r"|(?:^|\s)(?:but|while|whereas|although|though|because|since|so that|so|and then|then|whether|unless)(?=\s)",
    re.IGNORECASE,
)
_NEGATORS = frozenset(
    [
        "not",
        "no",
        "never",
        "none",
        "nothing",
        "neither",
        "nor",
        "cannot",
        "without",
        "hardly",
        "rarely",
        "seldom",
        "barely",
        "nobody",
        "instead",
        "cant",
        "dont",
        "doesnt",
        "didnt",
        "isnt",
        "arent",
        "wont",
        "wouldnt",
        "shouldnt",
        "couldnt",
        "wasnt",
        "werent",
        "hasnt",
        "havent",
        "false",
        "untrue",
        "wrong",
        "incorrect",
    ]
)
_NEGATING_PHRASES = ("rather than", "far from", "fails to", "fail to", "nothing to do", "opposite of", "except")
_CONTRACTED = re.compile(r"(?:(ca|wo|sha)|(\w+))n['’]t\b", re.IGNORECASE)
_FUNCTION_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "it",
        "its",
        "they",
        "them",
        "their",
        "he",
        "she",
        "we",
        "you",
        "i",
        "my",
        "your",
        "our",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "am",
        "do",
        "does",
        "did",
        "has",
        "have",
        "had",
        "having",
        "will",
        "would",
        "can",
        "could",
        "may",
        "might",
        "shall",
        "should",
        "must",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
        "as",
        "into",
        "onto",
        "over",
        "under",
        "up",
        "out",
        "about",
        "and",
        "or",
        "but",
        "if",
        "then",
        "than",
        "so",
        "because",
        "while",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "whose",
        "what",
        "how",
        "why",
        "there",
        "here",
        "also",
        "just",
        "only",
        "very",
        "too",
        "more",
        "most",
        "some",
        "any",
        "each",
        "every",
        "all",
        "both",
        "such",
        "own",
        "same",
        "other",
        "another",
        "not",
        "no",
        "nor",
        "one",
        "ones",
    ]
)


@functools.lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def words(text: str) -> tuple[str, ...]:
    """The words of a text, small, "n't" as "not", in British spelling."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("`", " ")
    folded = folded.replace("no_grad", "nograd")  # a name, in which nothing is denied
    folded = _CONTRACTED.sub(
        lambda match: {"ca": "can", "wo": "will", "sha": "shall"}.get(match[1] or "", match[2] or "") + " not", folded
    )
    return tuple(_british(word) for word in _TOKEN.findall(folded))


_IZE = re.compile(r"(?<=[a-z]{3})iz(?=e|ing|ation|er)")


def _british(word: str) -> str:
    return _IZE.sub("is", word)


def stem(word: str) -> str:
    """The stem of one word."""
    return str(_stemmer().stemWord(word))


def stems(text: str) -> tuple[str, ...]:
    """The stems of a text's words, in order."""
    return tuple(_stemmer().stemWords(list(words(text))))


def content_stems(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning."""
    return frozenset(stem(word) for word in words(text) if word not in _FUNCTION_WORDS and word not in _NEGATORS)


def denies(text: str) -> bool:
    """Whether a clause denies what its other words say: an odd number of negations."""
    found = words(text)
    joined = f" {' '.join(found)} "
    count = sum(word in _NEGATORS for word in found) + sum(f" {phrase} " in joined for phrase in _NEGATING_PHRASES)
    return count % 2 == 1


def clauses(sentence: str) -> tuple[str, ...]:
    """The parts of a sentence that say something each; a part of one or two words stays with its neighbour."""
    parts: list[str] = []
    for part in (one.strip() for one in _CLAUSE.split(sentence)):
        if not part:
            continue
        if parts and (len(part.split()) < 3 or len(parts[-1].split()) < 3):
            parts[-1] = f"{parts[-1]}, {part}"
        else:
            parts.append(part)
    return tuple(parts)


def has_phrase(found: Sequence[str], phrase: str) -> bool:
    """Whether the stems of a text hold those of a phrase, in order, at most two words between: switch … off."""
    wanted = stems(phrase)
    return bool(wanted) and any(_goes_on(found, at, wanted) for at in range(len(found)))


BETWEEN = 2


def _goes_on(found: Sequence[str], at: int, wanted: Sequence[str]) -> bool:
    if not _same(found[at], wanted[0]):
        return False
    rest = range(at + 1, min(at + 2 + BETWEEN, len(found)))
    return len(wanted) == 1 or any(_goes_on(found, after, wanted[1:]) for after in rest)


def _same(found: str, wanted: str) -> bool:
    """Whether two stems are one word's, where the stemmer leaves an ending on one: fast, fastest."""
    short, long = sorted((found, wanted), key=len)
    return found == wanted or (len(short) >= 4 and long.startswith(short) and len(long) - len(short) <= 4)


@dataclass(frozen=True)
class Said:
    """An answer as it was written: its sentences, cut at what is read at most."""

    sentences: tuple[str, ...]

    @property
    def is_prose(self) -> bool:
        """Whether it is written in English sentences, rather than as a list of terms or in another language."""
        found = [word for one in self.sentences for word in words(one)]
        share = sum(word in _FUNCTION_WORDS for word in found) / max(1, len(found))
        return share >= LEAST_FUNCTION_WORDS


LEAST_FUNCTION_WORDS = 0.18
_BEGUN_SMALL = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!etc)(?<!vs)(?<!resp)(?<!approx)(?<=[a-z0-9)])[.!?]\s+(?=[a-z])")
"""Between two sentences of which the second begins with a small letter, as in a chat."""

_BULLET = re.compile(r"[-*•>]+\s+|\d{1,2}[.)]\s+")


def said(answer: str) -> Said:
    """An answer taken apart: sentences may run over lines, and each item of a list stands for itself."""
    paragraphs = [""]
    for line in answer[:LONGEST_ANSWER].splitlines():
        bullet = _BULLET.match(line.strip())
        if bullet or not line.strip():
            paragraphs.append("")
        paragraphs[-1] += f" {line.strip()[bullet.end() if bullet else 0 :]}"
    found = [one for text in paragraphs for whole in sentences(text.strip()) for one in _BEGUN_SMALL.split(whole)]
    return Said(tuple(one for one in found if words(one))[:MOST_SENTENCES])
