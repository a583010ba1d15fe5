import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from foundation.database import DatabaseThread, connect, migrate, writing
from foundation.errors import GradusError


def steps(*names: str) -> Migrations:
    made = Migrations("test")
    for name in names:

        @made(name=name)
        def step(database: Database, name: str = name) -> None:
            database.execute(f"create table {name} (x integer)")

    return made


def rows(path: Path, table: str = "a") -> list[int]:
    database = connect(path)
    try:
        return [row["x"] for row in database.query(f"select x from {table}")]
    finally:
        database.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "folder" / "test.sqlite3"
    migrate(path, [steps("a")])
    return path


def test_a_new_file_is_made_with_its_folder(path: Path) -> None:
    assert rows(path) == []


def test_only_pending_steps_are_applied(path: Path) -> None:
    with_row(path, 1)
    migrate(path, [steps("a", "b")])
    assert rows(path) == [1]
    assert rows(path, "b") == []


def with_row(path: Path, x: int) -> None:
    database = connect(path)
    with writing(database):
        database.execute("insert into a values (?)", [x])
    database.close()


def test_a_newer_schema_is_refused_in_one_line(path: Path) -> None:
    migrate(path, [steps("a", "b")])
    with pytest.raises(GradusError, match=r"written by a newer Gradus \(step 'b'\); update Gradus"):
        migrate(path, [steps("a")])


def test_a_step_that_fails_leaves_no_trace_of_its_set(path: Path) -> None:
    broken = steps("a", "b")

    @broken(name="c")
    def c(database: Database) -> None:
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        migrate(path, [broken])
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        rows(path, "b")
    migrate(path, [steps("a", "b")])


def test_a_transaction_is_kept_whole_or_not_at_all(path: Path) -> None:
    database = connect(path)

    def half_done() -> None:
        with writing(database):
            database.execute("insert into a values (1)")
            raise ValueError("half done")

    with pytest.raises(ValueError, match="half done"):
        half_done()
    assert rows(path) == []
    database.close()


def test_a_lock_held_for_long_is_one_clear_line(path: Path) -> None:
    holder, waiter = connect(path), connect(path)
    with (
        writing(holder),
        pytest.raises(GradusError, match="locked by another process for 0 s"),
        writing(waiter, patience=0.05),
    ):
        pass
    with writing(waiter):
        waiter.execute("insert into a values (2)")
    assert rows(path) == [2]
    holder.close()
    waiter.close()


def test_writers_in_many_threads_lose_nothing(path: Path) -> None:
    def write(base: int) -> None:
        for x in range(base, base + 25):
            with_row(path, x)

    threads = [threading.Thread(target=write, args=(100 * i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(rows(path)) == [100 * i + j for i in range(4) for j in range(25)]


def test_two_processes_at_first_start_both_find_the_whole_schema(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.foundation.test_database import steps\n"
        "from foundation.database import migrate\n"
        "migrate(Path(sys.argv[1]), [steps(*(f't{i}' for i in range(30)))])"
    )
    path = tmp_path / "new" / "x.sqlite3"
    started = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(4)]
    assert [process.wait() for process in started] == [0, 0, 0, 0]
    assert rows(path, "t29") == []


def test_what_is_no_database_is_said_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    path.write_bytes(b"this is no database, just text" * 100)
    with pytest.raises(GradusError, match="damaged or not a database; put back a backup"):
        migrate(path, [steps("a")])


def test_a_database_that_is_a_folder_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite3").mkdir()
    with pytest.raises(GradusError, match="cannot use the database"):
        migrate(tmp_path / "x.sqlite3", [steps("a")])


async def test_the_database_thread_runs_everything_in_one_thread_of_its_own(path: Path) -> None:
    database = DatabaseThread(path)
    names = {await database.run(lambda _: threading.current_thread().name) for _ in range(5)}
    names.add(database.call(lambda _: threading.current_thread().name))
    assert len(names) == 1
    assert threading.current_thread().name not in names
    database.close()


async def test_an_error_in_the_database_thread_reaches_its_caller(path: Path) -> None:
    database = DatabaseThread(path)

    def fail(_: Database) -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await database.run(fail)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await database.run(lambda db: db.execute("select * from missing"))
    database.close()
