"""A small bot that uses what Gradus uses of Discord, so that the demo is tested apart from what it shows."""

import asyncio
import io
import time
from datetime import date, datetime

import discord
from discord import app_commands
from discord.ext import commands
from PIL import Image

QUIZ_HOUR = 9


class Form(discord.ui.Modal, title="Ask more"):
    """A form with one line."""

    question: discord.ui.TextInput["Form"] = discord.ui.TextInput(label="Your question")

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Repeat the line."""
        await interaction.response.send_message(f"asked in a form: {self.question.value}")


class Buttons(discord.ui.View):
    """The buttons under an answer."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.presses = 0

    @discord.ui.button(label="Code", custom_id="code")
    async def code(self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        """Something that only the presser sees."""
        await interaction.response.send_message("```python\nnn.Dropout(0.5)\n```", ephemeral=True)

    @discord.ui.button(label="More", custom_id="more")
    async def more(self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        """A form at once."""
        await interaction.response.send_modal(Form())

    @discord.ui.button(label="Ponder", custom_id="ponder")
    async def ponder(self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        """A form, later than an action waits."""
        await asyncio.sleep(1.5)
        await interaction.response.send_modal(Form())

    @discord.ui.button(label="Long", custom_id="long")
    async def long(self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        """More than a screen, with a picture that arrives late, under a placeholder at first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        self.presses += 1
        embed = discord.Embed(description=f"long answer {self.presses}\n" + "One more line.\n" * 60)
        file = discord.File(io.BytesIO(picture()), "formula.png", description="a formula")
        await interaction.followup.send(
            embed=embed.set_image(url="attachment://formula.png"), file=file, view=self, ephemeral=True
        )

    @discord.ui.button(label="Thread", custom_id="thread")
    async def thread(self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        """A conversation beside the channel."""
        await interaction.response.defer()
        if isinstance(interaction.channel, discord.TextChannel):
            thread = await interaction.channel.create_thread(
                name="more on dropout", type=discord.ChannelType.public_thread
            )
            await thread.send("let us go on here")


class SmallBot(commands.Bot):
    """Answers `/ask`, mentions and direct messages; posts a quiz every morning."""

    def __init__(self) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__(commands.when_mentioned, intents=intents, help_command=None)
        self.ticks: list[datetime] = []
        self.quizzed: set[date] = set()

    async def setup_hook(self) -> None:
        """Register everything."""
        self.tree.add_command(ask)
        self.tree.add_command(slow)
        self.tree.add_command(explain)
        await self.tree.sync()

    async def on_message(self, message: discord.Message, /) -> None:
        """Answer who speaks to the bot."""
        if not message.author.bot and (message.guild is None or self.user in message.mentions):
            await message.reply(f"{message.author.display_name} asked by message")

    async def tick(self, now: datetime) -> None:
        """Post the quiz of the day, once, in the morning or later."""
        self.ticks.append(now)
        if now.hour >= QUIZ_HOUR and now.date() not in self.quizzed:
            self.quizzed.add(now.date())
            channel = discord.utils.get(self.get_all_channels(), name="daily-quiz")
            if isinstance(channel, discord.TextChannel):
                await channel.send(f"the quiz of {now:%d %B}")


def picture() -> bytes:
    """A PNG that a person can see."""
    content = io.BytesIO()
    Image.new("RGB", (320, 90), "#7aa2f7").save(content, "PNG")
    return content.getvalue()


@app_commands.command(description="Ask a question")
async def ask(interaction: discord.Interaction, question: str) -> None:
    """Answer with an embed, a picture and buttons."""
    await interaction.response.defer()
    await asyncio.sleep(0.05)
    embed = discord.Embed(title="Dropout", description=f"You asked: {question}").set_author(name=question[:256])
    file = discord.File(io.BytesIO(picture()), "formula.png", description="a formula")
    await interaction.followup.send(embed=embed.set_image(url="attachment://formula.png"), file=file, view=Buttons())


@app_commands.command(description="Answer after a while")
async def slow(interaction: discord.Interaction) -> None:
    """Answer later than an action waits."""
    await interaction.response.defer()
    await asyncio.to_thread(time.sleep, 1.6)  # what simcord would wait for
    await interaction.followup.send("that took a while")


@app_commands.context_menu(name="Explain this")
async def explain(interaction: discord.Interaction, message: discord.Message) -> None:
    """Answer to a message."""
    await interaction.response.send_message(f"explained {message.author.display_name}", ephemeral=True)
