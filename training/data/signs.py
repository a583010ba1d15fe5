"""Hands that show the digits 0 to 9: the Sign Language Digits photographs, or drawn hands."""

import re
import tarfile
from pathlib import Path

import numpy as np

from foundation.errors import GradusError
from training.data import hands
from training.data.examples import Examples
from training.data.photographs import LARGEST_FILE, decode, held_out, read, within

CLASSES = tuple("0123456789")
_MEMBER = re.compile(r"(?:\./)?(?:Dataset/)?([0-9])/[^/]+\.jpe?g", re.IGNORECASE)
_MOST = 20_000
"""Photographs; ten times the published count."""


def sign_digits(folder: Path | None, seed: int = 0) -> Examples:
    """The photographs (48 × 48) of `<folder>/sign-digits/`, a fifth of each digit's for the test, or drawn hands.

    The hands of `synthetic-sign-digits` lean further in the test than they ever do in training.

    Args:
        seed: chooses which photographs are for the test.

    Raises:
        GradusError: a photograph is broken, or a digit has fewer than five.
    """
    return (_published(folder / "sign-digits", seed) if folder else None) or _drawn()


def _drawn() -> Examples:
    x_train, y_train = hands.hands(2000, hands.UPRIGHT, np.random.default_rng(20))
    x_test, y_test = hands.hands(600, hands.LEANING, np.random.default_rng(21))
    return Examples(
        name="synthetic-sign-digits",
        version="1",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        classes=CLASSES,
    )


def _published(folder: Path, seed: int) -> Examples | None:
    """From `Dataset.tar` or what it unpacks to; None where neither is there."""
    unpacked = next((place for place in (folder / "Dataset", folder) if (place / "0").is_dir()), None)
    if unpacked:
        found = _from_folder(unpacked)
    elif (folder / "Dataset.tar").is_file():
        found = _from_archive(folder / "Dataset.tar")
    else:
        return None
    labels = np.array([digit for digit, _ in found], dtype=np.int64)
    counts = np.bincount(labels, minlength=10)
    if counts.min() < 5:
        raise GradusError(f"{folder.name}: {counts.min()} photographs of {counts.argmin()}; five are the least")
    pictures = np.stack([picture for _, picture in found])
    test = held_out(labels, 0.2, seed)
    return Examples(
        name="sign-digits",
        version="2017",
        x_train=pictures[~test],
        y_train=labels[~test],
        x_test=pictures[test],
        y_test=labels[test],
        classes=CLASSES,
    )


def _from_folder(folder: Path) -> list[tuple[int, np.ndarray]]:
    paths = [(digit, path) for digit in range(10) if (folder / str(digit)).is_dir() for path in _some(folder, digit)]
    return [(digit, read(path, f"sign-digits/{digit}/{path.name}", hands.SIZE)) for digit, path in paths]


def _some(folder: Path, digit: int) -> list[Path]:
    return within(folder / str(digit))[: _MOST // 10]


def _from_archive(path: Path) -> list[tuple[int, np.ndarray]]:
    """Read from the archive itself: nothing of it is ever written to the disk."""
    found: list[tuple[str, int, np.ndarray]] = []
    try:
        with tarfile.open(path, "r:") as archive:
            for member in archive:
                match = _MEMBER.fullmatch(member.name)
                file = archive.extractfile(member) if match and member.isfile() else None
                if match is None or file is None:
                    continue
                if len(found) == _MOST:
                    raise GradusError(f"sign-digits/{path.name}: more than {_MOST:,} photographs; {_REMEDY}")
                content = file.read(LARGEST_FILE + 1)
                found.append((member.name, int(match[1]), decode(content, f"sign-digits/{member.name}", hands.SIZE)))
    except (tarfile.TarError, OSError, EOFError):
        raise GradusError(f"sign-digits/{path.name}: damaged, or no archive; {_REMEDY}") from None
    # By name, as a folder is read, so that a seed splits both alike.
    return [(digit, picture) for _, digit, picture in sorted(found, key=lambda one: (one[1], one[0].split("/")[-1]))]


_REMEDY = "put the published file there, or move the folder away"
