"""A check as Markdown: for a pull request's comment or a job's summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edgeunet.emit.template import MarkdownPage, render
from edgeunet.escaping.markdown import Markdown, MarkdownText, markdown_text
from edgeunet.report.figures import show
from edgeunet.report.markdown import MarkdownTable
from edgeunet.report.results import Figure, Results, Subject
from edgeunet.report.table import is_boundary_f1, rows, target_rows
from edgeunet.report.verdict.rows import BROKEN, MISSING, OK, Verdict, summary

EMPTY = "–"
HEAD = ("", "model", "figure", "value", "limit", "baseline", "change")
LEFT = 3
MARKS = {OK: "✓", BROKEN: "**✗**", MISSING: "**?**"}

COLUMNS = (
    ("flash bytes", "flash_bytes"),
    ("RAM bytes", "ram_bytes"),
    ("cycles", "cycles.count"),
    ("ms", "milliseconds"),
    ("µJ", "microjoules"),
)
"""What a target costs: heading and figure."""

MEAN_F1 = "mean boundary F1"


@dataclass(frozen=True, eq=False)
class CheckPage(MarkdownPage):
    """The verdict, what broke, what each model reaches and costs, and what held."""

    template = "report/verdict/pages/check.md.jinja"

    title: MarkdownText
    summary: MarkdownText
    sentences: tuple[MarkdownText, ...]
    worse: MarkdownTable | None
    costs: MarkdownTable | None
    held: MarkdownTable | None
    held_count: int


def to_markdown(found: Sequence[Verdict], results: Results) -> str:
    """Return the page; what broke stands first, what held is folded away."""
    worse = [verdict for verdict in found if verdict.state != OK]
    held = [verdict for verdict in found if verdict.state == OK]
    return render(
        CheckPage(
            title=markdown_text(title(found)),
            summary=markdown_text(summary(found)),
            sentences=tuple(markdown_text(verdict.sentence()) for verdict in worse),
            worse=_table(worse) if worse else None,
            costs=_costs(found, results),
            held=_table(held) if held else None,
            held_count=len(held),
        )
    )


def title(found: Sequence[Verdict]) -> str:
    """The verdict in a few words."""
    states = {verdict.state for verdict in found}
    if BROKEN in states:
        return "the budget is broken"
    return "the budget cannot be checked" if MISSING in states else "the budget holds"


def _table(found: Sequence[Verdict]) -> MarkdownTable:
    return _markdown_table(HEAD, LEFT, [_line(verdict) for verdict in found])


def _line(verdict: Verdict) -> tuple[Markdown, ...]:
    limit = verdict.limit
    bound = EMPTY if limit is None else f"{'≤' if limit.side == 'max' else '≥'} {show(limit.figure, limit.bound)}"
    better = {True: " better", False: " worse", None: ""}[verdict.is_better]
    texts = (
        str(verdict.subject),
        verdict.figure,
        show(verdict.figure, verdict.value),
        bound,
        show(verdict.figure, verdict.baseline),
        f"{verdict.change()}{better}" or EMPTY,
    )
    return (Markdown(MARKS[verdict.state]), *map(markdown_text, texts))


def _costs(found: Sequence[Verdict], results: Results) -> MarkdownTable | None:
    """Accuracy against cost, a line per target, each figure with its change since the baseline."""
    before: dict[tuple[Subject, str], Figure] = {
        (v.subject, v.figure): v.baseline for v in found if v.baseline is not None
    }
    scores = {row.subject: (row.mean_f1, row.figures) for row in rows(results)}
    lines = [_cost_line(subject, results, scores, before) for subject in target_rows(results)]
    used = [i for i in range(len(COLUMNS)) if any(line[2 + i] != EMPTY for line in lines)]
    if not lines or not used:
        return None
    head = ("model", MEAN_F1, *(COLUMNS[i][0] for i in used))
    kept = [(line[0], line[1], *(line[2 + i] for i in used)) for line in lines]
    return _markdown_table(head, 1, [tuple(map(markdown_text, line)) for line in kept])


def _cost_line(
    subject: Subject,
    results: Results,
    scores: Mapping[Subject, tuple[float | None, Mapping[str, Figure]]],
    before: Mapping[tuple[Subject, str], Figure],
) -> tuple[str, ...]:
    figures, scored = results.of(subject), Subject(subject.model, subject.format)
    score, by_name = scores.get(scored, (None, {}))
    old = [before[scored, name] for name in by_name if is_boundary_f1(name) and (scored, name) in before]
    f1 = EMPTY if score is None else _with_change("f1", score, sum(old) / len(old) if old else None)
    costs = (
        _with_change(figure, figures[figure], before.get((subject, figure))) if figure in figures else EMPTY
        for _, figure in COLUMNS
    )
    return (str(subject), f1, *costs)


def _with_change(figure: str, value: Figure, old: Figure | None) -> str:
    if old is None or value == old:
        return show(figure, value)
    if figure == "f1":
        return f"{show(figure, value)} ({100 * (value - old):+.2f})"
    share = f" ({100 * (value - old) / abs(old):+.1f} %)" if old else ""
    return f"{show(figure, value)}{share}"


def _markdown_table(head: Sequence[str], left: int, lines: Sequence[tuple[Markdown, ...]]) -> MarkdownTable:
    rules = tuple(Markdown("---" if column < left else "---:") for column in range(len(head)))
    return MarkdownTable(tuple(map(markdown_text, head)), rules, tuple(lines))
