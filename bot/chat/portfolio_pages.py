"""Projects, steps and the portfolio as pages: plain values within Discord's limits. Signs come with words."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby

from bot.chat.rendering import ANSWER_COLOUR, RELATED_COLOUR, Field, Page, quoted, shortened, within_limits
from bot.chat.train_pages import figure, metric
from bot.portfolio_page import bar_words
from bot.road.portfolio import Desk
from bot.road.projects import ProjectStanding, is_stand_in
from bot.road.projects import State as ProjectState
from bot.road.standings import ConceptStanding
from bot.road.standings import State as ConceptState
from bot.road.steps import State as StepState
from bot.road.steps import StepStanding
from content.catalogue import Catalogue

ONLY_YOU = "Only you see this."

PROJECT_SIGNS: Mapping[ProjectState, str] = {"done": "✓", "tried": "◐", "new": "○"}
STEP_SIGNS: Mapping[StepState, str] = {"done": "✓", "begun": "◐", "open": "○"}
CONCEPT_SIGNS: Mapping[ConceptState, str] = {"mastered": "✓", "known": "✓", "learning": "◐", "new": "○"}
CONCEPT_WORDS: Mapping[ConceptState, str] = {
    "mastered": "mastered",
    "known": "taken as known",
    "learning": "being learned",
    "new": "new",
}
MOST_READ_FIRST = 4  # named in a line
OWN_WORD = "✎"

EMPTY = (
    "It is still empty. It fills by itself: each project you train, each concept you master and each step you take "
    "stands here, with its curve and what you changed.\n\n**Begin with a run:** press *Projects*, or type "
    "`/train start digits`. It takes a minute."
)


# -------------------------------------------------------------------- projects


def projects_page(projects: Sequence[ProjectStanding]) -> Page:
    """Every project by level."""
    if not projects:
        return Page("Projects", "The roadmap in use here names no projects.", ANSWER_COLOUR, footer=ONLY_YOU)
    done = sum(one.state == "done" for one in projects)
    levels = groupby(projects, key=lambda one: one.project.level)
    fields = tuple(Field(level.capitalize(), "\n".join(map(_project_line, some))) for level, some in levels)
    return within_limits(
        Page(
            title="Projects",
            text=f"**{done} of {len(projects)} done.** None is locked: choose any below.",
            colour=ANSWER_COLOUR,
            fields=fields,
            footer=f"✓ done: a run meets the bar · ◐ tried: best so far and the bar · ○ new. {ONLY_YOU}",
        )
    )


def _project_line(one: ProjectStanding) -> str:
    return f"{PROJECT_SIGNS[one.state]} **{one.project.title}** · {project_words(one)}"


def project_words(one: ProjectStanding) -> str:
    """Where somebody stands with a project, in a few words."""
    if one.task is None:
        return "not trained here"
    if one.done_at is not None and one.value is not None:
        return f"done: {figure(one.value)}, {_day(one.done_at)}"
    if one.state == "tried":
        best = f"best {figure(one.value)}" if one.value is not None else "no result yet"
        return f"tried: {best}; the bar is {bar_words(one.task)}"
    return "new"


def project_page(one: ProjectStanding) -> Page:
    """A project: what to read first, the bar, and the best run."""
    if one.task is None:
        text = "Gradus has no training task for this one: build it on a machine of your own, and tick the step by it."
    else:
        task = one.task
        text = f"Done by a run with {metric(task)} of **{bar_words(task)}**. For comparison, {task.baseline}."
    fields = [Field("Skills", "\n".join(_concept_line(concept.title, stands) for concept, stands in one.skills))]
    if one.task is not None:
        fields.append(Field("Your best run", _best(one)))
    return within_limits(
        Page(
            title=f"{PROJECT_SIGNS[one.state]} {one.project.title}",
            text=f"{text}\n\n{read_first(one)}",
            colour=ANSWER_COLOUR if one.state == "done" else RELATED_COLOUR,
            fields=tuple(field for field in fields if field.text),
            footer=f"{one.project.level.capitalize()}. {ONLY_YOU}",
        )
    )


def read_first(one: ProjectStanding) -> str:
    """What to read before a project, and that one may just start."""
    start = f"`/train start {one.task.id}`" if one.task else "your own way"
    if one.state == "done":
        return "**Done.** A better run still counts, and stands in your portfolio."
    if not one.read_first:
        return f"**You are ready:** start with {start}."
    named = ", ".join(concept.title for concept in one.read_first[:MOST_READ_FIRST])
    more = ", …" if len(one.read_first) > MOST_READ_FIRST else ""
    return f"**Read first:** {named}{more}; or just start: {start}."


def _best(one: ProjectStanding) -> str:
    if one.best is None or one.value is None:
        return "None yet." if not one.runs else f"None came to a result, of {_many(one.runs, 'run')}."
    assert one.task is not None
    met = f"✓ meets the bar; done since {_day(one.done_at)}" if one.done_at else "◐ the bar is not met yet"
    lines = [f"{metric(one.task).capitalize()} **{figure(one.value)}**: {met}"]
    if one.best.dataset:
        drawn = ": drawn by Gradus in place of the published data" if is_stand_in(one.best.dataset) else ""
        lines.append(f"Data: {' '.join(one.best.dataset)}{drawn}")
    return "\n".join(lines)


def _concept_line(title: str, standing: ConceptStanding) -> str:
    return f"{CONCEPT_SIGNS[standing.state]} {title}: {CONCEPT_WORDS[standing.state]}"


# -------------------------------------------------------------------- steps


def steps_page(steps: Sequence[StepStanding]) -> Page:
    """Every step in a line."""
    if not steps:
        return Page("Steps", "The roadmap in use here names no steps.", ANSWER_COLOUR, footer=ONLY_YOU)
    done = sum(one.state == "done" for one in steps)
    return within_limits(
        Page(
            title=f"{_capital(_number(len(steps)))} steps of a career",
            text="\n".join([f"**{done} of {len(steps)} done.**", "", *map(_step_line, steps)]),
            colour=ANSWER_COLOUR,
            footer=f"✓ done · ◐ begun · ○ open · {OWN_WORD} your own word. Choose one to see what it takes. {ONLY_YOU}",
        )
    )


def _number(count: int) -> str:
    return "fifteen" if count == 15 else str(count)


def _step_line(one: StepStanding) -> str:
    words = step_words(one)
    return f"{STEP_SIGNS[one.state]} **{one.number}.** {one.step.title}{f' · {words}' if words else ''}"


def step_words(one: StepStanding) -> str:
    """Where somebody stands with a step, as short as can be."""
    if one.state == "done" and one.own is not None and not one.deed:
        return OWN_WORD
    if not one.by_mastery:
        return ""
    return f"{one.mastered}/{len(one.concepts)}"


def step_page(one: StepStanding, catalogue: Catalogue) -> Page:
    """A step: what it takes, and by what it is done."""
    concepts = [_concept_line(catalogue.concepts[stands.concept].title, stands) for stands in one.concepts]
    text = f"**{_capital(one.state)}.** Done by {one.wants}."
    fields = [Field(f"Concepts: {one.mastered} of {len(concepts)} mastered", "\n".join(concepts))] if concepts else []
    evidence = [f"✓ {one.deed}"] if one.deed else []
    if one.own is not None:
        evidence.append(f"{OWN_WORD} Your own word, {_day(one.own.at)}: {quoted(one.own.text)}")
    if evidence:
        fields.append(Field("Evidence", "\n".join(evidence)))
    return within_limits(
        Page(
            title=f"{STEP_SIGNS[one.state]} {one.number}. {one.step.title}",
            text=text,
            colour=ANSWER_COLOUR if one.state == "done" else RELATED_COLOUR,
            fields=tuple(fields),
            footer=ONLY_YOU,
        )
    )


# -------------------------------------------------------------------- the portfolio


def portfolio_page(desk: Desk) -> Page:
    """What stands in somebody's portfolio, and who sees it."""
    if desk.is_empty:
        return Page("Your portfolio", EMPTY, ANSWER_COLOUR, fields=(_words_field(desk),), footer=ONLY_YOU)
    return within_limits(
        Page(
            title="Your portfolio",
            text=f"{counts_line(desk)}\n\nA page of your runs, curves and steps, with what you write, to publish.",
            colour=ANSWER_COLOUR,
            fields=(_words_field(desk), _seen_field(desk)),
            footer=f"No wrong answer and no count of effort stands in it. {ONLY_YOU}",
        )
    )


