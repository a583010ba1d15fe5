from pathlib import Path

from bot.assembly import assemble
from bot.settings import load_settings


def test_without_an_address_there_is_no_language_model(tmp_path: Path) -> None:
    gradus = assemble(load_settings({"GRADUS_HOME": str(tmp_path)}), say=lambda line: None, encoder_at_once=False)
    assert gradus.speaking is None
    gradus.close()


def test_with_an_address_and_a_name_there_is_one_and_nobody_is_called_yet(tmp_path: Path) -> None:
    given = {"GRADUS_HOME": str(tmp_path), "GRADUS_LLM_URL": "http://127.0.0.1:9/v1", "GRADUS_LLM_MODEL": "llama3.2"}
    gradus = assemble(load_settings(given), say=lambda line: None, encoder_at_once=False)
    assert gradus.speaking is not None
    assert gradus.speaking.model == "llama3.2"
    gradus.close()
