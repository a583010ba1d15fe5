"""Ways to answer a question of the bank: what its buttons say, what its select offers, and its form."""

from typing import Any

import discord

from bot.chat.forms import Written
from bot.chat.rendering import shortened
from content.mathtext import readable
from quizzes.grading import form
from quizzes.posing import LETTERS
from quizzes.question import Choice, CodeOutput, Explain, FindBug, Matching, Ordering, Posed

OPEN_SECONDS = 15 * 60.0  # how long discord.py remembers a form; nothing hangs on it
LINE, PARAGRAPH = 300, 2000  # characters of an answer
PLACES = ("First", "Second", "Third", "Fourth", "Fifth")
OPTION, LABEL = 100, 45  # characters of a select's option and of a form's label


def picks(posed: Posed) -> list[tuple[str, str]]:
    """The letters among which one is pressed, each with its button's label; none where it is answered otherwise."""
    bug = isinstance(posed.task, FindBug)
    if not bug and posed.question.kind != "single_choice":
        return []
    offered = zip(LETTERS, posed.choices, strict=False)
    return [(letter, text.capitalize() if bug else letter) for letter, text in offered]


def is_several(posed: Posed) -> bool:
    """Whether any number of what is offered may be right, so that it is chosen from a select."""
    return isinstance(posed.task, Choice) and not picks(posed)


def options(posed: Posed) -> list[discord.SelectOption]:
    """What is offered, by letter, as a select shows it."""
    offered = zip(LETTERS, map(_bare, posed.choices), strict=False)
    return [
        discord.SelectOption(label=shortened(f"{letter}: {text}", OPTION), value=letter) for letter, text in offered
    ]


def _bare(text: str) -> str:
    """Text for a place that shows no Markdown."""
    return readable(text).replace("`", "").replace("**", "")


class AnswerForm(discord.ui.Modal):
    """A line, a paragraph, or a select for each part of a matching or an ordering."""

    def __init__(self, id: str, posed: Posed) -> None:
        """`id` is what the form is known by when it is sent."""
        super().__init__(title="Your answer", custom_id=id, timeout=OPEN_SECONDS)
        task = posed.task
        if isinstance(task, Matching):
            for number, (left, _) in enumerate(task.pairs, start=1):
                self._select(str(number), f"{number}. {_bare(left)}", posed)
        elif isinstance(task, Ordering):
            for number, place in enumerate(PLACES[: len(task.items)], start=1):
                self._select(str(number), place, posed)
        else:
            long = isinstance(task, CodeOutput | Explain)
            line: discord.ui.TextInput[AnswerForm] = discord.ui.TextInput(
                style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
                custom_id="answer",
                max_length=PARAGRAPH if long else LINE,
            )
            how = shortened(_bare(form(posed)), OPTION)
            self.add_item(discord.ui.Label(text="Your answer", description=how, component=line))

    def _select(self, name: str, label: str, posed: Posed) -> None:
        choice = discord.ui.Select[Any](custom_id=name, placeholder="Choose", options=options(posed))
        self.add_item(discord.ui.Label(text=shortened(label, LABEL), component=choice))


def typed(told: Written) -> str:
    """An answer as it would be typed: `1B 2A` for a matching or an ordering."""
    if "answer" in told:
        return told["answer"]
    return " ".join(f"{number}{letter}" for number, letter in sorted(told.items()))
