"""The two networks of a GAN: what flows forward, and the one gradient that teaches the generator."""

from matplotlib.figure import Figure

from content.figures import style


def draw() -> Figure:
    """Noise through the generator, fakes and real data into the discriminator, and the way back."""
    figure, axes = style.diagram(10, 5.4)
    style.box(axes, (1.1, 3.6), "noise $z$", width=1.7, colour=style.MUTED)
    style.box(axes, (4.0, 3.6), "generator", width=2.3, colour=style.GREEN, size=12)
    style.box(axes, (4.0, 1.2), "real data", width=2.3, colour=style.MUTED)
    style.box(axes, (7.9, 2.4), "discriminator", width=2.9, colour=style.BLUE, size=12)
    style.arrow(axes, (1.95, 3.6), (2.85, 3.6))
    style.arrow(axes, (5.15, 3.45), (6.45, 2.75))
    style.arrow(axes, (5.15, 1.35), (6.45, 2.05))
    axes.text(5.35, 2.72, "fake", ha="center", fontsize=11, color=style.TEXT)
    axes.text(5.35, 1.98, "real", ha="center", fontsize=11, color=style.TEXT)
    style.arrow(axes, (7.9, 1.95), (7.9, 1.1))
    axes.text(7.9, 0.72, "probability of “real”", ha="center", va="center", fontsize=11, color=style.TEXT)
    style.arrow(axes, (7.9, 2.85), (4.0, 4.05), colour=style.ORANGE, bend=0.45, dashed=True)
    axes.text(6.3, 4.95, "gradient: how to look more real", ha="center", fontsize=11, color=style.ORANGE)
    return figure
