"""Simulated learners, and the rules that the simulator shares with the bot."""

import random
from datetime import date, timedelta

import numpy as np
import pytest

from content import catalogue
from quizzes import bank
from quizzes.memory import Card, Memory, Rating
from quizzes.practice import Learned, Plan, Practice
from quizzes.simulation import (
    ActivationMind,
    Answers,
    Course,
    Fsrs,
    FsrsMind,
    Gradus,
    Mind,
    Pairs,
    PlainFsrs,
    Policy,
    Shuffled,
    Sm2,
    answered,
    run,
)

DAY = date(2026, 3, 28)
SMALL = Course(learners=40, concepts=20, days=40, new_a_day=1)


def pairs(learners: list[int], concepts: list[int]) -> Pairs:
    return Pairs(np.array(learners), np.array(concepts))


def source(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def said(*right: bool) -> Answers:
    return Answers(np.array(right), np.zeros(len(right), np.bool_))


def test_fsrs_on_arrays_is_py_fsrs_review_for_review() -> None:
    draw, memory, model = random.Random(1), Memory(longest=30), Fsrs.published()
    for _ in range(100):
        day, rated = DAY, draw.choice(list(Rating))
        card = memory.review(None, rated, day)
        stability, difficulty = model.first(np.array([int(rated)]))
        for _ in range(12):
            gap, rated = draw.randint(1, 60), draw.choice(list(Rating))
            day += timedelta(days=gap)
            assert model.retrievability(stability, np.array([float(gap)]))[0] == pytest.approx(
                memory.retrievability(card, day), rel=1e-9
            )
            card = memory.review(card, rated, day)
            stability, difficulty = model.next(stability, difficulty, np.array([float(gap)]), np.array([int(rated)]))
            assert stability[0] == pytest.approx(card.stability, rel=1e-9)
            assert difficulty[0] == pytest.approx(card.difficulty, rel=1e-9)
            assert model.interval(stability, memory.retention, memory.longest)[0] == (card.due - day).days


def test_learners_have_weights_of_their_own() -> None:
    weights = np.repeat(Fsrs.published().weights, 2, axis=1)
    weights[2] = (1.0, 9.0)
    stability, _ = Fsrs(weights).of(np.array([1, 0, 1])).first(np.full(3, int(Rating.GOOD)))
    assert list(stability) == [9.0, 1.0, 9.0]


def test_before_an_exam_it_asks_what_the_bot_asks() -> None:
    lessons, memory = catalogue.load(), Memory()
    practice = Practice(lessons, bank.load(lessons))
    ids = [id for id in lessons.concepts if practice.bank.of(id)][:30]
    course = Course(learners=1, concepts=len(ids), reviews_a_day=10)
    policy, draw, cards = Gradus(course, exam=42, source=source()), random.Random(3), dict[str, Card]()
    for day in range(27):
        at = Pairs(*np.nonzero(policy.asked(day)))
        right = [draw.random() < 0.8 for _ in at.concepts]
        policy.review(at, day, said(*right))
        for concept, good in zip((ids[place] for place in at.concepts), right, strict=True):
            rated = Rating.GOOD if good else Rating.AGAIN
            cards[concept] = memory.review(cards.get(concept), rated, DAY + timedelta(days=day))
        if day < 24:
            policy.teach(pairs([0], [day]), day)
    learned = Learned(cards, (), DAY + timedelta(days=40))
    plan = Plan(exam=DAY + timedelta(days=42), reviews_a_day=10)
    items = practice.session(learned, plan, random.Random(0), count=10)
    asked = {ids[place] for place in np.nonzero(policy.asked(40)[0])[0]}
    assert len(cards) == 24
    assert {one.concept for one in items if one.role != "more"} == asked


def test_an_activation_is_what_was_published() -> None:
    """One presentation, a day ago, of which 0.025 counts: 2,160 seconds to the power of minus 0.177."""
    course = Course(learners=1, concepts=1)
    mind, at = ActivationMind(course, source(), lesson=1, spread=0.0), pairs([0], [0])
    assert mind.recall(at, 0)[0] == 0.0
    mind.teach(at, 0)
    activation = np.log(2160**-0.177)
    assert mind.recall(at, 1)[0] == pytest.approx(1 / (1 + np.exp((-0.704 - activation) / 0.255)))
    mind.review(at, 1, np.array([True]))
    second = 0.177 + 0.217 * 2160**-0.177
    activation = np.log(4320**-0.177 + 2160**-second)
    assert mind.recall(at, 2)[0] == pytest.approx(1 / (1 + np.exp((-0.704 - activation) / 0.255)))


@pytest.mark.parametrize("made", [FsrsMind, ActivationMind])
def test_a_mind_forgets_and_reviews_apart_help_more_than_together(
    made: type[FsrsMind | ActivationMind],
) -> None:
    course = Course(learners=50, concepts=2)
    mind = made(course, source())
    close, apart = (Pairs(np.arange(50), np.full(50, concept)) for concept in (0, 1))
    assert not mind.recall(close, 0).any()
    for at in (close, apart):
        mind.teach(at, 0)
    assert (mind.recall(close, 1) > mind.recall(close, 20)).all()
    for at, days in ((close, (1, 2, 3, 21)), (apart, (5, 10, 15, 21))):
        for day in days:
            mind.review(at, day, np.ones(50, np.bool_))
    assert mind.recall(apart, 60).mean() > mind.recall(close, 60).mean()


def test_sm2_asks_after_1_6_15_and_38_days_and_begins_again_after_a_wrong_answer() -> None:
    policy, at = Sm2(Course(learners=1, concepts=1)), pairs([0], [0])
    policy.teach(at, 0)
    days, day = [], 0
    for right in (True, True, True, False, True):
        last, day = day, next(later for later in range(day, 200) if policy.asked(later).any())
        days.append(day - last)
        policy.review(at, day, said(right))
    assert days == [1, 6, 15, 38, 1]


def test_only_luck_makes_right_what_is_not_recalled_and_only_choices_have_luck() -> None:
    none, count = np.zeros(20_000, np.bool_), 20_000
    lucky = answered(Course(choices=1.0, guess=0.25, honesty=0.5), none, source())
    assert lucky.right.mean() == pytest.approx(0.25, abs=0.02)
    assert lucky.guessed[lucky.right].mean() == pytest.approx(0.5, abs=0.03)
    assert not (lucky.guessed & ~lucky.right).any()
    assert not answered(Course(choices=0.0), none, source()).right.any()
    slips = answered(Course(slip=0.05), np.ones(count, np.bool_), source())
    assert slips.right.mean() == pytest.approx(0.95, abs=0.01)
    assert not slips.guessed.any()


def policies() -> list[Policy]:
    return [
        Shuffled(SMALL, np.full((SMALL.learners, SMALL.days), 3), source()),
        Sm2(SMALL),
        PlainFsrs(SMALL),
        Gradus(SMALL, source=source()),
        Gradus(SMALL, source=source(), exam=SMALL.days),
    ]


@pytest.mark.parametrize("place", range(5))
def test_no_policy_asks_more_than_it_may_or_what_was_not_taught(place: int) -> None:
    policy, mind = policies()[place], Watched(FsrsMind(SMALL, source()))
    result = run(SMALL, mind, policy, source())
    assert result.counts.max() <= SMALL.reviews_a_day
    assert result.counts[:, 0].max() == 0
    assert 0 < result.retrievability < 1
    assert mind.taught <= SMALL.learners * SMALL.concepts


class Watched:
    """A mind that refuses what was not taught, and what is asked on the day of its lesson."""

    def __init__(self, mind: Mind) -> None:
        self.mind = mind
        self.taught = 0

    def teach(self, at: Pairs, day: int) -> None:
        self.taught += at.learners.size
        self.mind.teach(at, day)

    def recall(self, at: Pairs, day: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        chance = self.mind.recall(at, day)
        if day < SMALL.days:
            assert (chance > 0).all()
        return chance

    def review(self, at: Pairs, day: int, recalled: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> None:
        self.mind.review(at, day, recalled)


def test_the_same_seeds_give_the_same_figures() -> None:
    one, other = (
        run(SMALL, ActivationMind(SMALL, source(1)), Gradus(SMALL, source=source(2)), source(3)) for _ in range(2)
    )
    assert (one.remembered == other.remembered).all()
    assert one.reviews == other.reviews


def test_the_days_before_an_exam_are_worth_their_reviews() -> None:
    without, before = (
        run(SMALL, FsrsMind(SMALL, source(1)), Gradus(SMALL, source=source(2), exam=exam), source(3))
        for exam in (None, SMALL.days)
    )
    assert before.retrievability > without.retrievability + 0.01
    assert before.retrievability > 0.95


def test_who_says_they_guessed_is_asked_again_sooner() -> None:
    course, at = Course(learners=1, concepts=1), pairs([0], [0])
    guessed = Answers(np.array([True]), np.array([True]))
    due = []
    for asks in (True, False):
        policy = Gradus(course, source=source(), asks=asks)
        policy.teach(at, 0)
        policy.review(at, 1, guessed)
        due.append(next(day for day in range(1, 40) if policy.asked(day).any()))
    assert due[0] < due[1]
