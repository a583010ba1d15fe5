"""`gradus quiz [CONCEPT]`: a session of practice in a terminal, over the pages and the use case of `/quiz now`.

All its state is in the store: whoever leaves in the middle goes on from there, here or in Discord.
"""

import asyncio
import io
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from bot.assembly import assemble
from bot.chat.practice_pages import end_page, question_page, teaching_page, told_page
from bot.chat.rendering import Page
from bot.curriculum import Curriculum
from bot.handout import lesson_text
from bot.learning import Learning, LessonPage
from bot.practising import Judgement, Practising, View
from bot.settings import Settings
from bot.terminal import put_markdown, say
from content.catalogue import Concept
from content.mathtext import readable
from foundation.clock import Clock
from foundation.errors import GradusError
from quizzes.grading import form
from quizzes.memory import Confidence
from quizzes.practice import Scope
from quizzes.question import CodeOutput, Explain, Posed

KEPT = "The session is kept: the same command goes on with it today."
WAITS = "explanations are compared by meaning: waiting for the encoder, and the first time for the index"

SAID: Mapping[str, tuple[Confidence | Judgement, str]] = {
    "g": ("guessed", "I guessed"),
    "s": ("sure", "I was sure"),
    "n": ("unsure", "I was not sure"),
    "y": ("had it", "I had it"),
    "p": ("partly", "partly"),
    "m": ("missed it", "I missed it"),
}
"""What a learner may say of their answer: the key that says it, and how it is called."""


class Left(Exception):
    """The learner leaves what they are at as it stands."""


@dataclass(frozen=True)
class Key:
    """A line that is no answer: what it is called, and what it does; the session as it stands after it."""

    label: str
    press: Callable[[], View]


