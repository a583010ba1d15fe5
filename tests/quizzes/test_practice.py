"""What is asked next: over a small roadmap, logs by hand, and logs drawn at random."""

import itertools
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.catalogue import Catalogue, Concept, Stage
from quizzes.bank import Bank
from quizzes.history import Attempt, cards
from quizzes.memory import LEECH_LAPSES, Card, Memory, Outcome, Rating, rating
from quizzes.practice import BACKLOG, RECENT, SESSION, Item, Learned, Plan, Practice, Scope, interleaved
from quizzes.question import Choice, Facet, Question

ROAD: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "vectors": ("maths", ()),
    "matrices": ("maths", ("vectors",)),
    "derivatives": ("maths", ()),
    "neuron": ("basics", ("matrices",)),
    "loss": ("basics", ("neuron",)),
    "descent": ("basics", ("derivatives", "loss")),
    "backprop": ("basics", ("descent",)),
    "dropout": ("nets", ("backprop",)),
    "convolution": ("nets", ("backprop",)),
    "recurrence": ("nets", ("backprop",)),
    "attention": ("nets", ("recurrence",)),
}
FACETS_OF_A_CONCEPT: tuple[Facet, ...] = ("recall", "recall", "apply", "apply", "apply", "analyse", "analyse")
DAY = date(2026, 3, 1)
MEMORY = Memory()


def days(count: int) -> timedelta:
    return timedelta(days=count)


def catalogue() -> Catalogue:
    concepts = {
        id: Concept(id=id, stage=stage, title=id, requires=requires, helps=(), seeds=(), covers=())
        for id, (stage, requires) in ROAD.items()
    }
    stages = {id: Stage(id=id, title=id, summary="") for id in ("maths", "basics", "nets")}
    return Catalogue(stages, concepts, {}, {}, {}, {}, {}, Path())


def question(concept: str, number: int, facet: Facet) -> Question:
    return Question(
        id=f"{concept}-{number}",
        concept=concept,
        kind="single_choice",
        facet=facet,
        difficulty=2,
        section="",
        prompt="",
        hint="",
        explanation="",
        task=Choice(()),
    )


def bank_of(concepts: Iterable[str], facets: Sequence[Facet] = FACETS_OF_A_CONCEPT) -> Bank:
    some = [question(id, number, facet) for id in concepts for number, facet in enumerate(facets)]
    return Bank({one.id: one for one in some})


BANK = bank_of(ROAD)
PRACTICE = Practice(catalogue(), BANK)
FACET = {id: one.facet for id, one in BANK.questions.items()}


def card(due: int = 0, stability: float = 10.0, lapses: int = 0) -> Card:
    """A card last reviewed ten days ago; `due`: in how many days."""
    return Card(stability, 5.0, DAY + days(due), DAY - days(10), 5, lapses)


def known(*concepts: str, due: int = 0) -> dict[str, Card]:
    """Cards, the first the weakest."""
    return {id: card(due, 10.0 + place) for place, id in enumerate(concepts)}


@dataclass
class Log:
    """A learner's log as it grows; days are counted from `DAY`."""

    attempts: tuple[Attempt, ...] = ()

    def add(
        self, concept: str, day: int, number: int = 0, outcome: Outcome = "correct", rated: Rating | None = None
    ) -> None:
        on = DAY + days(day)
        id = len(self.attempts) + 1
        at = datetime.combine(on, time(9), UTC) + timedelta(seconds=id)
        asked = f"{concept}-{number}"
        one = Attempt(
            id, concept, asked, 0, FACET[asked], outcome, 1.0, None, 0, False, None, rated, at, on, undone=False
        )
        self.attempts = (*self.attempts, one)

    def learned(self, day: int = 0, with_cards: Mapping[str, Card] | None = None) -> Learned:
        """What is known on a day: the cards that the log leads to, or those given."""
        found = cards(self.attempts, MEMORY) if with_cards is None else with_cards
        return Learned(found, self.attempts, DAY + days(day))


def knows(some: Mapping[str, Card]) -> Learned:
    return Learned(some, (), DAY)


NOBODY = knows({})


