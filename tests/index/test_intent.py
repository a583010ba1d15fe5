"""What a question wants, by its words."""

import pytest

from index.intent import PREFERRED, TABLE, Intent, intent_of

CASES: list[tuple[str, Intent]] = [
    ("what is dropout", "what"),
    ("explain momentum like I'm five", "what"),
    ("", "what"),
    ("why does weight decay shrink the weights?", "why"),
    ("how come a deeper net is harder to train", "why"),
    ("what's the point of a validation set", "why"),
    ("how do I write a training loop in PyTorch", "code"),
    ("show me the code for early stopping", "code"),
    ("what does nn.Flatten do", "code"),
    ("implement softmax from scratch", "code"),
    ("what is the formula for cross-entropy", "mathematics"),
    ("derivation of the softmax gradient", "mathematics"),
    ("what is ∂L/∂b", "mathematics"),
    ("walk me through it with a tiny example", "example"),
    ("compute one LSTM step by hand", "example"),
    ("x = 2 and w = 3: what is the output after the update if the rate is 0.5", "example"),
    ("RuntimeError: size mismatch, m1: [32 x 10]", "trouble"),
    ("my loss is nan", "trouble"),
    ("accuracy is stuck at 50%", "trouble"),
    ("the model doesn't learn", "trouble"),
    ("my validation loss goes up and down", "trouble"),
    ("adam vs sgd", "choice"),
    ("difference between an epoch and an iteration", "choice"),
    ("which optimizer should I use", "choice"),
    ("is a perceptron the same as logistic regression?", "choice"),
    ("L1 or L2?", "choice"),
]


@pytest.mark.parametrize(("question", "intent"), CASES)
def test_the_words_of_a_question_say_what_it_wants(question: str, intent: Intent) -> None:
    assert intent_of(question) == intent


@pytest.mark.parametrize("question", ["ADAM VS SGD", "Adam versus SGD?!", "  adam   vs.  sgd "])
def test_case_and_marks_make_no_difference(question: str) -> None:
    assert intent_of(question) == "choice"


def test_every_intent_says_which_sections_speak_to_it() -> None:
    assert {intent for intent, _ in TABLE} | {"what"} == set(PREFERRED)
