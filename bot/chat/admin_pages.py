"""What moderators see of their server's settings and of its uncovered questions, as plain pages."""

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.asking import CoverageEntry
from bot.chat.rendering import ANSWER_COLOUR, RELATED_COLOUR, Field, Page, quoted, shortened, within_limits
from bot.servers.settings import ServerSettings
from content.catalogue import Catalogue
from quizzes.store import Report

COVERAGE_KINDS = {
    "all": "All",
    "declined": "Declined: not on the roadmap",
    "unsure": "Unsure: nothing was claimed",
    "unhelpful": "Marked as not helpful",
}
COVERAGE_PAGE = 10  # questions on one page
QUESTION_SHOWN = 160  # characters: two lines on a phone
MOST_CONCEPTS = 5
MOST_REPORTS = 10
MOST_BLOCKED = 40  # named on the page; the rest are counted


@dataclass(frozen=True)
class ChannelState:
    """What stands in the way in a channel that moderators chose.

    Attributes:
        gone: it does not exist any more.
        lacking: the permissions that the bot has not got there, in words.
    """

    gone: bool = False
    lacking: tuple[str, ...] = ()


def home_page(
    settings: ServerSettings, blocked: int, uncovered: int, states: Mapping[int, ChannelState], waiting: int = 0
) -> Page:
    """All settings of a server at a glance, and what stands in their way."""
    fields = (
        Field("Answers", _answers(settings)),
        Field("Other channels", "\n".join(_chosen(settings))),
        Field("Who may train", _training(settings)),
        Field(
            "Limits per person",
            f"{_counted(settings.questions_per_hour, 'question', 'questions')} an hour\n"
            f"{_counted(settings.runs_per_day, 'training run', 'training runs')} a day",
        ),
        Field("Block list", _counted(blocked, "person", "people")),
        Field("Coverage", f"{_counted(uncovered, 'question', 'questions')} of the last 90 days not answered well"),
        Field("Members' answers", f"{_counted(waiting, 'waits', 'wait')} for a moderator"),
        *_warnings(states),
    )
    return within_limits(
        Page(
            title="Gradus in this server",
            text="These settings hold for this server alone. Only moderators (who may manage the server) see this.",
            colour=RELATED_COLOUR if _warnings(states) else ANSWER_COLOUR,
            fields=fields,
        )
    )


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _answers(settings: ServerSettings) -> str:
    if not settings.allowed_channels:
        return "Public in every channel"
    return f"Public in {_mentions(settings.allowed_channels, '#')}; elsewhere only who asks sees them"


def _chosen(settings: ServerSettings) -> Iterable[str]:
    chosen = {
        "Daily questions": settings.quiz_channel,
        "Training": settings.training_channel,
        "Study groups": settings.study_channel,
    }
    return (f"{name}: {f'<#{channel}>' if channel else 'not chosen'}" for name, channel in chosen.items())


def _training(settings: ServerSettings) -> str:
    if not settings.trains:
        return "Nobody: it is switched off"
    return _mentions(settings.training_roles, "@&") if settings.training_roles else "Everyone"


def _mentions(ids: Collection[int], mark: str) -> str:
    return ", ".join(f"<{mark}{id}>" for id in sorted(ids))


def _warnings(states: Mapping[int, ChannelState]) -> tuple[Field, ...]:
    lines = [
        f"<#{channel}> is gone or hidden from me: choose another"
        if state.gone
        else f"In <#{channel}> I lack: {', '.join(state.lacking)}"
        for channel, state in states.items()
        if state.gone or state.lacking
    ]
    return (Field("To mend", "\n".join(lines)),) if lines else ()


def channels_page(settings: ServerSettings) -> Page:
    """What the four selects below it are for."""
    return Page(
        title="Channels",
        text=(
            "**Answers** are public in the channels you choose; elsewhere only who asks sees them. "
            "Choose none, and they are public everywhere.\n"
            "**Daily questions**, **training** and **study groups** each speak in one channel."
        ),
        colour=ANSWER_COLOUR,
    )


