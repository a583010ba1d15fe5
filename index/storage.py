"""The index's files: numbered generations, of which one is in use, and what reads and writes one.

A folder of an index holds `generation-NNNNNN/` folders of plain files (nothing is a pickle), and CURRENT,
a file that names the one in use. A build fills a new folder and then replaces CURRENT, so that a reader,
or a crash at any moment, finds the old index or the new one, whole.
"""

import contextlib
import hashlib
import json
import mmap
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.errors import GradusError
from foundation.files import sync_folder, write_json, write_whole
from index.embedding import Floats, Halves, ModelIdentity
from index.passages import Passage

FORMAT = 2
"""Of the files, and of the recipe that fills them; where it differs, everything is encoded again."""

CURRENT = "CURRENT"
MANIFEST = "manifest.json"
PASSAGES = "passages.jsonl"
SENTENCES = "sentences.faiss"
SENTENCE_STARTS = "sentence-starts.npy"
TOKENS = "tokens.f16"
TOKEN_STARTS = "token-starts.npy"

CHECKED_WHOLE = 64_000_000
"""Bytes; of a larger file only the size is checked when an index is opened, for reading it takes time."""

KEPT = 48_000_000
"""Bytes of token vectors that stay mapped after they were read."""

AROUND = 65_536
"""Bytes that the system maps along with what is read."""

REMAKE = (
    "the command that made it (`gradus index build` for the lessons, "
    "`gradus index corpus FILE --out DIR` for other text)"
)
"""Ends an error: how an index is made that cannot be used as it is."""

Integers = npt.NDArray[np.int64]


_FIELDS = tuple(field.name for field in fields(Passage))


class DamagedError(GradusError):
    """An index whose files cannot be used; its text says which, and what to do."""

    def __init__(self, out: Path, what: str) -> None:
        super().__init__(f"the index at {out} is damaged: {what}; make it anew with {REMAKE}")


@dataclass(frozen=True)
class Manifest:
    """What a generation says of itself.

    Attributes:
        model: whose vectors it holds.
        dimension: of every vector.
        passages: how many; likewise `sentences` and `tokens`.
        content: SHA-256 over all that the index says of its passages, in order.
        files: each file's size in bytes and its SHA-256.
    """

    model: ModelIdentity
    dimension: int
    passages: int
    sentences: int
    tokens: int
    content: str
    files: dict[str, tuple[int, str]]


@dataclass(frozen=True)
class Vectors:
    """A generation's vectors, left on disk.

    Attributes:
        sentences: float32 (s, d), one row a sentence, passage after passage.
        sentence_starts: (n + 1,), where each passage's sentences begin, and s.
        tokens: t rows, one a token, passage after passage.
        token_starts: (n + 1,), where each passage's tokens begin, and t.
        flat: the FAISS index (IndexFlatIP) whose rows `sentences` shows.
    """

    sentences: Floats
    sentence_starts: Integers
    tokens: "TokenFile"
    token_starts: Integers
    flat: Any


class TokenFile:
    """Token vectors, float16 (t, d), mapped into memory; what a process keeps of them is bounded.

    Pages that were read count as the process's memory for as long as they are mapped, which in the end
    would be the whole file. So they are given back after every `KEPT` bytes; the system still caches them,
    and mapping them again takes microseconds.
    """

    def __init__(self, path: Path, tokens: int, dimension: int) -> None:
        self._map: mmap.mmap | None = None
        self._rows: Halves = np.zeros((tokens, dimension), np.float16) if not tokens else self._mapped(path, dimension)
        self._read = 0

    def _mapped(self, path: Path, dimension: int) -> Halves:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(self._map, np.float16).reshape(-1, dimension)

    def rows(self, start: int, end: int) -> Halves:
        """Rows `start` to `end`, still on disk."""
        rows = self._rows[start:end]
        self._read += rows.nbytes + AROUND
        if self._read > KEPT and self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)
            self._read = 0
        return rows


def content_of(passages: Iterable[Passage]) -> str:
    """SHA-256 of everything an index says of its passages, in order."""
    digest = hashlib.sha256()
    for passage in passages:
        digest.update(_line(passage))
    return digest.hexdigest()


def _line(passage: Passage) -> bytes:
    told = {name: getattr(passage, name) for name in _FIELDS}  # `asdict` copies deeply, which takes its time
    return (json.dumps(told, ensure_ascii=False) + "\n").encode()


def generations(out: Path) -> list[str]:
    """Names of the whole generations in `out`, oldest first."""
    return sorted(folder.name for folder in out.glob("generation-*") if folder.is_dir())


