"""What answering needs to know of the catalogue, worked out once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from content.catalogue import Catalogue
from content.lesson import LearnerQuestion, Lesson
from content.links import links, plain
from content.mathtext import readable
from index.excerpts import Piece, pieces
from index.intent import PREFERRED, Intent
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
        self._terms = _terms(catalogue)
        self._names = _names(self._terms)
        self._stems: dict[str, frozenset[str]] = {}
        self._own: dict[str, bool] = {}
        self._links: dict[str, frozenset[str]] = {}
        self._running: dict[Passage, str] = {}
        self._parts: dict[tuple[str, str], tuple[Piece, ...]] = {}
        self.words = frozenset(word for names in self._terms.values() for name in names for word in words_of(name))

    def readable(self, markdown: str) -> str:
        """A lesson's Markdown with links as words and formulas in Unicode."""
        return readable(plain(markdown, self.title))

    def named(self, question: str) -> dict[str, int]:
        """The concepts that `question` names, each with the length in stems of its longest term in it.

        A term inside a longer one of another concept doesn't count: "activation memory" names no activation.
        """
        lengths: dict[str, int] = {}
        for start, end, concept in self._mentions(question):
            lengths[concept] = max(lengths.get(concept, 0), end - start)
        return lengths

    def called(self, question: str, concept: str) -> tuple[str, ...]:
        """The stems of the longest term in `question` that the concept is called by; none, if it isn't."""
        stems = stems_of(words_of(question))
        own = [stems[start:end] for start, end, called in self._mentions(question) if called == concept]
        return max(map(tuple, own), key=len, default=())

    def part(self, question: str, concept: str) -> str:
        """What `question` calls a part of the concept, in its own words; empty where it speaks of the whole."""
        words = [word for word in words_of(question) if stems_of([word])]
        own = [words[start:end] for start, end, called in self._mentions(question) if called == concept]
        parts = [" ".join(part) for part in own if self.is_part(tuple(stems_of(part)), concept)]
        return max(parts, key=len, default="")

    def is_part(self, term: tuple[str, ...], concept: str) -> bool:
        """Whether `term`, as stems, stands for a part or a symptom of the concept: its title doesn't have it."""
        return not set(term) <= {*stems_of(words_of(self.title(concept))), *stems_of(words_of(concept))}

    def _mentions(self, question: str) -> list[tuple[int, int, str]]:
        """Which stems of `question` (start, end) call a concept, but for those inside a longer name."""
        words = [word for word in words_of(question) if stems_of([word])]
        stems = tuple(stems_of(words))
        found = [
            (start, start + length, concept)
            for length in {len(name) for name in self._names}
            for start in range(len(stems) - length + 1)
            for concept in self._called(stems[start : start + length], words[start])
        ]
        return sorted(one for one in found if not any(_inside(one, other) for other in found))

    def _called(self, stems: tuple[str, ...], word: str) -> tuple[str, ...]:
        """The concepts called so; a single `word` has to be the very one, for "network" is no "networking"."""
        names = self._names.get(stems, {})
        return tuple(concept for concept, single in names.items() if not single or _singular(word) in single)

    def written(self, concept: str) -> bool:
        """Whether the concept has a lesson."""
        return concept in self.catalogue.lessons

    def place(self, passage: Passage) -> Place | None:
        """Where `passage` stands, or None for a card, or where the lesson has changed since."""
        lesson = self.catalogue.lessons.get(passage.concept)
        if lesson is None or passage.kind == "card":
            return None
        if passage.kind == "question":
            asked = words_of(passage.section)
            return next((_place(lesson, one) for one in lesson.questions if self._words(one.question) == asked), None)
        found = next((one for one in lesson.sections if one.title == passage.section), None)
        return Place(lesson, found.title, found.body) if found else None

    def names_itself(self, passage: Passage) -> bool:
        """Whether `passage` is a learner's question that names its own concept."""
        if passage.kind != "question":
            return False
        if passage.id not in self._own:
            self._own[passage.id] = passage.concept in self.named(passage.section)
        return self._own[passage.id]

    def shared(self, phrases: Sequence[str], passage: Passage) -> int:
        """How many of `phrases`, as `phrases_of` gives them, stand in the passage's text."""
        if not phrases:
            return 0
        if passage not in self._running:
            self._running[passage] = f" {' '.join(words_of(passage.text))} "
        return sum(f" {phrase} " in self._running[passage] for phrase in phrases)

    def parts(self, place: Place) -> tuple[Piece, ...]:
        """What can be shown of a place."""
        key = (place.lesson.concept, place.section)
        if key not in self._parts:
            self._parts[key] = pieces(place.body, self.readable)
        return self._parts[key]

    def _words(self, heading: str) -> list[str]:
        return words_of(self.readable(heading))

    def leading_to(self, concept: str) -> tuple[str, ...]:
        """The concepts to know before this one, and those that make it easier."""
        found = self.catalogue.concept(concept)
        return (*found.requires, *found.helps)

    def linked(self, concept: str) -> frozenset[str]:
        """The concepts that the concept's lesson links to, and those whose lessons link to it."""
        if not self._links:
            self._links = {id: frozenset(_links(lesson)) for id, lesson in self.catalogue.lessons.items()}
        back = (id for id, targets in self._links.items() if concept in targets)
        return frozenset((*self._links.get(concept, ()), *back)) - {concept}

    def title(self, concept: str) -> str:
        """The concept's title."""
        return self.catalogue.concept(concept).title

    def places(self, concept: str, intent: Intent) -> tuple[Place, ...]:
        """The sections of the concept's lesson that speak to an intent."""
        lesson = self.catalogue.lessons[concept]
        return tuple(Place(lesson, one.title, one.body) for one in lesson.sections if one.title in PREFERRED[intent])

    def opening(self, concept: str) -> Place:
        """How the concept's lesson begins."""
        lesson = self.catalogue.lessons[concept]
        return Place(lesson, lesson.sections[0].title, lesson.sections[0].body)

    def stems(self, concept: str) -> frozenset[str]:
        """The stems of all that the concept's lesson says, and of what the concept is called."""
        if concept not in self._stems:
            lesson = self.catalogue.lessons.get(concept)
            bodies = [f"{one.title} {one.body}" for one in lesson.sections] if lesson else []
            self._stems[concept] = frozenset(stems_of(words_of(" ".join((*self._terms[concept], *bodies)))))
        return self._stems[concept]

    def examples(self) -> tuple[str, ...]:
        """Questions that are answered, of as many lessons: the shortest of each, the shortest lessons' first."""
        asked = (
            min((one.question for one in lesson.questions), key=len, default="")
            for lesson in self.catalogue.lessons.values()
        )
        return tuple(sorted(filter(None, asked), key=len)[:EXAMPLES])


