"""A transformer from scratch."""

import math
from collections.abc import Callable

import pytest
import torch
from torch.nn import functional

from training.plain import PlainRun
from training.specs import Transformer
from training.tasks.transformer import Attention, Reader, ngram_bits, train

TINY = Transformer(layers=1, heads=2, head_size=8, context=16, steps=45, batch_size=8, letters=5000)


def test_attention_written_out_is_that_of_torch() -> None:
    torch.manual_seed(0)
    attention = Attention(12, 3, 0.0)
    x = torch.randn(2, 7, 12)
    q, k, v = (part.view(2, 7, 3, 4).transpose(1, 2) for part in attention.questions_keys_values(x).chunk(3, dim=-1))
    mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    expected = attention.together(mixed.transpose(1, 2).reshape(2, 7, 12))
    torch.testing.assert_close(attention(x), expected)


def test_no_guess_knows_the_letters_after_it() -> None:
    reader = Reader(20, TINY).eval()
    letters = torch.randint(20, (1, 10))
    changed = letters.clone()
    changed[0, 6:] = (changed[0, 6:] + 1) % 20
    before, after = reader(letters), reader(changed)
    torch.testing.assert_close(before[:, :6], after[:, :6])
    assert not torch.allclose(before[:, 6:], after[:, 6:])


def test_counts_of_three_letters_know_what_always_follows_and_not_what_never_does() -> None:
    assert ngram_bits("abc" * 2000, "abc" * 20) < 0.01
    assert ngram_bits("abc" * 2000, "cba" * 20) > 5
    # Two letters in any order cannot be guessed better than by a bit each.
    chance = torch.randint(2, (4000,), generator=torch.Generator().manual_seed(0)).tolist()
    text = "".join("ab"[number] for number in chance)
    assert ngram_bits(text[:3000], text[3000:]) == pytest.approx(1, abs=0.02)


def test_the_same_seed_gives_the_same_figures_and_text_also_when_broken_off(
    run: PlainRun, in_two_parts: Callable[..., dict[str, float]]
) -> None:
    whole = train(TINY, run)
    text = (run.folder / "sample.txt").read_text(encoding="utf-8")
    assert text.startswith("Mia had ")
    assert len(text) == len("Mia had ") + 400
    assert 40 <= len(run.points) <= 120
    assert 0 < whole["ngram_bits"] < math.log2(60)
    assert in_two_parts(train, TINY) == whole
    assert (run.folder / "sample.txt").read_text(encoding="utf-8") == text


def test_a_prompt_of_letters_that_no_story_has_is_no_error(run: PlainRun) -> None:
    train(TINY.model_copy(update={"prompt": "Ωß", "steps": 10}), run)
    assert (run.folder / "sample.txt").read_text(encoding="utf-8")