def current(out: Path) -> Path | None:
    """The folder of the generation in use, or None where there is no index yet.

    Raises:
        DamagedError: CURRENT cannot be read, or names nothing that is there.
    """
    try:
        name = (out / CURRENT).read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedError(out, f"{CURRENT} cannot be read") from error
    if name not in generations(out):
        raise DamagedError(out, f"{CURRENT} names no generation that is there")
    return out / name


def read_manifest(generation: Path) -> Manifest:
    """What `generation` says of itself.

    Raises:
        DamagedError: there is no manifest, or it cannot be understood.
    """
    try:
        fields = json.loads((generation / MANIFEST).read_text("utf-8"))
        if fields.pop("format") != FORMAT:
            raise DamagedError(generation.parent, "it has the format of another version of Gradus")
        files = {name: (int(size), str(digest)) for name, (size, digest) in fields.pop("files").items()}
        return Manifest(model=ModelIdentity(**fields.pop("model")), files=files, **fields)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedError(generation.parent, f"{MANIFEST} cannot be read") from error


def check_files(generation: Path, manifest: Manifest, *, whole: bool = False) -> None:
    """Compare every file with the manifest: its size, and its SHA-256 up to `CHECKED_WHOLE` bytes.

    Args:
        whole: take the SHA-256 of larger files too.

    Raises:
        DamagedError: names the first file that differs.
    """
    for name, (size, digest) in manifest.files.items():
        path = generation / name
        found = path.stat().st_size if path.is_file() else -1
        if found < 0:
            raise DamagedError(generation.parent, f"{name} is missing")
        if found != size:
            raise DamagedError(generation.parent, f"{name} has {found:,} bytes, not {size:,}")
        if (whole or size <= CHECKED_WHOLE) and _digest(path) != digest:
            raise DamagedError(generation.parent, f"{name} isn't what was written")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_passages(generation: Path) -> tuple[Passage, ...]:
    """The passages of a generation, in the order of its vectors."""
    with (generation / PASSAGES).open(encoding="utf-8") as file:
        return tuple(Passage(**json.loads(line)) for line in file)


def read_vectors(generation: Path, manifest: Manifest) -> Vectors:
    """The vectors of a generation whose files have been checked; nothing is read before it is used."""
    import faiss

    flat: Any = faiss.read_index(str(generation / SENTENCES), faiss.IO_FLAG_MMAP_IFC)
    rows = faiss.rev_swig_ptr(flat.get_xb(), manifest.sentences * manifest.dimension)
    return Vectors(
        rows.reshape(manifest.sentences, manifest.dimension),
        np.load(generation / SENTENCE_STARTS, allow_pickle=False),
        TokenFile(generation / TOKENS, manifest.tokens, manifest.dimension),
        np.load(generation / TOKEN_STARTS, allow_pickle=False),
        flat,
    )


def write_passages(folder: Path, passages: Sequence[Passage]) -> None:
    """Write what `read_passages` reads."""
    with (folder / PASSAGES).open("wb") as file:
        for passage in passages:
            file.write(_line(passage))


def sweep(out: Path) -> None:
    """Drop what killed builds have left in `out`; call it with the folder's lock held."""
    for folder in out.glob("building-*"):
        shutil.rmtree(folder, ignore_errors=True)
    for file in out.glob(f".{CURRENT}.*"):
        file.unlink(missing_ok=True)


@contextlib.contextmanager
def new_generation(out: Path) -> Iterator[Path]:
    """A folder to fill, which becomes a generation when the block ends well; otherwise it goes.

    Call it with the folder's lock held, after `sweep`.
    """
    out.mkdir(parents=True, exist_ok=True)
    number = max((int(name.removeprefix("generation-")) for name in generations(out)), default=0) + 1
    folder = out / f"building-{number:06d}"
    folder.mkdir()
    try:
        yield folder
        _sync(folder)
        folder.rename(out / f"generation-{number:06d}")
        sync_folder(out)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `manifest` into `folder`, with the sizes and hashes of all that lies there."""
    files = {
        path.name: (path.stat().st_size, _digest(path)) for path in sorted(folder.iterdir()) if path.name != MANIFEST
    }
    write_json(folder / MANIFEST, {"format": FORMAT, **asdict(manifest), "files": files})


def _sync(folder: Path) -> None:
    """Make the files last through a power cut before anything points at them."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    sync_folder(folder)


def put_in_use(out: Path) -> None:
    """Let CURRENT name the newest generation, and drop all but it and the one before.

    The one before stays for those who have read CURRENT and not yet opened its files; who has opened
    them keeps them, for a mapped file outlives its name.
    """
    names = generations(out)
    write_whole(out / CURRENT, f"{names[-1]}\n".encode())
    for name in names[:-2]:
        shutil.rmtree(out / name, ignore_errors=True)
