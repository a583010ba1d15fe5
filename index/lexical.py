"""Words: stemmed BM25 with titles, and a vote of character n-grams on words the corpus lacks."""

import functools
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.files import write_whole

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

_STOP_WORDS = """
a about after all also am an and any are as at be because been before being between both but by can could did do
does doing during each else for from get got had has have having he her here hers him his how i if in into is it
its itself just let me more most my no nor not of off on once only or other our out over own s same she should so
some such t than that the their theirs them then there these they this those through to too under until up us
very was we were what when where which while who whom whose why will with would you your yours
ain aint arent cant couldn couldnt didn didnt doesn doesnt don dont hadn hadnt hasn hasnt haven havent isn isnt ive
shouldn shouldnt thats theres wasn wasnt weren werent whats wont wouldn wouldnt youre
btw gonna hey idk im kinda lol ok okay pls plz ppl tho wanna yeah
"""

STOP_WORDS = frozenset(_STOP_WORDS.split())
"""English words that say nothing of a subject; they weigh nothing in BM25 and in `coverage`."""

SHORTEST_MENDED = 4
"""Letters; a shorter word has too many neighbours to tell which was meant."""

LONG_WORD = 8
"""Letters from which on two slips in one word are believed."""

LONGEST_WORD = 40

COMMON = 2_000
"""Words of the language that a misspelling may stand for where the corpus has none like it: the usual ones.
A rare word is more likely a name than meant."""

READINGS = 3
"""How many words a misspelt one may stand for."""

VOTE = 1.0
"""What the likeliest of them counts in BM25, as a share of a word typed right; the next half of it."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PROSE_WORD = re.compile(rf"(?<![\w.])(?:{_WORD.pattern})(?![\w(]|\.\w)")
"""A word that isn't part of a name in code, as in `torch.tril` or `sqrt(d_k)`."""

_NEAREST = 40


@functools.cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def words_of(text: str) -> list[str]:
    """The words of `text` in lower case, in order, without their 's."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return [re.split(r"['’]", word)[0] if word.endswith(("'s", "’s")) else word for word in _WORD.findall(folded)]


def stems_of(words: Iterable[str]) -> list[str]:
    """Snowball English stems of the words that are no stop words, in order."""
    stemmed: list[str] = _stemmer().stemWords([word for word in words if not _says_nothing(word)])
    return stemmed


def phrases_of(text: str, length: int) -> tuple[str, ...]:
    """Each run of `length` words of `text` once, in order, but for those of stop words only."""
    words = words_of(text)
    runs = (words[start : start + length] for start in range(len(words) - length + 1))
    return tuple(dict.fromkeys(" ".join(run) for run in runs if stems_of(run)))


def _says_nothing(word: str) -> bool:
    """Whether `word` is a stop word, or one with another that has lost its letters: i'm, isn't, we've."""
    if word in STOP_WORDS:
        return True
    parts = re.split(r"['’]", word)
    return len(parts) == 2 and (parts[0] in STOP_WORDS or "".join(parts) in STOP_WORDS)


@dataclass(frozen=True)
class Terms:
    """A question's stems as one lexicon knows them.

    Attributes:
        stems: those the corpus has, each once.
        columns: (t,), where they stand in the lexicon.
        weights: (t,), how much each counts; below 1 for a guess at a misspelt word.
        unknown: how many stems the corpus lacks, guessed or not.
    """

    stems: tuple[str, ...]
    columns: Integers
    weights: Floats
    unknown: int


