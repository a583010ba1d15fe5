"""One data-parallel step on two GPUs, with the numbers of the lesson's worked example."""

from matplotlib.figure import Figure

from content.figures import style

GRADIENTS = ((0.4, -1.0), (0.2, 0.6))


def draw() -> Figure:
    """Two columns, one per GPU: batch, equal weights, own gradient; the mean; the same step."""
    figure, axes = style.diagram(10, 7.6)
    mean = (sum(g[0] for g in GRADIENTS) / 2, sum(g[1] for g in GRADIENTS) / 2)
    for x, name, batch, gradient in ((2.5, "GPU 0", "A", GRADIENTS[0]), (7.5, "GPU 1", "B", GRADIENTS[1])):
        axes.text(x, 7.2, name, ha="center", va="center", fontsize=12, color=style.MUTED)
        style.box(axes, (x, 6.45), f"batch {batch}", width=2.6, height=0.8, colour=style.MUTED, size=12)
        style.box(axes, (x, 5.0), "model $w$", width=2.6, height=0.8, colour=style.BLUE, size=12)
        style.box(axes, (x, 3.55), _pair(gradient), width=3.2, height=0.8, colour=style.ORANGE, size=12)
        style.box(axes, (x, 0.65), "same new $w$", width=3.2, height=0.8, colour=style.BLUE, size=12)
        style.arrow(axes, (x, 6.05), (x, 5.4))
        style.arrow(axes, (x, 4.6), (x, 3.95))
        style.arrow(axes, (x, 3.15), (x, 2.5))
        style.arrow(axes, (x, 1.7), (x, 1.05))
    axes.text(5.0, 5.0, "equal", ha="center", va="center", fontsize=12, color=style.TEXT)
    axes.text(5.0, 3.55, "gradients", ha="center", va="center", fontsize=12, color=style.TEXT)
    style.box(axes, (5.0, 2.1), f"all-reduce: mean {_pair(mean)}", width=8.6, height=0.8, colour=style.GREEN, size=12)
    return figure


def _pair(numbers: tuple[float, float]) -> str:
    return "(" + ", ".join(f"{one:.1f}".replace("-", "−") for one in numbers) + ")"
