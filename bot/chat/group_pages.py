"""What people see of study groups, as plain pages."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from bot.chat.rendering import ANSWER_COLOUR, DECLINE_COLOUR, RELATED_COLOUR, Field, Page, quoted, within_limits
from bot.groups.group import WEEKDAYS, Group, News, Notice
from bot.groups.groups import GroupView, Match
from content.catalogue import Catalogue

MOST_NAMED = 4  # concepts; the rest are counted
MOST_MATCHES = 10

NEWS: Mapping[News, str] = {
    "handed over": "**{}** was handed over to you: you own it now.",
    "removed": "You are no longer in **{}**.",
    "let in": "You are in **{}** now.",
    "declined": "**{}** can't take you in just now. `/group find` shows others.",
    "thread again": "The thread of **{}** was deleted on Discord; I have opened it again.",
    "channel again": "The channel of **{}** was deleted on Discord; I have made it again.",
    "role again": "The role of **{}** was deleted on Discord; I have made it again.",
}


def about(group: Group, catalogue: Catalogue) -> str:
    """What a group learns, in a few words."""
    if group.stage is not None and group.stage in catalogue.stages:
        return f"{catalogue.stages[group.stage].title} ({len(group.concepts)} concepts)"
    titles = [catalogue.concepts[id].title for id in group.concepts if id in catalogue.concepts]
    more = f" and {len(titles) - MOST_NAMED} more" if len(titles) > MOST_NAMED else ""
    return ", ".join(titles[:MOST_NAMED]) + more


def pace(group: Group) -> str:
    """How fast it goes."""
    return f"{_counted(group.pace, 'concept')} a week"


def moment(at: datetime) -> str:
    """A moment, which Discord shows to each reader in their own time."""
    return f"<t:{int(at.timestamp())}:F> (<t:{int(at.timestamp())}:R>)"


def meets(group: Group, now: datetime) -> str:
    """When it meets: by its own clocks, and the next time by the reader's."""
    at = group.next_meeting(now)
    if group.meeting is None or at is None:
        return "No fixed meeting"
    weekly = f"{WEEKDAYS[group.meeting.weekday]}s {group.meeting.at:%H:%M} ({group.zone}), {group.minutes} minutes"
    return f"{weekly}\nNext: {moment(at)}" if group.active else weekly


def entry(group: Group) -> str:
    """How one gets in."""
    return "Its owner lets people in one by one" if group.approval else "Open to everyone here"


def _people(view: GroupView) -> str:
    return f"{len(view.members)} of {view.group.size}"


def _facts(view: GroupView, catalogue: Catalogue, now: datetime) -> tuple[Field, ...]:
    group = view.group
    return (
        Field("What", f"{about(group, catalogue)}\n{pace(group)}"),
        Field("When", meets(group, now)),
        Field("Who", f"{_people(view)} people. {entry(group)}."),
    )


# --------------------------------------------------------------------------------- in the group's place


def intro_page(view: GroupView, catalogue: Catalogue, now: datetime) -> Page:
    """What introduces a group in its own place."""
    owner = f" It is <@{view.owner.person}>'s." if view.owner else ""
    text = (
        "This is your group's place: say hello, and press **Plan** to see what comes this week. "
        f"`/group round` plays a live quiz here.{owner}"
    )
    if not view.group.active:
        text = "This group is archived. " + (
            "Its owner can bring it back with `/group mine`." if view.owner else "Nobody is left in it."
        )
    return within_limits(
        Page(
            title=quoted(view.group.name),
            text=text,
            colour=ANSWER_COLOUR if view.group.active else DECLINE_COLOUR,
            fields=_facts(view, catalogue, now),
        )
    )


def invitation(view: GroupView, catalogue: Catalogue, now: datetime) -> Page:
    """What a member posts in a channel."""
    how = "Press **Ask to join**: its owner decides." if view.group.approval else "Press **Join**: you are in at once."
    return within_limits(
        Page(
            title=f"Study with us: {quoted(view.group.name)}",
            text=how,
            colour=ANSWER_COLOUR,
            fields=_facts(view, catalogue, now),
        )
    )


