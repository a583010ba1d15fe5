"""The console script, the way scripts and people meet it: arguments in; two streams and a status out.

All but one test call `main` inside this process, which has imported torch already: a process of its own
would spend seconds on that each time.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from bot.cli import main
from tests.bot.conftest import with_index

ROOT = Path(__file__).parents[2]

CORPUS = (
    {"id": "cat", "title": "Cats", "text": "Cats sleep for most of the day. They purr when content."},
    {"id": "volcano", "title": "Volcanoes", "text": "A volcano erupts when molten rock reaches the surface."},
    {"id": "chess", "title": "Chess", "text": "A bishop moves along the diagonals of the board."},
)


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


def environment_of(home: Path, **more: str) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("GRADUS_", "DISCORD_"))}
    return inherited | {"GRADUS_HOME": str(home)} | more


def gradus(*arguments: str | Path, home: Path, **environment: str) -> Done:
    out, err, status = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.dict(os.environ, environment_of(home, **environment), clear=True),
        mock.patch.object(sys, "argv", ["gradus", *map(str, arguments)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
    return Done(status, out.getvalue(), err.getvalue())


def json_lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_index(tmp_path_factory.mktemp("home") / "gradus", tmp_path_factory)


@pytest.fixture(scope="module")
def corpus(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index made by the command, over a file with two bad lines in it."""
    folder = tmp_path_factory.mktemp("corpus")
    lines = [json.dumps(entry) for entry in CORPUS]
    (folder / "corpus.jsonl").write_text("\n".join([lines[0], "{broken", lines[1], '{"id": "x"}', lines[2]]))
    done = gradus("index", "corpus", folder / "corpus.jsonl", "--out", folder / "index", home=home)
    assert done.returncode == 0, done.stderr
    assert f"{folder / 'corpus.jsonl'}:2: not JSON" in done.stderr
    assert f"{folder / 'corpus.jsonl'}:4: 'title' is missing" in done.stderr
    assert "3 passages" in done.stderr
    assert done.stdout == ""
    return folder / "index"


