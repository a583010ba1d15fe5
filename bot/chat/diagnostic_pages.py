"""The diagnostic as pages: plain values within Discord's limits."""

from collections.abc import Iterable, Mapping, Sequence

from bot.chat.practice_pages import QUESTION_LENGTH, question_figure
from bot.chat.rendering import ANSWER_COLOUR, Field, Page, shortened, within_limits
from bot.quizzing import question_text
from bot.road.diagnostics import Decision, DiagnosticView, Findings, Overview, StageFound
from content.catalogue import Catalogue
from quizzes.placement import FEWEST, MOST, Said

MARKS: Mapping[Said, str] = {"right": "✓", "wrong": "✗", "unsure": "–"}
BLOCKS = 10  # of a stage's bar
MOST_NAMED = 3  # concepts in a line
QUESTION, SOLUTION = 110, 80  # characters of a question that was missed, and of its right answer

INTRODUCTION = f"""**{FEWEST} to {MOST} questions** from all over the road, each chosen by your answers so far. They \
find what you know already, so that you don't begin with what bores you, or with what you can't follow.

Most take a press, a few a number. About ten minutes; you can stop and go on later.

**I don't know** is a good answer: it tells me more than a guess, and some questions lie far ahead of anybody \
new. What was right I say at the end.

Nothing is locked by it, nothing counts as practice, and nothing changes before you say so."""

KEPT = """`/learn` and `/quiz now` go by it from now on. What I take as known is asked about once in a while, to \
check it; and every lesson stays open to you."""


def door_page(overview: Overview) -> Page:
    """What the diagnostic is, before it begins or goes on."""
    parts = [INTRODUCTION]
    if overview.answered is not None:
        parts.append(f"You have begun: **{_count(overview.answered, 'answer')}** so far are kept.")
    if overview.placed:
        parts.append(
            "Your road begins where a diagnostic found you. Another one replaces it, if you take it over; "
            "*Go by my level* drops it."
        )
    return within_limits(Page("Find my place", "\n\n".join(parts), ANSWER_COLOUR, footer="Only you see this."))


def asked_page(view: DiagnosticView, catalogue: Catalogue) -> Page:
    """The open question."""
    assert view.posed is not None
    text = shortened(question_text(view.posed, how=not view.posed.choices), QUESTION_LENGTH)
    return within_limits(
        Page(
            title=view.concept,
            text=f"*{view.note}*\n\n{text}" if view.note else text,
            colour=ANSWER_COLOUR,
            footer=f"{view.number} of at most {MOST}",
            figure=question_figure(view.posed.question, catalogue),
        )
    )


def paused_page(view: DiagnosticView) -> Page:
    """What is said to somebody who stops."""
    text = (
        f"You are at question {view.number} of at most {MOST}. Your answers are kept: go on here, or any day with "
        "`/start` and *Find my place*. Until it is finished nothing changes for you."
    )
    return Page("Stopped for now", text, ANSWER_COLOUR)


def thrown_away_page() -> Page:
    """What is said when an open diagnostic is gone."""
    return Page("Thrown away", "Its answers are gone, and nothing else has changed.", ANSWER_COLOUR)


def by_level_page() -> Page:
    """What is said when the road begins at the told level again."""
    text = (
        "Your road begins at the level that you told me with `/start` again, or at its very beginning where you told "
        "none, as if I had never asked. What I found is kept: *Find my place* shows it, to take it over once more."
    )
    return Page("By your level", text, ANSWER_COLOUR)


def found_page(view: DiagnosticView) -> Page:
    """What the diagnostic concluded, and why."""
    findings = view.findings
    assert findings is not None
    missed = [one.title for one in findings.answers if one.said != "right"]
    fields = [Field("Taken as known", "\n".join(map(_stage_line, findings.stages)))]
    decided = map(_decision_line, findings.decided)
    fields.append(Field("What decided", "\n".join(decided) or "No single answer: they all point the same way."))
    if missed:
        fields.append(Field("Missed or passed on", ", ".join(dict.fromkeys(missed))))
    return within_limits(
        Page(
            title=_verdict(view, findings),
            text=_conclusion(view, findings),
            colour=ANSWER_COLOUR,
            fields=tuple(fields),
            footer=f"From {_count(len(findings.answers), 'answer')}. I expect about "
            f"{100 * findings.sure:.0f} % of the {len(findings.known)} concepts to be classed right.",
        )
    )


def _verdict(view: DiagnosticView, findings: Findings) -> str:
    if view.state == "kept":
        return "Taken over"
    if view.state == "left":
        return "Left as it was"
    return f"You begin at: {findings.start.first[0].title}" if findings.start.first else "You know the whole road"


def _conclusion(view: DiagnosticView, findings: Findings) -> str:
    first = findings.start.first
    if not first:
        begin = "I found nothing that you don't know. Projects with `/train start` are the next step."
    else:
        stage = f"{findings.start.stage.title}."
        begin = f"That is in {stage}" if view.state == "done" else f"You begin at **{first[0].title}**, in {stage}"
        if len(first) > 1:
            begin += f" Just as near: {_listed(one.title for one in first[1:])}."
    after = {
        "kept": KEPT,
        "left": "Your road stays as it was. You can still take this over, or do it again any time with `/start`.",
    }
    return f"{begin}\n\n{after.get(view.state, 'Nothing is locked either way. Take it over?')}"


def _stage_line(stage: StageFound) -> str:
    filled = round(BLOCKS * stage.known / stage.concepts) if stage.concepts else 0
    return f"`{'█' * filled}{'░' * (BLOCKS - filled)}` {stage.known} of {stage.concepts} · {stage.title}"


def _decision_line(decision: Decision) -> str:
    what = {"right": "You knew", "wrong": "You missed", "unsure": "You passed on"}[decision.said]
    verb = "is" if len(decision.moved) == 1 else "are"
    end = "taken as known" if decision.said == "right" else "still ahead"
    return f"{MARKS[decision.said]} {what} **{decision.title}**, so {_some(decision.moved)} {verb} {end}."


def answers_page(findings: Findings) -> Page:
    """Every answer, with the right one where it was missed."""
    lines = []
    for one in findings.answers:
        lines.append(f"{MARKS[one.said]} **{one.title}**")
        if one.said != "right" and one.question:
            lines.append(f"{_plain(one.question, QUESTION)}\n→ {_plain(one.solution, SOLUTION)}")
    legend = "✓ right · ✗ not right · – I don't know"
    return within_limits(Page("Your answers", "\n".join(lines), ANSWER_COLOUR, footer=legend))


def _plain(text: str, limit: int) -> str:
    """Text in one line without Markdown, which a cut would leave open."""
    return shortened(" ".join(text.replace("`", "").replace("**", "").split()), limit)


def _some(titles: Sequence[str]) -> str:
    """A few names, and how many more."""
    named = titles[:MOST_NAMED]
    more = len(titles) - len(named)
    return _listed([*named, f"{more} more"] if more else named)


def _listed(words: Iterable[str]) -> str:
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
