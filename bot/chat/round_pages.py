"""Live rounds as pages: plain values within Discord's limits."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from bot.chat.practice_pages import question_figure
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
from bot.chat.train_pages import bar
from bot.groups.round import Round, Standing
from bot.groups.rounds import Mine, Miss, RoundView, feedback
from bot.quizzing import question_text, solution
from content.catalogue import Catalogue
from content.mathtext import readable
from quizzes.posing import LETTERS
from quizzes.question import Posed

MOST_NAMED, IN_FRONT = 10, 3
"""Players named at the end, and after each question."""

QUESTION_LENGTH, PART_LENGTH, CHOICE_LENGTH = 2000, 700, 200  # characters
MISSES_LENGTH, SHORTEST_PROMPT = 3900, 80

Names = Mapping[int, str]
"""What players are called, by Discord account; who is missing has left."""

PRIVACY = "Your answers go into your own practice. Others see your name only on the scoreboard."

ENDINGS = {
    "ignored": "Nobody answered two questions in a row, so I stop here. Come back together whenever you like.",
    "stopped": "It was stopped before its end; what was told counts.",
    "changed": "Its questions were changed meanwhile, so it ends here; what was told counts.",
    "stale": "I was away for too long to go on, so it ends here; what was told counts.",
}


def lobby_page(round: Round, begins: datetime) -> Page:
    """What stands before the first question."""
    count = len(round.items)
    return within_limits(
        Page(
            title=f"Live round: {quoted(round.title)}",
            text=f"**{count} question{'' if count == 1 else 's'}, {round.seconds} seconds each. "
            f"The first comes {_countdown(begins)}.**\n\n"
            "Press **A**, **B**, **C** or **D** under a question. Only you see what you pressed, and you may change it "
            "until the question ends: when its time is up, or sooner when all who play have answered. Then everybody "
            "sees how the answers spread, and why.\n\n"
            "A right answer is a point. Of equals, who was faster is in front. Everybody here may play.",
            colour=ANSWER_COLOUR,
            footer=PRIVACY,
        )
    )


def begun_page(round: Round) -> Page:
    """What the lobby becomes when the first question is there."""
    return Page(title=f"Live round: {quoted(round.title)}", text="It has begun, below.", colour=ANSWER_COLOUR)


def question_page(view: RoundView, ends: datetime, catalogue: Catalogue) -> Page:
    """The open question, and how many have answered; nothing of what."""
    posed = _posed(view)
    return within_limits(
        Page(
            title=f"{_place(view.round)}: {_concept(posed, catalogue)}",
            text=f"{shortened(question_text(posed, how=False), QUESTION_LENGTH)}\n\n"
            f"**Time is up {_countdown(ends)}.** {_count(view.answered)}",
            colour=ANSWER_COLOUR,
            footer="Press a letter. Only you see which; you may change it until the question ends.",
            figure=question_figure(posed.question, catalogue),
        )
    )


def told_page(view: RoundView, names: Names, catalogue: Catalogue) -> Page:
    """The question with its answer: how the answers spread, why it is so, and who is in front."""
    posed, asked = _posed(view), view.round.asked
    assert asked is not None
    right = view.spread.get(asked.right, 0)
    parts = [
        shortened(question_text(replace(posed, choices=()), how=False), QUESTION_LENGTH // 2),
        "\n".join(_spread(view, posed, asked.right)),
        f"**{_share(right, view.answered)}** {solution(posed)[1]}",
        _common_slip(view, posed, asked.right),
    ]
    front = [_line(one, names, view.round.told) for one in view.standings if one.place <= IN_FRONT][:IN_FRONT]
    last = view.round.told == len(view.round.items)
    return within_limits(
        Page(
            title=f"{_place(view.round)}: the answer is {asked.right}",
            text="\n\n".join(part for part in parts if part),
            colour=RELATED_COLOUR,
            fields=(Field("In front", "\n".join(front)),) if front and not last else (),
            footer="The scoreboard comes next." if last else "The next question comes in a moment.",
            figure=question_figure(posed.question, catalogue),
        )
    )


def end_page(view: RoundView, names: Names) -> Page:
    """The scoreboard."""
    round, players = view.round, len(view.standings)
    lines = [_line(one, names, round.told) for one in view.standings[:MOST_NAMED]]
    if players > MOST_NAMED:
        lines.append(f"… and {players - MOST_NAMED} more. **My missed ones** tells each of you your own place.")
    why = ENDINGS.get(round.ending or "", "")
    board = "\n".join(lines) or "Nobody played this time."
    how = "The seconds are those of the right answers, and only part equals." if players > 1 else ""
    after = "What you missed waits in `/quiz now` too, under: What went wrong last." if players else ""
    return within_limits(
        Page(
            title=f"The round is over: {quoted(round.title)}",
            text="\n\n".join(part for part in (why, board, after) if part),
            colour=ANSWER_COLOUR if players else DECLINE_COLOUR,
            footer=how,
        )
    )


def mine_page(mine: Mine) -> Page:
    """What somebody missed, each with why, and how they did."""
    own, told = mine.standing, mine.round.told
    share = max(1, MISSES_LENGTH // max(1, len(mine.misses)))
    parts = [_miss(one, min(share, PART_LENGTH)) for one in mine.misses]
    left = f" {mine.unanswered} you left out." if mine.unanswered else ""
    place = f"Place **{own.place}** of {mine.players}: {own.points} of {told} right.{left}"
    nothing = "You missed nothing that you answered. Well done." if own.points else ""
    return within_limits(
        Page(
            title="My missed ones" if mine.misses else "Nothing missed",
            text="\n\n".join(part for part in (place, *parts, nothing if not parts else "") if part),
            colour=ANSWER_COLOUR,
            footer="Only you see this.",
        )
    )


def chosen_line(letter: str, words: str) -> str:
    """What who pressed is told."""
    change = "Press another letter to change it, until the question ends."
    return f"You chose **{letter}**: {shortened(words, CHOICE_LENGTH)}\n-# {change}"


# -------------------------------------------------------------------- parts


def _count(answered: int) -> str:
    if answered == 1:
        return "1 has answered."
    return f"{answered} have answered." if answered else "Nobody has answered yet."


def _posed(view: RoundView) -> Posed:
    assert view.posed is not None
    return view.posed


def _place(round: Round) -> str:
    return f"Question {round.position + 1} of {len(round.items)}"


def _concept(posed: Posed, catalogue: Catalogue) -> str:
    return catalogue.concepts[posed.question.concept].title


def _countdown(moment: datetime) -> str:
    """A moment that Discord shows as time to go, and keeps up to date by itself."""
    return f"<t:{math.ceil(moment.timestamp())}:R>"


def _spread(view: RoundView, posed: Posed, right: str) -> Iterator[str]:
    """For each choice its words, and below them a bar and how many chose it."""
    for letter, text in zip(LETTERS, posed.choices, strict=False):
        count = view.spread.get(letter, 0)
        mark = "✓ " if letter == right else ""
        part = count / view.answered if view.answered else 0.0
        yield f"{mark}**{letter}** {readable(text)}\n`{bar(part)}` {count}{' · right' if mark else ''}"


def _share(right: int, answered: int) -> str:
    if not answered:
        return "Nobody answered in time."
    if answered == 1:
        return "The one answer was right." if right else "The one answer was wrong."
    return f"{right} of {answered} {'was' if right == 1 else 'were'} right."


def _common_slip(view: RoundView, posed: Posed, right: str) -> str:
    """What lies behind the wrong choice that most made."""
    wrong = {letter: count for letter, count in view.spread.items() if letter != right}
    if not wrong:
        return ""
    letter = min(wrong, key=lambda one: (-wrong[one], one))
    return f"**If you chose {letter}:** {feedback(posed, letter)}"


def _line(one: Standing, names: Names, told: int) -> str:
    name = names.get(one.person)
    who = f"**{quoted(name)}**" if name else "somebody who has left"
    seconds = f" · {one.seconds:.1f} s" if one.points else ""
    return f"{one.place}\\. {who} · {one.points} of {told}{seconds}"


def _miss(miss: Miss, most: int) -> str:
    """A missed question in at most that many characters: where they are too few, the question itself is cut first."""
    choices = dict(zip(LETTERS, map(readable, miss.posed.choices), strict=False))
    answers = (
        f"You: {miss.letter} {choices.get(miss.letter, '')}",
        f"Right: **{miss.asked.right}** {choices.get(miss.asked.right, '')}",
        solution(miss.posed)[1],
    )
    room = most - sum(len(line) + 1 for line in answers) - len(miss.concept) - len("****: ")
    prompt = shortened(readable(miss.posed.prompt), max(room, SHORTEST_PROMPT))
    return shortened("\n".join((f"**{miss.concept}**: {prompt}", *answers)), most)
