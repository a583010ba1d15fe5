"""What speaks for and against a sentence's being supported by passages: numbers that are weighed against each other.

Sentence vectors find what a sentence is about and hardly notice a number, a "not" or two terms in each other's place,
so most of this looks at the words: where those around one stand in the passages, and what stands there between them.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import combinations, pairwise

import numpy as np

from index.embedding import Floats, normalised
from index.excerpts import sentences_of
from quizzes.statements import clauses, content_stems, denies, stem, words

Encode = Callable[[Sequence[str]], Floats]
"""Texts to rows of unit length, float32 (n, d)."""

NEAREST = 4
"""Sentences of the passages, the most similar ones, that a sentence's words are compared with."""

CONTEXT = 5
"""Words with a meaning on each side of one that tell what it is said of."""

APART = 0.5
"""What a word counts there that stands in another clause."""

MOST = 2.0
"""Beyond so many numbers or names that nobody gave, more say nothing new."""

OPPOSITES = (
    "increase increases increasing increased raise raises raised rise rises grow grows more larger large bigger big"
    " huge higher high greater most longer long wider wide widen widens many strong stronger strongly enlarge enlarges"
    " much highest largest climb climbs gain gains double doubles above exceeds extreme"
    "|decrease decreases decreasing decreased lower lowers low reduce reduces reduced shrink shrinks less fewer smaller"
    " small tiny least fall falls drop drops down short shorter narrow narrower narrowing few weak weaker weakly lowest"
    " smallest little loses halve halves below moderate",
    "before earlier first early beforehand|after later last late afterwards",
    "better best good easy easier simple simpler improves improve helps help|worse worst bad hard harder difficult"
    " complex poor poorly hurt hurts",
    "fast faster fastest quick quickly|slow slower slowly crawls",
    "same equal equally identical alike|different differ differs differently unequal opposite",
    "add adds added adding sum|subtract subtracts subtracted removed remove removes",
    "multiply multiplies multiplied product|divide divides divided division quotient",
    "keep keeps kept|replace replaces replaced throws lose loses",
    "row rows|column columns",
    "train training|test testing validation",
    "upper|lower",
    "positive|negative",
    "overestimate overestimates|underestimate underestimates",
    "forward|backward backwards",
    "uphill|downhill",
    "stable steady|unstable",
    "overfit overfits overfitting|underfit underfits underfitting",
    "possible|impossible",
    "depend depends dependent|independent independently",
    "rare|common frequent",
    "expensive costly|cheap cheaper",
    "explained|unexplained",
)
"""Words of which one in the other's place turns a sentence round."""

_DENIALS = {"not": 1, "never": 1, "cannot": 1, "nothing": 1, "nobody": 1, "without": 1, "no": 2, "neither": 2, "nor": 2}
"""How many of the words with a meaning behind it each of them denies: "no unit is dropped", "is not dropped"."""

