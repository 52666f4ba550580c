"""The converter's process: equal bytes from it, and a sentence however it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from edgeunet import worker as workers
from edgeunet.errors import QuantizeError
from edgeunet.quantize.apart import ConverterProcess
from tests.quantize.conftest import Converted
from tests.rigs.tools import need


def worker(program: str, monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Put ``program`` in the place of the converter's process; return the processes that will have been started."""
    start, processes = subprocess.Popen, []

    def started(command: list[str], **options: Any) -> Any:
        processes.append(start([sys.executable, "-c", program], **options))
        return processes[-1]

    monkeypatch.setattr(workers.subprocess, "Popen", started)
    return processes


def test_the_process_gives_what_the_converter_gives(converted: Converted, converter: ConverterProcess) -> None:
    assert converter.convert(converted.keras, "float32") == converted.float32
    assert converter.convert(converted.keras, "int8", converted.windows) == converted.int8


def test_what_it_cannot_do_is_its_own_sentence(converted: Converted, converter: ConverterProcess) -> None:
    with pytest.raises(QuantizeError, match="needs calibration windows"):
        converter.convert(converted.keras, "int8")


@pytest.mark.nightly  # below, processes that end in each of these ways
def test_a_network_on_which_the_converter_crashes_is_a_sentence() -> None:
    """Of a bidirectional LSTM over a sequence the converter makes a loop, on which its quantizer ends with SIGSEGV."""
    need("tensorflow", "ai-edge-litert")
    import keras

    source = keras.Input((64, 1), batch_size=1)
    x = keras.layers.Conv1D(8, 5, padding="same")(source)
    x = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True))(x)
    model = keras.Model(source, keras.layers.Conv1D(4, 1)(x), name="recurrent")
    windows = np.random.default_rng(0).standard_normal((4, 64, 1)).astype(np.float32)
    with ConverterProcess() as converter, pytest.raises(QuantizeError, match="'recurrent' to int8") as raised:
        converter.convert(model, "int8", windows)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (f"import os; os.kill(os.getpid(), {int(signal.SIGSEGV)})", r"crashed \(SIGSEGV\)"),
        (f"import os; os.kill(os.getpid(), {int(signal.SIGABRT)})", r"crashed \(SIGABRT\)"),
        (f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})", "was killed, most likely for want of memory"),
        ("raise SystemExit(3)", "ended with exit code 3"),
        ("import sys; sys.stdin.readline(); sys.exit(0)", "ended with exit code 0"),
    ],
)
def test_every_end_of_the_process_is_a_sentence(
    program: str, said: str, converted: Converted, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker(program, monkeypatch)
    with ConverterProcess() as converter, pytest.raises(QuantizeError, match=f"{said}.* on 'small-net' to float32"):
        converter.convert(converted.keras, "float32")


def test_a_process_that_hangs_is_ended(converted: Converted, monkeypatch: pytest.MonkeyPatch) -> None:
    processes = worker("import sys; sys.stdin.read()", monkeypatch)
    with (
        ConverterProcess(timeout_s=0.2) as converter,
        pytest.raises(QuantizeError, match=r"had not converted 'small-net' to float32 after 0\.2 s"),
    ):
        converter.convert(converted.keras, "float32")
    assert [process.returncode for process in processes] == [-signal.SIGKILL]
