"""Training as pages: plain values within Discord's limits, with no name of anybody else in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from bot.chat.rendering import (
    ANSWER_COLOUR,
    DECLINE_COLOUR,
    RELATED_COLOUR,
    Field,
    Page,
    quoted,
    shortened,
    within_limits,
)
from bot.run_options import options_of
from bot.training import Board, Compared, Form, Mine, Queue, Row, RunView
from content.catalogue import Catalogue
from training.curves import NAMES
from training.diagnosis import Finding
from training.records import Budget, Record
from training.specs import Task
from training.states import State

LETTERS = "ABCDEF"
BAR = 12  # signs of a bar of progress
MOST_FINDINGS = 3
MOST_ROWS = 10
VALUE = 60  # characters of an option shown

PRESETS: Mapping[str, str] = {
    "sensible": "defaults that work: what a sound run looks like",
    "overfit": "far too few examples: what learning by heart does to held-out data",
    "diverge": "steps that are far too large",
    "collapse": "a generator that always makes much the same",
    "coarse": "weights kept in very few bits",
}
"""What presets show; others are told by their options."""

PREDICTIONS: Mapping[str, str] = {
    "falls": "Falls",
    "falls then rises": "Falls, then rises",
    "flat": "Stays flat",
    "explodes": "Explodes",
    "swings": "Swings",
}
SAID: Mapping[str, tuple[str, str]] = {
    "falls": ("it falls", "it fell"),
    "falls then rises": ("it falls, then rises", "it fell, then rose"),
    "flat": ("it stays flat", "it stayed flat"),
    "explodes": ("it explodes", "it exploded"),
    "swings": ("it swings", "it swung"),
}
"""A shape as it was foretold, and as it came."""

ENDED: Mapping[State, str] = {
    "done": "done",
    "failed": "failed",
    "cancelled": "cancelled",
    "timed_out": "stopped: out of time",
    "out_of_memory": "stopped: out of memory",
    "lost": "lost with its machine",
}
HELD: Mapping[str, str] = {
    "learner_running": "Waits until one of your other runs has ended: more do not run at once.",
    "server_running": "Waits until one of this server's other runs has ended: more do not run at once.",
    "learner_budget": "Waits for tomorrow (UTC): your device-minutes of today are used up.",
    "server_budget": "Waits for tomorrow (UTC): this server's device-minutes of today are used up.",
}
"""What holds a run back, by its limit."""

GONE = Page(
    title="This run was deleted",
    text="Its learner had their data removed, so there is nothing to show any more.",
    colour=DECLINE_COLOUR,
)


# -------------------------------------------------------------------- putting a run together


def tasks_page(budget: Budget) -> Page:
    """What training is, above the list of tasks."""
    return Page(
        title="Train a small network",
        text=(
            "Choose a task. You set its options or take a preset, say what you think the curve will do, and watch it "
            "happen. Runs wait their turn on one machine; most take less than a minute."
        ),
        colour=ANSWER_COLOUR,
        footer=budget_line(budget),
    )


def form_page(form: Form) -> Page:
    """A run being put together: its task, presets and options."""
    assert form.task is not None
    fields = [Field("Presets", "\n".join(_presets(form.task))), Field("Options", _options(form.task, form.changed))]
    if form.problem:
        fields.insert(0, Field("To mend before it can start", shortened(quoted(form.problem), 1000)))
    time = f"It takes {duration(form.seconds)} of a device. " if form.seconds else ""
    return within_limits(
        Page(
            title=form.task.title,
            text=_bar_of(form.task),
            colour=RELATED_COLOUR if form.problem else ANSWER_COLOUR,
            fields=tuple(fields),
            footer=f"{time}{budget_line(form.budget)}",
        )
    )


def _bar_of(task: Task) -> str:
    way = "at least" if task.higher else "at most"
    return f"The project is done with {metric(task)} of {way} **{task.bar:g}**. For comparison, {task.baseline}."


def _presets(task: Task) -> list[str]:
    return [f"**{preset_label(name)}**: {_preset_words(task, name)}" for name in task.presets]


def _preset_words(task: Task, name: str) -> str:
    if name in PRESETS:
        return PRESETS[name]
    return ", ".join(f"{option} {value}" for option, value in task.presets[name].items())


def preset_label(name: str) -> str:
    """A preset as its button says it."""
    return name.replace("_", " ").replace("-", " ").capitalize()


def _options(task: Task, changed: Mapping[str, str]) -> str:
    """Every option in a line, those that were changed in bold; what the task does not have is named too."""
    known = options_of(task)
    lines = [_option(one.name, changed.get(one.name, one.default), one.name in changed) for one in known]
    names = {one.name for one in known}
    lines += [_option(name, text, True) for name, text in changed.items() if name not in names]
    return " · ".join(lines)


def _option(name: str, text: str, is_changed: bool) -> str:
    value = quoted(shortened(text, VALUE)) or "none"
    shown = name.replace("_", "\\_")
    return f"**{shown} {value}**" if is_changed else f"{shown} {value}"


def prediction_page(form: Form) -> Page:
    """The question before a run starts."""
    assert form.task is not None
    options = ", ".join(f"{name} {value or 'none'}" for name, value in form.changed.items()) or "all defaults"
    return within_limits(
        Page(
            title="Before it starts: what will the loss do?",
            text=(
                f"**{form.task.title}**, {quoted(shortened(options, 400))}.\n\nThink of the loss on data that is held "
                "out from training. One tap; the result tells how it went."
            ),
            colour=ANSWER_COLOUR,
            footer=f"It takes {duration(form.seconds)} of a device. {budget_line(form.budget)}",
        )
    )


def started_page(view: RunView, link: str | None) -> Page:
    """What who started a run sees at once; `link` says where its message is, if there is one."""
    where = f"{_capital(link)} shows it as it goes." if link else "No message can show it here: see **My runs**."
    return within_limits(
        Page(
            title=f"{view.task.title}: on its way",
            text="\n".join([*_waiting(view), where]),
            colour=ANSWER_COLOUR,
            footer="Only you see this.",
        )
    )


# -------------------------------------------------------------------- a run


def run_page(view: RunView, catalogue: Catalogue) -> Page:
    """A run as it stands, under way or over."""
    page = _result_page(view, catalogue) if view.record.over else _live_page(view)
    return within_limits(page)


def _live_page(view: RunView) -> Page:
    record = view.record
    lines = _running(view) if record.state in ("leased", "running") else _waiting(view)
    if record.cancel_wanted:
        lines = ["It is being stopped."]
    state = "waiting" if record.state == "queued" else "training"
    return Page(
        title=f"{view.task.title}: {state}",
        text="\n".join([_chosen(view), "", *lines]),
        colour=RELATED_COLOUR if record.state == "queued" else ANSWER_COLOUR,
        footer=_made_of(view),
    )


def owner_note(view: RunView) -> str:
    """Whose run it is, for who sees its message; it pings nobody."""
    return f"<@{view.person}>'s run"


def _chosen(view: RunView) -> str:
    return quoted(shortened(_options_told(view), 300))


def _made_of(view: RunView) -> str:
    """Data set and device, as far as they are known."""
    record = view.record
    data = [f"data: {' '.join(record.dataset)}"] if record.dataset else []
    return " · ".join([*data, *_device(view)])


def _device(view: RunView) -> list[str]:
    device = view.record.device
    if device is None:
        return []
    if device != "cpu":
        return [f"on a GPU ({device})"]
    return ["on a CPU" if view.gpu else "on a CPU: there is no GPU here"]


def _waiting(view: RunView) -> list[str]:
    """Where a queued run stands, with no names."""
    record, place = view.record, view.place
    if record.state != "queued":
        return [f"It is {ENDED.get(record.state, 'being started')}."]
    if not view.worked:
        return ["No worker is there at the moment. It starts as soon as one is."]
    if place is None or (place.place is None and place.held is None):
        return ["It waits for its turn."]
    held = [HELD[place.held]] if place.held is not None and place.held in HELD else []
    if place.place is None:
        return held
    before = place.place - 1
    others = "no run is before yours" if not before else f"{_many(before, 'run is', 'runs are')} before yours"
    when = f"starts in {duration(place.seconds)}" if place.seconds is not None else "waits for a worker"
    return [f"Place {place.place} in the queue: {when}; {others}.", *held]


def _running(view: RunView) -> list[str]:
    if not view.points:
        return ["Starting."]
    last = view.points[-1]
    part = last.step / max(1, last.steps)
    values = [f"{_capital(NAMES[name])}: **{figure(last.values[name])}**" for name in _TOLD if name in last.values]
    if view.trials:
        number = min(len(view.curves), len(view.trials))
        step = f"trial {number} of {len(view.trials)}: {quoted(view.trials[number - 1])}"
    else:
        step = f"step {last.step:,} of {last.steps:,}"
    return [f"`{bar(part)}` {part:.0%} · {step}", *values]


_TOLD = ("train_loss", "valid_loss", "valid_accuracy", "loss_generator", "loss_discriminator", "diversity", "return")


def trial_labels(view: RunView) -> list[str]:
    """What each trial of a search is called in its picture."""
    return [f"{number}: {words}" for number, words in enumerate(view.trials, start=1)]


def bar(part: float) -> str:
    """A bar of progress in signs."""
    full = round(BAR * min(max(part, 0.0), 1.0))
    return "█" * full + "░" * (BAR - full)


def _result_page(view: RunView, catalogue: Catalogue) -> Page:
    record = view.record
    verdict, colour = _verdict(view)
    lines = [_chosen(view), ""]
    lines += [_told(view)] if record.state == "done" else [_why(record)]
    if view.best is not None:
        lines.append(
            f"Best of {len(view.trials)} trials, by held-out data: **{quoted(trial_labels(view)[view.best])}**."
        )
    answer = prediction_line(view.prediction, view.shape)
    lines += [answer] if answer else []
    if view.standing:
        place, many = view.standing
        lines.append(f"Place **{place}** of {many} on this server's board.")
    found = tuple(_finding(one, catalogue) for one in view.findings[:MOST_FINDINGS])
    taken = f"{took(record.seconds)} of a device" if record.seconds else ""
    footer = " · ".join(part for part in (_made_of(view), taken) if part)
    return Page(
        title=f"{view.task.title}: {verdict}", text="\n".join(lines), colour=colour, fields=found, footer=footer
    )


def _verdict(view: RunView) -> tuple[str, int]:
    if view.record.state != "done":
        return ENDED[view.record.state], DECLINE_COLOUR
    if view.diverged:
        return "diverged", DECLINE_COLOUR
    if view.result is None:
        return "done", ANSWER_COLOUR
    return f"{metric(view.task)} {figure(view.result)}", ANSWER_COLOUR if view.reached else RELATED_COLOUR


def _told(view: RunView) -> str:
    """How good the result is."""
    if view.diverged:
        at = f" at step {view.points[-1].step:,} of {view.points[-1].steps:,}" if view.points else ""
        return f"The loss went beyond all bounds{at}, so the run was ended there."
    task = view.task
    if view.result is None:
        return f"It reported no {metric(task)}."
    compared = f"The bar is {task.bar:g}; for comparison, {task.baseline}."
    if view.reached:
        return f"✓ **The project is done.** {compared}"
    return f"✗ **Not done yet**: {figure(view.result)} {'misses' if task.higher else 'is above'} the bar. {compared}"


def _why(record: Record) -> str:
    return f"It did not end well: {quoted(record.why)}." if record.why else f"It was {ENDED[record.state]}."


def prediction_line(said: str | None, came: str | None) -> str:
    """What was predicted beside what came; empty where one of them is not known."""
    if said is None or said not in SAID:
        return ""
    if came is None or came not in SAID:
        return f"You said {SAID[said][0]}; the curve is too short to tell."
    right = "✓ You were right." if said == came else "✗"
    return f"You said {SAID[said][0]}; {SAID[came][1]}. {right}".removesuffix(" ✗")


def _finding(found: Finding, catalogue: Catalogue) -> Field:
    concept = catalogue.concepts.get(found.concept)
    lesson = f" (lesson: {concept.title})" if concept else ""
    name = _capital(found.finding.replace("_", " ").replace("-", " "))
    return Field(f"{name}{lesson}", f"{found.evidence}\n→ {found.advice}")


# -------------------------------------------------------------------- my runs, side by side


def mine_page(mine: Mine) -> Page:
    """Somebody's runs."""
    fields = []
    if mine.live:
        fields.append(Field("Under way", "\n".join(_live_line(one) for one in mine.live)))
    if mine.finished:
        fields.append(Field("Over", "\n".join(_over_line(one) for one in mine.finished)))
    text = "" if fields else "You have no runs yet. **New run** starts one; it takes a minute."
    return within_limits(
        Page(
            title="Your runs",
            text=f"{text}\n{budget_line(mine.budget)}".strip(),
            colour=ANSWER_COLOUR,
            fields=tuple(fields),
            footer=f"At most {mine.limits.learner_running} at once, {mine.limits.learner_queued} waiting. Only you see "
            "this.",
        )
    )


