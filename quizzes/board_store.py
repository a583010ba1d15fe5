"""Boards on disk: who wants to be seen on which server's board, and how much they practised."""

from dataclasses import dataclass
from datetime import date

from sqlite_utils import Database, Migrations

from foundation.database import writing
from foundation.learners import Rows


@dataclass(frozen=True)
class DayOfEffort:
    """What somebody on a board did on a study date of theirs.

    Attributes:
        person: their Discord account.
        zone: their IANA time zone, or None where it was not told.
        questions: answered, right or wrong; what was taken back counts for nothing.
    """

    person: int
    zone: str | None
    day: date
    questions: int


class BoardStore:
    """The table `boards`; effort is read from the log of attempts."""

    migrations = Migrations("boards")

    def join(self, database: Database, learner: int, server: int) -> None:
        """Put a learner on a server's board."""
        with writing(database):
            database.execute("insert or ignore into boards (learner, server) values (?, ?)", [learner, str(server)])

    def leave(self, database: Database, learner: int, server: int) -> None:
        """Take a learner off a server's board."""
        with writing(database):
            database.execute("delete from boards where learner = ? and server = ?", [learner, str(server)])

    def is_on(self, database: Database, learner: int, server: int) -> bool:
        """Whether a learner is on a server's board."""
        found = database.query("select 1 from boards where learner = ? and server = ?", [learner, str(server)])
        return bool(list(found))

    def effort(self, database: Database, server: int, since: date) -> tuple[DayOfEffort, ...]:
        """The days with effort from a study date on, of all on a server's board."""
        rows = database.query(
            """
            select learners.discord_id, learners.zone, attempts.study_date, count(*) as questions
            from boards join learners using (learner) join attempts using (learner)
            where boards.server = ? and attempts.study_date >= ?
                and attempts.attempt not in (select attempt from attempt_undos)
            group by boards.learner, attempts.study_date
            """,
            [str(server), since.isoformat()],
        )
        return tuple(
            DayOfEffort(
                int(row["discord_id"]), row["zone"], date.fromisoformat(row["study_date"]), int(row["questions"])
            )
            for row in rows
        )

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """All that is kept on the learner: rows by table."""
        return {"boards": list(database.query("select * from boards where learner = ?", [learner]))}

    def forget(self, database: Database, learner: int) -> None:
        """Take the learner off every board."""
        with writing(database):
            database.execute("delete from boards where learner = ?", [learner])


@BoardStore.migrations()
def create_boards(database: Database) -> None:
    database.execute(
        """
        create table boards (
            learner integer not null,
            server text not null,
            primary key (learner, server)
        ) without rowid
        """
    )
    database.execute("create index boards_of on boards (server)")
