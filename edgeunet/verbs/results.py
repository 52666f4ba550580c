"""Verbs about results of other verbs: report, check."""

# No `from __future__ import annotations` here: `help` and `inspect.signature` shall show the types themselves.
import os

from edgeunet.verbs.call import Document, run_command, verb


@verb
def report(
    *results: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    history: str | os.PathLike[str] | None = None,
    no_plot: bool = False,
) -> Document:
    """Collect results into one table of accuracy against cost (``edgeunet report``).

    Parameters
    ----------
    results : JSON files that build, quantize, evaluate and bench write with ``--json``, or directories of them.
    output : ``report.html``, ``.md`` or ``.json`` to write, or a directory for all of them and ``report.png``.
    history : figures of earlier commits, which `check` appends to; drawn in the HTML.
    no_plot : leave ``report.png`` out (it needs matplotlib).

    Returns
    -------
    dict
        Schema ``edgeunet.report/1``: ``rows`` (``model``, ``format``, ``target``, and ``figures`` by name, their unit
        at its end), ``sources`` (the files).

    Raises
    ------
    EdgeUNetError
        When a file holds no result or the report cannot be written.
    """
    return run_command("report", locals())


@verb
def check(
    *results: str | os.PathLike[str],
    budget: str | os.PathLike[str] = "edgeunet.toml",
    update_baseline: bool = False,
    first: bool = False,
    output: str | os.PathLike[str] | None = None,
    history: str | os.PathLike[str] | None = None,
    commit: str = "",
) -> Document:
    """Compare results with a budget and a baseline (``edgeunet check``).

    Parameters
    ----------
    results : JSON files that build, quantize, evaluate and bench write with ``--json``, or directories of them.
    budget : TOML with the limits, and where the baseline lies.
    update_baseline : store the figures of ``results`` as the new baseline.
    first : where there is no baseline yet, check the limits alone.
    output : directory for ``check.md``, ``check.json``, ``check.xml`` and the formats of services.
    history : file that the figures are appended to, a line a commit.
    commit : what names the commit there; by default what the CI server or git says.

    Returns
    -------
    dict
        Schema ``edgeunet.check/1``: ``ok``, ``comparisons`` (``model``, ``format``, ``target``, ``figure``,
        ``value``, ``bound``, ``side``, ``baseline``, ``ok``, ``estimated`` and ``error_percent`` of time and energy).

    Raises
    ------
    EdgeUNetError
        When a figure broke its limit, fell behind its baseline (``BudgetExceededError``) or is missing.
    """
    return run_command("check", locals())