def _live_line(view: RunView) -> str:
    if view.record.state == "queued":
        return f"• **{view.task.title}** · {' '.join(_waiting(view))}"
    return f"• **{view.task.title}** · {'being stopped' if view.record.cancel_wanted else 'training'}"


def _over_line(view: RunView) -> str:
    options = quoted(shortened(_options_told(view), VALUE))
    return f"• **{view.task.title}** · {outcome(view)} · {options} · {when(view.record.created_at)}"


def outcome(view: RunView) -> str:
    """How a run stands or ended, in a few words."""
    if not view.record.over:
        return "waiting" if view.record.state == "queued" else "training"
    return _verdict(view)[0]


def run_label(view: RunView) -> str:
    """A run as one line of a select, with what it was told."""
    return f"{outcome(view)} · {_options_told(view)}"


def _options_told(view: RunView) -> str:
    return ", ".join(f"{name} {value or 'none'}" for name, value in view.changed.items()) or "all defaults"


def when(moment: datetime) -> str:
    """A moment as Discord shows it in everybody's own time."""
    return f"<t:{int(moment.timestamp())}:R>"


def compare_choice_page(task: Task) -> Page:
    """What the select of runs below it is for."""
    return Page(
        title=f"{task.title}: compare",
        text="Choose two to six of your runs. They are drawn into one picture, told apart by what differs in them.",
        colour=ANSWER_COLOUR,
    )


