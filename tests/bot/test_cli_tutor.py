"""`gradus tutor`: talks in a terminal, as their learners type them."""

import asyncio
import io
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.curriculum import Curriculum
from bot.practising import GradeAnswer
from bot.quiz_terminal import WAITS, Left
from bot.tutor.dialogue import Mode
from bot.tutor.tutoring import Tutoring
from bot.tutor_terminal import KEPT, Talking
from content.catalogue import Catalogue
from tests.bot.conftest import ANSWER, NOW
from tests.bot.test_cli import ROOT, environment_of, gradus
from tests.bot.test_cli_quiz import NO_ENCODER
from tests.bot.tutor.pupils import HALF, MODEL, grader, small_curriculum


def tutor(*arguments: str, home: Path, typed: str) -> Result:
    return CliRunner().invoke(app, ["tutor", *arguments], input=typed, env=environment_of(home, **NO_ENCODER))


# ------------------------------------------------------------------------------- the command


def test_a_talk_is_left_and_gone_on_with_in_mid_step(tmp_path: Path) -> None:
    first = tutor("drop", "out", home=tmp_path, typed="\n?\nq\n")
    assert first.exit_code == 0, first.output
    assert "## Teach me: Dropout" in first.stdout
    assert "**Dropout** is new between us." in first.stdout
    assert "**A nudge:** " in first.stdout
    assert KEPT in first.stderr
    second = tutor("dropout", home=tmp_path, typed="!\n\ns\n")
    assert second.exit_code == 0, second.output
    assert "## Teach me" not in second.stdout
    assert "**A nudge:** " in second.stdout
    assert "**The answer:** " in second.stdout
    assert second.stdout.count("# Dropout\n") == 1
    assert "## Dropout: not yet\n\nWe stop here." in second.stdout
    assert KEPT not in second.stderr


def test_an_interview_has_no_hints(tmp_path: Path) -> None:
    done = tutor("dropout", "--interview", home=tmp_path, typed="\n" + "?\n" * 5)
    assert done.exit_code == 0, done.output
    assert "hint" not in done.stderr
    assert "## Interview: 0 of 5 right" in done.stdout
    assert "**Work on:**" in done.stdout


@pytest.mark.parametrize(("arguments", "status"), [(["pizza"], 1), ([], 2), (["dropout", "--as", "-1"], 2)])
def test_wrong_usage_is_a_line(arguments: list[str], status: int, tmp_path: Path) -> None:
    done = gradus("tutor", *arguments, home=tmp_path, **NO_ENCODER)
    assert done.returncode == status
    assert "Traceback" not in done.stderr


COMMAND = [sys.executable, "-m", "bot", "tutor", "dropout"]


def test_a_process_ends_politely_on_an_interrupt_and_keeps_the_talk(tmp_path: Path) -> None:
    environment = environment_of(tmp_path, **NO_ENCODER)
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"\n\n")
        process.stdin.flush()
        for line in process.stderr:
            if line == b"That is none of the keys.\n":
                break
        process.send_signal(signal.SIGINT)
        assert process.stderr.read().decode() == f"{KEPT}\n"
    assert process.returncode == 0
    assert "step 1 of " in tutor("dropout", home=tmp_path, typed="").stdout


# ------------------------------------------------------------------------------- every key


@pytest.fixture
def curriculum(catalogue: Catalogue) -> Curriculum:
    return small_curriculum(catalogue)


@pytest.fixture
def grade(curriculum: Curriculum) -> GradeAnswer:
    return grader(curriculum)


@pytest.fixture
def typing(
    tutoring: Tutoring, curriculum: Curriculum, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Types lines into a talk on dropout, and gives what is shown until the input ends."""

    def type_(*lines: str, mode: Mode = "guided", loading: bool = False) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        with asyncio.Runner() as runner:
            view = runner.run(tutoring.begin(7, "dropout", NOW, mode))
            try:
                Talking(runner, tutoring, curriculum.learning, lambda: NOW, lambda: loading, 7, view).through()
            except (EOFError, Left):
                print("LEFT")
        shown = capsys.readouterr()
        return shown.out + shown.err

    return type_


def test_an_idea_a_question_in_between_and_the_way_to_the_end(typing: Callable[..., str]) -> None:
    shown = typing("", "!", "", "Why does dropout help?")
    assert shown.index(ANSWER.answer) < shown.index("LEFT")
    assert shown.count("## In one minute") == 2  # before the question and after it
    assert "# Dropout\n\n*Core*\n\n## In one minute\n\nDropout switches units off" in shown
    assert "k: I know this: ask me" in shown
    shown = typing("k", "Z", "what is p?")
    assert shown.count("The question opening") == 1
    assert "Answer with one letter, A to C." in shown
    assert shown.count(ANSWER.answer) == 2  # once from before


def test_a_hint_is_shown_alone_and_once(typing: Callable[..., str]) -> None:
    shown = typing("", "?", "?", "?", "?")
    assert shown.count("The question before") == 1
    assert (
        shown.count("**A nudge:**") == shown.count("**From the lesson:**") == shown.count("**A worked example:**") == 1
    )
    assert shown.count("?: hint") == 3
    assert "## Let me show you" in shown  # "?" says that one does not know, where no hint is left


def test_an_explanation_has_several_lines_and_is_judged_by_its_learner_where_it_must(
    typing: Callable[..., str], tutoring: Tutoring
) -> None:
    to_explanation(tutoring)
    shown = typing(HALF, "", loading=True)
    assert "An empty line ends the answer." in shown
    assert WAITS in shown
    assert "You have this: Units are switched off at random." in shown
    shown = typing("Perhaps", "by dice.", "", "why so?", "p")
    assert WAITS not in shown
    assert f"{MODEL}" in shown
    assert "y: I had it · p: partly · m: I missed it" in shown
    assert shown.index("Compare, and judge for yourself") < shown.index(ANSWER.answer) < shown.index("There you are")
    assert "## Dropout: yours" in typing("")


def to_explanation(tutoring: Tutoring) -> None:
    """The talk of who sits at this terminal, at its last step."""

    async def lead() -> None:
        view = await tutoring.begin(7, "dropout", NOW)
        while view.posed is None or view.posed.question.id != "explain":
            at = 7, view.talk.id, view.talk.turn
            if view.talk.phase == "ask":
                assert view.posed is not None
                view = await tutoring.answer(*at, view.posed.solution, NOW)
            else:
                view = await tutoring.do(*at, "begin" if view.talk.phase == "open" else "go on", NOW)

    asyncio.run(lead())
