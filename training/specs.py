"""The tasks' options with their types and bounds; nothing here needs torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from foundation.errors import GradusError, did_you_mean
from training.architecture import parse as parse_layers
from training.sweeps import trials_of

Optimiser = Literal["sgd", "momentum", "rmsprop", "adam"]


def _readable(layers: str) -> str:
    """Refuses, before a run is queued, layers for grey pictures of 28 × 28 that nobody could build."""
    if layers:
        parse_layers(layers, (1, 28, 28), 10)
    return layers


Layers = Annotated[str, AfterValidator(_readable)]


class Spec(BaseModel):
    """Options of a task: each with its default, its bounds and a description that a learner reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=0, ge=0, le=2**31 - 1, description="the start of all chance: same seed, same run")
    search: Annotated[str, StringConstraints(strip_whitespace=True)] = Field(
        default="",
        max_length=200,
        description="up to nine runs as one, such as learning_rate=0.001,0.01 or learning_rate=0.0001..0.1 trials=6",
    )

    @model_validator(mode="after")
    def _can_be_searched(self) -> Self:
        trials_of(self)
        return self


class Digits(Spec):
    """Handwritten digits by a multilayer perceptron or a convolutional network."""

    model: Literal["mlp", "cnn"] = Field(default="mlp", description="the kind of network")
    architecture: Layers = Field(default="", max_length=300, description="layers of your own in place of the model's")
    epochs: int = Field(default=20, ge=1, le=60, description="passes over the training data")
    batch_size: int = Field(default=64, ge=8, le=1024, description="examples per step")
    learning_rate: float = Field(default=0.003, gt=0, le=10, description="the size of a step at the start")
    optimiser: Optimiser = Field(default="adam", description="the rule of the steps")
    dropout: float = Field(default=0.0, ge=0, le=0.9, description="the share of units left out while training")
    weight_decay: float = Field(default=0.0, ge=0, le=0.1, description="the pull of every weight to zero")
    examples: int = Field(default=60000, ge=10, le=60000, description="train on at most this many")


class Scratch(Spec):
    """Handwritten digits by a multilayer perceptron in NumPy alone."""

    layers: int = Field(default=2, ge=1, le=4, description="hidden layers")
    units: int = Field(default=64, ge=1, le=256, description="units in each hidden layer")
    activation: Literal["relu", "leaky", "tanh", "sigmoid"] = Field(default="relu", description="the bend of a unit")
    epochs: int = Field(default=20, ge=1, le=60, description="passes over the training data")
    batch_size: int = Field(default=32, ge=8, le=1024, description="examples per step")
    learning_rate: float = Field(default=0.03, gt=0, le=10, description="the size of a step at the start")
    momentum: float = Field(default=0.9, ge=0, le=0.99, description="how much of its speed a step keeps")
    weight_decay: float = Field(default=0.0, ge=0, le=0.1, description="the pull of every weight to zero")
    examples: int = Field(default=60000, ge=10, le=60000, description="train on at most this many")


class Fashion(Spec):
    """Garments by a convolutional network, and what keeps it from learning them by heart."""

    architecture: Layers = Field(default="", max_length=300, description="layers of your own in place of the network's")
    epochs: int = Field(default=8, ge=1, le=60, description="passes over the training data")
    batch_size: int = Field(default=64, ge=8, le=1024, description="examples per step")
    learning_rate: float = Field(default=0.002, gt=0, le=10, description="the size of the largest step")
    optimiser: Optimiser = Field(default="adam", description="the rule of the steps")
    dropout: float = Field(default=0.2, ge=0, le=0.9, description="the share of units left out while training")
    weight_decay: float = Field(default=0.01, ge=0, le=0.1, description="the pull of every weight to zero")
    augment: bool = Field(default=True, description="show pictures mirrored and moved a little, too")
    examples: int = Field(default=60000, ge=10, le=60000, description="train on at most this many")


