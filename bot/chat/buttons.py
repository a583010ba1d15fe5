"""The buttons under an answer. Each carries the answer's id, so that it works after a restart."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import discord

from bot.asking import AnswerForgotten, Asking
from bot.behind import Offers
from bot.chat.ask_group_panel import AskGroupButton, PostButton
from bot.chat.lesson_panel import LessonButton
from bot.chat.messages import prepare, send_followup
from bot.chat.places import Where, is_public
from bot.chat.quiz_me import QuizMeButton
from bot.chat.rendering import Page, code_page, equations_page, sources_page
from bot.chat.replying import ReplyForm
from bot.chat.standing import Standing, refuse_blocked, standing_view
from bot.chat.threads import NoThread, obstacle, open_thread
from foundation.errors import GradusError

if TYPE_CHECKING:
    from bot.chat.client import GradusClient

LABELS = {
    "mathematics": "Mathematics",
    "code": "Code",
    "sources": "Sources",
    "follow": "Follow up",
    "reply": "Reply",
    "helpful": "Helpful",
    "unhelpful": "Not helpful",
    "remove": "Remove",
}
SECOND_ROW = ("helpful", "unhelpful", "remove")

ID = re.compile(rf"gradus:answer:(?P<act>{'|'.join(LABELS)}):(?P<id>[0-9A-Za-z]{{1,32}})")

ALREADY_GONE = "That message is gone already."
CANNOT_DELETE = (
    "I no longer keep that answer, but Discord does not let me delete its message. A moderator can delete it: "
    "the message's menu, then Delete Message."
)


class AnswerButton(Standing, discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=ID):
    """One button under an answer. Anyone may press it; what it opens is seen only by who pressed, save a thread."""

    def __init__(self, act: str, id: str) -> None:
        super().__init__(
            discord.ui.Button(
                label=LABELS[act],
                style=discord.ButtonStyle.secondary,
                custom_id=f"gradus:answer:{act}:{id}",
                row=1 if act in SECOND_ROW else 0,
            )
        )
        self.act, self.answer = act, id

    async def pressed(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Answer a press."""
        await ACTS[self.act](self, interaction)

    async def open(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Show what stands behind the answer, to who pressed."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await refuse_blocked(interaction)
        gradus = interaction.client.gradus
        page = await PAGES[self.act](gradus.asking, self.answer)
        await send_followup(interaction, await prepare(page, gradus.settings.cache_path))

    async def vote(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Keep whether it helped, and say thank you for what is news: not again for the same vote."""
        await interaction.response.defer()
        await refuse_blocked(interaction)
        gradus = interaction.client.gradus
        helpful = self.act == "helpful"
        if await gradus.asking.vote(self.answer, interaction.user.id, helpful, gradus.clock()):
            thanks = "Thank you, noted as helpful." if helpful else "Thank you, noted: this answer did not help you."
            line = f"{thanks} You can change your mind by pressing the other button."
            await interaction.followup.send(line, ephemeral=True)

    async def reply(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Open the form."""
        await refuse_blocked(interaction)
        await interaction.client.gradus.asking.answer(self.answer)
        await interaction.response.send_modal(ReplyForm(self.answer))

    async def follow(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Lead to the thread in which the conversation goes on; where there can be none, open the form at once."""
        await refuse_blocked(interaction)
        gradus = interaction.client.gradus
        there = await gradus.asking.thread_of(self.answer)
        why = obstacle(interaction, await is_public(gradus, Where.of(interaction)))
        if interaction.message is None or (why is not None and there is None):
            # A form must be the first response, so nothing is promised before it.
            await interaction.response.send_modal(ReplyForm(self.answer, why or ""))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        again = standing_view(AnswerButton("reply", self.answer))
        try:
            thread = await open_thread(interaction.client, interaction.message, self.answer, again)
        except NoThread as refusal:
            await interaction.followup.send(str(refusal), view=again, ephemeral=True)
            return
        locked = " It is locked: a moderator can unlock it." if thread.locked else ""
        await interaction.followup.send(f"We go on in {thread.mention}.{locked}", ephemeral=True)

    async def remove(self, interaction: discord.Interaction["GradusClient"]) -> None:
        """Delete the answer, here and where it is kept, for who asked or for a moderator."""
        await interaction.response.defer()
        try:
            await interaction.client.gradus.asking.remove(
                self.answer, interaction.user.id, moderates=_may_remove(interaction)
            )
        except AnswerForgotten:
            if not (_may_remove(interaction) or _asked_by(interaction)):
                raise
        try:
            await interaction.delete_original_response()
        except discord.NotFound:
            raise GradusError(ALREADY_GONE) from None
        except discord.Forbidden:
            raise GradusError(CANNOT_DELETE) from None
        await interaction.followup.send("Removed, and I no longer keep it.", ephemeral=True)


def _may_remove(interaction: discord.Interaction[Any]) -> bool:
    """Whether who pressed may remove any answer there: a moderator, or the only person who sees it."""
    alone = interaction.message is not None and interaction.message.flags.ephemeral
    return interaction.guild_id is None or alone or interaction.permissions.manage_messages


def _asked_by(interaction: discord.Interaction[Any]) -> bool:
    """Whether Discord itself says that the message answers who pressed: for an answer that is no longer kept."""
    message = interaction.message
    if message is None:
        return False
    if message.interaction_metadata is not None:
        return message.interaction_metadata.user.id == interaction.user.id
    replied = message.reference.resolved if message.reference else None
    return isinstance(replied, discord.Message) and replied.author.id == interaction.user.id


ACTS: dict[str, Callable[[AnswerButton, discord.Interaction["GradusClient"]], Awaitable[None]]] = {
    "mathematics": AnswerButton.open,
    "code": AnswerButton.open,
    "sources": AnswerButton.open,
    "follow": AnswerButton.follow,
    "reply": AnswerButton.reply,
    "helpful": AnswerButton.vote,
    "unhelpful": AnswerButton.vote,
    "remove": AnswerButton.remove,
}


async def _mathematics(asking: Asking, id: str) -> Page:
    return equations_page(await asking.equations(id))


async def _code(asking: Asking, id: str) -> Page:
    return code_page(await asking.code(id))


async def _sources(asking: Asking, id: str) -> Page:
    return sources_page(await asking.sources(id))


PAGES: dict[str, Callable[[Asking, str], Awaitable[Page]]] = {
    "mathematics": _mathematics,
    "code": _code,
    "sources": _sources,
}


def answer_buttons(
    id: str,
    offers: Offers,
    *,
    in_thread: bool = False,
    lesson: LessonButton | None = None,
    group: bool = True,
    member: str | None = None,
) -> discord.ui.View:
    """The two rows under the answer `id`: what has something behind it, its lesson and the way on, then what to
    say of it, and questions on it, for oneself or (`group`) for one's group; below, the way to report the answer of
    a member (its id) that stands on the page.
    """
    offered = [AnswerButton(act, id) for act in PAGES if getattr(offers, act)]
    onward = (AnswerButton(act, id) for act in ("reply" if in_thread else "follow", *SECOND_ROW))
    quiz = (QuizMeButton(lesson.concept, row=1),) if lesson else ()
    asking = (AskGroupButton(id),) if group else ()
    reporting = (PostButton("report", member, "Report the member's answer", row=2),) if member else ()
    return standing_view(*offered, *((lesson,) if lesson else ()), *onward, *quiz, *asking, *reporting)


def answer_behind(message: discord.Message) -> str | None:
    """The id of the answer that a message replies to, read from that answer's buttons; None where it is none."""
    replied = message.reference.resolved if message.reference else None
    if not isinstance(replied, discord.Message):
        return None
    rows = (row for row in replied.components if isinstance(row, discord.ActionRow))
    ids = (ID.fullmatch(getattr(item, "custom_id", None) or "") for row in rows for item in row.children)
    return next((found["id"] for found in ids if found), None)