def request_text(person: int, group: Group) -> str:
    """What the owner is asked."""
    return f"<@{person}> asks to join **{quoted(group.name)}**. Press **Let in** or **Decline**."


# ------------------------------------------------------------------------------------------ one's own


def told(notices: Iterable[Notice]) -> str:
    """What happened meanwhile, a line each."""
    return "\n".join(NEWS[one.news].format(quoted(one.group)) for one in notices)


def no_group_page(notices: Sequence[Notice], title: str = "You are in no study group here") -> Page:
    """For who is in no group here, or has just left one."""
    next_step = "`/group find` shows who learns what you do, `/group create` makes a group of your own."
    return within_limits(
        Page(title=title, text="\n\n".join(filter(None, (told(notices), next_step))), colour=RELATED_COLOUR)
    )


def panel_page(view: GroupView, catalogue: Catalogue, now: datetime, said: Sequence[str] = ()) -> Page:
    """A group as its members see it.

    Args:
        said: what is to be read first: what just happened, and what could not be done.
    """
    group = view.group
    trouble = (Field("To mend", group.trouble),) if group.trouble else ()
    return within_limits(
        Page(
            title=quoted(group.name),
            text="\n\n".join(filter(None, (*said, _next(view)))),
            colour=DECLINE_COLOUR if not group.active else RELATED_COLOUR if trouble else ANSWER_COLOUR,
            fields=(*_asking(view), *_facts(view, catalogue, now), *trouble, *_switches(view)),
            footer="Only you see this.",
        )
    )


def _next(view: GroupView) -> str:
    """What to do next, in a line."""
    group, owns = view.group, view.own is not None and view.own.owns
    if not group.active:
        return (
            "It is archived. Press **Bring back** to go on." if owns else "It is archived: its owner can bring it back."
        )
    if group.place.room is None:
        return "It has no place to talk yet; see below what is to be done." if group.trouble else ""
    room = f"Your group talks in <#{group.place.room}>; **Let me in** if you don't see it."
    alone = len(view.members) == 1
    return f"Press **Invite** in a channel where people are. {room}" if alone else room


def _asking(view: GroupView) -> tuple[Field, ...]:
    """Who asks to join, for its owner."""
    if not (view.own and view.own.owns and view.requests):
        return ()
    first, more = view.requests[0], len(view.requests) - 1
    others = f" {more} more wait after them." if more else ""
    return (Field("Somebody asks to join", f"<@{first.person}>: press **Let in** or **Decline** below.{others}"),)


def _switches(view: GroupView) -> tuple[Field, ...]:
    """What the switches below are for."""
    text = "The digest on Sundays names you only if you switch that on; a nudge comes only if you want one."
    return (Field("For you", text),) if view.group.active else ()


def members_page(view: GroupView) -> Page:
    """Who is in a group; mentions that ping nobody."""
    lines = [
        f"<@{one.person}>{' · owner' if one.owns else ''} · since <t:{int(one.joined_at.timestamp())}:D>"
        for one in view.members
    ]
    return within_limits(
        Page(
            title=f"{quoted(view.group.name)}: {_people(view)} people",
            text="\n".join(lines) or "Nobody is left.",
            colour=ANSWER_COLOUR,
            footer="Only you see this.",
        )
    )


def leave_page(view: GroupView) -> Page:
    """Before somebody leaves."""
    others = [one for one in view.members if one != view.own]
    text = "You leave its place too. You may come back as you came in."
    if not others:
        text = "You are the last one in it, so it is archived. Nothing that was written is deleted."
    elif view.own and view.own.owns:
        text = f"It is yours: <@{others[0].person}>, in it for longest, owns it then. {text}"
    return Page(title=f"Leave {quoted(view.group.name)}?", text=text, colour=RELATED_COLOUR)


def archive_page(view: GroupView) -> Page:
    """Before a group is archived."""
    return Page(
        title=f"Archive {quoted(view.group.name)}?",
        text="Its place is closed, and nobody new gets in. Nothing is deleted, and you can bring it back.",
        colour=RELATED_COLOUR,
    )


def hand_over_page(view: GroupView) -> Page:
    """Before a group is handed over."""
    return Page(
        title=f"Hand {quoted(view.group.name)} over",
        text="Choose the member who owns it from now on. They are told; you stay a member.",
        colour=RELATED_COLOUR,
    )