def session(
    learned: Learned, plan: Plan | None = None, scope: Scope | None = None, count: int = SESSION, seed: int = 1
) -> tuple[Item, ...]:
    return PRACTICE.session(learned, plan or Plan(), random.Random(seed), scope, count)


def asked(items: Iterable[Item]) -> list[str]:
    """The concepts of a session, without what fills it."""
    return [one.concept for one in items if one.role != "more"]


def roles(items: Iterable[Item]) -> dict[str, str]:
    return {one.concept: one.role for one in items if one.role != "more"}


def in_role(items: Iterable[Item], role: str) -> list[str]:
    return [one.concept for one in items if one.role == role]


# ------------------------------------------------------------------------------------------- scopes


@pytest.mark.parametrize("scope", [Scope(), Scope("missed"), Scope("exam"), Scope("concept", "dropout")])
def test_a_scope_is_read_from_its_text(scope: Scope) -> None:
    assert Scope.read(scope.text) == scope


def test_any_other_text_is_a_concept_s_name() -> None:
    assert Scope.read("batch norm: why?") == Scope("concept", "batch norm: why?")


# ------------------------------------------------------------------------------- something new, a day


def test_a_stranger_is_taught_the_roadmap_s_first_concept_and_asked_five_questions_on_it() -> None:
    items = session(NOBODY)
    assert [one.role for one in items] == ["new", "more", "more", "more", "more"]
    assert {one.concept for one in items} == {"vectors"}
    assert len({one.question for one in items}) == 5


def test_new_concepts_come_by_the_roadmap_s_order_from_the_level_on() -> None:
    assert PRACTICE.next_new(NOBODY, Plan(level="basics")) == "neuron"
    assert PRACTICE.next_new(knows(known("neuron", "loss")), Plan(level="basics")) == "descent"
    assert PRACTICE.next_new(knows(known(*ROAD)), Plan()) is None
    assert PRACTICE.next_new(NOBODY, Plan(level="a stage that is gone")) == "vectors"


def test_what_the_learner_planned_comes_before_the_roadmap_s_order_unless_it_is_known() -> None:
    planned = Plan(level="basics", next_up=("vectors", "loss", "descent"))
    assert PRACTICE.next_new(NOBODY, planned) == "loss"  # of an earlier stage is assumed known
    assert PRACTICE.next_new(knows(known("loss")), planned) == "descent"
    assert PRACTICE.next_new(knows(known("loss", "descent")), planned) == "neuron"


def test_one_concept_is_begun_a_day() -> None:
    log = Log()
    log.add("vectors", 0)
    assert session(log.learned(0)) == ()
    assert roles(session(log.learned(1))) == {"vectors": "review", "matrices": "new"}


def test_the_limit_of_new_concepts_is_the_learner_s() -> None:
    log = Log()
    assert session(NOBODY, Plan(new_a_day=0)) == ()
    log.add("vectors", 0)
    assert in_role(session(log.learned(0), Plan(new_a_day=2)), "new") == ["matrices"]
    log.add("matrices", 0)
    assert session(log.learned(0), Plan(new_a_day=2)) == ()


def test_a_backlog_keeps_new_concepts_away() -> None:
    ids = list(ROAD)
    assert in_role(session(knows(known(*ids[: BACKLOG - 1]))), "new") == [ids[BACKLOG - 1]]
    assert in_role(session(knows(known(*ids[:BACKLOG]))), "new") == []


def test_something_new_stands_third() -> None:
    some = known(*ROAD, due=9) | known("vectors", "convolution", "recurrence", "attention")
    del some["dropout"]
    assert [(one.concept, one.role) for one in session(knows(some))] == [
        ("vectors", "review"),
        ("convolution", "review"),
        ("dropout", "new"),
        ("recurrence", "review"),
        ("attention", "review"),
    ]


def test_what_is_left_of_a_session_goes_to_its_concepts_in_turn_the_new_one_first() -> None:
    items = session(knows(known("vectors")))
    assert [(one.concept, one.role) for one in items] == [
        ("vectors", "review"),
        ("matrices", "new"),
        ("matrices", "more"),
        ("vectors", "more"),
        ("matrices", "more"),
    ]


# ----------------------------------------------------------------------------------- probes


