"""Questions put to a study group and what members answer, as plain values. Ids of servers and places are Discord's."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from foundation.errors import GradusError

GROUP_TIME = timedelta(minutes=30)
"""How long Gradus holds its own answer back."""

MOST_QUESTIONS = 5  # of a person, within a day
MOST_ANSWERS = 3  # of a person, to one question
SHORTEST_ANSWER, LONGEST_ANSWER = 10, 1500  # characters
REPORTS_TO_HIDE = 3  # of different people

STUDY = "study"
"""The home that stands for a server's study channel."""

QuestionState = Literal["open", "over", "shown", "removed"]
"""While the group's time runs, after it, once Gradus has given its own answer, and without its text."""

AnswerState = Literal["posted", "accepted", "approved", "refused", "removed"]
"""As it was written, accepted by who asked, and what a moderator made of that."""


class NotKept(GradusError):
    """What a button belongs to is gone."""

    def __init__(self) -> None:
        super().__init__(
            "I no longer keep that: it was removed, or is too old. A moderator can delete what still shows it."
        )


class NoGroup(GradusError):
    """Who wants to ask has nobody to ask."""

    def __init__(self) -> None:
        super().__init__(
            "You are in no study group here yet, so there is nobody to ask. Find one with `/group find`, or begin one "
            "with `/group create`; then press this button again."
        )


@dataclass(frozen=True)
class Home:
    """Where a question may be put.

    Attributes:
        id: the group's, or `STUDY`, which everybody reads who sees that channel.
        channel: the group's thread or channel, or the study channel.
        fits: whether the group learns what the question is about.
    """

    id: str
    server: int
    name: str
    channel: int
    fits: bool = False


@dataclass(frozen=True)
class Offer:
    """What somebody may put to a group.

    Attributes:
        answer: the id of Gradus's answer.
        homes: where, those that fit first; at least one.
        home: the one to propose; None where they have to choose.
    """

    answer: str
    question: str
    homes: tuple[Home, ...]
    home: Home | None

    def at(self, home: str) -> "Offer":
        """The same with that home proposed.

        Raises:
            NoGroup: it is none of theirs (any more).
        """
        for one in self.homes:
            if one.id == home:
                return replace(self, home=one)
        raise NoGroup


@dataclass(frozen=True)
class GroupQuestion:
    """A question put to a group.

    Attributes:
        home: as in `Home.id`.
        answer: the id of the answer that Gradus holds back; it may be forgotten meanwhile.
        learner, person: who asked, and their Discord account.
        name: what they are called, or None where they asked without their name.
        question: as it was asked; empty once it is removed.
        concept: the id of the concept it is about, or None.
        due_at: when the group's time is up.
        hidden: because of reports, until a moderator looks.
    """

    id: str
    server: int
    home: str
    answer: str
    learner: int
    person: int
    name: str | None
    question: str
    concept: str | None
    asked_at: datetime
    due_at: datetime
    state: QuestionState = "open"
    hidden: bool = False


@dataclass(frozen=True)
class MemberAnswer:
    """What a member answered.

    Attributes:
        question: the id of the question.
        asked: its text; empty once it is removed.
        learner, person: who wrote it, and their Discord account.
        name: what they are called, or None where they wrote without their name.
        text: as it was written; empty once it is removed.
        hidden: because of reports, until a moderator looks.
    """

    id: str
    question: str
    server: int
    asked: str
    concept: str | None
    learner: int
    person: int
    name: str | None
    text: str
    answered_at: datetime
    state: AnswerState = "posted"
    hidden: bool = False

    @property
    def accepted(self) -> bool:
        """Whether who asked has accepted it."""
        return self.state in ("accepted", "approved", "refused")


GroupPost = GroupQuestion | MemberAnswer


@dataclass(frozen=True)
class PostMessage:
    """The message that shows a question or an answer; `message` is None until it is sent.

    Attributes:
        edition: counts what has changed since; a message that shows an older one is to be edited.
        tries: to edit it, in vain, one after another.
    """

    post: str
    channel: int
    message: int | None
    edition: int = 0
    tries: int = 0


@dataclass(frozen=True)
class Appearance:
    """A message of Gradus's that shows a member's answer below its own."""

    post: str
    channel: int
    message: int


@dataclass(frozen=True)
class Review:
    """Something for a moderator to look at: an accepted answer, or what was reported."""

    post: GroupPost
    reports: int


def clean_answer(text: str) -> str:
    """An answer without blanks at its ends.

    Raises:
        GradusError: it is too short or too long.
    """
    text = text.strip()
    if len(text) < SHORTEST_ANSWER:
        raise GradusError(f"Write a little more: an answer has at least {SHORTEST_ANSWER} characters.")
    if len(text) > LONGEST_ANSWER:
        raise GradusError(
            f"That answer has {len(text):,} characters, and one may have {LONGEST_ANSWER:,}. Shorten it a little."
        )
    return text
