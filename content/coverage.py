"""Where everything that the four roadmaps name is taught: `python -m content.coverage` writes COVERAGE.md."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from content.catalogue import Catalogue, load
from content.lesson import Lesson
from foundation.errors import GradusError, Problem, ProblemsFound
from foundation.files import write_whole

ITEMS = Path(__file__).with_name("coverage.yaml")
PAGE = Path(__file__).with_name("COVERAGE.md")


@dataclass(frozen=True)
class Item:
    """One thing that a roadmap names, and the places where it is taught: a concept, and words to find there."""

    item: str
    taught: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Roadmap:
    """One of the four, by its number, and its items in order."""

    seed: int
    title: str
    authors: str
    items: tuple[Item, ...]


def read(path: Path = ITEMS) -> tuple[Roadmap, ...]:
    """What the roadmaps name."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["roadmaps"]
    return tuple(
        Roadmap(one["seed"], one["title"], one["authors"], tuple(_item(item) for item in one["items"]))
        for one in entries
    )


def _item(entry: dict[str, object]) -> Item:
    places = entry["taught"]
    assert isinstance(places, list)
    parted = (str(place).partition(": ") for place in places)
    return Item(str(entry["item"]), tuple((concept, words) for concept, _, words in parted))


def page(catalogue: Catalogue, roadmaps: tuple[Roadmap, ...]) -> str:
    """The Markdown of COVERAGE.md.

    Raises:
        ProblemsFound: an item is taught nowhere; every such item is named.
    """
    problems: list[Problem] = []
    lines = [
        "# What the roadmaps name, and where it is taught",
        "",
        "Written by `python -m content.coverage` from `coverage.yaml` and the lessons; a test holds the two together.",
    ]
    for roadmap in roadmaps:
        lines += ["", f"## {roadmap.title} ({roadmap.authors})", "", "| item | taught in |", "|---|---|"]
        for item in roadmap.items:
            places = [_place(catalogue, concept, words, item, problems) for concept, words in item.taught]
            lines.append(f"| {item.item} | {'; '.join(dict.fromkeys(places))} |")
        lines += [f"| {name} | {where} |" for name, where in _named(catalogue, roadmap.seed)]
    if problems:
        raise ProblemsFound(problems)
    return "\n".join(lines) + "\n"


def _place(catalogue: Catalogue, concept: str, words: str, item: Item, problems: list[Problem]) -> str:
    lesson = catalogue.lessons.get(concept)
    if lesson is None:
        problems.append(Problem(ITEMS.name, 0, f"'{item.item}': there is no lesson '{concept}'"))
        return ""
    title = f"[{catalogue.concept(concept).title}]({lesson.path.as_posix()})"
    if not words:
        return title
    section = _section(lesson, words)
    if section is None:
        problems.append(Problem(ITEMS.name, 0, f"'{item.item}': the lesson '{concept}' does not say '{words}'"))
    return f"{title} › {section}"


def _section(lesson: Lesson, words: str) -> str | None:
    """The heading, of a section or of a learner's question, under which the words stand first."""
    wanted = re.compile(words, re.IGNORECASE)
    for section in lesson.sections:
        for question in section.questions:
            if wanted.search(question.question) or wanted.search(question.answer):
                return question.question
        if wanted.search(section.body):
            return section.title
    return None


def _named(catalogue: Catalogue, seed: int) -> Iterator[tuple[str, str]]:
    """The projects and the resources that a roadmap names."""
    for project in catalogue.projects.values():
        if seed in project.seeds:
            skills = ", ".join(catalogue.concepts[id].title for id in project.skills)
            yield f"Project: {project.title}", f"the task `{project.id}`, after {skills}"
    for resource in catalogue.resources.values():
        if seed in resource.seeds:
            served = [catalogue.concepts[id].title for id in resource.concepts]
            where = f"the reading list of {', '.join(served[:3])}" if served else "the projects"
            more = f" and {len(served) - 3} more" if len(served) > 3 else ""
            yield f"{resource.kind.capitalize()}: {resource.title}", where + more


def main() -> None:
    """Write COVERAGE.md."""
    write_whole(PAGE, page(load(), read()).encode())


if __name__ == "__main__":
    try:
        main()
    except GradusError as error:
        sys.exit(f"content.coverage: {error}")
