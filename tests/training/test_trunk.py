"""The pretrained trunk and the shapes that it learnt from."""

import numpy as np
import torch

from training.data.shapes import QUESTIONS, shapes
from training.trunk import CHANNELS, SIDE, WEIGHTS, prepared, trunk


def test_the_weights_are_small_and_fit_the_layers() -> None:
    assert WEIGHTS.stat().st_size < 2_000_000
    pictures, _ = shapes(3, np.random.default_rng(5))
    seen = trunk(pretrained=True).eval()(torch.from_numpy(prepared(pictures)))
    assert seen.shape == (3, CHANNELS, SIDE, SIDE)


def test_what_it_sees_tells_shapes_apart_better_than_random_weights_do() -> None:
    """New shapes, by a linear reading fitted on three hundred of what each trunk makes of them."""
    x, answers = shapes(400, np.random.default_rng(6))
    wanted = torch.nn.functional.one_hot(torch.tensor(answers[:, 1]), QUESTIONS["filling"]).float()
    right = {}
    for pretrained in (True, False):
        torch.manual_seed(0)
        with torch.no_grad():
            seen = trunk(pretrained).eval()(torch.from_numpy(prepared(x))).mean((2, 3))
        seen = torch.cat([(seen - seen[:300].mean(0)) / (seen[:300].std(0) + 1e-6), torch.ones(400, 1)], 1)
        fitted = torch.linalg.solve(
            seen[:300].T @ seen[:300] + 10 * torch.eye(CHANNELS + 1), seen[:300].T @ wanted[:300]
        )
        right[pretrained] = ((seen[300:] @ fitted).argmax(1) == wanted[300:].argmax(1)).float().mean().item()
    assert right[True] > right[False] + 0.15


def test_shapes_are_the_same_every_time_and_every_answer_occurs() -> None:
    x, answers = shapes(150, np.random.default_rng(7))
    again, _ = shapes(150, np.random.default_rng(7))
    assert (x == again).all()
    for question, most in enumerate(QUESTIONS.values()):
        assert set(range(most)) <= set(answers[:, question].tolist())
    assert ((answers[:, 3] < 0) == (answers[:, 2] == 0)).all()
