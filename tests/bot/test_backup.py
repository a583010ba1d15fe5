"""A backup that is whole whoever writes, and a restore that leaves the old database or the new one."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from bot.assembly import STORES
from bot.backup import BESIDE, back_up, restore
from foundation.database import connect, migrate
from foundation.errors import GradusError
from foundation.store import LearnerStore
from tests.bot.conftest import NOW
from tests.bot.test_cli import environment_of, gradus

ROOT = Path(__file__).parents[2]
MIGRATIONS = [store.migrations for store in STORES]

CRASHED = """
import os, sys
from pathlib import Path
from foundation.database import connect
from foundation.store import LearnerStore
from tests.bot.conftest import NOW

LearnerStore().learner_for(connect(Path(sys.argv[1])), int(sys.argv[2]), NOW)
os.kill(os.getpid(), 9)
"""
"""Writes a learner, and leaves them in the write-ahead log."""

WRITES = """
import sys
from pathlib import Path
from foundation.database import connect, writing
from foundation.store import LearnerStore
from tests.bot.conftest import NOW

database, store, person = connect(Path(sys.argv[1])), LearnerStore(), 100
while True:
    with writing(database):
        store.set_zone(database, store.learner_for(database, person, NOW).id, "Europe/Paris")
    print(person, flush=True)
    person += 1
"""
"""Writes learners without end, each with a zone in one transaction, and counts them aloud."""

HOLDS = """
import sys
from pathlib import Path
from bot.backup import alone

with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""

KILLED = """
import os, signal, sys
from pathlib import Path
from bot.assembly import STORES
from bot.backup import restore
from tests.bot.conftest import NOW

folders, backup, step = Path(sys.argv[1]), Path(sys.argv[2]), 1
TOUCHES = {"open", "mkdir", "chmod", "sendfile", "fsync", "replace", "unlink", "backup", "connect"}
migrations = [store.migrations for store in STORES]
restore(backup, folders / "0" / "gradus.sqlite3", migrations, NOW)  # what is imported late is imported now
while True:
    folder = folders / str(step)
    child = os.fork()
    if child == 0:
        left = step
        def count(frame, event, function):
            global left
            if event == "c_return" and function.__name__ in TOUCHES:
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.setprofile(count)
        restore(backup, folder / "gradus.sqlite3", migrations, NOW)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(step, os.WIFSIGNALED(status), flush=True)
    sys.stdin.readline()
    if not os.WIFSIGNALED(status):
        break
    step += 1
"""
"""Restores into one folder after another, each time killed a step later: after its next touch of a file."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "home" / "gradus.sqlite3"
    migrate(path, MIGRATIONS)
    meet(path, 1)
    return path


@pytest.fixture
def backup(database: Path, tmp_path: Path) -> Path:
    """With learner 1 in it; the database has learner 2 too."""
    file = tmp_path / "backup.sqlite3"
    back_up(database, file)
    meet(database, 2)
    return file


def meet(path: Path, person: int) -> None:
    opened = connect(path)
    LearnerStore().learner_for(opened, person, NOW)
    opened.close()


def crashed_after_meeting(path: Path, person: int) -> None:
    with process(CRASHED, path, str(person)) as bot:
        bot.wait()
    assert path.with_name(path.name + "-wal").stat().st_size


def learners(path: Path) -> list[int]:
    """The Discord ids in a database that is sound."""
    opened = connect(path)
    try:
        assert [row["integrity_check"] for row in opened.query("pragma integrity_check")] == ["ok"]
        return [int(row["discord_id"]) for row in opened.query("select discord_id from learners order by learner")]
    finally:
        opened.close()


def process(code: str, *arguments: str | Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


@contextmanager
def running(code: str, *arguments: str | Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that has said its first line; killed at the end."""
    with process(code, *arguments) as started:
        assert started.stdout is not None
        assert started.stdout.readline()
        yield started
        started.kill()


def inside(folder: Path) -> set[str]:
    """What is left in a folder, but for locks."""
    return {file.name for file in folder.iterdir() if file.suffix not in (".lock", ".running")}


# --------------------------------------------------------------------------------------------- backup


