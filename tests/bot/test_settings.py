from pathlib import Path

import pytest

from bot.settings import Settings, key_of, load_settings
from foundation.errors import GradusError

ROOT = Path(__file__).parents[2]


def test_nothing_has_to_be_set() -> None:
    settings = load_settings({})
    assert settings.discord_token is None
    assert settings.folder == Path.home() / ".gradus"
    assert not settings.message_content


def test_the_environment_is_read_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("GRADUS_HOME=/from/file\nGRADUS_LOG_LEVEL=DEBUG\n")
    settings = load_settings({"GRADUS_HOME": str(tmp_path)}, file)
    assert settings.home == tmp_path
    assert settings.log_level == "DEBUG"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"\xff\xfe\x00\x9c", "is not text; write lines of KEY=value"),
        (b"GRADUS_LOG_LEVEL=INFO\nthis is not\n", "2: is no line of KEY=value"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path: Path, content: bytes, line: str) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(GradusError) as caught:
        load_settings({}, tmp_path / ".env")
    assert line in str(caught.value)
    assert str(tmp_path / ".env") in str(caught.value)


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(GradusError, match=r"\.env: cannot be read: is a directory"):
        load_settings({}, tmp_path / ".env")


def test_a_file_may_have_comments_quotes_exports_and_a_byte_order_mark(tmp_path: Path) -> None:
    text = "\ufeff# a comment\r\nexport GRADUS_LOG_LEVEL='DEBUG'\r\n\r\nGRADUS_HOME=\"/a b\"\r\n"
    (tmp_path / ".env").write_text(text, encoding="utf-8", newline="")
    settings = load_settings({}, tmp_path / ".env")
    assert (settings.log_level, settings.home) == ("DEBUG", Path("/a b"))


def test_a_home_of_nobody_is_named() -> None:
    with pytest.raises(GradusError, match="GRADUS_HOME: nobody here has the home of '~nobody-of-this-name/x'"):
        load_settings({"GRADUS_HOME": "~nobody-of-this-name/x"})


def test_an_empty_value_is_no_value() -> None:
    assert load_settings({"GRADUS_LOG_LEVEL": "", "GRADUS_ENCODER": " "}).log_level == "INFO"


def test_every_wrong_unknown_and_missing_key_is_named_at_once() -> None:
    wrong = {"GRADUS_HOM": "x", "GRADUS_LOG_LEVEL": "loud", "GRADUS_MESSAGE_CONTENT": "maybe"}
    with pytest.raises(GradusError) as caught:
        load_settings(wrong, token_needed=True)
    lines = str(caught.value).splitlines()
    assert lines[0] == "GRADUS_HOM: no such setting (did you mean 'GRADUS_HOME'?); remove it"
    assert "GRADUS_MESSAGE_CONTENT: input should be a valid boolean" in lines[1]
    assert "GRADUS_LOG_LEVEL: input should be 'DEBUG', 'INFO'" in lines[2]
    assert lines[3].startswith("DISCORD_TOKEN: missing; copy it from discord.com/developers")
    assert len(lines) == 4


def test_the_token_never_shows() -> None:
    settings = load_settings({"DISCORD_TOKEN": "s3cret"}, token_needed=True)
    assert "s3cret" not in repr(settings) + str(settings) + settings.model_dump_json()
    with pytest.raises(GradusError) as caught:
        load_settings({"DISCORD_TOKEN": "s3cret", "GRADUS_LOG_LEVEL": "x"})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_readme_and_the_example(name: str) -> None:
    for file in ("README.md", ".env.example"):
        assert key_of(name) in (ROOT / file).read_text(encoding="utf-8"), f"{key_of(name)} is not in {file}"


def test_no_language_model_is_set_by_default() -> None:
    settings = load_settings({})
    assert (settings.llm_url, settings.llm_model, settings.llm_key) == (None, None, None)


def test_the_key_of_the_language_model_never_shows() -> None:
    given = {"GRADUS_LLM_URL": "http://localhost:11434/v1", "GRADUS_LLM_MODEL": "llama3.2", "GRADUS_LLM_KEY": "s3cret"}
    settings = load_settings(given)
    assert settings.llm_key is not None
    assert settings.llm_key.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings) + str(settings) + settings.model_dump_json()
    with pytest.raises(GradusError) as caught:
        load_settings(given | {"GRADUS_LLM_SECONDS": "-1"})
    assert "s3cret" not in str(caught.value)


def test_an_address_needs_a_model() -> None:
    with pytest.raises(GradusError, match="GRADUS_LLM_MODEL: missing; name the model that GRADUS_LLM_URL serves"):
        load_settings({"GRADUS_LLM_URL": "https://api.example.org/v1"})


@pytest.mark.parametrize(
    "url",
    ["localhost:11434", "ftp://localhost", "http://", "http://a b/v1", "http://localhost:port/v1", "http://a/?k=1"],
)
def test_what_is_no_address_is_named(url: str) -> None:
    with pytest.raises(GradusError, match=r"GRADUS_LLM_URL: .*this is no address; write one such as http://localhost"):
        load_settings({"GRADUS_LLM_URL": url, "GRADUS_LLM_MODEL": "m"})


@pytest.mark.parametrize("url", ["http://localhost:11434/v1", "https://api.example.org/v1/", "http://[::1]:8080/v1"])
def test_what_is_an_address_is_taken(url: str) -> None:
    assert load_settings({"GRADUS_LLM_URL": url, "GRADUS_LLM_MODEL": "m"}).llm_url == url
