"""The panels of training: a run put together, foretold and started; one's runs, side by side; the boards.

Their state is in the store: a button names a form or a run, so that one outlives a restart and a second press of it
changes nothing. A panel is for who opened it; the message of a run, which everybody sees, opens panels of one's own.
"""

import asyncio
import io
import logging
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord

from bot.assembly import Gradus
from bot.chat.forms import Written, sent_form, take
from bot.chat.messages import Picture
from bot.chat.panels import Panel, send, turn
from bot.chat.places import Where
from bot.chat.rendering import ANSWER_COLOUR, Page, shortened
from bot.chat.run_messages import buttons as run_buttons
from bot.chat.run_messages import picture_of
from bot.chat.standing import Standing, refuse_blocked, standing_view
from bot.chat.train_buttons import RUN, RunButton, TrainButton
from bot.chat.train_pages import (
    PREDICTIONS,
    board_page,
    compare_choice_page,
    compared_labels,
    compared_page,
    form_page,
    mine_page,
    prediction_page,
    preset_label,
    run_label,
    run_page,
    started_page,
    tasks_page,
)
from bot.run_options import LONGEST_VALUE, Option, forms_of
from bot.run_picture import compared_picture, compared_words, drawable
from bot.training import MOST_COMPARED, Board, Compared, Form, Mine, Origin, RunView
from foundation.errors import GradusError
from training.specs import TASKS

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

log = logging.getLogger(__name__)

Press: TypeAlias = "discord.Interaction[GradusClient]"

OPEN_SECONDS = 15 * 60.0  # how long discord.py remembers a form; nothing hangs on it
OPTION, LABEL = 100, 45  # characters of a select's option and of a form's label
MOST_PRESETS = 5  # in a row
MOST_OPTIONS = 25
FROM_RUN = "from_run"
"""The option that names a finished run."""

SAYS: Mapping[str, str] = {
    "falls": "falls",
    "rises": "falls then rises",
    "flat": "flat",
    "explodes": "explodes",
    "swings": "swings",
}
"""What one may predict, by the button that says it."""

NO_FILES = "I may not attach files here. Press **Script** in `/train mine` in our direct messages."
ONLY_IN_SERVERS = "A board belongs to a server: use `/train board` in one."

FORM_ID = re.compile(rf"gradus:train:options:(?P<number>\d):(?P<form>{RUN})")


# -------------------------------------------------------------------- what panels show


