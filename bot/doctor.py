"""`gradus doctor`: what a fresh or failing installation lacks, one line each, with what to do."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.settings import NO_TOKEN, Settings, load_settings
from foundation.database import connect, migrate
from foundation.errors import GradusError, did_you_mean


@dataclass(frozen=True)
class Finding:
    """One check: whether all is well, and in one line what is or what to do."""

    name: str
    sound: bool
    text: str

    def __str__(self) -> str:
        return f"{'ok   ' if self.sound else 'WRONG'}  {self.name:<9} {self.text}"


def examine(environment: Mapping[str, str], env_file: Path) -> Iterator[Finding]:
    """Check everything, in the order in which things depend on each other, each as it is done.

    What is merely absent (a token, a GPU, a sandbox) is said and is no failure.
    """
    try:
        settings = load_settings(environment, env_file)
    except GradusError as error:
        for line in str(error).splitlines():
            yield Finding("settings", False, line)
        return
    yield Finding("settings", True, _token(settings))
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("database", _database),
        ("lessons", _lessons),
        ("encoder", _encoder),
        ("index", _index),
        ("model", _model),
        ("GPU", _gpu),
        ("sandbox", _sandbox),
    ]
    for name, check in checks:
        try:
            yield Finding(name, True, check(settings))
        except GradusError as error:
            yield Finding(name, False, " · ".join(str(error).splitlines()))
        except OSError as error:
            yield Finding(name, False, f"{error.filename}: {(error.strerror or 'cannot be read').lower()}")


def _token(settings: Settings) -> str:
    return "all keys are good" if settings.discord_token else f"all keys are good; for `gradus run` still {NO_TOKEN}"


def _database(settings: Settings) -> str:
    from bot.assembly import STORES

    migrate(settings.database_path, [store.migrations for store in STORES])
    database = connect(settings.database_path)
    try:
        verdict = next(iter(database.query("pragma quick_check")))["quick_check"]
    except sqlite3.DatabaseError:
        verdict = "unreadable"
    finally:
        database.close()
    if verdict != "ok":
        raise GradusError(f"{settings.database_path} is damaged ({verdict}); put back a backup")
    return f"{settings.database_path} is sound"


def _lessons(settings: Settings) -> str:
    from content.catalogue import load

    catalogue = load(additions=settings.content)
    own = f", {len(catalogue.added)} of them from GRADUS_CONTENT" if catalogue.added else ""
    return f"{len(catalogue.lessons)} of {len(catalogue.concepts)} concepts have a lesson{own}"


def _encoder(settings: Settings) -> str:
    from index.embedding import bundled_model, load_encoder

    if settings.encoder:
        load_encoder(settings.encoder)
        return f"'{settings.encoder}', by GRADUS_ENCODER, loads"
    bundled_model()
    return "the bundled all-MiniLM-L6-v2 is there, its SHA-256 the published one"


def _index(settings: Settings) -> str:
    from index.embedding import bundled_identity
    from index.search import Index

    if not settings.index_path.exists():
        return "none yet; the first start makes it, or `gradus index build`"
    index = Index.open(settings.index_path, None if settings.encoder else bundled_identity(), whole=True)
    return f"{settings.index_path} holds {len(index)} passages"


def _model(settings: Settings) -> str:
    from bot.tutor.speaker import model_of, served

    model = model_of(settings)
    if model is None:
        return "no language model is set; answers are the lessons' own words"
    names = served(model)
    if names and model.name not in (*names, *(name.removesuffix(":latest") for name in names)):
        raise GradusError(
            f"{model.url} answers, but has no '{model.name}'{did_you_mean(model.name, names)}; "
            "set GRADUS_LLM_MODEL to one that it has, or make it there (Ollama: `ollama pull`)"
        )
    return f"{model.url} answers and has {model.name}"


def _gpu(settings: Settings) -> str:
    if shutil.which("nvidia-smi") is None:
        return "no NVIDIA driver; everything runs on the CPU"
    import torch

    if torch.cuda.is_available():
        return f"{torch.cuda.get_device_name(0)}"
    return "there is a driver, but this torch is a CPU build; `make clean` and build again to use the GPU"


def _sandbox(settings: Settings) -> str:
    if shutil.which("bwrap") is None:
        return "bubblewrap is missing; nothing needs it yet, training will (`apt install bubblewrap`)"
    return "bubblewrap is there"
