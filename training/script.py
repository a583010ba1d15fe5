"""A run as one file of Python that somebody can take home: the task's own code, and no more of ours than it uses.

It is put together from the sources as they are, so it cannot fall behind them: every definition that the task reaches,
module by module, those that others build on first. Where two have one name, one of them gets another. Of Python it
understands what the tasks are written in, and no more: no global statements, no imports of ours under a condition.
"""

import ast
import builtins
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from textwrap import fill
from typing import Any

from training import specs
from training.specs import Spec, Task, parse, task

ROOT = Path(__file__).parents[1]
_LEFT_OUT = ("from_run", "search")
_OURS = ("training", "foundation")
_SPECS = "training.specs"
_TRUNK = ("training.trunk", "WEIGHTS")
_THEIRS = ("torch", "numpy", "sklearn", "PIL", "safetensors")
_PIP: Mapping[str, str] = {"PIL": "pillow", "sklearn": "scikit-learn"}
_IGNORE = re.compile(r"  # type: ignore(\[[^\]]*\])?")

Key = tuple[str, str]
"""A module of ours and a name in it; an empty name is the module itself."""

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def script_of(id: str, options: Mapping[str, Any]) -> str:
    """The file of a run of that task with these options: it prints its curve, then its metrics.

    A network that another run left is not in it: where one is named, one is made first. Nor is a search.

    Raises:
        GradusError: there is no such task, or an option is wrong.
    """
    known = task(id)
    spec = parse(known, {name: value for name, value in options.items() if name not in _LEFT_OUT})
    home = f"training.tasks.{id.replace('-', '_')}"
    kept = _reached([(home, "train"), ("training.plain", "PlainRun"), ("training.run", "Stopped")])
    names = _named(kept, home)
    imports = {"dataclass": "from dataclasses import dataclass", "Path": "from pathlib import Path"}
    for use in _uses(kept):
        if isinstance(use.target, str):
            assert imports.setdefault(use.node.id, use.target) == use.target
    pretrained = _TRUNK in kept and spec.model_dump().get("mode") != "scratch"
    if pretrained:
        imports["replace"] = "from dataclasses import replace"
    body = "\n\n\n".join(
        [
            *(_options(one, spec) for one in _specs(kept)),
            *(_section(module, kept, names) for module in _order(kept)),
            _last(names[_SPECS, type(spec).__name__], pretrained),
        ]
    )
    lines = _import_lines(imports.values())
    head = _head(known, spec, f"{lines}\n{body}", pretrained)
    return f'"""{head}"""\n\n{lines}\n\n\n{body}\n'


# ------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True)
class _Use:
    """Where a name from the top of a module is used.

    Attributes:
        node: the name, or `module.name`.
        target: what it stands for: something of ours, or the line that imports it.
        local: names that the functions around it have for themselves.
        within: the f-string that it stands in, for what is in one has no place of its own before Python 3.12.
        late: it is asked for when a function is called, not when its module is read.
    """

    node: Any
    target: Key | str
    local: frozenset[str]
    within: ast.JoinedStr | None
    late: bool


@dataclass(frozen=True)
class _Statement:
    """A statement at the top of a module, with the text that explains it.

    Attributes:
        first, end: its lines from 0, with the comments above it; `end` is excluded.
        uses: names of the module in it.
    """

    node: ast.stmt
    first: int
    end: int
    uses: tuple[_Use, ...]


@dataclass(frozen=True)
class _Module:
    """One of our sources: its lines, its docstring, and by name the statements that make what it stands for."""

    lines: tuple[str, ...]
    said: str
    statements: Mapping[str, Sequence[_Statement]]


@cache
def _module(name: str) -> _Module:
    source = _file(name).read_text(encoding="utf-8")
    lines, tree = tuple(source.splitlines()), ast.parse(source)
    imports = {
        alias: target
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias, target in _imported(node).items()
    }
    own = {one: (name, one) for node in tree.body for one in _defined(node)}
    statements: dict[str, list[_Statement]] = defaultdict(list)
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        explained = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        first = min(one.lineno for one in (node, *getattr(node, "decorator_list", []))) - 1
        while first and lines[first - 1].startswith("#"):
            first -= 1
        end = (after if after is not None and explained else node).end_lineno or 0
        inside = (one for one in ast.walk(node) if isinstance(one, ast.ImportFrom) and _is_ours(one))
        reader = _Reader({**imports, **own, **{key: to for one in inside for key, to in _imported(one).items()}})
        reader.visit(node)
        for one in dict.fromkeys(_defined(node)):
            statements[one].append(_Statement(node, first, end, tuple(reader.found)))
    return _Module(lines, ast.get_docstring(tree) or "", statements)


