"""Searching an index: dense and lexical scores fused, the best of them scored again by their tokens."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from foundation.errors import GradusError
from index import ranking
from index.embedding import widened
from index.lexical import Lexicon, Terms, inverse_frequency, stems_of, words_of
from index.passages import Passage
from index.storage import (
    REMAKE,
    DamagedError,
    Manifest,
    check_files,
    current,
    read_manifest,
    read_passages,
    read_vectors,
)

if TYPE_CHECKING:
    from index.embedding import Encoder, ModelIdentity, Query

LONGEST_QUESTION = 2_000
"""Characters of a question that are read; the encoder's 256 tokens are long full by then."""

NEAREST = 3
"""Sentences of a concept that say together how near it is: one alone may be near by chance."""

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Hit:
    """A passage found, and the evidence for it.

    Attributes:
        passage: what was found.
        score: what the hits are ranked by, best first; sums of two questions cannot be compared.
        sentence: which of `passage.sentences` is nearest to the question.
        cosine: of that sentence and the question; 0 in a lexical search.
        maxsim: mean best cosine of the question's tokens in the passage; 0 beyond the best 20.
        bm25: the raw BM25 score.
        bm25_share: `bm25` over the sum of the question's IDF.
        coverage: the share of that sum whose terms the passage has, 0 to 1.
        closeness: of each of `passage.sentences` to the question: its cosine, or in a lexical search the share
            of the question's IDF that it has.
    """

    passage: Passage
    score: float
    sentence: int
    cosine: float
    maxsim: float
    bm25: float
    bm25_share: float
    coverage: float
    closeness: tuple[float, ...]


@dataclass(frozen=True)
class SearchResult:
    """What a search found, with the evidence that deciding whether to answer needs.

    Attributes:
        question: as it was searched: cut to `LONGEST_QUESTION`, misspelt words mended.
        hits: best first; none where the question has no word that the index could match.
        lexical: True where only words were compared, because no `Query` was given.
        best_cosine: of the nearest sentence of any passage allowed; 0 in a lexical search.
        coverage: the share of the question's summed IDF whose terms any passage allowed has, 0 to 1.
        idf: that sum, over the passages allowed; 0 for a question of stop words.
        leaning: how near each concept's `NEAREST` nearest sentences are, as z-scores over the concepts; empty in a
            lexical search and where passages have no concepts.
    """

    question: str
    hits: tuple[Hit, ...]
    lexical: bool
    best_cosine: float
    coverage: float
    idf: float
    leaning: Mapping[str, float] = field(default_factory=dict)


class Searchable(Protocol):
    """Whatever can be searched for a question."""

    def spelled(self, question: str) -> str:
        """`question` as it should be encoded: cut, and its misspelt words mended."""

    def search(self, question: str, k: int, query: "Query | None" = None) -> "SearchResult":
        """The `k` best passages for `question`; `query` is `spelled(question)` encoded, or None."""


