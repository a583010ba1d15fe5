"""The Discord client: what it listens to, what it may do, and how it starts."""

import hashlib
import json
import logging
import secrets
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.assembly import Gradus
from bot.chat.admin_answers import ADMIN_ANSWERS_ITEMS
from bot.chat.admin_groups import ADMIN_GROUPS_ITEMS
from bot.chat.ask_group_panel import ASK_GROUP_ITEMS
from bot.chat.ask_group_sender import GroupPosts
from bot.chat.buttons import AnswerButton
from bot.chat.cogs.admin import ADMIN_ITEMS, Admin
from bot.chat.cogs.ask import Ask
from bot.chat.cogs.group import GroupDoor
from bot.chat.cogs.learn import Learn
from bot.chat.cogs.me import DataButton, Me
from bot.chat.cogs.quiz import Quiz
from bot.chat.cogs.start import SetUpButton, Start
from bot.chat.cogs.train import Train
from bot.chat.daily_panel import DAILY_ITEMS
from bot.chat.diagnostic_panel import DIAGNOSTIC_ITEMS
from bot.chat.errors import Complaints
from bot.chat.group_find_panel import FIND_ITEMS
from bot.chat.group_panel import GROUP_ITEMS, INVITED_AGAIN
from bot.chat.group_places import GroupPlaces
from bot.chat.group_week_panel import WEEK_ITEMS
from bot.chat.group_week_sender import GroupWeekSender
from bot.chat.lately import Lately
from bot.chat.lesson_panel import LEARN_ITEMS
from bot.chat.portfolio_panel import PORTFOLIO_ITEMS, SharedMessages
from bot.chat.practice_panel import PRACTICE_ITEMS, start_practice
from bot.chat.progress_panel import ProgressButton
from bot.chat.prompt_sender import PromptSender
from bot.chat.quiz_me import QuizMeButton
from bot.chat.road_panel import ROAD_ITEMS
from bot.chat.round_messages import RoundMessages
from bot.chat.round_panel import ROUND_ITEMS
from bot.chat.run_messages import RunMessages
from bot.chat.step_buttons import StepButton
from bot.chat.teach_me import TeachMeButton
from bot.chat.train_panel import TRAIN_ITEMS
from bot.chat.tutor_panel import TUTOR_ITEMS
from bot.settings import Settings
from foundation.files import write_whole

log = logging.getLogger(__name__)

SENDING = "send daily questions"
WATCHING = "show runs as they go"
SHARING = "say which portfolios are shared no more"
GROUP_POSTS = "show what groups are asked as it is"
PLAYING = "show live rounds"
TELLING = "tell groups of their week"
EVENTS = "keep groups' scheduled events"
SETTLING = "settle study groups"
LOOKING_AFTER = "look after study groups"

NEEDED = {
    "view_channel": "to see where it is asked",
    "send_messages": "to answer a mention",
    "send_messages_in_threads": "to answer in a thread",
    "create_public_threads": "Follow up opens a thread in which the conversation goes on",
    "create_private_threads": "study groups, and daily questions for who has closed their direct messages",
    "embed_links": "answers are embeds with links to their sources",
    "attach_files": "formulas and figures are pictures",
    "read_message_history": "an answer to a mention replies to it",
}
"""The permissions that the bot asks a server for, and why. Without one it answers with what is left."""


ITEMS = (
    ADMIN_ITEMS,
    LEARN_ITEMS,
    PRACTICE_ITEMS,
    DAILY_ITEMS,
    TUTOR_ITEMS,
    TRAIN_ITEMS,
    PORTFOLIO_ITEMS,
    ROAD_ITEMS,
    ASK_GROUP_ITEMS,
    ADMIN_ANSWERS_ITEMS,
    ROUND_ITEMS,
    DIAGNOSTIC_ITEMS,
    WEEK_ITEMS,
    GROUP_ITEMS,
    FIND_ITEMS,
    ADMIN_GROUPS_ITEMS,
)
"""The buttons and selects of all panels: they outlive restarts."""


class Tree(app_commands.CommandTree["GradusClient"]):
    """The slash commands and menus; what they raise goes to the one place that answers."""

    async def on_error(
        self, interaction: discord.Interaction["GradusClient"], error: app_commands.AppCommandError
    ) -> None:
        """Tell the person who typed."""
        await self.client.complaints.to_interaction(interaction, error)


