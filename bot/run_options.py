"""The options of training tasks as people type them: forms, lines of text, and what differs between runs."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.errors import GradusError
from training.specs import Task, parse
from training.sweeps import trials_of

COMMON = ("learning_rate", "batch_size", "epochs", "steps", "optimiser", "architecture")
"""What most tasks share; the rest stands in forms of its own."""

SEARCH = "search"
"""The option that makes several short runs of one; it has a form of its own."""

FIELDS = 5  # in one form: Discord's limit
LONGEST_VALUE = 300  # characters
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Option:
    """An option of a task.

    Attributes:
        default: as it would be typed; empty for none.
        bounds: in words, or empty.
        choices: where it is one of a few, as they would be typed.
    """

    name: str
    description: str
    default: str
    bounds: str
    choices: tuple[str, ...]


def options_of(task: Task) -> tuple[Option, ...]:
    """Every option of a task, the common ones first."""
    schema = task.spec.model_json_schema()["properties"]
    last = ("seed", SEARCH)
    names = sorted(schema, key=lambda name: (COMMON.index(name) if name in COMMON else len(COMMON), name in last))
    return tuple(_option(name, schema[name]) for name in names)


def forms_of(task: Task) -> tuple[tuple[Option, ...], ...]:
    """The options of a task in forms of at most five: the common ones, the rest, and the search by itself."""
    options = options_of(task)
    common = tuple(one for one in options if one.name in COMMON)[:FIELDS]
    rest = [one for one in options if one not in common and one.name != SEARCH]
    search = tuple(one for one in options if one.name == SEARCH)
    return (common, *(tuple(rest[at : at + FIELDS]) for at in range(0, len(rest), FIELDS)), search)


def meant(task: Task, typed: Mapping[str, str]) -> dict[str, Any]:
    """All options of a run, those that were not typed at their defaults.

    Raises:
        GradusError: names every one that is unknown or out of bounds, in one line.
    """
    known = {one.name: one for one in options_of(task)}
    values = {name: _value(known.get(name), text) for name, text in typed.items()}
    return parse(task, values).model_dump()


def preset_typed(task: Task, preset: str) -> dict[str, str]:
    """The options of a preset, as they would be typed.

    Raises:
        GradusError: the task has none of that name.
    """
    if preset not in task.presets:
        raise GradusError(f"This task has no preset '{preset}'; it has {', '.join(task.presets)}.")
    return {name: as_typed(value) for name, value in task.presets[preset].items()}


def changed(task: Task, options: Mapping[str, Any]) -> dict[str, str]:
    """The options of a run that are not the task's defaults, as they would be typed."""
    defaults = task.spec().model_dump()
    return {name: as_typed(value) for name, value in options.items() if name in defaults and value != defaults[name]}


def trials(task: Task, options: Mapping[str, Any]) -> tuple[str, ...]:
    """What each of the short runs of a search sets, in words; none where nothing is searched."""
    if not options.get(SEARCH):
        return ()
    return tuple(in_words(one) for one in trials_of(parse(task, options)))


def in_words(options: Mapping[str, Any]) -> str:
    """Options in a line: `learning_rate 0.1, epochs 5`."""
    return ", ".join(f"{name} {as_typed(value) or 'none'}" for name, value in options.items())


def as_typed(value: Any) -> str:
    """A value as a person would type it."""
    if isinstance(value, bool):
        return YES if value else NO
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def read_line(text: str) -> dict[str, str]:
    """Options out of one line such as `learning_rate=0.1 architecture="linear 64, relu, linear 10"`.

    Raises:
        GradusError: a part is not of the form name=value.
    """
    try:
        parts = shlex.split(text)
    except ValueError:
        raise GradusError("The options have a quotation mark too many or too few.") from None
    for part in parts:
        if "=" not in part:
            raise GradusError(f"Write options as name=value, such as `learning_rate=0.1 epochs=5`; '{part}' is not.")
    pairs = (part.partition("=") for part in parts)
    return {name.strip(): value.strip()[:LONGEST_VALUE] for name, _, value in pairs}


def differences(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    """What tells runs of one task apart, for each by its options: `learning_rate 0.1, epochs 5`; empty for equals."""
    names = [
        name for name in (runs[0] if runs else ()) if len({as_typed(options.get(name, "")) for options in runs}) > 1
    ]
    return [in_words({name: options[name] for name in names}) for options in runs]


def _option(name: str, schema: Mapping[str, Any]) -> Option:
    choices = tuple(map(as_typed, schema.get("enum", ())))
    if schema.get("type") == "boolean":
        choices = (YES, NO)
    return Option(name, schema.get("description", ""), as_typed(schema["default"]), _bounds(schema), choices)


def _bounds(schema: Mapping[str, Any]) -> str:
    low, above, high = schema.get("minimum"), schema.get("exclusiveMinimum"), schema.get("maximum")
    if high is None:
        return ""
    return f"above {as_typed(above)}, to {as_typed(high)}" if low is None else f"{as_typed(low)} to {as_typed(high)}"


def _value(option: Option | None, text: str) -> Any:
    """What a text means, as far as the option's type alone tells."""
    if option is not None and option.choices == (YES, NO) and text.casefold() in (YES, NO):
        return text.casefold() == YES
    if option is not None and text in option.choices and text.isdecimal():
        return int(text)
    return text
