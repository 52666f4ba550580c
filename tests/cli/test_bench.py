"""The commands around ``run`` from the outside: one JSON object, one sentence, the right exit code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from edgeunet.cli import main
from edgeunet.modelcard import ModelCard, write_card
from tests.rigs.command import edgeunet
from tests.rigs.tools import need


def started(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """In a process of its own, all of whose output is seen."""
    command = [sys.executable, "-W", "error", "-m", "edgeunet", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_bench_prints_one_json_object_and_notes_on_stderr(shared: Path) -> None:
    need("gcc")
    done = started("bench", shared / "models" / "small-unet-256.int8.tflite", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["exact"] is True
    assert document["target"] == "host"
    assert "building" in done.stderr


def test_bench_prints_a_table(shared: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    done = edgeunet(
        "bench", shared / "models" / "classic-unet-512.int8.tflite", "--target", "cortex-m4", "--repeat", "2"
    )
    assert done.returncode == 0, done.stderr
    assert "exact: all 4,096 output bytes of 2 runs equal the reference" in done.stdout
    for word in ("cycles/MAC", "instructions", "published boards", "RAM", "flash", "stack"):
        assert word in done.stdout
    for word in ("compiler", "flags", "emulator", "not counted"):
        assert word in done.stdout


@pytest.mark.parametrize("rated", [True, False], ids=["rate known", "rate unknown"])
def test_bench_of_a_stream_says_what_a_hop_and_a_second_cost(shared: Path, tmp_path: Path, rated: bool) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    model = tmp_path / "m.int8.tflite"
    model.write_bytes((shared / "models" / "classic-unet-512.int8.tflite").read_bytes())
    if rated:
        write_card(model, ModelCard("mine", sample_rate_hz=250.0))
    done = edgeunet("bench", model, "--target", "cortex-m4", "--stream", "--hop", "16")
    assert done.returncode == 0, done.stderr
    assert "equal the network over the whole recording" in done.stdout
    assert " per hop, untraced" in done.stdout
    assert f"an output comes 40 samples{' (160 ms)' if rated else ''} late; state " in done.stdout
    assert ("MHz keep up with the signal, by the cycles" in done.stdout) == rated
    assert ("per second    unknown" in done.stdout) != rated
    assert ("has no sample rate" in done.stderr) != rated


def test_bench_of_a_plan_that_fits(shared: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    model = shared / "models" / "classic-unet-512.int8.tflite"
    done = edgeunet("bench", model, "--target", "cortex-m4", "--mode", "auto", "--ram", "1200", "--json")
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"auto: a stream with a hop of 4 samples.*, kernels with at most 0 bytes of scratch memory", done.stderr
    )
    document = json.loads(done.stdout)
    assert document["exact"] is True
    assert document["mode"] == "stream"
    assert document["state_bytes"] + document["io_bytes"] <= 1200


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("bench", "nothing.tflite"), "nothing.tflite"),
        (("bench", "{model}", "--target", "cortex-m99"), "no board or core 'cortex-m99'"),
        (("bench", "{model}", "--target", "cortex-m4", "--sanitize"), "--target host"),
        (("bench", "{model}", "--emulator", "qemu"), "leave --emulator out"),
        (("bench", "{model}", "--port", "/dev/ttyACM0"), "leave --port out"),
        (("bench", "{model}", "--stack", "4096"), "leave --stack out"),
        (("bench", "{model}", "--target", "cortex-m4", "--port", "/dev/ttyACM0"), "cortex-m4 is emulated"),
        (
            ("bench", "{model}", "--target", "nrf52840dk", "--emulator", "qemu", "--port", "/dev/ttyACM0"),
            "leave one of them out",
        ),
        (("bench", "{model}", "--stream", "--mode", "window"), "--stream is short for --mode stream"),
        (("bench", "{model}", "--stream", "--hop", "100000000"), "use --hop 65536 or less"),
        (("bench", "{model}", "--stream", "--hop", "99999999999"), "use --hop 65536 or less"),
        (("bench", "{model}", "--mode", "auto", "--ram", "-10"), "-10 is not in the range"),
        (("bench", "{model}", "--pipeline", "--input-rate", "0"), "0.0 is not in the range"),
        (("bench", "{model}", "--stream", "--recompute", "999"), "use --recompute 0 to"),
        (("bench", "{model}", "--recompute", "1"), "add --mode stream or --hop"),
        (("bench", "{model}", "--stream", "--recompute", "0", "--ram", "300"), "needs at least"),
        (("bench", "{model}", "--cflags", "-fno-such-flag"), "no-such-flag"),
        (("bench", "{model}", "--target", "cortex-m3", "--kernels", "mve"), "cannot run the mve kernels"),
        (
            (
                "bench",
                "{model}",
                "--timeout",
                "0.1",
                "--target",
                "cortex-m4",
                "--kernels",
                "portable",
                "--repeat",
                "40",
            ),
            "--timeout",
        ),
        (("firmware", "new", "--model", "{model}", "--board", "x", "-o", "{tmp}/a"), "no board or core 'x'"),
        (("firmware", "new", "--model", "{model}", "-o", "{tmp}"), "no firmware project"),
        (("flash", "{tmp}"), "edgeunet firmware new"),
        (("flash", "{tmp}/nowhere", "--dry-run"), "edgeunet firmware new"),
    ],
)
def test_mistakes_are_one_sentence_and_exit_code_2(
    arguments: tuple[str, ...], sentence: str, shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    need("gcc", "arm-none-eabi-gcc", "qemu-system-arm")
    (tmp_path / "file").write_text("x")
    model = str(shared / "models" / "small-unet-256.int8.tflite")
    with pytest.raises(SystemExit) as exited:
        main([word.format(model=model, tmp=tmp_path) for word in arguments])
    assert exited.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_truncated_model_is_a_sentence(shared: Path, tmp_path: Path) -> None:
    whole = (shared / "models" / "small-unet-256.int8.tflite").read_bytes()
    (tmp_path / "half.tflite").write_bytes(whole[: len(whole) // 2])
    done = edgeunet("bench", tmp_path / "half.tflite")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_firmware_new_then_flash(shared: Path, tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    model, app = shared / "models" / "classic-unet-512.int8.tflite", tmp_path / "app"
    made = edgeunet("firmware", "new", "--board", "mps2-an386", "--model", model, "-o", app)
    assert made.returncode == 0, made.stderr
    dry = edgeunet("flash", app, "--board", "nucleo-f446re", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout.splitlines()[-1].startswith("openocd -f board/st_nucleo_f4.cfg")
    done = edgeunet("flash", app)
    assert done.returncode == 0, done.stderr
    assert "self-test passed (every output byte as golden)" in done.stdout


def test_boards_are_listed() -> None:
    done = edgeunet("firmware", "boards")
    assert done.returncode == 0
    assert {"mps2-an386", "nrf52840dk"} <= {line.split()[0] for line in done.stdout.splitlines()}


def test_doctor_lists_everything() -> None:
    done = edgeunet("doctor", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["schema"] == "edgeunet.doctor/1"
    assert {"arm-none-eabi-gcc", "zig", "qemu-system-arm", "unicorn"} <= {tool["name"] for tool in document["tools"]}
    assert "bench --target:" in edgeunet("doctor").stdout