class Cifar10(Spec):
    """Kinds of thing in small colour pictures, by a convolutional network."""

    architecture: str = Field(default="", max_length=300, description="layers of your own in place of the network's")
    augment: Literal["none", "place", "colour"] = Field(
        default="place", description="pictures mirrored and moved a little, or their colours exchanged too"
    )
    epochs: int = Field(default=10, ge=1, le=60, description="passes over the training data")
    batch_size: int = Field(default=64, ge=8, le=1024, description="examples per step")
    learning_rate: float = Field(default=0.003, gt=0, le=10, description="the size of the first steps; it then falls")
    optimiser: Optimiser = Field(default="adam", description="the rule of the steps")
    dropout: float = Field(default=0.2, ge=0, le=0.9, description="the share of units left out while training")
    weight_decay: float = Field(default=0.01, ge=0, le=0.1, description="the pull of every weight to zero")
    examples: int = Field(default=50000, ge=10, le=50000, description="train on at most this many")


class SignDigits(Spec):
    """Hands that show the digits 0 to 9, by a convolutional network."""

    architecture: str = Field(default="", max_length=300, description="layers of your own in place of the network's")
    augment: bool = Field(default=True, description="pictures are turned and moved a little, anew in every epoch")
    turn: float = Field(default=0.3, ge=0, le=3.2, description="how far they are turned at most, in radians")
    epochs: int = Field(default=20, ge=1, le=60, description="passes over the training data")
    batch_size: int = Field(default=32, ge=8, le=1024, description="examples per step")
    learning_rate: float = Field(default=0.002, gt=0, le=10, description="the size of the first steps; it then falls")
    optimiser: Optimiser = Field(default="adam", description="the rule of the steps")
    dropout: float = Field(default=0.2, ge=0, le=0.9, description="the share of units left out while training")
    weight_decay: float = Field(default=0.01, ge=0, le=0.1, description="the pull of every weight to zero")
    examples: int = Field(default=20000, ge=10, le=20000, description="train on at most this many")


class FaceMask(Spec):
    """Faces with a mask or without, by a network that has learnt to see elsewhere."""

    mode: Literal["freeze", "finetune", "scratch"] = Field(
        default="freeze",
        description="the pretrained layers stay as they are, learn on, or are left out for random ones",
    )
    pace: float = Field(default=0.1, gt=0, le=1, description="how fast fine-tuned layers learn, over the new one")
    augment: Literal["none", "place", "colour"] = Field(
        default="place", description="faces mirrored and moved a little, or their colours exchanged too"
    )
    epochs: int = Field(default=30, ge=1, le=100, description="passes over the training data")
    batch_size: int = Field(default=16, ge=8, le=256, description="examples per step")
    learning_rate: float = Field(default=0.001, gt=0, le=10, description="the size of the first steps; it then falls")
    optimiser: Optimiser = Field(default="adam", description="the rule of the steps")
    dropout: float = Field(default=0.2, ge=0, le=0.9, description="the share of units left out while training")
    weight_decay: float = Field(default=0.01, ge=0, le=0.1, description="the pull of every weight to zero")
    examples: int = Field(default=100, ge=10, le=4000, description="train on at most this many")


class Autoencoder(Spec):
    """Pictures squeezed into a few numbers and made again from them."""

    pictures: Literal["digits", "fashion"] = Field(default="digits", description="what is squeezed")
    code: int = Field(default=8, ge=1, le=64, description="the numbers that a picture is squeezed into")
    hidden: int = Field(default=128, ge=4, le=1024, description="units in the widest layers")
    steps: int = Field(default=6000, ge=10, le=30000, description="batches that are learnt from")
    batch_size: int = Field(default=64, ge=8, le=1024, description="examples per step")
    learning_rate: float = Field(default=0.002, gt=0, le=10, description="the size of the first steps; it then falls")
    optimiser: Optimiser = Field(default="adam", description="the rule of the steps")
    weight_decay: float = Field(default=0.0, ge=0, le=0.1, description="the pull of every weight to zero")
    examples: int = Field(default=60000, ge=10, le=60000, description="train on at most this many")


