"""How AdaGrad and RMSProp answer a gradient that suddenly becomes ten times smaller."""

import numpy as np
from matplotlib.figure import Figure

from content.figures import style

STEPS, CHANGE, RHO = 300, 100, 0.9
AFTER = 0.1  # the gradient from step CHANGE on; before, it is 1


def draw() -> Figure:
    """The step of each, divided by the learning rate, for the same gradients."""
    figure, axes = style.plot(x="step", y="step size / learning rate", height=3.3)
    gradients = np.where(np.arange(STEPS) < CHANGE, 1.0, AFTER)
    average = np.zeros(STEPS)
    last = 0.0
    for number, gradient in enumerate(gradients):
        last = RHO * last + (1 - RHO) * gradient**2
        average[number] = last
    axes.plot(gradients / np.sqrt(average), color=style.BLUE, linestyle="-")
    axes.plot(gradients / np.sqrt(np.cumsum(gradients**2)), color=style.ORANGE, linestyle="--")
    axes.text(190, 1.35, "RMSProp", color=style.BLUE, fontsize=12)
    axes.text(190, 0.015, "AdaGrad", color=style.ORANGE, fontsize=12)
    axes.axvline(CHANGE, color=style.MUTED, linestyle=":", linewidth=1.5)
    axes.text(CHANGE - 4, 2.4, "gradient 1", ha="right", fontsize=11, color=style.MUTED)
    axes.text(CHANGE + 4, 2.4, "gradient 0.1", fontsize=11, color=style.MUTED)
    axes.set(yscale="log", ylim=(0.006, 4.5), xlim=(0, STEPS), yticks=(0.01, 0.1, 1))
    axes.set_yticklabels(("0.01", "0.1", "1"))
    axes.minorticks_off()
    return figure
