"""How alike two questions about the same concept are, by the sentence encoder that answers questions too.

A question's vector is two, one of it alone and one of it after its concept's title: the cosine of two such is the mean
of both. Near misses (the dropout rate, the learning rate with dropout) are told apart better by it than by either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from index.retriever import Retriever

if TYPE_CHECKING:
    from index.embedding import Encoder, Floats

ALIKE = 0.82
"""The cosine from which on two questions about the same concept are taken for the same question.

Of 44 pairs in other words (`tests/bot/groups/question_pairs.jsonl`) 68 % reach it, of 44 near misses 7 %, of the 2,371
pairs of different questions that learners ask in one lesson 0.1 %. Chosen on half of the lessons for a precision of 0.9
and judged on the others (mean of 200 halves): precision 0.89, recall 0.67.
"""

Asked = tuple[str, str]
"""A question and the title of the concept it is about."""


@dataclass(frozen=True)
class Vectorised:
    """Vectors of length 1, one a question, each as the bytes of float32 numbers; `model` tells whose they are."""

    model: str
    vectors: tuple[bytes, ...]


class Vectoriser(Protocol):
    """Whatever gives questions their vectors."""

    async def vectors(self, questions: Sequence[Asked]) -> Vectorised | None:
        """Of each question its vector; None while there is no encoder."""


class EncodedQuestions:
    """Vectors by the encoder of a retriever, in its thread."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    async def vectors(self, questions: Sequence[Asked]) -> Vectorised | None:
        """Of each question its vector; None while the encoder is being made ready."""
        if not self._retriever.ready:
            return None

        return await self._retriever.in_worker(lambda: encoded(self._retriever.encoder(), questions))


def encoded(encoder: "Encoder", questions: Sequence[Asked]) -> Vectorised:
    """The vectors of questions, all from one pass through the encoder, in the thread that owns it."""
    import numpy as np

    texts = [text for question, title in questions for text in (question, f"{title}: {question}")]
    rows = (encoder.encode_sentences(texts) / np.sqrt(2)).astype(np.float32)
    return Vectorised(
        encoder.model_hash, tuple(row.tobytes() for row in rows.reshape(len(questions), 2 * encoder.dimension))
    )


def most_alike(question: bytes, others: Sequence[bytes]) -> tuple[int, float] | None:
    """Which of the others is most like a question, the first of equals, and their cosine; None where there is none."""
    if not others:
        return None
    import numpy as np

    rows: Floats = np.frombuffer(b"".join(others), np.float32).reshape(len(others), -1)
    cosines = rows @ np.frombuffer(question, np.float32)
    best = int(np.argmax(cosines))
    return best, float(cosines[best])
