"""Lessons, reading lists and the map as pages: plain values within Discord's limits."""

from collections.abc import Iterable

from bot.chat.rendering import ANSWER_COLOUR, RELATED_COLOUR, Field, Page, link, shortened, within_limits
from bot.learning import LessonPage, Milestone, Neighbour, StageMap, StartingPoint, Study
from content.catalogue import Resource

MOST_NAMES = 6  # of a concept whose lesson is being written
MOST_READING = 3  # on such a card; the button shows all
MOST_AUTHORS = 2  # named in a reading list
READING_LIMIT = 4000

TELL_ME = "Tell me with `/start` where you stand, and this fits you. Until then: from the beginning."


def lesson_page(study: Study, number: int) -> Page:
    """A page of a lesson, counted from 0."""
    page = study.pages[number]
    first = number == 0
    return within_limits(
        Page(
            title=study.title if first else f"{study.title} › {page.heading}",
            text=page.text,
            colour=ANSWER_COLOUR,
            fields=_present(_neighbours("Know first", study.builds_on)) if first else (),
            footer=f"{f'{page.heading} · ' if first else ''}page {number + 1} of {len(study.pages)}",
            formulas=drawn(page),
            figure=page.figure,
        )
    )


def drawn(page: LessonPage) -> tuple[str, ...]:
    """The formulas of a page with their numbers, to be drawn."""
    return tuple(rf"\text{{({formula.number})}} \quad {formula.latex}" for formula in page.formulas)


def card_page(study: Study) -> Page:
    """What there is on a concept whose lesson is being written."""
    names = ", ".join(study.names[:MOST_NAMES])
    reading = "\n".join(f"• {link(one.title, one.url)}" for one in study.reading[:MOST_READING])
    return within_limits(
        Page(
            title=f"{study.title}: lesson on its way",
            text=f"Its lesson is being written.{f' It covers: {names}.' if names else ''}",
            colour=RELATED_COLOUR,
            fields=_present(
                _neighbours("Builds on", study.builds_on),
                _neighbours("Leads to", study.leads_to),
                Field("Meanwhile, to read", reading) if reading else None,
            ),
            footer=study.stage.title,
        )
    )


def reading_page(study: Study) -> Page:
    """The reading list of a concept, as much of it as a message holds."""
    entries: list[str] = []
    for one in study.reading:
        entry = _entry(one)
        if sum(map(len, entries)) + len(entries) + len(entry) > READING_LIMIT:
            break
        entries.append(entry)
    left = len(study.reading) - len(entries)
    more = f"{left} more: `gradus resources {study.concept}` in a terminal lists all." if left else ""
    return within_limits(
        Page(
            title=f"{study.title}: reading list",
            text="\n".join(entries) or "No book or course of our list is devoted to this yet.",
            colour=ANSWER_COLOUR,
            footer=more or "The most devoted first",
        )
    )


def _entry(resource: Resource) -> str:
    facts = (_authors(resource.authors), resource.kind, resource.level)
    return f"• {link(resource.title, resource.url)} ({'; '.join(fact for fact in facts if fact)})"


def _authors(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) <= MOST_AUTHORS else f"{names[0]} and others"


def map_page(stage: StageMap, stages: int, start: StartingPoint | None) -> Page:
    """A stage of the road; `start` is where this learner begins, left out where others read along."""
    about = f"{stage.stage.summary}."
    count = f"{stage.written} of its {len(stage.milestones)} lessons are there."
    return within_limits(
        Page(
            title=f"The road: {stage.stage.title}",
            text=f"{about} {count} A box hangs on what to know before it.",
            colour=ANSWER_COLOUR,
            fields=(_start_field(start),) if start is not None and start.first else (),
            footer=f"Stage {stage.position} of {stages}",
        )
    )


def _start_field(start: StartingPoint) -> Field:
    lines = [f"• {_said(one)}" for one in start.first]
    said = TELL_ME
    if start.told or start.found:
        source = "as your answers showed" if start.found else "as you told me"
        said = f"At the stage **{start.stage.title}**, {source}."
    return Field("Where you start", "\n".join((said, *lines)))


def _neighbours(name: str, concepts: Iterable[Neighbour]) -> Field | None:
    lines = [f"• {_said(one)}" for one in concepts]
    return Field(name, "\n".join(lines)) if lines else None


def _present(*fields: Field | None) -> tuple[Field, ...]:
    return tuple(field for field in fields if field is not None)


def _said(one: Neighbour | Milestone) -> str:
    return one.title if one.written else f"{one.title} (being written)"


def label(text: str, limit: int = 45) -> str:
    """A name as a button or an option shows it, short enough for a phone."""
    return shortened(text, limit)
