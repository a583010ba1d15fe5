"""Passages to an index: what is new is encoded, what is known keeps its vectors, all is swapped in whole."""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from foundation.errors import GradusError
from foundation.files import file_lock
from index.embedding import Encoder, Floats, Halves, ModelIdentity
from index.lexical import write_lexicon
from index.passages import Passage
from index.storage import (
    CURRENT,
    SENTENCE_STARTS,
    SENTENCES,
    TOKEN_STARTS,
    TOKENS,
    DamagedError,
    Manifest,
    Vectors,
    check_files,
    content_of,
    current,
    new_generation,
    put_in_use,
    read_manifest,
    read_passages,
    read_vectors,
    sweep,
    write_manifest,
    write_passages,
)

BLOCK = 64
"""Passages encoded at a time: whose token vectors a build holds in memory."""

Progress = Callable[[int, int], None]
"""Called with how many passages have been encoded, and how many there are to encode."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Attributes:
        passages: how many the index holds now; likewise `sentences` and `tokens`, a vector each.
        embedded: how many passages were encoded.
        reused: how many kept the vectors of the index before.
        removed: how many of the index before are gone.
        changed: False where the index was this one already, and nothing was written.
    """

    passages: int
    sentences: int
    tokens: int
    embedded: int
    reused: int
    removed: int
    changed: bool


@dataclass(frozen=True)
class _Before:
    """The index at hand, as far as its vectors can be used again: rows by the key of their passage."""

    vectors: Vectors
    rows: Mapping[str, int]


def build_index(
    passages: Sequence[Passage],
    out: Path,
    encoder: Encoder,
    progress: Progress = lambda done, total: None,
) -> BuildReport:
    """Make the folder `out` an index of `passages`, in their order.

    A passage whose title and text the index at hand has too, with the same encoder, keeps its vectors.
    A damaged index is made anew. Builders of one folder wait for each other; readers never wait, and a
    builder killed at any moment leaves the index of before in use.

    Raises:
        GradusError: no passages, two with one id, or a folder that cannot be written.
    """
    _check(passages)
    with _alone_in(out):
        return _unchanged(passages, out, encoder.identity) or _build(passages, out, encoder, progress)


def unchanged(passages: Sequence[Passage], out: Path, identity: ModelIdentity) -> BuildReport | None:
    """What `build_index` reports where it would change nothing, else None: known without an encoder.

    Raises:
        GradusError: as `build_index`.
    """
    _check(passages)
    if not (out / CURRENT).exists():
        return None
    with _alone_in(out):
        return _unchanged(passages, out, identity)


@contextlib.contextmanager
def _alone_in(out: Path) -> Iterator[None]:
    """Hold the folder's lock, and drop what killed builds have left there."""
    try:
        with file_lock(out / "lock"):
            sweep(out)
            yield
    except OSError as error:
        raise GradusError(
            f"cannot write the index at {out}: {os.strerror(error.errno or 0)}; check the folder's owner and free space"
        ) from error


def _check(passages: Sequence[Passage]) -> None:
    if not passages:
        raise GradusError("there is nothing to index: no passages")
    seen: set[str] = set()
    for passage in passages:
        if passage.id in seen:
            raise GradusError(f"two passages have the id {passage.id!r}; ids are unique in an index")
        seen.add(passage.id)


def _unchanged(passages: Sequence[Passage], out: Path, identity: ModelIdentity) -> BuildReport | None:
    found = _at_hand(out, identity)
    if found is None or found[1].content != content_of(passages):
        return None
    made = found[1]
    return BuildReport(made.passages, made.sentences, made.tokens, 0, len(passages), 0, changed=False)


def _build(passages: Sequence[Passage], out: Path, encoder: Encoder, progress: Progress) -> BuildReport:
    before = _before(out, encoder.identity)
    keys = [_key(passage) for passage in passages]
    known = before.rows if before else {}
    reused = sum(key in known for key in keys)
    with new_generation(out) as folder:
        write_passages(folder, passages)
        write_lexicon(folder, [titled(passage, passage.text) for passage in passages], encoder.words())
        counts = _write_vectors(folder, passages, keys, before, encoder, progress)
        made = Manifest(encoder.identity, encoder.dimension, len(passages), *counts, content_of(passages), {})
        write_manifest(folder, made)
    put_in_use(out)
    removed = len(known.keys() - set(keys))
    return BuildReport(len(passages), *counts, len(passages) - reused, reused, removed, changed=True)


