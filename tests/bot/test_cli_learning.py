"""`gradus learn`, `gradus roadmap`, `gradus resources`: as people read them, and as scripts do."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from bot import terminal
from bot.handout import lesson_text
from bot.learning import Learning
from content.catalogue import Catalogue, load
from tests.bot.test_cli import gradus


@pytest.fixture(scope="module")
def real() -> Catalogue:
    return load()


@pytest.mark.parametrize("name", [["dropout"], ["Inverted", "dropout"]])
def test_a_lesson_is_plain_text_where_nobody_reads_it_on_a_terminal(name: list[str], tmp_path: Path) -> None:
    done = gradus("learn", *name, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# Dropout\n\n*Core deep learning*\n\n## In one minute\n\nDropout is")
    assert "\x1b" not in done.stdout
    assert "\n\n    h̃ᵢ = mᵢ hᵢ/(1 − p)\n\n" in done.stdout
    assert "```python\nimport torch" in done.stdout
    for heading in ("## Key points", "## Builds on", "## Reading list"):
        assert heading in done.stdout
    assert done.stdout.count("Picture: ") == 1


def test_a_lesson_is_rendered_where_somebody_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(force_terminal=True, width=60, record=True)
    monkeypatch.setattr(terminal, "Console", lambda: console)
    with console.capture() as shown:
        terminal.put_markdown("# Dropout\n\n**Switch** units off.")
    assert "\x1b[1m" in shown.get()
    assert "**" not in shown.get()


def test_no_formula_of_a_lesson_is_left_as_a_number_or_as_latex(real: Catalogue) -> None:
    learning = Learning(real)
    for id, lesson in real.lessons.items():
        text = lesson_text(learning.study(id))
        assert "$$" not in text
        numbers = [f"**({number})**" for number in range(1, len(lesson.equations) + 1)]
        assert not [number for number in numbers if number in text]


def test_a_concept_whose_lesson_is_being_written_says_so(real: Catalogue) -> None:
    bare = Learning(Catalogue(**{**vars(real), "lessons": {}}))
    text = lesson_text(bare.study("gru"))
    assert "Its lesson is being written. It covers: GRU, gated recurrent unit" in text
    assert "- ○ Long short-term memory (LSTM) (`lstm`)" in text


def test_the_roadmap_goes_stage_by_stage_and_marks_what_is_written(real: Catalogue, tmp_path: Path) -> None:
    done = gradus("roadmap", home=tmp_path)
    assert done.returncode == 0, done.stderr
    headings = [line for line in done.stdout.splitlines() if line.startswith("## ")]
    assert len(headings) == len(real.stages)
    assert headings[0].startswith("## 1. Foundations: ")
    lines = [line for line in done.stdout.splitlines() if line.startswith("- ")]
    assert len(lines) == len(real.concepts)
    assert "- ● Dropout (`dropout`)" in lines
    assert sum(line.startswith("- ● ") for line in lines) == len(real.lessons)


def test_the_reading_list_is_of_a_concept_or_of_everything(real: Catalogue, tmp_path: Path) -> None:
    one = gradus("resources", "dropout", home=tmp_path)
    assert one.stdout.startswith("- Dropout: A Simple Way to Prevent Neural Networks from Overfitting (Nitish")
    assert "<https://" in one.stdout
    everything = gradus("resources", home=tmp_path)
    assert sum(line.startswith("- ") for line in everything.stdout.splitlines()) == len(real.resources)
    assert "## Book\n" in everything.stdout


def test_scripts_get_json(real: Catalogue, tmp_path: Path) -> None:
    lesson = json.loads(gradus("learn", "dropout", "--json", home=tmp_path).stdout)
    assert (lesson["concept"], lesson["title"], lesson["written"]) == ("dropout", "Dropout", True)
    assert lesson["pages"][0]["section"] == "In one minute"
    assert lesson["builds_on"][0] == {"id": "regularization", "title": "Regularisation", "written": True}
    road = json.loads(gradus("roadmap", "--json", home=tmp_path).stdout)
    assert [stage["id"] for stage in road] == [*real.stages]
    assert road[0]["concepts"][0]["id"] == "what-is-deep-learning"
    reading = json.loads(gradus("resources", "dropout", "--json", home=tmp_path).stdout)
    assert [one["id"] for one in reading] == [one.id for one in real.resources_for("dropout")]
    assert set(reading[0]) == {"id", "title", "kind", "authors", "url", "level", "concepts"}
    assert len(json.loads(gradus("resources", "--json", home=tmp_path).stdout)) == len(real.resources)


@pytest.mark.parametrize("command", ["learn", "resources"])
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("dropuot", "gradus: unknown concept 'dropuot' (did you mean 'dropout'?)"),
        ("pizza", "gradus: unknown concept 'pizza'; `gradus roadmap` lists them all"),
    ],
)
def test_a_wrong_concept_is_one_line_with_a_suggestion(command: str, name: str, line: str, tmp_path: Path) -> None:
    done = gradus(command, name, home=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == line


def test_a_lesson_without_a_name_is_wrong_usage(tmp_path: Path) -> None:
    assert gradus("learn", home=tmp_path).returncode == 2