def test_help_is_there_at_once_and_names_the_commands(home: Path) -> None:
    done = gradus("--help", home=home)
    assert done.returncode == 0
    for command in ("demo", "run", "doctor", "content", "index", "ask"):
        assert command in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["ask"], ["ask", "a", "--batch", "b"], ["index", "search", "a"], ["demo", "--port", "70000"]],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(arguments: list[str], home: Path) -> None:
    done = gradus(*arguments, home=home)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "line"),
    [
        (["run"], {}, "DISCORD_TOKEN: missing; copy it from discord.com/developers"),
        (["run"], {"GRADUS_HOM": "x"}, "GRADUS_HOM: no such setting (did you mean 'GRADUS_HOME'?)"),
        (["ask", "  "], {}, "That question is empty"),
        (["ask", "why " * 1000], {}, "That question has 3,999 characters"),
        (["ask", "--batch", "/no/such/file"], {}, "cannot read /no/such/file: no such file"),
        (["index", "corpus", "/no/such/file", "--out", "/tmp/x"], {}, "cannot read /no/such/file"),
        (["index", "corpus", str(ROOT / "README.md"), "--out", str(ROOT / "LICENSE")], {}, "no line of"),
        (["index", "build", "--out", str(ROOT / "LICENSE")], {}, "LICENSE is a file; name a folder with --out"),
        (["index", "search", "", "--index", "/no/such/index"], {}, "That question is empty"),
        (["index", "search", "x", "--index", "/no/such/index"], {}, "there is no index at /no/such/index"),
        (["content", "check", "--content", "/no/such/folder"], {}, "/no/such/folder"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else "",
)
def test_a_refusal_is_said_in_clear_lines_and_ends_with_1(
    arguments: list[str], environment: dict[str, str], line: str, home: Path
) -> None:
    done = gradus(*arguments, home=home, **environment)
    assert done.returncode == 1, done.stdout + done.stderr
    assert line in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_search_prints_json_and_nothing_else(corpus: Path, home: Path) -> None:
    command = [sys.executable, "-m", "bot", "index", "search", "which animal purrs?", "--index", str(corpus)]
    done = subprocess.run(
        [*command, "--k", "2", "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment_of(home),
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["hits"]
    assert found[0]["id"] == "cat"
    assert len(found) == 2
    assert found[0]["score"] > found[1]["score"]


def test_a_batch_is_answered_line_by_line_in_order(corpus: Path, home: Path, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    lines = [{"id": "b", "question": "what erupts?"}, {"id": "a", "question": "how does a bishop move?"}]
    batch.write_text("\n".join([json.dumps(lines[0]), "nonsense", json.dumps(lines[1])]))
    done = gradus("index", "search", "--batch", batch, "--index", corpus, "--k", "1", "--json", home=home)
    found = json_lines(done.stdout)
    assert [entry["id"] for entry in found] == ["b", None, "a"]
    assert found[0]["hits"][0]["id"] == "volcano"  # type: ignore[index]
    assert found[2]["hits"][0]["id"] == "chess"  # type: ignore[index]
    assert found[0]["milliseconds"] > 0  # type: ignore[operator]
    assert "not JSON" in str(found[1]["error"])
    assert done.returncode == 1
    assert "batch.jsonl:2: not JSON" in done.stderr


def test_building_again_embeds_nothing(corpus: Path, home: Path, tmp_path: Path) -> None:
    (tmp_path / "same.jsonl").write_text("\n".join(json.dumps(entry) for entry in CORPUS))
    done = gradus("index", "corpus", tmp_path / "same.jsonl", "--out", corpus, home=home)
    assert "nothing changed" in done.stderr


def test_building_what_has_not_changed_needs_no_encoder(corpus: Path, home: Path, tmp_path: Path) -> None:
    (tmp_path / "same.jsonl").write_text("\n".join(json.dumps(entry) for entry in CORPUS))
    command = ["gradus", "index", "corpus", str(tmp_path / "same.jsonl"), "--out", str(corpus)]
    program = (
        f"import sys; sys.argv = {command!r}\n"
        "from bot.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('torch', 'sentence_transformers', 'faiss') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT, env=environment_of(home)
    )
    assert "nothing changed" in done.stderr
    assert done.stdout.strip() == "[]"


def test_the_evaluation_shows_each_figure_beside_its_target(home: Path, tmp_path: Path) -> None:
    entries = [
        {"id": "a", "question": "why does dropout help?", "kind": "direct", "concept": "dropout"},
        {"id": "b", "question": "how long do I boil an egg", "kind": "far", "concept": None},
        {
            "id": "c",
            "question": "and how do I do that in code?",
            "kind": "followup",
            "concept": "dropout",
            "history": [{"question": "what is dropout", "concept": "dropout"}],
        },
    ]
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(map(json.dumps, entries)))
    done = gradus("eval", "--questions", questions, home=home)
    assert done.returncode == 0, done.stderr
    assert "on topic: right concept first             100.0%   at least 85%" in done.stdout
    assert "follow-ups: right concept first           100.0%   at least 80%" in done.stdout
    assert "MISSED" not in done.stdout
    told = json.loads(gradus("eval", "--questions", questions, "--json", home=home).stdout)
    assert {group: shares["questions"] for group, shares in told["groups"].items()} == {
        "written": 1,
        "follow-up": 1,
        "off": 1,
    }
    assert all(target["met"] for target in told["targets"])
    assert told["misses"] == []


def test_an_answer_has_the_shape_that_scripts_rely_on(home: Path) -> None:
    done = gradus("ask", "why does dropout help?", "--json", home=home)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert list(answer) == [
        "question",
        "verdict",
        "concept",
        "concepts",
        "answer",
        "passages",
        "sources",
        "confidence",
        "milliseconds",
    ]
    assert (answer["verdict"], answer["concept"], answer["concepts"][0]) == ("answer", "dropout", "dropout")
    assert set(answer["passages"][0]) == {"concept", "section", "text", "score"}
    assert set(answer["sources"][0]) == {"title", "url"}
    assert 0 <= answer["confidence"] <= 1


def test_a_person_reads_the_answer_with_its_sources(home: Path) -> None:
    done = gradus("ask", "why does dropout help?", home=home)
    assert done.returncode == 0
    assert "unit" in done.stdout
    assert "https://" in done.stdout


def test_answers_in_a_batch_keep_their_order_and_their_history(home: Path, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    history = [{"question": "what is dropout?", "concept": "dropout"}]
    entries = [
        {"id": 1, "question": "best pizza in Rome?"},
        {"id": 2, "question": "do I use it at test time?", "history": history},
        {"id": 3, "question": ""},
    ]
    batch.write_text("\n".join(json.dumps(entry) for entry in entries))
    done = gradus("ask", "--batch", batch, "--json", home=home)
    first, second, third = json_lines(done.stdout)
    assert (first["id"], first["verdict"], first["concept"], first["concepts"]) == (1, "decline", None, [])
    assert (second["id"], second["concept"]) == (2, "dropout")
    assert third["id"] == 3
    assert "empty" in str(third["error"])


def test_a_bad_entry_of_a_batch_costs_only_itself(home: Path, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_text(
        '{"id": "\\ud800", "question": "why does dropout help?"}\n'
        '{"id": 2, "question": "and why?", "history": [{"question": "x", "concept": ["a"]}]}\n'
        '{"id": 3, "question": "and why?", "history": {}}\n'
        '{"id": 4, "question": "why does dropout help?", "history": []}\n'
    )
    done = gradus("ask", "--batch", batch, "--json", home=home)
    entries = json_lines(done.stdout)
    assert [entry.get("concept") for entry in entries] == ["dropout", None, None, "dropout"]
    assert all("history" in str(entry["error"]) for entry in entries[1:3])
    assert done.returncode == 1


def test_a_full_standard_output_is_one_clear_line(home: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "doctor"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=ROOT,
            env=environment_of(home),
        )
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["gradus: standard output cannot be written: no space is left"]


def test_the_doctor_finds_a_sound_house(home: Path) -> None:
    done = gradus("doctor", home=home)
    assert done.returncode == 0, done.stdout
    names = [line.split()[1] for line in done.stdout.splitlines()]
    assert names == ["settings", "database", "lessons", "encoder", "index", "model", "GPU", "sandbox"]


def test_the_doctor_names_what_is_broken_and_what_to_do(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "index").mkdir(parents=True)
    (home / "index" / "CURRENT").write_text("nonsense")
    (home / "gradus.sqlite3").write_bytes(b"no database at all " * 100)
    done = gradus("doctor", home=home)
    wrong = {line.split()[1]: line for line in done.stdout.splitlines() if line.startswith("WRONG")}
    assert done.returncode == 1
    assert set(wrong) == {"database", "index"}
    assert "put back a backup" in wrong["database"]
    assert "gradus index build" in wrong["index"]