def practise(settings: Settings, person: int, name: str, count: int) -> None:
    """A session in this terminal, to its end or until the learner leaves.

    Args:
        person: the learner's Discord id; 0 for whoever sits here.
        name: a concept, however spelt; empty for what is due.

    Raises:
        GradusError: there is nothing to ask, no such concept, or the core cannot be assembled.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    gradus = assemble(settings, say=say, encoder_at_once=False)
    try:
        with asyncio.Runner() as runner:  # it runs no loop while a line is waited for, so Ctrl-C ends that at once
            scope = Scope("concept", meant(gradus.learning, name).id) if name else Scope()
            view = runner.run(gradus.practising.begin(person, gradus.clock(), scope, count))
            parts = gradus.practising, gradus.curriculum, gradus.clock
            Sitting(runner, *parts, lambda: not gradus.retriever.ready, person, view).through()
    except (Left, EOFError, KeyboardInterrupt):
        say(KEPT)
    finally:
        gradus.close()


def meant(learning: Learning, name: str) -> Concept:
    """The concept that somebody at a terminal most likely means.

    Raises:
        GradusError: nothing is near.
    """
    try:
        return learning.meant(name)
    except GradusError:
        return learning.concept(name)  # which refuses it as well, in the words of a terminal


@dataclass
class Sitting:
    """A person at a session: a page, a line, a page.

    Attributes:
        loading: whether explanations would have to wait for the encoder.
        view: the session as it stands.
    """

    runner: asyncio.Runner
    practising: Practising
    curriculum: Curriculum
    clock: Clock
    loading: Callable[[], bool]
    person: int
    view: View

    def through(self) -> None:
        """To the session's end.

        Raises:
            Left, EOFError, KeyboardInterrupt: the learner leaves; nothing is lost.
        """
        if self.view.session.phase == "told":
            self._put(self._question())
        self._show()
        while not self.view.finished:
            before = self.view
            self.view = self._after(read_line())
            if self.view is not before:
                self._show(before)

    def _show(self, before: View | None = None) -> None:
        """The page of the session as it stands, with its keys."""
        view = self.view
        if view.finished:
            page = end_page(view)
            self._put(replace(page, text=page.text.replace("\n", "  \n")))  # or Markdown makes one line of them
            return
        if view.session.phase == "teach":
            put_markdown(self._teaching())
        elif view.session.phase == "told":
            self._put(told_page(view, solved=False))
        elif before is not None and _only_hinted(before, view):
            assert view.posed is not None
            put_markdown(f"**Hint:** {readable(view.posed.hint)}")
        else:
            self._put(self._question())
        say(" · ".join(f"{key or 'Enter'}: {one.label}" for key, one in self._keys().items()))

    def _put(self, page: Page) -> None:
        put_markdown(page_text(page))

    def _question(self) -> Page:
        """The open question, and how it is answered where there are no buttons."""
        assert self.view.posed is not None
        page = question_page(self.view, self.curriculum.catalogue)
        if self.view.posed.choices:
            return page.with_text_below(f"*{form(self.view.posed)}*")
        return page.with_text_below("*An empty line ends the answer.*") if of_lines(self.view.posed) else page

    def _teaching(self) -> str:
        page = teaching_page(self.view)
        return f"{self._pages(self.view.teaching, page.title)}\n\n*{page.footer}*"

    def _pages(self, pages: tuple[LessonPage, ...], title: str = "") -> str:
        """Pages of the open concept's lesson, their formulas in words."""
        assert self.view.session.item is not None
        study = self.curriculum.learning.study(self.view.session.item.concept)
        return lesson_text(
            replace(study, title=title or study.title, pages=pages, builds_on=(), leads_to=(), reading=())
        )

    # ------------------------------------------------------------------------------------------ keys

    @property
    def _at(self) -> tuple[int, str, int]:
        return self.person, self.view.session.id, self.view.session.position

    def _keys(self) -> Mapping[str, Key]:
        """What may be pressed instead of an answer."""
        run, use, at = self.runner.run, self.practising, self._at
        aside = {"l": Key("lesson", self._lesson), "r": Key("report", self._report), "q": Key("quit", _leave)}
        if self.view.session.phase == "teach":
            return {
                "": Key("ask me", lambda: run(use.ask(*at))),
                "k": Key("I know this", lambda: run(use.ask(*at, known=True))),
                "l": aside["l"],
                "q": aside["q"],
            }
        if self.view.session.phase == "ask":
            return {
                "?": Key("hint", lambda: run(use.hint(*at))),
                "!": Key("I don't know", lambda: run(use.answer(*at, "", self.clock(), revealed=True))),
            } | aside
        return {"": Key(self._next, lambda: run(use.go_on(*at)))} | self._after_an_answer() | aside

    @property
    def _next(self) -> str:
        return "finish" if self.view.session.position + 1 == len(self.view.session.items) else "next"

    def _after_an_answer(self) -> dict[str, Key]:
        run, use, at = self.runner.run, self.practising, self._at
        assert self.view.grade is not None
        may = self.view.may
        keys = {key: Key(label, partial(self._confide, said)) for key, (said, label) in SAID.items() if said in may}
        if self.view.grade.outcome in ("wrong", "partial"):
            keys["t"] = Key("try again", lambda: run(use.again(*at)))
            if self.view.session.answer:
                keys["a"] = Key("show the answer", self._solution)
        return keys | {"u": Key("undo", lambda: run(use.undo(*at, self.clock())))}

    def _confide(self, said: Confidence | Judgement) -> View:
        return self.runner.run(self.practising.confide(*self._at, said, self.clock()))

    def _lesson(self) -> View:
        """Show the page that the question rests on."""
        concept, number = self.runner.run(self.practising.why(*self._at))
        put_markdown(self._pages(self.curriculum.learning.study(concept).pages[number : number + 1]))
        say(f"`gradus learn {concept}` shows the whole lesson")
        return self.view

    def _solution(self) -> View:
        self._put(told_page(self.view, solved=True))
        return self.view

    def _report(self) -> View:
        say("What is wrong with the question? One line.")
        try:
            self.runner.run(self.practising.report(*self._at, read_line(), self.clock()))
            say("Thank you. The admins of this Gradus will read it, without your name.")
        except GradusError as error:
            say(str(error))
        return self.view

    # --------------------------------------------------------------------------------------- answers

    def _after(self, line: str) -> View:
        """The session after a line that the learner wrote."""
        key = self._keys().get(line.strip().casefold())
        if key is not None:
            return key.press()
        if self.view.session.phase != "ask":
            say("That is none of the keys.")
            return self.view
        return self._answered(line)

    def _answered(self, line: str) -> View:
        assert self.view.posed is not None
        answer = to_empty_line(line) if of_lines(self.view.posed) else line
        if isinstance(self.view.posed.task, Explain) and self.loading():
            say(WAITS)
        try:
            return self.runner.run(self.practising.answer(*self._at, answer, self.clock()))
        except GradusError as error:
            still = self.runner.run(self.practising.view(self.person, self.view.session.id))  # or why it is no more
            put_markdown(str(error))
            return self.view if still.session == self.view.session else still


def page_text(page: Page) -> str:
    """A page as Markdown."""
    picture = f"Picture: {page.figure.alt}" if page.figure else ""
    footer = f"*{page.footer}*" if page.footer else ""
    return "\n\n".join(part for part in (f"## {page.title}", page.text, picture, footer) if part)


def of_lines(posed: Posed) -> bool:
    return isinstance(posed.task, CodeOutput | Explain)


def _only_hinted(before: View, view: View) -> bool:
    return before.session == replace(view.session, hints=before.session.hints) and bool(view.session.hints)


def _leave() -> View:
    raise Left


def read_line() -> str:
    """A line of standard input; shown as if it were typed where it is not.

    Raises:
        EOFError: there is no more, or no standard input.
    """
    if sys.stdin is None:  # a process begun with it closed
        raise EOFError
    try:
        line = input("> ")
    except (EOFError, KeyboardInterrupt):
        print()
        raise
    if not sys.stdin.isatty():
        print(line)
    return line


def to_empty_line(first: str) -> str:
    """An answer of several lines; the end of the input ends it too."""
    lines = [first]
    try:
        while lines[-1].strip():
            lines.append(read_line())
    except EOFError:
        pass
    return "\n".join(lines).strip("\n")
