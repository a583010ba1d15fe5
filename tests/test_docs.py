"""The README names every command, and what it links to is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from bot.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(command: object, path: str = "gradus") -> Iterator[str]:
    """Every command as it is typed."""
    below = getattr(command, "commands", None)
    if below is None:
        yield path
        return
    for name, child in below.items():
        yield from commands(child, f"{path} {name}")


@pytest.mark.parametrize("command", list(commands(get_command(app))))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`{command}" in README


def test_every_option_that_the_readme_names_exists() -> None:
    root = get_command(app)
    known = {option for command in _leaves(root) for parameter in command.params for option in parameter.opts}
    known |= {
        option for command in _leaves(root) for parameter in command.params for option in parameter.secondary_opts
    }
    named = {option for line in re.findall(r"`gradus [^`]*`", README) for option in re.findall(r"--[a-z-]+", line)}
    assert named <= known


def _leaves(command: object) -> Iterator[typer.core.TyperCommand]:
    below = getattr(command, "commands", None)
    if below is None:
        yield command  # type: ignore[misc]
        return
    for child in below.values():
        yield from _leaves(child)


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md"])
def test_every_file_that_a_page_links_to_is_there(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    linked = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    assert [target for target in linked if not (ROOT / target).exists()] == []


def test_nothing_is_left_to_fill_in() -> None:
    assert not re.findall(r"\b(TODO|TBD|FIXME|PLACEHOLDER|DOWNLOAD|PERMISSIONS)\b", README)
