"""The use case of learning: lessons by pages, what they build on and lead to, reading lists, and the road."""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from bot.names import NameSearch
from content import links
from content.catalogue import Catalogue, Concept, Resource, Stage
from content.lesson import Body, Figure, Lesson
from content.markdown import Block
from content.mathtext import readable
from content.outline import outline
from foundation.errors import GradusError, did_you_mean

PAGE_LENGTH = 1400  # characters that read well on a phone; only what can't be cut makes a page longer
IDEA_LENGTH = 650  # characters of one idea of a guided session
FORMULA_LENGTH = 180  # what a formula counts, as it stands in the page's picture
MOST_STARTS = 3  # concepts to begin with

PICTURED = ("In one minute", "Intuition")  # the sections that the lesson's figure belongs to


@dataclass(frozen=True)
class Formula:
    """A display equation of a lesson, and the number that stands for it in the text."""

    number: int
    latex: str


@dataclass(frozen=True)
class LessonPage:
    """One page of a lesson.

    Attributes:
        section: the heading it stands under.
        part, parts: which of the section's pages it is, from 1, and how many there are.
        text: Markdown that a message can show; `**(1)**` stands for the formula numbered 1.
        formulas: those of this page, numbered through the lesson.
        figure: the lesson's picture, where it belongs here.
        questions: the learners' questions that are answered here.
    """

    section: str
    part: int
    parts: int
    text: str
    formulas: tuple[Formula, ...]
    figure: Figure | None
    questions: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """The section, and which part of it where there are several."""
        return self.section if self.parts == 1 else f"{self.section} ({self.part} of {self.parts})"


@dataclass(frozen=True)
class Neighbour:
    """A concept that another one builds on, or leads to; `written`: its lesson is there."""

    id: str
    title: str
    written: bool


@dataclass(frozen=True)
class Study:
    """All there is to learn about a concept.

    Attributes:
        concept, title: its id and its name.
        stage: the part of the road.
        names: what learners call it, beside its title.
        pages: its lesson; empty while it is being written.
        builds_on: what to know first.
        leads_to: what builds on it directly.
        reading: books, courses and the like: first those that the lesson rests on.
    """

    concept: str
    title: str
    stage: Stage
    names: tuple[str, ...]
    pages: tuple[LessonPage, ...]
    builds_on: tuple[Neighbour, ...]
    leads_to: tuple[Neighbour, ...]
    reading: tuple[Resource, ...]

    @property
    def written(self) -> bool:
        """Whether its lesson is there."""
        return bool(self.pages)

    def nearest(self, page: int) -> int:
        """The page of that number, from 0, or the last one where a newer lesson has fewer."""
        return max(0, min(page, len(self.pages) - 1))

    def page_of(self, heading: str) -> int:
        """The number, from 0, of the page with a section or a learner's question; the first where none has it."""
        for number, page in enumerate(self.pages):
            if heading == page.section or heading in page.questions:
                return number
        return 0


@dataclass(frozen=True)
class Milestone:
    """A concept on the road; `number` counts within its stage, in an order in which prerequisites come first."""

    number: int
    id: str
    title: str
    written: bool


@dataclass(frozen=True)
class StageMap:
    """A stage of the road and its concepts, in order; `position` is the stage's, from 1."""

    stage: Stage
    position: int
    milestones: tuple[Milestone, ...]

    @property
    def written(self) -> int:
        """How many of its lessons are there."""
        return sum(one.written for one in self.milestones)


@dataclass(frozen=True)
class StartingPoint:
    """Where a learner begins: a stage, and the first of its concepts that build on nothing still to learn.

    Attributes:
        told: whether the learner said where they stand; if not, it is the beginning of the road.
        found: whether a diagnostic found it.
    """

    stage: Stage
    told: bool
    first: tuple[Milestone, ...]
    found: bool = field(default=False, kw_only=True)