def test_what_is_assumed_known_is_sampled_by_one_probe_a_day() -> None:
    plan = Plan(level="basics")
    items = session(NOBODY, plan)
    (probe,) = in_role(items, "probe")
    assert ROAD[probe][0] == "maths"
    assert {in_role(session(NOBODY, plan, seed=seed), "probe")[0] for seed in range(20)} == {
        id for id, (stage, _) in ROAD.items() if stage == "maths"
    }
    assert in_role(session(NOBODY, Plan()), "probe") == []


def test_who_is_taken_to_know_the_whole_road_is_asked_on_several_concepts() -> None:
    plan = Plan(placed=frozenset(ROAD))
    assert len(in_role(session(NOBODY, plan), "probe")) == SESSION
    log = Log()
    log.add("vectors", 0, rated=Rating.GOOD)
    assert session(log.learned(0), plan) == ()
    rest = Plan(placed=frozenset(ROAD) - {"recurrence"})
    assert len(in_role(session(NOBODY, rest), "probe")) == 1


def test_a_second_answer_to_a_probe_brings_no_second_probe() -> None:
    log = Log()
    log.add("vectors", 0, rated=Rating.GOOD)
    assert in_role(session(log.learned(0), Plan(level="basics")), "probe") == []
    log.add("vectors", 0, number=1)
    assert in_role(session(log.learned(0), Plan(level="basics")), "probe") == []
    assert in_role(session(log.learned(1), Plan(level="basics")), "probe") != []


def test_a_probe_is_not_the_day_s_new_concept() -> None:
    log = Log()
    log.add("vectors", 0, rated=Rating.GOOD)
    assert in_role(session(log.learned(0), Plan(level="basics")), "new") == ["neuron"]


def test_no_probe_is_asked_twice() -> None:
    log = Log()
    for day, id in enumerate(["vectors", "matrices", "derivatives"]):
        log.add(id, day, rated=Rating.EASY)
    assert in_role(session(log.learned(3), Plan(level="basics")), "probe") == []


# ----------------------------------------------------------------------------------- what is due


def test_the_weakest_comes_first() -> None:
    some = {"convolution": card(stability=30), "dropout": card(stability=9), "recurrence": card(stability=3)}
    assert PRACTICE.due(knows(some), Plan()) == ("recurrence", "dropout", "convolution")


def test_what_is_not_due_is_not_asked() -> None:
    some = {"vectors": card(due=1), "derivatives": card(due=0), "loss": card(due=-3)}
    assert set(PRACTICE.due(knows(some), Plan())) == {"derivatives", "loss"}


def test_prerequisites_come_before_what_needs_them_however_far() -> None:
    some = known("backprop", "neuron", "vectors")  # neuron requires matrices, which is not due, and that vectors
    assert PRACTICE.due(knows(some), Plan()) == ("vectors", "neuron", "backprop")
    items = session(knows(some), Plan(new_a_day=0))
    assert asked(items) == ["vectors", "neuron", "backprop"]


def test_interleaving_puts_nothing_before_what_it_needs() -> None:
    items = session(knows(known("derivatives", "vectors", "neuron")), Plan(new_a_day=0))
    assert asked(items).index("vectors") < asked(items).index("neuron")


def test_something_new_waits_for_what_it_needs_and_is_due() -> None:
    some = known("derivatives", "matrices", "vectors", due=5) | known("loss", "neuron")
    items = session(knows(some | {"derivatives": card(stability=90)}))
    assert in_role(items, "new") == ["descent"]
    assert asked(items)[-1] == "descent"


def test_what_was_taught_is_asked_the_day_after() -> None:
    log = Log()
    log.add("vectors", 0)
    assert PRACTICE.due(log.learned(0), Plan()) == ()
    assert PRACTICE.due(log.learned(1), Plan()) == ("vectors",)
    assert roles(session(log.learned(1), Plan(new_a_day=0))) == {"vectors": "review"}


def test_what_was_taught_and_never_asked_stands_in_the_middle() -> None:
    log = Log()
    log.add("dropout", -1)
    some = {"convolution": card(stability=30), "recurrence": card(stability=0.1)}
    assert PRACTICE.due(log.learned(with_cards=some), Plan()) == ("recurrence", "dropout", "convolution")


