"""A portfolio as files to publish: one page of HTML that needs nothing beside it, the same in Markdown, and both in a
zip. Nothing here reads or keeps anything.

What the learner wrote is text wherever it stands: it is escaped, and a link leads to the web and nowhere else. The
page asks no other place for anything, and says so to the browser, which then would not let it.
"""

import io
import re
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from html import escape

from bot.chat.train_pages import figure, metric, took
from bot.portfolio_style import STYLE
from bot.road.portfolio import Mended, Portfolio, Work
from bot.road.projects import is_stand_in
from bot.road.steps import StepStanding
from bot.road.written import Block, Span, blocks, links, spans
from bot.run_options import in_words
from training.specs import Task

PAGE_FILE, MARKDOWN_FILE, READ_ME_FILE = "index.html", "portfolio.md", "README.txt"
PICTURES, SCRIPTS = "pictures", "scripts"

TITLE = "Deep-learning portfolio"
READ_ME = f"""Your portfolio, ready to publish.

  {PAGE_FILE}     the page: one file that needs nothing beside it; open it in any browser
  {MARKDOWN_FILE}   the same in Markdown, with its curves in {PICTURES}/
  {SCRIPTS}/       a Python file for each project, which trains its best run again

To put it on GitHub Pages, which costs nothing:

  1. On github.com make a new public repository. Named YOURNAME.github.io, it becomes your home page.
  2. "Add file", "Upload files": drag in all that lies in this folder, and commit.
  3. "Settings", "Pages": under "Branch" choose main and / (root), and save.
  4. After a minute it stands at https://YOURNAME.github.io/ or https://YOURNAME.github.io/REPOSITORY/

Everybody can read what you publish. Before you do, look at the page once more: your name and your words are on it as
you wrote them in Discord, with /me, Portfolio. Nothing tells who you are on Discord.
"""

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STAND_IN = "drawn by Gradus in place of the published data, which were not at hand"