def _at_hand(out: Path, identity: ModelIdentity) -> tuple[Path, Manifest] | None:
    """The generation in use, if it is whole and of the same model."""
    try:
        generation = current(out)
        if generation is None:
            return None
        manifest = read_manifest(generation)
        if manifest.model != identity:
            return None
        check_files(generation, manifest, whole=True)
    except DamagedError:
        return None  # it is made anew
    return generation, manifest


def _before(out: Path, identity: ModelIdentity) -> _Before | None:
    found = _at_hand(out, identity)
    if found is None:
        return None
    rows = {_key(passage): row for row, passage in enumerate(read_passages(found[0]))}
    return _Before(read_vectors(*found), rows)


def titled(passage: Passage, text: str) -> str:
    """`text` (the passage's, or one sentence of it) under the passage's title, as it is encoded."""
    return f"{passage.title}. {text}" if passage.title else text


def _key(passage: Passage) -> str:
    """SHA-256 of all that a passage's vectors depend on, but for the model."""
    return hashlib.sha256(json.dumps([passage.title, passage.text]).encode()).hexdigest()


def _write_vectors(
    folder: Path,
    passages: Sequence[Passage],
    keys: Sequence[str],
    before: _Before | None,
    encoder: Encoder,
    progress: Progress,
) -> tuple[int, int]:
    """Write the vectors of all passages, a block at a time; gives how many sentences and tokens."""
    known = before.rows if before else {}
    total = sum(key not in known for key in keys)
    done = 0
    progress(done, total)
    with (folder / TOKENS).open("wb") as file:
        writer = _VectorWriter(file, encoder.dimension)
        for start in range(0, len(passages), BLOCK):
            block = list(zip(passages[start : start + BLOCK], keys[start : start + BLOCK], strict=True))
            new = _encoded([passage for passage, key in block if key not in known], encoder)
            fresh = iter(new)
            for _, key in block:
                if before and key in known:
                    writer.add(*_copied(before.vectors, known[key]))
                else:
                    writer.add(*next(fresh))
            if new:
                done += len(new)
                progress(done, total)
    return writer.finish(folder)


def _encoded(passages: Sequence[Passage], encoder: Encoder) -> list[tuple[Floats, Halves]]:
    """Each passage's sentence vectors (s, d) and token vectors (t, d)."""
    split = [passage.sentences for passage in passages]
    ends = np.cumsum([len(own) for own in split])
    sentences, tokens = encoder.encode_passages(
        [titled(passage, sentence) for passage, own in zip(passages, split, strict=True) for sentence in own],
        [titled(passage, passage.text) for passage in passages],
    )
    return list(zip(np.split(sentences, ends[:-1]), tokens, strict=True)) if passages else []


def _copied(vectors: Vectors, row: int) -> tuple[Floats, Halves]:
    sentences = slice(*vectors.sentence_starts[row : row + 2])
    start, end = vectors.token_starts[row : row + 2].tolist()
    return vectors.sentences[sentences], vectors.tokens.rows(start, end)


class _VectorWriter:
    """Takes passages' vectors in order; token vectors go straight to the disk."""

    def __init__(self, file: BinaryIO, dimension: int) -> None:
        import faiss

        self._file = file
        self._flat: Any = faiss.IndexFlatIP(dimension)
        self._sentence_starts = [0]
        self._token_starts = [0]

    def add(self, sentences: Floats, tokens: Halves) -> None:
        self._flat.add(np.ascontiguousarray(sentences, np.float32))
        self._file.write(np.ascontiguousarray(tokens, np.float16).tobytes())
        self._sentence_starts.append(self._sentence_starts[-1] + len(sentences))
        self._token_starts.append(self._token_starts[-1] + len(tokens))

    def finish(self, folder: Path) -> tuple[int, int]:
        import faiss

        faiss.write_index(self._flat, str(folder / SENTENCES))
        for name, starts in ((SENTENCE_STARTS, self._sentence_starts), (TOKEN_STARTS, self._token_starts)):
            np.save(folder / name, np.array(starts, np.int64), allow_pickle=False)
        return self._sentence_starts[-1], self._token_starts[-1]
