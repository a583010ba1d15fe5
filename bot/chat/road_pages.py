"""A learner's road as pages within Discord's limits: where they stand, what to do next, and their plan."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.chat.practice_pages import day
from bot.chat.rendering import ANSWER_COLOUR, RELATED_COLOUR, Field, Page, shortened, within_limits
from bot.plan_picture import monday, title_of
from bot.road.next_steps import BEHIND, NextStep
from bot.road.planned import Planned, Ticked
from bot.road.planning import Outlook, Wish
from bot.road.road import RoadView
from bot.road_picture import StageStanding
from content.catalogue import Catalogue
from content.plan import COST_WORDS, MOST_HOURS, PRESETS, goal_items, goal_title
from foundation.errors import GradusError

MOST_NAMES = 5  # of concepts in a line
MOST_ITEMS = 10  # of a week
MOST_LATEST = 3
ONLY_YOU = "Only you see this."

NEWCOMER = (
    "Here your road will show, concept by concept: what you have mastered, what you are learning, what is to be "
    "repeated. The first step below takes about ten minutes."
)
NO_PLAN = """How many hours a week do you have, and what for? I make a plan of it, with a date for each concept and \
project, every one after what it builds on. What you know already is left out.

**Ready-made:**
{presets}

Or the whole road, one stage, one project, one concept."""
LAST_GONE = "a goal that is no longer on the road"


# -------------------------------------------------------------------- progress and next steps


def progress_page(view: RoadView, stages: Sequence[StageStanding], catalogue: Catalogue) -> Page:
    """Where a learner stands, in words, and what to do next."""
    return within_limits(
        Page(
            title="Your road",
            text="\n".join(_standing_lines(view, stages, catalogue)) if view.begun else NEWCOMER,
            colour=ANSWER_COLOUR,
            fields=(steps_field(view.steps, catalogue),),
            footer=ONLY_YOU,
        )
    )


def steps_field(steps: Sequence[NextStep], catalogue: Catalogue) -> Field:
    """The next steps, numbered as their buttons are, each with why."""
    lines = [f"**{number}.** {step_line(one, catalogue)}" for number, one in enumerate(steps, start=1)]
    return Field(
        "Next steps", "\n".join(lines) or "You have walked the whole road, and nothing is due. Enjoy the view."
    )


def step_line(step: NextStep, catalogue: Catalogue) -> str:
    """A step and why, in one line."""
    names = [catalogue.concepts[id].title for id in step.concepts]
    if step.kind == "repeat":
        minutes = _count(step.minutes, "minute")
        return f"**Repeat {_count(len(names), 'concept')}**, about {minutes}, before they fade: {_some(names)}."
    if step.kind == "mend":
        why = "you missed it lately" if step.missed else "it is fading"
        return f"**Read {names[0]} again**: {why}, and {catalogue.concepts[step.carries].title} builds on it."
    if step.kind == "replan":
        behind = _count(step.behind, "day")
        return f"**Replan from today**: your plan is {behind} further than you. What is open moves; nothing is lost."
    if step.kind == "train":
        planned = f"; your plan has it for {_short(step.on)}" if step.on else ""
        title = catalogue.projects[step.project].title
        return f"**Train {title}** (`/train start {step.project}`): you have all that it takes{planned}."
    opens = f"{_count(step.opens, 'concept')} {'builds' if step.opens == 1 else 'build'} on it"
    if step.kind == "plan":
        when = f"your plan has it for {_short(step.on)}" if step.on else "it is next in your plan"
        return f"**Begin {names[0]}**: {when}{f', and {opens}' if step.opens else ''}."
    return f"**Begin {names[0]}**: you have all that it needs{f', and {opens}' if step.opens else ''}."


def _standing_lines(view: RoadView, stages: Sequence[StageStanding], catalogue: Catalogue) -> list[str]:
    lines = [
        f"**{one.position} {one.title}:** {_counts(one)}" for one in stages if one.count("new") < len(one.concepts)
    ]
    untouched = [one for one in stages if one.concepts and one.count("new") == len(one.concepts)]
    if untouched:
        lines.append(f"**Still new:** {', '.join(f'{one.position} {one.title}' for one in untouched)}.")
    mastered = [one for one in view.standings.values() if one.state == "mastered" and one.answered is not None]
    latest = sorted(mastered, key=lambda one: one.answered or date.min, reverse=True)[:MOST_LATEST]
    if latest:
        lines.append(f"**Mastered last:** {_some([catalogue.concepts[one.concept].title for one in latest])}.")
    if view.plan is not None:
        lines.append(f"**Plan:** {plan_title(view.plan, catalogue)}; {_where_on_plan(view.plan, view.on)}.")
    return lines


def _counts(stage: StageStanding) -> str:
    words = (("mastered", "mastered"), ("learning", "being learned"), ("known", "known"), ("new", "new"))
    parts = [f"{count} {word}" for state, word in words if (count := stage.count(state))]
    return ", ".join(parts) + (f"; {stage.due} to repeat today." if stage.due else ".")


def stage_page(stage: StageStanding, stages: int, catalogue: Catalogue) -> Page:
    """One stage, as a learner stands in it."""
    due = [catalogue.concepts[one.concept].title for one in stage.concepts if one.due]
    lines = [_counts(stage)]
    if due:
        lines.append(f"**To repeat today:** {_some(due)}.")
    lines.append("A box hangs on what to know before it. Choose a lesson below to open it.")
    return within_limits(
        Page(
            title=f"Your road: {stage.title}",
            text="\n".join(lines),
            colour=ANSWER_COLOUR,
            footer=f"Stage {stage.position} of {stages} · {ONLY_YOU}",
        )
    )


# -------------------------------------------------------------------- the plan


def no_plan_page() -> Page:
    """What a plan is, for who has none."""
    presets = "\n".join(f"• {title}" for title in PRESETS.values())
    text = NO_PLAN.format(presets=presets)
    return Page(title="Your plan", text=text, colour=ANSWER_COLOUR, footer=ONLY_YOU)


def plan_title(plan: Planned, catalogue: Catalogue) -> str:
    """What a plan is for."""
    try:
        return goal_title(plan.goal, catalogue)
    except GradusError:
        return LAST_GONE


def plan_page(view: RoadView, plan: Planned, outlook: Outlook, catalogue: Catalogue) -> Page:
    """A plan: where it stands and leads, this week and next."""
    on, week = view.on, timedelta(days=7)
    start = monday(on)
    this, following = (start, start + week - timedelta(days=1)), (start + week, start + 2 * week - timedelta(days=1))
    overdue = plan.overdue(on)
    fields = [
        _items_field("Still open from before", [one for one in overdue if (one.end or on) < start], catalogue),
        _items_field(f"This week, {_span(*this)}", plan.between(*this), catalogue),
        _items_field(f"Next week, {_span(*following)}", plan.between(*following), catalogue),
        _later_field(plan, following[1], catalogue),
        _no_room_field(plan, catalogue),
    ]
    zone = f"Dates in {view.zone}." if view.zone else "Dates by UTC: /start takes your time zone."
    return within_limits(
        Page(
            title=f"Plan: {plan_title(plan, catalogue)}",
            text="\n".join([*_plan_lines(plan, outlook, on), *_left_out(plan, catalogue)]),
            colour=ANSWER_COLOUR,
            fields=tuple(one for one in fields if one is not None),
            footer=f"{zone} {COST_WORDS} {ONLY_YOU}",
        )
    )


def _plan_lines(plan: Planned, outlook: Outlook, on: date) -> list[str]:
    if not plan.left:
        return [f"**All {len(plan.items)} done.** Well walked! *Change* takes the next goal."]
    where = _where_on_plan(plan, on)
    lines = [f"**{where[0].upper()}{where[1:]}.** {_leads_to(plan, outlook, on)}"]
    if plan.is_paused(on) and plan.paused is not None:
        lines.append(f"Paused until **{day(plan.paused)}**.")
    elif plan.behind(on) > BEHIND:
        lines.append(
            f"The plan is {_count(plan.behind(on), 'day')} further than you; life happens. **Replan from today** lays "
            "out anew what is open; what you have done stays done."
        )
    elif plan.overdue(on):
        lines.append("What is open from before comes first, whenever it suits you.")
    return lines


def _left_out(plan: Planned, catalogue: Catalogue) -> list[str]:
    """How much of the goal is no part of the plan, for the learner knew it."""
    try:
        known = len(goal_items(plan.goal, catalogue)) - len(plan.items)
    except GradusError:
        return []
    return [f"Left out: {known} more that you knew or had begun."] if known > 0 else []


def _where_on_plan(plan: Planned, on: date) -> str:
    if on < plan.begins:
        return f"it begins on {day(plan.begins)}"
    ahead, overdue = plan.ahead(on), len(plan.overdue(on))
    where = f", {_count(ahead, 'day')} ahead" if ahead else f", {overdue} open from before" if overdue else ""
    return f"{plan.done} of {len(plan.items)} done{where}"


def _leads_to(plan: Planned, outlook: Outlook, on: date) -> str:
    """By when all is done at which pace; where the last day is too early, what would fit."""
    assert outlook.done_by is not None
    by = _dated(outlook.done_by, on)
    if outlook.hours is None:
        hours = round(sum(one.item.minutes for one in plan.left) / 60 / max(1, len(plan.left)) * 7)
        return f"A step a day, about {_count(hours, 'hour')} a week: all of it by **{by}**."
    pace = f"{_count(outlook.hours, 'hour')} a week"
    if plan.until is None:
        return f"At {pace} all of it is done by **{by}**."
    until = _dated(plan.until, on)
    if plan.until < on:
        return f"{until} has passed; at {pace} the rest is done by **{by}**."
    if outlook.needed is None or not plan.without_room:
        less = outlook.needed is not None and outlook.needed < outlook.hours
        would_do = f", for which {_count(outlook.needed or 0, 'hour')} would do" if less else ""
        return f"At {pace} all of it is done by **{by}**; your last day is {until}{would_do}."
    room = len(plan.items) - len(plan.without_room)
    much = ", which is too much for anybody" if outlook.needed > MOST_HOURS else ""
    return (
        f"**That is too much:** to be done by {until} it takes {_count(outlook.needed, 'hour')} a week{much}. "
        f"At {pace} {room} of {len(plan.items)} fit until then, and all is done by **{by}**. *Change* takes more "
        "hours, a later day or a smaller goal."
    )


def _items_field(name: str, items: Iterable[Ticked], catalogue: Catalogue) -> Field | None:
    some = list(items)
    lines = [_item_line(one, catalogue) for one in some[:MOST_ITEMS]]
    if len(some) > MOST_ITEMS:
        lines.append(f"… and {len(some) - MOST_ITEMS} more")
    return Field(name, "\n".join(lines)) if lines else None


def _item_line(one: Ticked, catalogue: Catalogue) -> str:
    title = title_of(one.item, catalogue)
    shown = f"project **{title}**" if one.item.kind == "project" else title if one.done else f"**{title}**"
    when = f"{one.end:%a} {one.end.day} · " if one.end else ""
    return f"{'✅' if one.done else '⬜'} {when}{shown}{'' if one.done else f' · {_length(one.item.minutes)}'}"


def _later_field(plan: Planned, after: date, catalogue: Catalogue) -> Field | None:
    """The projects after next week, with their weeks: the milestones."""
    later = [one for one in plan.left if one.item.kind == "project" and one.end is not None and one.end > after]
    lines = [
        f"⬜ {one.end.day} {one.end:%b} · project **{title_of(one.item, catalogue)}**" for one in later[:4] if one.end
    ]
    return Field("Later", "\n".join(lines)) if lines else None


def _no_room_field(plan: Planned, catalogue: Catalogue) -> Field | None:
    if not plan.without_room or plan.until is None:
        return None
    names = [
        f"{'project ' if one.item.kind == 'project' else ''}{title_of(one.item, catalogue)}"
        for one in plan.without_room
    ]
    return Field(f"No room before {plan.until.day} {plan.until:%B}", _some(names))


def complaints_page(complaints: Iterable[str], wish: Wish, catalogue: Catalogue) -> Page:
    """What was wrong in the form, and what is kept of it."""
    kept = [
        f"Goal: {goal_title(wish.goal, catalogue)}" if wish.goal else "",
        f"Hours a week: {wish.hours}" if wish.hours else "",
        f"First day: {wish.begins.isoformat()}" if wish.begins else "",
        f"Last day: {wish.until.isoformat()}" if wish.until else "",
    ]
    fields = (Field("What I have", "\n".join(line for line in kept if line)),) if any(kept) else ()
    text = "\n".join(f"• {one}" for one in complaints)
    page = Page(title="Not quite yet", text=text, colour=RELATED_COLOUR, fields=fields, footer=ONLY_YOU)
    return within_limits(page)


def drop_page(plan: Planned, catalogue: Catalogue) -> Page:
    """The question before a plan is dropped."""
    text = "Its dates go; all that you have learned stays. A new plan is made in a minute."
    return within_limits(
        Page(title=f"Drop the plan “{plan_title(plan, catalogue)}”?", text=text, colour=RELATED_COLOUR)
    )


# -------------------------------------------------------------------- words


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(shortened(name, 60) for name in names[:MOST_NAMES]) + more


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _short(on: date | None) -> str:
    return f"{on:%a} {on.day} {on:%b}" if on else ""


def _dated(on: date, today: date) -> str:
    """A date as people say it; with its year where that is another than today's."""
    return day(on) if on.year == today.year else f"{day(on)} {on.year}"


def _span(first: date, last: date) -> str:
    return f"{first.day} {first:%b} to {last.day} {last:%b}"


def _length(minutes: int) -> str:
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:g} h"