def training_page(settings: ServerSettings) -> Page:
    """What the select below it is for."""
    return Page(
        title="Who may train",
        text="People with any of these roles may start training runs. Choose none, and everyone may.",
        colour=ANSWER_COLOUR,
    )


def blocks_page(blocked: Sequence[int]) -> Page:
    """Who is blocked, the newest first."""
    named = ", ".join(f"<@{person}>" for person in blocked[:MOST_BLOCKED]) or "Nobody."
    more = f" and {len(blocked) - MOST_BLOCKED} more" if len(blocked) > MOST_BLOCKED else ""
    return Page(
        title="Block list",
        text=f"I answer these people no more in this server:\n{named}{more}",
        colour=ANSWER_COLOUR,
    )


def reports_page(reports: Sequence[Report]) -> Page:
    """What learners found wrong with questions, newest first, without names."""
    lines = [f"`{one.question}` ({one.at:%d.%m.%Y}): {quoted(shortened(one.text, QUESTION_SHOWN))}" for one in reports]
    return within_limits(
        Page(
            title="Reports on questions",
            text="\n".join(lines) or "Nobody has reported a question.",
            colour=ANSWER_COLOUR,
            footer="Without names, from every server of this Gradus. `gradus quiz show ID` shows a question."
            if lines
            else "",
        )
    )


def chosen_entries(entries: Sequence[CoverageEntry], kind: str) -> tuple[CoverageEntry, ...]:
    """The entries of one kind, or all."""
    return tuple(entry for entry in entries if kind in ("all", entry.kind))


def pages_of(entries: Sequence[CoverageEntry]) -> int:
    """How many pages they fill, at least one."""
    return max(1, -(-len(entries) // COVERAGE_PAGE))


def coverage_page(entries: Sequence[CoverageEntry], kind: str, number: int, catalogue: Catalogue) -> Page:
    """A page (from 0) of the questions that learners were not served well on, newest first, without names."""
    chosen = chosen_entries(entries, kind)
    counts: Counter[str] = Counter(entry.kind for entry in entries)
    shown = chosen[number * COVERAGE_PAGE : (number + 1) * COVERAGE_PAGE]
    summary = ", ".join(f"{counts[one]} {one}" for one in COVERAGE_KINDS if counts[one]) or "nothing"
    return within_limits(
        Page(
            title=f"Coverage · {COVERAGE_KINDS[kind]}",
            text="\n".join(map(_entry, shown)) or "No such question in the last 90 days.",
            colour=ANSWER_COLOUR,
            fields=_concepts(chosen, catalogue),
            footer=f"Last 90 days: {summary}. Page {number + 1} of {pages_of(chosen)}. Kept without names.",
        )
    )


def _entry(entry: CoverageEntry) -> str:
    question = shortened(quoted(entry.question), QUESTION_SHOWN)
    return f"• {entry.asked_at:%d %b} · *{entry.kind}* · {question}"


def _concepts(entries: Sequence[CoverageEntry], catalogue: Catalogue) -> tuple[Field, ...]:
    """The concepts closest to most of them: what to teach next."""
    counts = Counter(entry.concept for entry in entries if entry.concept in catalogue.concepts)
    lines = [f"{catalogue.concepts[str(id)].title}: {count}" for id, count in counts.most_common(MOST_CONCEPTS)]
    return (Field("Closest concepts", "\n".join(lines)),) if lines else ()


def coverage_file(entries: Sequence[CoverageEntry]) -> bytes:
    """All of it as CSV, for a table; marked as UTF-8, which Excel does not guess."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["day", "kind", "concept", "question"])
    writer.writerows(
        (entry.asked_at.isoformat(), entry.kind, entry.concept or "", _no_formula(entry.question)) for entry in entries
    )
    return text.getvalue().encode("utf-8-sig")


def _no_formula(cell: str) -> str:
    """A cell that no spreadsheet runs: some take the wide signs of East Asian keyboards for the plain ones."""
    return f"'{cell}" if unicodedata.normalize("NFKC", cell[:1]).startswith(("=", "+", "-", "@")) else cell
