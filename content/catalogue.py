"""The catalogue: what is taught, in which order, by which lessons, with which resources.

`load` reads `roadmap.yaml`, `resources.yaml` and `lessons/<stage>/<concept>.md` and refuses all
of it, naming every problem with its file and line, or gives a `Catalogue` that is sound: every
id exists, nothing requires itself, and every lesson has the form that learners get.

A community's own folders come on top: they may add concepts, resources and lessons, or replace ours.

What is slow (equations, code, figures) is `content.check`'s part.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from content import lesson as lessons_form
from content import lines
from content.lesson import Lesson
from content.lines import Placed, Record
from content.links import links
from foundation.errors import GradusError, Problem, ProblemsFound, did_you_mean

KINDS = (
    "book",
    "course",
    "playlist",
    "video",
    "article",
    "paper",
    "documentation",
    "site",
    "competition",
    "community",
)
LEVELS = ("beginner", "intermediate", "advanced")


@dataclass(frozen=True)
class Stage:
    """A part of the road."""

    id: str
    title: str
    summary: str


@dataclass(frozen=True)
class Concept:
    """One thing to learn; `covers` are the words learners type when they mean it."""

    id: str
    stage: str
    title: str
    requires: tuple[str, ...]
    helps: tuple[str, ...]
    seeds: tuple[int, ...]
    covers: tuple[str, ...]


@dataclass(frozen=True)
class Project:
    """A training task; `skills` are the concepts to read first."""

    id: str
    level: str
    title: str
    skills: tuple[str, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Step:
    """A step of the career roadmap."""

    id: str
    title: str
    concepts: tuple[str, ...]


@dataclass(frozen=True)
class Resource:
    """A book, course, site or the like, and what it serves."""

    id: str
    title: str
    kind: str
    authors: tuple[str, ...]
    url: str | None
    level: str | None
    concepts: tuple[str, ...]
    projects: tuple[str, ...]
    seeds: tuple[int, ...]
    note: str | None


@dataclass(frozen=True)
class Catalogue:
    """All that is taught. Every mapping goes from id to thing, in the order of the files.

    Concepts stand in an order in which each comes after all that it requires.

    Attributes:
        aliases: every name of a concept, folded, to its id.
        directory: our own folder; figures are drawn by its scripts.
        added: the concepts whose lessons come from a community's folder: their code is shown, never run.
    """

    stages: Mapping[str, Stage]
    concepts: Mapping[str, Concept]
    projects: Mapping[str, Project]
    steps: Mapping[str, Step]
    resources: Mapping[str, Resource]
    lessons: Mapping[str, Lesson]
    aliases: Mapping[str, str]
    directory: Path
    added: frozenset[str] = frozenset()

    def concept(self, id: str) -> Concept:
        """The concept of that id.

        Raises:
            GradusError: there is none; the message suggests the nearest id.
        """
        if id not in self.concepts:
            raise GradusError(f"unknown concept '{id}'{did_you_mean(id, self.concepts)}")
        return self.concepts[id]

    def named(self, name: str) -> Concept | None:
        """The concept that a learner calls by this id, title, alias or covered term, or None."""
        id = self.aliases.get(fold(name))
        return self.concepts[id] if id else None

    def lesson(self, id: str) -> Lesson | None:
        """The concept's lesson, or None while it is being written.

        Raises:
            GradusError: there is no such concept; the message suggests the nearest id.
        """
        return self.lessons.get(self.concept(id).id)

    def resources_for(self, id: str) -> tuple[Resource, ...]:
        """The resources that serve a concept: first those that its lesson names, then the most devoted to it.

        Raises:
            GradusError: there is no such concept; the message suggests the nearest id.
        """
        lesson = self.lesson(id)
        named = [self.resources[one] for one in lesson.resources] if lesson else []
        serving = [one for one in self.resources.values() if id in one.concepts and one not in named]
        return (*named, *sorted(serving, key=lambda one: len(one.concepts)))

    def leads_to(self, id: str) -> tuple[Concept, ...]:
        """The concepts that require this one directly, in the order of the road."""
        return tuple(one for one in self.concepts.values() if id in one.requires)


def fold(name: str) -> str:
    """A name as `Catalogue.aliases` has it: small letters, single spaces, hyphens as spaces."""
    return " ".join(name.casefold().replace("-", " ").rstrip("?").split())


def load(directory: Path | None = None, additions: Sequence[Path] = ()) -> Catalogue:
    """Read and check everything that is taught.

    Args:
        directory: holds `roadmap.yaml`, `resources.yaml`, `lessons/` and `figures/`; by default this package.
        additions: a community's folders of the same form, in which every part but one may be missing. What they
            bring is added, or stands in place of what has the same id; figures are taken from `directory` alone.

    Raises:
        ProblemsFound: something is wrong; every problem is listed, in order of files and lines.
    """
    loader = _Loader(directory or Path(__file__).parent, additions)
    catalogue = loader.catalogue()
    if loader.problems:
        raise ProblemsFound(sorted(set(loader.problems)))
    return catalogue


_Thing = TypeVar("_Thing", Stage, Concept, Project, Step, Resource)
_Entries = list[tuple[_Thing, Record]]


class _Loader:
    """Reads the files one after another; what is wrong gathers in `problems`."""

    def __init__(self, directory: Path, additions: Sequence[Path]) -> None:
        self.directory = directory
        self.additions = tuple(folder.absolute() for folder in additions)
        self.problems: list[Problem] = []

    def catalogue(self) -> Catalogue:
        for folder in self.additions:
            if not any((folder / part).exists() for part in ("roadmap.yaml", "resources.yaml", "lessons")):
                self._note(folder, 0, "has no lessons, roadmap.yaml or resources.yaml: name another folder")
        roadmap = self._yaml("roadmap.yaml", ("stages", "concepts", "projects", "steps"))
        reading = self._yaml("resources.yaml", ("resources",))
        stages = _by_id(_entries(roadmap, "stages", _stage))
        in_order = _entries(roadmap, "concepts", _concept)
        concepts = _by_id(in_order)
        known_stages = _known(roadmap, "stages", stages)
        known_concepts = _known(roadmap, "concepts", concepts)
        for concept, entry in in_order:
            _check_known(entry, (entry.text("stage"),), "stage", known_stages)
            _check_prerequisites(concept, entry, concepts)
        _check_order(in_order)
        projects = self._things(roadmap, "projects", _project, skills=known_concepts)
        known_projects = _known(roadmap, "projects", projects)
        steps = self._things(roadmap, "steps", _step, concepts=known_concepts)
        resources = self._things(reading, "resources", _resource, concepts=known_concepts, projects=known_projects)
        lessons, added = self._lessons(known_concepts, _known(reading, "resources", resources))
        aliases = self._aliases(in_order, lessons)
        return Catalogue(
            stages, concepts, projects, steps, resources, lessons, aliases, self.directory, frozenset(added)
        )

    def _note(self, path: Path | str, line: int, message: str) -> None:
        self.problems.append(Problem(str(path), line, message))

    def _shown(self, folder: Path, path: Path | str) -> str:
        """A file as problems name it: our own by its place in the content, others whole."""
        return str(path) if folder == self.directory else str(folder / path)

    def _text(self, folder: Path, path: Path) -> str | None:
        try:
            return (folder / path).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            self._note(self._shown(folder, path), 0, f"is not UTF-8 text (byte {error.start}): save it as UTF-8")
        except OSError as error:
            self._note(self._shown(folder, path), 0, f"cannot be read: {error.strerror}")
        return None

    def _yaml(self, name: str, fields: tuple[str, ...]) -> list[Record]:
        """A file as it is in every folder, ours first; a community's folder need not have it."""
        records: list[Record] = []
        for folder in (self.directory, *self.additions):
            if folder != self.directory and not (folder / name).exists():
                continue
            text = self._text(folder, Path(name))
            record = lines.read(self._shown(folder, name), text, self.problems) if text is not None else None
            if record is not None:
                record.allow(fields)
                records.append(record)
        return records

    def _things(
        self,
        records: list[Record],
        name: str,
        make: Callable[[Record], _Thing],
        **references: Collection[str] | None,
    ) -> dict[str, _Thing]:
        """The entries of a list by id; each field in `references` may name only the ids it is given, or any."""
        entries = _entries(records, name, make)
        for _, entry in entries:
            for field, options in references.items():
                placed = entry.texts(field, required=False)
                lines.unique(placed, entry.problem, "the concept" if field != "projects" else "the project")
                _check_known(entry, placed, "project" if field == "projects" else "concept", options)
        return _by_id(entries)

    def _lessons(
        self, concepts: Mapping[str, Concept] | None, resources: Collection[str] | None
    ) -> tuple[dict[str, Lesson], set[str]]:
        """The lessons by concept, in the order of the concepts, and which of them a community brought."""
        found: dict[str, Lesson] = {}
        added: set[str] = set()
        for folder in (self.directory, *self.additions):
            own = self._lessons_of(folder, concepts, resources)
            found |= own
            added |= own.keys() if folder != self.directory else set()
        return {id: found[id] for id in concepts or () if id in found}, added

    def _lessons_of(
        self, folder: Path, concepts: Mapping[str, Concept] | None, resources: Collection[str] | None
    ) -> dict[str, Lesson]:
        before, self.problems = self.problems, []
        found: dict[str, Lesson] = {}
        for file in sorted((folder / "lessons").glob("**/*.md")):
            path = file.relative_to(folder)
            text = self._text(folder, path)
            if text is None:
                continue
            lesson, problems = lessons_form.read(path, text)
            self.problems += problems
            if lesson is None:
                continue
            self._check_lesson(lesson, concepts, resources)
            if lesson.concept in found:
                other = found[lesson.concept].path
                self._note(path, lesson.line_of("concept"), f"'{lesson.concept}' has a lesson already: {other}")
            else:
                found[lesson.concept] = lesson
        own = [replace(problem, path=self._shown(folder, problem.path)) for problem in self.problems]
        self.problems = before + own
        return found

    def _check_lesson(
        self, lesson: Lesson, concepts: Mapping[str, Concept] | None, resources: Collection[str] | None
    ) -> None:
        if concepts is not None:
            self._check_concepts(lesson, concepts)
        for id in lesson.resources:
            if resources is not None and id not in resources:
                hint = did_you_mean(id, resources)
                self._note(lesson.path, lesson.line_of(f"resource {id}"), f"unknown resource '{id}'{hint}")
        self._check_figure(lesson)

    def _check_concepts(self, lesson: Lesson, concepts: Mapping[str, Concept]) -> None:
        path, line = lesson.path, lesson.line_of("concept")
        concept = concepts.get(lesson.concept)
        if concept is None and lesson.concept:
            self._note(path, line, f"unknown concept '{lesson.concept}'{did_you_mean(lesson.concept, concepts)}")
        if concept and path.stem != concept.id:
            self._note(path, line, f"the file must be named '{concept.id}.md', as its concept")
        if concept and path.parent != Path("lessons", concept.stage):
            self._note(path, line, f"must lie in 'lessons/{concept.stage}', the stage of '{concept.id}'")
        for section in lesson.sections:
            for link in links(section.body, section.body_line):
                if link.concept not in concepts:
                    hint = did_you_mean(link.concept, concepts)
                    self._note(path, link.line, f"unknown concept '{link.concept}'{hint}")

    def _check_figure(self, lesson: Lesson) -> None:
        if lesson.figure is None or not lesson.figure.name:
            return
        folder = self.directory / "figures"
        names = {file.stem for file in folder.glob("*.py")} - {"__init__", "style"}
        if lesson.figure.name not in names:
            hint = did_you_mean(lesson.figure.name, names)
            message = f"unknown figure '{lesson.figure.name}'{hint}: there is no figures/{lesson.figure.name}.py"
            message += " among Gradus's own" if self.additions else ""
            self._note(lesson.path, lesson.line_of("figure"), message)

    def _aliases(self, concepts: _Entries[Concept], lessons: Mapping[str, Lesson]) -> dict[str, str]:
        """Every name of a concept, folded; two lessons, or two entries of the roadmap, cannot claim one name.

        Where a lesson's alias is a term that the roadmap gives another concept, the roadmap's word holds.
        """
        names = {fold(concept.id): concept.id for concept, _ in concepts}
        for concept, entry in concepts:
            for name in (entry.text("title"), *entry.texts("covers", required=False)):
                self._claim(names, concept.id, name, entry.path)
        claimed: dict[str, str] = {}
        for id, lesson in lessons.items():
            for alias in lesson.aliases:
                place = Placed(alias, lesson.line_of(f"alias {alias}"))
                self._claim(claimed, id, place, str(lesson.path))
        return claimed | names

    def _claim(self, names: dict[str, str], concept: str, name: Placed, path: str) -> None:
        owner = names.setdefault(fold(name.text), concept)
        if owner != concept and name.text:
            message = f"'{name.text}' names the concept '{owner}' already; a name belongs to one concept"
            self._note(path, name.line, message)


