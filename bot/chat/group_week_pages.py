"""What a study group reads of its weeks: the plan, a meeting's agenda, the digest, a nudge."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.chat.practice_pages import day
from bot.chat.rendering import ANSWER_COLOUR, RELATED_COLOUR, Page, quoted, shortened, within_limits
from bot.groups.agenda import Item
from bot.groups.digest import Digest, Named
from bot.groups.group import Group
from bot.groups.group_weeks import CourseView
from bot.groups.week import Week
from bot.groups.week_posts import DigestPost, MeetingPost, NudgePost, PlanPost
from content.catalogue import Catalogue

MOST_WEEKS = 12  # of a plan, on one page
MOST_LEADS = 3  # concepts named that a week leads to
TITLE_ROOM = 200

WHERE_NEXT: Final = "`/group find` shows other groups, and `/group mine` lets your owner choose what comes next."

HOW: Final = "Read the lessons below or with /learn; Quiz me whenever you have five minutes."

TOGETHER: Final = "The warm-up is what you are weakest in together; nobody's own answers show here."
FROM_THE_PLAN: Final = (
    "This is drawn from the plan: too few of you have answered questions yet to draw it from what you find hard "
    "together. It takes three."
)


# -------------------------------------------------------------------- the plan


def plan_page(post: PlanPost, catalogue: Catalogue) -> Page:
    """Monday's post."""
    if post.through:
        return _through_page(post, catalogue)
    concepts = post.week.concepts
    title = f"Week {post.week.number} of {post.weeks}: {_titles(concepts, catalogue)}"
    parts = (
        "\n".join(_lesson_line(id, catalogue) for id in concepts),
        _purpose(post, catalogue),
        _passed_line(post, catalogue),
        _meeting_line(post.meeting, post.group),
    )
    return _page(title, parts, footer=HOW)


def _through_page(post: PlanPost, catalogue: Catalogue) -> Page:
    parts = (
        "You have been through everything that this group set out for. Well done.",
        _passed_line(post, catalogue),
        f"Your meetings go on, with what you are weakest in. {WHERE_NEXT}",
        _meeting_line(post.meeting, post.group),
    )
    return _page("The plan is through", parts)


def _lesson_line(id: str, catalogue: Catalogue) -> str:
    lesson = catalogue.lessons.get(id)
    about = f"\n{lesson.summary}" if lesson is not None else ""
    return f"**{_title(id, catalogue)}**{about}"


def _purpose(post: PlanPost, catalogue: Catalogue) -> str:
    """What a week is for: what its concepts open, the group's own first."""
    known = [id for id in post.week.concepts if id in catalogue.concepts]
    opened = dict.fromkeys(one.id for id in known for one in catalogue.leads_to(id) if one.id not in known)
    first = sorted(opened, key=lambda id: id not in post.group.concepts)[:MOST_LEADS]
    return f"**What for:** it opens the way to {_titles(first, catalogue)}." if first else ""


def _passed_line(post: PlanPost, catalogue: Catalogue) -> str:
    """What the week passes over, why, and what moved up for it."""
    if not post.passed:
        return ""
    moved = post.week.concepts[-len(post.passed) :]
    so = f", so {_titles(moved, catalogue)} moved up" if moved else ""
    return f"**Passed over:** {_titles(post.passed, catalogue)}. Most of you have mastered that{so}."


def _meeting_line(meeting: datetime | None, group: Group, what: str = "Meeting") -> str:
    return f"**{what}:** {moment(meeting)}, {group.minutes} minutes." if meeting else ""


def course_page(view: CourseView, catalogue: Catalogue) -> Page:
    """A group's whole plan, from the current week on."""
    left = [week for week in view.weeks if week.monday >= view.now]
    lines = [
        _week_line(week, current=view.begun and week.monday == view.now, catalogue=catalogue)
        for week in left[:MOST_WEEKS]
    ]
    more = len(left) - MOST_WEEKS
    parts = (
        "\n".join(lines) or f"The plan is through. {WHERE_NEXT}",
        f"And {more} more weeks; the calendar file has them all." if more > 0 else "",
        f"**Without a week:** {_titles(view.passed, catalogue)}, had before or mastered by most."
        if view.passed
        else "",
        _meeting_line(view.meeting, view.group) or "**Meeting:** no fixed time. The owner can set one: `/group mine`.",
        "**Resting:** nothing is posted until somebody practises, or the owner presses Go on." if view.resting else "",
        f"**Events:** {view.trouble}" if view.trouble and view.in_charge else "",
    )
    footer = "Calendar gives you a file for your phone or computer."
    return _page(f"Plan of {quoted(view.group.name)}", parts, footer=f"Only you see this. {footer}")


def _week_line(week: Week, *, current: bool, catalogue: Catalogue) -> str:
    titles = _titles(week.concepts, catalogue)
    label = f"Week {week.number}, from {day(week.monday)}"
    return f"▶ **{label} (now):** {titles}" if current else f"**{label}:** {titles}"


# -------------------------------------------------------------------- meetings


