"""Placement: what answers say of what is known, which question is put next, and simulated newcomers."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from content.catalogue import Catalogue, Concept, Stage, load
from quizzes.bank import Bank
from quizzes.bank import load as load_bank
from quizzes.placement import (
    DEPARTURE,
    FEWEST,
    LUCK,
    MOST,
    SLIP,
    Ask,
    Belief,
    Reply,
    Roadmap,
    ask_of,
    asks,
    influence,
    is_enough,
    known_before,
    next_question,
)
from quizzes.placement_simulation import (
    POPULATIONS,
    UNTUNED,
    Truth,
    at_the_ends,
    chosen_level,
    from_elsewhere,
    on_the_road,
    placed,
    self_taught,
)

REQUIRES: Mapping[str, tuple[str, ...]] = {
    "sums": (),
    "slopes": ("sums",),
    "chains": ("slopes",),
    "letters": (),
    "words": ("letters",),
}


@pytest.fixture(scope="module")
def small() -> Catalogue:
    """Two chains that have nothing to do with each other, in two stages."""
    concepts = {
        id: Concept(id, "late" if id in ("chains", "words") else "early", id, requires, (), (), ())
        for id, requires in REQUIRES.items()
    }
    stages = {id: Stage(id, id, id) for id in ("early", "late")}
    return Catalogue(stages, concepts, {}, {}, {}, {}, {}, Path())


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture(scope="module")
def bank(catalogue: Catalogue) -> Bank:
    return load_bank(catalogue)


@pytest.fixture(scope="module")
def roadmap(catalogue: Catalogue) -> Roadmap:
    return Roadmap(catalogue)


def right(concept: str, guess: float = 0.25) -> Reply:
    return Reply(Ask(concept, guess), "right")


def wrong(concept: str, guess: float = 0.25) -> Reply:
    return Reply(Ask(concept, guess), "wrong")


# -------------------------------------------------------------------- the model


def test_states_are_closed_and_the_same_at_every_draw(small: Catalogue) -> None:
    roadmap, again = Roadmap(small, states=500), Roadmap(small, states=500)
    states = roadmap.belief().states
    assert (states == again.belief().states).all()
    place = {id: number for number, id in enumerate(roadmap.ids)}
    for id, requires in REQUIRES.items():
        for one in requires:
            assert (states[:, place[id]] <= states[:, place[one]]).all()


def test_what_is_known_is_bayes_over_states_and_departures(small: Catalogue) -> None:
    roadmap = Roadmap(small, states=300)
    replies = [right("slopes"), wrong("letters", 0.05), Reply(Ask("sums", 0.25), "unsure"), right("slopes", 0.05)]
    expected = dict.fromkeys(roadmap.ids, 0.0)
    whole = 0.0
    likely = {"right": (1 - SLIP, None), "wrong": (SLIP, None), "unsure": (0.03, 0.6)}
    for state in roadmap.belief().states:
        for known in itertools.product((0, 1), repeat=len(state)):
            departs = np.array(known) != state
            weight = float(np.where(departs, DEPARTURE, 1 - DEPARTURE).prod())
            for one in replies:
                knows, not_knows = likely[one.said]
                if not_knows is None:
                    not_knows = one.ask.guess if one.said == "right" else 1 - one.ask.guess
                weight *= knows if known[roadmap.ids.index(one.ask.concept)] else not_knows
            whole += weight
            for id, one_known in zip(roadmap.ids, known, strict=True):
                expected[id] += weight * one_known
    found = roadmap.belief(replies).known
    assert found == pytest.approx({id: one / whole for id, one in expected.items()}, abs=1e-5)


def test_who_knows_a_concept_most_likely_knows_what_it_requires(roadmap: Roadmap) -> None:
    before, after = roadmap.belief(), roadmap.belief([right("backpropagation", LUCK)])
    for id in ("chain-rule", "derivatives", "computation-graph", "neural-network"):
        assert before.known[id] < after.known[id]
        assert after.known[id] > 0.8
    assert after.known["derivatives"] < 1 - DEPARTURE / 2  # most likely is not surely


def test_who_misses_a_concept_is_not_expected_to_know_what_builds_on_it(roadmap: Roadmap) -> None:
    before, after = roadmap.belief(), roadmap.belief([wrong("python-fundamentals", LUCK)])
    assert after.known["numpy"] < before.known["numpy"] / 2
    assert after.known["derivatives"] > before.known["derivatives"] / 2  # another branch stays more open


def test_not_knowing_says_more_than_a_wrong_answer_and_a_typed_one_more_than_a_press(roadmap: Roadmap) -> None:
    def left(reply: Reply) -> float:
        return roadmap.belief([reply]).known["chain-rule"]

    assert left(Reply(Ask("chain-rule", 0.25), "unsure")) < left(wrong("chain-rule"))
    assert left(right("chain-rule", LUCK)) > left(right("chain-rule", 0.25))


def test_a_told_level_weighs_and_answers_outweigh_it(roadmap: Roadmap) -> None:
    told, silent = roadmap.belief(level="intermediate"), roadmap.belief()
    assert told.known["chain-rule"] > silent.known["chain-rule"]
    assert told.known["transformers"] < silent.known["transformers"]
    missed = [wrong(id, LUCK) for id in ("chain-rule", "python-fundamentals", "neural-network", "numpy")]
    assert roadmap.belief(missed, "intermediate").known["backpropagation"] < 0.2
    assert roadmap.belief(level="no such stage").known == silent.known


def test_answers_on_concepts_that_have_gone_say_nothing(roadmap: Roadmap) -> None:
    assert roadmap.belief([right("gone")]).known == roadmap.belief().known
    assert roadmap.belief().next_of([Ask("gone", 0.25)]) is None
    assert roadmap.belief().next_of([]) is None


# -------------------------------------------------------------------- the choice of questions


def entropy(belief: Belief) -> float:
    p = np.array([*belief.known.values()])
    return float(-(p * np.log2(p) + (1 - p) * np.log2(1 - p)).sum())


def test_the_gain_of_a_question_is_what_its_answers_take_away_on_average(roadmap: Roadmap) -> None:
    replies = [right("numpy"), wrong("chain-rule"), wrong("lstm", LUCK)]
    belief = roadmap.belief(replies)
    some = [Ask("dropout", 0.25), Ask("chain-rule", LUCK), Ask("pytorch", 1 / 3), Ask("dropout", LUCK)]
    for ask, gain in zip(some, belief.gains(some), strict=True):
        chance = ask.guess + (1 - ask.slip - ask.guess) * belief.known[ask.concept]
        hit, miss = (roadmap.belief([*replies, Reply(ask, said)]) for said in ("right", "wrong"))
        left = chance * entropy(hit) + (1 - chance) * entropy(miss)
        assert gain == pytest.approx(entropy(belief) - left, abs=0.01)


@pytest.mark.parametrize("level", [None, "foundations", "beginner", "intermediate", "advanced", "career"])
def test_the_first_question_is_one_press_on_what_is_known_most_likely(
    roadmap: Roadmap, bank: Bank, level: str | None
) -> None:
    belief, some = roadmap.belief(level=level), asks(bank)
    first = next_question(belief, some, 0)
    assert first is not None
    assert first.effort == 1
    likeliest = sorted(belief.known.values())[-5:]
    assert belief.known[first.concept] >= min(0.7, *likeliest)
    assert next_question(belief, some, 1) == belief.next_of(some)


def test_where_there_is_little_to_ask_the_first_question_is_one_of_it(roadmap: Roadmap) -> None:
    late = Ask("transformers", 0.25)
    assert next_question(roadmap.belief(), [late], 0) == late
    assert next_question(roadmap.belief(), [], 0) is None


def test_what_tells_most_lies_in_the_middle_of_the_road(roadmap: Roadmap, bank: Bank) -> None:
    ask = roadmap.belief().next_of(asks(bank))
    assert ask is not None
    assert 0.25 < roadmap.belief().known[ask.concept] < 0.75


def test_what_is_known_already_is_not_asked(roadmap: Roadmap, bank: Bank) -> None:
    ask = roadmap.belief([right("backpropagation", LUCK), right("pytorch", LUCK)]).next_of(asks(bank))
    assert ask is not None
    assert ask.concept not in ("derivatives", "chain-rule", "backpropagation", "neural-network")


def test_a_typed_answer_must_tell_more(roadmap: Roadmap) -> None:
    belief = roadmap.belief()
    press, typing = Ask("backpropagation", 0.25), Ask("backpropagation", LUCK, effort=3.0)
    assert belief.gains([typing])[0] > belief.gains([press])[0]
    assert belief.next_of([press, typing]) == press
    assert belief.next_of([press, replace(typing, effort=1.0)]) == replace(typing, effort=1.0)


def test_every_concept_of_the_bank_can_be_asked_by_a_press_or_a_number(catalogue: Catalogue, bank: Bank) -> None:
    some = asks(bank)
    assert {one.concept for one in some} == {*catalogue.concepts}
    assert len(some) == len({*some})
    kinds = {one.kind for one in bank.questions.values() if ask_of(one) is not None}
    assert kinds == {"single_choice", "find_bug", "numeric"}


def test_it_ends_when_it_is_sure_but_not_too_early_and_never_late(roadmap: Roadmap) -> None:
    unsure, sure = roadmap.belief(), roadmap.belief([right(id, LUCK) for id in roadmap.ids])
    assert sure.sure > 0.94 > unsure.sure
    assert not is_enough(sure, FEWEST - 1)
    assert is_enough(sure, FEWEST)
    assert not is_enough(unsure, MOST - 1)
    assert is_enough(unsure, MOST)


def test_the_influence_of_an_answer_is_what_it_changed_when_it_came(roadmap: Roadmap) -> None:
    replies = [right("backpropagation", LUCK), wrong("python-fundamentals", LUCK)]
    first, second = influence(roadmap, replies)
    assert first["chain-rule"] > 0.1
    assert second["pandas"] < -0.1
    assert second["pandas"] == pytest.approx(
        roadmap.belief(replies).known["pandas"] - roadmap.belief(replies[:1]).known["pandas"]
    )


# -------------------------------------------------------------------- simulated newcomers


@pytest.mark.parametrize("population", [*POPULATIONS.values(), *UNTUNED.values()])
def test_simulated_learners_break_the_order_of_the_road(catalogue: Catalogue, population: object) -> None:
    assert callable(population)
    some = [population(catalogue, np.random.default_rng(seed)) for seed in range(30)]
    assert len({*some}) > 20

    def breaks(known: frozenset[str]) -> bool:
        return any(not known.issuperset(catalogue.concepts[id].requires) for id in known)

    assert sum(map(breaks, some)) > 10


def test_populations_are_what_they_say(catalogue: Catalogue) -> None:
    def sizes(population: object) -> list[int]:
        assert callable(population)
        return [len(population(catalogue, np.random.default_rng(seed))) for seed in range(40)]

    assert all(one < 12 or one > 82 for one in sizes(at_the_ends))
    assert max(sizes(from_elsewhere)) < 45
    for population in (on_the_road, self_taught):
        assert min(sizes(population)) < 20 < 74 < max(sizes(population))


def test_the_baseline_is_the_level_that_fits_best(catalogue: Catalogue) -> None:
    for level in catalogue.stages:
        assert chosen_level(catalogue, known_before(catalogue, level)) == (level, 1.0)


def test_who_says_that_they_do_not_know_is_placed_better(catalogue: Catalogue, roadmap: Roadmap, bank: Bank) -> None:
    def share(passes: float) -> float:
        found = []
        for learner in range(8):
            source = np.random.default_rng([6, learner])
            known = from_elsewhere(catalogue, source)
            found.append(placed(roadmap, known, asks(bank), Truth(passes=passes), source))
        return float(np.mean([one.right[-1] for one in found]))

    assert share(0.9) > share(0.0)


def test_most_questions_take_a_press(catalogue: Catalogue, roadmap: Roadmap, bank: Bank) -> None:
    found = []
    for number, population in enumerate(POPULATIONS.values()):
        for learner in range(2):
            source = np.random.default_rng([7, number, learner])
            found.append(placed(roadmap, population(catalogue, source), asks(bank), Truth(), source).typed)
    assert np.mean(found) < MOST / 3


def test_twenty_answers_place_nine_concepts_of_ten(catalogue: Catalogue, roadmap: Roadmap, bank: Bank) -> None:
    found, levels = [], []
    for number, population in enumerate(POPULATIONS.values()):
        for learner in range(5):
            source = np.random.default_rng([5, number, learner])
            known = population(catalogue, source)
            found.append(placed(roadmap, known, asks(bank), Truth(), source))
            levels.append(chosen_level(catalogue, known)[1])
    assert np.mean([one.right[-1] for one in found]) >= 0.9
    assert np.mean([one.right[-1] for one in found]) > np.mean(levels)
    assert all(FEWEST <= one.ends <= MOST for one in found)
