"""The panel of a session of practice: one message that turns from question to feedback to the next question.

All its state is in the store; a button names the session and the position at which it stood, so that a press on an
old message, a second press, or one after a restart changes nothing that it should not.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord

from bot.assembly import Gradus
from bot.chat.answer_form import OPEN_SECONDS, AnswerForm, is_several, options, picks, typed
from bot.chat.forms import Written, sent_form, take
from bot.chat.lesson_panel import lesson_panel
from bot.chat.messages import prepare
from bot.chat.panels import Panel, send, turn
from bot.chat.practice_pages import end_page, question_page, teaching_page, told_page
from bot.chat.rendering import ANSWER_COLOUR, Page
from bot.chat.standing import Standing, refuse_blocked, standing_view
from bot.practising import View
from foundation.errors import GradusError
from quizzes.practice import Scope

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press: TypeAlias = "discord.Interaction[GradusClient]"

LABELS: Mapping[str, str] = {
    "ask": "Ask me",
    "known": "I know this",
    "answer": "Answer",
    "hint": "Hint",
    "reveal": "I don't know",
    "next": "Next ▶",
    "again": "Try again",
    "solution": "Show the answer",
    "guessed": "I guessed",
    "sure": "I was sure",
    "unsure": "I wasn't sure",
    "had": "I had it",
    "partly": "Partly",
    "missed": "I missed it",
    "undo": "Undo",
    "why": "Lesson",
    "report": "Report",
    "more": "Five more",
}
PRIMARY = ("ask", "answer", "next", "more")
SAID: Mapping[str, Any] = {
    "guessed": "guessed",
    "sure": "sure",
    "unsure": "unsure",
    "had": "had it",
    "partly": "partly",
    "missed": "missed it",
}
"""What a learner may say of their answer, by the button that says it."""

SESSION = r"[0-9A-Za-z]{1,32}"
POSITION = r"\d{1,3}"
FORM_ID = re.compile(rf"gradus:quiz:form:(?P<what>answer|report):(?P<session>{SESSION}):(?P<position>{POSITION})")


# -------------------------------------------------------------------- what a panel shows


async def practice_panel(gradus: Gradus, view: View, *, solved: bool = False) -> Panel:
    """The panel of a session as it stands; `solved`: with the solution beside the feedback."""
    if view.finished:
        return Panel(end_page(view), (), standing_view(PracticeButton("more", view.session.id, view.session.position)))
    teaching = view.session.phase == "teach" and bool(view.teaching)
    page = teaching_page(view) if teaching else question_page(view, gradus.catalogue)
    post = await prepare(page, gradus.settings.cache_path)
    pictures = (post.picture,) if post.picture else ()
    below = (told_page(view, solved=solved),) if view.grade is not None else ()
    return Panel(post.page, pictures, standing_view(*_items(view, solved)), below)


def _items(view: View, solved: bool) -> list[discord.ui.Item[Any]]:
    """The buttons, by what the session waits for."""
    session, position = view.session.id, view.session.position

    def button(act: str, text: str = "", row: int = 0) -> PracticeButton:
        return PracticeButton(act, session, position, text=text, row=row)

    if view.session.phase == "teach":
        return [button("ask"), button("known"), button("why")]
    assert view.posed is not None
    if view.grade is None:
        helps = [button("hint", row=1)] if not view.session.hints else []
        return [*_ways_to_answer(view), *helps, button("reveal", row=1), button("why", row=1), button("report", row=1)]
    last = position + 1 == len(view.session.items)
    items = [button("next", "Finish" if last else "")]
    if view.grade.outcome in ("wrong", "partial") and view.session.answer and not solved:
        items += [button("again"), button("solution")]
    said = [act for act, words in SAID.items() if words in view.may]
    return [
        *items,
        *(button(act) for act in said),
        button("why", row=1),
        button("undo", row=1),
        button("report", row=1),
    ]


def _ways_to_answer(view: View) -> list[discord.ui.Item[Any]]:
    """Choices as buttons, several of them as a select, everything else by a form."""
    assert view.posed is not None
    posed, session, position = view.posed, view.session.id, view.session.position
    if is_several(posed):
        return [PracticeSelect(session, position, options(posed))]
    one_of = [PracticeButton(f"pick-{letter}", session, position, text=text) for letter, text in picks(posed)]
    return list(one_of) or [PracticeButton("answer", session, position)]


# -------------------------------------------------------------------- what a press does


class PracticeButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:quiz:(?P<act>{'|'.join(LABELS)}|pick-[A-Z]):(?P<session>{SESSION}):(?P<position>{POSITION})",
):
    """A button of a session, at the position at which it stood."""

    def __init__(self, act: str, session: str, position: int, *, text: str = "", row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=text or LABELS.get(act, act[-1:]),
                style=discord.ButtonStyle.primary if act in PRIMARY else discord.ButtonStyle.secondary,
                custom_id=f"gradus:quiz:{act}:{session}:{position}",
                row=row,
            )
        )
        self.act, self.session, self.position = act, session, position

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["act"], match["session"], int(match["position"]))

    async def pressed(self, interaction: Press) -> None:
        """Turn the panel; a form must be the first answer to a press, so those defer nothing."""
        if self.act in ("answer", "report"):
            view = await interaction.client.gradus.practising.view(interaction.user.id, self.session)
            await interaction.response.send_modal(_form(self.act, view, self.position))
            return
        if self.act == "why":
            await self._open_lesson(interaction)
            return
        await interaction.response.defer()
        await refuse_blocked(interaction)
        gradus = interaction.client.gradus
        view = await self._acted(interaction)
        await turn(interaction, await practice_panel(gradus, view, solved=self.act == "solution"))

    async def _acted(self, interaction: Press) -> View:
        gradus, person = interaction.client.gradus, interaction.user.id
        practising, now = gradus.practising, gradus.clock()
        session, position = self.session, self.position
        acts: Mapping[str, Callable[[], Awaitable[View]]] = {
            "ask": lambda: practising.ask(person, session, position),
            "known": lambda: practising.ask(person, session, position, known=True),
            "hint": lambda: practising.hint(person, session, position),
            "reveal": lambda: practising.answer(person, session, position, "", now, revealed=True),
            "next": lambda: practising.go_on(person, session, position),
            "again": lambda: practising.again(person, session, position),
            "solution": lambda: practising.view(person, session),
            "undo": lambda: practising.undo(person, session, position, now),
            "more": lambda: practising.more(person, session, now),
        }
        if self.act.startswith("pick-"):
            return await practising.answer(person, session, position, self.act.removeprefix("pick-"), now)
        if self.act in SAID:
            return await practising.confide(person, session, position, SAID[self.act], now)
        return await acts[self.act]()

    async def _open_lesson(self, interaction: Press) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await refuse_blocked(interaction)
        gradus, person = interaction.client.gradus, interaction.user.id
        concept, page = await gradus.practising.why(person, self.session, self.position)
        await send(interaction, await lesson_panel(gradus, concept, page, person))


class PracticeSelect(
    Standing,
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=rf"gradus:quiz:choose:(?P<session>{SESSION}):(?P<position>{POSITION})",
):
    """Several choices at once."""

    def __init__(self, session: str, position: int, options: Sequence[discord.SelectOption] = ()) -> None:
        super().__init__(
            discord.ui.Select(
                placeholder="All that are right",
                options=list(options),
                min_values=1,
                max_values=max(1, len(options)),
                custom_id=f"gradus:quiz:choose:{session}:{position}",
                row=0,
            )
        )
        self.session, self.position = session, position

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The select that was used, from what its id says."""
        return cls(match["session"], int(match["position"]))

    async def pressed(self, interaction: Press) -> None:
        """Answer with what was chosen."""
        await interaction.response.defer()
        await refuse_blocked(interaction)
        await _answered(interaction, self.session, self.position, ", ".join(sorted(self.item.values)))


