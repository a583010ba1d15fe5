"""A bad bank is refused, with every error named and placed."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from content.catalogue import Catalogue
from foundation.errors import GradusError, ProblemsFound
from quizzes.bank import Bank, load
from quizzes.question import Choice, FindBug, Question, Suspect
from tests.quizzes.conftest import CHOICE, NUMBER, Broken

Read = Callable[[str], tuple[Question, ...]]


def test_a_sound_question_is_read_whole(read: Read) -> None:
    (question,) = read(CHOICE)
    assert (question.id, question.concept, question.kind) == ("dropout-test-time", "dropout", "single_choice")
    assert (question.facet, question.difficulty, question.section) == ("recall", 2, "In one minute")
    assert isinstance(question.task, Choice)
    assert [one.correct for one in question.task.options] == [True, False, False]
    assert not question.template


def test_a_template_is_read_with_all_that_its_parameters_may_be(read: Read) -> None:
    (question,) = read(NUMBER)
    assert question.template
    assert [len(one.values) for one in question.parameters] == [9, 2]
    assert question.lets == (("out", "h / (1 - p)"),)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("concept: dropout\n", "concept: dropuot\n", 1, "unknown concept 'dropuot' (did you mean 'dropout'?)"),
        ("concept: dropout\n", "concept: adam\n", 1, "the file must be 'intermediate/adam.yaml'"),
        ("section: In one minute", "section: In a minute", 7, "did you mean 'In one minute'?"),
        ("kind: single_choice", "kind: single", 3, "unknown kind 'single' (did you mean 'single_choice'?)"),
        ("facet: recall", "facet: remember", 3, "unknown facet 'remember'"),
        ("difficulty: 2", "difficulty: 6", 6, "from 1 to 5"),
        ("difficulty: 2", "difficulty: two", 6, "must be a number, not 'two'"),
        ("    hint: Think of eval().\n", "", 3, "field 'hint' is missing"),
        ("    hint:", "    hnit:", 13, "unknown field 'hnit' (did you mean 'hint'?)"),
        (", correct: true", "", 9, "exactly one option must be correct, not 0"),
        ("text: Always.,", "text: Always., correct: true,", 9, "exactly one option must be correct, not 2"),
        (", feedback: It is switched off by eval().", "", 12, "field 'feedback' is missing"),
        ("text: Always.", "text: All of the above.", 12, "none may speak of the others"),
        ("text: Always.", "text: In training.", 9, "listed twice"),
        ("text: Always.", 'text: "For $5 in all."', 12, "a dollar that opens no formula"),
        ("id: dropout-test-time", "id: Dropout_1", 3, "words of small letters"),
        ("    prompt: When", "    figure: lstm\n    prompt: When", 8, "'lstm' is not the figure"),
        ("concept: dropout\n", "concept: [\n", 3, "not valid YAML"),
    ],
)
def test_a_bad_question_is_named_with_its_line(broken: Broken, old: str, new: str, line: int, says: str) -> None:
    problems = broken(CHOICE, old, new)
    assert any(one.startswith(f"{line}: ") and says in one for one in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("answer: out", "answer: out +", "dropout-scale"),
        ("answer: out", "answer: outt", "outt"),
        ("@{h} / @{1 - p}", "@{h} / @{1 - q}", "q"),
        ("{from: 1, to: 9}", "{from: 9, to: 1}", "from <= to"),
        ("{from: 1, to: 9}", "{from: 0, to: 1e9}", "1 to 1000 values"),
        ("{from: 1, to: 9}", "{from: 1, to: 9, by: 2}", "unknown field 'by'"),
        ("p: [0.2, 0.5]", "p: [0.2, half]", "must be a number, not 'half'"),
        ("p: [0.2, 0.5]", "p: [1, 1]", "dropout-scale"),
        ("    answer: out\n", '    answer: out\n    where: ["p > 1"]\n', "hold for none"),
        ("    answer: out\n", "    answer: out\n    tolerance: 3\n", "a share of the answer"),
        ("let: {out:", "let: {h:", "given twice"),
    ],
)
def test_a_bad_template_is_named(broken: Broken, old: str, new: str, says: str) -> None:
    problems = broken(NUMBER, old, new)
    assert any(says in one for one in problems), problems


def test_every_error_is_named_at_once(broken: Broken) -> None:
    assert len(broken(CHOICE, "    kind: single_choice\n    facet: recall\n", "    facet: x\n")) >= 2


def test_an_id_cannot_be_given_twice(broken: Broken) -> None:
    again = CHOICE[CHOICE.index("  - id") :]
    assert any("given twice" in one for one in broken(CHOICE + again, "hint: Think", "hint: Think"))


def test_a_question_that_is_not_there_is_refused_with_a_suggestion(bank: Bank) -> None:
    with pytest.raises(GradusError, match="did you mean 'dropout-what-happens'"):
        bank.question("dropout-what-hapens")


def test_a_communitys_questions_are_added_and_may_replace_ours(catalogue: Catalogue, tmp_path: Path) -> None:
    own = tmp_path / "ours" / "quizzes"
    own.mkdir(parents=True)
    (own / "more.yaml").write_text(CHOICE, encoding="utf-8")
    (own / "instead.yaml").write_text(CHOICE.replace("dropout-test-time", "dropout-what-happens"), encoding="utf-8")
    found = load(catalogue, (tmp_path / "ours",))
    assert found.question("dropout-test-time").path == "ours/quizzes/more.yaml"
    assert found.question("dropout-what-happens").prompt == "When is dropout at work?"


def test_a_communitys_bad_questions_are_refused_by_their_place(catalogue: Catalogue, tmp_path: Path) -> None:
    own = tmp_path / "ours" / "quizzes"
    own.mkdir(parents=True)
    (own / "bad.yaml").write_text(CHOICE.replace("recall", "x"), encoding="utf-8")
    (own / "device.yaml").symlink_to("/dev/zero")
    with pytest.raises(ProblemsFound) as refused:
        load(catalogue, (tmp_path / "ours",))
    assert "ours/quizzes/bad.yaml:3" in str(refused.value)
    assert "device.yaml: cannot be read" in str(refused.value)


@pytest.mark.parametrize("fix", ["step()", "    step()", "if True:\n    step()"])
def test_a_fix_stands_as_far_in_as_the_line_it_mends(fix: str) -> None:
    task = FindBug("for _ in x:\n    stop()", "", (Suspect(2, fix, ""),), "")
    lines: Sequence[str] = task.fixed.split("\n")
    assert lines[0] == "for _ in x:"
    assert lines[1].startswith("    ")
    assert not lines[1].startswith("     ")
    compile(task.fixed, "fixed", "exec")
