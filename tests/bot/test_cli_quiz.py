"""`gradus quiz`: sessions in a terminal, as their learners type them; the bank's commands, as scripts do.

No session here comes to an explanation while the real encoder is there: it would be waited for.
"""

import asyncio
import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from bot import terminal
from bot.assembly import STORES
from bot.cli import app
from bot.curriculum import Curriculum
from bot.practising import Practising, View
from bot.quiz_terminal import KEPT, SAID, WAITS, Left, Sitting, meant
from content.catalogue import load
from foundation.clock import utc_now
from foundation.database import DatabaseThread, migrate
from foundation.errors import GradusError
from foundation.store import LearnerStore
from quizzes import bank as banks
from quizzes.bank import Bank
from quizzes.history import Attempt
from quizzes.posing import pose
from quizzes.practice import SESSION, Scope
from quizzes.question import KINDS, Choice, Cloze, Posed
from quizzes.store import PracticeStore
from tests.bot.conftest import NOW
from tests.bot.test_cli import ROOT, environment_of, gradus, json_lines
from tests.bot.test_practising import practising_over, wrong_to

NO_ENCODER = {"GRADUS_ENCODER": "/no/such/encoder"}
"""Settings under which no session loads one, nor makes an index."""

DROPOUT = Scope("concept", "dropout")


@pytest.fixture(scope="module")
def real() -> Curriculum:
    catalogue = load()
    return Curriculum(catalogue, banks.load(catalogue))


# ---------------------------------------------------------------------------- the bank's commands


def test_the_list_has_a_line_of_json_for_every_question(real: Curriculum, tmp_path: Path) -> None:
    done = gradus("quiz", "list", "--json", home=tmp_path)
    lines = json_lines(done.stdout)
    assert [line["id"] for line in lines] == [*real.bank.questions]
    assert {tuple(line) for line in lines} == {("id", "concept", "kind", "facet", "difficulty")}
    assert {line["kind"] for line in lines} == set(KINDS)


def test_what_is_shown_has_a_solution_which_its_grade_takes(tmp_path: Path) -> None:
    arguments = ("dropout-expected-values", "--seed", "7", "--json")
    shown = json.loads(gradus("quiz", "show", *arguments, home=tmp_path).stdout)
    assert shown["seed"] == 7
    assert shown == json.loads(gradus("quiz", "show", *arguments, home=tmp_path).stdout)
    read = gradus("quiz", "show", arguments[0], "--seed", "8", home=tmp_path).stdout
    assert shown["how_to_answer"] in read
    assert shown["prompt"] not in read
    done = gradus("quiz", "grade", *arguments, "--answer", shown["solution"], home=tmp_path)
    assert done.returncode == 0, done.stderr
    grade = json.loads(done.stdout)
    assert list(grade) == ["outcome", "score", "feedback"]
    assert (grade["outcome"], grade["score"]) == ("correct", 1.0)