def test_what_was_asked_today_is_not_due_again_today_though_it_did_not_rate() -> None:
    log = Log()
    log.add("vectors", 0, rated=Rating.GOOD)
    log.add("vectors", 20, outcome="uncertain")
    assert PRACTICE.due(log.learned(20), Plan()) == ()
    assert PRACTICE.due(log.learned(21), Plan()) == ("vectors",)


def test_what_was_taken_back_was_never_asked() -> None:
    log = Log()
    log.add("vectors", 0)
    log.attempts = (replace(log.attempts[0], undone=True),)
    assert session(log.learned(0)) == session(NOBODY)


def test_reviews_have_their_limit_a_day_and_what_is_done_counts() -> None:
    ids = list(ROAD)[:6]
    plan = Plan(reviews_a_day=3, new_a_day=0)
    assert len(asked(session(knows(known(*ids)), plan, count=9))) == 3
    log = Log()
    for id in ids:
        log.add(id, -20, rated=Rating.GOOD)
    for id in ids[:2]:
        log.add(id, 0, rated=Rating.GOOD)
    assert len(asked(session(log.learned(0), plan, count=9))) == 1
    log.add("attention", 0)  # what is begun is no review
    assert len(asked(session(log.learned(0), plan, count=9))) == 1


def test_what_can_t_be_asked_takes_no_place() -> None:
    bank = bank_of(id for id in ROAD if id not in ("vectors", "matrices"))
    practice = Practice(catalogue(), bank)
    some = known("vectors", "taken-out", "derivatives", "loss")
    learned, plan = knows(some), Plan(reviews_a_day=2)
    assert practice.due(learned, plan) == ("derivatives", "loss")
    assert practice.next_new(learned, plan) == "neuron"
    items = practice.session(learned, plan, random.Random(1))
    assert set(asked(items)) == {"derivatives", "loss", "neuron"}
    assert practice.session(learned, plan, random.Random(1), Scope("concept", "vectors")) == ()
    exam = practice.session(learned, plan, random.Random(1), Scope("exam"))
    assert set(asked(exam)) == {"derivatives", "loss"}


# -------------------------------------------------------------------------- the question of a concept


@pytest.mark.parametrize(
    ("stability", "answered", "facet"),
    [
        (1.0, (), "recall"),
        (5.0, (), "apply"),
        (5.0, ("apply",), "recall"),  # what was never answered right goes first
        (5.0, ("recall", "apply"), "apply"),
        (20.0, (), "analyse"),
        (20.0, ("analyse",), "recall"),
        (20.0, ("recall", "apply", "analyse"), "analyse"),
    ],
)
def test_the_facet_grows_with_the_memory(stability: float, answered: Sequence[Facet], facet: Facet) -> None:
    log = Log()
    numbers = {"recall": 0, "apply": 2, "analyse": 5}
    for day, one in enumerate(answered):
        log.add("vectors", day - 30, number=numbers[one])
    learned = log.learned(with_cards={"vectors": card(stability=stability)})
    for seed in range(5):
        (item,) = session(learned, Plan(new_a_day=0), count=1, seed=seed)
        assert FACET[item.question] == facet


def test_an_unseen_question_comes_before_the_one_seen_longest_ago() -> None:
    practice = Practice(catalogue(), bank_of(ROAD, ["recall"] * 7))
    log = Log()
    for day, number in enumerate([0, 1, 2, 3, 4, 5]):
        log.add("vectors", day - 30, number=number)
    learned = log.learned(with_cards=known("vectors"))
    assert practice.session(learned, Plan(new_a_day=0), random.Random(1), count=1)[0].question == "vectors-6"
    log.add("vectors", -2, number=6)
    learned = log.learned(with_cards=known("vectors"))
    items = practice.session(learned, Plan(new_a_day=0), random.Random(1), count=4)
    assert [one.question for one in items] == [f"vectors-{number}" for number in range(4)]


def test_retries_of_a_question_don_t_push_others_out_of_the_last_three() -> None:
    log = Log()
    for day, number in enumerate([0, 1, 2, 2, 2]):
        log.add("vectors", day - 30, number=number, outcome="wrong")
    for seed in range(10):
        (item,) = session(log.learned(with_cards={"vectors": card(stability=1)}), Plan(new_a_day=0), count=1, seed=seed)
        assert item.question not in ("vectors-0", "vectors-1", "vectors-2")


