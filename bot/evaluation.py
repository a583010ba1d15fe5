"""How the terminal shows an evaluation: each figure beside what is asked of it."""

from collections.abc import Iterator, Mapping

from index.evaluation import Group, Miss, Report, Shares

COLUMNS = ("top-1", "top-3", "answer", "related", "decline", "wrong lesson")


def page(report: Report, *, misses: bool) -> str:
    """The report as lines of text; with `misses`, each question that went wrong too."""
    lines = [*_targets(report), "", *_table("group", report.groups), "", *_table("kind", report.kinds), ""]
    lines += [f"median time of an answer: {report.milliseconds:.1f} ms"]
    lines += [f"questions that went wrong: {len(report.misses)}" + ("" if misses else " (--misses lists them)")]
    return "\n".join([*lines, *map(_line, report.misses if misses else ())])


def _targets(report: Report) -> Iterator[str]:
    yield f"{'':40}{'reached':>8}   asked"
    for one in report.targets:
        target = one.target
        asked = f"{target.bound} {target.asked:.0%}"
        yield f"{target.name:40}{one.reached:8.1%}   {asked:14}{'' if one.met else 'MISSED'}".rstrip()


def _table(name: str, rows: Mapping[Group, Shares] | Mapping[str, Shares]) -> Iterator[str]:
    yield f"{name:18}{'questions':>9}" + "".join(f"{column:>14}" for column in COLUMNS)
    for row, shares in rows.items():
        figures = (
            shares.top1,
            shares.top3,
            shares.answered,
            shares.related,
            shares.declined,
            shares.wrong_lesson,
        )
        cells = (f"{'' if figure is None else f'{figure:.1%}':>14}" for figure in figures)
        yield f"{row:18}{shares.questions:9}{''.join(cells)}"


def _line(miss: Miss) -> str:
    wanted = f"{miss.expected} {miss.question.concept or ''}".strip()
    found = f"{miss.answer.verdict} {', '.join(miss.answer.concepts[:3])}".strip()
    return f"  {miss.question.id}: {miss.question.question}\n    expected {wanted}; found {found}"