PRACTICE_ITEMS = (PracticeButton, PracticeSelect)
"""What the client must know of to answer presses on old messages."""


async def _answered(interaction: Press, session: str, position: int, text: str) -> None:
    gradus = interaction.client.gradus
    view = await gradus.practising.answer(interaction.user.id, session, position, text, gradus.clock())
    await turn(interaction, await practice_panel(gradus, view))


async def start_practice(interaction: Press, scope: Scope | None = None) -> None:
    """Answer a press with a session, of what is due if nothing else is named, for the eyes of who pressed."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await begin_practice(interaction, scope)


async def begin_practice(interaction: Press, scope: Scope | None = None) -> None:
    """Fill a deferred response with a session."""
    gradus = interaction.client.gradus
    view = await gradus.practising.begin(interaction.user.id, gradus.clock(), scope)
    await send(interaction, await practice_panel(gradus, view))


# -------------------------------------------------------------------- forms


def _form(what: str, view: View, position: int) -> discord.ui.Modal:
    """The form of the open question, or the one to report it."""
    if what == "report":
        return ReportForm(view.session.id, position)
    if view.posed is None or view.session.phase != "ask" or view.session.position != position:
        raise GradusError("That question is answered already. Go on with the newest message, or with `/quiz now`.")
    return AnswerForm(f"gradus:quiz:form:answer:{view.session.id}:{position}", view.posed)


class ReportForm(discord.ui.Modal):
    """What is wrong with a question."""

    def __init__(self, session: str, position: int) -> None:
        super().__init__(
            title="What is wrong with it?",
            custom_id=f"gradus:quiz:form:report:{session}:{position}",
            timeout=OPEN_SECONDS,
        )
        words: discord.ui.TextInput[ReportForm] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, custom_id="report", max_length=500
        )
        self.add_item(
            discord.ui.Label(text="In a few words", description="The admins see it without your name", component=words)
        )


async def take_practice_form(interaction: Press) -> None:
    """Act on a form of a session, if that is what was sent; what goes wrong is told to who sent it."""
    found = FORM_ID.fullmatch(sent_form(interaction) or "")
    if found is None:
        return
    await take(interaction, found[0], partial(_taken, found["what"], found["session"], int(found["position"])))


async def _taken(what: str, session: str, position: int, interaction: Press, told: Written) -> None:
    if what == "report":
        await interaction.response.defer(ephemeral=True, thinking=True)
        gradus = interaction.client.gradus
        await gradus.practising.report(interaction.user.id, session, position, told.get("report", ""), gradus.clock())
        page = Page("Thank you", "The admins of this Gradus will read it, without your name.", ANSWER_COLOUR)
        await send(interaction, Panel(page, (), discord.ui.View()))
        return
    await interaction.response.defer()
    await refuse_blocked(interaction)
    await _answered(interaction, session, position, typed(told))