def _entries(records: Sequence[Record], name: str, make: Callable[[Record], _Thing]) -> _Entries[_Thing]:
    """The entries of a list in order, each with the place it was read from. What a later file gives under the
    same id stands in the place of what was there.
    """
    entries: _Entries[_Thing] = []
    for record in records:
        if record is not records[0] and not record.has(name):
            continue
        own = [(make(entry), entry) for entry in record.records(name)]
        places = {thing.id: place for place, (thing, _) in enumerate(entries)}
        for thing, entry in own:
            if thing.id in places:
                entries[places[thing.id]] = (thing, entry)
            else:
                entries.append((thing, entry))
    return entries


def _known(records: Sequence[Record], name: str, things: dict[str, _Thing]) -> dict[str, _Thing] | None:
    """The things that others may name, or None where no list of them could be read: then nobody can tell."""
    return things if any(record.has_list(name) for record in records) else None


def _by_id(entries: _Entries[_Thing]) -> dict[str, _Thing]:
    things: dict[str, _Thing] = {}
    for thing, entry in entries:
        if thing.id in things:
            entry.problem(f"the id '{thing.id}' is given twice", entry.line_of("id"))
        elif thing.id:
            things[thing.id] = thing
    return things


def _texts(entry: Record, field: str, required: bool = True) -> tuple[str, ...]:
    return tuple(one.text for one in entry.texts(field, required))