class Lexicon:
    """BM25 over stems, with the words that were seen, as arrays that lie in a folder.

    The scores are bm25s's (Lucene's formula, k1 = 1.5, b = 0.75), computed when the index is built, so
    that a search only adds columns up.
    """

    def __init__(self, folder: Path, size: int) -> None:
        """Open what `write_lexicon` wrote for `size` passages."""
        stems: list[str] = json.loads((folder / "stems.json").read_text("utf-8"))
        self.size = size
        self._columns = {stem: column for column, stem in enumerate(stems)}
        self._scores: Floats = _array(folder / "bm25-scores.npy")
        self._rows: Integers = _array(folder / "bm25-rows.npy")
        self._starts: Integers = _array(folder / "bm25-starts.npy")
        self._language = frozenset(json.loads((folder / "language.json").read_text("utf-8")))
        self._spelling = Spelling(folder)

    def knows(self, word: str) -> bool:
        """Whether `word` is no misspelling: the corpus or the language has it, or it's too short to tell."""
        return (
            len(word) < SHORTEST_MENDED
            or not word.isalpha()
            or word in STOP_WORDS
            or word in self._spelling
            or word in self._language
            or any(stem in self._columns or stem in self._language for stem in stems_of([word]))
        )

    def spelled(self, text: str) -> str:
        """`text` with each misspelt word replaced by the nearest known one."""
        if all(self.knows(word) for word in words_of(text)):
            return text
        return _PROSE_WORD.sub(lambda found: self._mended(found.group()), text)

    def _mended(self, word: str) -> str:
        plain = words_of(word)
        if len(plain) != 1 or self.knows(plain[0]) or sum(map(str.isupper, word)) > 1:
            return word
        near = self._spelling.near(plain[0])
        if not near:
            return word
        return near[0][0].capitalize() if word[0].isupper() else near[0][0]

    def terms(self, text: str) -> Terms:
        """The stems of `text`; a misspelt word stands for the known words nearest to it, by their n-grams."""
        weights: dict[str, float] = {}
        unknown = 0
        for word in dict.fromkeys(words_of(text)):
            for stem, weight in self._readings(word):
                if stem in self._columns:
                    weights[stem] = max(weights.get(stem, 0.0), weight)
                else:
                    unknown += 1
        columns = np.array([self._columns[stem] for stem in weights], np.int64)
        return Terms(tuple(weights), columns, np.array(list(weights.values()), np.float32), unknown)

    def _readings(self, word: str) -> list[tuple[str, float]]:
        """What stems `word` may stand for, with weights."""
        near = [] if self.knows(word) else self._spelling.near(word)
        if not near:
            return [(stem, 1.0) for stem in stems_of([word])]
        return [(stem, weight) for other, weight in near for stem in stems_of([other])]

    def rarity(self, word: str) -> float:
        """The IDF of a word; 0 for a stop word and for what is no word, the greatest for one never seen."""
        stems = stems_of(words_of(word))
        if not stems:
            return 0.0
        column = self._columns.get(stems[0])
        seen = 0 if column is None else int(self._starts[column + 1] - self._starts[column])
        return float(inverse_frequency(seen, self.size))

    def scores(self, terms: Terms) -> Floats:
        """BM25 of every passage: float32 (n,), 0 where no term occurs."""
        total = np.zeros(self.size, np.float32)
        for column, weight in zip(terms.columns, terms.weights, strict=True):
            start, end = self._starts[column], self._starts[column + 1]
            total[self._rows[start:end]] += weight * self._scores[start:end]  # a row stands in it once
        return total

    def occurrences(self, terms: Terms) -> npt.NDArray[np.bool_]:
        """Which passage has which term: (t, n)."""
        seen = np.zeros((len(terms.columns), self.size), np.bool_)
        for line, column in zip(seen, terms.columns, strict=True):
            line[self._rows[self._starts[column] : self._starts[column + 1]]] = True
        return seen


def inverse_frequency(occurrences: Integers | int, passages: int) -> Floats:
    """Lucene's IDF of terms that stand in `occurrences` (t,) of so many `passages`."""
    counts = np.asarray(occurrences, np.float32)
    idf: Floats = np.log1p((passages - counts + 0.5) / (counts + 0.5)).astype(np.float32)
    return idf


class Spelling:
    """The words a corpus and its language have, found again from a misspelling by their bigrams."""

    def __init__(self, folder: Path) -> None:
        """Open what `write_lexicon` wrote."""
        self._words: list[str] = json.loads((folder / "words.json").read_text("utf-8"))
        self._set = frozenset(self._words)
        self._counts: Integers = _array(folder / "word-counts.npy")
        self._grams = {gram: i for i, gram in enumerate(json.loads((folder / "grams.json").read_text("utf-8")))}
        self._gram_words: Integers = _array(folder / "gram-words.npy")
        self._gram_starts: Integers = _array(folder / "gram-starts.npy")

    def __contains__(self, word: str) -> bool:
        return word in self._set

    def near(self, word: str) -> list[tuple[str, float]]:
        """Up to `READINGS` words that `word` may be a misspelling of, with weights; the likeliest first.

        One slip of the hand (a letter swapped, lost, changed or added) is allowed, in long words two.
        """
        limit = 1 if len(word) < LONG_WORD else 2
        ranked = []
        for position in self._shares_bigrams(word):
            other = self._words[position]
            distance = slips(word, other, limit)
            if distance <= limit:
                ranked.append((distance, -int(self._counts[position]), position, other))
        ranked.sort()
        return [(other, VOTE / (rank + 1)) for rank, (*_, other) in enumerate(ranked[:READINGS])]

    def _shares_bigrams(self, word: str) -> Integers:
        """Positions of the words most alike by the Dice coefficient of their bigrams."""
        postings = [
            self._gram_words[self._gram_starts[gram] : self._gram_starts[gram + 1]]
            for gram in (self._grams.get(bigram) for bigram in _bigrams(word))
            if gram is not None
        ]
        if not postings:
            return np.zeros(0, np.int64)
        positions, shared = np.unique(np.concatenate(postings), return_counts=True)
        lengths = np.fromiter((len(self._words[position]) for position in positions), np.int64, len(positions))
        alike = 2 * shared / (lengths + len(word) + 2)
        return positions[np.argsort(-alike, kind="stable")[:_NEAREST]]


