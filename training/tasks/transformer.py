"""A transformer from scratch: which letter comes next? (Vaswani et al. 2017; layer norms first, as GPT-2 has them.)

It reads little stories letter by letter. To guess the next letter, each place of the text asks all places before it
for what it needs, and takes a mixture of their answers: that is attention, and here it is written out.
"""

import math
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.data.stories import stories
from training.networks import optimiser
from training.run import Run
from training.specs import Transformer

REPORTS = 60
WARM_UP = 0.05
"""The share of the run in which the steps grow."""
SAMPLE = 400
"""Letters of the sample text."""


class Attention(nn.Module):
    """Each place looks back: (n, length, width) to (n, length, width)."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        # For every place a question, a key that says what it has to offer, and the value that it gives when asked.
        self.questions_keys_values = nn.Linear(width, 3 * width, bias=False)
        self.together = nn.Linear(width, width, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        n, length, width = x.shape
        # Each head has its own share of the numbers and looks for something of its own: one for the child's name,
        # another for the last count. (n, length, 3 width) becomes three of (n, heads, length, size).
        size = width // self.heads
        q, k, v = self.questions_keys_values(x).view(n, length, 3, self.heads, size).permute(2, 0, 3, 1, 4)
        # How well each question fits each key, (n, heads, length, length). A sum of `size` products grows like the
        # root of `size`; divided by it, the softmax does not begin where it takes one place for all and learns nothing.
        fit = q @ k.transpose(-2, -1) / math.sqrt(size)
        # No place may look at later ones, for there stands the answer that it has to guess.
        later = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
        share = fit.masked_fill(later, -math.inf).softmax(-1)
        mixed = self.dropout(share) @ v
        found: Tensor = self.together(mixed.transpose(1, 2).reshape(n, length, width))
        return found


class Block(nn.Module):
    """Attention fetches what is needed from other places, then a perceptron works on it, place by place."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(width)
        self.attention = Attention(width, heads, dropout)
        self.before_perceptron = nn.LayerNorm(width)
        self.perceptron = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        # Both only add something to what is there. So gradients have a straight way down through all the blocks.
        x = x + self.dropout(self.attention(self.before_attention(x)))
        found: Tensor = x + self.dropout(self.perceptron(self.before_perceptron(x)))
        return found


class Reader(nn.Module):
    """Letters (n, length) to logits (n, length, letters) of the letter that follows each."""

    def __init__(self, letters: int, spec: Transformer) -> None:
        super().__init__()
        width = spec.heads * spec.head_size
        self.letter = nn.Embedding(letters, width)
        # Attention knows no order: to it a text is a heap of letters. So each place adds a vector of its own.
        self.place = nn.Embedding(spec.context, width)
        self.blocks = nn.Sequential(*(Block(width, spec.heads, spec.dropout) for _ in range(spec.layers)))
        self.norm = nn.LayerNorm(width)
        self.last = nn.Linear(width, letters, bias=False)
        for weights in (self.letter.weight, self.place.weight, self.last.weight):
            nn.init.normal_(weights, std=0.02)

    def forward(self, letters: Tensor) -> Tensor:
        x = self.letter(letters) + self.place(torch.arange(letters.shape[1], device=letters.device))
        logits: Tensor = self.last(self.norm(self.blocks(x)))
        return logits


def loss_of(reader: Reader, pieces: Tensor) -> Tensor:
    """Mean cross-entropy, in nats a letter, of each letter of the pieces (n, length + 1) given those before it."""
    return functional.cross_entropy(reader(pieces[:, :-1]).flatten(0, 1), pieces[:, 1:].flatten())


