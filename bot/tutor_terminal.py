"""`gradus tutor CONCEPT`: a talk with the tutor in a terminal, over the pages and the use case of Teach me.

All its state is in the store: whoever leaves in the middle goes on from there, here or in Discord.
"""

import asyncio
import io
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.assembly import assemble
from bot.chat.tutor_pages import reply_text, talk_page
from bot.handout import lesson_text
from bot.learning import Learning
from bot.practising import Judgement
from bot.quiz_terminal import WAITS, Left, meant, of_lines, page_text, read_line, to_empty_line
from bot.settings import Settings
from bot.terminal import put_markdown, say
from bot.tutor.dialogue import RUNGS, Mode
from bot.tutor.tutoring import Act, TalkView, Tutoring
from foundation.clock import Clock
from quizzes.grading import form
from quizzes.question import Explain

KEPT = "The talk is kept: the same command goes on with it."
MAY_ASK = "A line that asks something is answered, and we go on."

JUDGED: Mapping[str, tuple[Judgement, str]] = {
    "y": ("had it", "I had it"),
    "p": ("partly", "partly"),
    "m": ("missed it", "I missed it"),
}


@dataclass(frozen=True)
class Key:
    """A line that is no answer: what it is called, and what it does."""

    label: str
    press: Callable[[], TalkView]


def tutor(settings: Settings, person: int, name: str, mode: Mode) -> None:
    """A talk in this terminal, to its end or until the learner leaves.

    Args:
        person: the learner's Discord id; 0 for whoever sits here.
        name: a concept, however spelt.

    Raises:
        GradusError: there is no such concept, nothing to teach it with, or the core cannot be assembled.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    gradus = assemble(settings, say=say, encoder_at_once=False)
    try:
        with asyncio.Runner() as runner:  # it runs no loop while a line is waited for, so Ctrl-C ends that at once
            view = runner.run(gradus.tutoring.begin(person, meant(gradus.learning, name).id, gradus.clock(), mode))
            parts = gradus.tutoring, gradus.learning, gradus.clock
            Talking(runner, *parts, lambda: not gradus.retriever.ready, person, view).through()
    except (Left, EOFError, KeyboardInterrupt):
        say(KEPT)
    finally:
        gradus.close()


@dataclass
class Talking:
    """A person and the tutor: a page, a line, a page.

    Attributes:
        loading: whether explanations would have to wait for the encoder.
        view: the talk as it stands.
    """

    runner: asyncio.Runner
    tutoring: Tutoring
    learning: Learning
    clock: Clock
    loading: Callable[[], bool]
    person: int
    view: TalkView

    def through(self) -> None:
        """To the talk's end.

        Raises:
            Left, EOFError, KeyboardInterrupt: the learner leaves; nothing is lost.
        """
        self._show()
        while self.view.talk.phase != "over":
            before = self.view
            self.view = self._after(read_line())
            if self.view is not before:
                self._show(before)

    def _show(self, before: TalkView | None = None) -> None:
        view = self.view
        if before is not None and _still_asks(before, view):
            put_markdown(reply_text(view, before.talk.rung))
        elif view.talk.phase == "idea":
            self._show_idea()
        else:
            put_markdown(page_text(talk_page(view)))
        if view.talk.phase == "over":
            return
        if view.talk.phase == "ask" and view.posed is not None:
            lines = " An empty line ends the answer." if of_lines(view.posed) else ""
            say(f"{form(view.posed) if view.posed.choices else ''}{lines} {MAY_ASK}".strip())
        say(" · ".join(f"{key or 'Enter'}: {one.label}" for key, one in self._keys().items()))

    def _show_idea(self) -> None:
        view = self.view
        assert view.talk.step is not None
        lead = "\n\n".join(part for part in (view.talk.aside, view.talk.remark) if part)
        if lead:
            put_markdown(lead)
        study = self.learning.study(view.talk.step.concept)
        shown = replace(study, pages=(view.idea[view.talk.part],), builds_on=(), leads_to=(), reading=())
        put_markdown(lesson_text(shown))
        put_markdown(f"\n*{talk_page(view).footer}*")

    def _keys(self) -> Mapping[str, Key]:
        """What may be pressed instead of an answer."""
        keys = {
            "open": {"": self._key("begin", "begin")},
            "idea": {"": self._key("go on", "go on"), "k": self._key("know", "I know this: ask me")},
            "ask": {"?": self._key("hint", "hint"), "!": self._key("reveal", "I don't know")},
            "judge": {key: Key(label, self._judging(said)) for key, (said, label) in JUDGED.items()},
            "told": {"": self._key("go on", "go on")},
        }[self.view.talk.phase]
        talk = self.view.talk
        if talk.mode == "interview" or talk.rung >= RUNGS:
            keys.pop("?", None)
        if talk.tries:
            keys.pop("k", None)
        return keys | {"s": self._key("stop", "stop here"), "q": Key("leave, and go on later", _leave)}

    def _key(self, act: Act, label: str) -> Key:
        talk = self.view.talk
        return Key(label, lambda: self.runner.run(self.tutoring.do(self.person, talk.id, talk.turn, act, self.clock())))

    def _judging(self, said: Judgement) -> Callable[[], TalkView]:
        talk = self.view.talk
        return lambda: self.runner.run(self.tutoring.judge(self.person, talk.id, talk.turn, said, self.clock()))

    def _after(self, line: str) -> TalkView:
        """The talk after a line that the learner wrote."""
        key = self._keys().get(line.strip().casefold())
        if key is not None:
            return key.press()
        talk = self.view.talk
        if talk.phase == "ask" and line.strip():
            assert self.view.posed is not None
            several = of_lines(self.view.posed) and not line.rstrip().endswith("?")
            words = to_empty_line(line) if several else line
            if several and isinstance(self.view.posed.task, Explain) and self.loading():
                say(WAITS)
            return self.runner.run(self.tutoring.answer(self.person, talk.id, talk.turn, words, self.clock()))
        if talk.phase == "open" or not line.strip():
            say("That is none of the keys.")
            return self.view
        return self.runner.run(self.tutoring.wonder(self.person, talk.id, talk.turn, line, self.clock()))


def _still_asks(before: TalkView, view: TalkView) -> bool:
    """Whether the question that was asked is open still."""
    return before.talk.phase == view.talk.phase == "ask" and before.talk.at == view.talk.at


def _leave() -> TalkView:
    raise Left