def form_panel(form: Form) -> Panel:
    """A run being put together."""
    if form.task is None:
        return Panel(tasks_page(form.budget), (), standing_view(TaskSelect(form.id)))
    items: list[discord.ui.Item[Any]] = [TaskSelect(form.id, form.task.id)]
    for number, preset in enumerate(list(form.task.presets)[: 2 * MOST_PRESETS]):
        text, chosen = preset_label(preset), preset == form.preset
        items.append(FormButton(f"preset-{preset}", form.id, text, row=1 + number // MOST_PRESETS, chosen=chosen))
    forms = forms_of(form.task)
    for number in range(len(forms)):
        items.append(FormButton(f"options-{number}", form.id, _form_name(number, len(forms) - 1), row=3))
    if not form.problem:
        items.append(FormButton("predict", form.id, "Go on ▶", row=4, chosen=True))
    items.append(TrainButton("mine", row=4))
    return Panel(form_page(form), (), standing_view(*items))


def _form_name(number: int, last: int) -> str:
    """What a form of options is called; the last is the search."""
    if number in (0, last):
        return "Search" if number else "Options"
    return "More options" if last == 2 else f"More options {number}"


def prediction_panel(form: Form) -> Panel:
    """The question before the run starts."""
    says = [FormButton(f"say-{name}", form.id, PREDICTIONS[shape], row=0) for name, shape in SAYS.items()]
    rest = [FormButton("skip", form.id, "Start without", row=1), FormButton("back", form.id, "◀ Back", row=1)]
    return Panel(prediction_page(form), (), standing_view(*says, *rest))


async def run_panel(gradus: Gradus, view: RunView) -> Panel:
    """A run as it stands, for the eyes of one person."""
    picture = await picture_of(view)
    shown = run_buttons(view, gradus)
    if not view.record.over:
        shown.add_item(RunButton("look", view.record.id))
    return Panel(run_page(view, gradus.catalogue), (picture,) if picture else (), shown)


def mine_panel(mine: Mine) -> Panel:
    """Somebody's runs, and the ways on from them."""
    views = (*mine.live, *mine.finished)
    items: list[discord.ui.Item[Any]] = [OpenSelect(views)] if views else []
    items.append(TrainButton("new", row=1))
    tasks = [one.task.id for one in views if one.record.started_at is not None]
    several = next((one for one in views if tasks.count(one.task.id) > 1), None)
    if several is not None:
        items.append(RunButton("compare", several.record.id, row=1))
    items.append(TrainButton("refresh", row=1))
    return Panel(mine_page(mine), (), standing_view(*items))


async def compared_panel(compared: Compared) -> Panel:
    """Runs side by side, in one picture."""
    labels = compared_labels(compared)
    curves = [one.curve for one in compared.runs]
    pictures: tuple[Picture, ...] = ()
    if any(map(drawable, curves)):
        try:
            png = await asyncio.to_thread(compared_picture, curves, labels)
            pictures = (Picture(png, compared_words(curves, labels)),)
        except Exception:  # results side by side are worth having without their curves
            log.exception("cannot draw runs side by side")
    again = RunButton("compare", compared.runs[-1].record.id)
    return Panel(compared_page(compared), pictures, standing_view(again, TrainButton("mine")))


async def board_panel(gradus: Gradus, guild: discord.Guild, board: Board) -> Panel:
    """A server's board, with the names of those who joined it and are still there."""
    people = list(dict.fromkeys(row.person for row in board.rows if row.person is not None))
    found = await asyncio.gather(*(_name(guild, one) for one in people[:MOST_OPTIONS]))
    names = {one: name for one, name in zip(people, found, strict=False) if name is not None}
    items: list[discord.ui.Item[Any]] = [BoardTask(board.task.id)]
    if board.others and board.data:
        items.append(BoardData(board.task.id, [board.data, *board.others]))
    items += [BoardButton("leave" if board.joined else "join", board.task.id), TrainButton("mine", row=2)]
    return Panel(board_page(board, names, guild.name), (), standing_view(*items))


async def _name(guild: discord.Guild, person: int) -> str | None:
    """What a member is called there; None for who is no member, or cannot be asked for."""
    try:
        return (await guild.fetch_member(person)).display_name
    except discord.HTTPException:
        return None


# -------------------------------------------------------------------- what runs' buttons do


async def act_on_run(interaction: Press, act: str, run: str) -> None:
    """Answer a press on a run's button: in the panel itself, or in a new one where everybody sees the message."""
    in_panel = await _acknowledge(interaction)
    await refuse_blocked(interaction)
    training, person = interaction.client.gradus.training, interaction.user.id
    if act == "script":
        await _send_script(interaction, run)
        return
    if act == "cancel":
        panel = await _cancelled(interaction, run, in_panel=in_panel)
    elif act == "again":
        panel = form_panel(await training.again(person, run, origin_of(interaction)))
    elif act == "compare":
        panel = await _comparison(interaction, run)
    elif act == "board":
        panel = await _board(interaction, (await training.run(run)).task.id)
    else:
        panel = await run_panel(interaction.client.gradus, await training.run(run))
    await (turn if in_panel else send)(interaction, panel)


async def _acknowledge(interaction: Press) -> bool:
    """Promise an answer to a press; whether it is one in a panel, which then turns."""
    in_panel = interaction.message is not None and interaction.message.flags.ephemeral
    if in_panel:
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)
    return in_panel


async def _cancelled(interaction: Press, run: str, *, in_panel: bool) -> Panel:
    moderates = interaction.guild_id if interaction.permissions.manage_messages else None
    gradus = interaction.client.gradus
    view = await gradus.training.cancel(interaction.user.id, run, moderates=moderates)
    if in_panel:
        return await run_panel(gradus, view)
    words = "The run is cancelled." if view.record.over else "The run is being stopped."
    return Panel(Page(words, "Its message will say so in a moment.", ANSWER_COLOUR), (), standing_view())


async def _comparison(interaction: Press, run: str) -> Panel:
    training, person = interaction.client.gradus.training, interaction.user.id
    known = (await training.run(run)).task
    runs = await training.comparable(person, known.id)
    if len(runs) < 2:
        raise GradusError(f"You need two runs of {known.title} to compare: start another with **Again**.")
    return Panel(compare_choice_page(known), (), standing_view(CompareSelect(known.id, runs, run), TrainButton("mine")))


async def _send_script(interaction: Press, run: str) -> None:
    name, text = await interaction.client.gradus.training.script(run)
    try:
        await interaction.followup.send(
            f"`python {name}` trains it on a machine of your own; its first lines say what it needs.",
            file=discord.File(io.BytesIO(text.encode()), filename=name),
            ephemeral=True,
        )
    except discord.Forbidden:
        raise GradusError(NO_FILES) from None


async def _board(interaction: Press, task_id: str, data: tuple[str, str] | None = None) -> Panel:
    if interaction.guild is None:
        raise GradusError(ONLY_IN_SERVERS)
    gradus = interaction.client.gradus
    board = await gradus.training.board(interaction.user.id, interaction.guild.id, task_id, data)
    return await board_panel(gradus, interaction.guild, board)


async def open_door(interaction: Press, door: str) -> None:
    """Answer a press that belongs to no single run."""
    in_panel = await _acknowledge(interaction)
    await refuse_blocked(interaction)
    training, person = interaction.client.gradus.training, interaction.user.id
    if door == "new":
        panel = form_panel(await training.begin(person, origin_of(interaction)))
    else:
        panel = mine_panel(await training.mine(person))
    await (turn if in_panel else send)(interaction, panel)


async def show_board(interaction: Press, task_id: str) -> None:
    """Fill a deferred response with a board."""
    await send(interaction, await _board(interaction, task_id))


def origin_of(interaction: Press) -> Origin:
    """Where somebody asks for a run, and with which roles."""
    member = interaction.user
    roles = frozenset(role.id for role in member.roles) if isinstance(member, discord.Member) else frozenset()
    return Origin(interaction.guild_id, roles)


# -------------------------------------------------------------------- the buttons of a form


class FormButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:train:form:(?P<act>[a-z]+(?:-[a-z0-9_-]{{1,30}})?):(?P<form>{RUN})",
):
    """A step in putting a run together."""

    def __init__(self, act: str, form: str, text: str = "", row: int | None = None, *, chosen: bool = False) -> None:
        super().__init__(
            discord.ui.Button(
                label=text or act,
                style=discord.ButtonStyle.primary if chosen else discord.ButtonStyle.secondary,
                custom_id=f"gradus:train:form:{act}:{form}",
                row=row,
            )
        )
        self.act, self.form = act, form

    async def pressed(self, interaction: Press) -> None:
        """Turn the panel; a form of options must be the first answer to a press, so that one defers nothing."""
        training, person = interaction.client.gradus.training, interaction.user.id
        act, _, what = self.act.partition("-")
        if act == "options":
            await refuse_blocked(interaction)
            form = await training.form(person, self.form)
            await interaction.response.send_modal(_options_form(form, int(what), await training.trained(person)))
            return
        await interaction.response.defer()
        await refuse_blocked(interaction)
        if act in ("say", "skip"):
            await _start(interaction, self.form, SAYS.get(what))
        elif act == "preset":
            await turn(interaction, form_panel(await training.preset(person, self.form, what)))
        else:
            form = await training.form(person, self.form)
            foretell = act == "predict" and form.task is not None and not form.problem
            await turn(interaction, prediction_panel(form) if foretell else form_panel(form))


