"""Links between lessons: `[[dropout]]` and `[[dropout|text]]`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from content.markdown import spans

# Words that keep their capitals inside a sentence.
_NAMES = ("Bayes", "Python", "PyTorch", "NumPy", "TensorFlow", "Keras", "Kaggle", "Matplotlib", "Markov", "Adam")


@dataclass(frozen=True)
class Link:
    """A link to a concept; `text` is what it shows, empty where it shows the concept's title."""

    concept: str
    text: str
    line: int


def links(body: str, first_line: int = 1) -> Iterator[Link]:
    """The concept links of a Markdown body in order; those in code are none."""
    for span in spans(body):
        if span.kind == "link":
            concept, _, text = span.inside.partition("|")
            yield Link(concept.strip(), text.strip(), first_line + body.count("\n", 0, span.start))


def plain(body: str, title: Callable[[str], str], unwritten: Callable[[str], bool] = lambda concept: False) -> str:
    """The body with every link as words a Discord message can show.

    Args:
        body: Markdown; code is left as it is.
        title: gives a concept's title by its id; shown as it stands within a sentence.
        unwritten: says whether a concept's lesson is still being written; such a link says so.
    """
    return "".join(_words(span.inside, title, unwritten) if span.kind == "link" else span.text for span in spans(body))


def _words(inside: str, title: Callable[[str], str], unwritten: Callable[[str], bool]) -> str:
    concept, _, text = (part.strip() for part in inside.partition("|"))
    shown = text or within_sentence(title(concept))
    return f"{shown} (being written)" if unwritten(concept) else shown


def within_sentence(title: str) -> str:
    """A title as it stands in running text: "Batch normalisation" → "batch normalisation".

    Abbreviations and names keep their capitals, a question mark at the end goes.
    """
    title = title.rstrip("?")
    first = title.split()[0] if title.split() else ""
    keeps = any(letter.isupper() for letter in first[1:]) or first.startswith(_NAMES)
    return title if keeps else title[:1].lower() + title[1:]
