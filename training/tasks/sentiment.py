"""Sentiment: does a sentence praise or complain?

Every word becomes a vector of numbers; a recurrent network reads them one after the other, from both ends, and carries
on what it has read so far. From its states at all words a last layer decides.
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from training.data.sentences import Labelled, sentences
from training.networks import optimiser
from training.run import Run
from training.specs import Sentiment

# Sentences of a batch are filled up to the longest of them with number 0; words that training never saw are number 1.
PADDING, UNKNOWN = 0, 1
LONGEST = 64
"""Words of a sentence that are read."""
REPORTS = 50
MOST_VALIDATION = 400

CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def vocabulary(texts: Sequence[str], rarest: int) -> dict[str, int]:
    """A number for each word that stands in the texts at least `rarest` times, from 2 on, frequent ones first.

    A word seen once cannot be learnt, only be learnt by heart; as UNKNOWN it teaches what to do with new words.
    """
    counted = Counter(word for text in texts for word in text.split())
    words = sorted(
        (word for word, count in counted.items() if count >= rarest), key=lambda word: (-counted[word], word)
    )
    return {word: number for number, word in enumerate(words, start=2)}


def numbered(data: Labelled, numbers: dict[str, int], device: str) -> tuple[Tensor, Tensor, Tensor]:
    """Words (n, LONGEST) with PADDING behind each sentence, their count (n,), and labels (n,) as 0.0 and 1.0."""
    rows = [[numbers.get(word, UNKNOWN) for word in text.split()[:LONGEST]] for text in data.texts]
    words = torch.tensor([row + [PADDING] * (LONGEST - len(row)) for row in rows], device=device)
    # The packing below wants the counts on the CPU, wherever the words are.
    return words, torch.tensor([len(row) for row in rows]), torch.tensor(data.labels, device=device).float()


class Reader(nn.Module):
    """From words (n, length) and their counts (n,) to a number each (n,): above 0 for praise."""

    def __init__(self, words: int, spec: Sentiment) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, spec.embedding, padding_idx=PADDING)
        # Small vectors to begin with: what a rare word adds is then mostly what it has taught, not how it started.
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.cell = CELLS[spec.cell](spec.embedding, spec.units, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(spec.dropout)
        self.last = nn.Linear(4 * spec.units, 1)

    def forward(self, words: Tensor, counts: Tensor) -> Tensor:
        vectors = self.dropout(self.embedding(words))
        # Packed, the cell never sees padding: reading backwards it begins at a sentence's last word, not at the
        # emptiness behind it, and the same sentence gives the same states beside a long one and beside a short one.
        packed = pack_padded_sequence(vectors, counts, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.cell(packed)[0], batch_first=True)
        # The state at the last word has half forgotten the first. The mean of the states at all words keeps what is
        # said throughout, the maximum what is said once but strongly. Padding takes part in neither.
        there = (torch.arange(states.shape[1]) < counts[:, None]).to(states.device)[:, :, None]
        mean = (states * there).sum(1) / there.sum(1)
        highest = states.masked_fill(~there, -math.inf).amax(1)
        logits: Tensor = self.last(self.dropout(torch.cat((mean, highest), dim=1)))[:, 0]
        return logits


@torch.no_grad()
def judge(reader: Reader, words: Tensor, counts: Tensor, labels: Tensor) -> tuple[float, float]:
    """Mean loss and accuracy."""
    reader.eval()
    logits = torch.cat([reader(*some) for some in zip(torch.split(words, 256), torch.split(counts, 256), strict=True)])
    reader.train()
    loss = functional.binary_cross_entropy_with_logits(logits, labels)
    return loss.item(), ((logits > 0) == (labels > 0.5)).float().mean().item()


def train(spec: Sentiment, run: Run) -> dict[str, float]:
    """The share of test sentences judged right, as `accuracy`, and their mean loss."""
    torch.manual_seed(spec.seed)

    data = sentences(run.data)
    run.dataset(data.name, data.version)
    # The words are those of the training sentences alone: in use, too, there will be words that nobody has met.
    taught = Labelled(data.train.texts[: spec.examples], data.train.labels[: spec.examples])
    numbers = vocabulary(taught.texts, rarest=2)
    words, counts, labels = numbered(taught, numbers, run.device)
    valid, test = (numbered(part, numbers, run.device) for part in (data.valid, data.test))
    # Looked at so often, a part of them must do.
    valid = (valid[0][:MOST_VALIDATION], valid[1][:MOST_VALIDATION], valid[2][:MOST_VALIDATION])

    reader = Reader(len(numbers) + 2, spec).to(run.device)
    rule = optimiser(spec.optimiser, reader, spec.learning_rate, spec.weight_decay)

    batch = min(spec.batch_size, len(labels))
    epoch = len(labels) // batch  # in steps
    steps = spec.epochs * epoch
    first, order = 0, torch.arange(len(labels))

    if earlier := run.resume():
        reader.load_state_dict(earlier["reader"])
        rule.load_state_dict(earlier["rule"])
        torch.set_rng_state(earlier["chance"])
        first, order = earlier["step"], earlier["order"]

    def state() -> dict[str, Any]:
        """All that a run which is broken off needs to go on as if nothing had been."""
        return {
            "reader": reader.state_dict(),
            "rule": rule.state_dict(),
            "chance": torch.get_rng_state(),
            "step": done,
            "order": order,
        }

    losses: list[float] = []
    right: list[float] = []
    for step in range(first, steps):
        place = step % epoch
        if place == 0:
            order = torch.randperm(len(labels))
        chosen = order[place * batch : (place + 1) * batch]
        longest = int(counts[chosen].max())
        batch_words, batch_counts, batch_labels = words[chosen, :longest], counts[chosen], labels[chosen]

        # Now and then a word is made unknown. So the network cannot hang a verdict on one name, and it learns to read
        # on over words that it does not know; the test is full of them.
        hidden = (torch.rand(batch_words.shape) < spec.word_dropout).to(run.device) & (batch_words != PADDING)
        logits = reader(batch_words.masked_fill(hidden, UNKNOWN), batch_counts)
        loss = functional.binary_cross_entropy_with_logits(logits, batch_labels)

        for group in rule.param_groups:
            group["lr"] = spec.learning_rate * (1 - step / steps)
        rule.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        # Through many words the gradient is multiplied many times over, and once in a while it explodes. Cut to a
        # length, a step keeps its direction and does no harm.
        if spec.clip:
            nn.utils.clip_grad_norm_(reader.parameters(), spec.clip)
        rule.step()

        losses.append(loss.item())
        right.append(((logits > 0) == (batch_labels > 0.5)).float().mean().item())

        done = step + 1
        if done * REPORTS // steps > step * REPORTS // steps:
            valid_loss, valid_accuracy = judge(reader, *valid)
            run.report(
                done,
                steps,
                state,
                train_loss=sum(losses) / len(losses),
                valid_loss=valid_loss,
                train_accuracy=sum(right) / len(right),
                valid_accuracy=valid_accuracy,
                grad_norm_first=_relative(reader.embedding.weight),
                grad_norm_last=_relative(reader.last.weight),
            )
            losses, right = [], []

    test_loss, accuracy = judge(reader, *test)
    run.keep("model", reader.state_dict())
    return {"accuracy": accuracy, "loss": test_loss}


def _relative(weight: Tensor) -> float:
    """The norm of a weight's gradient over its own."""
    return 0.0 if weight.grad is None else (weight.grad.norm() / weight.detach().norm()).item()
