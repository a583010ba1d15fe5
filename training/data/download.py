"""The published data sets, fetched on request: checked byte for byte, and there whole or not at all."""

import hashlib
import http.client
import secrets
import shutil
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from foundation.errors import GradusError, did_you_mean

Progress = Callable[[int, int], None]
"""Told the bytes that are there and the bytes of the whole set, now and then."""

_CHUNK = 2**18
_PATIENCE = 30
"""Seconds without a byte after which a server counts as gone."""


@dataclass(frozen=True)
class Published:
    """A file as its makers published it; `members`: of an archive, what is taken out of it."""

    url: str
    size: int
    sha256: str
    members: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.url.rsplit("/", 1)[-1]


def _idx(base: str, *files: tuple[str, int, str]) -> tuple[Published, ...]:
    return tuple(Published(f"{base}/{name}-ubyte.gz", size, sha256) for name, size, sha256 in files)


SETS: Mapping[str, tuple[Published, ...]] = {
    "mnist": _idx(
        "https://storage.googleapis.com/cvdf-datasets/mnist",
        ("train-images-idx3", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        ("train-labels-idx1", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        ("t10k-images-idx3", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        ("t10k-labels-idx1", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ),
    "fashion": _idx(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
        ("train-images-idx3", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        ("train-labels-idx1", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        ("t10k-images-idx3", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        ("t10k-labels-idx1", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
    "cifar10": (
        Published(
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            170052171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            (
                *(f"cifar-10-batches-bin/data_batch_{number}.bin" for number in range(1, 6)),
                "cifar-10-batches-bin/test_batch.bin",
                "cifar-10-batches-bin/batches.meta.txt",
            ),
        ),
    ),
}
"""By the subfolder in which the readers look for them."""

ELSEWHERE: Mapping[str, str] = {
    "sst2": "write the two-class sentences of nlp.stanford.edu/sentiment to train.tsv, dev.tsv and test.tsv, each line "
    "a sentence, a tab, 0 or 1",
    "sign-digits": "take the folder Dataset of github.com/ardamavi/Sign-Language-Digits-Dataset",
    "face-mask": "take any set of photographs in two folders, with_mask and without_mask",
}
"""Those without one published file whose checksum is known to us: where they are to be had."""


def download(name: str, folder: Path, progress: Progress, sets: Mapping[str, tuple[Published, ...]] = SETS) -> Path:
    """Fetch a data set to `<folder>/<name>/`; gives that folder.

    Nothing is left behind where it fails. Takes what the servers send only if size and SHA-256 are the published ones.

    Raises:
        GradusError: there is no such set, its folder is there already, or it could not be had whole.
    """
    if name in ELSEWHERE and name not in sets:
        raise GradusError(f"{name} is not fetched by itself: {ELSEWHERE[name]}; put it into {folder / name}")
    if name not in sets:
        raise GradusError(f"no data set '{name}'{did_you_mean(name, [*sets, *ELSEWHERE])}; there are {', '.join(sets)}")
    target = folder / name
    if target.exists():
        raise GradusError(f"{target} is there already; move it away to fetch {name} anew")
    partial = folder / f".{name}.{secrets.token_hex(8)}"
    before, total = 0, sum(file.size for file in sets[name])

    def told(done: int) -> None:
        progress(before + done, total)

    try:
        partial.mkdir(parents=True)
        for file in sets[name]:
            _fetch(file, partial / file.name, told)
            before += file.size
            if file.members:
                _unpack(partial / file.name, file.members)
        partial.rename(target)
    except (OSError, http.client.HTTPException, tarfile.TarError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it is an answer, too, with its connection
        host = urlsplit(sets[name][0].url).hostname
        raise GradusError(
            f"{name} could not be fetched from {host} to {target}: {_reason(error)}; try again later"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", error)  # what went wrong, where urllib has wrapped it
    return getattr(inner, "strerror", None) or " ".join(str(inner).split()) or type(inner).__name__


def _fetch(file: Published, path: Path, progress: Callable[[int], None]) -> None:
    digest, done = hashlib.sha256(), 0
    with urllib.request.urlopen(file.url, timeout=_PATIENCE) as answer, path.open("xb") as kept:
        while chunk := answer.read(min(_CHUNK, file.size + 1 - done)):
            kept.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            progress(min(done, file.size))
    if done != file.size or digest.hexdigest() != file.sha256:
        raise GradusError(f"{file.name} is not the published file (size or SHA-256 differ), so nothing of it was kept")


def _unpack(archive: Path, members: tuple[str, ...]) -> None:
    """The members, by their last names, in the archive's place."""
    with tarfile.open(archive) as content:
        for member in members:
            source = content.extractfile(member)
            if source is None:
                raise tarfile.ReadError
            with source, (archive.parent / member.rsplit("/", 1)[-1]).open("xb") as kept:
                shutil.copyfileobj(source, kept)
    archive.unlink()
