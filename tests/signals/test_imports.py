"""``edgeunet.signals`` runs on NumPy alone."""

from __future__ import annotations

import subprocess
import sys
import textwrap


def test_signals_read_and_make_windows_with_nothing_but_numpy() -> None:
    program = """
        import sys

        class Forbidden:
            def find_spec(self, name, path=None, target=None):
                if name.split(".")[0] in {"scipy", "wfdb", "tensorflow", "keras", "pandas", "matplotlib"}:
                    raise ImportError(f"{name} was imported")

        sys.meta_path.insert(0, Forbidden())
        import edgeunet.signals as signals

        source = signals.PreparedSource(signals.open_source(None, records=2, leads=["ii"]), rate_hz=250)
        made = list(signals.windows(map(source.read, source.names()), 500, 250, normalization="zscore"))
        assert len(made) > 10
    """
    subprocess.run([sys.executable, "-W", "error", "-c", textwrap.dedent(program)], check=True)
