"""Inputs that broke a promise, kept as files that can be fed again; one for each place and kind of failure."""

from __future__ import annotations

import hashlib
import traceback
from pathlib import Path

from edgeunet.errors import shown
from tests.fuzz.contract import TooMuchWork

ROOT = Path(__file__).parents[2]
FINDINGS = ROOT / "out" / "fuzz"
WHY = ".txt"


def keep(folder: Path, data: bytes, error: BaseException, suffix: str = "") -> Path | None:
    """Write ``data`` and, beside it, why it is kept; ``None`` where a finding of the same kind is there already."""
    signature = _signature(error)
    kind = hashlib.sha256(signature.partition(": ")[0].encode()).hexdigest()[:12]
    path = folder / f"{kind}{suffix}"
    if path.exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    said = "".join(traceback.format_exception(error))
    path.with_name(f"{kind}{WHY}").write_text(f"{signature}\n\n{said}", encoding="utf-8", errors="backslashreplace")
    return path


def kept(folder: Path) -> list[Path]:
    """The findings in ``folder``: those of `keep`, and what libFuzzer left when the process died or hung."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != WHY)


def reason(finding: Path) -> str:
    """The first line of why ``finding`` is kept."""
    why = finding.with_suffix(WHY)
    return why.read_text(encoding="utf-8").partition("\n")[0] if why.is_file() else finding.name.partition("-")[0]


def _signature(error: BaseException) -> str:
    """Kind of error and where it came from: the same for all inputs that fail alike."""
    cause = error.__cause__ or error
    frames = traceback.extract_tb(cause.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT / "edgeunet")] or frames
    # Work runs out anywhere; what called for so much of it is further out.
    place = (ours[0] if isinstance(cause, TooMuchWork) else ours[-1]) if ours else None
    where = f"{Path(place.filename).name}:{place.lineno} ({place.name})" if place else "nowhere"
    return f"{type(cause).__name__} at {where}: {shown(str(error), 300)}"
