"""Sentences that praise or complain: the Stanford Sentiment Treebank where its files are, else made ones."""

from dataclasses import dataclass
from pathlib import Path

from foundation.errors import GradusError

FILES = ("train.tsv", "dev.tsv", "test.tsv")


@dataclass(frozen=True)
class Labelled:
    """Sentences whose words stand between blanks, and for each 1 where it praises and 0 where it complains."""

    texts: tuple[str, ...]
    labels: tuple[int, ...]


@dataclass(frozen=True)
class Sentences:
    """A data set: `valid` is looked at while training, `test` only after it."""

    name: str
    version: str
    train: Labelled
    valid: Labelled
    test: Labelled


def sentences(folder: Path | None) -> Sentences:
    """SST-2 from `<folder>/sst2/`, or `synthetic-reviews`.

    Raises:
        GradusError: a file of SST-2 is missing or broken.
    """
    from training.data.reviews import reviews

    if folder is None or not (folder / "sst2").is_dir():
        return reviews()
    train, valid, test = (_read(folder / "sst2" / name) for name in FILES)
    return Sentences("sst2", "2013", train, valid, test)


def _read(path: Path) -> Labelled:
    place = f"sst2/{path.name}"
    if not path.is_file():
        raise GradusError(f"{place} is missing; the folder needs {', '.join(FILES)}")
    texts, labels = [], []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise GradusError(f"{place} is not UTF-8 text; fetch it again") from None
    for number, line in enumerate(lines, start=1):
        text, tab, label = line.rpartition("\t")
        if not tab or not text.strip() or label not in ("0", "1"):
            raise GradusError(f"{place}:{number}: a line is a sentence, a tab, and 0 or 1; fetch the file again")
        texts.append(text.strip())
        labels.append(int(label))
    if len(set(labels)) < 2:
        raise GradusError(f"{place} needs sentences of both kinds; fetch it again")
    return Labelled(tuple(texts), tuple(labels))