def _bigrams(word: str) -> frozenset[str]:
    padded = f"^{word}$"
    return frozenset(padded[i : i + 2] for i in range(len(padded) - 1))


def slips(one: str, other: str, limit: int) -> int:
    """Letters swapped with a neighbour, lost, changed or added between two words; `limit` + 1 if more.

    The optimal string alignment distance (restricted Damerau-Levenshtein).
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    line = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, line = before, line, [i]
        for j, mate in enumerate(other, 1):
            cost = min(before[j] + 1, line[j - 1] + 1, before[j - 1] + (letter != mate))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == mate:
                cost = min(cost, earlier[j - 2] + 1)
            line.append(cost)
        if min(line) > limit:
            return limit + 1
    return line[-1]


def write_lexicon(folder: Path, texts: Sequence[str], language: Sequence[str]) -> None:
    """Write into `folder` all that `Lexicon` opens.

    Args:
        texts: one a passage, titles included.
        language: words that are right even where no passage has them, the common ones first.
    """
    words = [words_of(text) for text in texts]
    _write_list(folder / "language.json", sorted({*language, *stems_of(language)}))
    _write_bm25(folder, [stems_of(line) for line in words])
    _write_spelling(folder, Counter(word for line in words for word in line), language[:COMMON])


def _write_bm25(folder: Path, stems: list[list[str]]) -> None:
    import bm25s

    if not any(stems):  # bm25s needs a word to stand on
        stems = [[""] for _ in stems]
    bm25 = bm25s.BM25(backend="numpy")
    vocabulary = {stem: i for i, stem in enumerate(sorted({stem for line in stems for stem in line}))}
    ids = [[vocabulary[stem] for stem in line] for line in stems]
    bm25.index((ids, vocabulary), create_empty_token=False, show_progress=False)
    _write_list(folder / "stems.json", sorted(vocabulary, key=vocabulary.__getitem__))
    _write_array(folder / "bm25-scores.npy", bm25.scores["data"].astype(np.float32))
    _write_array(folder / "bm25-rows.npy", bm25.scores["indices"].astype(np.int64))
    _write_array(folder / "bm25-starts.npy", bm25.scores["indptr"].astype(np.int64))


def _write_spelling(folder: Path, counts: Counter[str], language: Iterable[str]) -> None:
    candidates = (*counts, *language)
    words = sorted({word for word in candidates if word.isalpha() and SHORTEST_MENDED <= len(word) <= LONGEST_WORD})
    postings: dict[str, list[int]] = {}
    for position, word in enumerate(words):
        for gram in _bigrams(word):
            postings.setdefault(gram, []).append(position)
    grams = sorted(postings)
    starts = np.cumsum([0, *(len(postings[gram]) for gram in grams)], dtype=np.int64)
    _write_list(folder / "words.json", words)
    _write_array(folder / "word-counts.npy", np.array([counts[word] for word in words], np.int64))
    _write_list(folder / "grams.json", grams)
    _write_array(folder / "gram-starts.npy", starts)
    _write_array(folder / "gram-words.npy", np.array([p for gram in grams for p in postings[gram]], np.int64))


def _write_list(path: Path, values: list[str]) -> None:
    write_whole(path, json.dumps(values, ensure_ascii=False).encode())


def _write_array(path: Path, values: npt.NDArray[Any]) -> None:
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=False)
    write_whole(path, buffer.getvalue())


def _array(path: Path) -> npt.NDArray[Any]:
    """An array left on disk; an empty one cannot be mapped, and is read."""
    if path.stat().st_size <= 128:
        return np.load(path, allow_pickle=False)  # type: ignore[no-any-return]
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