def compared_labels(compared: Compared) -> list[str]:
    """What each run is called in the picture and below it."""
    return [f"{letter}: {label or 'the same options'}" for letter, label in zip(LETTERS, compared.labels, strict=False)]


def compared_page(compared: Compared) -> Page:
    """The results of runs side by side."""
    lines = [
        f"**{quoted(label)}**\n{outcome(view)} · {_data_of(view)}"
        for label, view in zip(compared_labels(compared), compared.runs, strict=True)
    ]
    return within_limits(
        Page(
            title=f"{compared.task.title}: {len(compared.runs)} runs side by side",
            text="\n".join(lines),
            colour=ANSWER_COLOUR,
            footer=f"The bar is {compared.task.bar:g}. Only you see this.",
        )
    )


def _data_of(view: RunView) -> str:
    return " ".join(view.record.dataset) if view.record.dataset else "no data yet"


def budget_line(budget: Budget) -> str:
    """What is used of today, in words."""
    most = _minutes(budget.most)
    waiting = f" (and {_minutes(budget.waiting)} planned)" if budget.waiting else ""
    return f"You have used {_minutes(budget.spent)}{waiting} of {most} device-minutes today; days are those of UTC."


# -------------------------------------------------------------------- boards, and the queue


def board_page(board: Board, names: Mapping[int, str], server: str) -> Page:
    """A server's board of a task; who did not join it has no name there."""
    shown = board.rows[:MOST_ROWS]
    lines = [_row(one, names, board.task) for one in shown]
    own = next((one for one in board.rows[MOST_ROWS:] if one.own), None)
    lines += ["…", _row(own, names, board.task)] if own else []
    data = f"On {' '.join(board.data)}. " if board.data else ""
    text = "\n".join(lines) or "Nobody has finished a run of this task here yet."
    rules = "Each learner's best run. Who joins is named, here and on the board of `/me`; the others stay *a learner*."
    return within_limits(
        Page(
            title=f"{board.task.title}: board of {quoted(server)}",
            text=f"{text}\n\n{rules}",
            colour=ANSWER_COLOUR,
            footer=f"{data}The bar is {board.task.bar:g}; {board.task.baseline}. Only you see this.",
        )
    )