class Sentiment(Spec):
    """Sentences that praise or complain, read word by word by a recurrent network."""

    cell: Literal["rnn", "lstm", "gru"] = Field(default="gru", description="what carries on what has been read")
    embedding: int = Field(default=100, ge=4, le=300, description="numbers by which a word is known")
    units: int = Field(default=96, ge=4, le=256, description="units of the cell, in each direction")
    epochs: int = Field(default=8, ge=1, le=60, description="passes over the training data")
    batch_size: int = Field(default=64, ge=8, le=512, description="sentences per step")
    learning_rate: float = Field(default=0.002, gt=0, le=100, description="the size of the first steps; it then falls")
    optimiser: Optimiser = Field(default="adam", description="the rule of the steps")
    dropout: float = Field(default=0.5, ge=0, le=0.9, description="the share of units left out while training")
    word_dropout: float = Field(default=0.1, ge=0, le=0.9, description="the share of words hidden while training")
    clip: float = Field(default=1.0, ge=0, le=100, description="the longest gradient; longer ones are cut, with 0 none")
    weight_decay: float = Field(default=0.0, ge=0, le=0.1, description="the pull of every weight to zero")
    examples: int = Field(default=10000, ge=10, le=10000, description="train on at most this many")


class Transformer(Spec):
    """Little stories, letter by letter, by a transformer with its attention written out."""

    layers: int = Field(default=3, ge=1, le=6, description="blocks of attention and perceptron")
    heads: int = Field(default=4, ge=1, le=8, description="attentions side by side in a block")
    head_size: int = Field(default=16, ge=4, le=64, description="numbers of a letter that each of them looks at")
    context: int = Field(default=128, ge=8, le=256, description="letters that it can look back on")
    steps: int = Field(default=650, ge=10, le=5000, description="batches that are learnt from")
    batch_size: int = Field(default=16, ge=4, le=128, description="pieces of text per step")
    learning_rate: float = Field(default=0.004, gt=0, le=10, description="the largest step; it rises to it, then falls")
    optimiser: Optimiser = Field(default="adam", description="the rule of the steps")
    dropout: float = Field(default=0.0, ge=0, le=0.9, description="the share of numbers left out while training")
    weight_decay: float = Field(default=0.01, ge=0, le=0.1, description="the pull of every weight to zero")
    clip: float = Field(default=1.0, ge=0, le=100, description="the longest gradient; longer ones are cut, with 0 none")
    letters: int = Field(default=600_000, ge=2000, le=600_000, description="train on at most this much text")
    prompt: str = Field(default="Mia had ", min_length=1, max_length=60, description="what the sample text begins with")
    temperature: float = Field(default=0.5, ge=0.1, le=2, description="how freely the sample's letters are drawn")


class Gan(Spec):
    """Digits invented by one network so that another takes them for real."""

    noise: int = Field(default=24, ge=1, le=128, description="random numbers that a picture is made from")
    units: int = Field(default=192, ge=8, le=512, description="units in the hidden layers")
    steps: int = Field(default=6000, ge=10, le=20000, description="steps of both networks")
    batch_size: int = Field(default=64, ge=8, le=512, description="pictures per step, real and made")
    learning_rate: float = Field(default=0.0005, gt=0, le=10, description="the generator's steps")
    judge_rate: float = Field(default=0.0005, gt=0, le=10, description="the discriminator's steps")
    optimiser: Optimiser = Field(default="adam", description="the rule of the steps")
    momentum: float = Field(default=0.5, ge=0, le=0.99, description="how much of its speed a step of adam keeps")
    smooth: float = Field(default=0.1, ge=0, le=0.4, description="real pictures are called real by this much less")
    dropout: float = Field(default=0.3, ge=0, le=0.9, description="the discriminator's units left out while training")
    examples: int = Field(default=2000, ge=10, le=2000, description="train on at most this many")


