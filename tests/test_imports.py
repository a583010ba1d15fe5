"""Who may import whom, and what stays out of memory until it is needed."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ROOMS = {
    "foundation": set(),
    "content": {"foundation"},
    "index": {"foundation", "content"},
    "quizzes": {"foundation", "content", "index"},
    "training": {"foundation"},
    "bot": {"foundation", "content", "index", "quizzes", "training"},
}

HEAVY = (
    "torch",
    "sentence_transformers",
    "transformers",
    "faiss",
    "matplotlib",
    "discord",
    "simcord",
    "ziamath",
    "openai",
)


def modules(room: str) -> Iterator[Path]:
    return (path for path in (ROOT / room).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """The top-level names that a file imports anywhere in it, with their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0], node.lineno


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    forbidden = ROOMS.keys() - ROOMS[room] - {room} | {"tests"}
    found = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(room)
        for name, line in imported(path)
        if name in forbidden
    ]
    assert not found


def test_quizzes_know_only_the_encoder_of_the_index() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {node.module}"
        for path in modules("quizzes")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").split(".")[0] == "index"
        and node.module != "index.embedding"
    ]
    assert not found


def test_only_the_chat_and_the_demo_know_discord() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for room in ROOMS
        for path in modules(room)
        for name, line in imported(path)
        if name in ("discord", "simcord") and path.relative_to(ROOT).parts[:2] not in (("bot", "chat"), ("bot", "demo"))
    ]
    assert not found


def test_every_room_has_its_line_in_the_packages_list() -> None:
    listed = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    folders = {path.parent.relative_to(ROOT) for room in ROOMS for path in modules(room)}
    assert [name for name in sorted(".".join(folder.parts) for folder in folders) if f'"{name}"' not in listed] == []


LIGHT = [
    "import foundation, foundation.database, foundation.store",
    "import content, content.catalogue, content.lesson",
    "import index, index.passages, index.search, index.build, index.embedding, index.answers, index.retriever",
    "import quizzes, quizzes.bank, quizzes.grading, quizzes.teachback, quizzes.check",
    "import training, training.specs, training.architecture, training.run_store, training.worker, training.diagnosis",
    "import bot.quizzing, bot.practising, bot.tutor.tutoring, bot.tutor.speaking",
    "import bot, bot.settings, bot.assembly, bot.asking, bot.store, bot.ticks, bot.doctor, bot.terminal, bot.running",
    "import sys; sys.argv = ['gradus', '--help']\nimport bot.cli\ntry: bot.cli.main()\nexcept SystemExit: pass",
]


@pytest.mark.parametrize("code", LIGHT, ids=[code.split(",")[0].split("\n")[0] for code in LIGHT])
def test_importing_loads_nothing_heavy(code: str) -> None:
    check = f"{code}\nimport sys\nprint('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stdout.splitlines()[-1:] == ["HEAVY []"], done.stdout + done.stderr
