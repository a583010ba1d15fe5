"""Tiny tasks for a warm process that has loaded torch, with which states are kept."""

from tests.training.tiny_tasks import trainer

__all__ = ["prepare", "trainer"]


def prepare() -> None:
    """Load torch."""
    import torch

    torch.set_num_threads(1)
