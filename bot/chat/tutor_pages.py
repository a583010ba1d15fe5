"""A talk with the tutor as pages: plain values within Discord's limits."""

from collections.abc import Iterator, Mapping

from bot.chat.lesson_pages import drawn
from bot.chat.rendering import ANSWER_COLOUR, DECLINE_COLOUR, RELATED_COLOUR, Page, quoted, shortened, within_limits
from bot.quizzing import question_text
from bot.tutor.dialogue import Mark
from bot.tutor.tutoring import Answered, Summary, TalkView
from content.mathtext import readable
from quizzes.memory import Outcome

ANSWER_LENGTH, REMARK_LENGTH, QUESTION_LENGTH, RUNG_LENGTH, NOTE_LENGTH = 300, 1500, 1600, 900, 400  # characters

RUNGS = ("A nudge", "From the lesson", "A worked example")
LEADS: Mapping[str, str] = {
    "check": "First, what it builds on.",
    "probe": "Something hard at once.",
    "explain": "Now in your own words.",
}
OUTCOMES: Mapping[Outcome, str] = {
    "correct": "✓ right",
    "partial": "½ partly",
    "wrong": "✗ not yet",
    "uncertain": "? I can't judge it",
}
RESULTS: Mapping[str, tuple[str, int]] = {
    "right": ("Right", ANSWER_COLOUR),
    "helped": ("There you are", ANSWER_COLOUR),
    "shown": ("Let me show you", RELATED_COLOUR),
}


def talk_page(view: TalkView) -> Page:
    """What the tutor says at the moment."""
    pages = {"open": _opening, "idea": _idea, "ask": _question, "judge": _compare, "told": _told, "over": _end}
    return within_limits(pages[view.talk.phase](view))


def _opening(view: TalkView) -> Page:
    if view.talk.mode == "interview":
        text = (
            f"An interview on **{view.title}**: about five questions, as somebody would ask who wants to hire you. "
            "There are no hints, and what I think of your answers I say at the end."
        )
        return Page(f"Interview: {view.title}", text, ANSWER_COLOUR)
    return Page(f"Teach me: {view.title}", view.talk.opening, ANSWER_COLOUR)


def _idea(view: TalkView) -> Page:
    page = view.idea[view.talk.part]
    lead = f"{view.talk.remark}\n\nHere is the idea.\n\n" if view.talk.remark else ""
    return Page(
        title=f"{view.about}: {page.section}",
        text=_after_aside(view, lead + page.text),
        colour=ANSWER_COLOUR,
        footer=_place(view),
        formulas=drawn(page),
        figure=page.figure,
    )


def _question(view: TalkView) -> Page:
    posed, step = view.posed, view.talk.step
    assert posed is not None
    assert step is not None
    parts = _said(view)
    if not parts and step.kind in LEADS and not view.talk.rung:
        parts = [LEADS[step.kind]]
    elif not parts and view.talk.mode == "interview" and view.talk.marks:
        parts = ["Thank you. Next:"]
    parts.append(shortened(question_text(posed, how=not posed.choices), QUESTION_LENGTH))
    return Page(
        title=_title(view),
        text=_after_aside(view, "\n\n".join([*parts, *_rungs(view)])),
        colour=RELATED_COLOUR if view.talk.tries else ANSWER_COLOUR,
        footer=_place(view),
    )


def reply_text(view: TalkView, seen: int) -> str:
    """What the tutor says to what left a question open, for who still sees it with `seen` of its hints."""
    return "\n\n".join(part for part in (view.talk.aside, *_said(view), *_rungs(view, seen)) if part)


def _said(view: TalkView) -> list[str]:
    """The answer that was no right one, and what is said to it."""
    if not view.talk.remark:
        return []
    answer = quoted(shortened(view.talk.answer, ANSWER_LENGTH))
    return [*([f"Your answer: {answer}"] if answer else []), shortened(view.talk.remark, REMARK_LENGTH)]


def _rungs(view: TalkView, seen: int = 0) -> list[str]:
    """The hints that are open, but for the first ones that were seen, and for what the remark says already."""
    named = list(zip(RUNGS, view.ladder, strict=False))[seen:]
    return [f"**{name}:** {shortened(rung, RUNG_LENGTH)}" for name, rung in named if rung not in view.talk.remark]


def _title(view: TalkView) -> str:
    step = view.talk.step
    if view.talk.mode == "interview":
        return f"Interview: {view.title}"
    if step is not None and step.kind == "explain":
        return f"Explain it: {view.about}"
    return f"Not yet: {view.about}" if view.talk.tries else view.about