def test_a_backup_is_one_sound_file_and_leaves_nothing_else(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "new" / "backup #1?.sqlite3"
    back_up(database, file)
    assert inside(file.parent) == {file.name}
    assert inside(database.parent) == {database.name}
    opened = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    assert opened.execute("select discord_id from learners").fetchall() == [("1",)]
    opened.close()
    assert inside(file.parent) == {file.name}  # it can be read where nothing can be written


def test_backups_taken_during_heavy_writes_hold_whole_transactions_and_hold_nobody_up(
    database: Path, tmp_path: Path
) -> None:
    with running(WRITES, database) as writer:
        counts = []
        for number in range(10):
            file = tmp_path / f"{number}.sqlite3"
            back_up(database, file)
            opened = connect(file)
            rows = list(opened.query("select discord_id, zone from learners where discord_id >= 100 order by learner"))
            opened.close()
            assert all(row["zone"] == "Europe/Paris" for row in rows)
            assert [int(row["discord_id"]) for row in rows] == list(range(100, 100 + len(rows)))
            counts.append(len(rows))
        writer.kill()
        assert writer.stdout is not None
        kept = sum(1 for _ in writer.stdout)
    assert counts == sorted(set(counts))  # the writer went on between any two
    assert kept + 1 >= counts[-1]
    assert set(learners(database)) >= set(learners(file))


def test_what_a_crashed_bot_left_in_the_log_is_in_the_backup(database: Path, tmp_path: Path) -> None:
    crashed_after_meeting(database, 7)
    back_up(database, tmp_path / "b")
    assert learners(tmp_path / "b") == [1, 7]


def test_a_backup_may_be_read_by_whom_the_database_may(database: Path, tmp_path: Path) -> None:
    database.chmod(0o600)
    back_up(database, tmp_path / "b")
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_replaced_only_where_asked(database: Path, backup: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(GradusError, match="is there already; name another file, or replace it with --force"):
        back_up(database, backup)
    assert backup.read_bytes() == before
    back_up(database, backup, replacing=True)
    assert learners(backup) == [1, 2]


def test_the_database_is_never_its_own_backup(database: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(database)
    for file in (database, tmp_path / "link"):
        with pytest.raises(GradusError, match="is the database itself"):
            back_up(database, file, replacing=True)
    assert learners(database) == [1]


def test_a_damaged_database_gives_no_backup(database: Path, tmp_path: Path) -> None:
    damage(database)
    with pytest.raises(GradusError, match="cannot be copied: it is damaged"):
        back_up(database, tmp_path / "b")
    assert inside(tmp_path) == {"home"}


def test_without_a_database_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(GradusError, match="there is no database at"):
        back_up(tmp_path / "none.sqlite3", tmp_path / "b")
    assert inside(tmp_path) == set()


def test_a_folder_that_cannot_be_made_is_said_in_one_line(database: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(GradusError, match=r"cannot write in .*file"):
        back_up(database, tmp_path / "file" / "b")


def damage(path: Path) -> None:
    """Spoil every page but the first."""
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)


# -------------------------------------------------------------------------------------------- restore


def test_what_was_backed_up_is_there_again_and_the_old_database_is_kept(database: Path, backup: Path) -> None:
    kept = restore(backup, database, MIGRATIONS, NOW)
    assert learners(database) == [1]
    assert kept == database.with_name("gradus.sqlite3.before-restore-20260301T093000Z")
    assert learners(kept) == [1, 2]
    assert inside(database.parent) == {database.name, kept.name}
    restore(kept, database, MIGRATIONS, NOW + timedelta(seconds=1))
    assert learners(database) == [1, 2]
    migrate(database, MIGRATIONS)


def test_a_restore_needs_no_database_to_be_there(backup: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh" / "gradus.sqlite3"
    assert restore(backup, fresh, MIGRATIONS, NOW) is None
    assert learners(fresh) == [1]


def test_the_log_of_a_crashed_bot_is_kept_with_the_old_and_never_read_into_the_new(
    database: Path, backup: Path
) -> None:
    crashed_after_meeting(database, 7)
    kept = restore(backup, database, MIGRATIONS, NOW)
    assert kept is not None
    assert learners(database) == [1]
    assert learners(kept) == [1, 2, 7]


def test_a_log_whose_database_is_gone_is_never_read_into_the_new(database: Path, backup: Path) -> None:
    crashed_after_meeting(database, 7)
    database.unlink()
    assert restore(backup, database, MIGRATIONS, NOW) is None
    assert learners(database) == [1]
    assert "gradus.sqlite3.before-restore-20260301T093000Z-wal" in inside(database.parent)


@pytest.mark.parametrize("spoil", [damage, lambda path: path.write_bytes(b"no database" * 99)], ids=["pages", "all"])
def test_a_database_that_is_damaged_is_replaced_and_kept_as_it_was(spoil: object, database: Path, backup: Path) -> None:
    assert callable(spoil)
    crashed_after_meeting(database, 7)
    (log := database.with_name(database.name + "-wal")).write_bytes(b"spoilt" + log.read_bytes()[6:])
    spoil(database)
    before = database.read_bytes()
    kept = restore(backup, database, MIGRATIONS, NOW)
    assert kept is not None
    assert kept.read_bytes() == before
    assert learners(database) == [1]
    assert not [suffix for suffix in BESIDE if database.with_name(database.name + suffix).exists()]


def test_an_older_backup_is_brought_up_to_date(database: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.sqlite3"
    migrate(older, [LearnerStore.migrations])
    meet(older, 5)
    before = older.read_bytes()
    restore(older, database, MIGRATIONS, NOW)
    assert learners(database) == [5]
    assert older.read_bytes() == before
    opened = connect(database)
    assert not [steps for steps in MIGRATIONS if steps.pending(opened)]
    opened.close()


def newer(path: Path) -> None:
    steps = Migrations("learners")

    @steps(name="of_next_year")
    def of_next_year(database: Database) -> None:
        database.execute("alter table learners add column shoe_size")

    opened = connect(path)
    steps.apply(opened)
    opened.close()


def foreign(path: Path) -> None:
    path.unlink()
    opened = sqlite3.connect(path)
    opened.execute("create table recipes (x)")
    opened.commit()
    opened.close()


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (damage, "it is damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:5000]), "it is damaged or no database"),
        (lambda path: path.write_bytes(b"no database" * 99), "it is damaged or no database"),
        (lambda path: path.write_bytes(b""), "is no database of Gradus"),
        (foreign, "is no database of Gradus"),
        (newer, "was written by a newer Gradus (step 'of_next_year'); update Gradus"),
        (Path.unlink, "there is no file"),
    ],
    ids=["damaged", "cut", "text", "empty", "foreign", "newer", "missing"],
)
def test_what_is_no_sound_backup_is_refused_in_one_line_and_changes_nothing(
    spoil: object, line: str, database: Path, backup: Path
) -> None:
    assert callable(spoil)
    spoil(backup)
    done = gradus("restore", backup, home=database.parent)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert line in done.stderr
    assert str(backup) in done.stderr
    assert learners(database) == [1, 2]
    assert inside(database.parent) == {database.name}


def test_no_restore_while_a_bot_holds_the_database_and_after_its_death_at_once(database: Path, backup: Path) -> None:
    with running(HOLDS, database) as bot:
        with pytest.raises(GradusError, match=r"a bot is running on .*: stop it first"):
            restore(backup, database, MIGRATIONS, NOW)
        assert learners(database) == [1, 2]
        bot.kill()
        bot.wait()
        restore(backup, database, MIGRATIONS, NOW)
    assert learners(database) == [1]


def test_no_restore_while_another_program_has_the_database_open(database: Path, backup: Path) -> None:
    opened = connect(database)
    list(opened.query("select * from learners"))
    with pytest.raises(GradusError, match=r"another program uses .*: close it and try again"):
        restore(backup, database, MIGRATIONS, NOW)
    opened.close()
    assert learners(database) == [1, 2]


@pytest.mark.parametrize(
    ("command", "name"),
    [(["run"], "gradus.sqlite3"), (["demo", "--port", "0", "--no-browser"], "demo.sqlite3")],
    ids=["run", "demo"],
)
def test_a_bot_holds_its_database_for_its_life_so_a_second_one_is_refused(
    command: list[str], name: str, tmp_path: Path
) -> None:
    with running(HOLDS, tmp_path / name):
        done = subprocess.run(
            [sys.executable, "-m", "bot", *command],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=environment_of(tmp_path, DISCORD_TOKEN="a.b.c"),
        )
    assert done.returncode == 1
    assert f"a bot is running on {tmp_path / name}: stop it first" in done.stderr


def test_a_restore_killed_at_any_moment_leaves_the_old_database_or_the_new_one(
    database: Path, backup: Path, tmp_path: Path
) -> None:
    crashed_after_meeting(database, 7)
    folders = tmp_path / "killed"
    shutil.copytree(database.parent, folders / "1")
    found = []
    with process(KILLED, folders, backup) as driver:
        assert driver.stdin is not None
        assert driver.stdout is not None
        for line in driver.stdout:
            step, killed = line.split()
            path = folders / step / database.name
            found.append(learners(path))
            if killed == "True":
                restore(backup, path, MIGRATIONS, NOW + timedelta(seconds=1))
                assert learners(path) == [1]
                shutil.copytree(database.parent, folders / str(int(step) + 1))
            driver.stdin.write("\n")
            driver.stdin.flush()
    assert driver.returncode == 0
    assert len(found) > 20
    assert all(one in ([1, 2, 7], [1]) for one in found)
    assert found == sorted(found, reverse=True)
    assert found[0] == [1, 2, 7]
    assert found[-1] == [1]


def test_the_commands_say_what_they_did(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "b"
    done = gradus("backup", file, home=database.parent)
    assert done.returncode == 0, done.stderr
    assert f"{file}: " in done.stderr
    assert "checked" in done.stderr
    assert gradus("backup", file, home=database.parent).returncode == 1
    assert gradus("backup", file, "--force", home=database.parent).returncode == 0
    meet(database, 2)
    done = gradus("restore", file, home=database.parent)
    assert done.returncode == 0, done.stderr
    assert "the old one is kept as" in done.stderr
    assert learners(database) == [1]
