"""What temperature does: the softmax of the same four logits at three temperatures."""

import numpy as np
from matplotlib.figure import Figure

from content.figures import style

LOGITS = np.array([2.0, 1.0, 0.0, -1.0])


def draw() -> Figure:
    """One panel a temperature: four bars, each with its probability."""
    temperatures = ((0.5, style.BLUE), (1.0, style.GREEN), (2.0, style.ORANGE))
    titles = [f"τ = {temperature:g}" for temperature, _ in temperatures]
    figure, panels = style.panels(3, titles=titles, height=2.9, share_y=True)
    for axes, (temperature, colour) in zip(panels, temperatures, strict=True):
        weights = np.exp(LOGITS / temperature)
        shares = weights / weights.sum()
        axes.bar(range(4), shares, width=0.8, color=colour)
        for place, share in enumerate(shares):
            label = "~0" if share < 0.005 else f"{share:.2f}"[1:]
            axes.text(place, share + 0.02, label, ha="center", va="bottom", fontsize=10)
        axes.set(xticks=range(4), xticklabels="ABCD", ylim=(0, 1))
        axes.tick_params(labelsize=11)
        axes.grid(visible=False)
    panels[0].set_ylabel("probability")
    return figure