class Dqn(Spec):
    """A pole balanced on a cart by deep Q-learning."""

    units: int = Field(default=64, ge=4, le=512, description="units in both hidden layers")
    steps: int = Field(default=10000, ge=10, le=40000, description="moments; each drives 16 carts and learns once")
    batch_size: int = Field(default=128, ge=8, le=1024, description="remembered moments per step")
    learning_rate: float = Field(default=0.001, gt=0, le=10, description="the size of the first steps; it then falls")
    optimiser: Optimiser = Field(default="adam", description="the rule of the steps")
    gamma: float = Field(default=0.99, ge=0, le=0.999, description="what a reward one moment later is worth")
    explore: float = Field(default=0.2, ge=0, le=1, description="share of the run in which chance falls to its least")
    chance: float = Field(default=0.05, ge=0, le=1, description="the least share of pushes left to chance")
    memory: int = Field(default=50000, ge=100, le=200000, description="moments that are remembered")
    target_every: int = Field(default=50, ge=1, le=5000, description="steps until the target network is renewed")
    double: bool = Field(default=False, description="one network picks the next push and the other values it")


class Deployment(Spec):
    """A trained network exported, made small, served and watched."""

    from_run: str = Field(default="", max_length=64, description="a finished run of digits; without, one is made first")
    model: Literal["mlp", "cnn"] = Field(default="mlp", description="the kind of network, if one is made")
    epochs: int = Field(default=20, ge=1, le=60, description="passes over the training data, if one is made")
    learning_rate: float = Field(default=0.003, gt=0, le=10, description="the size of its first steps; it then falls")
    optimiser: Optimiser = Field(default="adam", description="the rule of its steps")
    examples: int = Field(default=60000, ge=10, le=60000, description="train it on at most this many")
    bits: int = Field(default=8, ge=2, le=8, description="of a weight after quantisation; it is kept in a byte")
    per_channel: bool = Field(default=True, description="a scale for each unit in place of one for the layer")
    predictions: int = Field(default=300, ge=20, le=5000, description="single predictions whose time is taken")
    shift: float = Field(default=0.25, ge=0, le=1, description="the share of fog in the pictures that have drifted")


@dataclass(frozen=True)
class Task:
    """What is known of a task without running it.

    Attributes:
        id: as in the curriculum's projects.
        concepts: what it puts to use, by id.
        spec: its options.
        metric: the one it is ranked by, among the metrics it reports; `higher`: more of it is better.
        bar: the metric with which the project counts as done; clearly above `baseline`.
        baseline: what the bar is measured against, in a few words with its figure.
        presets: options by preset; each task has `sensible` (the defaults), `overfit` and `diverge`.
        memory: what a run of it needs at most, in MB.
        seconds: the time limit of a run, on a CPU.
    """

    id: str
    title: str
    concepts: tuple[str, ...]
    spec: type[Spec]
    metric: str
    higher: bool
    bar: float
    baseline: str
    presets: Mapping[str, Mapping[str, Any]]
    memory: int = 1500
    seconds: int = 300


