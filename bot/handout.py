"""Lessons, the road and reading lists as text for the terminal: Markdown, which rich renders and files keep."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import groupby
from typing import Any

from bot.learning import LessonPage, Neighbour, StageMap, Study
from content.catalogue import Resource
from content.mathtext import readable

READY, WAITING = "●", "○"


def lesson_text(study: Study) -> str:
    """A whole lesson, or what there is on a concept whose lesson is being written."""
    parts = [f"# {study.title}", f"*{study.stage.title}*"]
    if not study.written:
        parts.append(f"Its lesson is being written. It covers: {', '.join(study.names) or study.title}.")
    pictured = False
    for page in study.pages:
        heading = (f"## {page.section}",) if page.part == 1 else ()
        parts += [*heading, _with_formulas(page)]
        if page.figure is not None and not pictured:
            parts.append(f"Picture: {page.figure.alt}")
            pictured = True
    for title, neighbours in (("Builds on", study.builds_on), ("Leads to", study.leads_to)):
        if neighbours:
            parts += [f"## {title}", _list(_neighbour(one) for one in neighbours)]
    if study.reading:
        parts += ["## Reading list", reading_text(study.reading)]
    return "\n\n".join(parts)


def road_text(road: Iterable[StageMap]) -> str:
    """The whole road by stages, each concept after what it builds on."""
    parts = [f"{READY} lesson ready, {WAITING} being written. `gradus learn ID` shows a lesson."]
    for stage in road:
        parts.append(f"## {stage.position}. {stage.stage.title}: {stage.written} of {len(stage.milestones)}")
        parts.append(_list(f"{_sign(one.written)} {one.title} (`{one.id}`)" for one in stage.milestones))
    return "\n\n".join(parts)


def reading_text(resources: Iterable[Resource]) -> str:
    """Books, courses and the like, one an item."""
    return _list(map(_resource, resources))


def library_text(resources: Iterable[Resource]) -> str:
    """All of them, by kind."""
    kinds = groupby(sorted(resources, key=lambda one: one.kind), key=lambda one: one.kind)
    return "\n\n".join(f"## {kind.capitalize()}\n\n{reading_text(held)}" for kind, held in kinds)


def lesson_json(study: Study) -> dict[str, Any]:
    """A concept with its lesson, for scripts."""
    return asdict(study) | {"written": study.written, "reading": [resource_json(one) for one in study.reading]}


def road_json(road: Iterable[StageMap]) -> list[dict[str, Any]]:
    """The road, for scripts."""
    return [asdict(stage.stage) | {"concepts": [asdict(one) for one in stage.milestones]} for stage in road]


def resource_json(resource: Resource) -> dict[str, Any]:
    """A resource, for scripts: what a reader needs of it."""
    fields: Mapping[str, Any] = asdict(resource)
    return {name: fields[name] for name in ("id", "title", "kind", "authors", "url", "level", "concepts")}


def _with_formulas(page: LessonPage) -> str:
    """The page's text with each formula, in characters, where its number stands."""
    text = page.text
    for one in page.formulas:
        text = text.replace(f"**({one.number})**", f"\n\n    {readable(f'${one.latex}$')}\n\n", 1)
    return re.sub(r"(?: *\n){2,}", "\n\n", text).strip()


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _neighbour(one: Neighbour) -> str:
    return f"{_sign(one.written)} {one.title} (`{one.id}`)"


def _resource(resource: Resource) -> str:
    facts = "; ".join(fact for fact in (", ".join(resource.authors), resource.kind, resource.level) if fact)
    return f"{resource.title} ({facts})" + (f"  \n  <{resource.url}>" if resource.url else "")


def _sign(written: bool) -> str:
    return READY if written else WAITING