async def _start(interaction: Press, form: str, shape: str | None) -> None:
    """Queue the run and send its message; a second press finds both done."""
    client = interaction.client
    is_new = await client.gradus.training.submit(interaction.user.id, form, shape, origin_of(interaction))
    view = await client.gradus.training.run(form)
    link = await client.run_messages.post(view, Where.of(interaction)) if is_new else None
    if is_new:
        panel = Panel(started_page(view, link), (), standing_view(TrainButton("mine"), TrainButton("new")))
    else:
        panel = await run_panel(client.gradus, view)
    await turn(interaction, panel)


class TaskSelect(
    Standing,
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=rf"gradus:train:task:(?P<form>{RUN})",
):
    """Chooses the task of a run being put together."""

    def __init__(self, form: str, chosen: str = "") -> None:
        options = [
            discord.SelectOption(label=shortened(one.title, OPTION), value=id, default=id == chosen)
            for id, one in list(TASKS.items())[:MOST_OPTIONS]
        ]
        super().__init__(
            discord.ui.Select(
                placeholder="Choose a task", options=options, custom_id=f"gradus:train:task:{form}", row=0
            )
        )
        self.form = form

    async def pressed(self, interaction: Press) -> None:
        """Show that task's options."""
        await interaction.response.defer()
        await refuse_blocked(interaction)
        form = await interaction.client.gradus.training.choose(interaction.user.id, self.form, self.item.values[0])
        await turn(interaction, form_panel(form))