_STRONG = frozenset(
    [
        "always",
        "never",
        "every",
        "all",
        "any",
        "only",
        "guarantee",
        "guarantees",
        "guaranteed",
        "certainly",
        "certain",
        "impossible",
        "completely",
        "prove",
        "proves",
        "must",
        "nobody",
        "everyone",
        "everything",
        "entirely",
        "exactly",
        "whatever",
        "perfectly",
        "best",
        "sure",
        "surely",
        "ever",
    ]
)
_ASIDE = frozenset(
    [
        "i",
        "i'm",
        "i'll",
        "i'd",
        "me",
        "my",
        "mine",
        "myself",
        "passage",
        "passages",
        "sorry",
        "unfortunately",
        "hope",
        "sure",
        "prompt",
        "instruction",
        "instructions",
        "system",
        "assistant",
        "user",
        "summary",
        "provided",
        "provide",
        "information",
        "context",
        "below",
        "above",
        "section",
        "chapter",
        "link",
        "click",
        "please",
        "answer",
        "question",
        "request",
        "help",
        "explain",
        "article",
        "handbook",
        "exercise",
        "watch",
        "download",
        "upload",
        "send",
        "visit",
    ]
)
_AMOUNTS: Mapping[str, float] = {
    "two": 2, "twice": 2, "double": 2, "doubles": 2, "doubling": 2, "three": 3, "triple": 3,
    "triples": 3, "thrice": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "forty-four": 44, "fifty": 50,
    "hundred": 100, "thousand": 1000, "million": 1e6, "billion": 1e9, "trillion": 1e12, "half": 0.5, "halves": 0.5,
    "halve": 0.5, "quarter": 0.25, "tenth": 0.1, "hundredth": 0.01, "thousandth": 0.001, "fifth": 0.2,
}  # fmt: skip
_NUMBER = re.compile(r"(?<![A-Za-z_\d])\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?(?!\d)")
_ONE_WORD = re.compile(r"\d+(?:d\d+)?(?:em?\d+)?")
_LETTERS = re.compile(r"[A-Za-z]+(?:-[a-z]+)?")
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)\b[A-Z][\w-]+")
_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”")


@dataclass(frozen=True)
class Evidence:
    """What passages hold of a sentence; mostly shares of its words or similarities, 0 to 1.

    Attributes:
        nearest, window: its similarity to the nearest sentence, and to the nearest one or two in a row.
        reworded, reworded_window: how much of it is not owed to shared words.
        covered, covered_around: the share of its words in that window, and in the nearest sentences.
        copied, jumbled: the share of its words that stand in one place in its own order, and in another order.
        agreed: how well, on average, the words around one fit what surrounds it in the passages.
        unknown, unknown_words: the share and the number of its words that no passage has.
        numbers, numbers_here, names: those that no passage has, or that none of the nearest sentences has.
        turned, turned_all: how much better an opposite or a denial fits in a word's place; the worst and the mean.
        clause_turned: how like a clause is to one that denies where it does not, or the other way round.
        other_number: how much better another number fits in a number's place.
        displaced, displaced_all: how much better any other word of the passages does; the worst and the mean.
        parted: the share of pairs of words in a clause that the passages never have in one.
        headed: how much better what is said of a clause's first word fits what they say of something else.
        order: the share of neighbouring words that stand the other way round there.
        strong: words such as "always" that no passage has.
        aside: words about the talk itself, such as "sorry".
    """

    nearest: float
    window: float
    reworded: float
    reworded_window: float
    covered: float
    covered_around: float
    copied: float
    jumbled: float
    agreed: float
    unknown: float
    unknown_words: float
    numbers: float
    numbers_here: float
    names: float
    turned: float
    turned_all: float
    clause_turned: float
    other_number: float
    displaced: float
    displaced_all: float
    parted: float
    headed: float
    order: float
    strong: float
    aside: float

    def row(self) -> tuple[float, ...]:
        """The numbers in the order of the fields."""
        return tuple(float(getattr(self, name)) for name in NAMES)


NAMES = tuple(field.name for field in fields(Evidence))

FOR = frozenset(["nearest", "window", "reworded", "reworded_window", "covered", "covered_around", "copied", "agreed"])
"""What speaks for a sentence; the rest speaks against it."""


@dataclass(frozen=True)
class Told:
    """A sentence as it is compared.

    Attributes:
        content: the stems of its words with a meaning, numbers in digits among them.
        order: the same as they stand in it.
        denied: of each, whether a "not" stands right before it.
        place: of each, which clause it stands in.
        around: of each, what stands around it, and how much that counts.
        clauses, denying: the content of its clauses, and whether they deny.
        amounts: its numbers.
    """

    content: frozenset[str]
    order: tuple[str, ...]
    denied: tuple[bool, ...]
    place: tuple[int, ...]
    around: tuple[Mapping[str, float], ...]
    clauses: tuple[frozenset[str], ...]
    denying: tuple[bool, ...]
    amounts: frozenset[float]