TASKS: Mapping[str, Task] = {
    task.id: task
    for task in (
        Task(
            id="digits",
            title="Handwritten digit recognition",
            concepts=("multilayer-perceptron", "backpropagation", "pytorch"),
            spec=Digits,
            metric="accuracy",
            higher=True,
            bar=0.95,
            baseline="the nearest class mean: 0.92",
            presets={
                "sensible": {},
                "overfit": {"examples": 100, "epochs": 60, "batch_size": 10, "learning_rate": 0.005},
                # ReLU units die when steps are too large, which hides how the weights grow; leaky ones cannot.
                "diverge": {
                    "optimiser": "sgd",
                    "learning_rate": 2.0,
                    "architecture": "linear 128, leaky, linear 64, leaky, linear 10",
                },
            },
            seconds=600,
        ),
        Task(
            id="scratch",
            title="A neural network from scratch, in NumPy",
            concepts=("multilayer-perceptron", "backpropagation", "gradient-descent"),
            spec=Scratch,
            metric="accuracy",
            higher=True,
            bar=0.95,
            baseline="the nearest class mean: 0.92",
            presets={
                "sensible": {},
                "overfit": {"examples": 100, "epochs": 60, "batch_size": 10},
                "diverge": {"activation": "leaky", "learning_rate": 0.5},
            },
        ),
        Task(
            id="fashion",
            title="Fashion-MNIST classification",
            concepts=("convolutional-networks", "regularization"),
            spec=Fashion,
            metric="accuracy",
            higher=True,
            bar=0.85,
            baseline="a linear model: 0.54",
            presets={
                "sensible": {},
                "overfit": {"examples": 200, "epochs": 60, "dropout": 0.0, "weight_decay": 0.0, "augment": False},
                "diverge": {
                    "optimiser": "sgd",
                    "learning_rate": 2.0,
                    "epochs": 2,
                    "architecture": "linear 128, leaky, linear 64, leaky, linear 10",
                },
            },
            seconds=900,
        ),
        Task(
            id="cifar10",
            title="CIFAR-10 image classification",
            concepts=("convolutional-networks", "cnn-architectures", "data-augmentation"),
            spec=Cifar10,
            metric="accuracy",
            higher=True,
            bar=0.7,
            baseline="the most similar training picture: 0.43",
            presets={
                "sensible": {},
                "overfit": {"examples": 100, "epochs": 60, "batch_size": 10, "augment": "none", "dropout": 0.0},
                # Without batch normalisation, which keeps even absurd steps finite.
                "diverge": {
                    "architecture": "conv 16 3, relu, pool 2, conv 32 3, relu, pool 2, linear 64, relu, linear 10",
                    "optimiser": "momentum",
                    "learning_rate": 3.0,
                },
            },
        ),
        Task(
            id="sign-digits",
            title="Sign digit recognition",
            concepts=("image-classification", "convolutional-networks"),
            spec=SignDigits,
            metric="accuracy",
            higher=True,
            bar=0.9,
            baseline="logistic regression on the pixels: 0.27",
            presets={
                "sensible": {},
                "overfit": {"examples": 100, "epochs": 60, "batch_size": 10, "augment": False, "dropout": 0.0},
                # Without batch normalisation, which keeps even absurd steps finite.
                "diverge": {
                    "architecture": "conv 16 5 2, relu, pool 2, conv 32 3, relu, pool 2, linear 64, relu, linear 10",
                    "optimiser": "momentum",
                    "learning_rate": 1.0,
                },
            },
        ),
        Task(
            id="face-mask",
            title="Face mask detection",
            concepts=("transfer-learning", "convolutional-networks"),
            spec=FaceMask,
            metric="accuracy",
            higher=True,
            bar=0.8,
            baseline="the same network from scratch: 0.63; logistic regression on the pixels: 0.66",
            presets={
                "sensible": {},
                "overfit": {"mode": "scratch", "examples": 20, "epochs": 100, "augment": "none", "dropout": 0.0},
                "diverge": {"mode": "finetune", "pace": 1.0, "optimiser": "momentum", "learning_rate": 10.0},
            },
        ),
        Task(
            id="autoencoder",
            title="Autoencoder compression",
            concepts=("autoencoders",),
            spec=Autoencoder,
            metric="error",
            higher=False,
            bar=0.016,
            baseline="as many principal components: 0.024",
            presets={
                "sensible": {},
                "overfit": {"examples": 60, "hidden": 512, "steps": 3000},
                "diverge": {"learning_rate": 10.0},
            },
        ),
        Task(
            id="sentiment",
            title="Sentiment analysis",
            concepts=("sentiment-analysis", "lstm", "sequence-models"),
            spec=Sentiment,
            metric="accuracy",
            higher=True,
            bar=0.88,
            baseline="logistic regression on the words without their order: 0.62",
            presets={
                "sensible": {},
                "overfit": {"examples": 200, "epochs": 40, "batch_size": 16, "dropout": 0.0, "word_dropout": 0.0},
                # Its units cannot grow, so weights do, once their decay is a step too large to end at zero.
                "diverge": {"optimiser": "sgd", "learning_rate": 30.0, "weight_decay": 0.1, "clip": 0.0},
            },
        ),
        Task(
            id="transformer",
            title="Transformer from scratch",
            concepts=("attention", "transformers", "text-generation"),
            spec=Transformer,
            metric="bits_per_character",
            higher=False,
            bar=0.5,
            baseline="counts of three letters: 1.16",
            presets={
                "sensible": {},
                "overfit": {"letters": 4000, "steps": 600, "weight_decay": 0.0},
                "diverge": {"optimiser": "sgd", "learning_rate": 10.0, "clip": 0.0, "steps": 200},
            },
        ),
        Task(
            id="gan",
            title="Image generation with a GAN",
            concepts=("gans", "generative-models"),
            spec=Gan,
            metric="frechet",
            higher=False,
            bar=1.2,
            baseline="each pixel from some real picture: 2.1",
            presets={
                "sensible": {},
                "overfit": {"examples": 20, "steps": 3000, "dropout": 0.0, "smooth": 0.0},
                "diverge": {"optimiser": "momentum", "learning_rate": 0.05, "judge_rate": 0.05, "steps": 1000},
                # A generator that outruns its discriminator finds the one picture that fools it most.
                "collapse": {"learning_rate": 0.01, "judge_rate": 0.00003, "steps": 1500},
            },
        ),
        Task(
            id="dqn",
            title="Deep Q-learning on CartPole",
            concepts=("deep-reinforcement-learning",),
            spec=Dqn,
            metric="return",
            higher=True,
            bar=195.0,
            baseline="pushes by chance: 22",
            presets={
                "sensible": {},
                # Nothing is ever tried out: what it always does it foresees without error, and knows nothing else.
                "overfit": {"explore": 0.0, "chance": 0.0, "memory": 100, "learning_rate": 0.003, "steps": 3000},
                "diverge": {"optimiser": "rmsprop", "learning_rate": 1.0, "steps": 2000},
            },
        ),
        Task(
            id="deployment",
            title="End-to-end deployment",
            concepts=("deployment", "system-design", "model-compression"),
            spec=Deployment,
            metric="accuracy_quantised",
            higher=True,
            bar=0.95,
            baseline="the nearest class mean: 0.92",
            presets={
                "sensible": {},
                "overfit": {"examples": 100, "epochs": 60},
                "diverge": {"optimiser": "sgd", "learning_rate": 10.0},
                "coarse": {"bits": 2, "per_channel": False},
            },
        ),
    )
}


def task(id: str) -> Task:
    """The task of that id.

    Raises:
        GradusError: there is none.
    """
    if id not in TASKS:
        raise GradusError(f"unknown task '{id}'{did_you_mean(id, TASKS)}; `gradus train list` shows them")
    return TASKS[id]


def parse(task: Task, options: Mapping[str, Any]) -> Spec:
    """Options, as texts or values, checked.

    Raises:
        GradusError: names every one that is unknown or out of bounds, in one line.
    """
    try:
        return task.spec.model_validate(dict(options))
    except ValidationError as error:
        known = task.spec.model_fields
        raise GradusError("; ".join(_said(detail, known) for detail in error.errors(include_url=False))) from None


def _said(detail: Any, known: Mapping[str, Any]) -> str:
    name = str(detail["loc"][0]) if detail["loc"] else "options"
    if detail["type"] == "extra_forbidden":
        return f"there is no option '{name}'{did_you_mean(name, known)}"
    message: str = detail["msg"]
    return f"{name}: {message[0].lower()}{message[1:]}"