# -------------------------------------------------------------------- forms of options


def _options_form(form: Form, number: int, trained: Sequence[RunView]) -> discord.ui.Modal:
    """Up to five options of the task, with what was typed before, right or wrong; `trained` are the learner's runs
    that another may go on from.
    """
    forms = forms_of(form.task) if form.task else ()
    if number >= len(forms):
        raise GradusError("This task has no such options. Open the form anew with `/train start`.")
    modal = discord.ui.Modal(
        title=_form_name(number, len(forms) - 1),
        custom_id=f"gradus:train:options:{number}:{form.id}",
        timeout=OPEN_SECONDS,
    )
    for option in forms[number]:
        typed = form.typed.get(option.name, option.default)
        how = "; ".join(part for part in (option.description, option.bounds) if part)
        modal.add_item(
            discord.ui.Label(
                text=shortened(option.name, LABEL),
                description=shortened(how, OPTION) or None,
                component=_runs_field(option, typed, trained) if option.name == FROM_RUN else _field(option, typed),
            )
        )
    return modal


def _field(option: Option, typed: str) -> discord.ui.Item[Any]:
    if option.choices:
        chosen = [discord.SelectOption(label=one, value=one, default=one == typed) for one in option.choices]
        return discord.ui.Select[Any](custom_id=option.name, options=chosen, required=False)
    return discord.ui.TextInput[Any](
        custom_id=option.name,
        default=typed or None,
        placeholder=option.default or "none",
        required=False,
        max_length=LONGEST_VALUE,
    )


def _runs_field(option: Option, typed: str, trained: Sequence[RunView]) -> discord.ui.Item[Any]:
    """A run is chosen, for nobody knows its id; where there is none the field stays as it is."""
    if not trained:
        return _field(option, typed)
    options = [_run_option(one, chosen=one.record.id == typed) for one in trained[:MOST_OPTIONS]]
    return discord.ui.Select[Any](custom_id=option.name, placeholder="None", options=options, required=False)


async def take_train_form(interaction: Press) -> None:
    """Act on a form of options, if that is what was sent."""
    found = FORM_ID.fullmatch(sent_form(interaction) or "")
    if found is not None:
        await take(interaction, found[0], partial(_taken, found["form"]))


async def _taken(form: str, interaction: Press, told: Written) -> None:
    await interaction.response.defer()
    await refuse_blocked(interaction)
    await turn(
        interaction, form_panel(await interaction.client.gradus.training.type_in(interaction.user.id, form, told))
    )


# -------------------------------------------------------------------- selects of runs


class OpenSelect(
    Standing, discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"gradus:train:open-a-run"
):
    """Opens one of one's runs."""

    def __init__(self, views: Sequence[RunView] = ()) -> None:
        super().__init__(
            discord.ui.Select(
                placeholder="Open a run",
                options=[_run_option(one, told=one.task.title) for one in views[:MOST_OPTIONS]],
                custom_id="gradus:train:open-a-run",
                row=0,
            )
        )

    async def pressed(self, interaction: Press) -> None:
        """Show it."""
        await interaction.response.defer()
        await refuse_blocked(interaction)
        gradus = interaction.client.gradus
        await turn(interaction, await run_panel(gradus, await gradus.training.run(self.item.values[0])))


