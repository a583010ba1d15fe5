"""Concepts found by what somebody has typed so far: their names, and what they may have meant by a misspelling."""

import difflib
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from content.catalogue import Catalogue, Concept, fold

SHORTEST_GUESS = 4  # letters: less is too little to guess a misspelling from
ALIKE = 0.75  # the least likeness (difflib's) of a whole name to what was typed
NEAR = 0.62  # the least share of the pairs of letters typed that a name must have, while one is still typing


@dataclass(frozen=True)
class _Name:
    concept: str
    text: str
    words: tuple[str, ...]
    pairs: frozenset[str]
    rank: int  # 0 for the title, 1 for the id, 2 for other names


class NameSearch:
    """A search over every name of every concept, fast enough for every key that is pressed."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._concepts = catalogue.concepts
        self._order = {id: place for place, id in enumerate(catalogue.concepts)}
        self._names = tuple(_names(catalogue))

    def matches(self, typed: str, most: int) -> tuple[Concept, ...]:
        """The concepts that fit, best first: by the whole name, its beginning, a word's beginning, any part of it;
        then by likeness, for what is misspelt. Nothing typed fits nothing.
        """
        wanted = fold(typed)
        if not wanted:
            return ()
        scores: dict[str, tuple[float, ...]] = {}
        for name in self._names:
            score = _score(wanted, name)
            if score is not None and score < scores.get(name.concept, (9.0,)):
                scores[name.concept] = score
        if len(wanted) >= SHORTEST_GUESS and len(scores) < most:
            self._guess(wanted, scores)
        best = sorted(scores, key=lambda id: (scores[id], self._order[id]))
        return tuple(self._concepts[id] for id in best[:most])

    def _guess(self, wanted: str, scores: dict[str, tuple[float, ...]]) -> None:
        """Add what is like the words typed to what has their letters."""
        found = set(scores)
        pairs = _pairs(wanted)
        matcher = difflib.SequenceMatcher(autojunk=False)
        matcher.set_seq2(wanted)
        for name in self._names:
            if name.concept in found:
                continue
            shared = len(pairs & name.pairs)
            if abs(len(name.text) - len(wanted)) <= 2 and 3 * shared >= len(pairs):
                matcher.set_seq1(name.text)
                alike = matcher.ratio() if matcher.real_quick_ratio() >= ALIKE else 0.0
            else:
                alike = 0.0
            if alike >= ALIKE:
                score = (4.0, -alike, float(name.rank))
            elif shared >= NEAR * len(pairs):
                score = (5.0, -shared / len(pairs) - shared / len(pairs | name.pairs), float(name.rank))
            else:
                continue
            scores[name.concept] = min(scores.get(name.concept, (9.0,)), score)


def _names(catalogue: Catalogue) -> Iterator[_Name]:
    ranks: dict[tuple[str, str], int] = {}
    for id, concept in catalogue.concepts.items():
        ranks[id, fold(concept.title)] = 0
        ranks.setdefault((id, fold(id)), 1)
    for text, id in catalogue.aliases.items():
        ranks.setdefault((id, text), 2)
    for (id, text), rank in ranks.items():
        yield _Name(id, text, tuple(text.split()), _pairs(text), rank)


def _score(wanted: str, name: _Name) -> tuple[float, ...] | None:
    """How well a name has what was typed, the less the better; None where it has not."""
    longer = len(name.text)
    if name.text == wanted:
        return (0.0, 0.0, name.rank)
    if name.text.startswith(wanted):
        return (1.0, float(name.rank), longer)
    parts = wanted.split()
    if all(any(word.startswith(part) for word in name.words) for part in parts):
        return (2.0, float(name.rank), longer)
    if len(wanted) > 2 and wanted in name.text:
        return (3.0, float(name.rank), longer)
    return None


def _pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters of each word, its beginning marked, each counted apart."""
    found: Counter[str] = Counter()
    pairs = []
    for word in text.split():
        marked = f"^{word}"
        for pair in map("".join, itertools.pairwise(marked)):
            found[pair] += 1
            pairs.append(f"{pair}{found[pair]}")
    return frozenset(pairs)
