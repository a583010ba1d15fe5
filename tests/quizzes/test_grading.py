"""Answers of every kind, as learners write them: what is right, partly right, wrong, and what is said to each."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.bank import Bank
from quizzes.grading import Grade, grade, quoted
from quizzes.posing import LETTERS, pose
from quizzes.question import (
    Choice,
    Cloze,
    CodeOutput,
    Explain,
    FindBug,
    Formula,
    Kind,
    Matching,
    Mistake,
    Numeric,
    Option,
    Ordering,
    Point,
    Posed,
    Question,
    Suspect,
    Task,
)
from tests.quizzes.hostile import PLANTED, Watch, texts

TERMS = frozenset(("dropout", "overfitting", "underfitting", "precision", "recall"))


def posed(kind: Kind, task: Task, order: Sequence[int] = (), choices: Sequence[str] = ()) -> Posed:
    """A question as it is met, its parts shown in the order given."""
    question = Question("q-one", "dropout", kind, "recall", 1, "Intuition", "Which?", "A nudge.", "Because so.", task)
    return Posed(question, 0, "Which?", "A nudge.", "Because so.", task, {}, tuple(choices), tuple(order), "")


SINGLE = posed(
    "single_choice",
    Choice(
        (
            Option("It zeroes units at random.", True, ""),
            Option("It removes weights for good.", False, "That is pruning."),
            Option("It adds noise of fixed size.", False, "That is noise."),
        )
    ),
    (2, 0, 1),
    ("It adds noise of fixed size.", "It zeroes units at random.", "It removes weights for good."),
)
SEVERAL = posed(
    "multiple_choice",
    Choice(tuple(Option(f"Statement {name}.", name in "PQR", f"About {name}.") for name in "PQRS")),
    (0, 1, 2, 3),
    ("Statement P.", "Statement Q.", "Statement R.", "Statement S."),
)
NUMBER = posed("numeric", Numeric("0.25", (Mistake("0.5", "You forgot to halve."),)))
FORMULA = posed(
    "formula", Formula("g / (1 - p)", (("g", -3, 3), ("p", 0.05, 0.9)), (Mistake("g * (1 - p)", "Divide instead."),))
)
GAPS = posed(
    "cloze",
    Cloze(
        ("Use `model.", "()` to learn and `model.", "()` to test."),
        (("train",), ("eval", "evaluate")),
        (Mistake("no_grad", "It only stops gradients."),),
    ),
)
ORDER = posed(
    "ordering", Ordering(("load", "forward", "backward", "step")), (1, 0, 3, 2), ("forward", "load", "step", "backward")
)
PAIRS = posed(
    "matching",
    Matching((("Adam", "adapts its steps"), ("Dropout", "drops units"), ("ReLU", "cuts below zero"))),
    (1, 2, 0),
    ("drops units", "cuts below zero", "adapts its steps"),
)
PRINTS = posed(
    "code_output", CodeOutput("…", "4.0\ntensor([1., 2.])", (Mistake("1.0\ntensor([1., 2.])", "They are scaled."),))
)
BUG = posed(
    "find_bug",
    FindBug(
        "a = 1\nmodel.train()\nb = 2\nprint(b)",
        "1",
        (Suspect(1, "", "One is fine."), Suspect(2, "model.eval()", ""), Suspect(4, "", "Printing is fine.")),
        "2",
    ),
    (0, 1, 2),
    ("line 1", "line 2", "line 4"),
)
EXPLAIN = posed("explain", Explain((Point("Dropout drops units.", (("drop",),)),), "Dropout drops units at random."))
ALL = (SINGLE, SEVERAL, NUMBER, FORMULA, GAPS, ORDER, PAIRS, PRINTS, BUG, EXPLAIN)


def outcome(posed: Posed, answer: str) -> str:
    return grade(posed, answer, TERMS).outcome


# ---- All kinds


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.question.kind)
@pytest.mark.parametrize("answer", ["", "   \n", "\u200b\u2060", "\x00"])
def test_an_empty_answer_is_wrong_and_is_told_the_form(one: Posed, answer: str) -> None:
    graded = grade(one, answer, TERMS)
    assert (graded.outcome, graded.score) == ("wrong", 0.0)
    assert "empty" in graded.feedback
    assert len(graded.feedback) > len("This answer is empty. ")


@pytest.mark.parametrize("one", ALL[:-1], ids=lambda one: one.question.kind)
@pytest.mark.parametrize(
    "answer", ["I don't know", "je ne sais pas", "?", "pizza with extra cheese", "Ich weiß es nicht."]
)
def test_what_answers_nothing_is_wrong(one: Posed, answer: str) -> None:
    graded = grade(one, answer, TERMS)
    assert (graded.outcome, graded.score) == ("wrong", 0.0)
    assert graded.feedback


def test_every_solution_of_the_bank_is_right_and_explained(bank: Bank) -> None:
    failed = []
    for question in bank.questions.values():
        for seed in (0, 1):
            one = pose(question, seed)
            if question.kind != "explain":
                graded = grade(one, one.solution, TERMS)
                if (graded.outcome, graded.score) != ("correct", 1.0) or one.explanation.split()[
                    0
                ] not in graded.feedback:
                    failed.append(f"{question.id} {seed} {one.solution!r}: {graded}")
    assert not failed


def test_every_wrong_option_and_known_mistake_of_the_bank_is_wrong_with_its_own_feedback(bank: Bank) -> None:
    failed = []
    for question in bank.questions.values():
        one = pose(question, 3)
        for answer, feedback in _mistakes(one):
            graded = grade(one, answer, TERMS)
            if graded.outcome == "correct" or (feedback and feedback.split()[0] not in graded.feedback):
                failed.append(f"{question.id} {answer!r}: {graded}")
    assert not failed


def _mistakes(one: Posed) -> list[tuple[str, str]]:
    """Wrong answers to a question, with what ought to be said to each; nothing where two mistakes may coincide."""
    task = one.task
    if isinstance(task, Choice) and one.question.kind == "single_choice":
        options = [task.options[place] for place in one.places]
        return [(LETTERS[at], option.feedback) for at, option in enumerate(options) if not option.correct]
    if isinstance(task, FindBug):
        return [(f"line {suspect.line}", suspect.feedback) for suspect in task.suspects if not suspect.correct]
    if isinstance(task, Numeric | Formula):
        return [(mistake.answer, "") for mistake in task.mistakes]
    if isinstance(task, CodeOutput):
        return [(mistake.answer, mistake.feedback) for mistake in task.mistakes]
    return []


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.question.kind)
def test_planted_code_is_never_run_nor_right(one: Posed) -> None:
    grade(one, "warm", TERMS)
    with Watch() as watch:
        for planted in PLANTED:
            graded = grade(one, planted, TERMS)
            assert graded.outcome != "correct"
            assert len(graded.feedback) < 2000
    assert watch.seen == []
    assert not Path("/tmp/gradus-was-here").exists()


def test_the_watch_sees_what_is_run() -> None:
    with Watch() as watch:
        compile("1", "planted", "eval")
    assert len(watch.seen) == 1


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.question.kind)
def test_hostile_texts_are_graded(one: Posed) -> None:
    known = ("A, C", "0.25", "g / (1 - p)", "train; eval", "BACD", "1A 2B", "4.0\ntensor([1., 2.])", "line 2")
    for text in texts(len(one.question.kind), known, 400):
        assert 0 <= grade(one, text, TERMS).score <= 1


@settings(deadline=None)
@given(st.sampled_from(ALL), st.text(max_size=300))
def test_any_text_gets_a_grade_whose_score_fits_its_outcome(one: Posed, text: str) -> None:
    graded = grade(one, text, TERMS)
    assert graded.feedback
    assert {"correct": graded.score == 1, "wrong": graded.score == 0}.get(graded.outcome, graded.score < 1)


def test_learners_words_are_quoted_harmlessly() -> None:
    assert quoted("**@everyone** `x` <@1>") == "\\*\\*@\u200beveryone\\*\\* \\`x\\` \\<@\u200b1\\>"
    assert "https://" not in quoted("[x](https://example.org)")
    assert len(quoted("a" * 200)) == 80
    assert quoted("a\n\n b\u202e") == "a b"


def test_an_unknown_name_in_a_formula_is_quoted_harmlessly() -> None:
    assert "__x__" not in grade(FORMULA, "__x__ + g", TERMS).feedback


# ---- Choices


@pytest.mark.parametrize(
    "answer",
    [
        "B", "b", "B.", "b)", "(B)", "[b]", "**B**", "option B", "Option b.", "Answer: B", "I think it's B",
        "B I think",
        "2", "2.", "the second one", "B because units are zeroed", "B, not A", "B) It zeroes units at random.", "В",
        "It zeroes units at random.", "it zeroes units at random", "It zeroes units", "it zeros units at random",
        "zeroes units at random",
    ],
)  # fmt: skip
def test_a_choice_may_be_named_in_many_ways(answer: str) -> None:
    assert grade(SINGLE, answer, TERMS) == Grade("correct", 1.0, "Because so.")


def test_a_wrong_choice_gets_its_own_feedback() -> None:
    assert grade(SINGLE, "c", TERMS) == Grade("wrong", 0.0, "That is pruning.")


@pytest.mark.parametrize(
    "answer",
    ["A or B", "AB", "not B", "D", "0", "9", "It", "B) It removes weights for good.", "B is wrong", "-2", "2.5"],
)
def test_what_names_no_choice_or_several_is_wrong_and_told_how(answer: str) -> None:
    graded = grade(SINGLE, answer, TERMS)
    assert graded.outcome == "wrong"
    assert "A to C" in graded.feedback


def test_options_that_are_numbers_are_named_by_their_own_number() -> None:
    options = tuple(Option(text, text == "4", f"Not {text}.") for text in ("1", "4", "2", "16"))
    one = posed("single_choice", Choice(options), (0, 1, 2, 3), ("1", "4", "2", "16"))
    assert outcome(one, "4") == "correct"
    assert grade(one, "2", TERMS).feedback == "Not 2."


def test_a_letter_with_its_options_words_is_read_even_where_those_hold_another_letter() -> None:
    texts = ("Model A, since it rests on more data.", "B, since it is simpler.", "A, since it is newer.")
    options = tuple(Option(text, text.startswith("Model"), f"Not so: {text}") for text in texts)
    one = posed("single_choice", Choice(options), (2, 0, 1), (texts[2], texts[0], texts[1]))
    assert outcome(one, "B) Model A, since it rests on more data.") == "correct"
    assert grade(one, "A) A, since it is newer.", TERMS).feedback == f"Not so: {texts[2]}"
    assert grade(one, "B, since it is simpler.", TERMS).feedback == f"Not so: {texts[1]}"


@pytest.mark.parametrize(
    "answer",
    [
        "A, B, C",
        "abc", "A B C", "a;b;c", "A and B and C", "A + B + C", "CBA", "1, 2, 3", "1 2 3", "A/B/C",
        "(A) (B) (C)",
        "options A, B and C", "A, B and C are true", "all except D", "A is true, B is true, C is true",
        "Statement P.\nStatement Q.\nStatement R.", "A\nB\nC", "- A\n- B\n- C", "A, A, B, C", "A, B, C but not D",
    ],
)  # fmt: skip
def test_several_choices_may_be_parted_by_anything(answer: str) -> None:
    assert outcome(SEVERAL, answer) == "correct"


@pytest.mark.parametrize(
    ("answer", "score"), [("A", 1 / 3), ("A, B", 2 / 3), ("ABCD", 2 / 3), ("A, B, D", 1 / 3), ("A, D", 0), ("D", 0)]
)
def test_wrong_picks_take_from_right_ones(answer: str, score: float) -> None:
    graded = grade(SEVERAL, answer, TERMS)
    assert graded.score == pytest.approx(score, abs=1e-3)
    assert graded.outcome == ("partial" if score else "wrong")


def test_a_partly_right_choice_is_told_what_is_wrong_but_not_what_is_missing() -> None:
    feedback = grade(SEVERAL, "A, B, D", TERMS).feedback
    assert "A and B are right." in feedback
    assert "D isn't right: About S." in feedback
    assert "1 more is right." in feedback
    assert "C" not in feedback


# ---- Numbers and formulas


def test_a_number_is_right_wrong_or_unsure_with_what_helps() -> None:
    assert grade(NUMBER, "1/4", TERMS).feedback == "Because so."
    assert grade(NUMBER, "0.5", TERMS).feedback == "You forgot to halve."
    assert grade(NUMBER, "7", TERMS).feedback == "That isn't it. A nudge."
    assert outcome(NUMBER, "0.25 or 0.5") == "uncertain"


@pytest.mark.parametrize(
    "answer",
    [
        "g/(1-p)", "g*(1/(1-p))", "dL/dh = g/(1-p)", "g(1-p)^-1", "1/(1-p)*g", r"\frac{g}{1-p}", "$g/(1-p)$", "G/(1-P)",
        "g÷(1−p)", "-g/(p-1)", "g/[1-p]", "2g/(2-2p)", "(g + 0*p)/(1 - p)", "g/(1-p) because of the chain rule",
    ],
)  # fmt: skip
def test_equal_formulas_are_right_however_written(answer: str) -> None:
    assert outcome(FORMULA, answer) == "correct"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("g*(1-p)", "Divide instead."),
        ("-g/(1-p)", "sign"),
        ("2g/(1-p)", "constant factor"),
        ("g/(1-p)^2", "A nudge."),
        ("g/1-p", "A nudge."),
        ("h/(1-p)", "'h' isn't known"),
        ("g +", "breaks off"),
        ("1/0", "A nudge."),
    ],
)
def test_other_formulas_are_wrong_with_what_helps(answer: str, words: str) -> None:
    graded = grade(FORMULA, answer, TERMS)
    assert graded.outcome == "wrong"
    assert words in graded.feedback


def test_a_formula_that_is_read_in_two_ways_or_rounded_is_unsure() -> None:
    half = replace(FORMULA, task=Formula("g / 3", (("g", -3, 3), ("p", 0.05, 0.9))))
    assert outcome(FORMULA, "1/2g") == "uncertain"
    assert outcome(half, "0.333*g") == "uncertain"


def test_a_formula_without_a_value_in_part_of_the_range_is_unsure() -> None:
    square = replace(FORMULA, task=Formula("g^2", (("g", -3, 3),)))
    assert outcome(square, "exp(2*log(g))") == "uncertain"
    assert outcome(square, "exp(3*log(g))") == "wrong"


def test_a_formula_is_compared_where_the_right_one_has_a_value() -> None:
    root = replace(FORMULA, task=Formula("sqrt(g)", (("g", -3, 3),)))
    assert outcome(root, "g^0.5") == "correct"
    assert outcome(root, "g") == "wrong"


# ---- Gaps


@pytest.mark.parametrize(
    "answer",
    [
        "train; eval", "train, eval", "train eval", "train and eval", "train\neval", "train / eval", "Train() ; Eval()",
        "1. train 2. eval", "1) train\n2) evaluate", "model.train(), model.eval()",
        "Use model.train() to learn and model.eval() to test.",
    ],
)  # fmt: skip
def test_gaps_may_be_parted_by_anything_or_stand_in_the_sentence(answer: str) -> None:
    assert outcome(GAPS, answer) == "correct"


def test_a_forgiven_typo_is_spelt_out() -> None:
    graded = grade(GAPS, "trian; eval", TERMS)
    assert graded.outcome == "correct"
    assert "spelt train." in graded.feedback


def test_gaps_are_counted_one_by_one() -> None:
    graded = grade(GAPS, "train; no_grad", TERMS)
    assert (graded.outcome, graded.score) == ("partial", 0.5)
    assert "Gap 1 is right, gap 2 is not. It only stops gradients." in graded.feedback
    assert grade(GAPS, "train", TERMS).score == 0.5
    assert grade(GAPS, "; eval", TERMS).score == 0.5
    assert "each other's" in grade(GAPS, "eval; train", TERMS).feedback


def test_an_unsure_gap_keeps_the_score_of_the_sure_ones() -> None:
    assert grade(GAPS, "training; eval", TERMS) == replace(
        grade(GAPS, "training; eval", TERMS), outcome="uncertain", score=0.5
    )


# ---- Orders and pairs


@pytest.mark.parametrize(
    "answer",
    [
        "BADC", "b a d c", "B, A, D, C", "b > a > d > c", "B -> A -> D -> C", "B then A then D then C", "2143",
        "2 1 4 3",
        "1B 2A 3D 4C", "1. B\n2. A\n3. D\n4. C", "load\nforward\nbackward\nstep", "load, forward, backward, step",
        "load → forward → backward → step", "The order is B, A, D, C",
    ],
)  # fmt: skip
def test_an_order_may_be_written_in_many_ways(answer: str) -> None:
    assert outcome(ORDER, answer) == "correct"


@pytest.mark.parametrize(
    ("answer", "result", "score"),
    [
        ("ABDC", "partial", 5 / 6),
        ("ADCB", "partial", 0.5),
        ("CDAB", "wrong", 0),
        ("BA", "wrong", 0),
        ("BAD", "partial", 0.5),
    ],
)
def test_an_order_counts_its_pairs(answer: str, result: str, score: float) -> None:
    graded = grade(ORDER, answer, TERMS)
    assert graded.outcome == result
    assert graded.score == pytest.approx(score, abs=1e-3)


@pytest.mark.parametrize("answer", ["BBDC", "BADE", "hello", "B A D C B"])
def test_an_order_names_each_letter_once(answer: str) -> None:
    graded = grade(ORDER, answer, TERMS)
    assert graded.outcome == "wrong"
    assert "A to D" in graded.feedback


@pytest.mark.parametrize(
    "answer",
    [
        "1C 2A 3B", "1-C, 2-A, 3-B", "1: c; 2: a; 3: b", "1=C 2=A 3=B", "CAB", "C, A, B", "c a b", "1 C\n2 A\n3 B",
        "C1 A2 B3", "2A 1C 3B", "Adam: adapts its steps\nDropout: drops units\nReLU: cuts below zero",
        "Adam - C, Dropout - A, ReLU - B", "Adam -> C; Dropout -> A; ReLU -> B",
    ],
)  # fmt: skip
def test_pairs_may_be_written_in_many_ways(answer: str) -> None:
    assert outcome(PAIRS, answer) == "correct"


@pytest.mark.parametrize(
    ("answer", "result", "score"),
    [("1C 2B 3A", "partial", 1 / 3), ("1A 2B 3C", "wrong", 0), ("1C 2A", "partial", 2 / 3), ("1A 2A 3A", "wrong", 0)],
)
def test_pairs_count_one_by_one(answer: str, result: str, score: float) -> None:
    graded = grade(PAIRS, answer, TERMS)
    assert graded.outcome == result
    assert graded.score == pytest.approx(score, abs=1e-3)


# ---- Programs


@pytest.mark.parametrize(
    "answer",
    [
        "4.0\ntensor([1., 2.])", "4\ntensor([1.0,2.0])", "4.0; tensor([1, 2])", "4.0\\n[1., 2.]",
        "```\n4.0\ntensor([1., 2.])\n```",
        "It prints:\n4.0\n[1 2]", "4.00 / Tensor([ 1. , 2. ])", "4.0 and tensor([1., 2.])",
    ],
)  # fmt: skip
def test_output_is_compared_by_value_and_without_spaces(answer: str) -> None:
    assert outcome(PRINTS, answer) == "correct"


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("4.0\ntensor([1., 3.])", "partial"),
        ("tensor([1., 2.])\n4.0", "wrong"),
        ("4.0\ntensor([[1., 2.]])", "partial"),
        ("4.0\ntensor([1., 2.])\n5", "partial"),
        ("error", "wrong"),
    ],
)
def test_other_output_is_not_right(answer: str, result: str) -> None:
    assert outcome(PRINTS, answer) == result


def test_a_known_wrong_output_gets_its_feedback_even_where_it_only_looks_different() -> None:
    assert grade(PRINTS, "1.0\ntensor([1., 2.])", TERMS).feedback == "They are scaled."
    whole = posed("code_output", CodeOutput("print(4 / 2)", "2.0", (Mistake("2", "Division gives a float."),)))
    assert grade(whole, "2", TERMS).feedback == "Division gives a float."
    assert outcome(whole, "2.00") == "correct"


def test_shapes_may_be_written_as_people_write_them() -> None:
    shape = posed("code_output", CodeOutput("…", "torch.Size([2, 3])"))
    for answer in ("torch.Size([2, 3])", "torch.Size([2,3])", "[2, 3]", "(2, 3)", "2, 3", "2x3", "2 × 3"):
        assert outcome(shape, answer) == "correct"
    for answer in ("(3, 2)", "(2, 3, 1)", "6", "(2,)"):
        assert outcome(shape, answer) == "wrong"


def test_digits_cut_short_in_an_output_are_unsure() -> None:
    assert outcome(posed("code_output", CodeOutput("…", "0.3333")), "0.33") == "uncertain"


@pytest.mark.parametrize(
    "answer",
    [
        "2", "line 2", "Line 2.", "L2", "#2", "the 2nd line", "B", "b)", "line 2: model.train()", "model.train()",
        "model.eval()", "replace model.train() with model.eval()", "it's line 2", "2, it should be eval",
    ],
)  # fmt: skip
def test_a_line_is_named_by_its_number_its_letter_or_its_code(answer: str) -> None:
    assert outcome(BUG, answer) == "correct"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("4", "Printing is fine."),
        ("C", "Printing is fine."),
        ("3", "look at the lines 1, 2 and 4"),
        ("9", "no line 9"),
        ("line 1 or 2", "one line only"),
        ("not line 2", "line that is wrong"),
    ],
)
def test_another_line_is_wrong_with_what_helps(answer: str, words: str) -> None:
    graded = grade(BUG, answer, TERMS)
    assert graded.outcome == "wrong"
    assert words in graded.feedback


# ---- Explanations


def test_an_explanation_goes_to_the_explainer() -> None:
    class Judge:
        def grade(self, posed: Posed, answer: str) -> Grade:
            return Grade("partial", 0.5, answer)

    assert grade(EXPLAIN, " units drop ", TERMS, Judge()) == Grade("partial", 0.5, "units drop")


def test_without_an_explainer_the_learner_is_asked_to_compare() -> None:
    graded = grade(EXPLAIN, "units drop", TERMS)
    assert (graded.outcome, graded.score) == ("uncertain", 0.0)
    assert "Dropout drops units at random." in graded.feedback
