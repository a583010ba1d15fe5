"""Photographs in folders or archives, decoded with care: whoever made the files may mean harm."""

import io
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from foundation.errors import GradusError

LARGEST_FILE = 10_000_000
"""Bytes of one photograph."""
MOST_PIXELS = 40_000_000
"""Of one photograph: a small file can unfold to any number of them."""

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
_FORMATS = ("JPEG", "PNG", "WEBP")


def decode(content: bytes, where: str, size: int) -> np.ndarray:
    """The middle square of a photograph at that size: uint8 (3, size, size).

    Args:
        where: names the file in messages.

    Raises:
        GradusError: no photograph in JPEG, PNG or WebP, a damaged one, or one too large.
    """
    if len(content) > LARGEST_FILE:
        raise GradusError(f"{where}: larger than {LARGEST_FILE:,} bytes; {_REMEDY}")
    try:
        with warnings.catch_warnings():
            # Pillow warns of bombs; the check below refuses them before anything is unfolded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=_FORMATS)
        if image.width * image.height > MOST_PIXELS:
            raise GradusError(f"{where}: {image.width} × {image.height} pixels, more than {MOST_PIXELS:,}; {_REMEDY}")
        image.draft("RGB", (size, size))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise GradusError(f"{where}: not a photograph, or a damaged or enormous one; {_REMEDY}") from None
    return np.asarray(ImageOps.fit(upright, (size, size)), dtype=np.uint8).transpose(2, 0, 1)


def read(path: Path, where: str, size: int) -> np.ndarray:
    """`decode` of a file, of which no more is read than may be.

    Raises:
        GradusError: as `decode`, or the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError:
        raise GradusError(f"{where}: cannot be read; see who owns it, or move it away") from None
    return decode(content, where, size)


def within(folder: Path) -> list[Path]:
    """The photographs of a folder, by name; others' hidden files and what else lies there is passed over."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
    )


def held_out(labels: Sequence[int] | np.ndarray, share: float, seed: int) -> np.ndarray:
    """Which examples are for the test: the share of every class, drawn by the seed; bool (n,)."""
    labels = np.asarray(labels)
    chance = np.random.default_rng(seed)
    chosen = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        of_class = chance.permutation(np.flatnonzero(labels == label))
        chosen[of_class[: round(share * len(of_class))]] = True
    return chosen


_REMEDY = "move it away, or put the published one there"