def test_a_concept_with_few_questions_is_asked_all_the_same() -> None:
    practice = Practice(catalogue(), bank_of(["vectors"], ["recall"]))
    log = Log()
    log.add("vectors", -9, rated=Rating.GOOD)
    items = practice.session(log.learned(), Plan(), random.Random(1))
    assert [one.question for one in items] == ["vectors-0"]


def test_seeds_give_other_forms_and_the_same_seed_the_same_session() -> None:
    assert session(NOBODY, seed=3) == session(NOBODY, seed=3)
    assert len({one.seed for seed in range(5) for one in session(NOBODY, seed=seed)}) == 25


# ---------------------------------------------------------------------------------------- leeches


def failing(times: int) -> Log:
    """A concept that was failed once, then so many times more, the last time on the day `DAY`."""
    log = Log()
    for day in range(-times, 1):
        log.add("vectors", day, number=-day % 7, outcome="wrong", rated=Rating.AGAIN)
    return log


def test_what_fails_too_often_is_read_again_and_not_asked_more() -> None:
    assert roles(session(failing(LEECH_LAPSES - 1).learned(9), Plan(new_a_day=0))) == {"vectors": "review"}
    items = session(failing(LEECH_LAPSES).learned(9), Plan(new_a_day=0))
    assert [(one.concept, one.role) for one in items] == [("vectors", "read")]


def test_retries_of_the_failing_day_don_t_stand_for_the_lesson() -> None:
    log = failing(LEECH_LAPSES)
    log.add("vectors", 0, number=3, outcome="correct")
    assert roles(session(log.learned(9), Plan(new_a_day=0))) == {"vectors": "read"}


def test_after_the_lesson_a_leech_is_asked_again() -> None:
    log = failing(LEECH_LAPSES)
    log.add("vectors", 9, outcome="wrong")  # after the lesson, so it did not rate
    assert session(log.learned(9), Plan(new_a_day=0)) == ()
    assert roles(session(log.learned(10), Plan(new_a_day=0))) == {"vectors": "review"}
    log.add("vectors", 10, outcome="wrong", rated=Rating.AGAIN)
    assert roles(session(log.learned(12), Plan(new_a_day=0))) == {"vectors": "review"}  # not at every failure


# ------------------------------------------------------------------------------------ other scopes


def test_before_an_exam_the_weakest_come_due_or_not_once_they_fill_the_days_that_are_left() -> None:
    some = known("loss", "vectors", "dropout", due=9)
    for before, a_day in ((0, 3), (1, 3), (3, 1)):
        items = session(knows(some), Plan(exam=DAY + days(before), reviews_a_day=a_day), count=3)
        assert set(asked(items)) == set(some)
    for before, a_day in ((2, 3), (14, 1)):
        assert session(knows(some), Plan(exam=DAY + days(before), reviews_a_day=a_day)) == ()
    for before in (-1, 15):
        assert set(asked(session(knows(some), Plan(exam=DAY + days(before))))) == {"matrices"}


def test_what_will_be_strong_on_the_day_of_an_exam_does_not_call_for_it() -> None:
    strong = {id: replace(card, stability=500.0) for id, card in known("loss", "vectors", "dropout", due=9).items()}
    assert session(knows(strong), Plan(exam=DAY + days(1), reviews_a_day=3)) == ()


def test_an_exam_asks_the_weakest_of_many_and_nothing_twice_a_day() -> None:
    some = known(*ROAD, due=9)
    log, plan = Log(), Plan(exam=DAY + days(3), reviews_a_day=2)
    assert set(asked(session(log.learned(with_cards=some), plan))) == set(list(ROAD)[:5])
    log.add("vectors", 0, rated=Rating.GOOD)
    assert "vectors" not in asked(session(log.learned(with_cards=some), plan, count=20))


def test_an_exam_asks_what_was_taught_and_never_asked_too() -> None:
    log = Log()
    log.add("vectors", 0)
    assert roles(session(log.learned(1), scope=Scope("exam"))) == {"vectors": "review"}


