"""Boards of runs, read from the table `runs`: apart by server, data set and its version."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from training.records import BoardRow
from training.specs import Task

Data = tuple[str, str]
"""The name of a data set and its version."""


@dataclass(frozen=True)
class Ranking:
    """What is ranked: finished runs of a task on one server and one version of a data set."""

    task: Task
    server: int
    data: Data


class RunBoardStore:
    """Reads only; a run that has diverged counts nowhere."""

    def data(self, database: Database, task: Task, server: int) -> tuple[Data, ...]:
        """The data sets on which runs of a task have finished on a server, the latest first."""
        rows = database.query(
            f"select dataset, dataset_version, max(ended_at) as last from runs where {_COUNTS} "
            "group by dataset, dataset_version order by last desc",
            [task.id, str(server), _path(task)],
        )
        return tuple((row["dataset"], row["dataset_version"]) for row in rows)

    def best(self, database: Database, ranking: Ranking) -> tuple[BoardRow, ...]:
        """The best run of each learner, the best first; of equals, who was there first."""
        best, order = ("max", "desc") if ranking.task.higher else ("min", "asc")
        rows = database.query(
            f"""
            select learner, id, seconds, ended_at, {best}(json_extract(metrics, ?)) as value from runs
            where {_COUNTS} and dataset = ? and dataset_version = ?
            group by learner order by value {order}, ended_at
            """,
            [_path(ranking.task), ranking.task.id, str(ranking.server), _path(ranking.task), *ranking.data],
        )
        return tuple(
            BoardRow(row["learner"], row["id"], row["value"], row["seconds"], datetime.fromisoformat(row["ended_at"]))
            for row in rows
        )

    def counts(self, database: Database, server: int | None = None) -> tuple[int, int]:
        """How many runs wait, and how many workers have; of one server, or of all."""
        where, given = ("and server = ?", [str(server)]) if server is not None else ("", [])
        waiting, held = database.execute(
            "select count(*) filter (where state = 'queued'), count(*) filter (where state <> 'queued') from runs "
            f"where state in ('queued', 'leased', 'running') {where}",
            given,
        ).fetchone()
        return int(waiting), int(held)


_COUNTS = (
    "task = ? and server = ? and state = 'done' and dataset is not null and json_extract(metrics, ?) is not null "
    "and json_extract(metrics, '$.diverged') is null"
)


def _path(task: Task) -> str:
    return f'$."{task.metric}"'
