"""Vectors of questions without an encoder: questions are alike as far as they share words."""

import zlib
from collections.abc import Sequence

import numpy as np

from bot.groups.likeness import Asked, Vectorised

DIMENSIONS = 512


class Lettered:
    """Counts words; while `absent`, there is no encoder."""

    def __init__(self) -> None:
        self.absent = False

    async def vectors(self, questions: Sequence[Asked]) -> Vectorised | None:
        return None if self.absent else Vectorised("words", tuple(_vector(question) for question, _ in questions))


def _vector(text: str) -> bytes:
    counts = np.zeros(DIMENSIONS, np.float32)
    for word in text.lower().rstrip("?").split():
        counts[zlib.crc32(word.encode()) % DIMENSIONS] += 1
    return (counts / max(1.0, float(np.linalg.norm(counts)))).astype(np.float32).tobytes()
