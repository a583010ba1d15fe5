"""The panel of a talk with the tutor: one message that turns with every step.

All its state is in the store; a button names the talk and the turn at which it stood, so that a press on an old
message, a second press, or one after a restart changes nothing that it should not.
"""

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord

from bot.assembly import Gradus
from bot.chat.answer_form import OPEN_SECONDS, AnswerForm, is_several, options, picks, typed
from bot.chat.buttons import answer_behind
from bot.chat.forms import Written, sent_form, take
from bot.chat.messages import prepare
from bot.chat.panels import Panel, send, turn
from bot.chat.quiz_me import QuizMeButton
from bot.chat.standing import Standing, refuse_blocked, standing_view
from bot.chat.teach_me import TeachMeButton
from bot.chat.tutor_pages import talk_page
from bot.practising import Judgement
from bot.questions import LONGEST_QUESTION
from bot.tutor.dialogue import RUNGS, Mode
from bot.tutor.tutoring import Act, TalkView
from foundation.errors import GradusError

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

Press: TypeAlias = "discord.Interaction[GradusClient]"

ACTS: dict[str, tuple[Act, str]] = {
    "begin": ("begin", "Begin"),
    "on": ("go on", "Go on ▶"),
    "know": ("know", "I know this: ask me"),
    "hint": ("hint", "Hint"),
    "reveal": ("reveal", "I don't know"),
    "stop": ("stop", "Stop"),
}
"""What is done without words, by the button that does it."""
SAID: dict[str, tuple[Judgement, str]] = {
    "had": ("had it", "I had it"),
    "partly": ("partly", "Partly"),
    "missed": ("missed it", "I missed it"),
}
FORMS = {"answer": "Answer", "wonder": "Ask something"}
LABELS = {act: label for act, (_, label) in ACTS.items()} | {act: label for act, (_, label) in SAID.items()} | FORMS
PRIMARY = ("begin", "on", "answer")

TALK = r"[0-9A-Za-z]{1,32}"
TURN = r"\d{1,6}"
FORM_ID = re.compile(rf"gradus:tutor:form:(?P<what>answer|wonder):(?P<talk>{TALK}):(?P<turn>{TURN})")


async def talk_panel(gradus: Gradus, view: TalkView) -> Panel:
    """The panel of a talk as it stands."""
    post = await prepare(talk_page(view), gradus.settings.cache_path)
    return Panel(post.page, (post.picture,) if post.picture else (), standing_view(*_items(view)))


def _items(view: TalkView) -> list[discord.ui.Item[Any]]:
    talk = view.talk

    def button(act: str, text: str = "", row: int = 0) -> TalkButton:
        return TalkButton(act, talk.id, talk.turn, text=text, row=row)

    if talk.phase == "over":
        return _onward(view)
    if talk.phase == "open":
        other = [] if talk.mode == "interview" else [TeachMeButton(talk.concept, "interview")]
        return [button("begin"), *other]
    last = [button("stop", row=1)] if talk.mode == "interview" else [button("wonder", row=1), button("stop", row=1)]
    if talk.phase == "idea":
        is_last = talk.part + 1 >= len(view.idea)
        ahead = [] if talk.tries else [button("know")]
        return [button("on", "Ask me" if is_last else ""), *ahead, *last]
    if talk.phase == "judge":
        return [*(button(act) for act in SAID), *last]
    if talk.phase == "told":
        return [button("on"), *last]
    helps = [button("hint", row=1)] if talk.mode == "guided" and talk.rung < RUNGS else []
    return [*_ways_to_answer(view), *helps, button("reveal", row=1), *last]


def _ways_to_answer(view: TalkView) -> list[discord.ui.Item[Any]]:
    assert view.posed is not None
    posed, talk, turn_ = view.posed, view.talk.id, view.talk.turn
    if is_several(posed):
        return [TalkSelect(talk, turn_, options(posed))]
    one_of = [TalkButton(f"pick-{letter}", talk, turn_, text=text) for letter, text in picks(posed)]
    return list(one_of) or [TalkButton("answer", talk, turn_)]


def _onward(view: TalkView) -> list[discord.ui.Item[Any]]:
    """What comes after a talk."""
    assert view.summary is not None
    after = view.summary.first or view.summary.next
    items: list[discord.ui.Item[Any]] = []
    if after is not None:
        items.append(TeachMeButton(after[0], text=f"Next: {after[1]}"))
    if view.talk.mode == "guided" and view.summary.owned:
        items.append(TeachMeButton(view.talk.concept, "interview"))
    if not view.summary.owned:
        items.append(TeachMeButton(view.talk.concept, text="Once more"))
    return [*items, QuizMeButton(view.talk.concept, row=0)]


# -------------------------------------------------------------------- what a press does


