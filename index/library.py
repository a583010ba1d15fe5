"""What answering needs to know of the catalogue, worked out once."""

from collections.abc import Sequence
from dataclasses import dataclass

from content.catalogue import Catalogue
from content.lesson import KEY_POINTS, QUESTIONS, LearnerQuestion, Lesson
from content.links import plain
from content.mathtext import readable
from index.lexical import stems_of, words_of
from index.passages import Passage

EXAMPLES = 3
"""Questions offered to someone whose question was off topic."""


@dataclass(frozen=True)
class Place:
    """Where in a lesson a passage stands.

    Attributes:
        lesson: that lesson.
        section: the heading of its section, or a learner's question.
        body: the Markdown under it.
    """

    lesson: Lesson
    section: str
    body: str


class Library:
    """The catalogue with its names as stems, and its lessons' places by passage."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._names = _names(catalogue)
        terms = _terms(catalogue).values()
        self.words = frozenset(word for names in terms for name in names for word in words_of(name))

    def readable(self, markdown: str) -> str:
        """A lesson's Markdown with links as words and formulas in Unicode."""
        return readable(plain(markdown, lambda concept: self.catalogue.concept(concept).title))

    def named(self, question: str) -> dict[str, int]:
        """The concepts that `question` names, each with the length in stems of its longest term in it.

        A term inside a longer one of another concept doesn't count: "chain rule" names no "rule".
        """
        stems = tuple(stems_of(words_of(question)))
        found = [
            (start, start + length, concept)
            for length in {len(name) for name in self._names}
            for start in range(len(stems) - length + 1)
            for concept in self._names.get(stems[start : start + length], ())
        ]
        whole = [one for one in found if not any(_inside(one, other) for other in found)]
        lengths: dict[str, int] = {}
        for start, end, concept in sorted(whole):
            lengths[concept] = max(lengths.get(concept, 0), end - start)
        return lengths

    def written(self, concept: str) -> bool:
        """Whether the concept has a lesson."""
        return concept in self.catalogue.lessons

    def place(self, passage: Passage) -> Place | None:
        """Where `passage` stands, or None for a card, or where the lesson has changed since."""
        lesson = self.catalogue.lessons.get(passage.concept)
        if lesson is None:
            return None
        if passage.kind == "question":
            return next((_place(lesson, one) for one in lesson.questions if _same(one.question, passage)), None)
        section = KEY_POINTS if passage.kind == "key points" else passage.section
        found = next((one for one in lesson.sections if one.title == section and one.title != QUESTIONS), None)
        return Place(lesson, found.title, found.body) if found else None

    def sections(self, concept: str, titles: Sequence[str]) -> tuple[Place, ...]:
        """Those of the lesson's sections that have one of `titles`."""
        lesson = self.catalogue.lessons[concept]
        return tuple(Place(lesson, one.title, one.body) for one in lesson.sections if one.title in titles)

    def examples(self) -> tuple[str, ...]:
        """Questions that are answered, one of a lesson, of the first lessons."""
        firsts = (one.questions[0].question for one in self.catalogue.lessons.values() if one.questions)
        return tuple(first for first, _ in zip(firsts, range(EXAMPLES), strict=False))


def _place(lesson: Lesson, question: LearnerQuestion) -> Place:
    return Place(lesson, question.question, question.answer)


def _same(question: str, passage: Passage) -> bool:
    """Whether `passage` is that learner's question; its text has the formulas and links made readable."""
    asked = words_of(question)
    return words_of(passage.section) == asked or words_of(passage.text)[: len(asked)] == asked


def _inside(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    return other[0] <= one[0] and one[1] <= other[1] and other[1] - other[0] > one[1] - one[0]


def _terms(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """Everything that each concept is called."""
    terms = {id: (concept.title, id, *concept.covers) for id, concept in catalogue.concepts.items()}
    return {
        id: (*names, *(catalogue.lessons[id].aliases if id in catalogue.lessons else ())) for id, names in terms.items()
    }


def _names(catalogue: Catalogue) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Each term's stems, with the concepts that are called so."""
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for id, names in _terms(catalogue).items():
        for name in names:
            stems = tuple(stems_of(words_of(name)))
            if stems:
                found.setdefault(stems, {})[id] = None
    return {stems: tuple(ids) for stems, ids in found.items()}
