"""What a learner sees, as plain values: pages that any chat can show, within Discord's limits.

Nothing here knows discord; `bot.chat.messages` turns a page into an embed or into plain text.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.behind import Code, Equations, Sources, answering_formulas, places, spoken
from bot.questions import harmless
from content.catalogue import Catalogue, Concept, Resource
from content.lesson import Figure
from index.answers import Answer, Source

MESSAGE_LIMIT = 2000
TITLE_LIMIT = 256
TEXT_LIMIT = 4096
FIELD_LIMIT = 1024
FOOTER_LIMIT = 300  # ours: Discord would take 2,048
FIELDS_LIMIT = 4000  # ours, for all fields: room is left for the text
PAGE_LIMIT = 6000

ANSWER_COLOUR = 0x2A9D8F
RELATED_COLOUR = 0xE9A23B
DECLINE_COLOUR = 0x6B7785

MOST_SOURCES = 3  # under an answer; the button shows all
MOST_NEIGHBOURS = 2  # before and after a concept

PICTURED_SECTIONS = ("In one minute", "Intuition")

_CUT = " …"


@dataclass(frozen=True)
class Field:
    """A titled part of a page, below its text."""

    name: str
    text: str

    def __len__(self) -> int:
        return len(self.name) + len(self.text)


@dataclass(frozen=True)
class Page:
    """One screen: what an embed shows.

    Attributes:
        title: a few words.
        text: Markdown.
        colour: 24 bits RGB; the title always says the same in words.
        question: what was asked, shown as plain text above the title; empty where nothing was.
        fields: below the text.
        footer: plain text: where the text comes from.
        formulas: LaTeX to be drawn as one picture, if any.
        figure: the lesson's picture, where there is no formula and it fits.
    """

    title: str
    text: str
    colour: int
    question: str = ""
    fields: tuple[Field, ...] = ()
    footer: str = ""
    formulas: tuple[str, ...] = ()
    figure: Figure | None = None

    def with_text_below(self, text: str) -> "Page":
        """The same with more text at its end."""
        return within_limits(replace(self, text=f"{self.text}\n\n{text}".strip()))


def answer_page(answer: Answer, catalogue: Catalogue) -> Page:
    """The page for an answer, whatever its verdict."""
    pages = {"answer": _answered, "related": _related, "decline": _declined}
    page = pages[answer.verdict](answer, catalogue)
    return within_limits(replace(page, question=harmless(answer.question)))


def _answered(answer: Answer, catalogue: Catalogue) -> Page:
    stands = places(spoken(answer), catalogue)
    titles = dict.fromkeys(title for title, _ in stands)
    formulas = answering_formulas(answer, catalogue)
    return Page(
        title=" and ".join(titles) or _title(answer.concept, catalogue),
        text=answer.answer,
        colour=ANSWER_COLOUR,
        fields=_present(_reading(answer.sources), _where_next(answer.concept, catalogue)),
        footer="From the lesson " + "; ".join(f"{title} › {section}" for title, section in stands) if stands else "",
        formulas=formulas,
        figure=None if formulas else _figure(answer, catalogue),
    )


def growing_page(page: Page, text: str, model: str) -> Page:
    """The page of an answer while a language model words it: `text` so far, and no more than that yet."""
    return within_limits(
        replace(page, text=f"{text} …", footer=f"{model} is wording this from the lessons", formulas=(), figure=None)
    )


def worded_page(page: Page, text: str, places: Sequence[tuple[str, str]], model: str) -> Page:
    """The page of an answer in a language model's words.

    Args:
        page: of the same answer in the lessons' own words.
        places: the lesson's title and the section that each number in the text stands for, from 1.
    """
    stands = "; ".join(f"[{number}] {title} › {section}" for number, (title, section) in enumerate(places, 1))
    footer = f"Worded by {model} from the lessons, each sentence checked against them: {stands}"
    return within_limits(replace(page, text=text, footer=footer))


def _related(answer: Answer, catalogue: Catalogue) -> Page:
    """The answer's own words claim nothing and already name the closest lessons and what to read."""
    unwritten = answer.concept is not None and answer.concept not in catalogue.lessons
    return Page(
        title=f"{_title(answer.concept, catalogue)}: lesson on its way"
        if unwritten
        else "I am not sure about this one",
        text=answer.answer,
        colour=RELATED_COLOUR,
    )


def _declined(answer: Answer, catalogue: Catalogue) -> Page:
    """The answer's own words say what can be asked instead."""
    return Page(title="Not something I can answer", text=answer.answer, colour=DECLINE_COLOUR)


def _present(*fields: Field | None) -> tuple[Field, ...]:
    return tuple(field for field in fields if field is not None)


def _title(concept: str | None, catalogue: Catalogue) -> str:
    return catalogue.concepts[concept].title if concept and concept in catalogue.concepts else "Gradus"


def _figure(answer: Answer, catalogue: Catalogue) -> Figure | None:
    """The lesson's picture, where the answer comes from a section that explains rather than calculates."""
    lesson = catalogue.lessons.get(answer.concept or "")
    explains = any(passage.section in PICTURED_SECTIONS for passage in spoken(answer)[:1])
    return lesson.figure if lesson is not None and explains else None


def _reading(sources: Sequence[Source]) -> Field | None:
    lines = [f"• {link(source.title, source.url)}" for source in sources[:MOST_SOURCES]]
    return Field("Sources", "\n".join(lines)) if lines else None


