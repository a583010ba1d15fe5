"""What is kept of questions to groups and of members' answers, and what is found again."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.asking import Asking
from bot.curriculum import Curriculum
from bot.groups.asked import MOST_QUESTIONS, MemberAnswer, NotKept, clean_answer
from bot.groups.asked_store import AskedStore
from bot.groups.group import Group, Place
from bot.groups.group_store import GroupStore
from bot.groups.likeness import ALIKE, Asked, Vectorised, encoded, most_alike
from bot.groups.member_answers import MemberAnswers
from bot.servers.servers import Servers
from content.catalogue import load
from foundation.database import DatabaseThread
from foundation.errors import GradusError
from foundation.store import LearnerStore
from index.embedding import load_encoder
from tests.bot.conftest import ANSWER, NOW
from tests.bot.groups.lettered import Lettered

ADA, BOB, CY, DEE = 11, 12, 13, 14
SERVER, ROOM = 5, 77
QUESTION = "why does dropout help?"
TEXT = "Because no unit can lean on its neighbour."
PAIRS = Path(__file__).parent / "question_pairs.jsonl"


@pytest.fixture
def lettered() -> Lettered:
    return Lettered()


@pytest.fixture
def answers(
    curriculum: Curriculum, database: DatabaseThread, lettered: Lettered, ids: Callable[[], str]
) -> MemberAnswers:
    """Over a group of ada, bob and cy."""
    group = Group(
        id="g1", server=SERVER, name="Us", owner=None, stage=None, concepts=("dropout",), pace=1, meeting=None,
        zone="UTC", minutes=60, approval=False, size=8, created_at=NOW, home=1, place=Place(thread=ROOM),
    )  # fmt: skip

    def found_group(db: Database) -> None:
        ada, bob, cy = (LearnerStore().learner_for(db, person, NOW).id for person in (ADA, BOB, CY))
        GroupStore().add(db, group, ada)
        for learner in (bob, cy):
            GroupStore().join(db, "g1", learner, NOW)

    database.call(found_group)
    return MemberAnswers(curriculum, database, lettered, ids)


async def asked(answers: MemberAnswers, asking: Asking, question: str = QUESTION, person: int = ADA) -> str:
    """A question that ada put to her group; its id."""
    kept = await asking.ask(question, person, f"{SERVER}/1", NOW)
    one, _, new = await answers.ask(kept.id, "g1", person, SERVER, None, NOW)
    assert new
    await answers.sent(one.id, 1000)
    return one.id


async def kept(answers: MemberAnswers, question: str, person: int = BOB, text: str = TEXT) -> str:
    """An approved answer; its id."""
    one, _ = await answers.answer(question, person, text, "bob", NOW)
    await answers.sent(one.id, 1001)
    await answers.accept(one.id, ADA)
    await answers.judge(one.id, SERVER, "approve")
    await answers.encode_new(NOW)
    return one.id


async def found(answers: MemberAnswers, question: str = QUESTION, server: int | None = SERVER) -> MemberAnswer | None:
    return await answers.like(replace(ANSWER, question=question), server)


async def test_the_likest_approved_answer_is_found_and_no_other(answers: MemberAnswers, asking: Asking) -> None:
    help = await kept(answers, await asked(answers, asking))
    rate = await kept(answers, await asked(answers, asking, "what rate is the best for dropout?"))
    assert (one := await found(answers)) is not None
    assert one.id == help
    assert (one := await found(answers, "what rate is best for dropout?")) is not None
    assert one.id == rate
    assert await found(answers, "where does it go?") is None


async def test_another_server_a_direct_message_and_another_concept_find_nothing(
    answers: MemberAnswers, asking: Asking
) -> None:
    await kept(answers, await asked(answers, asking))
    assert await found(answers, server=SERVER + 1) is None
    assert await found(answers, server=None) is None
    for other in (replace(ANSWER, concept="regularization"), replace(ANSWER, concept=None),
                  replace(ANSWER, verdict="decline")):  # fmt: skip
        assert await answers.like(other, SERVER) is None
    assert await answers.like(replace(ANSWER, verdict="related"), SERVER) is not None


async def test_while_there_is_no_encoder_nothing_is_found_and_later_it_is(
    answers: MemberAnswers, asking: Asking, lettered: Lettered
) -> None:
    lettered.absent = True
    await kept(answers, await asked(answers, asking))
    assert await found(answers) is None
    lettered.absent = False
    assert await found(answers) is None  # its own vector is missing yet
    await answers.encode_new(NOW)
    assert await found(answers) is not None


async def test_another_encoder_makes_the_vectors_anew(
    curriculum: Curriculum, database: DatabaseThread, answers: MemberAnswers, asking: Asking, ids: Callable[[], str]
) -> None:
    await kept(answers, await asked(answers, asking))

    class Other(Lettered):
        async def vectors(self, questions: Sequence[Asked]) -> Vectorised | None:
            made = await super().vectors(questions)
            return made and replace(made, model="another")

    other = MemberAnswers(curriculum, database, Other(), ids)
    assert await found(other) is None
    await other.encode_new(NOW)
    assert await found(other) is not None


async def test_what_is_refused_struck_or_hidden_is_not_found(answers: MemberAnswers, asking: Asking) -> None:
    one = await kept(answers, await asked(answers, asking))
    for person in (ADA, CY, CY, DEE):
        await answers.report(one, person, NOW)
    assert await found(answers) is None
    await answers.judge(one, SERVER, "keep")
    assert await found(answers) is not None
    with pytest.raises(NotKept):
        await answers.judge(one, SERVER + 1, "remove")  # a moderator of another server
    await answers.judge(one, SERVER, "remove")
    assert await found(answers) is None
    with pytest.raises(NotKept):
        await answers.report(one, DEE, NOW)


async def test_a_hidden_question_hides_its_answers_from_others_too(answers: MemberAnswers, asking: Asking) -> None:
    question = await asked(answers, asking)
    await kept(answers, question)
    for person in (BOB, CY, DEE):
        await answers.report(question, person, NOW)
    assert await found(answers) is None
    with pytest.raises(NotKept):
        await answers.may_answer(question, BOB)


async def test_limits_count_what_was_removed(answers: MemberAnswers, asking: Asking) -> None:
    for number in range(MOST_QUESTIONS):
        question = await asked(answers, asking, f"{QUESTION} {number}")
        await answers.remove(question, ADA, moderates=False)
    with pytest.raises(GradusError, match="within a day"):
        await asked(answers, asking)
    later = await asking.ask(QUESTION, ADA, f"{SERVER}/1", NOW)
    assert (await answers.ask(later.id, "g1", ADA, SERVER, None, NOW + timedelta(days=1)))[2]


async def test_who_left_the_group_asks_and_answers_there_no_more(
    answers: MemberAnswers, asking: Asking, database: DatabaseThread
) -> None:
    question = await asked(answers, asking)
    kept_answer = await asking.ask(QUESTION, BOB, f"{SERVER}/1", NOW)
    bob = await database.run(lambda db: LearnerStore().learner_for(db, BOB, NOW).id)
    await database.run(lambda db: GroupStore().leave(db, "g1", bob, NOW))
    with pytest.raises(GradusError, match="Only members"):
        await answers.answer(question, BOB, TEXT, None, NOW)
    with pytest.raises(GradusError, match="/group find"):
        await answers.ask(kept_answer.id, "g1", BOB, SERVER, None, NOW)


async def test_the_word_list_holds_for_names_too(
    answers: MemberAnswers, asking: Asking, database: DatabaseThread
) -> None:
    await Servers(database).change(SERVER, lambda one: replace(one, word_list=frozenset({"nitro"})))
    question = await asked(answers, asking)
    with pytest.raises(GradusError, match="word list"):
        await answers.answer(question, BOB, TEXT, "free n.i.t.r.o", NOW)
    await answers.answer(question, BOB, TEXT, None, NOW)


async def test_questions_of_long_ago_go_unless_something_came_of_them(
    answers: MemberAnswers, asking: Asking, database: DatabaseThread
) -> None:
    good, idle = await asked(answers, asking), await asked(answers, asking, "what rate?")
    await kept(answers, good)
    await answers.answer(idle, BOB, TEXT, None, NOW)
    await answers.forget_old(NOW + timedelta(days=91))
    assert (await answers.question(good)).question == QUESTION
    with pytest.raises(NotKept):
        await answers.question(idle)
    texts = await database.run(lambda db: db.execute("select count(*) from member_answers").fetchone())
    assert texts == (1,)


@pytest.mark.parametrize(("text", "why"), [("  short  ", "at least 10"), ("x" * 1501, "1,501")])
def test_an_answer_has_its_bounds(text: str, why: str) -> None:
    with pytest.raises(GradusError, match=why):
        clean_answer(text)


async def test_what_one_answers_oneself_is_no_answer_to_a_member(
    answers: MemberAnswers, asking: Asking, database: DatabaseThread
) -> None:
    question = await asked(answers, asking)
    await kept(answers, question, person=ADA)
    await kept(answers, question, person=BOB)

    def count(db: Database) -> list[int]:
        learners = [LearnerStore().learner_for(db, person, NOW).id for person in (ADA, BOB)]
        return [AskedStore().count_accepted(db, one) for one in learners]

    assert await database.run(count) == [0, 1]


def test_none_is_most_alike_where_there_is_none() -> None:
    assert most_alike(b"", ()) is None


@dataclass(frozen=True)
class Pair:
    concept: str
    like: bool
    cosine: float


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Pairs of questions about one concept, the same in other words or near misses, by the real encoder."""
    encoder, titles = load_encoder(), load().concepts
    written = [json.loads(line) for line in PAIRS.read_text().splitlines()]
    sides = [[(pair[side], titles[pair["concept"]].title) for pair in written] for side in ("one", "other")]
    ones, others = (encoded(encoder, side).vectors for side in sides)
    nearest = [most_alike(one, [other]) for one, other in zip(ones, others, strict=True)]
    return [
        Pair(pair["concept"], pair["like"], found[1])
        for pair, found in zip(written, nearest, strict=True)
        if found is not None
    ]


def judged(pairs: Sequence[Pair], threshold: float) -> tuple[float, float]:
    """Precision and recall of taking the pairs from a cosine on for the same question."""
    taken = [pair.like for pair in pairs if pair.cosine >= threshold]
    return (sum(taken) / len(taken) if taken else 1.0, sum(taken) / sum(pair.like for pair in pairs))


def test_the_threshold_tells_other_words_from_near_misses(pairs: list[Pair]) -> None:
    precision, recall = judged(pairs, ALIKE)
    assert precision >= 0.9
    assert recall >= 0.6


def test_a_threshold_chosen_on_some_lessons_holds_for_others(pairs: list[Pair]) -> None:
    lessons = sorted({pair.concept for pair in pairs})
    results = []
    for seed in range(200):
        chosen = set(random.Random(seed).sample(lessons, len(lessons) // 2))
        seen, unseen = ([one for one in pairs if (one.concept in chosen) is here] for here in (True, False))
        fitting = [at / 100 for at in range(70, 95) if judged(seen, at / 100)[0] >= 0.9]
        results.append(judged(unseen, min(fitting)))
    precision, recall = (sum(one) / len(results) for one in zip(*results, strict=True))
    assert precision >= 0.85
    assert recall >= 0.6
