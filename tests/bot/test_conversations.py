"""Conversations without any Discord: what is remembered where, threads, removal, notices, coverage."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from bot.asking import DIRECT, MOST_TURNS, AnswerForgotten, Asking, CoverageEntry, NotTheirs
from bot.store import AnswerStore, KeptAnswer, Thread
from foundation.database import DatabaseThread, connect, migrate
from index.answers import Turn
from tests.bot.conftest import ANSWER, NOW, Prepared

ADA, BOB = 10**17 + 1, 10**17 + 2
SERVER = 5
PLACE = "5/77"
MINUTE = timedelta(minutes=1)

DECLINED = replace(ANSWER, verdict="decline", concept=None, concepts=(), passages=(), sources=())
RELATED = replace(ANSWER, verdict="related", concept="regularization", passages=())


def asked_before(answerer: Prepared) -> list[str]:
    """The questions that were remembered when the last one was asked."""
    return [turn.question for turn in answerer.heard[-1][1]]


async def test_a_thread_remembers_the_answer_it_opened_on_and_the_last_few_whoever_asked(
    asking: Asking, answerer: Prepared
) -> None:
    opening = await asking.ask("opening?", ADA, "5/6", NOW)
    assert await asking.open_thread(opening.id, Thread(77, PLACE), NOW)
    for number in range(MOST_TURNS + 2):
        who = (ADA, BOB)[number % 2]
        await asking.ask(f"question {number}?", who, PLACE, NOW + number * MINUTE, conversation=True)
    await asking.ask("and now?", BOB, PLACE, NOW + 60 * MINUTE, conversation=True)
    assert asked_before(answerer) == ["opening?", "question 2?", "question 3?", "question 4?", "question 5?"]
    assert answerer.heard[-1][1][0] == Turn("opening?", "dropout")


async def test_the_answer_that_is_replied_to_comes_last_in_a_thread(asking: Asking, answerer: Prepared) -> None:
    first = await asking.ask("first?", ADA, PLACE, NOW, conversation=True)
    await asking.ask("second?", ADA, PLACE, NOW + MINUTE, conversation=True)
    await asking.ask("why?", BOB, PLACE, NOW + 2 * MINUTE, first.id, conversation=True)
    assert asked_before(answerer) == ["second?", "first?"]


async def test_a_channel_remembers_only_what_is_replied_to_one_answer_after_another(
    asking: Asking, answerer: Prepared
) -> None:
    follows = None
    for number in range(MOST_TURNS + 2):
        await asking.ask("something else?", BOB, "5/6", NOW)
        follows = (await asking.ask(f"question {number}?", ADA, "5/6", NOW + number * MINUTE, follows)).id
    assert asked_before(answerer) == ["question 1?", "question 2?", "question 3?", "question 4?"]


async def test_direct_messages_remember_the_last_half_hour_of_that_person(asking: Asking, answerer: Prepared) -> None:
    await asking.ask("long ago?", ADA, DIRECT, NOW - timedelta(hours=1))
    await asking.ask("in public?", ADA, "5/6", NOW - MINUTE)
    await asking.ask("of another?", BOB, DIRECT, NOW - MINUTE)
    await asking.ask("just now?", ADA, DIRECT, NOW - MINUTE)
    await asking.ask("and why?", ADA, DIRECT, NOW)
    assert asked_before(answerer) == ["just now?"]


async def test_a_thread_is_kept_once_and_replaced_only_where_it_is_gone(asking: Asking) -> None:
    opening = await asking.ask("opening?", ADA, "5/6", NOW)
    assert await asking.thread_of(opening.id) is None
    assert await asking.open_thread(opening.id, Thread(77, PLACE), NOW)
    assert not await asking.open_thread(opening.id, Thread(88, "5/88"), NOW)
    assert await asking.thread_of(opening.id) == 77
    assert await asking.open_thread(opening.id, Thread(88, "5/88"), NOW, instead_of=77)
    assert await asking.thread_of(opening.id) == 88
    assert not await asking.is_conversation(PLACE)
    assert await asking.is_conversation("5/88")


async def test_a_thread_on_an_answer_that_is_gone_is_refused(asking: Asking) -> None:
    with pytest.raises(AnswerForgotten):
        await asking.open_thread("gone", Thread(77, PLACE), NOW)


async def test_a_conversation_outlives_the_answer_it_opened_on_but_not_its_own_ninety_days(
    asking: Asking, answerer: Prepared
) -> None:
    opening = await asking.ask("opening?", ADA, "5/6", NOW)
    await asking.open_thread(opening.id, Thread(77, PLACE), NOW)
    await asking.ask("and then?", BOB, PLACE, NOW + timedelta(days=60), conversation=True)
    await asking.remove(opening.id, ADA)
    await asking.forget_old(NOW + timedelta(days=91))
    assert await asking.is_conversation(PLACE)
    await asking.ask("and now?", BOB, PLACE, NOW + timedelta(days=91), conversation=True)
    assert asked_before(answerer) == ["and then?"]
    await asking.forget_old(NOW + timedelta(days=200))
    assert not await asking.is_conversation(PLACE)


async def test_an_answer_is_removed_by_who_asked_or_a_moderator_and_nobody_else(
    asking: Asking, database: DatabaseThread
) -> None:
    first = await asking.ask("first?", ADA, "5/6", NOW)
    second = await asking.ask("second?", ADA, "5/6", NOW)
    await asking.vote(first.id, BOB, False, NOW)
    with pytest.raises(NotTheirs):
        await asking.remove(first.id, BOB)
    with pytest.raises(NotTheirs):
        await asking.remove(first.id, BOB + 1)  # a stranger, who is not even known
    await asking.remove(first.id, ADA)
    await asking.remove(second.id, BOB, moderates=True)
    for gone in (first, second):
        with pytest.raises(AnswerForgotten):
            await asking.remove(gone.id, ADA)
    assert await database.run(lambda db: db.table("votes").count) == 0


async def test_every_learner_is_told_once_of_the_coverage_report_and_only_in_servers(asking: Asking) -> None:
    told = [(await asking.ask("why?", who, place, NOW)).notice for who, place in (
        (ADA, DIRECT), (ADA, "5/6"), (ADA, "5/6"), (ADA, "9/1"), (BOB, "5/6"),
    )]  # fmt: skip
    assert told == [False, True, False, False, True]


async def test_coverage_tells_what_was_not_answered_well_in_a_server_newest_first_and_no_names(
    asking: Asking, answerer: Prepared
) -> None:
    async def ask(question: str, place: str, days_ago: float, who: int = ADA) -> str:
        return (await asking.ask(question, who, place, NOW - timedelta(days=days_ago))).id

    await asking.vote(await ask("not helpful?", "5/6", 4), BOB, False, NOW)
    await asking.vote(await ask("helpful?", "5/6", 3), BOB, True, NOW)
    answerer.reply = DECLINED
    await ask("what is <@123> @everyone baking?", "5/77/private", 2)
    await ask("elsewhere?", "55/6", 2)
    await ask("privately?", DIRECT, 2)
    await ask("too old?", "5/6", 91)
    await ask("Hello!", "5/6", 1)
    answerer.reply = RELATED
    both = await ask("how strong?", "5/6", 1)
    await asking.vote(both, BOB, False, NOW)
    assert await asking.coverage(SERVER, NOW) == (
        CoverageEntry("unsure", "how strong?", "regularization", date(2026, 2, 28)),
        CoverageEntry("declined", "what is <@\u200b123> @\u200beveryone baking?", None, date(2026, 2, 27)),
        CoverageEntry("unhelpful", "not helpful?", "dropout", date(2026, 2, 25)),
    )


async def test_what_a_learner_deletes_is_gone_from_the_coverage_too(
    asking: Asking, answerer: Prepared, database: DatabaseThread
) -> None:
    voted = await asking.ask("of bob?", BOB, "5/6", NOW)
    await asking.vote(voted.id, ADA, False, NOW)
    answerer.reply = DECLINED
    await asking.ask("of ada?", ADA, "5/6", NOW)
    assert len(await asking.coverage(SERVER, NOW)) == 2
    await database.run(lambda db: AnswerStore().forget(db, 2))  # ada, who came second
    assert await asking.coverage(SERVER, NOW) == ()


async def test_coverage_finds_its_questions_by_an_index(database: DatabaseThread) -> None:
    def plan(db: Database) -> str:
        query = "explain query plan select * from answers where server = '5' and asked_at >= '2026'"
        return str(list(db.query(query)))

    assert "answers_by_server" in await database.run(plan)


def test_a_database_of_the_last_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "gradus.sqlite3"
    old = Migrations("answers")
    create: Callable[[Database], None] = AnswerStore.migrations._migrations[0].fn
    old(name="create_answers")(create)
    migrate(path, [old])
    db = connect(path)
    db.execute(
        "insert into answers values ('one', 1, '5/6', ?, ?)",
        [NOW.isoformat(), '{"verdict": "decline", "question": "why?"}'],
    )
    db.conn.commit()
    migrate(path, [AnswerStore.migrations])
    doubts = AnswerStore().doubts(db, SERVER, NOW - MINUTE, 10)
    assert [(doubt.verdict, doubt.question) for doubt in doubts] == [("decline", "why?")]
    AnswerStore().keep(db, KeptAnswer("two", 1, "5/6", NOW, ANSWER, follows="one"))
    db.close()