@torch.no_grad()
def bits(reader: Reader, text: Tensor, context: int) -> float:
    """Bits a letter on a text (letters,). Windows overlap by half, so that each guess has half a window to look at."""
    reader.eval()
    half = max(1, context // 2)
    windows = text.unfold(0, context + 1, half)
    total = 0.0
    for some in torch.split(windows, 64):
        logits = reader(some[:, :-1])[:, -half:]
        total += functional.cross_entropy(logits.flatten(0, 1), some[:, -half:].flatten(), reduction="sum").item()
    reader.train()
    return total / (len(windows) * half) / math.log(2)


def ngram_bits(train: str, text: str) -> float:
    """Bits a letter of a model that only counts which letter followed the same two, mixed with shorter memories.

    After Witten and Bell (1991): the more different letters have followed, the less the counts are believed.
    """
    counts: tuple[Counter[str], ...] = tuple(
        Counter(train[at : at + size] for at in range(len(train) - size + 1)) for size in (1, 2, 3)
    )
    seen: tuple[Counter[str], ...] = tuple(Counter() for _ in counts)
    followers: tuple[Counter[str], ...] = tuple(Counter() for _ in counts)
    for size, counted in enumerate(counts):
        for letters, count in counted.items():
            seen[size][letters[:-1]] += count
            followers[size][letters[:-1]] += 1
    alphabet = len(counts[0])

    def probability(memory: str, letter: str) -> float:
        shorter = probability(memory[1:], letter) if memory else 1 / alphabet
        size = len(memory)
        weight, kinds = seen[size][memory], followers[size][memory]
        return (counts[size][memory + letter] + kinds * shorter) / (weight + kinds) if weight else shorter

    cache = {
        piece: probability(piece[:-1], piece[-1]) for piece in {text[at - 2 : at + 1] for at in range(2, len(text))}
    }
    return -sum(math.log2(cache[text[at - 2 : at + 1]]) for at in range(2, len(text))) / (len(text) - 2)


@torch.no_grad()
def written(reader: Reader, prompt: Tensor, context: int, temperature: float, chance: torch.Generator) -> Tensor:
    """The prompt (letters,) and SAMPLE letters more, each drawn from what the network expects after the last ones."""
    reader.eval()
    text = prompt
    for _ in range(SAMPLE):
        logits = reader(text[None, -context:])[0, -1]
        # Below 1, a temperature makes likely letters likelier: fewer slips, less variety.
        shares = (logits / temperature).softmax(0).cpu()
        text = torch.cat((text, torch.multinomial(shares, 1, generator=chance).to(text.device)))
    reader.train()
    return text


def train(spec: Transformer, run: Run) -> dict[str, float]:
    """`bits_per_character` on the test's text, beside the `ngram_bits` of three-letter counts; leaves `sample.txt`."""
    torch.manual_seed(spec.seed)

    data = stories()
    run.dataset(data.name, data.version)
    alphabet = "".join(sorted(set(data.train)))
    numbers = {letter: number for number, letter in enumerate(alphabet)}

    def numbered(text: str) -> Tensor:
        # A prompt may hold letters that no story has; they are left out.
        return torch.tensor([numbers[letter] for letter in text if letter in numbers], device=run.device)

    read = data.train[: spec.letters]
    text, valid, test = numbered(read), numbered(data.valid), numbered(data.test)

    reader = Reader(len(alphabet), spec).to(run.device)
    rule = optimiser(spec.optimiser, reader, spec.learning_rate, spec.weight_decay)
    window = torch.arange(spec.context + 1)
    first = 0

    if earlier := run.resume():
        reader.load_state_dict(earlier["reader"])
        rule.load_state_dict(earlier["rule"])
        torch.set_rng_state(earlier["chance"])
        first = earlier["step"]

    def state() -> dict[str, Any]:
        """All that a run which is broken off needs to go on as if nothing had been."""
        return {
            "reader": reader.state_dict(),
            "rule": rule.state_dict(),
            "chance": torch.get_rng_state(),
            "step": done,
        }

    losses: list[float] = []
    for step in range(first, spec.steps):
        # Pieces from anywhere; each teaches `context` guesses at once, one for every place in it.
        starts = torch.randint(len(text) - spec.context, (spec.batch_size, 1))
        loss = loss_of(reader, text[starts + window])

        # The first gradients are those of random weights and point anywhere, so steps grow from nothing; then they
        # fall along half a wave.
        warm = min(1.0, (step + 1) / (WARM_UP * spec.steps))
        for group in rule.param_groups:
            group["lr"] = spec.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * step / spec.steps))
        rule.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if spec.clip:
            nn.utils.clip_grad_norm_(reader.parameters(), spec.clip)
        rule.step()
        losses.append(loss.item())

        done = step + 1
        if done * REPORTS // spec.steps > step * REPORTS // spec.steps:
            with torch.no_grad():
                reader.eval()
                valid_loss = loss_of(reader, valid.unfold(0, spec.context + 1, spec.context)[:32]).item()
                reader.train()
            run.report(
                done,
                spec.steps,
                state,
                train_loss=sum(losses) / len(losses),
                valid_loss=valid_loss,
                grad_norm_first=_relative(reader.letter.weight),
                grad_norm_last=_relative(reader.last.weight),
            )
            losses = []

    run.keep("model", reader.state_dict())
    prompt = numbered(spec.prompt)
    if len(prompt) == 0:
        prompt = numbered("\n")
    sample = written(reader, prompt, spec.context, spec.temperature, torch.Generator().manual_seed(spec.seed))
    Path(run.folder, "sample.txt").write_text("".join(alphabet[number] for number in sample), encoding="utf-8")
    return {"bits_per_character": bits(reader, test, spec.context), "ngram_bits": ngram_bits(read, data.test)}


def _relative(weight: Tensor) -> float:
    """The norm of a weight's gradient over its own."""
    return 0.0 if weight.grad is None else (weight.grad.norm() / weight.detach().norm()).item()
