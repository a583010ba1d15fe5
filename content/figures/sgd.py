"""Three learning rate schedules over the same hundred epochs."""

import numpy as np
from matplotlib.figure import Figure

from content.figures import style

EPOCHS, WARM, PEAK = 100, 5, 0.1


def draw() -> Figure:
    """The rate of each schedule at each epoch, named where its curve has room."""
    figure, axes = style.plot(x="epoch", y="learning rate", height=3.2)
    epochs = np.arange(EPOCHS + 1)
    rising = PEAK * (epochs + 1) / (WARM + 1)
    falling = PEAK / 2 * (1 + np.cos(np.pi * (epochs - WARM) / (EPOCHS - WARM)))
    rows = (
        (np.full(EPOCHS + 1, PEAK), style.BLUE, "-", "constant", (74, 0.1045)),
        (PEAK * 0.1 ** (epochs // 30), style.ORANGE, "--", "step decay", (31, 0.016)),
        (np.where(epochs < WARM, rising, falling), style.GREEN, "-.", "warm-up,\nthen cosine", (62, 0.05)),
    )
    for rates, colour, line, name, place in rows:
        drawn = "steps-post" if name == "step decay" else "default"
        axes.plot(epochs, rates, color=colour, linestyle=line, drawstyle=drawn)
        axes.text(*place, name, color=colour, fontsize=11)
    axes.set(xlim=(0, EPOCHS), ylim=(0, 0.115), yticks=(0, 0.02, 0.04, 0.06, 0.08, 0.1))
    return figure
