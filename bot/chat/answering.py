"""Answers made ready to send, whichever door a question comes through."""

from dataclasses import dataclass, replace

from bot.asking import PRIVATE, Asked
from bot.assembly import Gradus
from bot.chat.ask_group_pages import with_members_answer
from bot.chat.buttons import answer_buttons
from bot.chat.lesson_panel import lesson_button
from bot.chat.messages import Post, prepare
from bot.chat.places import Where
from bot.chat.rendering import answer_page, within_limits
from bot.questions import harmless
from bot.tutor.speaking import Asker

NOTICE = (
    "Questions I could not answer are shown to this server's moderators without names, kept 90 days. "
    "`/me` shows or deletes what I keep."
)


@dataclass(frozen=True)
class Answered:
    """An answer that is kept and can be sent; `member`: the id of the member's answer that stands below it, if any."""

    asked: Asked
    asker: Asker
    post: Post
    member: str | None = None


async def answered(
    gradus: Gradus,
    question: str,
    person: int,
    where: Where,
    *,
    public: bool = True,
    follows: str | None = None,
    echo: bool = True,
    speaker: str = "",
) -> Answered:
    """The answer to a person's question, kept and made ready to send, in the lessons' own words.

    Args:
        public: everyone sees it; if not, it is no part of a thread's conversation.
        follows: the id of the answer that is replied to, if any.
        echo: repeat the question, for where nothing else shows it.
        speaker: the name to repeat it with, for where nothing else shows who asked.

    Raises:
        GradusError: the person is not let in, or the question is empty or too long.
    """
    now = gradus.clock()
    await gradus.servers.admit(where.server, person, now)
    public = public or where.server is None
    asked = await gradus.asking.ask(
        question,
        person,
        where.place if public else f"{where.place}{PRIVATE}",
        now,
        follows,
        conversation=public and where.thread,
    )
    found = await gradus.member_answers.like(asked.answer, where.server)
    page = with_members_answer(answer_page(asked.answer, gradus.catalogue), found)
    if speaker:
        page = within_limits(replace(page, question=f"{harmless(speaker)}: {page.question}"))
    post = await prepare(
        page if echo else replace(page, question=""),
        gradus.settings.cache_path,
        answer_buttons(
            asked.id,
            gradus.asking.offers(asked.answer),
            in_thread=where.thread,
            lesson=lesson_button(gradus.learning, asked.answer),
            group=asked.answer.verdict != "decline",
            member=found.id if found else None,
        ),
        note=NOTICE if asked.notice else "",
    )
    return Answered(asked, Asker(person, where.server), post, found.id if found else None)
