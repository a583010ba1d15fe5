"""The loop of a DQN: acting fills the replay buffer, and random steps from it train the network."""

from matplotlib.figure import Figure

from content.figures import style


def draw() -> Figure:
    """Environment, replay buffer, Q-network and target network, with what goes from one to another."""
    figure, axes = style.diagram(10, 6.4)
    style.box(axes, (1.8, 5.1), "environment", width=2.8, height=1.0, colour=style.MUTED, size=12)
    style.box(axes, (8.0, 5.1), "replay buffer", width=3.0, height=1.0, colour=style.YELLOW, size=12)
    style.box(axes, (1.8, 1.4), "Q-network", width=2.8, height=1.0, colour=style.BLUE, size=12)
    style.box(axes, (8.0, 1.4), "target network", width=3.0, height=1.0, colour=style.GREEN, size=12)
    style.box(axes, (5.0, 3.25), "loss", width=1.6, height=0.9, colour=style.ORANGE, size=12)
    style.arrow(axes, (3.2, 5.1), (6.5, 5.1), "every step")
    style.arrow(axes, (7.0, 4.6), (5.8, 3.65))
    axes.text(6.75, 3.85, "random steps", ha="left", va="center", fontsize=11, color=style.TEXT)
    style.arrow(axes, (7.0, 1.9), (5.8, 2.85))
    axes.text(6.75, 2.65, "target $y$", ha="left", va="center", fontsize=11, color=style.TEXT)
    style.arrow(axes, (4.2, 2.85), (2.9, 1.9), colour=style.ORANGE)
    axes.text(3.65, 1.95, "gradient", ha="left", va="center", fontsize=11, color=style.TEXT)
    style.arrow(axes, (1.4, 1.9), (1.4, 4.6))
    axes.text(1.25, 3.25, "action", ha="right", va="center", fontsize=11, color=style.TEXT)
    style.arrow(axes, (1.8, 4.6), (1.8, 1.9))
    axes.text(1.95, 3.75, "state", ha="left", va="center", fontsize=11, color=style.TEXT)
    style.arrow(axes, (2.5, 1.9), (4.2, 3.1))
    axes.text(3.2, 2.85, "value", ha="right", va="center", fontsize=11, color=style.TEXT)
    style.arrow(axes, (3.2, 1.15), (6.5, 1.15), dashed=True)
    axes.text(4.85, 0.62, "copied now and then", ha="center", va="center", fontsize=11, color=style.TEXT)
    return figure
