"""Sentiment by a recurrent network."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from training.data.sentences import Labelled
from training.plain import PlainRun
from training.specs import Sentiment
from training.tasks.sentiment import PADDING, UNKNOWN, Reader, numbered, train, vocabulary

TINY = Sentiment(embedding=8, units=8, epochs=4, examples=600)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_what_stands_beside_a_sentence_in_its_batch_does_not_change_what_is_read_in_it(cell: Any) -> None:
    reader = Reader(30, TINY.model_copy(update={"cell": cell})).eval()
    short = torch.tensor([[4, 7, 9]])
    beside = torch.tensor([[4, 7, 9, PADDING, PADDING], [5, 6, 7, 8, 9]])
    alone = reader(short, torch.tensor([3]))
    assert reader(beside, torch.tensor([3, 5]))[0].item() == pytest.approx(alone.item(), abs=1e-6)


def test_the_vocabulary_is_that_of_training_and_new_words_are_unknown() -> None:
    numbers = vocabulary(["a good film", "a good day", "a bad film"], rarest=2)
    assert numbers == {"a": 2, "film": 3, "good": 4} or numbers == {"a": 2, "good": 4, "film": 3}
    words, counts, labels = numbered(Labelled(("a bad film",), (0,)), numbers, "cpu")
    assert words[0, :4].tolist() == [2, UNKNOWN, numbers["film"], PADDING]
    assert counts.tolist() == [3]
    assert labels.tolist() == [0.0]


def test_the_same_seed_gives_the_same_figures_also_when_broken_off(
    run: PlainRun, in_two_parts: Callable[..., dict[str, float]]
) -> None:
    whole = train(TINY, run)
    assert 36 <= len(run.points) <= 120
    assert run.data_name == "synthetic-reviews 1"
    assert {"train_loss", "valid_loss", "train_accuracy", "valid_accuracy"} <= {*run.points[0]}
    assert in_two_parts(train, TINY) == whole


def test_a_short_run_reads_better_than_chance(run: PlainRun) -> None:
    metrics = train(Sentiment(embedding=16, units=16, epochs=4, examples=1500, batch_size=32, learning_rate=0.02), run)
    assert metrics["accuracy"] > 0.6
