"""What `gradus doctor` says of the language model's server."""

from pathlib import Path

import pytest

from bot.doctor import Finding, examine
from tests.bot.tutor.loopback import MODEL, Loopback


def model_line(home: Path, **settings: str) -> Finding:
    environment = {
        "GRADUS_HOME": str(home),
        **{f"GRADUS_LLM_{name.upper()}": value for name, value in settings.items()},
    }
    return next(finding for finding in examine(environment, home / ".env") if finding.name == "model")


def test_without_a_model_all_is_well(tmp_path: Path) -> None:
    found = model_line(tmp_path)
    assert found.sound
    assert found.text == "no language model is set; answers are the lessons' own words"


def test_a_server_that_has_the_model_is_sound(tmp_path: Path, server: Loopback) -> None:
    found = model_line(tmp_path, url=server.url, model=MODEL)
    assert (found.sound, found.text) == (True, f"{server.url} answers and has {MODEL}")


def test_a_model_that_is_not_there_is_named_with_one_that_is(tmp_path: Path, server: Loopback) -> None:
    found = model_line(tmp_path, url=server.url, model="litle-model")
    assert not found.sound
    assert f"has no 'litle-model' (did you mean '{MODEL}'?)" in found.text


def test_a_server_that_does_not_answer_is_told_how_to_start(tmp_path: Path) -> None:
    found = model_line(tmp_path, url="http://127.0.0.1:9/v1", model=MODEL)
    assert not found.sound
    assert "does not answer" in found.text
    assert "`ollama serve`" in found.text


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_refuses_the_key_is_told(tmp_path: Path, server: Loopback, status: int) -> None:
    server.models_status = status
    found = model_line(tmp_path, url=server.url, model=MODEL, key="sk-wrong")
    assert not found.sound
    assert found.text.endswith("refuses the key; set GRADUS_LLM_KEY")
    assert "sk-wrong" not in found.text


def test_a_server_that_lists_no_models_may_still_have_them(tmp_path: Path, server: Loopback) -> None:
    server.models_status = 404
    assert model_line(tmp_path, url=server.url, model="any").sound