def told(sentence: str) -> Told:
    """A sentence taken apart."""
    text = _spelt(sentence)
    content = content_stems(text) | (frozenset(map(stem, words(text))) & _SIDES.keys())
    quoted = {word for span in _QUOTED.findall(text) for word in words(span)}
    cut = clauses(text) or (text,)
    order: list[str] = []
    denied: list[bool] = []
    clause: list[int] = []
    for number, part in enumerate(cut):
        reach = 0
        for word in words(part):
            if word in _DENIALS and word not in quoted:
                reach = _DENIALS[word]
            elif (one := stem(word)) in content:
                order.append(one)
                denied.append(reach > 0)
                clause.append(number)
                reach -= 1
    return Told(
        content,
        tuple(order),
        tuple(denied),
        tuple(clause),
        tuple(_around(order, clause, at) for at in range(len(order))),
        tuple(content_stems(one) for one in cut),
        tuple(denies(one) for one in cut),
        amounts(sentence),
    )


def _around(order: Sequence[str], clause: Sequence[int], at: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for place in range(max(0, at - CONTEXT), min(len(order), at + CONTEXT + 1)):
        if order[place] != order[at]:
            weight = (1.0 if clause[place] == clause[at] else APART) / (1 + abs(place - at) / 2)
            found[order[place]] = max(found.get(order[place], 0.0), weight)
    return found


def amounts(text: str) -> frozenset[float]:
    """The numbers of a text, in digits or words."""
    written = {float(one.replace(",", "")) for one in _NUMBER.findall(text)}
    return frozenset(written | {_AMOUNTS[one] for one in _LETTERS.findall(text.lower()) if one in _AMOUNTS})


def _spelt(text: str) -> str:
    """The text with each number as one word of digits: 3.16 as 3d16, nine as 9."""
    text = _NUMBER.sub(lambda match: _one_word(float(match[0].replace(",", ""))), text)
    return _LETTERS.sub(
        lambda match: _one_word(_AMOUNTS[low]) if (low := match[0].lower()) in _AMOUNTS else match[0], text
    )


def _one_word(number: float) -> str:
    return f"{number:.6g}".replace(".", "d").replace("-", "m").replace("+", "")


def _sides() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Of each stem that has opposites: those on its own side, itself among them, and its opposites."""
    found: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for group in OPPOSITES:
        one, other = (frozenset(stem(word) for word in side.split()) for side in group.split("|"))
        for own, against in ((one, other), (other, one)):
            for word in own:
                before = found.get(word, (frozenset(), frozenset()))
                found[word] = (before[0] | own, before[1] | against)
    return found


_SIDES = _sides()


class Passages:
    """Passages taken apart and encoded once, beside which sentences are looked at.

    Attributes:
        of: of each of their sentences the passage's number, from 1.
    """

    def __init__(self, encode: Encode, passages: Sequence[str]) -> None:
        self._encode = encode
        found = [(number, text) for number, passage in enumerate(passages, 1) for text in sentences_of(passage)]
        self.of = tuple(number for number, _ in found)
        self._told = [told(text) for _, text in found]
        self._rows = encode([text for _, text in found]) if found else np.zeros((0, 1), np.float32)
        self._pairs = [(one, one + 1) for one in range(len(found) - 1) if self.of[one] == self.of[one + 1]]
        pairs = [self._rows[one] + self._rows[two] for one, two in self._pairs]
        self._windows: Floats = normalised(np.array(pairs, np.float32)) if pairs else self._rows[:0]
        whole = "\n".join(passages)
        self._small = whole.lower()
        self._words = frozenset(words(whole))
        self._stems = frozenset(map(stem, self._words | set(words(_spelt(whole)))))
        self._amounts = amounts(whole)

    def evidence(self, sentence: str) -> tuple[Evidence, Floats]:
        """What there is of a sentence, and its similarity to each of the passages' sentences, of which there is one."""
        row = self._encode([sentence])[0]
        near, windows = self._rows @ row, self._windows @ row
        ranked = [int(one) for one in np.argsort(-near, kind="stable")[:NEAREST]]
        here = [self._told[one] for one in ranked]
        own = told(sentence)
        nearest = float(near[ranked[0]])
        window, covering = nearest, here[0].content
        if len(windows) and float(windows.max()) > nearest:
            one, two = self._pairs[int(windows.argmax())]
            window, covering = float(windows.max()), self._told[one].content | self._told[two].content
        pairs = [pair for pair in self._pairs if pair[0] in ranked or pair[1] in ranked]
        spans = [one.order for one in here] + [self._told[one].order + self._told[two].order for one, two in pairs]
        count = max(1, len(own.content))
        covered_around = len(own.content & _content(here)) / count
        copied, jumbled = _copied(own, spans)
        unknown = sum(not self._knows(one) for one in own.content)
        amounts_here = frozenset[float]().union(*(one.amounts for one in here))
        said = frozenset(words(sentence))
        places = _places(own, here)
        found = Evidence(
            nearest=nearest,
            window=window,
            reworded=nearest * (1 - copied),
            reworded_window=window * (1 - covered_around),
            covered=len(own.content & covering) / count,
            covered_around=covered_around,
            copied=copied,
            jumbled=jumbled,
            agreed=places.agreed,
            unknown=unknown / count,
            unknown_words=min(2 * MOST, unknown),
            numbers=min(MOST, sum(not _has(self._amounts, one) for one in own.amounts)),
            numbers_here=min(MOST, sum(not _has(amounts_here, one) for one in own.amounts)),
            names=min(MOST, sum(one.lower() not in self._small for one in _NAME.findall(sentence))),
            turned=places.turned,
            turned_all=places.turned_all,
            clause_turned=_clause_turned(own, here),
            other_number=places.other_number,
            displaced=places.displaced,
            displaced_all=places.displaced_all,
            parted=_parted(own, here),
            headed=_headed(own, here),
            order=_reordered(own, here),
            strong=min(MOST, len(said & _STRONG - self._words)),
            aside=min(MOST, sum(one not in self._small for one in said & _ASIDE)),
        )
        return found, near

    def _knows(self, one: str) -> bool:
        return one in self._stems or any(
            len(short) >= 4 and long.startswith(short)
            for other in self._stems
            for short, long in [sorted((one, other), key=len)]
        )


def _content(some: Iterable[Told]) -> frozenset[str]:
    return frozenset[str]().union(*(one.content for one in some))


def _has(known: Iterable[float], number: float) -> bool:
    """Whether a number is among those known, as it is, as a per cent, or a fraction as what divides: 0.25 as 4."""

    def same(one: float, other: float) -> bool:
        return abs(one - other) <= 1e-3 * max(abs(one), abs(other))

    fraction = number < 1 and number != 0.5
    return any(same(number, one) or same(number, one / 100) or (fraction and same(number * one, 1)) for one in known)


@dataclass(frozen=True)
class _Places:
    """How well a sentence's words are in their places: see `Evidence`."""

    agreed: float
    turned: float
    turned_all: float
    other_number: float
    displaced: float
    displaced_all: float


def _places(own: Told, here: Sequence[Told]) -> _Places:
    known = _content(here)
    agreed = 0.0
    turned, numbers, displaced = [0.0], [0.0], [0.0]
    for at, word in enumerate(own.order):
        own_fit, against, others = _fits(own, at, here)
        agreed += own_fit
        (numbers if _ONE_WORD.fullmatch(word) else turned).append(against - own_fit)
        if word in known:
            displaced.append(others - max(own_fit, against))
    return _Places(
        agreed / max(1, len(own.order)), max(turned), _mean(turned), max(numbers), max(displaced), _mean(displaced)
    )


def _fits(own: Told, at: int, here: Sequence[Told]) -> tuple[float, float, float]:
    """How well what surrounds a word fits that word elsewhere, what is against it, and any other word."""
    word = own.order[at]
    number = bool(_ONE_WORD.fullmatch(word))
    same, opposite = _SIDES.get(word, (frozenset([word]), frozenset[str]()))
    around = {one: weight for one, weight in own.around[at].items() if one not in same and one not in opposite}
    whole = sum(weight * weight for weight in around.values())
    best = [0.0, 0.0, 0.0]
    for other in here:
        for place, found in enumerate(other.order):
            shared = sum(min(weight, other.around[place].get(one, 0.0)) * weight for one, weight in around.items())
            if found in same:
                kind = int(own.denied[at] != other.denied[place])
                if len(same) == 1 and own.denying[own.place[at]] == other.denying[other.place[place]]:
                    kind = 0  # both deny something: what, is often put elsewhere
            elif found in opposite:
                kind = int(own.denied[at] == other.denied[place])
            else:
                kind = 1 if number and _ONE_WORD.fullmatch(found) else 2
            best[kind] = max(best[kind], shared / whole if whole else 0.0)
    return best[0], best[1], best[2]


def _mean(gaps: Sequence[float]) -> float:
    return sum(max(0.0, one) for one in gaps) / len(gaps)


def _copied(own: Told, spans: Sequence[Sequence[str]]) -> tuple[float, float]:
    """The share of words in their own order in one of the spans, and the share there in another order."""
    best = (0.0, 0.0)
    count = max(1, len(own.order))
    for span in spans:
        length = _common(own.order, span)
        held = sum(one in span for one in own.order)
        if length / count > best[0]:
            best = (length / count, (held - length) / count)
    return best


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for word in one:
        last = 0
        for place, found in enumerate(other, 1):
            last, row[place] = row[place], last + 1 if word == found else max(row[place], row[place - 1])
    return row[-1]


def _clause_turned(own: Told, here: Sequence[Told]) -> float:
    worst = 0.0
    for content, denying in zip(own.clauses, own.denying, strict=True):
        alike = {True: 0.0, False: 0.0}
        for other in here:
            for found, other_denies in zip(other.clauses, other.denying, strict=True):
                shared = len(content & found)
                if shared >= 2 or shared == len(content) > 0:
                    agrees = denying == other_denies
                    alike[agrees] = max(alike[agrees], shared / max(len(content), len(found)))
        worst = max(worst, alike[False] - alike[True])
    return worst


def _parted(own: Told, here: Sequence[Told]) -> float:
    known = _content(here)
    pieces = [clause for one in here for clause in one.clauses]
    pairs = [pair for content in own.clauses for pair in combinations(sorted(content & known), 2)]
    parted = sum(not any(one in clause and other in clause for clause in pieces) for one, other in pairs)
    return parted / max(1, len(pairs))


def _headed(own: Told, here: Sequence[Told]) -> float:
    known = _content(here)
    pieces = [clause for one in here for clause in one.clauses]
    worst = 0.0
    for content in own.clauses:
        ordered = [one for one in own.order if one in content and one in known]
        if len(ordered) < 3:
            continue
        head, rest = ordered[0], frozenset(ordered[1:])
        of_head = max((len(rest & clause) for clause in pieces if head in clause), default=0)
        of_others = max((len(rest & clause) for clause in pieces if head not in clause), default=0)
        worst = max(worst, (of_others - of_head) / len(rest))
    return worst


def _reordered(own: Told, here: Sequence[Told]) -> float:
    turned = []
    for one, other in pairwise(own.order):
        found = next((told.order for told in here if one in told.order and other in told.order), None)
        if found is not None and one != other:
            turned.append(found.index(one) > found.index(other))
    return sum(turned) / max(1, len(turned))