class CompareSelect(
    Standing,
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=r"gradus:train:side-by-side:(?P<task>[a-z0-9-]{1,40})",
):
    """Chooses the runs that are put side by side."""

    def __init__(self, task_id: str, views: Sequence[RunView] = (), chosen: str = "") -> None:
        super().__init__(
            discord.ui.Select(
                placeholder="Two to six runs",
                options=[_run_option(one, chosen=one.record.id == chosen) for one in views[:MOST_OPTIONS]],
                min_values=min(2, max(1, len(views))),
                max_values=max(1, min(MOST_COMPARED, len(views))),
                custom_id=f"gradus:train:side-by-side:{task_id}",
                row=0,
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The select that was used."""
        return cls(match["task"])

    async def pressed(self, interaction: Press) -> None:
        """Draw them."""
        await interaction.response.defer()
        await refuse_blocked(interaction)
        training = interaction.client.gradus.training
        compared = await training.compare(interaction.user.id, list(dict.fromkeys(self.item.values)))
        await turn(interaction, await compared_panel(compared))


def _run_option(view: RunView, *, told: str = "", chosen: bool = False) -> discord.SelectOption:
    at = f"{view.record.created_at:%d %b, %H:%M} UTC"
    return discord.SelectOption(
        label=shortened(run_label(view), OPTION),
        value=view.record.id,
        description=shortened(" · ".join(part for part in (told, at) if part), OPTION),
        default=chosen,
    )


# -------------------------------------------------------------------- boards


class BoardTask(
    Standing, discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"gradus:train:board-of-task"
):
    """Chooses the task whose board is shown."""

    def __init__(self, chosen: str = "") -> None:
        options = [
            discord.SelectOption(label=shortened(one.title, OPTION), value=id, default=id == chosen)
            for id, one in list(TASKS.items())[:MOST_OPTIONS]
        ]
        super().__init__(discord.ui.Select(options=options, custom_id="gradus:train:board-of-task", row=0))

    async def pressed(self, interaction: Press) -> None:
        """Show it."""
        await interaction.response.defer()
        await refuse_blocked(interaction)
        await turn(interaction, await _board(interaction, self.item.values[0]))


class BoardData(
    Standing,
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=r"gradus:train:board-on-data:(?P<task>[a-z0-9-]{1,40})",
):
    """Chooses the data set of a board: results on different data are not compared."""

    def __init__(self, task_id: str, data: Sequence[tuple[str, str]] = ()) -> None:
        options = [
            discord.SelectOption(label=shortened(" ".join(one), OPTION), value=" ".join(one), default=one == data[0])
            for one in data[:MOST_OPTIONS]
        ]
        super().__init__(discord.ui.Select(options=options, custom_id=f"gradus:train:board-on-data:{task_id}", row=1))
        self.task = task_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The select that was used."""
        return cls(match["task"])

    async def pressed(self, interaction: Press) -> None:
        """Show it."""
        await interaction.response.defer()
        await refuse_blocked(interaction)
        name, _, version = self.item.values[0].partition(" ")
        await turn(interaction, await _board(interaction, self.task, (name, version)))


class BoardButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"gradus:train:board-(?P<act>join|leave):(?P<task>[a-z0-9-]{1,40})",
):
    """Joins or leaves the boards of a server, which are those of `/me` too."""

    def __init__(self, act: str, task_id: str) -> None:
        super().__init__(
            discord.ui.Button(
                label="Join" if act == "join" else "Leave",
                style=discord.ButtonStyle.primary if act == "join" else discord.ButtonStyle.secondary,
                custom_id=f"gradus:train:board-{act}:{task_id}",
                row=2,
            )
        )
        self.act, self.task = act, task_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls(match["act"], match["task"])

    async def pressed(self, interaction: Press) -> None:
        """Join or leave, and show the board as it is then."""
        await interaction.response.defer()
        gradus, person = interaction.client.gradus, interaction.user.id
        if interaction.guild_id is None:
            raise GradusError(ONLY_IN_SERVERS)
        if self.act == "join":
            await refuse_blocked(interaction)
            await gradus.progress.join(person, interaction.guild_id, gradus.clock())
        else:  # what is their own stays within the reach of those who are blocked
            await gradus.progress.leave(person, interaction.guild_id)
        await turn(interaction, await _board(interaction, self.task))


TRAIN_ITEMS = (
    RunButton,
    TrainButton,
    FormButton,
    TaskSelect,
    OpenSelect,
    CompareSelect,
    BoardTask,
    BoardData,
    BoardButton,
)
"""What the client must know of to answer presses on old messages."""
