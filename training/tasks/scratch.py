"""A neural network from scratch: a multilayer perceptron in NumPy alone, every gradient derived by hand.

What PyTorch does with `loss.backward()` is done here in twelve lines, `backward` below; and before the training starts,
`gradient_check` measures whether those lines are right.

One example is a row throughout, so a batch of n examples with d features is an array (n, d), and a layer of u units has
weights (d, u) and biases (u,).
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.digits import digits
from training.run import Run
from training.specs import Scratch

Array = NDArray[Any]
Layer = tuple[Array, Array]  # weights and biases

REPORTS = 100
MOST_VALIDATION = 2000


def activate(sums: Array, activation: str) -> Array:
    """What the units give for their weighted sums. Without this bend, many layers would be worth no more than one."""
    match activation:
        case "relu":
            return np.maximum(sums, 0)
        case "leaky":
            return np.where(sums > 0, sums, 0.01 * sums)
        case "tanh":
            return np.tanh(sums)
        case _:
            # The sigmoid, 1 / (1 + e^-s), written with tanh: e^-s itself would overflow where s is very negative.
            bent: Array = (1 + np.tanh(sums / 2)) / 2
            return bent


def slope(given: Array, activation: str) -> Array:
    """How fast a unit's value changes with its sum, read from the value: all four are made so that it tells."""
    match activation:
        case "relu":
            return (given > 0).astype(given.dtype)
        case "leaky":
            return np.where(given > 0, 1, 0.01).astype(given.dtype)
        case "tanh":
            return 1 - given**2
        case _:
            return np.asarray(given * (1 - given))


def forward(layers: list[Layer], x: Array, activation: str) -> list[Array]:
    """Everything that passes between the layers: the input, each hidden layer's values, and the logits.

    The way back needs all of it, which is why training takes so much more memory than answering.
    """
    values = [x]
    for weights, biases in layers[:-1]:
        values.append(activate(values[-1] @ weights + biases, activation))
    weights, biases = layers[-1]
    return [*values, values[-1] @ weights + biases]  # bent by softmax, in the loss


def cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """The mean of −log(probability of the right class), and its derivative by the logits, (n, classes)."""
    # Softmax does not change when all logits of an example move alike; with the largest at 0, e^x cannot overflow.
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    loss = -float(log_probabilities[rows, labels].mean())
    # Softmax and logarithm together have the simplest derivative there is: the probability given, less the one wanted.
    change = np.exp(log_probabilities)
    change[rows, labels] -= 1
    return loss, change / len(labels)


def backward(layers: list[Layer], values: list[Array], change: Array, activation: str) -> list[Layer]:
    """The derivative of the loss by every weight and bias: the chain rule, from the last layer to the first.

    Args:
        values: of `forward`.
        change: the derivative by the logits, of `cross_entropy`.
    """
    gradients: list[Layer] = []
    for number in reversed(range(len(layers))):
        # A weight's part in the sum is its input times itself: so its derivative is that input times the sum's own,
        # added up over the examples, which is what the matrix product does. A bias is a weight whose input is 1.
        gradients.append((values[number].T @ change, change.sum(axis=0)))
        if number:
            # An input reaches the loss through all units of the layer, so it gathers from each, by weight; and then
            # back through the bend of the layer it came from.
            weights, _ = layers[number]
            change = (change @ weights.T) * slope(values[number], activation)
    return gradients[::-1]


def gradient_check(layers: list[Layer], x: Array, labels: Array, activation: str) -> float:
    """How far `backward` is from what trying it out says: the largest relative error over the layers' arrays.

    Each of 30 numbers of every array is moved a little up and a little down; the difference of the two losses over the
    distance is the derivative, without any calculus. Right code gives less than 1e-6, a wrong sign or a forgotten
    factor 0.1 to 1. In double precision, for the two losses differ only after many places.
    """
    exact = [(weights.astype(np.float64), biases.astype(np.float64)) for weights, biases in layers]
    x = x.astype(np.float64)
    values = forward(exact, x, activation)
    gradients = backward(exact, values, cross_entropy(values[-1], labels)[1], activation)
    chance, little = np.random.default_rng(0), 1e-6
    worst = 0.0
    for layer, gradient in zip(exact, gradients, strict=True):
        for numbers, derived in zip(layer, gradient, strict=True):
            places = chance.choice(numbers.size, min(30, numbers.size), replace=False)
            tried = np.zeros(len(places))
            for row, place in enumerate(places):
                before = numbers.flat[place]
                losses = []
                for moved in (before + little, before - little):
                    numbers.flat[place] = moved
                    losses.append(cross_entropy(forward(exact, x, activation)[-1], labels)[0])
                numbers.flat[place] = before
                tried[row] = (losses[0] - losses[1]) / (2 * little)
            ours = derived.flat[places]
            # Compared as a whole: single derivatives may be 0, and nothing can be said relative to that.
            size = float(np.linalg.norm(ours) + np.linalg.norm(tried))
            worst = max(worst, float(np.linalg.norm(ours - tried)) / max(size, 1e-12))
    return worst


def judge(layers: list[Layer], x: Array, labels: Array, activation: str) -> tuple[float, float]:
    """Loss and accuracy on examples that nothing is learnt from."""
    logits = forward(layers, x, activation)[-1]
    return cross_entropy(logits, labels)[0], float((logits.argmax(axis=1) == labels).mean())