def _row(row: Row, names: Mapping[int, str], task: Task) -> str:
    name = names.get(row.person) if row.person is not None else None
    who = f"**{quoted(name)}**" if name else "a learner"
    you = " (you)" if row.own else ""
    best = row.best
    return f"{row.place}\\. {who}{you} · {metric(task)} {figure(best.value)} · {took(best.seconds)}"


@dataclass(frozen=True)
class Switch:
    """How training is set on a server: whether it is on, and the runs a person may start a day."""

    on: bool
    runs_per_day: int


def queue_page(queue: Queue, switch: Switch) -> Page:
    """The queue, for moderators."""
    devices = ", ".join(queue.devices) or "none: runs wait until one is there"
    limits = queue.limits
    return Page(
        title="Training queue",
        text=f"Training is **{'on' if switch.on else 'off'}** on this server.",
        colour=ANSWER_COLOUR if switch.on and queue.devices else RELATED_COLOUR,
        fields=(
            Field(
                "Runs",
                f"This server: {queue.of_server_running} running, {queue.of_server_waiting} waiting\n"
                f"In all: {queue.running} running, {queue.waiting} waiting",
            ),
            Field("Workers", devices),
            Field(
                "Limits of this server",
                f"{limits.server_running} at once, {limits.server_queued} waiting, "
                f"{_minutes(limits.server_seconds)} device-minutes a day",
            ),
            Field(
                "Limits of each person",
                f"{limits.learner_running} at once, {limits.learner_queued} waiting, "
                f"{_minutes(limits.learner_seconds)} device-minutes a day; here {switch.runs_per_day} runs a day",
            ),
        ),
        footer="Runs a day are set under Limits, roles under Training; the rest by who operates this Gradus.",
    )


# -------------------------------------------------------------------- figures in words


def metric(task: Task) -> str:
    """What a task is ranked by, in words."""
    return task.metric.replace("_", " ")


def figure(value: float) -> str:
    """A figure with three digits that count."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.2e}"


def duration(seconds: float) -> str:
    """A time as people say it, roughly: it changes seldom, so that what shows it is seldom edited."""
    if seconds < 60:
        return "under 10 s" if seconds < 10 else f"about {round(seconds / 10) * 10} s"
    return f"about {_many(ceil(seconds / 60), 'min', 'min')}" if seconds < 3600 else f"about {seconds / 3600:.1f} h"


def took(seconds: float) -> str:
    """How long something took."""
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f}" if seconds >= 600 else f"{seconds / 60:.1f}".removesuffix(".0")


def _many(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
