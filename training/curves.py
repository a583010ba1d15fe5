"""The names of what tasks report at each point of their curves."""

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "train_loss": "loss on the training data",
    "valid_loss": "loss on held-out data",
    "train_accuracy": "share right of the training data",
    "valid_accuracy": "share right of held-out data",
    "grad_norm_first": "gradient over weights, first layer",
    "grad_norm_last": "gradient over weights, last layer",
    "dead": "share of ReLU units that are 0 for a whole batch",
    "loss_generator": "the generator's loss",
    "loss_discriminator": "the discriminator's loss",
    "diversity": "how far apart samples are, over how far apart the data are",
    "return": "mean return of the last episodes",
    "epsilon": "share of moves at random",
}
"""Every name that a point may hold, and what it means."""
