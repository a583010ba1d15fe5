"""YAML read with its line numbers, every field checked, and every problem kept rather than raised."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import yaml

from foundation.errors import Problem, did_you_mean

Scalar = str | int
# libyaml's parser is about ten times as fast; where PyYAML was built without it, its own reads the same.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KINDS = {"str": "text", "int": "a whole number", "seq": "a list", "map": "a mapping of fields", "null": "empty"}
_NODES: dict[str, type[yaml.Node]] = {"seq": yaml.SequenceNode, "map": yaml.MappingNode}
_KINDS |= {"bool": "true or false", "float": "a number", "timestamp": "a date"}


@dataclass(frozen=True)
class Placed:
    """A value with the line where it stands."""

    text: str
    line: int


@dataclass
class Record:
    """One YAML mapping, whose fields are taken out by name; what is wrong goes to `problems`.

    Attributes:
        path: of the file, as shown in problems.
        line: where the mapping begins.
        problems: filled by the reading methods.
    """

    path: str
    line: int
    problems: list[Problem]
    _fields: dict[str, yaml.Node] = field(default_factory=dict)
    _lines: dict[str, int] = field(default_factory=dict)
    _offset: int = 0

    def problem(self, message: str, line: int | None = None) -> None:
        """Note a problem at a line, by default at the record's own."""
        self.problems.append(Problem(self.path, self.line if line is None else line, message))

    def line_of(self, name: str) -> int:
        """The line of a field's name, or the record's where the field is missing."""
        return self._lines.get(name, self.line)

    def has(self, name: str) -> bool:
        """Whether the field is written down at all."""
        return name in self._lines

    def has_list(self, name: str) -> bool:
        """Whether the field is written down as a list."""
        return isinstance(self._fields.get(name), yaml.SequenceNode)

    def allow(self, names: Collection[str]) -> None:
        """Note every field that is not one of `names`."""
        for name, line in self._lines.items():
            if name not in names:
                self.problem(f"unknown field '{name}'{did_you_mean(name, names)}", line)

    def text(self, name: str, required: bool = True) -> Placed:
        """A text field; empty (at the record's line) where it is missing or wrong."""
        node = self._node(name, required)
        if node is not None and self._is(node, "str", name):
            if str(node.value).strip():
                return Placed(" ".join(str(node.value).split()), self._line(node))
            self.problem(f"field '{name}' is empty", self._line(node))
        return Placed("", self.line_of(name))

    def texts(self, name: str, required: bool = True) -> tuple[Placed, ...]:
        """A field that is a list of texts."""
        return tuple(
            Placed(" ".join(str(one.value).split()), self._line(one))
            for one in self._items(name, required)
            if self._is(one, "str", f"{name}' item '{one.value}")
        )

    def block(self, name: str, required: bool = True) -> Placed:
        """A field of any one value, as text with its line breaks; empty where it is missing or wrong."""
        node = self._node(name, required)
        if node is not None and self._is_scalar(node, name):
            if text := str(node.value).strip("\n").rstrip():
                return Placed(text, self._line(node))
            self.problem(f"field '{name}' is empty", self._line(node))
        return Placed("", self.line_of(name))

    def blocks(self, name: str, required: bool = True) -> tuple[Placed, ...]:
        """A field that is a list of single values, each as text with its line breaks."""
        return tuple(
            Placed(str(one.value).strip(), self._line(one))
            for one in self._items(name, required)
            if self._is_scalar(one, name)
        )

    def rows(self, name: str, required: bool = True) -> tuple[tuple[Placed, ...], ...]:
        """A field that is a list of lists of single values, as texts."""
        return tuple(
            tuple(Placed(str(one.value).strip(), self._line(one)) for one in row.value if self._is_scalar(one, name))
            for row in self._items(name, required)
            if self._is(row, "seq", f"{name}' entry")
        )

    def flag(self, name: str) -> bool:
        """A field that is true or false; false where it is missing."""
        node = self._node(name, required=False)
        return node is not None and self._is(node, "bool", name) and str(node.value).lower() in ("true", "yes", "on")

    def number(self, name: str, default: float | None = None) -> float:
        """A field that is a number; `default` where it is missing, or a problem where there is no default."""
        placed = self.block(name, required=default is None)
        return default if default is not None and not self.has(name) else self._number(placed, name)

    def numbers(self, name: str) -> tuple[float, ...]:
        """A field that is a list of numbers."""
        return tuple(self._number(one, name) for one in self.blocks(name))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its fields, in order."""
        return tuple(self._fields)

    def _number(self, placed: Placed, name: str) -> float:
        try:
            number = float(placed.text)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
        if placed.text:
            self.problem(f"field '{name}' must be a number, not '{placed.text}'", placed.line)
        return 0.0

    def _is_scalar(self, node: yaml.Node, name: str) -> bool:
        if isinstance(node, yaml.ScalarNode) and node.value not in ("", "~"):  # `null` may be a word
            return True
        found = node.tag.rpartition(":")[2]
        self.problem(f"field '{name}' must be one value, not {_KINDS.get(found, found)}", self._line(node))
        return False

    def integers(self, name: str, required: bool = True) -> tuple[int, ...]:
        """A field that is a list of whole numbers."""
        return tuple(
            number
            for one in self._items(name, required)
            if self._is(one, "int", name) and (number := self._integer(one, name)) is not None
        )

    def records(self, name: str) -> tuple["Record", ...]:
        """A field that is a list of mappings."""
        return tuple(self._record(one) for one in self._items(name, True) if self._is(one, "map", f"{name}' entry"))

    def record(self, name: str) -> "Record | None":
        """A field that is a mapping, or None where it is missing."""
        node = self._node(name, False)
        return self._record(node) if node is not None and self._is(node, "map", name) else None

    def _record(self, node: yaml.Node) -> "Record":
        return _record(node, self.path, self.problems, self._offset)

    def _node(self, name: str, required: bool) -> yaml.Node | None:
        if name not in self._fields and required:
            self.problem(f"field '{name}' is missing")
        return self._fields.get(name)

    def _items(self, name: str, required: bool) -> list[yaml.Node]:
        node = self._node(name, required)
        return list(node.value) if node is not None and self._is(node, "seq", name) else []

    def _integer(self, node: yaml.Node, name: str) -> int | None:
        try:
            return int(node.value)
        except ValueError:  # YAML has more ways to write a number: 0x1F, 1:30
            self.problem(f"field '{name}' must be a whole number in plain digits", self._line(node))
            return None

    def _is(self, node: yaml.Node, kind: str, name: str) -> bool:
        found = node.tag.rpartition(":")[2]
        if found == kind and isinstance(node, _NODES.get(kind, yaml.ScalarNode)):  # a tag may be a lie: `!!seq word`
            return True
        self.problem(f"field '{name}' must be {_KINDS[kind]}, not {_KINDS.get(found, found)}", self._line(node))
        return False

    def _line(self, node: yaml.Node) -> int:
        return int(node.start_mark.line) + 1 + self._offset


def read(path: str, text: str, problems: list[Problem], *, offset: int = 0) -> Record | None:
    """The mapping that a YAML text is, or None (and a problem) where it is none.

    Args:
        path: of the file, as shown in problems.
        problems: what is wrong is added here, now and as fields are read.
        offset: the lines of the file before the text.
    """
    try:
        node = _node(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 + offset if mark else offset + 1
        problems.append(Problem(path, line, f"not valid YAML: {error.problem or error.context}"))
        return None
    except (yaml.YAMLError, UnicodeError) as error:
        problems.append(Problem(path, offset + 1, f"not valid YAML: {' '.join(str(error).split())}"))
        return None
    except RecursionError:
        problems.append(Problem(path, offset + 1, "not valid YAML: lists or mappings are nested too deeply"))
        return None
    if not isinstance(node, yaml.MappingNode):
        problems.append(Problem(path, offset + 1, "must be a mapping of fields (`name: value` lines)"))
        return None
    return _record(node, path, problems, offset)


def _node(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
    finally:
        loader.dispose()
    return node


def _record(node: yaml.Node, path: str, problems: list[Problem], offset: int) -> Record:
    record = Record(path, int(node.start_mark.line) + 1 + offset, problems, _offset=offset)
    for key, value in node.value:
        name, line = str(key.value), int(key.start_mark.line) + 1 + offset
        if name in record._fields:
            record.problem(f"field '{name}' is given twice", line)
        record._fields[name] = value
        record._lines[name] = line
    return record


def unique(placed: tuple[Placed, ...], note: Callable[[str, int], None], what: str) -> None:
    """Note every text that stands twice in a list."""
    seen: set[str] = set()
    for one in placed:
        if one.text in seen:
            note(f"{what} '{one.text}' is listed twice", one.line)
        seen.add(one.text)