def meeting_page(post: MeetingPost, catalogue: Catalogue) -> Page:
    """The reminder of a meeting, or its opening, with the agenda."""
    agenda = "\n\n".join(_agenda_line(number, one, catalogue) for number, one in enumerate(post.agenda.items, 1))
    why = TOGETHER if post.agenda.together else FROM_THE_PLAN
    if post.opens:
        here = "Press **I'm here**: only how many of you came is told, on Sunday."
        return _page("The meeting begins", (agenda, here, why))
    return _page(
        f"Next meeting of {quoted(post.group.name)}", (f"{moment(post.at)}, {post.group.minutes} minutes.", agenda, why)
    )


def _agenda_line(number: int, item: Item, catalogue: Catalogue) -> str:
    title = _title(item.concept, catalogue) if item.concept else ""
    what, how = {
        "warm-up": (f"Warm-up: {title}", "One of you explains it in two minutes, the others ask."),
        "concept": (title, "Read the lesson together, and work its example through."),
        "round": ("A live round", "`/group round`: points for right answers. Then talk the misses over."),
    }[item.part]
    return f"**{number}. {what}** ({item.minutes} minutes)\n{how}"


# -------------------------------------------------------------------- the digest


def digest_page(post: DigestPost, names: Mapping[int, str], catalogue: Catalogue) -> Page:
    """Sunday's post; `names` are those of the members whom it names and who are still there."""
    ahead = (
        _about("This week", post.week, catalogue),
        _about("Next week", post.ahead, catalogue),
        _meeting_line(post.next_meeting, post.group, "Next meeting"),
    )
    if post.digest.asks_to_pause:
        parts: Iterable[str] = (
            f"It has been quiet here for {post.digest.silent} weeks. That happens, and nothing is lost.",
            "Shall the group rest? **Go on** keeps the posts coming, **Archive** closes the group; that is for its "
            "owner. Until somebody practises or one is pressed, I post nothing here.",
        )
        return _page("A quiet time", parts, colour=RELATED_COLOUR)
    if not post.digest.active:
        kind = "A quiet week; everybody needs one. Five minutes are enough to begin again: **Quiz me**."
        return _page(f"Week {post.week.number}: a quiet one", (kind, *ahead))
    parts = (
        _effort(post.digest),
        _together("Begun together", post.digest.begun, catalogue),
        _together("Mastered together", post.digest.mastered, catalogue),
        "\n".join(_named(one, names[one.person], catalogue) for one in post.digest.named if one.person in names),
        _came(post.digest.came),
        *ahead,
    )
    footer = "Names only of members who chose it in /group mine; nobody is ranked."
    return _page(f"Week {post.week.number}: what you did", parts, footer=footer)


def _effort(digest: Digest) -> str:
    """What the group did; in no figures where they would be somebody's own."""
    if digest.days == 0:
        return ""
    days = f"practised on {_many(digest.days, 'day')} of the week" if digest.days else ""
    questions = f"answered {_many(digest.questions, 'question')}" if digest.questions else ""
    done = " and ".join(one for one in (days, questions) if one)
    return f"**Effort:** together you {done}." if done else "**Effort:** there was practice this week."


def _together(what: str, concepts: Sequence[str], catalogue: Catalogue) -> str:
    return f"**{what}:** {_titles(concepts, catalogue)}, by three of you or more." if concepts else ""


def _named(one: Named, name: str, catalogue: Catalogue) -> str:
    mastered = f", and mastered {_titles(one.mastered, catalogue)}" if one.mastered else ""
    return f"• {quoted(name)}: {_many(one.days, 'day')} with effort{mastered}"


def _came(came: int | None) -> str:
    if came is None:
        return ""
    return f"**Meeting:** {_many(came, 'member')} came." if came else "**Meeting:** nobody pressed that they came."


def _about(label: str, week: Week, catalogue: Catalogue) -> str:
    return f"**{label}:** {_titles(week.concepts, catalogue)}" if week.concepts else ""


# -------------------------------------------------------------------- nudges and words


def nudge_text(post: NudgePost, catalogue: Catalogue) -> str:
    """A nudge, by direct message."""
    about = f" is on {_titles(post.concepts, catalogue)}" if post.concepts else " goes on"
    return shortened(
        f"Your group **{quoted(post.group.name)}**{about} this week. Five minutes today keep you with it.\n"
        "-# You asked for this; the second button stops it.",
        1000,
    )


def moment(at: datetime) -> str:
    """A moment as Discord shows it in everybody's own zone."""
    seconds = int(at.timestamp())
    return f"<t:{seconds}:F> (<t:{seconds}:R>)"


def _page(title: str, parts: Iterable[str], *, footer: str = "", colour: int = ANSWER_COLOUR) -> Page:
    text = "\n\n".join(part for part in parts if part)
    return within_limits(Page(title=shortened(title, TITLE_ROOM), text=text, colour=colour, footer=footer))


def _titles(concepts: Sequence[str], catalogue: Catalogue) -> str:
    return ", ".join(_title(id, catalogue) for id in concepts)


def _title(id: str, catalogue: Catalogue) -> str:
    concept = catalogue.concepts.get(id)
    return concept.title if concept else id


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