def _file(module: str) -> Path:
    return ROOT / (module.replace(".", "/") + ".py")


def _is_ours(node: ast.ImportFrom) -> bool:
    return (node.module or "").split(".")[0] in _OURS


def _imported(node: ast.Import | ast.ImportFrom) -> dict[str, Key | str]:
    """What an import makes known, by name: something of ours, or the line that imports it alone."""
    found: dict[str, Key | str] = {}
    for one in node.names:
        alias = one.asname or one.name
        renamed = f" as {one.asname}" if one.asname else ""
        if isinstance(node, ast.Import):
            found[alias.split(".")[0]] = f"import {one.name}{renamed}"
        elif not _is_ours(node):
            found[alias] = f"from {node.module} import {one.name}{renamed}"
        elif _file(f"{node.module}.{one.name}").is_file():
            found[alias] = (f"{node.module}.{one.name}", "")
        else:
            found[alias] = (node.module or "", one.name)
    return found


def _defined(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Assign():
            yield from (one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a part of a function gives a value, but for those of functions in it."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.Import():
            yield from _imported(node)
        case ast.ImportFrom():
            yield from () if _is_ours(node) else _imported(node)
        case ast.FunctionDef() | ast.ClassDef():
            yield node.name
    if not isinstance(node, Function | Comprehension | ast.ClassDef):
        for one in ast.iter_child_nodes(node):
            yield from _bound(one)


class _Reader(ast.NodeVisitor):
    """Finds where a statement uses names from the top of its module, and not what functions call the same."""

    def __init__(self, known: Mapping[str, Key | str]) -> None:
        self.found: list[_Use] = []
        self._known = known
        self._local: frozenset[str] = frozenset()
        self._within: ast.JoinedStr | None = None
        self._late = False

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self._known and node.id not in self._local:
            self._find(node, self._known[node.id])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        match node.value:
            case ast.Name(id=name) if name not in self._local:
                target = self._known.get(name)
                if isinstance(target, tuple) and not target[1]:
                    self._find(node, (target[0], node.attr))
                    return
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        outer, self._within = self._within, self._within or node
        self.generic_visit(node)
        self._within = outer

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for one in (*node.decorator_list, *ast.iter_child_nodes(node.args), node.returns):
            if one is not None:
                self.visit(one)
        self._inner(node.args, node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._inner(node.args, [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for one in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(one)
        outer = self._local
        for part in node.body:
            # Methods do not see what the class calls its own.
            own = frozenset() if isinstance(part, ast.FunctionDef) else frozenset(_bound(part))
            self._local = outer | own
            self.visit(part)
        self._local = outer

    def visit_ListComp(self, node: Comprehension) -> None:
        first = node.generators[0].iter
        self.visit(first)  # read before the comprehension has names of its own
        parts = [one for one in ast.iter_child_nodes(node) if not isinstance(one, ast.comprehension)]
        parts += [one for made in node.generators for one in ast.iter_child_nodes(made) if one is not first]
        self._inner(None, parts)

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def _inner(self, arguments: ast.arguments | None, nodes: Sequence[ast.AST]) -> None:
        outer = self._local, self._late
        taken = {one.arg for one in ast.walk(arguments) if isinstance(one, ast.arg)} if arguments else set()
        self._local |= taken | {name for node in nodes for name in _bound(node)}
        self._late = self._late or arguments is not None
        for node in nodes:
            self.visit(node)
        self._local, self._late = outer

    def _find(self, node: ast.expr, target: Key | str) -> None:
        self.found.append(_Use(node, target, self._local, self._within, self._late))


# ------------------------------------------------------------------------------------------- choosing


def _reached(roots: Iterable[Key]) -> list[Key]:
    """Everything of ours that the roots need, and they themselves."""
    found: dict[Key, None] = {}
    todo = list(roots)
    while todo:
        key = todo.pop()
        if key not in found:
            found[key] = None
            if not _is_spec(key):
                todo += [use.target for use in _uses([key]) if isinstance(use.target, tuple)]
    return list(found)


def _is_spec(key: Key) -> bool:
    """Whether it is a class of options: those are written as they stand for this run, without their checks."""
    found = getattr(specs, key[1], None) if key[0] == _SPECS else None
    return isinstance(found, type) and issubclass(found, Spec)


def _specs(kept: Sequence[Key]) -> list[type[Spec]]:
    return [getattr(specs, name) for module, name in sorted(kept) if _is_spec((module, name))]


def _uses(kept: Iterable[Key]) -> Iterator[_Use]:
    for key in kept:
        for one in () if _is_spec(key) else _module(key[0]).statements[key[1]]:
            yield from one.uses


def _named(kept: Sequence[Key], home: str) -> dict[Key, str]:
    """What each is called in the file: as in its module, but where that is taken; the task itself goes first."""
    taken = {*dir(builtins), *(use.node.id for use in _uses(kept) if isinstance(use.target, str))}
    hidden: dict[Key, set[str]] = defaultdict(set)
    for use in _uses(kept):
        if isinstance(use.target, tuple) and (isinstance(use.node, ast.Attribute) or use.node.id != use.target[1]):
            hidden[use.target] |= use.local  # it had another name there, so its own may mean something else
    names: dict[Key, str] = {}
    for key in sorted(kept, key=lambda key: (key[0] != home, key)):
        name = key[1]
        if name in taken | hidden[key]:
            name = f"{key[0].rpartition('.')[2]}_{key[1].lstrip('_')}"
        while name in taken | hidden[key]:
            name += "_"
        names[key] = name
        taken.add(name)
    return names


def _order(kept: Sequence[Key]) -> Iterable[str]:
    """The modules, each after those that it builds on; where two need each other, the one that can wait comes first."""
    needs: dict[bool, dict[str, set[str]]] = {late: {module: set() for module, _ in kept} for late in (False, True)}
    for key in kept:
        for use in _uses([key]):
            if isinstance(use.target, tuple) and use.target[0] != key[0] and not _is_spec(use.target):
                needs[use.late][key[0]].add(use.target[0])
    at_once, later = needs[False], needs[True]
    graph = {
        module: sorted(at_once[module] | {one for one in later[module] if module not in at_once[one]})
        for module in sorted({key[0] for key in kept if not _is_spec(key)})
    }
    return TopologicalSorter(graph).static_order()


# ------------------------------------------------------------------------------------------- writing


def _section(module: str, kept: Sequence[Key], names: Mapping[Key, str]) -> str:
    """What is kept of a module, in its own order."""
    mine = [name for one, name in kept if one == module and not _is_spec((one, name))]
    statements = {one.first: one for name in mine for one in _module(module).statements[name]}
    title = f"# {'-' * 20} {_file(module).relative_to(ROOT)}"
    said = [f"# {line}".rstrip() for line in _module(module).said.splitlines()]
    pieces = [_text(module, statements[first], names) for first in sorted(statements)]
    return "\n".join([title, *said]) + "\n\n\n" + "\n\n\n".join(pieces)


def _text(module: str, statement: _Statement, names: Mapping[Key, str]) -> str:
    """A statement's own lines, with the names of this file."""
    lines: dict[int, bytes] = {
        number: _module(module).lines[number].encode() for number in range(statement.first, statement.end)
    }
    places: dict[tuple[int, int, int], str] = {}
    for use in statement.uses:
        if not isinstance(use.target, tuple) or ast.unparse(use.node) == names[use.target]:
            continue
        if use.within is None:
            places[use.node.lineno - 1, use.node.col_offset, use.node.end_col_offset] = names[use.target]
        else:
            for number in range(use.within.lineno - 1, use.within.end_lineno or 0):
                lines[number] = _braced(lines[number].decode(), ast.unparse(use.node), names[use.target]).encode()
    if isinstance(statement.node, ast.FunctionDef | ast.ClassDef):
        name = statement.node.name
        number = statement.node.lineno - 1
        start = lines[number].index(name.encode())
        places[number, start, start + len(name.encode())] = names[module, name]
    for (number, start, end), new in sorted(places.items(), reverse=True):
        lines[number] = lines[number][:start] + new.encode() + lines[number][end:]
    for node in ast.walk(statement.node):
        if isinstance(node, ast.ImportFrom) and _is_ours(node):
            for number in range(node.lineno - 1, node.end_lineno or 0):
                del lines[number]
    return "\n".join(_IGNORE.sub("", lines[number].decode()) for number in sorted(lines))


def _braced(line: str, old: str, new: str) -> str:
    """A line of an f-string with a name in its braces exchanged."""
    return re.sub(r"\{[^{}]*\}", lambda part: re.sub(rf"\b{re.escape(old)}\b", new, part[0]), line)


def _options(kind: type[Spec], spec: Spec) -> str:
    """A class of options: the run's own, or another's defaults."""
    own = kind is type(spec)
    lines = ["@dataclass(frozen=True)", f"class {kind.__name__}:", f'    """{kind.__doc__}"""', ""]
    for name, known in kind.model_fields.items():
        if name == "search":
            continue
        value = getattr(spec, name) if own else known.default
        schema = kind.model_json_schema()["properties"][name]
        choices = f" ({', '.join(schema['enum'])})" if "enum" in schema else ""
        literal = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
        lines += [f"    {name}: {type(value).__name__} = {literal}  # {known.description}{choices}"]
    return "\n".join(lines)


def _import_lines(lines: Iterable[str]) -> str:
    """Imports, ours left out, those of Python itself first."""
    joined: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        head, _, name = line.partition(" import ") if line.startswith("from ") else (line, "", "")
        joined[head] |= {name} - {""}
    written = [f"{head} import {', '.join(sorted(names))}" if names else head for head, names in joined.items()]
    theirs = [line for line in written if line.split()[1].split(".")[0] in _THEIRS]
    return "\n\n".join("\n".join(sorted(group)) for group in (set(written) - set(theirs), theirs) if group)


def _head(known: Task, spec: Spec, code: str, pretrained: bool) -> str:
    """The file's docstring."""
    needed = [_PIP.get(name, name) for name in _THEIRS if re.search(rf"^\s*(import|from) {name}\b", code, re.M)]
    changed = [
        f"{name}={value!r}"
        for name, value in spec.model_dump().items()
        if value != type(spec).model_fields[name].default
    ]
    said = [
        f"{known.title}: one run, to be run again at home.",
        f"    pip install {' '.join(needed)}\n    python THIS_FILE [FOLDER]",
        f"Its options stand in `{type(spec).__name__}` below; other than by default: {', '.join(changed) or 'none'}. "
        "It prints its curve and its metrics, and leaves the trained weights where it is started. FOLDER is one with "
        "published data sets; without it, it trains on the data that are named in its first line.",
    ]
    if pretrained:
        said.append(
            "Its first layers were trained before, elsewhere: put `training/data/trunk.safetensors`, of the project "
            "that this file comes from, into a folder `data` beside this file. Without it they begin at random."
        )
    text = "\n\n".join(part if part.startswith(" ") else fill(part, 100) for part in said) + "\n"
    # Options are texts of learners: none may end the docstring.
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _last(name: str, pretrained: bool) -> str:
    lines = [
        'if __name__ == "__main__":',
        "    import sys",
        "",
        f"    spec = {name}()",
    ]
    if pretrained:
        lines += [
            "    if not WEIGHTS.is_file():",
            '        print(f"{WEIGHTS} is not there, so all layers begin at random")',
            '        spec = replace(spec, mode="scratch")',
        ]
    return "\n".join(
        [
            *lines,
            "    try:",
            "        metrics = train(spec, PlainRun(data=Path(sys.argv[1]) if sys.argv[1:] else None))",
            "    except Stopped:",
            '        sys.exit("the run diverged: a value of its curve is no number any more")',
            "    for metric, value in metrics.items():",
            '        print(f"{metric}: {value}")',
        ]
    )
