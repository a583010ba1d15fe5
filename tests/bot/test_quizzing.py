"""Grading on an event loop: explanations in the thread that owns the encoder, everything else at once."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from bot.curriculum import Curriculum
from bot.quizzing import Marking
from foundation.errors import GradusError
from index.embedding import Encoder
from index.retriever import Retriever
from quizzes.bank import Bank
from quizzes.posing import pose


class Lending:
    """Stands in for the retriever, whose own test lends for real: it counts, or has no encoder."""

    def __init__(self, why_not: str = "") -> None:
        self.why_not = why_not
        self.lent = 0

    async def in_worker(self, work: Callable[[], Any]) -> Any:
        self.lent += 1
        if self.why_not:
            raise GradusError(self.why_not)
        return work()

    def encoder(self) -> Encoder:
        raise AssertionError("the question needs no encoder")


async def test_what_is_no_explanation_needs_no_encoder(curriculum: Curriculum, bank: Bank) -> None:
    lending = Lending()
    marking = Marking(curriculum, cast(Retriever, lending))
    posed = pose(bank.question("dropout-number"), 0)
    assert (await marking.grade(posed, "2")).outcome == "correct"
    assert lending.lent == 0


async def test_without_an_encoder_an_explanation_is_compared_by_who_gave_it(
    curriculum: Curriculum, bank: Bank, caplog: pytest.LogCaptureFixture
) -> None:
    marking = Marking(curriculum, cast(Retriever, Lending("the weights are damaged")))
    posed = pose(bank.question("dropout-explain"), 0)
    graded = await marking.grade(posed, "It goes by chance, anew for each example.")
    assert graded.outcome == "uncertain"
    assert "It is random." in graded.feedback
    assert "the weights are damaged" in caplog.text
