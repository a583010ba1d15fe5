"""`gradus train` and `gradus worker`, as scripts and people type them."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from foundation.clock import utc_now
from foundation.database import connect
from tests.bot.test_cli import ROOT, environment_of, gradus
from training.records import Record
from training.run_store import RunStore
from training.specs import TASKS

RUN = ["id", "task", "state", "config", "dataset", "metrics", "seconds", "queue_seconds", "device", "artifacts"]
RUN += ["diagnosis"]
STORE = RunStore()


def submit(home: Path, *arguments: str, **environment: str) -> dict[str, Any]:
    done = gradus("train", "submit", *arguments, "--json", home=home, **environment)
    assert done.returncode == 0, done.stderr
    run: dict[str, Any] = json.loads(done.stdout)
    return run


def found(home: Path, id: str) -> Record:
    with closing(connect(home / "gradus.sqlite3")) as database:
        run = STORE.find(database, id)
    assert run is not None
    return run


def wait_for(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def command(*arguments: str, home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment_of(home),
    )


def test_the_list_is_one_line_of_json_with_every_option(tmp_path: Path) -> None:
    done = gradus("train", "list", "--json", home=tmp_path)
    (line,) = done.stdout.splitlines()
    tasks = {task["id"]: task for task in json.loads(line)}
    assert set(tasks) == set(TASKS)
    for task in tasks.values():
        assert list(task) == ["id", "title", "options"]
        for option in task["options"]:
            assert list(option) == ["name", "type", "default", "minimum", "maximum", "choices"]
            assert option["type"] in ("string", "integer", "number", "boolean")
    options = {option["name"]: option for option in tasks["digits"]["options"]}
    assert options["model"]["choices"] == ["mlp", "cnn"]
    assert (options["epochs"]["type"], options["epochs"]["minimum"], options["epochs"]["maximum"]) == ("integer", 1, 60)
    assert gradus("train", "list", home=tmp_path).stdout.startswith("digits")


def test_what_is_submitted_waits_is_shown_and_can_be_cancelled(tmp_path: Path) -> None:
    run = submit(tmp_path, "digits", "--set", "epochs=3")
    assert list(run) == RUN
    assert (run["state"], run["config"]["epochs"], run["config"]["seed"]) == ("queued", 3, 0)
    other = submit(tmp_path, "digits", "--learner", "42")
    mine = json.loads(gradus("train", "status", "--json", home=tmp_path).stdout)
    assert [one["id"] for one in mine] == [run["id"]]
    assert mine[0] == run | {"why": None, "place": 1, "starts_in": None}
    theirs = json.loads(gradus("train", "status", "--learner", "42", "--json", home=tmp_path).stdout)
    assert [(one["id"], one["place"]) for one in theirs] == [(other["id"], 2)]
    assert "place 2" in gradus("train", "status", other["id"], home=tmp_path).stdout
    assert gradus("train", "cancel", run["id"], home=tmp_path).returncode == 0
    assert json.loads(gradus("train", "status", run["id"], "--json", home=tmp_path).stdout)["state"] == "cancelled"
    again = gradus("train", "cancel", run["id"], home=tmp_path)
    assert (again.returncode, again.stderr) == (1, f"gradus: the run {run['id']} is over: cancelled\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["submit", "digit"], "unknown task 'digit' (did you mean 'digits'?)"),
        (["submit", "digits", "--set", "epochs"], "--set epochs: write it as name=value"),
        (["submit", "digits", "--set", "epoch=3"], "there is no option 'epoch' (did you mean 'epochs'?)"),
        (["run", "digits", "--set", "epochs=0"], "epochs: input should be greater than or equal to 1"),
        (["run", "digits", "--device", "tpu"], "'tpu' is no device; write any, cpu, cuda or cuda:0"),
        (["status", "x"], "there is no run 'x'; `gradus train status` shows yours"),
        (["cancel", "x"], "there is no run 'x'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, arguments: list[str], line: str) -> None:
    done = gradus("train", *arguments, home=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"gradus: {line}")
    assert done.stderr.count("\n") == 1


def test_limits_hold_for_learners_and_not_for_the_terminal(tmp_path: Path) -> None:
    limits = {"GRADUS_TRAIN_LEARNER_QUEUED": "2"}
    for _ in range(2):
        submit(tmp_path, "digits", "--learner", "42", **limits)
    refused = gradus("train", "submit", "digits", "--learner", "42", home=tmp_path, **limits)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "gradus: this learner has 2 runs waiting already, and more are not taken\n"
    poor = gradus("train", "submit", "digits", "--learner", "42", home=tmp_path, GRADUS_TRAIN_LEARNER_SECONDS="70")
    assert "today's budget of this learner, 70 device-seconds, is too small for it" in poor.stderr
    small = gradus("train", "submit", "digits", home=tmp_path, GRADUS_WORKER_MEMORY="200")
    assert f"digits needs {TASKS['digits'].memory} MB; GRADUS_WORKER_MEMORY allows 200" in small.stderr
    for _ in range(3):
        submit(tmp_path, "digits", **limits)


def test_a_worker_names_a_device_that_is_none(tmp_path: Path) -> None:
    done = gradus("worker", "--device", "gpu", home=tmp_path)
    assert (done.returncode, done.stderr) == (1, "gradus: 'gpu' is no device; write cpu, cuda:0, cuda:1, …\n")
    assert gradus("worker", "--slots", "0", home=tmp_path).returncode == 2


def test_a_run_is_waited_for_by_a_worker_of_its_own(tmp_path: Path) -> None:
    options = ("--set", "epochs=1", "--set", "examples=100", "--set", "seed=3")
    with command("train", "run", "digits", *options, "--json", home=tmp_path) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    (line,) = out.splitlines()
    run = json.loads(line)
    assert list(run) == RUN
    assert (run["state"], run["dataset"], run["device"]) == ("done", "sklearn-digits 1", "cpu")
    assert 0 <= run["metrics"]["accuracy"] <= 1
    assert run["seconds"] > 0
    assert {"spec", "metrics", "curve", "status", "log", "model"} == set(run["artifacts"])
    assert json.loads(Path(run["artifacts"]["metrics"]).read_text()) == run["metrics"]
    assert "no worker is there: one is started for this run" in err
    with closing(connect(tmp_path / "gradus.sqlite3")) as database:
        assert STORE.workers(database, utc_now()) == []  # it went with the command


def test_an_interrupt_cancels_the_run_and_takes_its_worker_along(tmp_path: Path) -> None:
    with command("train", "run", "digits", home=tmp_path) as process:
        assert process.stderr is not None
        while "one is started" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    with closing(connect(tmp_path / "gradus.sqlite3")) as database:
        (run,) = STORE.mine(database, 1)
        assert run.state == "cancelled"
        assert STORE.workers(database, utc_now()) == []


def test_a_worker_carries_what_others_submit_and_ends_when_told(tmp_path: Path) -> None:
    id = submit(tmp_path, "digits", "--set", "epochs=1", "--set", "examples=20")["id"]
    with command("worker", "--slots", "1", "--tasks", "tests.training.tiny_tasks", home=tmp_path) as process:
        wait_for(lambda: found(tmp_path, id).over)
        process.terminate()
        assert process.wait(30) == 0
    assert found(tmp_path, id).state == "failed"  # the tiny tasks have no digits


def test_data_are_fetched_into_a_folder_that_is_set(tmp_path: Path) -> None:
    unset = gradus("train", "data", "mnist", home=tmp_path)
    assert (unset.returncode, unset.stdout) == (1, "")
    assert unset.stderr.strip() == "gradus: GRADUS_DATA_DIR: not set; name a folder that is to hold data sets"
    unknown = gradus("train", "data", "minst", home=tmp_path, GRADUS_DATA_DIR=str(tmp_path))
    assert unknown.returncode == 1
    assert "did you mean 'mnist'" in unknown.stderr
    elsewhere = gradus("train", "data", "sst2", home=tmp_path, GRADUS_DATA_DIR=str(tmp_path))
    assert "sst2 is not fetched by itself" in elsewhere.stderr


def test_a_search_is_one_run_and_one_that_asks_for_too_much_is_refused(tmp_path: Path) -> None:
    searched = ("--search", "learning_rate=0.001,0.01", "--search", "dropout=0,0.3")
    assert submit(tmp_path, "digits", *searched)["config"]["search"] == "learning_rate=0.001,0.01 dropout=0,0.3"
    refused = gradus("train", "submit", "digits", "--search", "seed=0..99 trials=50", home=tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "that is 50 runs; two to 9 are taken" in refused.stderr
