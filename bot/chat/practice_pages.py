"""A session of practice as pages: plain values within Discord's limits."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from bot.chat.lesson_pages import drawn
from bot.chat.rendering import ANSWER_COLOUR, DECLINE_COLOUR, RELATED_COLOUR, Page, quoted, shortened, within_limits
from bot.learning import LessonPage
from bot.practising import Result, View
from bot.quizzing import question_text, solution
from content.catalogue import Catalogue
from content.lesson import Figure
from content.mathtext import readable
from quizzes.memory import Outcome
from quizzes.question import Question

QUESTION_LENGTH, FEEDBACK_LENGTH, ANSWER_LENGTH = 2000, 2600, 300  # characters; together within one message

VERDICTS: Mapping[Outcome, tuple[str, int]] = {
    "correct": ("Right", ANSWER_COLOUR),
    "partial": ("Partly right", RELATED_COLOUR),
    "wrong": ("Not yet", DECLINE_COLOUR),
    "uncertain": ("Compare, and judge for yourself", RELATED_COLOUR),
}
MARKS: Mapping[Outcome, str] = {"correct": "✓", "partial": "½", "wrong": "✗", "uncertain": "?"}


def teaching_page(view: View) -> Page:
    """The lesson's words that stand before something new."""
    first, *rest = view.teaching
    again = view.session.item is not None and view.session.item.role == "read"
    parts = [first.text]
    for page in rest:
        parts.append(page.text if page.part > 1 else f"**{page.section}**\n{page.text}")
    return within_limits(
        Page(
            title=f"{'Read again' if again else 'New'}: {view.concept}",
            text="\n\n".join(parts),
            colour=ANSWER_COLOUR,
            footer=f"{_place(view)} · the first answer after reading does not count",
            formulas=tuple(formula for page in view.teaching for formula in drawn(page)),
            figure=_lesson_figure(view.teaching),
        )
    )


def _lesson_figure(pages: Sequence[LessonPage]) -> Figure | None:
    return None if any(page.formulas for page in pages) else next((one.figure for one in pages if one.figure), None)


def question_page(view: View, catalogue: Catalogue) -> Page:
    """The open question, with its hint where that was opened."""
    assert view.posed is not None
    text = shortened(question_text(view.posed, how=not view.posed.choices), QUESTION_LENGTH)
    if view.session.hints:
        text += f"\n\n**Hint:** {readable(view.posed.hint)}"
    return within_limits(
        Page(
            title=view.concept,
            text=text,
            colour=ANSWER_COLOUR,
            footer=_place(view),
            figure=question_figure(view.posed.question, catalogue),
        )
    )


def question_figure(question: Question, catalogue: Catalogue) -> Figure | None:
    """The figure that a question shows; it is its lesson's, whose words describe it."""
    lesson = catalogue.lessons.get(question.concept)
    if not question.figure or lesson is None or lesson.figure is None:
        return None
    return (
        lesson.figure
        if lesson.figure.name == question.figure
        else Figure(question.figure, catalogue.concepts[question.concept].title)
    )


def told_page(view: View, *, solved: bool) -> Page:
    """What an answer was worth, and what is behind it.

    Args:
        solved: with the solution, which a wrong answer is not told at once; who gave none always sees it.
    """
    assert view.grade is not None
    assert view.posed is not None
    verdict, colour = VERDICTS[view.grade.outcome]
    answer = quoted(shortened(view.session.answer, ANSWER_LENGTH))
    parts = [f"Your answer: {answer}"] if answer else []
    parts.append(view.grade.feedback)
    if solved or not answer:
        parts += solution(view.posed)
    text = shortened("\n\n".join(part for part in parts if part), FEEDBACK_LENGTH)
    return within_limits(Page(title=verdict, text=text, colour=colour, footer=_counted(view)))


def _counted(view: View) -> str:
    """What the answer did to the memory."""
    if view.due is not None:
        return f"{view.concept} comes back on {day(view.due)}"
    assert view.grade is not None
    if view.grade.outcome == "uncertain":
        return "Your own judgement counts"
    if view.session.item is not None and view.session.item.role in ("new", "read"):
        return "Just read, so it does not count yet: tomorrow it does"
    return "Only the first answer of a day on a concept counts"


def end_page(view: View) -> Page:
    """How the session went."""
    right = sum(one.outcome == "correct" for one in view.results)
    return within_limits(
        Page(
            title=f"Done: {right} of {len(view.results)} right at the first try" if view.results else "Done",
            text="\n".join(_results(view.results)),
            colour=ANSWER_COLOUR,
            footer=view.title,
        )
    )


def _results(results: Sequence[Result]) -> Iterator[str]:
    """A line for each concept, with a mark for each question on it."""
    for concept, due in dict.fromkeys((one.concept, one.due) for one in results):
        marks = "".join(MARKS[one.outcome] for one in results if one.concept == concept)
        yield f"{marks} {concept}{f' · back on {day(due)}' if due else ''}"


def _place(view: View) -> str:
    session = view.session
    return f"{view.title} · {session.position + 1} of {len(session.items)}"


def day(on: date) -> str:
    """A date as people say it: Tuesday 24 November."""
    return f"{on:%A} {on.day} {on:%B}"
