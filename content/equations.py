"""Display equations as pictures: LaTeX drawn by ziamath as SVG, and by resvg as PNG.

A picture has Discord's dark background, so that it looks the same in a light theme and can be
read there. The same LaTeX gives the same bytes: ziamath draws letters as outlines of its own
font, and no font of the system takes part.
"""

import re
import threading
import warnings
from collections.abc import Sequence
from typing import Any

from content.mathtext import mathml, plain_latex
from foundation.errors import GradusError

COLOUR = "#dbdee1"
BACKGROUND = "#313338"
# In pixels of the picture: 40 on a picture 1,000 wide is 14 on a phone that shows it 360 wide.
SIZE = 40.0
MARGIN = 28.0
GAP = 30.0
# Narrower pictures would be blown up by Discord to the width of the message, and look coarse.
LEAST_WIDTH = 720.0

# ziamath keeps settings and fonts of the whole process.
_drawing = threading.Lock()


def render(latex: str | Sequence[str], *, colour: str = COLOUR, size: float = SIZE) -> bytes:
    """One equation, or several below one another, as a PNG with a margin.

    Args:
        latex: LaTeX of a display equation, without dollars.
        colour: of the letters, as `#rrggbb`.
        size: of the letters, in pixels.

    Raises:
        GradusError: an equation is empty, broken, or has a command that cannot be drawn; it is named.
    """
    equations = [latex] if isinstance(latex, str) else list(latex)
    if not equations:
        raise GradusError("there is no equation to draw: give at least one")
    with _drawing:
        drawings = [_draw(equation, colour, size) for equation in equations]
        return _png(drawings, colour)


def _draw(latex: str, colour: str, size: float) -> Any:
    shown = " ".join(latex.split())
    if not shown:
        raise GradusError("an equation is empty: write LaTeX between the dollars")
    mathml(latex)
    try:
        return _ziamath().Latex(_spaced(plain_latex(shown)), size=size, color=colour)
    except Exception as error:  # ziamath fails in many ways on what it does not know
        raise GradusError(f"the equation '{shown}' cannot be drawn; write it in a simpler way") from error


def _spaced(latex: str) -> str:
    """The space that TeX sets around these signs, which the parser takes for letters."""
    return re.sub(r"\\(sim|odot|otimes|oplus)(?![a-zA-Z])", r"\\,\\\1\\,", latex)


def _ziamath() -> Any:
    """The module ziamath, whose first import warns that it reads its font in an old way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import ziamath
    return ziamath


def _png(drawings: Sequence[Any], colour: str) -> bytes:
    import resvg_py

    sizes = [drawing.getsize() for drawing in drawings]
    width = max([LEAST_WIDTH, *(wide + 2 * MARGIN for wide, _ in sizes)])
    height = sum(high for _, high in sizes) + GAP * (len(sizes) - 1) + 2 * MARGIN
    parts, y = [], MARGIN
    for drawing, (wide, high) in zip(drawings, sizes, strict=True):
        # Lines over letters (`\overline`) are black whatever the colour.
        svg = drawing.svg().replace('fill="black"', f'fill="{colour}"')
        parts.append(_placed(svg, (width - wide) / 2, y))
        y += high + GAP
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width:.0f}" height="{height:.0f}">{"".join(parts)}</svg>'
    )
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, background=BACKGROUND, skip_system_fonts=True))


def _placed(svg: str, x: float, y: float) -> str:
    return re.sub(r"<svg ", f'<svg x="{x:.2f}" y="{y:.2f}" ', svg, count=1)
