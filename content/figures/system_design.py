"""The loop of a deep-learning system: one feature pipeline for training and serving, and logs as new data."""

from matplotlib.figure import Figure

from content.figures import style


def draw() -> Figure:
    """Data, features, training and registry on one side; serving, users and monitoring on the other."""
    figure, axes = style.diagram(10, 7.4)
    style.box(axes, (1.6, 3.7), "data", width=2.2, colour=style.MUTED, size=12)
    style.box(axes, (5.0, 3.7), "features", width=2.4, colour=style.YELLOW, size=12)
    style.box(axes, (5.0, 6.2), "training", width=2.4, colour=style.BLUE, size=12)
    style.box(axes, (8.5, 6.2), "registry", width=2.2, colour=style.BLUE, size=12)
    style.box(axes, (8.5, 3.7), "serving", width=2.2, colour=style.GREEN, size=12)
    style.box(axes, (8.5, 1.2), "users", width=2.2, colour=style.MUTED, size=12)
    style.box(axes, (5.0, 1.2), "monitoring", width=2.4, colour=style.ORANGE, size=12)
    style.arrow(axes, (2.7, 3.7), (3.8, 3.7))
    style.arrow(axes, (5.0, 4.15), (5.0, 5.75))
    style.arrow(axes, (6.2, 6.2), (7.4, 6.2))
    axes.text(6.8, 6.4, "model", ha="center", va="bottom", fontsize=11, color=style.TEXT)
    style.arrow(axes, (8.5, 5.75), (8.5, 4.15))
    style.arrow(axes, (6.2, 3.7), (7.4, 3.7))
    style.arrow(axes, (8.5, 3.25), (8.5, 1.65))
    axes.text(8.6, 2.45, "answers", ha="left", va="center", fontsize=11, color=style.TEXT)
    style.arrow(axes, (7.6, 3.25), (5.8, 1.65))
    axes.text(6.2, 2.2, "logs", ha="right", va="center", fontsize=11, color=style.TEXT)
    style.arrow(axes, (3.8, 1.2), (1.6, 3.25), bend=-0.35)
    axes.text(1.7, 1.35, "new data", ha="center", va="center", fontsize=11, color=style.TEXT)
    axes.text(5.0, 2.98, "one code for both", ha="center", va="center", fontsize=11, color=style.YELLOW)
    return figure