# ------------------------------------------------------------------------------------------- finding


def find_page(matches: Sequence[Match], catalogue: Catalogue, stage: str | None, *, zoned: bool) -> Page:
    """Groups that one may join, the best fit first.

    Args:
        zoned: whether who looks has told their time zone.
    """
    where = f" · {catalogue.stages[stage].title}" if stage else ""
    if not matches:
        text = "There is no group to join" + (" at this stage: choose another above, or" if stage else " yet:")
        text += " make one with `/group create`."
        return Page(title=f"Study groups{where}", text=text, colour=RELATED_COLOUR)
    hint = [] if zoned else ["*With your time zone (`/start` takes it) I compare the hours too.*"]
    lines = [_match(number, one, catalogue) for number, one in enumerate(matches[:MOST_MATCHES], 1)]
    return within_limits(
        Page(
            title=f"Study groups{where}",
            text="\n\n".join(("Choose one below to see more and to join. The first fits you best.", *lines, *hint)),
            colour=ANSWER_COLOUR,
            footer=f"{len(matches)} groups have room; the first {MOST_MATCHES} are shown."
            if len(matches) > MOST_MATCHES
            else "",
        )
    )


def _match(number: int, one: Match, catalogue: Catalogue) -> str:
    asked = " · *you have asked*" if one.asked else ""
    return (
        f"**{number}. {quoted(one.group.name)}** · {one.people} of {one.group.size} people{asked}\n"
        f"{about(one.group, catalogue)}\n{' · '.join(one.fit.reasons)}"
    )


def found_page(view: GroupView, match: Match | None, catalogue: Catalogue, now: datetime) -> Page:
    """One group, for who may join it."""
    if view.asked:
        text = "You have asked; its owner decides. I tell you as soon as they have."
    elif view.full:
        text = "It is full by now. Go back for others."
    else:
        text = (
            "Press **Ask to join**: its owner decides."
            if view.group.approval
            else "Press **Join**: you are in at once."
        )
    why = (Field("Why it fits", "\n".join(f"• {one}" for one in match.fit.reasons)),) if match else ()
    return within_limits(
        Page(
            title=quoted(view.group.name),
            text=text,
            colour=ANSWER_COLOUR,
            fields=(*why, *_facts(view, catalogue, now)),
            footer="Only you see this.",
        )
    )


# ----------------------------------------------------------------------------------- for moderators


def groups_page(groups: Sequence[tuple[Group, int]], lines: Collection[str], lacking: Sequence[str]) -> Page:
    """A server's groups at a glance.

    Args:
        lines: what the switches say.
        lacking: what stands in their way, a line each.
    """
    active = [(group, people) for group, people in groups if group.active]
    people = sum(number for _, number in active)
    choose = "Choose one below to archive it, or to take somebody out." if groups else ""
    return within_limits(
        Page(
            title="Study groups",
            text="\n".join(
                filter(
                    None,
                    (
                        f"{_counted(len(active), 'group')} with {_counted(people, 'member')}; "
                        f"{len(groups) - len(active)} archived.",
                        choose,
                    ),
                )
            ),
            colour=RELATED_COLOUR if lacking else ANSWER_COLOUR,
            fields=(
                Field("What groups may have", "\n".join(lines)),
                *((Field("To mend", "\n".join(lacking)),) if lacking else ()),
            ),
        )
    )


def moderated_page(view: GroupView, catalogue: Catalogue, now: datetime) -> Page:
    """A group as moderators see it."""
    group = view.group
    named = ", ".join(f"<@{one.person}>{' (owner)' if one.owns else ''}" for one in view.members) or "nobody"
    place = f"\nIt talks in <#{group.place.room}>." if group.place.room else ""
    trouble = (Field("To mend", group.trouble),) if group.trouble else ()
    return within_limits(
        Page(
            title=quoted(group.name) + ("" if group.active else " · archived"),
            text=f"In it: {named}.{place}",
            colour=ANSWER_COLOUR if group.active else DECLINE_COLOUR,
            fields=(*_facts(view, catalogue, now), *trouble),
        )
    )


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