class Index:
    """An index opened for reading; its vectors stay on disk, memory-mapped. Any thread may search."""

    def __init__(self, generation: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        self.passages = read_passages(generation)
        self._vectors = read_vectors(generation, manifest)
        self._lexicon = Lexicon(generation, manifest.passages)
        self._taught = _Taught.of(self.passages, self._vectors.sentence_starts)

    @classmethod
    def open(cls, path: Path, identity: "ModelIdentity | None" = None, *, whole: bool = False) -> "Index":
        """Open the index in the folder `path`.

        Args:
            identity: the encoder's that will ask; None for lexical search, or where any will do.
            whole: check every byte of the large files too, not only their size.

        Raises:
            GradusError: there is no index, it is damaged, or another model made it.
        """
        generation = current(path)
        if generation is None:
            raise GradusError(f"there is no index at {path}; run `gradus index build`")
        manifest = read_manifest(generation)
        if identity is not None and manifest.model != identity:
            raise GradusError(_other_model(path, manifest.model, identity))
        check_files(generation, manifest, whole=whole)
        try:
            return cls(generation, manifest)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise DamagedError(path, f"its files cannot be read ({type(error).__name__})") from error

    @property
    def identity(self) -> "ModelIdentity":
        """The model whose vectors it holds."""
        return self.manifest.model

    def __len__(self) -> int:
        return len(self.passages)

    def spelled(self, question: str) -> str:
        """`question` cut to `LONGEST_QUESTION`, each misspelt word replaced by the nearest known one.

        This is what should be encoded: a typo costs the encoder more than it costs the words.
        """
        return self._lexicon.spelled(question[:LONGEST_QUESTION])

    def find(
        self,
        question: str,
        k: int,
        encoder: "Encoder",
        allowed: Callable[[Passage], bool] | None = None,
    ) -> SearchResult:
        """Encode `question`, spelled right, and search for it."""
        return self.search(question, k, encoder.encode_query(self.spelled(question)), allowed)

    def search(
        self,
        question: str,
        k: int,
        query: "Query | None" = None,
        allowed: Callable[[Passage], bool] | None = None,
    ) -> SearchResult:
        """The `k` best passages for `question`, or as many as there are.

        Args:
            query: `spelled(question)` encoded by the index's own model; None compares words only.
            allowed: which passages exist for this search; all, if None.
        """
        text = question[:LONGEST_QUESTION]
        kept = self._kept(allowed)
        evidence = self._evidence(self._lexicon.terms(text), kept)
        hits: tuple[Hit, ...] = ()
        leaning: dict[str, float] = {}
        best = 0.0
        if not words_of(text) or k < 1 or not len(kept):
            pass
        elif query is None:
            hits = self._lexical_hits(evidence, k)
        else:
            similarities = self._similarities(query.vector)
            hits, best = self._fused_hits(query, similarities, evidence, k)
            leaning = self._taught.leaning(similarities, kept if allowed else None)
        return SearchResult(self.spelled(text), hits, query is None, best, evidence.known, evidence.total, leaning)

    def _kept(self, allowed: Callable[[Passage], bool] | None) -> Integers:
        """Positions of the passages allowed."""
        if allowed is None:
            return np.arange(len(self.passages))
        return np.array([i for i, passage in enumerate(self.passages) if allowed(passage)], np.int64)

    def _evidence(self, terms: Terms, kept: Integers) -> "_Evidence":
        occurrences = self._lexicon.occurrences(terms)[:, kept]
        idf = inverse_frequency(occurrences.sum(axis=1), len(kept)) * terms.weights
        missing = terms.unknown * float(inverse_frequency(0, len(kept)))
        return _Evidence(terms, kept, self._lexicon.scores(terms)[kept], occurrences, idf, missing)

    def _lexical_hits(self, evidence: "_Evidence", k: int) -> tuple[Hit, ...]:
        order = [row for row in ranking.top(evidence.bm25, k) if evidence.bm25[row] > 0]
        hits = []
        for row in order:
            passage = self.passages[evidence.kept[row]]
            shares = _word_shares(passage.sentences, evidence)
            sentence = shares.index(max(shares))
            hits.append(
                evidence.hit(passage, row, score=float(evidence.bm25[row]), sentence=sentence, closeness=shares)
            )
        return tuple(hits)

    def _fused_hits(
        self, query: "Query", similarities: Floats, evidence: "_Evidence", k: int
    ) -> tuple[tuple[Hit, ...], float]:
        """The hits, and the cosine of the nearest sentence of all; `similarities` (s,) has every sentence's."""
        kept = evidence.kept
        dense = ranking.best_of_each(similarities, self._vectors.sentence_starts)[kept]
        scores = ranking.fused(dense, evidence.bm25)
        order = ranking.top(scores, max(k, ranking.RERANKED))
        reranked = order[: ranking.RERANKED]
        closeness = np.zeros(len(order), np.float32)
        closeness[: len(reranked)] = self._maxsim(query, kept[reranked])
        final = (scores[order] + ranking.MAXSIM_WEIGHT * np.maximum(closeness, 0)).astype(np.float32)
        hits = []
        for place in ranking.top(final, k):
            row, position = order[place], kept[order[place]]
            own = similarities[slice(*self._vectors.sentence_starts[position : position + 2])]
            hits.append(
                evidence.hit(
                    self.passages[position],
                    row,
                    score=float(final[place]),
                    sentence=int(own.argmax()),
                    closeness=tuple(own.tolist()),
                    cosine=float(own.max()),
                    maxsim=float(closeness[place]),
                )
            )
        return tuple(hits), float(dense.max())

    def _similarities(self, vector: Floats) -> Floats:
        """The inner product of `vector` (d,) with every sentence: (s,), by FAISS's flat kernel."""
        import faiss

        flat = self._vectors.flat
        found = np.empty(flat.ntotal, np.float32)
        asked = np.ascontiguousarray(vector, np.float32)
        kernel: Any = faiss
        kernel.fvec_inner_products_ny(faiss.swig_ptr(found), faiss.swig_ptr(asked), flat.get_xb(), flat.d, flat.ntotal)
        return found

    def _maxsim(self, query: "Query", positions: Integers) -> Floats:
        """MaxSim of the question's tokens with each passage at `positions`: (m,)."""
        starts = self._vectors.token_starts
        lengths = starts[positions + 1] - starts[positions]
        rows = np.empty((int(lengths.sum()), self.manifest.dimension), np.float16)
        end = 0
        for position, length in zip(positions.tolist(), lengths.tolist(), strict=True):
            start = int(starts[position])
            rows[end : end + length] = self._vectors.tokens.rows(start, start + length)
            end += length
        return ranking.maxsim(query.tokens, self._token_weights(query), widened(rows), lengths)

    def _token_weights(self, query: "Query") -> Floats:
        """What each of the question's tokens counts: (q,); all alike where their words aren't known."""
        rarity = {word: self._lexicon.rarity(word) for word in set(query.words)}
        idf = [rarity[word] for word in query.words] or [0.0] * len(query.tokens)
        return np.array(idf, np.float32) + np.float32(ranking.COMMON_WORD)


@dataclass(frozen=True)
class Part:
    """An index as if it held no passages but those `allowed`."""

    index: Index
    allowed: Callable[[Passage], bool]

    def spelled(self, question: str) -> str:
        """As `Index.spelled`."""
        return self.index.spelled(question)

    def search(self, question: str, k: int, query: "Query | None" = None) -> SearchResult:
        """As `Index.search`."""
        return self.index.search(question, k, query, self.allowed)


@dataclass(frozen=True)
class _Taught:
    """Which sentences speak of which concept.

    Attributes:
        concepts: ids, c of them, in the passages' order.
        sentences: (s,), positions of the sentences that teach any, concept after concept.
        passages: (s,), the position of the passage that each of them stands in.
        starts: (c,), where each concept's begin.
    """

    concepts: tuple[str, ...]
    sentences: Integers
    passages: Integers
    starts: Integers

    @classmethod
    def of(cls, passages: Sequence[Passage], sentence_starts: Integers) -> "_Taught":
        """Args:
        sentence_starts: (n + 1,), where each passage's sentences begin, and their number.
        """
        concepts = tuple(dict.fromkeys(passage.concept for passage in passages if passage.concept))
        number = {concept: i for i, concept in enumerate(concepts)}
        taught = np.array([number.get(passage.concept, -1) for passage in passages], np.int64)
        owners = np.repeat(np.arange(len(passages)), np.diff(sentence_starts))
        order = np.argsort(taught[owners], kind="stable")
        order = order[taught[owners][order] >= 0]
        starts = np.searchsorted(taught[owners][order], np.arange(len(concepts)))
        return cls(concepts, order, owners[order], starts)

    def leaning(self, similarities: Floats, kept: Integers | None) -> dict[str, float]:
        """`SearchResult.leaning` where only the passages at `kept` are seen, or all of them, if None."""
        own = similarities[self.sentences]
        if kept is not None:
            own = np.where(np.isin(self.passages, kept), own, np.float32(-1))
        near = ranking.nearest_of_each(own, self.starts, NEAREST)
        return dict(zip(self.concepts, ranking.standardised(near).tolist(), strict=True))


@dataclass(frozen=True)
class _Evidence:
    """What the words alone say of the n passages allowed.

    Attributes:
        terms: the question's, t of them known.
        kept: (n,), the passages' positions in the index.
        bm25: (n,)
        occurrences: (t, n), which passage has which term.
        idf: (t,), each term's, times its weight.
        missing: the summed IDF of the terms that the index lacks.
    """

    terms: Terms
    kept: Integers
    bm25: Floats
    occurrences: npt.NDArray[np.bool_]
    idf: Floats
    missing: float

    @property
    def total(self) -> float:
        """The question's summed IDF."""
        return float(self.idf.sum()) + self.missing

    @property
    def known(self) -> float:
        """The share of `total` whose terms some passage has."""
        return _share(float(self.idf[self.occurrences.any(axis=1)].sum()), self.total)

    def hit(
        self,
        passage: Passage,
        row: int,
        *,
        score: float,
        sentence: int,
        closeness: tuple[float, ...],
        cosine: float = 0.0,
        maxsim: float = 0.0,
    ) -> Hit:
        """The hit for `passage`, which stands at `row` of these arrays."""
        bm25 = float(self.bm25[row])
        return Hit(
            passage,
            score,
            sentence,
            cosine,
            maxsim,
            bm25,
            bm25_share=_share(bm25, self.total),
            coverage=_share(float(self.idf[self.occurrences[:, row]].sum()), self.total),
            closeness=closeness,
        )


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _word_shares(sentences: Sequence[str], evidence: _Evidence) -> tuple[float, ...]:
    """Of the question's IDF, the share that each sentence has."""
    idf = dict(zip(evidence.terms.stems, evidence.idf.tolist(), strict=True))
    return tuple(
        _share(sum(idf.get(stem, 0.0) for stem in set(stems_of(words_of(text)))), evidence.total) for text in sentences
    )


def _other_model(path: Path, found: "ModelIdentity", asked: "ModelIdentity") -> str:
    same_name = " with other weights" if found.id == asked.id else ""
    return (
        f"the index at {path} was built by the encoder '{found.id}'{same_name}, not by '{asked.id}'; "
        f"make it anew with {REMAKE}, or set the encoder back"
    )