def counts_line(desk: Desk) -> str:
    """What it holds, in figures."""
    done = sum(one.state == "done" for one in desk.projects)
    mastered, concepts = sum(one.mastered for one in desk.stages), sum(one.total for one in desk.stages)
    steps = sum(one.state == "done" for one in desk.steps)
    return (
        f"**{done}** of {_many(len(desk.projects), 'project')} done · **{mastered}** of {concepts} concepts mastered · "
        f"**{steps}** of {_many(len(desk.steps), 'step')} done"
    )


def _words_field(desk: Desk) -> Field:
    writings = desk.writings
    about = [one.project.title for one in desk.projects if one.project.id in writings.about]
    lines = (
        f"Name: {quoted(writings.name) if writings.name else 'none; the page has a plain title'}",
        f"Introduction: {quoted(shortened(writings.introduction, 200)) if writings.introduction else 'none yet'}",
        f"Links: {_many(len(writings.links.splitlines()), 'line') if writings.links else 'none yet'}",
        f"On projects: {', '.join(about) if about else 'nothing yet'}",
    )
    return Field("Your words", "\n".join(lines))


def _seen_field(desk: Desk) -> Field:
    if not desk.shares:
        return Field("Who sees it", "Nobody but you. **Share here** lets this server's members look.")
    places = ", ".join(f"<#{one.channel}>" for one in desk.shares)
    return Field("Who sees it", f"Shared in {places}: who presses *Look* there gets it. **Stop sharing** ends that.")


def shared_page(desk: Desk, person: int) -> Page:
    """The message by which a portfolio is shown to a server; it pings nobody."""
    name = quoted(desk.writings.name)
    return within_limits(
        Page(
            title=shortened(f"{name}: a portfolio" if name else "A portfolio", 200),
            text=f"<@{person}> shows what they made and learned.\n{counts_line(desk)}\n\nPress **Look** for the page.",
            colour=ANSWER_COLOUR,
            footer="A file for your browser; only you get it. A moderator may delete this message.",
        )
    )


ENDED = Page(
    title="This portfolio is not shared any more",
    text="Who showed it here has ended that. `/me` shows you your own.",
    colour=RELATED_COLOUR,
)


def _day(moment: datetime | date) -> str:
    return f"{moment.day} {moment:%b %Y}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