def _where_next(concept: str | None, catalogue: Catalogue) -> Field | None:
    """Up to two concepts to know before this one, and up to two that build on it, written lessons first."""
    if concept is None or concept not in catalogue.concepts:
        return None
    before = [catalogue.concepts[id] for id in catalogue.concepts[concept].requires]
    after = catalogue.leads_to(concept)
    lines = [
        f"{word}: {' · '.join(other.title for other in _written_first(others, catalogue)[:MOST_NEIGHBOURS])}"
        for word, others in (("Builds on", before), ("Leads to", after))
        if others
    ]
    return Field("Where next", "\n".join(lines)) if lines else None


def _written_first(concepts: Iterable[Concept], catalogue: Catalogue) -> list[Concept]:
    return sorted(concepts, key=lambda concept: concept.id not in catalogue.lessons)


def equations_page(equations: Equations) -> Page:
    """The page that the Mathematics button opens."""
    return within_limits(
        Page(
            title=f"{equations.title}: the mathematics",
            text=equations.text,
            colour=ANSWER_COLOUR,
            footer=f"From the lesson {equations.title} › {equations.section}",
            formulas=_numbered(equations.latex),
        )
    )


def _numbered(latex: Sequence[str]) -> tuple[str, ...]:
    """The formulas with the numbers that stand for them in the text."""
    return tuple(rf"\text{{({number})}} \quad {formula}" for number, formula in enumerate(latex, start=1))


def code_page(code: Code) -> Page:
    """The page that the Code button opens."""
    return within_limits(
        Page(
            title=f"{code.title}: in code",
            text=code.markdown,
            colour=ANSWER_COLOUR,
            footer=f"From the lesson {code.title} › {code.section}",
        )
    )


def sources_page(sources: Sources) -> Page:
    """The page that the Sources button opens."""
    lines = [_resource(resource) for resource in sources.resources]
    lines += [f"• {link(source.title, source.url)}" for source in sources.others]
    lessons = "\n".join(f"• {title} › {section}" for title, section in sources.places)
    return within_limits(
        Page(
            title="Sources",
            text="\n".join(lines),
            colour=ANSWER_COLOUR,
            fields=(Field("In the lessons", lessons),) if lessons else (),
        )
    )


def _resource(resource: Resource) -> str:
    """One line: the linked title, then authors, kind and level as far as they are known."""
    facts = (", ".join(resource.authors), resource.kind, resource.level)
    return f"• {link(resource.title, resource.url)} ({'; '.join(fact for fact in facts if fact)})"


def link(title: str, url: str | None) -> str:
    """A Markdown link, or the bare title where there is no address."""
    if url is None:
        return title
    return f"[{title.replace('[', '(').replace(']', ')')}]({url.replace(')', '%29').replace(' ', '%20')})"


def quoted(text: str) -> str:
    """What a learner wrote, as it stands in a message: it pings nobody, its Markdown does nothing, and what
    looks like an address is no link.
    """
    return re.sub(r"([\\*_~`|<>\[\]():#-])", r"\\\1", harmless(" ".join(text.split())))


def shortened(text: str, limit: int) -> str:
    """The text cut at a word to at most `limit` characters; an open code fence is closed."""
    if len(text) <= limit:
        return text
    room = limit - len(_CUT)
    cut = text[:room]
    at = max(cut.rfind(" "), cut.rfind("\n"))
    cut = cut[:at] if at > room // 2 else cut
    fence = _open_fence(cut)
    if not fence:
        return cut.rstrip() + _CUT
    tail = f"\n{fence[:3]}{_CUT}"
    body = cut[: limit - len(tail)]
    return (body[: body.rfind("\n")] if "\n" in body else body) + tail


def _open_fence(text: str) -> str:
    """The line that opened the code block in which `text` ends, or an empty string."""
    opened = ""
    for line in text.split("\n"):
        if line.startswith("```"):
            opened = "" if opened else line
    return opened


def within_limits(page: Page) -> Page:
    """The page cut to what Discord takes: every part to its own limit, then the text to that of all of them."""
    fitted = replace(
        page,
        title=shortened(page.title, TITLE_LIMIT),
        question=shortened(page.question, TITLE_LIMIT),
        footer=shortened(page.footer, FOOTER_LIMIT),
        fields=_fitting(page.fields),
    )
    beside = len(fitted.title) + len(fitted.question) + len(fitted.footer) + sum(map(len, fitted.fields))
    return replace(fitted, text=shortened(page.text, min(TEXT_LIMIT, PAGE_LIMIT - beside)))


def _fitting(fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields cut to their limits, without the last ones where they are too many."""
    fitting: list[Field] = []
    for field in fields:
        cut = Field(shortened(field.name, TITLE_LIMIT), _whole_lines(field.text, FIELD_LIMIT))
        if sum(map(len, fitting)) + len(cut) <= FIELDS_LIMIT:
            fitting.append(cut)
    return tuple(fitting)


def _whole_lines(text: str, limit: int) -> str:
    """As many whole lines as fit: half a link shows as rubbish."""
    lines: list[str] = []
    for line in text.split("\n"):
        if sum(map(len, lines)) + len(lines) + len(line) > limit:
            break
        lines.append(line)
    return "\n".join(lines) or shortened(text, limit)


def plain_text(page: Page) -> str:
    """The page as one message without an embed, for a channel where the bot may not embed links."""
    text = "\n\n".join(
        part
        for part in (
            f"**{page.title}**",
            page.text,
            *(f"**{field.name}**\n{field.text}" for field in page.fields),
            page.footer,
        )
        if part
    )
    return shortened(text, MESSAGE_LIMIT)
