"""An encoder of hashes, for tests of what surrounds an encoder; as a program, a builder that can be killed.

    python -m tests.index.stand_in OUT LABEL SECONDS

builds an index of forty passages that name LABEL at OUT, sleeping SECONDS a passage, after saying "ready".
"""

import hashlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import index.build
from index.build import build_index
from index.embedding import Encoder, Floats, Halves, Query, normalised
from index.passages import Passage


class StandIn(Encoder):
    """Gives every text vectors that depend on nothing but the text, and remembers what it encoded."""

    def __init__(self, model: str = "stand-in", seconds: float = 0.0) -> None:
        self.model_id = model
        self.model_hash = hashlib.sha256(model.encode()).hexdigest()
        self.dimension = 8
        self.encoded: list[str] = []
        self._seconds = seconds

    def encode_sentences(self, texts: Sequence[str]) -> Floats:
        return normalised(np.array([self._vector(text) for text in texts], np.float32).reshape(-1, 8))

    def encode_tokens(self, texts: Sequence[str]) -> list[Halves]:
        self.encoded += texts
        time.sleep(self._seconds * len(texts))
        return [self.encode_sentences(text.split()).astype(np.float16) for text in texts]

    def encode_passages(self, sentences: Sequence[str], texts: Sequence[str]) -> tuple[Floats, list[Halves]]:
        return self.encode_sentences(sentences), self.encode_tokens(texts)

    def encode_query(self, text: str) -> Query:
        words = tuple(text.split())
        return Query(self.encode_sentences([text])[0], self.encode_sentences(words), words)

    def words(self) -> tuple[str, ...]:
        return ("which", "because")

    def _vector(self, text: str) -> Floats:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
        return np.random.default_rng(seed).standard_normal(8).astype(np.float32)


def labelled(label: str, count: int = 40) -> tuple[Passage, ...]:
    """Passages that all say `label`."""
    return tuple(Passage(f"p{n}", label, f"Passage {n} says {label}. It says {n} again.") for n in range(count))


if __name__ == "__main__":
    index.build.BLOCK = 4
    out, label, seconds = sys.argv[1:]
    print("ready", flush=True)
    build_index(labelled(label), Path(out), StandIn(seconds=float(seconds)))
    print("built", flush=True)
