"""What is known about figures by their names: which way is better, and how to print one."""

from __future__ import annotations

_HIGHER_IS_BETTER = frozenset(
    {
        "f1",
        "se",
        "ppv",
        "iou",
        "precision",
        "recall",
        "accuracy",
        "macro_f1",
        "mean_iou",
        "mcc",
        "sqnr_db",
        "exact",
        "streams",
        "battery_days",
    }
)
_SHARES = _HIGHER_IS_BETTER - {"sqnr_db", "exact", "streams", "battery_days"}
_CYCLES = "cycles"


def canonical(figure: str) -> str:
    """Return the name that results have for ``figure``: ``cycles``, which was a number once, is a count."""
    return f"{figure}.count" if figure.rsplit(".", 1)[-1] == _CYCLES else figure


def higher_is_better(figure: str) -> bool:
    """Return whether a larger value is the better one; cost figures (bytes, instructions, ms) are better small."""
    return _last(figure) in _HIGHER_IS_BETTER or figure.endswith("_f1")


def is_share(figure: str) -> bool:
    """Return whether the figure lies between 0 and 1 and is read as a percentage."""
    return _last(figure) in _SHARES or figure.endswith("_f1")


def show(figure: str, value: float | int | None) -> str:
    """Return ``value`` as a reader wants it: shares in percent, large numbers grouped, others with four digits."""
    if value is None:
        return "–"
    if is_share(figure):
        return f"{100 * value:.2f} %"
    if _last(figure) == "exact":
        return "yes" if value else "no"
    if isinstance(value, int) or abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:,.4g}"


def _last(figure: str) -> str:
    return figure.rsplit(".", 1)[-1]