def _links(lesson: Lesson) -> Iterator[str]:
    """The concepts that a lesson's sections and answers link to."""
    bodies = (*(one.body for one in lesson.sections), *(one.answer for one in lesson.questions))
    return (link.concept for body in bodies for link in links(body))


def _place(lesson: Lesson, question: LearnerQuestion) -> Place:
    return Place(lesson, question.question, question.answer)


def _inside(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    return other[0] <= one[0] and one[1] <= other[1] and other[1] - other[0] > one[1] - one[0]


def _terms(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """Everything that each concept is called."""
    terms = {id: (concept.title, id, *concept.covers) for id, concept in catalogue.concepts.items()}
    called = {
        id: (*names, *(catalogue.lessons[id].aliases if id in catalogue.lessons else ())) for id, names in terms.items()
    }
    return {id: (*names, *filter(None, map(_class_name, names))) for id, names in called.items()}


def _class_name(name: str) -> str:
    """`BatchNorm2d` of `nn.BatchNorm2d`, as most people write it; empty where `name` is no class in a module."""
    module, _, last = name.rpartition(".")
    return last if module and last[:1].isupper() and last.isalnum() else ""


def _names(terms: Mapping[str, Sequence[str]]) -> dict[tuple[str, ...], dict[str, frozenset[str]]]:
    """Each term's stems, with the concepts that are called so and, for terms of one word, its forms.

    A term of which stop words leave one word only ("write-up", "t-test") is no name: too much would be it.
    """
    found: dict[tuple[str, ...], dict[str, frozenset[str]]] = {}
    for id, names in terms.items():
        for name in names:
            words = words_of(name)
            stems = tuple(stems_of(words))
            if stems and (len(stems) > 1 or len(words) == 1):
                single = frozenset({_singular(words[0])}) if len(words) == 1 else frozenset()
                concepts = found.setdefault(stems, {})
                concepts[id] = concepts.get(id, frozenset()) | single
    return found


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word