def archive(portfolio: Portfolio, scripts: Mapping[str, str]) -> bytes:
    """The zip to take along; `scripts` by name of the file."""
    files: dict[str, bytes] = {
        READ_ME_FILE: READ_ME.encode(),
        PAGE_FILE: html_page(portfolio).encode(),
        MARKDOWN_FILE: markdown_page(portfolio).encode(),
    }
    files |= {_picture_file(work): work.curve.png for work in portfolio.works if work.curve}
    files |= {f"{SCRIPTS}/{name}": text.encode() for name, text in scripts.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"portfolio/{name}", portfolio.made_on.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def _picture_file(work: Work) -> str:
    return f"{PICTURES}/{work.standing.project.id}.png"


# -------------------------------------------------------------------- what both say


def title(portfolio: Portfolio) -> str:
    """The name that the learner chose, or what it is."""
    return portfolio.writings.name or TITLE


def _counts(portfolio: Portfolio) -> list[tuple[str, int, int]]:
    """What there is of projects, concepts and steps, of how many."""
    counts = (
        ("projects done", len(portfolio.done), portfolio.projects),
        ("concepts mastered", portfolio.mastered, portfolio.concepts),
        ("career steps done", len(portfolio.steps_done), len(portfolio.steps)),
    )
    return [one for one in counts if one[1]]


def bar_words(task: Task) -> str:
    """The bar of a task, in words."""
    return f"{'at least' if task.higher else 'at most'} {task.bar:g}"


def _status(work: Work) -> str:
    return "✓ Meets its bar" if work.standing.state == "done" else "◐ Bar not met yet"


def _tags(work: Work) -> tuple[str, ...]:
    """What a reader should know at once, beside the status."""
    stand_in = is_stand_in(work.view.record.dataset)
    return (work.standing.project.level, *(("stand-in data",) if stand_in else ()))


def _result(work: Work) -> str:
    return figure(work.standing.value) if work.standing.value is not None else "none"


def _facts(work: Work) -> tuple[tuple[str, str], ...]:
    """What a run was made with: data, machine and date."""
    record = work.view.record
    facts = []
    if record.dataset:
        name, version = record.dataset
        note = f", {STAND_IN}" if is_stand_in(record.dataset) else ""
        facts.append(("Data", f"{name}, version {version}{note}"))
    if record.device:
        machine = "a CPU" if record.device == "cpu" else f"a GPU ({record.device})"
        facts.append(("Machine", f"{took(record.seconds)} on {machine}"))
    if record.ended_at:
        facts.append(("Trained on", _day(record.ended_at.date())))
    return tuple(facts)


def _options(work: Work) -> tuple[str, str]:
    """The run's options: those that are none of the task's defaults, and all of them."""
    given = work.view.record.request.options
    changed = {name: value for name, value in given.items() if name in work.view.changed}
    chosen = f"{in_words(changed)}; the others at their defaults" if changed else "all at their defaults"
    return chosen, in_words(given)


def _script(work: Work) -> str:
    return f"{SCRIPTS}/{work.standing.project.id}.py"


def _earlier(mended: Mended, task: Task) -> str:
    """How the earlier run did in which something was found."""
    if mended.value is None:
        return "An earlier run came to no result."
    return f"An earlier run came to {metric(task)} {figure(mended.value)}."


def _finding(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").capitalize()


def _shown_steps(steps: Iterable[StepStanding]) -> list[StepStanding]:
    return [one for one in steps if one.state == "done" or one.mastered or one.deed]


def _progress(step: StepStanding) -> str:
    """How far a step is by what Gradus knows; empty where it is done by the learner's own word alone."""
    if step.deed:
        return step.deed
    whole = len(step.concepts)
    return f"{step.mastered} of {whole} concepts mastered" if step.mastered else ""


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


# -------------------------------------------------------------------- HTML


def html_page(portfolio: Portfolio) -> str:
    """The page: one file, without a script, that loads nothing."""
    name = title(portfolio)
    whole = TITLE if name == TITLE else f"{name}: {TITLE.lower()}"
    main = "".join((_projects(portfolio.works), _mastery(portfolio), _steps(portfolio.steps)))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{escape(whole)}</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
</head>
<body>
{_head(portfolio)}<main>
{main}</main>
<footer>
<p>Every figure here comes from a run of its author's own. Made with Gradus, a deep-learning tutor, on \
{_day(portfolio.made_on)}.</p>
</footer>
</body>
</html>
"""


def _head(portfolio: Portfolio) -> str:
    name, writings = title(portfolio), portfolio.writings
    kicker = f'<p class="kicker">{TITLE}</p>\n' if name != TITLE else ""
    tiles = "".join(
        f"<li><strong>{count}</strong><span>of {whole} {words}</span></li>\n"
        for words, count, whole in _counts(portfolio)
    )
    counted = f'<ul class="tiles" aria-label="In short">\n{tiles}</ul>\n' if tiles else ""
    listed = "".join(f"<li>{_span(one)}</li>\n" for one in links(writings.links))
    linked = f'<ul class="links" aria-label="Links">\n{listed}</ul>\n' if listed else ""
    return (
        f'<header>\n{kicker}<h1 dir="auto">{escape(name)}</h1>\n{_blocks(writings.introduction)}{linked}'
        f"{counted}</header>\n"
    )


def _projects(works: Sequence[Work]) -> str:
    if not works:
        return ""
    return f"<section>\n<h2>Projects</h2>\n{''.join(map(_article, works))}</section>\n"


def _article(work: Work) -> str:
    project, task, done = work.standing.project, work.view.task, work.standing.state == "done"
    figures = (
        (metric(task).capitalize(), _result(work)),
        ("Bar", bar_words(task)),
        ("For comparison", task.baseline),
    )
    return (
        f'<article id="{escape(project.id)}">\n<div class="title">\n<h3>{escape(project.title)}</h3>\n'
        f'<p class="tags"><span class="{"done" if done else "tried"}">{_status(work)}</span> '
        f"{''.join(f'<span>{escape(tag)}</span>' for tag in _tags(work))}</p>\n</div>\n"
        f'{_blocks(work.paragraph)}<dl class="figures">\n{_terms(figures)}</dl>\n'
        f'<div class="run">\n{_curve(work)}<div>\n{_learned(work)}'
        f"{_made_with(work)}</div>\n</div>\n</article>\n"
    )


def _terms(terms: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>\n" for name, value in terms)


def _curve(work: Work) -> str:
    if work.curve is None:
        return ""
    source = f"data:image/png;base64,{b64encode(work.curve.png).decode()}"
    width, height = _size(work.curve.png)
    return (
        f'<figure>\n<img src="{source}" alt="{escape(work.curve.words)}" width="{width}" height="{height}">\n'
        "<figcaption>How the best run learned.</figcaption>\n</figure>\n"
    )


def _size(png: bytes) -> tuple[int, int]:
    """The pixels of a picture, wide and high, as its header says."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def _learned(work: Work) -> str:
    """What diagnoses found: in an earlier run, with what was changed, and in the best one."""
    parts = []
    if mended := work.mended:
        changes = ", ".join(
            f"<code>{escape(name)}</code> {escape(was or 'none')} → {escape(now or 'none')}"
            for name, was, now in mended.changes
        )
        parts.append(
            f"<h4>Found and mended: {escape(_finding(mended.finding.finding).lower())}</h4>\n"
            f"<p>{escape(_earlier(mended, work.view.task))} {_inline(mended.finding.evidence)}</p>\n"
            + (f"<p><strong>Changed:</strong> {changes}.</p>\n" if changes else "")
        )
    for one in work.view.findings[:1]:
        parts.append(
            f"<h4>Still to mend: {escape(_finding(one.finding).lower())}</h4>\n"
            f"<p>{_inline(one.evidence)} {_inline(one.advice)}</p>\n"
        )
    return f'<div class="learned">\n{"".join(parts)}</div>\n' if parts else ""


def _made_with(work: Work) -> str:
    chosen, every = _options(work)
    return (
        f'<dl class="facts">\n{_terms(_facts(work))}'
        f"<div><dt>Options</dt><dd><details><summary>{escape(chosen)}</summary>{escape(every)}</details></dd></div>\n"
        f"<div><dt>Again</dt><dd><code>python {_script(work)}</code>, from the archive of this page</dd></div>\n</dl>\n"
    )


def _mastery(portfolio: Portfolio) -> str:
    if not portfolio.mastered:
        return ""
    rows = "".join(
        f'<li><span>{escape(one.title)}</span><span class="bar" aria-hidden="true">'
        f'<span style="width:{100 * one.mastered / one.total:.0f}%"></span></span>'
        f"<span>{one.mastered} of {one.total}</span></li>\n"
        for one in portfolio.stages
        if one.total
    )
    return (
        "<section>\n<h2>Concepts mastered</h2>\n<p>Mastered is what was answered right on several days, apart in "
        f'time.</p>\n<ul class="mastery">\n{rows}</ul>\n</section>\n'
    )


def _steps(steps: Sequence[StepStanding]) -> str:
    shown = _shown_steps(steps)
    if not shown:
        return ""
    return f'<section>\n<h2>Steps of a career</h2>\n<ol class="steps">\n{"".join(map(_step, shown))}</ol>\n</section>\n'


def _step(step: StepStanding) -> str:
    sign, said = ("✓", "done") if step.state == "done" else ("◐", "begun")
    told = [f"<p>{escape(_progress(step))}</p>\n" if _progress(step) else ""]
    if step.own:
        told.append(f'<p dir="auto">{_inline(step.own.text)} <span class="own">(in their own words)</span></p>\n')
    return (
        f'<li value="{step.number}"><h3><span class="{"done" if step.state == "done" else "tried"}" '
        f'aria-hidden="true">{sign}</span> {escape(step.step.title)}<span class="hidden">, {said}</span></h3>\n'
        f"{''.join(told)}</li>\n"
    )


def _blocks(text: str) -> str:
    return "".join(map(_block, blocks(text)))


def _block(block: Block) -> str:
    lines = ["".join(map(_span, line)) for line in block.lines]
    if block.kind == "list":
        items = "".join(f'<li dir="auto">{line}</li>\n' for line in lines)
        return f'<ul class="written">\n{items}</ul>\n'
    return f'<p class="written" dir="auto">{"<br>".join(lines)}</p>\n'


def _inline(text: str) -> str:
    return "".join(map(_span, spans(text)))


def _span(span: Span) -> str:
    tags = {"bold": "strong", "italic": "em", "code": "code"}
    text = escape(span.text)
    if span.kind == "link":
        return f'<a href="{escape(span.url)}" rel="nofollow noopener noreferrer">{text}</a>'
    return f"<{tags[span.kind]}>{text}</{tags[span.kind]}>" if span.kind in tags else text


# -------------------------------------------------------------------- Markdown


def markdown_page(portfolio: Portfolio) -> str:
    """The same in Markdown; its curves lie beside it."""
    name, writings = title(portfolio), portfolio.writings
    counts = " · ".join(f"**{count}** of {whole} {words}" for words, count, whole in _counts(portfolio))
    parts = [f"# {_plain(name)}", *([f"*{TITLE}*"] if name != TITLE else []), _marked(writings.introduction)]
    parts.append(" · ".join(map(_mark, links(writings.links))))
    parts.append(counts)
    if portfolio.works:
        parts += ["## Projects", *(part for work in portfolio.works for part in _work_parts(work))]
    if portfolio.mastered:
        rows = [f"| {_plain(one.title)} | {one.mastered} of {one.total} |" for one in portfolio.stages if one.total]
        parts += ["## Concepts mastered", "\n".join(["| Stage | Mastered |", "| --- | --- |", *rows])]
    if shown := _shown_steps(portfolio.steps):
        parts += ["## Steps of a career", "\n".join(map(_step_line, shown))]
    parts.append(f"---\n\nMade with Gradus, a deep-learning tutor, on {_day(portfolio.made_on)}.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _work_parts(work: Work) -> list[str]:
    project, task = work.standing.project, work.view.task
    rows = [
        (metric(task).capitalize(), f"**{_result(work)}**"),
        ("Bar", bar_words(task)),
        ("For comparison", _plain(task.baseline)),
        *((name, _plain(value)) for name, value in _facts(work)),
        ("Options", _plain(_options(work)[1])),
        ("Again", f"`python {_script(work)}`"),
    ]
    table = "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)])
    parts = [
        f"### {_plain(project.title)}",
        " · ".join((f"**{_status(work)}**", *_tags(work))),
        _marked(work.paragraph),
        table,
    ]
    if work.curve:
        parts.append(f"![{_plain(work.curve.words)}]({_picture_file(work)})")
    if mended := work.mended:
        changes = ", ".join(
            f"`{name}` {_plain(was or 'none')} → {_plain(now or 'none')}" for name, was, now in mended.changes
        )
        parts.append(
            f"**Found and mended: {_finding(mended.finding.finding).lower()}.** {_plain(_earlier(mended, task))} "
            f"{_marked_line(mended.finding.evidence)}" + (f" Changed: {changes}." if changes else "")
        )
    for one in work.view.findings[:1]:
        parts.append(
            f"**Still to mend: {_finding(one.finding).lower()}.** {_marked_line(one.evidence)} "
            f"{_marked_line(one.advice)}"
        )
    return parts


def _step_line(step: StepStanding) -> str:
    own = f"{_marked_line(step.own.text)} (in their own words)" if step.own else ""
    told = "; ".join(part for part in (_progress(step), own) if part)
    sign = "✓" if step.state == "done" else "◐"
    return f"- {sign} **{step.number}. {_plain(step.step.title)}**{f': {told}' if told else ''}"


def _marked(text: str) -> str:
    """What somebody wrote, in Markdown of ours."""
    return "\n\n".join(map(_marked_block, blocks(text)))


def _marked_block(block: Block) -> str:
    lines = ["".join(map(_mark, line)) for line in block.lines]
    return "\n".join(f"- {line}" for line in lines) if block.kind == "list" else "  \n".join(lines)


def _marked_line(text: str) -> str:
    return "".join(map(_mark, spans(text)))


def _mark(span: Span) -> str:
    wrap: Mapping[str, Callable[[str], str]] = {
        "bold": "**{}**".format,
        "italic": "*{}*".format,
        "link": lambda text: f"[{text}]({span.url})",
    }
    if span.kind == "code":
        return f"`{span.text}`"
    return wrap.get(span.kind, str)(_plain(span.text))


def _plain(text: str) -> str:
    """Text in which nothing is a mark of Markdown or of HTML."""
    marked = re.sub(r"([\\`*_\[\]|~])", r"\\\1", text)
    marked = re.sub(r"^(\s*)([-+=#]|\d+(?=[.)]))", _as_text, marked)
    return marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _as_text(begins: re.Match[str]) -> str:
    """What would begin a list or a heading, as what it says: a backslash before a sign, after a number."""
    space, sign = begins.groups()
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"