class TalkButton(
    Standing,
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"gradus:tutor:(?P<act>{'|'.join(LABELS)}|pick-[A-Z]):(?P<talk>{TALK}):(?P<turn>{TURN})",
):
    """A button of a talk, at the turn at which it stood."""

    def __init__(self, act: str, talk: str, turn_: int, *, text: str = "", row: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=text or LABELS.get(act, act[-1:]),
                style=discord.ButtonStyle.primary if act in PRIMARY else discord.ButtonStyle.secondary,
                custom_id=f"gradus:tutor:{act}:{talk}:{turn_}",
                row=row,
            )
        )
        self.act, self.talk, self.turn = act, talk, turn_

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, from what its id says."""
        return cls(match["act"], match["talk"], int(match["turn"]))

    async def pressed(self, interaction: Press) -> None:
        """Turn the panel; a form must be the first answer to a press, so those defer nothing."""
        gradus, person, now = interaction.client.gradus, interaction.user.id, interaction.client.gradus.clock()
        tutoring, at = gradus.tutoring, (person, self.talk, self.turn)
        if self.act in FORMS:
            await refuse_blocked(interaction)
            view = await tutoring.view(person, self.talk, now)
            await interaction.response.send_modal(_form(self.act, view, self.turn))
            return
        await interaction.response.defer()
        await refuse_blocked(interaction)
        if self.act.startswith("pick-"):
            view = await tutoring.answer(*at, self.act.removeprefix("pick-"), now)
        elif self.act in SAID:
            view = await tutoring.judge(*at, SAID[self.act][0], now)
        else:
            view = await tutoring.do(*at, ACTS[self.act][0], now)
        await turn(interaction, await talk_panel(gradus, view))


class TalkSelect(
    Standing,
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=rf"gradus:tutor:choose:(?P<talk>{TALK}):(?P<turn>{TURN})",
):
    """Several choices at once."""

    def __init__(self, talk: str, turn_: int, offered: list[discord.SelectOption] | None = None) -> None:
        super().__init__(
            discord.ui.Select(
                placeholder="All that are right",
                options=offered or [],
                min_values=1,
                max_values=max(1, len(offered or [])),
                custom_id=f"gradus:tutor:choose:{talk}:{turn_}",
                row=0,
            )
        )
        self.talk, self.turn = talk, turn_

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The select that was used, from what its id says."""
        return cls(match["talk"], int(match["turn"]))

    async def pressed(self, interaction: Press) -> None:
        """Answer with what was chosen."""
        await interaction.response.defer()
        await refuse_blocked(interaction)
        await _said(interaction, "answer", self.talk, self.turn, ", ".join(sorted(self.item.values)))


TUTOR_ITEMS = (TalkButton, TalkSelect)
"""What the client must know of to answer presses on old messages."""


async def start_talk(interaction: Press, concept: str, mode: Mode = "guided") -> None:
    """Answer a press with a talk, for the eyes of who pressed."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    gradus = interaction.client.gradus
    view = await gradus.tutoring.begin(interaction.user.id, concept, gradus.clock(), mode)
    await send(interaction, await talk_panel(gradus, view))


async def _said(interaction: Press, what: str, talk: str, turn_: int, words: str) -> None:
    """Take what a learner says, and turn the panel."""
    gradus, person = interaction.client.gradus, interaction.user.id
    now = gradus.clock()
    if what == "wonder":  # a question like any other, within the server's limits
        await gradus.servers.admit(interaction.guild_id, person, now)
        view = await gradus.tutoring.wonder(person, talk, turn_, words, now)
    else:
        view = await gradus.tutoring.answer(person, talk, turn_, words, now)
    await turn(interaction, await talk_panel(gradus, view))


# -------------------------------------------------------------------- forms


def _form(what: str, view: TalkView, turn_: int) -> discord.ui.Modal:
    if view.talk.turn != turn_:
        raise GradusError("We have gone on meanwhile. Go on with the newest message.")
    if what == "wonder":
        return WonderForm(view.talk.id, turn_)
    assert view.posed is not None
    return AnswerForm(f"gradus:tutor:form:answer:{view.talk.id}:{turn_}", view.posed)


class WonderForm(discord.ui.Modal):
    """A question put in between."""

    def __init__(self, talk: str, turn_: int) -> None:
        super().__init__(
            title="Ask something", custom_id=f"gradus:tutor:form:wonder:{talk}:{turn_}", timeout=OPEN_SECONDS
        )
        line: discord.ui.TextInput[WonderForm] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, custom_id="answer", max_length=LONGEST_QUESTION
        )
        self.add_item(discord.ui.Label(text="Your question", description="I answer, and we go on", component=line))


async def take_tutor_form(interaction: Press) -> None:
    """Act on a form of a talk, if that is what was sent; what goes wrong is told to who sent it."""
    found = FORM_ID.fullmatch(sent_form(interaction) or "")
    if found is not None:
        await take(interaction, found[0], partial(_taken, found["what"], found["talk"], int(found["turn"])))


async def _taken(what: str, talk: str, turn_: int, interaction: Press, told: Written) -> None:
    await interaction.response.defer()
    await refuse_blocked(interaction)
    await _said(interaction, what, talk, turn_, typed(told))


# -------------------------------------------------------------------- direct messages


async def answered_here(message: discord.Message, gradus: Gradus) -> bool:
    """Take a direct message for the answer that a talk waits for, and say what comes next; False where none does.

    A reply to an answer goes on from that one instead.
    """
    if message.guild is not None or answer_behind(message) is not None:
        return False
    now = gradus.clock()
    view = await gradus.tutoring.waiting(message.author.id, now)
    if view is None or not message.content.strip():
        return False
    view = await gradus.tutoring.answer(message.author.id, view.talk.id, view.talk.turn, message.content, now)
    panel = await talk_panel(gradus, view)
    await message.channel.send(embeds=panel.embeds(), files=panel.files(), view=panel.buttons)
    return True
