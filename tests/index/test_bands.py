"""The probabilities behind the verdicts, and the fit that they come from."""

import json
import math
from dataclasses import fields

import pytest

from index.bands import COEFFICIENTS, LessonEvidence, Logistic, TopicEvidence, fitted
from index.evaluation import read_questions
from index.evaluation.logistic import fit

NOTHING = LessonEvidence(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_a_logistic_model_is_the_sigmoid_of_its_sum() -> None:
    model = Logistic(-1.0, {"margin": 2.0, "cosine": 1.0})
    evidence = LessonEvidence(1.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert model.probability(evidence) == pytest.approx(1 / (1 + math.exp(-2.5)))


@pytest.mark.parametrize("weight", [1e9, -1e9])
def test_no_evidence_is_too_strong_to_compute(weight: float) -> None:
    assert 0.0 <= Logistic(0.0, {"margin": weight}).probability(LessonEvidence(5, 0, 0, 0, 0, 0, 0, 0)) <= 1.0


@pytest.mark.parametrize("lexical", [False, True])
def test_the_fitted_models_use_only_evidence_there_is(lexical: bool) -> None:
    bands = fitted(lexical)
    assert set(bands.topic.weights) <= {field.name for field in fields(TopicEvidence)}
    assert set(bands.lesson.weights) <= {field.name for field in fields(LessonEvidence)}
    assert 0 < bands.decline_below < 1
    assert 0 < bands.answer_from < 1


def test_without_an_encoder_no_evidence_of_one_is_asked_for() -> None:
    bands = fitted(lexical=True)
    assert not {"cosine", "elsewhere", "maxsim"} & {*bands.topic.weights, *bands.lesson.weights}


@pytest.mark.parametrize("lexical", [False, True])
def test_more_of_the_question_known_makes_it_likelier_a_subject(lexical: bool) -> None:
    none = TopicEvidence(0.1, 0.4, 0.2, 0.0, 0.0, 0.0, 0.0, 4.0)
    much = TopicEvidence(0.7, 0.1, 0.7, 0.9, 1.0, 1.0, 2.0, 4.0)
    topic = fitted(lexical).topic
    assert topic.probability(none) < 0.2 < 0.8 < topic.probability(much)


def test_the_coefficients_say_what_they_were_fitted_on() -> None:
    fitted_on = json.loads(COEFFICIENTS.read_text("utf-8"))["fitted_on"]
    assert fitted_on["count"] == len(read_questions())


def test_the_fit_finds_the_weights_that_made_the_labels() -> None:
    rows = [{"x": x / 50, "noise": float(x % 7)} for x in range(-200, 201)]
    chances = [1 / (1 + math.exp(-(3 * row["x"] - 1))) for row in rows]
    labels = [chance > (0.5 + 0.4 * math.sin(i * 2.399)) for i, chance in enumerate(chances)]
    intercept, weights = fit(rows, labels, ["x", "noise"], ridge=0.01)
    assert -intercept / weights["x"] == pytest.approx(1 / 3, abs=0.15)
    assert abs(weights["noise"]) < 0.1 * weights["x"]


def test_the_fit_stands_labels_that_a_line_parts_completely() -> None:
    intercept, weights = fit([{"x": float(x)} for x in range(10)], [x > 4 for x in range(10)], ["x"], ridge=1.0)
    assert math.isfinite(intercept)
    assert weights["x"] > 0