class GradusClient(commands.Bot):
    """Gradus on Discord.

    Attributes:
        gradus: the assembled core that everything here only drives.
        complaints: what is told when something goes wrong.
        run_messages: the messages that show training runs.
        group_posts: those of questions to groups and of members' answers.
        round_messages: those that show live rounds.
        group_week_sender: carries groups' weeks to Discord.
        group_places: what study groups have on Discord.
        group_invitations: where groups were invited to a moment ago.
        boot_steps: awaited once, when Discord is first ready: what was in flight is taken up again.
    """

    def __init__(self, gradus: Gradus, id_source: Callable[[], str]) -> None:
        # Gradus never speaks, so nobody needs to hear at every start that voice lacks its libraries.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents(gradus.settings),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=Tree,
            activity=discord.CustomActivity("Ask me with /ask, a mention or a DM"),
        )
        self.gradus = gradus
        self.complaints = Complaints(id_source)
        self.run_messages = RunMessages(self)
        self.group_posts = GroupPosts(self)
        self.round_messages = RoundMessages(self)
        self.group_week_sender = GroupWeekSender(self)
        self.group_places = GroupPlaces(self)
        self.group_invitations = Lately(INVITED_AGAIN)
        self.boot_steps: list[Callable[[], Awaitable[None]]] = [
            self.run_messages.boot,
            self.group_posts.boot,
            self.round_messages.boot,
            self.group_week_sender.boot,
            self.group_places.boot,
        ]
        self._booted = False

    async def setup_hook(self) -> None:
        """Load every feature (one that fails stops the start) and tell Discord the commands if they changed."""
        self.add_dynamic_items(
            AnswerButton, SetUpButton, DataButton, ProgressButton, QuizMeButton, TeachMeButton, StepButton
        )
        for items in ITEMS:
            self.add_dynamic_items(*items)
        shared_messages = SharedMessages(self)
        for cog in (Ask, Start, Learn, Quiz, Train, GroupDoor, Me, Admin):
            await self.add_cog(cog(self))
        for listening in (shared_messages, self.group_posts):
            await self.add_cog(listening)
        put = self.gradus.ticks.put  # in place of those of a client before this one
        put(SENDING, timedelta(seconds=0.5), PromptSender(self, self.gradus.prompting, start_practice).tick)
        put(SHARING, timedelta(seconds=2), shared_messages.tick)
        put(WATCHING, timedelta(seconds=0.5), self.run_messages.tick)
        put(SETTLING, timedelta(minutes=1), self.group_places.tick)
        put(LOOKING_AFTER, timedelta(hours=1), self.group_places.hourly)
        put(PLAYING, timedelta(seconds=0.5), self.round_messages.tick)
        put(TELLING, timedelta(seconds=1), self.group_week_sender.tick)
        put(EVENTS, timedelta(seconds=10), self.group_week_sender.tick_events)
        put(GROUP_POSTS, timedelta(seconds=5), self.group_posts.tick)
        await self._register_commands()

    async def close(self) -> None:
        """Leave Discord, and let go of the language model's server."""
        await super().close()
        if self.gradus.speaking is not None:
            await self.gradus.speaking.close()

    async def on_ready(self) -> None:
        """Take up what was in flight, once: Discord says it is ready after every reconnection."""
        if self._booted:
            return
        self._booted = True
        for step in self.boot_steps:
            await step()
        log.info("ready as %s; servers: %d", self.user, len(self.guilds))
        if not self.guilds and self.application_id is not None:
            log.info("invite it to a server: %s", invite_link(self.application_id))

    async def on_message(self, message: discord.Message, /) -> None:
        """There are no prefix commands: messages are the cogs' business."""

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what an event's listener raised, and tell the writer of the message, if it was one."""
        error = sys.exc_info()[1]
        if error is None:
            return
        if args and isinstance(args[0], discord.Message):
            await self.complaints.to_message(args[0], error)
        else:
            self.complaints.line(error)

    async def _register_commands(self) -> None:
        """Tell Discord the commands if they changed, or if it does not have them: not at every start."""
        there = {(command.name, command.type) for command in await self.tree.fetch_commands()}
        ours = {(command.name, _kind(command)) for command in self.tree.get_commands()}
        written = self.gradus.settings.cache_path / f"commands-{self.application_id}"
        digest = commands_digest(self.tree)
        if there == ours and _read(written) == digest:
            return
        await self.tree.sync()
        write_whole(written, digest.encode())
        log.info("told Discord %d commands", len(ours))


def make_client(gradus: Gradus, id_source: Callable[[], str] = lambda: secrets.token_hex(4)) -> GradusClient:
    """A client over the assembled core, ready for `start(token)`; making one connects to nothing.

    `id_source` names unforeseen errors, in the log and to the learner.
    """
    return GradusClient(gradus, id_source)


def invite_link(application: int) -> str:
    """The address where an admin puts the application into a server, with what it needs there and no more."""
    permissions = discord.Permissions(**dict.fromkeys(NEEDED, True))
    return discord.utils.oauth_url(application, permissions=permissions, scopes=("bot", "applications.commands"))


def intents(settings: Settings) -> discord.Intents:
    """What Discord is asked to send. None of it is privileged, unless the operator switched message content on."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=settings.message_content)


def commands_digest(tree: app_commands.CommandTree[Any]) -> str:
    """A hash of everything Discord is told of the commands."""
    told = sorted(json.dumps(command.to_dict(tree), sort_keys=True) for command in tree.get_commands())
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _kind(command: Any) -> discord.AppCommandType:
    return command.type if isinstance(command, app_commands.ContextMenu) else discord.AppCommandType.chat_input


def _read(path: Path) -> str:
    return path.read_text() if path.is_file() else ""
