"""The pictures of lessons as files: figures drawn by their scripts, and equations, each made once.

A picture's file is named by a hash of all that it is made from, so that a changed script, style or
library makes a new picture, and an unchanged one is never made twice, not even after a restart.
Figures are drawn one at a time in the process that asks; give the work to a thread.
"""

import hashlib
import importlib.util
import io
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from content import equations
from foundation.errors import GradusError, did_you_mean
from foundation.files import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURES = Path(__file__).parent / "figures"


def picture(name: str, cache_dir: Path, figures: Path = FIGURES) -> Path:
    """The PNG of the figure `figures/<name>.py`, drawn if it is not in the cache yet.

    Raises:
        GradusError: there is no such script, it fails, or the cache cannot be written.
    """
    script = _script(name, figures)
    return cached("figures", name, (script.read_bytes(),), cache_dir, lambda: draw(name, figures))


def cached(folder: str, name: str, sources: Sequence[bytes], cache_dir: Path, make: Callable[[], bytes]) -> Path:
    """The PNG that `make` draws in our look, made if it is not in the cache yet for these sources.

    Raises:
        GradusError: `make` does, or the cache cannot be written.
    """
    common = ((FIGURES / "style.py").read_bytes(), version("matplotlib").encode())
    target = cache_dir / folder / f"{name}-{_key((*sources, *common))}.png"
    if not target.is_file():
        write_whole(target, make())
    return target


def equation_picture(latex: Sequence[str], cache_dir: Path) -> Path:
    """The PNG of equations below one another, drawn if it is not in the cache yet.

    Raises:
        GradusError: an equation is broken (it is named), or the cache cannot be written.
    """
    made_by = [version(name) for name in ("ziamath", "latex2mathml", "resvg_py")]
    code = Path(equations.__file__).read_bytes()
    target = cache_dir / "equations" / f"{_key((code, *(one.encode() for one in (*made_by, *latex))))}.png"
    if not target.is_file():
        write_whole(target, equations.render(latex))
    return target


def draw(name: str, figures: Path = FIGURES) -> bytes:
    """The figure as a PNG, drawn anew: the same bytes every time from the same script and library.

    Raises:
        GradusError: there is no such script, or it fails.
    """
    script = _script(name, figures)

    from content.figures import style

    try:
        with style.look():
            return png(_run(script))
    except Exception as error:  # a script may fail in any way; the one who asks cannot mend it
        reason = f"{type(error).__name__}: {error}"
        raise GradusError(f"the figure '{name}' cannot be drawn: its script ends in {reason}") from error


def _script(name: str, figures: Path) -> Path:
    names = {file.stem for file in figures.glob("*.py")} - {"__init__", "style"}
    if name not in names:
        raise GradusError(f"unknown figure '{name}'{did_you_mean(name, names)}")
    return figures / f"{name}.py"


def _run(script: Path) -> "Figure":
    """What the script's `draw()` gives; the script is run afresh, so that an edited one counts at once."""
    spec = importlib.util.spec_from_file_location(f"content.figures.{script.stem}", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    figure: Figure = module.draw()
    return figure


def png(figure: "Figure") -> bytes:
    """The figure as the bytes of a PNG file."""
    buffer = io.BytesIO()
    # The name of the library's version, which matplotlib adds, would change bytes and say nothing.
    figure.savefig(buffer, format="png", dpi=figure.dpi, metadata={"Software": None})
    return buffer.getvalue()


def _key(sources: Sequence[bytes]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        digest.update(hashlib.sha256(source).digest())
    return digest.hexdigest()[:20]


def main(arguments: Sequence[str]) -> int:
    """Draw one figure to a file, for whoever writes its script: `NAME FILE.png`."""
    if len(arguments) != 2:
        print("usage: python -m content.pictures NAME FILE.png", file=sys.stderr)
        return 2
    try:
        write_whole(Path(arguments[1]), draw(arguments[0]))
    except GradusError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