def _stage(entry: Record) -> Stage:
    entry.allow(("id", "title", "summary"))
    return Stage(entry.text("id").text, entry.text("title").text, entry.text("summary").text)


def _concept(entry: Record) -> Concept:
    entry.allow(("id", "stage", "title", "requires", "helps", "seeds", "covers"))
    return Concept(
        id=entry.text("id").text,
        stage=entry.text("stage").text,
        title=entry.text("title").text,
        requires=_texts(entry, "requires"),
        helps=_texts(entry, "helps", required=False),
        seeds=entry.integers("seeds", required=False),
        covers=_texts(entry, "covers", required=False),
    )


def _project(entry: Record) -> Project:
    entry.allow(("id", "level", "title", "skills", "seeds"))
    level = entry.text("level")
    _check_known(entry, (level,), "level", LEVELS)
    return Project(
        id=entry.text("id").text,
        level=level.text,
        title=entry.text("title").text,
        skills=_texts(entry, "skills"),
        seeds=entry.integers("seeds", required=False),
    )


def _step(entry: Record) -> Step:
    entry.allow(("id", "title", "concepts"))
    return Step(entry.text("id").text, entry.text("title").text, _texts(entry, "concepts"))


def _resource(entry: Record) -> Resource:
    entry.allow(("id", "title", "kind", "authors", "url", "level", "concepts", "projects", "seeds", "note"))
    kind, level, url = entry.text("kind"), entry.text("level", required=False), entry.text("url", required=False)
    _check_known(entry, (kind,), "kind", KINDS)
    _check_known(entry, (level,), "level", LEVELS)
    if url.text and not url.text.startswith(("https://", "http://")):
        entry.problem(f"the address '{url.text}' must begin with https:// or http://", url.line)
    resource = Resource(
        id=entry.text("id").text,
        title=entry.text("title").text,
        kind=kind.text,
        authors=_texts(entry, "authors"),
        url=url.text or None,
        level=level.text or None,
        concepts=_texts(entry, "concepts", required=False),
        projects=_texts(entry, "projects", required=False),
        seeds=entry.integers("seeds", required=False),
        note=entry.text("note", required=False).text or None,
    )
    if not resource.concepts and not resource.projects:
        entry.problem(f"the resource '{resource.id}' is unused: it serves no concept and no project")
    return resource