# A run that diverges overflows on its way; its curves say so, and NumPy need not say it as well.
@np.errstate(over="ignore", invalid="ignore")
def train(spec: Scratch, run: Run) -> dict[str, float]:
    """The share of test digits read right, as `accuracy`, their mean loss, and what `gradient_check` found."""
    data = digits(run.data)
    run.dataset(data.name, data.version)

    # Every picture a row of pixels, brought from 0 to 255 to values around 0 and about 1 in size.
    x = data.x_train.reshape(len(data.x_train), -1).astype(np.float32) / 255
    mean, spread = x.mean(), x.std()
    x = (x - mean) / spread

    # A tenth is held out from learning, to see while training what the network makes of digits it does not know.
    chance = np.random.default_rng(spec.seed)
    order = chance.permutation(len(x))
    held_out = min(len(x) // 10, MOST_VALIDATION)
    valid, train = order[:held_out], order[held_out : held_out + spec.examples]
    x_valid, y_valid, x, y = x[valid], data.y_train[valid], x[train], data.y_train[train]

    # Weights must differ at the start, or all units of a layer would do the same for ever. Their size keeps the values
    # as large after a layer as before it: a sum of d numbers is √d times as large as one, and ReLU takes half (He et
    # al. 2015, arXiv:1502.01852).
    sizes = [x.shape[1], *[spec.units] * spec.layers, len(data.classes)]
    layers: list[Layer] = [
        (
            (chance.standard_normal((inputs, units)) * np.sqrt(2 / inputs)).astype(np.float32),
            np.zeros(units, np.float32),
        )
        for inputs, units in pairwise(sizes)
    ]
    error = gradient_check(layers, x[:20], y[:20], spec.activation)

    velocities: list[Layer] = [(np.zeros_like(weights), np.zeros_like(biases)) for weights, biases in layers]
    batch = min(spec.batch_size, len(y))
    epoch = len(y) // batch  # in steps; the few examples too many for them come in another epoch
    steps = spec.epochs * epoch
    first = 0

    if earlier := run.resume():
        layers, velocities = unpacked(earlier["layers"]), unpacked(earlier["velocities"])
        first = earlier["step"]

    def state() -> dict[str, Any]:
        """All that a run which is broken off needs to go on as if nothing had been."""
        return {"layers": packed(layers), "velocities": packed(velocities), "step": done}

    losses: list[float] = []
    right: list[float] = []
    for step in range(first, steps):
        turn, place = divmod(step, epoch)
        if place == 0 or step == first:
            # A new order in every epoch, which follows from the epoch's number: a run that goes on finds it again.
            order = np.random.default_rng((spec.seed, turn)).permutation(len(y))
        chosen = order[place * batch : (place + 1) * batch]
        inputs, labels = x[chosen], y[chosen]

        values = forward(layers, inputs, spec.activation)
        loss, change = cross_entropy(values[-1], labels)
        gradients = backward(layers, values, change, spec.activation)

        # Down the slope. The gradient of one batch is a rough guess, so each number keeps a velocity, a fading mean of
        # its gradients: what they agree on adds up, what they differ in cancels. The steps shrink towards the end.
        learning_rate = spec.learning_rate * (1 - step / steps)
        for layer, velocity, gradient in zip(layers, velocities, gradients, strict=True):
            for numbers, speed, derivative in zip(layer, velocity, gradient, strict=True):
                speed *= spec.momentum
                speed += derivative
                numbers -= learning_rate * speed
            layer[0][...] *= 1 - learning_rate * spec.weight_decay

        losses.append(loss)
        right.append(float((values[-1].argmax(axis=1) == labels).mean()))

        done = step + 1
        if done * REPORTS // steps > step * REPORTS // steps:
            valid_loss, valid_accuracy = judge(layers, x_valid, y_valid, spec.activation)
            inside = {
                "grad_norm_first": float(np.linalg.norm(gradients[0][0]) / np.linalg.norm(layers[0][0])),
                "grad_norm_last": float(np.linalg.norm(gradients[-1][0]) / np.linalg.norm(layers[-1][0])),
            }
            if spec.activation == "relu":
                inside["dead"] = float(np.mean([(hidden == 0).all(axis=0).mean() for hidden in values[1:-1]]))
            run.report(
                done,
                steps,
                state,
                train_loss=sum(losses) / len(losses),
                valid_loss=valid_loss,
                train_accuracy=sum(right) / len(right),
                valid_accuracy=valid_accuracy,
                **inside,
            )
            losses, right = [], []

    x_test = (data.x_test.reshape(len(data.x_test), -1).astype(np.float32) / 255 - mean) / spread
    test_loss, accuracy = judge(layers, x_test, data.y_test, spec.activation)
    kept: dict[str, Array] = {}
    for number, (weights, biases) in enumerate(layers, start=1):
        kept |= {f"layer{number}.weights": weights, f"layer{number}.biases": biases}
    run.keep("model", kept)
    return {"accuracy": accuracy, "loss": test_loss, "gradient_check": error}


def packed(layers: list[Layer]) -> list[list[Any]]:
    """Layers as plain lists, which a state may hold."""
    return [[weights.tolist(), biases.tolist()] for weights, biases in layers]


def unpacked(lists: list[list[Any]]) -> list[Layer]:
    """Layers from `packed`."""
    return [(np.array(weights, np.float32), np.array(biases, np.float32)) for weights, biases in lists]
