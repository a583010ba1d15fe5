"""Pictures of equations and figures: PNG, the same every time, drawn once."""

import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from content import pictures
from content.equations import render
from content.pictures import draw, equation_picture, main, picture
from foundation.errors import GradusError
from tests.content.conftest import FIGURE, Content

PNG = b"\x89PNG\r\n\x1a\n"


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{1}{1 + e^{-z}}",
        r"\sum_{i=1}^{n} x_i^2",
        r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}",
        r"\operatorname{ReLU}(z) = \begin{cases} z & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases}",
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\hat{y} = \mathbb{E}[\tilde{h}] \odot \mathcal{N}(0, 1)",
        r"\arg\max_x f(x), \quad \overline{ab}",
    ],
)
def test_an_equation_is_a_png_and_the_same_every_time(latex: str) -> None:
    png = render(latex)
    assert png.startswith(PNG)
    assert png == render(latex)
    assert size(png)[0] >= 720


def test_equations_are_stacked() -> None:
    one, two = size(render("a = b")), size(render(["a = b", "a = b"]))
    assert two[0] == one[0]
    assert two[1] > 1.5 * one[1]


def test_equations_can_be_drawn_in_many_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: render(r"\frac{a}{b}"), range(12)))) == 1


@pytest.mark.parametrize("latex", [r"\foo{x}", "a_{", r"\begin{bmatrix} 1", "  "])
def test_a_broken_equation_is_named(latex: str) -> None:
    with pytest.raises(GradusError) as caught:
        render(["a", latex])
    assert latex.strip() in str(caught.value)


def test_no_equation_is_refused() -> None:
    with pytest.raises(GradusError, match="no equation"):
        render([])


def test_a_picture_of_equations_is_drawn_once(tmp_path: Path) -> None:
    first = equation_picture(["a = b"], tmp_path)
    first.write_bytes(PNG + b"kept")
    assert equation_picture(["a = b"], tmp_path).read_bytes() == PNG + b"kept"
    assert equation_picture(["a = c"], tmp_path) != first


def test_a_figure_is_drawn_once_and_again_when_its_script_changes(folder: Content, tmp_path: Path) -> None:
    figures = folder.folder / "figures"
    first = picture("line", tmp_path, figures)
    assert size(first.read_bytes()) == (1000, 400)
    first.write_bytes(PNG + b"kept")
    assert picture("line", tmp_path, figures).read_bytes() == PNG + b"kept"
    folder.write("figures/line.py", FIGURE.replace("height=2", "height=3"))
    assert size(picture("line", tmp_path, figures).read_bytes()) == (1000, 600)


def test_figures_are_the_same_in_every_thread(folder: Content) -> None:
    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(lambda _: draw("line", folder.folder / "figures"), range(3)))) == 1


def test_an_unknown_figure_is_refused_with_a_suggestion(folder: Content) -> None:
    with pytest.raises(GradusError, match=r"unknown figure 'lin' \(did you mean 'line'\?\)"):
        draw("lin", folder.folder / "figures")
    with pytest.raises(GradusError, match="unknown figure 'style'"):
        draw("style", pictures.FIGURES)


def test_a_failing_script_is_named(folder: Content, tmp_path: Path) -> None:
    folder.write("figures/line.py", "def draw():\n    return 1 / 0\n")
    with pytest.raises(GradusError, match=r"the figure 'line' cannot be drawn: .*ZeroDivisionError"):
        picture("line", tmp_path, folder.folder / "figures")
    assert not (tmp_path / "figures").exists()


def test_an_author_can_look_at_a_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dropout", str(tmp_path / "out.png")]) == 0
    assert (tmp_path / "out.png").read_bytes().startswith(PNG)
    assert main(["dropuot", str(tmp_path / "out.png")]) == 1
    assert "did you mean 'dropout'?" in capsys.readouterr().err
    assert main([]) == 2