def test_whoever_has_nothing_to_repeat_before_an_exam_goes_on_along_the_road() -> None:
    plan = Plan(exam=DAY + days(7))
    assert roles(session(NOBODY, plan)) == {"vectors": "new"}
    assert session(NOBODY, plan, Scope("exam")) == ()


def test_what_went_wrong_last_comes_newest_first() -> None:
    log = Log()
    for day, (id, outcome) in enumerate(
        [("vectors", "wrong"), ("loss", "partial"), ("dropout", "wrong"), ("dropout", "correct")]
    ):
        log.add(id, day, outcome=outcome)  # type: ignore[arg-type]
    assert asked(session(log.learned(5), scope=Scope("missed"))) == ["vectors", "loss"]  # loss needs vectors
    log.add("derivatives", 4, outcome="wrong")
    assert asked(session(log.learned(5), scope=Scope("missed"), count=2)) == ["derivatives", "loss"]
    assert session(NOBODY, scope=Scope("missed")) == ()


def test_a_concept_is_taught_first_and_then_asked_from_all_sides() -> None:
    items = session(NOBODY, scope=Scope("concept", "dropout"), count=20)
    assert [one.role for one in items] == ["new", *["more"] * 6]
    assert {one.question for one in items} == {one.id for one in BANK.of("dropout")}
    assert roles(session(knows(known("dropout", due=9)), scope=Scope("concept", "dropout"))) == {"dropout": "review"}


def test_a_stage_asks_the_weakest_then_the_road_and_last_what_was_asked_today() -> None:
    scope = Scope("stage", "basics")
    log = Log()
    for id in ("backprop", "loss"):
        log.add(id, -5, rated=Rating.GOOD)
    log.add("loss", 0, rated=Rating.GOOD)
    learned = log.learned(0)
    assert set(asked(session(learned, scope=scope, count=1))) == {"backprop"}
    assert asked(session(learned, scope=scope, count=3))[:2] == ["neuron", "descent"]
    assert set(asked(session(learned, scope=scope, count=4))) == {"neuron", "loss", "descent", "backprop"}
    assert {one.concept for one in session(NOBODY, scope=scope, count=20)} == {"neuron", "loss", "descent", "backprop"}


# -------------------------------------------------------------------------------------- interleaving


def stage_of(concept: str) -> str:
    return ROAD[concept][0]


def test_neighbours_of_one_stage_are_kept_apart() -> None:
    some = ["vectors", "derivatives", "matrices", "dropout", "attention"]
    ordered = interleaved([(id, "review") for id in some], stage_of, dict.fromkeys(ROAD, ()))
    assert [id for id, _ in ordered] == ["vectors", "dropout", "derivatives", "attention", "matrices"]


def test_what_is_well_mixed_keeps_its_order() -> None:
    some = ["vectors", "loss", "matrices", "dropout", "derivatives"]
    ordered = interleaved([(id, "review") for id in some], stage_of, dict.fromkeys(ROAD, ()))
    assert [id for id, _ in ordered] == some


# ---------------------------------------------------------------------------- whatever the log is

steps = st.tuples(
    st.sampled_from(list(ROAD)),
    st.integers(0, 6),
    st.sampled_from(["correct", "correct", "partial", "wrong", "uncertain"]),
    st.sampled_from([0, 0, 0, 1, 3, 12]),
)
plans = st.builds(
    Plan,
    level=st.sampled_from(["", "maths", "basics", "nets"]),
    new_a_day=st.integers(0, 3),
    reviews_a_day=st.integers(1, 8),
    exam=st.none() | st.integers(-5, 60).map(lambda day: DAY + days(day)),
)
scopes = st.sampled_from([Scope()] * 4 + [Scope("missed"), Scope("exam"), Scope("stage", "nets")]) | st.sampled_from(
    [Scope("concept", id) for id in ROAD]
)


def lived(history: Iterable[tuple[str, int, Outcome, int]]) -> tuple[Log, int]:
    """A log as answers would leave it: the first of a day rates, but for a concept's first day; and the last day."""
    log, day = Log(), 0
    for concept, number, outcome, gap in history:
        day += gap
        before = [one for one in log.attempts if one.concept == concept]
        new = all(one.study_date == DAY + days(day) for one in before)
        first = all(one.study_date != DAY + days(day) for one in before)
        log.add(concept, day, number, outcome, rating(outcome, free_form=False) if first and not new else None)
    return log, day