class Learning:
    """Lessons, reading lists and the road, for any driver: Discord, the terminal, a test."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._names = NameSearch(catalogue)
        self._pages: dict[tuple[str, int], tuple[LessonPage, ...]] = {}

    # ---------------------------------------------------------------- finding a concept

    def concept(self, name: str) -> Concept:
        """The concept of that id, title or other name.

        Raises:
            GradusError: there is none; the message suggests the nearest.
        """
        found = self._catalogue.named(name)
        if found is None:
            near = self.matches(name, 1)
            hint = f" (did you mean '{near[0].id}'?)" if near else "; `gradus roadmap` lists them all"
            raise GradusError(f"unknown concept {_quoted(name)}{hint}")
        return found

    def meant(self, name: str) -> Concept:
        """The concept that somebody most likely means, however they spell it.

        Raises:
            GradusError: nothing is near.
        """
        found = self._catalogue.named(name)
        near = (found,) if found else self.matches(name, 1)
        if not near:
            raise GradusError(
                f"I know no concept {_quoted(name)}. Choose one from the list that opens as you type, "
                "or use `/learn` alone for the map."
            )
        return near[0]

    def matches(self, typed: str, most: int) -> tuple[Concept, ...]:
        """The concepts that fit what somebody has typed so far, best first."""
        return self._names.matches(typed, most)

    def suggestions(self, level: str | None, most: int, known: frozenset[str] | None = None) -> tuple[Concept, ...]:
        """What to offer somebody who has not typed anything: where to start, then the lessons that are there, from
        their stage on. See `start`.
        """
        start = self.start(level, known)
        stages = [*self._catalogue.stages]
        onward = stages[stages.index(start.stage.id) :]
        written = [one for one in self._catalogue.concepts.values() if one.id in self._catalogue.lessons]
        ahead = sorted(written, key=lambda one: one.stage not in onward)  # sorting keeps the order of the road
        ids = dict.fromkeys([*(one.id for one in start.first), *(one.id for one in ahead)])
        return tuple(self._catalogue.concepts[id] for id in ids)[:most]

    # ---------------------------------------------------------------- what there is to learn

    def study(self, id: str) -> Study:
        """All there is to learn about a concept.

        Raises:
            GradusError: there is no such concept (any more).
        """
        catalogue = self._catalogue
        concept = catalogue.concept(id)
        lesson = catalogue.lessons.get(id)
        return Study(
            concept=id,
            title=concept.title,
            stage=catalogue.stages[concept.stage],
            names=tuple(dict.fromkeys((*(lesson.aliases if lesson else ()), *concept.covers))),
            pages=self._cut(id, PAGE_LENGTH),
            builds_on=tuple(self._neighbour(catalogue.concepts[one]) for one in concept.requires),
            leads_to=tuple(self._neighbour(one) for one in catalogue.leads_to(id)),
            reading=catalogue.resources_for(id),
        )

    def ideas(self, id: str, heading: str) -> tuple[LessonPage, ...]:
        """What a lesson says under a section's heading or a learner's question, in small pages; empty where it has
        no such heading.
        """
        pages = self._cut(id, IDEA_LENGTH)
        return tuple(page for page in pages if heading == page.section or heading in page.questions)

    def _cut(self, id: str, length: int) -> tuple[LessonPage, ...]:
        lesson = self._catalogue.lessons.get(id)
        if lesson is None:
            return ()
        if (id, length) not in self._pages:
            self._pages[id, length] = _pages(lesson, self._catalogue, length)
        return self._pages[id, length]

    def reading(self) -> tuple[Resource, ...]:
        """Every book, course and the like that the catalogue holds."""
        return tuple(self._catalogue.resources.values())

    def _neighbour(self, concept: Concept) -> Neighbour:
        return Neighbour(concept.id, concept.title, concept.id in self._catalogue.lessons)

    # ---------------------------------------------------------------- the road

    def road(self) -> tuple[StageMap, ...]:
        """The whole road, stage by stage."""
        return tuple(self.stage(id) for id in self._catalogue.stages)

    def stage(self, id: str) -> StageMap:
        """One stage of the road.

        Raises:
            GradusError: there is no such stage (any more).
        """
        stages = self._catalogue.stages
        if id not in stages:
            raise GradusError(f"unknown stage '{id}'{did_you_mean(id, stages)}")
        return StageMap(stages[id], [*stages].index(id) + 1, self._milestones(id))

    def start(self, level: str | None, known: frozenset[str] | None = None) -> StartingPoint:
        """Where to begin for somebody who stands at the stage `level`: what earlier stages teach is taken as known.

        Who has not said where they stand begins at the beginning. `known`, where a diagnostic found it, holds in
        place of a level.
        """
        if known is not None:
            return self._start_after(known)
        stages = self._catalogue.stages
        told = level in stages
        stage = stages[level] if level is not None and told else next(iter(stages.values()))
        before = set(itertools.takewhile(lambda id: id != stage.id, stages))
        known = frozenset(id for id, one in self._catalogue.concepts.items() if one.stage in before)
        ready = (
            milestone
            for milestone in self._milestones(stage.id)
            if known.issuperset(self._catalogue.concepts[milestone.id].requires)
        )
        return StartingPoint(stage, told, tuple(itertools.islice(ready, MOST_STARTS)))

    def _start_after(self, known: frozenset[str]) -> StartingPoint:
        """The stage of the road's first concept that is not known, which comes first there; the last stage, and
        nothing to begin with, where all are.
        """
        concepts, stages = self._catalogue.concepts, self._catalogue.stages
        ahead = [one for one in concepts.values() if one.id not in known]
        stage = ahead[0].stage if ahead else [*stages][-1]
        milestones = {one.id: one for one in self._milestones(stage)}
        ready = (milestones[one.id] for one in ahead if one.stage == stage and known.issuperset(one.requires))
        return StartingPoint(stages[stage], False, tuple(itertools.islice(ready, MOST_STARTS)), found=True)

    def _milestones(self, stage: str) -> tuple[Milestone, ...]:
        lessons = self._catalogue.lessons
        return tuple(
            Milestone(row.number, row.concept.id, row.concept.title, row.concept.id in lessons)
            for row in outline(self._catalogue, stage)
        )


def _quoted(text: str) -> str:
    """A few words that somebody typed, so that they can neither mark up nor ping."""
    return "'" + re.sub(r"[^\w/+:. -]", "", text.strip())[:60] + "'"


# -------------------------------------------------------------------- a lesson cut into pages


@dataclass(frozen=True)
class _Piece:
    """What stays together on one page, ready to show."""

    text: str
    formulas: tuple[Formula, ...] = ()
    question: str = ""
    item: bool = False

    def __len__(self) -> int:
        return len(self.text) + FORMULA_LENGTH * len(self.formulas)


def _pages(lesson: Lesson, catalogue: Catalogue, length: int) -> tuple[LessonPage, ...]:
    numbers = itertools.count(1)
    pages: list[LessonPage] = []
    for section in lesson.sections:
        pieces = [_shown(group, catalogue, numbers) for group in _groups(section)]
        parts = _balanced(pieces, length)
        for part, held in enumerate(parts, start=1):
            formulas = tuple(formula for piece in held for formula in piece.formulas)
            pictured = section.title in PICTURED and not formulas
            pages.append(
                LessonPage(
                    section=section.title,
                    part=part,
                    parts=len(parts),
                    text=_joined(held),
                    formulas=formulas,
                    figure=lesson.figure if pictured else None,
                    questions=tuple(piece.question for piece in held if piece.question),
                )
            )
    return tuple(pages)


def _groups(body: Body) -> Iterator[list[tuple[Block, str]]]:
    """The blocks of a section, as written, in groups that stay together: a question with its answer; what leads
    to a formula, a list or a piece of code with it; code with what it prints.
    """
    text, first = body.markdown
    lines, blocks = text.split("\n"), body.blocks
    group: list[tuple[Block, str]] = []
    for block, after in itertools.zip_longest(blocks, blocks[1:]):
        end = after.line - first if after else len(lines)
        written = "\n".join(lines[block.line - first : end]).strip()
        if group and not _goes_on(group, block):
            yield group
            group = []
        group.append((block, written))
    if group:
        yield group


def _goes_on(group: list[tuple[Block, str]], block: Block) -> bool:
    """Whether a block belongs with the group before it."""
    if block.kind == "heading":
        return False
    if group[0][0].kind == "heading" or block.kind in ("equation", "code"):
        return True
    before, _ = group[-1]
    leads = before.text.endswith(":") and before.kind in ("paragraph", "item")
    return leads or (before.kind == "equation" and block.text[:1].islower())


def _shown(group: list[tuple[Block, str]], catalogue: Catalogue, numbers: Iterator[int]) -> _Piece:
    """A group as a message can show it: links, inline formulas and headings in words, numbers for formulas."""
    formulas: list[Formula] = []
    shown: list[_Piece] = []
    question = ""
    for block, written in group:
        if block.kind == "equation":
            formulas.append(Formula(next(numbers), block.text))
            lead = shown.pop() if shown else _Piece("")
            shown.append(replace(lead, text=f"{lead.text} **({formulas[-1].number})**".strip()))
        elif block.kind == "heading":
            question = block.text
            shown.append(_Piece(f"**{message_text(block.text, catalogue)}**"))
        else:
            shown.append(_Piece(message_text(written, catalogue), item=block.kind == "item"))
    return _Piece(_joined(shown), tuple(formulas), question, item=shown[0].item)


def message_text(markdown: str, catalogue: Catalogue) -> str:
    """A lesson's Markdown as a chat shows it: links and formulas in words, fences tagged by a language alone."""
    text = links.plain(markdown, lambda id: catalogue.concept(id).title)
    return re.sub(r"^```python .*$", "```python", readable(text), flags=re.MULTILINE)


def _joined(pieces: Iterable[_Piece]) -> str:
    """Paragraphs with a line between them; the items of a list without."""
    text, before = "", None
    for piece in pieces:
        between = "" if before is None else "\n" if piece.item and before.item else "\n\n"
        text, before = f"{text}{between}{piece.text}", piece
    return text


def _balanced(pieces: list[_Piece], most: int) -> list[list[_Piece]]:
    """The pieces on as few pages as a length allows, the pages about equally long."""
    best = _filled(pieces, most)
    for length in range(most, 0, -50):
        tried = _filled(pieces, length)
        if len(tried) > len(best):
            break
        best = tried
    return best


def _filled(pieces: list[_Piece], length: int) -> list[list[_Piece]]:
    """Page after page filled up to a length; a longer piece has a page of its own."""
    pages: list[list[_Piece]] = []
    for piece in pieces:
        if pages and sum(map(len, pages[-1])) + len(piece) <= length:
            pages[-1].append(piece)
        else:
            pages.append([piece])
    return pages