def test_a_batch_of_every_solution_is_graded_right_in_order(real: Curriculum, tmp_path: Path) -> None:
    posed = [pose(one, 3) for one in real.bank.questions.values() if one.kind != "explain"]
    lines = [{"id": one.question.id, "seed": 3, "answer": one.solution} for one in posed]
    (tmp_path / "batch.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = gradus("quiz", "grade", "--batch", tmp_path / "batch.jsonl", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    graded = json_lines(done.stdout)
    assert [line["id"] for line in graded] == [line["id"] for line in lines]
    assert {line["outcome"] for line in graded} == {"correct"}


def test_a_bad_line_of_a_batch_costs_only_itself(tmp_path: Path) -> None:
    lines = [
        '{"id": "dropout-modes", "seed": 1, "answer": "train; eval"}',
        "nonsense",
        '{"id": "dropout-mode", "answer": "x"}',
        '{"id": "dropout-modes", "seed": "1", "answer": "x"}',
        '{"id": "dropout-modes", "seed": -1, "answer": "x"}',
        '{"id": "dropout-modes", "answer": "eval; train"}',
    ]
    (tmp_path / "batch.jsonl").write_text("\n".join(lines))
    done = gradus("quiz", "grade", "--batch", tmp_path / "batch.jsonl", "--json", home=tmp_path)
    found = json_lines(done.stdout)
    assert [line.get("outcome") for line in found] == ["correct", None, None, None, None, "wrong"]
    assert "did you mean 'dropout-modes'?" in str(found[2]["error"])
    assert done.returncode == 1
    assert "4 lines of" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["show"],
        ["grade"],
        ["grade", "dropout-modes"],
        ["show", "dropout-modes", "--seed", "-1"],
        ["--count", "0"],
        ["dropout", "--count", "21"],
        ["--as", "ada"],
        ["--json"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(arguments: list[str], tmp_path: Path) -> None:
    done = gradus("quiz", *arguments, home=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_help_is_of_the_session_and_of_each_command(tmp_path: Path) -> None:
    own = gradus("quiz", "--help", home=tmp_path).stdout
    for word in ("[CONCEPT]", "--count", "--as", "list", "show", "grade"):
        assert word in own
    shown = gradus("quiz", "show", "--help", home=tmp_path).stdout
    assert "gradus quiz show [OPTIONS]" in shown
    assert "--count" not in shown


# ------------------------------------------------------------------------------ sessions, typed


def quiz(*arguments: str, home: Path, typed: str) -> Result:
    return CliRunner().invoke(app, ["quiz", *arguments], input=typed, env=environment_of(home, **NO_ENCODER))


@contextmanager
def the_database_of(home: Path) -> Iterator[DatabaseThread]:
    """As the bot opens it."""
    migrate(home / "gradus.sqlite3", [store.migrations for store in STORES])
    database = DatabaseThread(home / "gradus.sqlite3")
    try:
        yield database
    finally:
        database.close()


def goes_on(real: Curriculum, home: Path, person: int = 0, scope: Scope = DROPOUT) -> View:
    """The session that stands open, as the bot's own practice finds it."""
    with the_database_of(home) as database:
        practising = practising_over(real, database, lambda: "anew")
        view = asyncio.run(practising.begin(person, utc_now(), scope))
    assert view.session.id != "anew"
    return view


def log(home: Path, person: int = 0) -> tuple[Attempt, ...]:
    def read(database: object) -> tuple[Attempt, ...]:
        learner = LearnerStore().find(database, person)  # type: ignore[arg-type]
        assert learner is not None
        return PracticeStore().attempts(database, learner.id)  # type: ignore[arg-type]

    with the_database_of(home) as database:
        return database.call(read)


def solutions(real: Curriculum, view: View) -> list[str]:
    """The right answers from the open question on, as they are typed."""
    left = view.session.items[view.session.position :]
    posed = [pose(real.bank.questions[one.question], one.seed) for one in left]
    return [one.solution + ("\n" if one.question.kind == "code_output" else "") for one in posed]


def test_a_session_is_left_and_gone_on_with_to_its_end(real: Curriculum, tmp_path: Path) -> None:
    first = quiz("dropout", home=tmp_path, typed="\nq\n")
    assert first.exit_code == 0, first.output
    assert "# New: Dropout" in first.stdout
    assert "h̃ᵢ = mᵢ hᵢ/(1 − p)" not in first.stdout  # the mathematics is none of what teaches
    assert "## Worked example" in first.stdout
    assert "Dropout · 1 of 5" in first.stdout
    assert KEPT in first.stderr
    view = goes_on(real, tmp_path)
    assert (view.session.phase, view.session.position) == ("ask", 0)
    typed = "".join(f"{answer}\n\n" for answer in solutions(real, view))
    second = quiz("Inverted", "dropout", home=tmp_path, typed=typed)
    assert second.exit_code == 0, second.output
    assert second.stdout.count("## Right") == SESSION
    assert "## Done: 5 of 5 right at the first try" in second.stdout
    assert KEPT not in second.stderr
    assert [one.outcome for one in log(tmp_path)] == ["correct"] * SESSION


def test_a_session_of_discord_goes_on_in_the_terminal_and_the_other_way_round(real: Curriculum, tmp_path: Path) -> None:
    with the_database_of(tmp_path) as database:
        practising = practising_over(real, database, lambda: "discord")
        asyncio.run(practising.begin(42, utc_now(), DROPOUT, 2))
    done = quiz("dropout", "--as", "42", home=tmp_path, typed="\n!\n")
    assert "Dropout · 1 of 2" in done.stdout
    assert "## Not yet\n\n**The answer:** " in done.stdout
    assert done.exit_code == 0, done.output
    view = goes_on(real, tmp_path, person=42)
    assert (view.session.id, view.session.phase) == ("discord", "told")
    assert [one.revealed for one in log(tmp_path, 42)] == [True]
    again = quiz("dropout", "--as", "42", home=tmp_path, typed="")
    assert "Dropout · 1 of 2" in again.stdout
    assert "**The answer:** " in again.stdout


def test_without_a_concept_it_is_what_is_due_until_nothing_is(tmp_path: Path) -> None:
    done = quiz("--count", "1", home=tmp_path, typed="\n!\n\n")
    assert "What is due today · 1 of 1" in done.stdout
    assert "## Done: 0 of 1 right at the first try" in done.stdout
    refused = gradus("quiz", home=tmp_path, **NO_ENCODER)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[-1].startswith("gradus: Nothing is due")


def test_a_concept_is_understood_however_spelt_and_refused_in_the_words_of_a_terminal(curriculum: Curriculum) -> None:
    assert meant(curriculum.learning, "drop out").id == meant(curriculum.learning, "dorpout").id == "dropout"
    with pytest.raises(GradusError, match="unknown concept 'pizza'; `gradus roadmap` lists them all"):
        meant(curriculum.learning, "pizza")


COMMAND = [sys.executable, "-m", "bot", "quiz", "batch normalisation"]


def test_a_process_ends_politely_on_a_closed_input_and_on_an_interrupt(real: Curriculum, tmp_path: Path) -> None:
    environment = environment_of(tmp_path, **NO_ENCODER)
    closed = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *COMMAND],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    assert (closed.returncode, closed.stderr.splitlines()[-1]) == (0, KEPT)
    assert "# New: Batch normalisation" in closed.stdout
    view = goes_on(real, tmp_path, scope=Scope("concept", "batch-normalization"))
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(f"\n?\n{solutions(real, view)[0]}\n".encode() + b"\xff\xfe\n")
        process.stdin.flush()
        for line in process.stderr:
            if line == b"That is none of the keys.\n":
                break
        process.send_signal(signal.SIGINT)
        assert process.stderr.read().decode() == f"{KEPT}\n"
        assert "## Right" in process.stdout.read().decode()
    assert process.returncode == 0
    assert [one.hints for one in log(tmp_path)] == [1]


# ------------------------------------------------------------- every way of answering, and every key


@pytest.fixture
def only(curriculum: Curriculum) -> Callable[..., None]:
    """Leaves only some questions in the bank."""

    def only(*ids: str) -> None:
        curriculum.change(curriculum.catalogue, Bank({id: curriculum.bank.questions[id] for id in ids}))

    return only


@pytest.fixture
def typing(
    practising: Practising, curriculum: Curriculum, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Types lines into the session of a day that goes on, and gives what is shown, until the input ends."""

    def type_(*lines: str, day: int = 0, loading: bool = False) -> str:
        now = NOW + timedelta(days=day)
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        with asyncio.Runner() as runner:
            view = runner.run(practising.begin(7, now, DROPOUT, 1))
            try:
                Sitting(runner, practising, curriculum, lambda: now, lambda: loading, 7, view).through()
            except (EOFError, Left):
                print("LEFT", file=sys.stderr)
        shown = capsys.readouterr()
        return shown.out + shown.err

    return type_


def posed_today(practising: Practising, day: int = 0) -> Posed:
    view = asyncio.run(practising.begin(7, NOW + timedelta(days=day), DROPOUT, 1))
    assert view.posed is not None
    return view.posed


KIND_IDS = ("one", "all", "number", "order", "match", "prints", "bug")


@pytest.mark.parametrize("id", KIND_IDS)
def test_every_kind_is_answered_by_a_line_or_by_lines(
    id: str, only: Callable[..., None], typing: Callable[..., str], practising: Practising
) -> None:
    only(f"dropout-{id}")
    posed = posed_today(practising)
    end = [""] if id == "prints" else []
    wrong = "line 1" if id == "bug" else wrong_to(posed)
    shown = typing("", wrong, *end, "t", *posed.solution.split("\n"), *end, "")
    assert "Answer with " in shown.split("The question")[1].split("## Not yet")[0]
    assert ("An empty line ends the answer." in shown) == (id == "prints")
    assert shown.index("## Not yet") < shown.index("## Right") < shown.index("## Done: 0 of 1")
    assert "LEFT" not in shown


def test_an_answer_in_a_wrong_form_is_asked_for_again(only: Callable[..., None], typing: Callable[..., str]) -> None:
    only("dropout-number")
    shown = typing("", "many", "", "2")
    assert shown.count("Answer with one number.") >= 3
    assert "This answer is empty." in shown
    assert "## Right" in shown
    assert shown.count("The question dropout-number") == 1


def test_an_explanation_that_can_t_be_judged_is_judged_by_its_learner(
    only: Callable[..., None], typing: Callable[..., str]
) -> None:
    only("dropout-explain")
    assert WAITS not in typing("", "Units go", "at random.", "")
    shown = typing("g", "y")
    assert "y: I had it · p: partly · m: I missed it" in shown
    assert "That is none of the keys." in shown
    assert "## Right" in shown
    assert WAITS in typing("u", "Units go.", "", loading=True)
    assert "## Partly right" in typing("p")


@pytest.mark.parametrize(("id", "keys"), [("number", "s: I was sure · n: I was not sure"), ("one", "g: I guessed")])
def test_a_right_answer_that_counts_is_asked_how_sure_it_was(
    id: str, keys: str, only: Callable[..., None], typing: Callable[..., str], practising: Practising
) -> None:
    only(f"dropout-{id}")
    typing("", posed_today(practising).solution, "")
    answer = posed_today(practising, day=1).solution
    shown = typing(answer, keys[0], day=1)
    assert shown.count("## Right") == shown.count("Dropout comes back on ") == 2
    assert shown.count(keys) == 1


def test_hint_lesson_report_undo_and_the_answer_are_a_key_each(
    only: Callable[..., None], typing: Callable[..., str], practising: Practising
) -> None:
    only("dropout-number")
    shown = typing("l", "", "?", "l", "r", "", "r", "It lies.", "5", "a", "u", "2", "Q")
    assert shown.count("Dropout forbids a unit to rely on one neighbour") == 2
    assert "**Hint:** The hint of dropout-number." in shown
    assert "`gradus learn dropout` shows the whole lesson" in shown
    assert "Write in a few words what is wrong" in shown
    assert [one.text for one in asyncio.run(practising.reports(5))] == ["It lies."]
    assert "**The answer:** 2\n\nThe explanation of dropout-number." in shown
    assert shown.index("## Not yet") < shown.index("## Right") < shown.index("LEFT")


def test_a_press_elsewhere_meanwhile_is_seen_and_not_overwritten(
    only: Callable[..., None], typing: Callable[..., str], practising: Practising, monkeypatch: pytest.MonkeyPatch
) -> None:
    only("dropout-number")
    typing("")
    answer = practising.answer

    async def late(*arguments: object, **more: object) -> View:
        await answer(7, "a1", 0, "5", NOW)
        return await answer(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(practising, "answer", late)
    shown = typing("2")
    assert "## Not yet" in shown
    assert "Your answer: 5" in shown


def test_what_teaches_has_its_formulas_in_words(typing: Callable[..., str]) -> None:
    shown = typing()
    assert "    2 · 1/2 = 1\n" in shown
    assert "**(1)**" not in shown


def test_no_key_is_the_answer_to_a_question(real: Curriculum) -> None:
    keys = {"?", "!", "l", "r", "q"}
    assert not keys & set("abcde")
    assert SAID.keys().isdisjoint(keys | {"", "t", "a", "u"})
    answers = {
        id: {pose(one, 0).solution.split("\n")[0], *(one.task.gaps[0] if isinstance(one.task, Cloze) else ())}
        for id, one in real.bank.questions.items()
        if not isinstance(one.task, Choice)
    }
    assert [id for id, some in answers.items() if keys & {one.strip().casefold() for one in some}] == []


def test_the_end_has_a_line_for_every_concept_where_it_is_rendered(
    only: Callable[..., None], typing: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    console = Console(force_terminal=True, width=60, record=True)
    monkeypatch.setattr(terminal, "Console", lambda: console)
    only("dropout-number")
    with console.capture() as shown:
        typing("", "2", "")
    assert "\x1b[" in shown.get()
    assert "**" not in shown.get()
    assert "✓ Dropout" in shown.get()
