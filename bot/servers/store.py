"""Servers' settings and block lists, on disk."""

import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlite_utils import Database, Migrations

from bot.servers.settings import ServerSettings
from foundation.clock import utc_text
from foundation.database import writing
from foundation.learners import Rows


class ServerStore:
    """The tables `servers` and `blocks`."""

    migrations = Migrations("servers")

    def settings(self, database: Database, server: int) -> ServerSettings:
        """What was set for a server, or the defaults."""
        rows = list(database.query("select settings from servers where server = ?", [str(server)]))
        return _from_json(rows[0]["settings"]) if rows else ServerSettings()

    def keep(self, database: Database, server: int, settings: ServerSettings) -> None:
        """Keep a server's settings, inside the caller's transaction."""
        database.execute(
            "insert into servers (server, settings) values (?, ?) "
            "on conflict (server) do update set settings = excluded.settings",
            [str(server), _to_json(settings)],
        )

    def block(self, database: Database, server: int, person: int, now: datetime) -> None:
        """Put a Discord account on a server's block list."""
        with writing(database):
            database.execute(
                "insert or ignore into blocks (server, person, blocked_at) values (?, ?, ?)",
                [str(server), str(person), utc_text(now)],
            )

    def unblock(self, database: Database, server: int, person: int) -> None:
        """Take a Discord account off a server's block list."""
        with writing(database):
            database.execute("delete from blocks where server = ? and person = ?", [str(server), str(person)])

    def blocked(self, database: Database, server: int) -> tuple[int, ...]:
        """The Discord accounts on a server's block list, the newest first."""
        rows = database.query("select person from blocks where server = ? order by blocked_at desc", [str(server)])
        return tuple(int(row["person"]) for row in rows)

    def is_blocked(self, database: Database, server: int, person: int) -> bool:
        """Whether a Discord account is on a server's block list."""
        found = database.query("select 1 from blocks where server = ? and person = ?", [str(server), str(person)])
        return bool(list(found))

    def export(self, database: Database, learner: int) -> dict[str, Rows]:
        """The block lists that the learner's account is on."""
        rows = database.query(
            "select blocks.* from blocks join learners on learners.discord_id = blocks.person where learner = ?",
            [learner],
        )
        return {"blocks": list(rows)}

    def forget(self, database: Database, learner: int) -> None:
        """Nothing: a block is its server's own setting, and would be lifted by whoever deletes their data."""


@ServerStore.migrations()
def create_servers(database: Database) -> None:
    database.execute("create table servers (server text primary key, settings text not null)")
    database.execute(
        """
        create table blocks (
            server text not null,
            person text not null,  -- a Discord account, as its server's moderators chose it
            blocked_at text not null,
            primary key (server, person)
        )
        """
    )


def _to_json(settings: ServerSettings) -> str:
    return json.dumps({name: _plain(value) for name, value in asdict(settings).items()})


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def _from_json(text: str) -> ServerSettings:
    kept: dict[str, Any] = json.loads(text)
    known = {field.name for field in fields(ServerSettings)}
    values: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value for name, value in kept.items() if name in known
    }
    return ServerSettings(**values)