def _compare(view: TalkView) -> Page:
    answer = quoted(shortened(view.talk.answer, ANSWER_LENGTH))
    text = f"Your answer: {answer}\n\n{shortened(view.talk.remark, REMARK_LENGTH)}"
    return Page("Compare, and judge for yourself", _after_aside(view, text), RELATED_COLOUR, footer=_place(view))


def _told(view: TalkView) -> Page:
    last: Mark = view.talk.marks[-1]
    title, colour = RESULTS[last.result]
    answer = quoted(shortened(view.talk.answer, ANSWER_LENGTH))
    said = f"Your answer: {answer}\n\n" if answer else ""
    text = said + shortened(view.talk.remark, REMARK_LENGTH)
    return Page(title, _after_aside(view, text), colour, footer=_place(view))


def _after_aside(view: TalkView, text: str) -> str:
    """What the tutor answered to a question put in between stands first."""
    return f"{view.talk.aside}\n\n───\n\n{text}" if view.talk.aside else text


def _place(view: TalkView) -> str:
    talk = view.talk
    if talk.mode == "interview":
        return f"Question {talk.at + 1}"
    step = talk.step
    part = f" · page {talk.part + 1} of {len(view.idea)}" if talk.phase == "idea" and len(view.idea) > 1 else ""
    return f"{view.title} · step {talk.at + 1} of {len(talk.steps)}{part}" if step is not None else view.title


# -------------------------------------------------------------------- the end


def _end(view: TalkView) -> Page:
    assert view.summary is not None
    if view.talk.mode == "interview":
        return _debriefing(view, view.summary)
    summary = view.summary
    title = f"{view.title}: yours" if summary.owned else f"{view.title}: not yet"
    lines = [_why(summary)]
    lines += list(_headings("Yours", summary.right))
    lines += list(_headings("With a little help", summary.helped))
    lines += list(_headings("To read again", summary.shown))
    lines.append(_next(view, summary))
    return Page(
        title=title,
        text="\n\n".join(line for line in lines if line),
        colour=ANSWER_COLOUR if summary.owned else RELATED_COLOUR,
        footer="What was asked comes back in your daily questions, from tomorrow on",
    )


def _why(summary: Summary) -> str:
    return {
        "too early": "Three steps in a row did not go well, and more of the same would not help.",
        "stopped": "We stop here. Teach me on the lesson begins again whenever you like.",
        "astray": "We are not getting anywhere at the moment, so I stop here. Begin again whenever you like.",
    }.get(summary.ending, "")


def _headings(name: str, headings: tuple[str, ...]) -> Iterator[str]:
    if headings:
        yield f"**{name}:** {'; '.join(map(readable, headings))}"


def _next(view: TalkView, summary: Summary) -> str:
    if summary.first is not None:
        return f"**Next:** {summary.first[1]} first: {view.title} builds on it."
    if summary.owned and summary.next is not None:
        return f"**Next:** {summary.next[1]}."
    if summary.ending in ("done", "too early"):
        return f"**Next:** {view.title} once more, tomorrow, with what you read again."
    return ""


def _debriefing(view: TalkView, summary: Summary) -> Page:
    right = sum(one.outcome == "correct" for one in summary.answers)
    weak = dict.fromkeys(readable(one.section) for one in summary.answers if one.outcome in ("wrong", "partial"))
    if not summary.answers:
        text = "You stopped before the first answer. Begin again whenever you like."
        return Page(f"Interview: {view.title}", text, RELATED_COLOUR)
    lines = [_debriefed(number, one) for number, one in enumerate(summary.answers, start=1)]
    work = f"**Work on:** {'; '.join(weak)}" if weak else f"**Work on:** nothing that I asked. {_onward(summary)}"
    return Page(
        title=f"Interview: {right} of {len(summary.answers)} right",
        text="\n\n".join([*lines, work]),
        colour=ANSWER_COLOUR if right * 2 > len(summary.answers) else DECLINE_COLOUR,
        footer=view.title,
    )


def _debriefed(number: int, one: Answered) -> str:
    asked = shortened(" ".join(one.question.split()), 160)
    note = f"\n{shortened(one.note, NOTE_LENGTH)}" if one.outcome != "correct" and one.note else ""
    return f"**{number}. {OUTCOMES[one.outcome]}** · {asked}{note}"


def _onward(summary: Summary) -> str:
    return f"Go on with {summary.next[1]}." if summary.next else "Well done."
