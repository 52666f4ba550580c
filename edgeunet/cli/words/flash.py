"""What a flashed program reported, in words: events where it runs a pipeline, and one closing line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edgeunet.cli.words.events import event_lines
from edgeunet.pipeline.reference import Event
from edgeunet.run.flash import FlashPlan
from edgeunet.run.machines.protocol import Line
from edgeunet.run.pipeline_bench import event_of

SCHEMA = "edgeunet.flash/1"
_CALLS = {"run": "window", "push": "hop"}


def flash_document(plan: FlashPlan, lines: Sequence[Line]) -> dict[str, Any]:
    """Return the object that ``flash --json`` prints; figures are ``None`` where nothing was heard or counted."""
    calls = [line for line in lines if line.kind in _CALLS]
    stack = [line for line in lines if line.kind in (*_CALLS, "flush")]
    tests = [line.number("result") for line in lines if line.kind == "selftest"]
    recording = plan.project.recording
    events = _events(plan, lines)
    unit = lines[0].text("unit") if _is_counted(lines) else None
    count = max(line.number("count") for line in calls) if calls and unit else None
    return {
        "schema": SCHEMA,
        "model": plan.project.model,
        "board": plan.board.name,
        "heard": bool(lines),
        "selftest_passed": not any(tests) if tests else None,
        "unit": unit,
        "call": _CALLS[calls[0].kind] if calls else None,
        "calls": len(calls),
        "count_per_call": count,
        "count_per_second": _per_second(calls, recording) if unit else None,
        "microseconds_measured": _microseconds(lines, count) if unit == "cycles" else None,
        "recording_s": recording["samples"] / recording["sample_rate_hz"] if recording else None,
        "state_bytes": lines[0].number("state_bytes") if lines else None,
        "stack_bytes": max(line.number("stack_bytes") for line in stack) if stack else None,
        "events": [vars(event) for event in events] if recording else None,
    }


def _is_counted(lines: Sequence[Line]) -> bool:
    """Whether the board's counter ran: one that stands still shows 0 for the loops of known length."""
    loops = [line for line in lines if line.kind == "calibration"]
    return bool(lines) and (not loops or any(line.number("count") for line in loops))


def _microseconds(lines: Sequence[Line], cycles: int | None) -> float | None:
    clock_hz = lines[0].number("clock_hz")
    return round(1e6 * cycles / clock_hz, 3) if cycles is not None and clock_hz else None


def _per_second(calls: Sequence[Line], recording: Any) -> int | None:
    if not (calls and recording):
        return None
    seconds: float = recording["samples"] / recording["sample_rate_hz"]
    return round(sum(line.number("count") for line in calls) / seconds)


def _events(plan: FlashPlan, lines: Sequence[Line]) -> tuple[Event, ...]:
    recording = plan.project.recording
    if not recording:
        return ()
    return tuple(event_of(line, tuple(recording["classes"])) for line in lines if line.kind == "event")


def summarize_flash(plan: FlashPlan, lines: Sequence[Line]) -> list[str]:
    """Return the events, if there are any, and one line: what ran, whether it was exact, and what it took."""
    told = flash_document(plan, lines)
    if not lines:
        return [f"{plan.board.name}: {plan.image} is on the board; name its serial port with --port to hear it"]
    recording = plan.project.recording
    table = []
    if recording:
        table = [*event_lines(_events(plan, lines), recording["sample_rate_hz"]), ""]
    where = f"{plan.board.name}{' (emulated)' if plan.board.is_emulated else ''}"
    figures = [_verdict(told["selftest_passed"], bool(recording)), *_figures(told)]
    return [*table, f"{where}: {_what_ran(told, plan)}; {'; '.join(figures)}"]


def _what_ran(told: dict[str, Any], plan: FlashPlan) -> str:
    if plan.project.recording:
        counts: dict[str, int] = dict.fromkeys(plan.project.recording["classes"][1:], 0)
        for event in told["events"]:
            counts[event["kind"]] += 1
        found = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        return f"the pipeline of {told['model']} found {found} in {told['recording_s']:g} s of synthetic ECG"
    plural = "s" if told["calls"] != 1 else ""
    return f"{told['model']} ran {told['calls']} {told['call']}{plural}"


def _verdict(passed: bool | None, is_pipeline: bool) -> str:
    if passed is None:
        return "model/ holds no self-test"
    return f"self-test passed ({'every stage' if is_pipeline else 'every output byte'} as golden)"


def _figures(told: dict[str, Any]) -> list[str]:
    if told["unit"] is None:
        cost = "not counted: this board's counter stands still"
    elif told["count_per_second"] is not None:
        cost = f"{told['count_per_second']:,} {told['unit']} per second of signal"
    else:
        cost = f"{told['count_per_call']:,} {told['unit']} per {told['call']} at most"
    if told["microseconds_measured"] is not None:
        cost += f" ({told['microseconds_measured']:,.1f} µs per {told['call']} at most, measured)"
    return [cost, f"{told['state_bytes']:,} bytes of state, {told['stack_bytes']:,} of stack"]
