"""The generated files as a firmware engineer meets them: compilers, languages, linking, guards, determinism."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import Compiled, compile_model
from edgeunet.emit.array import array_sources
from edgeunet.graph import evaluate, read_tflite
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.modelcard import ModelCard
from tests.networks.random_networks import random_inputs, random_network
from tests.rigs.calls import count_calls
from tests.rigs.host_batch import STRICT, build_batch
from tests.rigs.tiny import level_network
from tests.rigs.tools import need

COMPILERS = (("gcc",), ("clang",), (sys.executable, "-m", "ziglang", "cc"))
LEVELS = ("-O0", "-O2", "-O3", "-Os")


@pytest.fixture(scope="module")
def small() -> Compiled:
    return compile_model(read_tflite(random_network(3)), "small")


@pytest.fixture(scope="module")
def classic(shared: Path) -> Compiled:
    return compile_model(read_tflite(shared / "models" / "classic-unet-512.int8.tflite"), "classic")


@pytest.mark.slow
@pytest.mark.parametrize("compiler", COMPILERS, ids=("gcc", "clang", "zig"))
def test_every_compiler_and_level_gives_the_same_outputs(
    shared: Path, tmp_path: Path, classic: Compiled, compiler: tuple[str, ...]
) -> None:
    graph = read_tflite(shared / "models" / "classic-unet-512.int8.tflite")
    rows = random_inputs(graph.tensors[graph.inputs[0]].shape, np.random.default_rng(0)).astype(np.int8)
    wanted = np.asarray(evaluate(graph, [rows])[0]).reshape(-1)
    if compiler[0] == sys.executable:
        pytest.importorskip("ziglang")
    for level in LEVELS:
        directory = tmp_path / level
        directory.mkdir()
        batch = build_batch(directory, [classic], flags=(level,), compiler=compiler)
        ((output,),) = batch.run([[rows.reshape(-1)]])
        assert np.array_equal(output, wanted), level


@pytest.mark.parametrize("mode", ["window", "stream"])
def test_two_models_link_together_and_the_self_tests_pass(tmp_path: Path, mode: str, shared: Path) -> None:
    names = {"classic-unet-512": "one", "small-unet-256": "two"}
    models = [
        compile_model(read_tflite(shared / "models" / f"{file}.int8.tflite"), name, mode=mode)
        for file, name in names.items()
    ]
    sources = []
    for model in models:
        model.sources.write(tmp_path)
        sources += [tmp_path / f"{model.name}.c", tmp_path / f"{model.name}_selftest.c"]
    calls = " + ".join(f"{m.name}_selftest(&s_{m.name}, out)" for m in models)
    main = tmp_path / "main.c"
    main.write_text(
        "".join(f'#include "{m.name}.h"\nstatic {m.name}_state_t s_{m.name};\n' for m in models)
        + "static int8_t out[4096];\n"
        + f"int main(void) {{ return (int)({calls}); }}\n"
    )
    subprocess.run(["cc", *STRICT, "-O2", *sources, main, "-o", tmp_path / "both"], check=True)
    assert subprocess.run([tmp_path / "both"]).returncode == 0


def test_a_wrong_output_fails_the_self_test(tmp_path: Path, small: Compiled) -> None:
    small.sources.write(tmp_path)
    selftest = tmp_path / "small_selftest.c"
    text = selftest.read_text()
    start = text.index("golden_output[")
    first = text.index("\n", start) + 1
    number = int(text[first : text.index(",", first)])
    selftest.write_text(text[:first] + f"    {number - 1 if number > -128 else 0}" + text[text.index(",", first) :])
    main = tmp_path / "main.c"
    main.write_text(
        '#include "small.h"\nstatic small_state_t s;\nstatic int8_t out[SMALL_OUTPUT_BYTES];\n'
        "int main(void) { return (int)small_selftest(&s, out); }\n"
    )
    subprocess.run(["cc", *STRICT, tmp_path / "small.c", selftest, main, "-o", tmp_path / "t"], check=True)
    assert subprocess.run([tmp_path / "t"]).returncode == 1


def test_the_header_is_cplusplus(tmp_path: Path, small: Compiled) -> None:
    small.sources.write(tmp_path)
    if shutil.which("c++") is None:
        pytest.skip("no host C++ compiler")
    main = tmp_path / "main.cpp"
    main.write_text('#include "small.h"\nstatic small_state_t s;\nint main() { small_reset(&s); return 0; }\n')
    subprocess.run(["cc", "-std=c99", "-c", tmp_path / "small.c", "-o", tmp_path / "small.o"], check=True)
    command = ["c++", "-std=c++11", "-Wall", "-Wextra", "-Werror", "-pedantic", main, tmp_path / "small.o"]
    subprocess.run([*command, "-o", tmp_path / "cpp"], check=True)


@pytest.mark.parametrize("swapped", ["small_weights.h", "small.c", "small_selftest.c"])
def test_files_of_different_runs_fail_the_compile_with_a_sentence(
    tmp_path: Path, small: Compiled, swapped: str
) -> None:
    other = compile_model(read_tflite(random_network(4)), "small")
    small.sources.write(tmp_path)
    (tmp_path / swapped).write_text(other.sources.files[swapped])
    source = "small.c" if swapped.endswith(".h") else swapped
    done = subprocess.run(["cc", "-std=c99", "-c", tmp_path / source, "-o", tmp_path / "o"], capture_output=True)
    assert done.returncode != 0
    assert b"come from different runs of edgeunet export-c" in done.stderr


def test_the_same_model_gives_the_same_bytes(small: Compiled) -> None:
    again = compile_model(read_tflite(random_network(3)), "small")
    assert again.sources.digest == small.sources.digest
    assert all("/work" not in text and "20" + "26" not in text for text in again.sources.files.values())


def test_only_the_kernels_used_are_there(small: Compiled) -> None:
    text = small.sources.files["small.c"]
    functions = {
        line.split("(")[0].split()[-1]
        for line in text.splitlines()
        if line.startswith("static") and "eu_" in line and "(" in line
    }
    assert functions
    for function in functions:
        assert text.count(function) > 1 + text.count(function + "_t"), f"{function} is never called"
    for word in ("malloc", "printf", "#include <stdio.h>", "#include <stdlib.h>", "float ", "double "):
        assert word not in text


def test_card_facts_are_in_the_header() -> None:
    card = ModelCard("m", classes=("background", 'a"b'), sample_rate_hz=250.0)
    text = compile_model(read_tflite(random_network(3)), "small", card=card).sources.files["small.h"]
    assert "#define SMALL_SAMPLE_RATE_HZ 250" in text
    assert '#define SMALL_CLASS_NAMES {"background", "a\\"b"}' in text


@pytest.mark.parametrize("mode", ["window", "stream"])
def test_classes_are_an_enumeration_and_a_hop_has_its_bytes(tmp_path: Path, mode: str) -> None:
    """Whatever their names; also in C++, and beside the macro of the names."""
    names = ("names", "P wave", "p-wave", "*/ int x;", "é", "class", "p_wave_1", "x" * 100 + "1", "x" * 100 + "2")
    card = ModelCard("m", classes=names, sample_rate_hz=250.0)
    compiled = compile_model(read_tflite(level_network(skip_is_input=False)), "net", mode=mode, card=card)
    compiled.sources.write(tmp_path)
    wanted = (
        "NAMES_0",
        "P_WAVE_1_1",
        "P_WAVE_2",
        "INT_X",
        "4",
        "CLASS",
        "P_WAVE_1_6",
        "X" * 40 + "_7",
        "X" * 40 + "_8",
    )
    checks = [f"NET_CLASS_{name} == {index}" for index, name in enumerate(wanted)]
    if mode == "stream":
        checks += ["NET_HOP_INPUT_BYTES == NET_HOP * NET_INPUT_CHANNELS"]
        checks += ["NET_HOP_OUTPUT_BYTES == NET_HOP_OUTPUT_ROWS * NET_OUTPUT_CHANNELS"]
    text = '#include "net.h"\nstatic const char *names[] = NET_CLASS_NAMES;\n'
    text += "int main(void)\n{\n    net_class_t k = NET_CLASS_4;\n    "
    text += f"return k == 4 && names[k] && {' && '.join(checks)} ? 0 : 1; }}\n"
    for name, compiler in (("main.c", ("cc", "-std=c99")), ("main.cpp", ("c++", "-std=c++11"))):
        (tmp_path / name).write_text(text)
        subprocess.run(
            [*compiler, "-Wall", "-Wextra", "-Werror", "-pedantic", name, "-o", "main"], cwd=tmp_path, check=True
        )
        assert subprocess.run([tmp_path / "main"]).returncode == 0


@pytest.mark.parametrize("core", FLAVOURS)
def test_a_big_endian_compiler_is_told_which_kernels_it_can_have(tmp_path: Path, core: str) -> None:
    need("arm-none-eabi-gcc")
    compile_model(read_tflite(level_network()), "net", kernels=core).sources.write(tmp_path)
    flags = {
        "mve": ("-mcpu=cortex-m55", "-mfloat-abi=hard"),
        "dsp": ("-mcpu=cortex-m4",),
        "portable": ("-mcpu=cortex-m3",),
    }
    compiler = ("arm-none-eabi-gcc", *flags[core], "-mthumb", "-std=c99", "-fsyntax-only")
    done = subprocess.run([*compiler, "-mbig-endian", "net.c"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode == 0) == (core == "portable")
    assert ("lowest first: compile with -mlittle-endian, or export with --kernels portable" in done.stderr) == (
        core != "portable"
    )


def test_every_generated_file_says_its_licences(small: Compiled) -> None:
    from_array = array_sources(random_network(3), "small", card=ModelCard("m", classes=("a", "b")))
    for path, text in {**small.sources.files, **from_array.files}.items():
        assert text.count("SPDX-License-Identifier: Apache-2.0 OR 0BSD\n") == 1, path
        assert ("the model and its weights are yours" in text) == (not path.endswith(".cmake")), path


def test_every_layer_stands_in_the_table_with_its_macs(classic: Compiled) -> None:
    text = classic.sources.files["classic.h"]
    for index, layer in enumerate(classic.layers):
        assert any(
            line.split()[1:3] == [str(index), layer.name] and str(layer.macs) in line.split()
            for line in text.splitlines()
            if line.startswith(" * ")
        )
    assert classic.macs == sum(layer.macs for layer in classic.layers)


def test_whole_window_memory_of_the_workloads(shared: Path) -> None:
    limits = {"seed-unet-800": 38_000, "small-unet-256": 10_000, "classic-unet-512": 16_000}
    for name, limit in limits.items():
        compiled = compile_model(read_tflite(shared / "models" / f"{name}.int8.tflite"))
        assert compiled.arena_bytes <= limit


def test_stream_memory_of_the_workloads(shared: Path) -> None:
    limits = {"seed-unet-800": 8_400, "small-unet-256": 4_700, "classic-unet-512": 1_500}
    lookaheads = {"seed-unet-800": 172, "small-unet-256": 140, "classic-unet-512": 40}
    for name, limit in limits.items():
        compiled = compile_model(read_tflite(shared / "models" / f"{name}.int8.tflite"), mode="stream")
        assert compiled.state_bytes <= limit
        assert compiled.lookahead_samples == lookaheads[name]


def test_the_largest_workload_compiles_in_two_million_calls(shared: Path) -> None:
    content = (shared / "models" / "seed-unet-800.int8.tflite").read_bytes()
    assert count_calls(lambda: compile_model(read_tflite(content))) < 2_000_000


@pytest.mark.parametrize("kernels", ["dsp", "mve"])
def test_a_core_that_the_kernels_are_not_for_is_told_by_the_compiler(kernels: str, tmp_path: Path) -> None:
    need("cc")
    compiled = compile_model(read_tflite(level_network()), "net", kernels=kernels)
    compiled.sources.write(tmp_path)
    done = subprocess.run(["cc", "-std=c99", "-c", "net.c"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert f"{kernels} kernels are for {FLAVOURS[kernels].title}: set -mcpu to one of these" in done.stderr
    for path in compiled.sources.files:
        if path.endswith((".h", ".c")):
            assert f" * kernels  {kernels}, for {FLAVOURS[kernels].title}" in compiled.sources.files[path]
