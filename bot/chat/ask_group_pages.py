"""What people see of a question to their group, of members' answers, and of both again later, as plain pages."""

import re
from dataclasses import replace
from datetime import datetime

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
from bot.groups.asked import STUDY, GroupPost, GroupQuestion, Home, MemberAnswer, Offer, Review
from content.catalogue import Catalogue

QUESTION_SHOWN = 1500  # characters of a question, before its Markdown is made harmless
FOUND_SHOWN, ASKED_SHOWN = 350, 80  # of an answer that is found again, and of its question
FROM_MEMBERS = "From members of this server"

THEIRS = "Written by members of this server, not taken from the lessons."
GONE = Page(title="Removed", text="This was removed.", colour=DECLINE_COLOUR)
HIDDEN = Page(
    title="Hidden for now",
    text="Several people reported this. A moderator looks at it: `/admin`, **Members' answers**.",
    colour=DECLINE_COLOUR,
)

_FENCE = re.compile(r"```(?:[\w+-]*\n)?(.*?)```", re.DOTALL)


def offer_page(offer: Offer) -> Page:
    """What is about to be asked, and where."""
    text = (
        f"{_question(offer.question)}\n\nI post this question, and nothing else you asked me, {_where(offer.home)}. "
        "The group has its time first; then I offer my own answer there too. You choose whether your name stands with "
        "it; moderators can see who wrote what.\n\n"
        "Accept the answer that helped you. Once a moderator approves it, I show it with your question to others in "
        "this server who ask something similar."
    )
    return within_limits(Page(title="Ask your group?", text=text, colour=ANSWER_COLOUR))


def _where(home: Home | None) -> str:
    if home is None:
        return "in the group that you choose below: its members read it"
    readers = "everybody who sees that channel reads" if home.id == STUDY else "its members read"
    return f"in **{quoted(home.name)}**: {readers} it"


def post_page(post: GroupPost | None, catalogue: Catalogue) -> Page:
    """What the message of a question or an answer shows; None: it was forgotten."""
    if post is None or post.state == "removed":
        return GONE
    if post.hidden:
        return HIDDEN
    return _question_page(post, catalogue) if isinstance(post, GroupQuestion) else _answer_page(post)


def _question_page(one: GroupQuestion, catalogue: Catalogue) -> Page:
    at = int(one.due_at.timestamp())
    lines = {
        "open": f"**The group's time first:** I hold my own answer back until <t:{at}:t> (<t:{at}:R>). "
        "Press **Answer** to write yours.",
        "over": "**The group's time is up.** I can add what the lessons say: press **Show Gradus's answer**. "
        "Yours are still welcome.",
        "shown": "What the lessons say stands below. Your answers are still welcome.",
    }
    concept = catalogue.concepts.get(one.concept or "")
    fields = (
        *([Field("About", concept.title)] if concept else []),
        *([Field("Asked by", quoted(one.name))] if one.name else []),
    )
    return within_limits(
        Page(
            title="A question for the group",
            text=f"{_question(one.question)}\n\n{lines[one.state]}",
            colour=RELATED_COLOUR,
            fields=fields,
        )
    )


def _question(text: str) -> str:
    return f"> {quoted(shortened(text, QUESTION_SHOWN))}"


def _answer_page(one: MemberAnswer) -> Page:
    accepted = {
        "posted": "",
        "accepted": "Accepted by who asked. If a moderator approves it, others here with a similar question see it.",
        "approved": "Accepted by who asked, approved by a moderator: others here with a similar question see it.",
        "refused": "Accepted by who asked.",
    }[one.state]
    return within_limits(
        Page(
            title=f"{'✓ Accepted: an' if one.accepted else 'An'} answer from a member",
            text="\n\n".join(part for part in (member_text(one.text), f"*{accepted}*" if accepted else "") if part),
            colour=ANSWER_COLOUR if one.accepted else RELATED_COLOUR,
            fields=(Field("By", quoted(one.name)),) if one.name else (),
            footer=THEIRS,
        )
    )


def member_text(text: str) -> str:
    """What a member wrote, line by line and harmless: it pings nobody, its Markdown does nothing, and no address is a
    link. Code between fences stays code, in which Discord does none of that anyway.
    """
    parts: list[str] = []
    end = 0
    for fence in _FENCE.finditer(text):
        parts += [_lines(text[end : fence.start()]), f"```\n{fence[1].strip(chr(10))}\n```"]
        end = fence.end()
    parts.append(_lines(text[end:]))
    return "\n".join(part for part in parts if part)


def _lines(text: str) -> str:
    return "\n".join(map(quoted, text.strip().splitlines()))


def with_members_answer(page: Page, found: MemberAnswer | None) -> Page:
    """The page of an answer with what a member once answered to the like, below everything of the lesson's."""
    if found is None:
        return page
    by = f" by {quoted(shortened(found.name, 40))}" if found.name else ""
    asked = quoted(shortened(found.asked, ASKED_SHOWN))
    label = f"*A member's answer{by} to “{asked}”, {_day(found.answered_at)}. Approved by a moderator, not a lesson.*"
    field = Field(FROM_MEMBERS, f"{label}\n{member_text(shortened(found.text, FOUND_SHOWN))}")
    return within_limits(replace(page, fields=(*page.fields, field)))


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


# ------------------------------------------------------------------------------------ moderators


def review_page(review: Review | None, number: int, waiting: int, approved: int) -> Page:
    """One of the things that wait for a moderator (`number` from 0), or that there is none."""
    found_again = f"{approved} approved answer{'' if approved == 1 else 's'} can be found again in this server."
    if review is None:
        text = (
            "Nothing waits for you. What who asked accepts, and what somebody reports, comes here.\n\n"
            "Discord's own AutoMod does not read what I post for members: **Word list** keeps words out of it."
        )
        return Page(title="Members' answers", text=text, colour=ANSWER_COLOUR, footer=found_again)
    post = review.post
    text = (
        _question(post.question)
        if isinstance(post, GroupQuestion)
        else f"> {quoted(shortened(post.asked or '(removed)', 300))}\n\n{member_text(post.text)}"
    )
    by = f"<@{post.person}>, {f'as {quoted(post.name)}' if post.name else 'without their name'}"
    return within_limits(
        Page(
            title=f"Members' answers · {_why(review)}",
            text=text,
            colour=RELATED_COLOUR,
            fields=(Field("By", by),),
            footer=f"{number + 1} of {waiting}. {found_again}",
        )
    )


def _why(review: Review) -> str:
    if not review.reports:
        return "accepted, waits for you"
    what = "question" if isinstance(review.post, GroupQuestion) else "answer"
    times = "once" if review.reports == 1 else f"{review.reports} times"
    return f"{what} reported {times}{', hidden' if review.post.hidden else ''}"