@settings(max_examples=250, deadline=None)
@given(st.lists(steps, max_size=40), st.sampled_from([0, 1, 5]), plans, scopes, st.integers(1, 12), st.integers(0, 99))
def test_a_session_keeps_every_promise_whatever_was_answered(
    history: list[tuple[str, int, Outcome, int]], later: int, plan: Plan, scope: Scope, count: int, seed: int
) -> None:
    log, day = lived(history)
    learned = log.learned(day + later)
    items = session(learned, plan, scope, count, seed)
    assert items == session(learned, plan, scope, count, seed)
    whole = [one for one in items if one.role != "more"]
    assert len(items) <= count
    assert [*items[: len(whole)]] == whole
    assert len({one.question for one in items}) == len(items)
    assert len({one.concept for one in whole}) == len(whole)
    assert all(BANK.questions[one.question].concept == one.concept for one in items)
    assert_filled(items, count)
    assert_prerequisites_first(whole)
    assert_interleaved(whole)
    assert_nothing_recent(items, learned)
    for one in whole:
        met = {attempt.concept for attempt in learned.attempts}
        assert (one.role in ("new", "probe")) == (one.concept not in met)
    if scope == Scope():
        assert_within_limits(whole, learned, plan)
        today = {attempt.concept for attempt in learned.today}
        assert today.isdisjoint(one.concept for one in whole)


def assert_filled(items: Sequence[Item], count: int) -> None:
    """Where there are fewer than asked for, nothing more could be asked on them."""
    more = {one.concept for one in items if one.role != "read"}
    assert {one.concept for one in items if one.role == "more"} <= more
    if 0 < len(items) < count:
        taken = {one.question for one in items}
        assert all(one.id in taken for id in more for one in BANK.of(id))


def assert_prerequisites_first(items: Sequence[Item]) -> None:
    needs: dict[str, set[str]] = {}
    for id, (_, requires) in ROAD.items():
        needs[id] = {*requires, *itertools.chain.from_iterable(needs[one] for one in requires)}
    for earlier, later in itertools.combinations(items, 2):
        assert later.concept not in needs[earlier.concept]


def assert_interleaved(items: Sequence[Item]) -> None:
    """Two neighbours are of one stage only where all that could be asked instead is of it too."""
    for place, (one, other) in enumerate(itertools.pairwise(items)):
        rest = {item.concept for item in items[place + 1 :]}
        if stage_of(one.concept) == stage_of(other.concept):
            free = [id for id in rest if rest.isdisjoint(PRACTICE._needs[id])]
            assert {stage_of(id) for id in free} == {stage_of(one.concept)}


def assert_nothing_recent(items: Sequence[Item], learned: Learned) -> None:
    taken: set[str] = set()
    for one in items:
        seen = dict.fromkeys(attempt.question for attempt in reversed(learned.of(one.concept)))
        recent = set(list(seen)[:RECENT])
        left = {other.id for other in BANK.of(one.concept)} - taken
        assert one.question not in recent or left <= recent
        taken.add(one.question)


def assert_within_limits(items: Sequence[Item], learned: Learned, plan: Plan) -> None:
    stages = list(PRACTICE.catalogue.stages)
    first = stages.index(plan.level) if plan.level else 0
    before = {one.concept for one in learned.attempts if one.study_date < learned.on}
    begun = {one.concept for one in learned.today} - before
    new = [one.concept for one in items if one.role == "new"]
    probes = [one.concept for one in items if one.role == "probe"]
    assert all(stages.index(stage_of(id)) >= first for id in new)
    assert all(stages.index(stage_of(id)) < first for id in probes)
    assert len(new) + sum(stages.index(stage_of(id)) >= first for id in begun) <= max(plan.new_a_day, len(begun))
    assert len(probes) + sum(stages.index(stage_of(id)) < first for id in begun) <= max(1, len(begun))
    if not plan.before_exam(learned.on):
        reviewed = {one.concept for one in learned.today} - begun
        asked_again = [one for one in items if one.role in ("review", "read")]
        assert not asked_again or len(asked_again) + len(reviewed) <= plan.reviews_a_day