def _check_known(entry: Record, placed: Iterable[Placed], what: str, options: Collection[str] | None) -> None:
    for one in placed:
        if one.text and options is not None and one.text not in options:
            entry.problem(f"unknown {what} '{one.text}'{did_you_mean(one.text, options)}", one.line)


def _check_prerequisites(concept: Concept, entry: Record, concepts: Mapping[str, Concept]) -> None:
    for field in ("requires", "helps"):
        placed = entry.texts(field, required=False)
        lines.unique(placed, entry.problem, "the concept")
        _check_known(entry, placed, "concept", concepts)
    for one in entry.texts("helps", required=False):
        if one.text == concept.id or one.text in concept.requires:
            entry.problem(f"'{one.text}' cannot be in 'helps': it is required already, or the concept itself", one.line)


def _check_order(entries: _Entries[Concept]) -> None:
    """Every concept stands after what it requires; where that cannot be, the circle is named."""
    circle = _circle({concept.id: concept.requires for concept, _ in entries})
    seen: set[str] = set()
    ids = {concept.id for concept, _ in entries}
    for concept, entry in entries:
        if circle and concept.id == circle[0]:
            path = " → ".join((*circle, circle[0]))
            entry.problem(f"the concepts require each other in a circle: {path}", entry.line_of("requires"))
        for required in entry.texts("requires", required=False):
            if required.text in ids and required.text not in seen and required.text not in circle:
                entry.problem(f"'{concept.id}' must stand after '{required.text}', which it requires", required.line)
        seen.add(concept.id)


def _circle(requires: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The ids of one circle of prerequisites, each requiring the next, or nothing."""
    done: set[str] = set()

    def walk(id: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if id in path:
            return path[path.index(id) :]
        if id in done:
            return ()
        for required in requires.get(id, ()):
            if circle := walk(required, (*path, id)):
                return circle
        done.add(id)
        return ()

    return next((circle for id in requires if (circle := walk(id, ()))), ())
