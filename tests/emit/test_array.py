"""The C array flavour: what the header says, and that compilers give the very bytes back."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edgeunet.emit.array import ArenaFigures, array_sources
from edgeunet.emit.tflm_operators import resolver_method
from edgeunet.errors import CompileError, GraphError
from edgeunet.modelcard import ModelCard
from tests.rigs.tools import need

CARD = ModelCard("ecg", classes=("background", "P", "QRS", "T"), sample_rate_hz=250.0, normalization="zscore")
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-pedantic"]
PRINT_BYTES = """
#include "ecg_model.h"
#include <stdio.h>
#include <string.h>
int main(void)
{
    if ((uintptr_t)ecg_model % 16 != 0) return 2;
    if (strcmp(ecg_model_class_names[ECG_MODEL_CLASS_QRS], "QRS") != 0) return 3;
    return fwrite(ecg_model, 1, ECG_MODEL_BYTES, stdout) == ECG_MODEL_BYTES ? 0 : 4;
}
"""
ADD_OPERATORS = """
#include "ecg_model.h"
struct Resolver {
    int added = 0;
    int AddAdd() { added++; return 0; }
    int AddConcatenation() { added++; return 0; }
    int AddConv2D() { added++; return 0; }
    int AddDepthwiseConv2D() { added++; return 0; }
    int AddMaxPool2D() { added++; return 0; }
    int AddReshape() { added++; return 0; }
    int AddResizeNearestNeighbor() { added++; return 0; }
};
int main()
{
    Resolver resolver;
    return ecg_model_add_operators(resolver) && resolver.added == ECG_MODEL_OPERATOR_KINDS ? 0 : 1;
}
"""


@pytest.fixture(scope="module")
def model(shared: Path) -> bytes:
    return (shared / "models/small-unet-256.int8.tflite").read_bytes()


def compilers() -> list[list[str]]:
    """Return every C compiler that is here; at least zig's, which comes from PyPI."""
    found = [[name] for name in ("gcc", "clang") if shutil.which(name)]
    if not found:
        need("zig")
        found = [[sys.executable, "-m", "ziglang", "cc"]]
    return found


def cpp(compiler: list[str]) -> list[str]:
    return {"gcc": ["g++"], "clang": ["clang++"]}.get(compiler[0], [*compiler[:-1], "c++"])


def build(command: list[str], *sources: Path, output: Path) -> None:
    files = [str(path) for path in sources]
    result = subprocess.run(
        [*command, *WARNINGS, *files, "-o", str(output)], capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("standard", ["c99", "c11", "c++11"])
def test_compilers_give_the_very_bytes_back(model: bytes, tmp_path: Path, standard: str) -> None:
    array_sources(model, "ecg", card=CARD).write(tmp_path)
    suffix = "cpp" if "++" in standard else "c"
    program = tmp_path / f"program.{suffix}"
    program.write_text(PRINT_BYTES)
    array = tmp_path / "ecg_model.c"
    if suffix == "cpp":
        array = array.rename(tmp_path / "ecg_model.cpp")
    for compiler in compilers():
        command = cpp(compiler) if suffix == "cpp" else compiler
        build([*command, f"-std={standard}"], program, array, output=tmp_path / "program")
        result = subprocess.run([tmp_path / "program"], capture_output=True, timeout=60)
        assert result.returncode == 0
        assert result.stdout == model


def test_a_c_array_links_into_cpp_and_adds_exactly_its_operators(model: bytes, tmp_path: Path) -> None:
    array_sources(model, "ecg", card=CARD).write(tmp_path)
    (tmp_path / "program.cpp").write_text(ADD_OPERATORS)
    compiler = compilers()[0]
    build([*compiler, "-std=c99", "-c"], tmp_path / "ecg_model.c", output=tmp_path / "ecg_model.o")
    build(
        [*cpp(compiler), "-std=c++11"], tmp_path / "program.cpp", tmp_path / "ecg_model.o", output=tmp_path / "program"
    )
    assert subprocess.run([tmp_path / "program"], timeout=60).returncode == 0


def test_the_header_reads_like_a_data_sheet(model: bytes) -> None:
    arena = ArenaFigures(total_bytes=29152, tensor_bytes=10240, bookkeeping_bytes=18912, pointer_bits=64)
    header = array_sources(model, "ecg", card=CARD, arena=arena).files["ecg_model.h"]
    defined = dict(re.findall(r"#define (ECG_MODEL_\w+) (.+)", header))
    assert defined["ECG_MODEL_NAME"] == '"ecg"'
    assert defined["ECG_MODEL_BYTES"] == str(len(model))
    assert defined["ECG_MODEL_SAMPLE_RATE_HZ"] == "250.0f"
    assert defined["ECG_MODEL_INPUT_BYTES"] == "256"
    assert defined["ECG_MODEL_INPUT_SCALE"] == "0.0302850511f"
    assert defined["ECG_MODEL_INPUT_ZERO_POINT"] == "(-7)"
    assert defined["ECG_MODEL_OUTPUT_ELEMENTS"] == "1024"
    assert defined["ECG_MODEL_CLASSES"] == "4"
    assert defined["ECG_MODEL_ARENA_BYTES"] == "29152"
    assert defined["ECG_MODEL_OPERATOR_KINDS"] == "7"
    assert "window: 256 samples, 1.024 s" in header
    assert "normalized by 'zscore'" in header
    assert "saturate what lies beyond" in header
    assert re.search(r"\d+ x DEPTHWISE_CONV_2D$", header, re.MULTILINE)
    assert not re.search(r"\b20\d\d-\d\d\b", header)


def test_what_is_not_known_is_said(model: bytes) -> None:
    header = array_sources(model, "ecg").files["ecg_model.h"]
    assert "Arena: not measured" in header
    assert "Sample rate: the model's card does not say" in header
    assert "Classes: the model's card does not say" in header


def test_same_input_same_bytes(model: bytes) -> None:
    first, second = (array_sources(model, "ecg", card=CARD) for _ in range(2))
    assert first.digest == second.digest


def test_names_from_anywhere_cannot_break_the_c(model: bytes, tmp_path: Path) -> None:
    card = ModelCard('ev"il */ \\', classes=("a b", "a-b", "ü", '"', "int"), sample_rate_hz=0.5)
    sources = array_sources(model, "x", card=card)
    sources.write(tmp_path)
    assert "X_MODEL_SAMPLE_RATE_HZ 0.5f" in sources.files["x_model.h"]
    for compiler in compilers()[:1]:
        build([*compiler, "-std=c99", "-c"], tmp_path / "x_model.c", output=tmp_path / "x.o")


@pytest.mark.parametrize("name", ["", "my-net", "3d", "int", "class", "_x", "a__b", "x" * 41, "naïve"])
def test_a_bad_identifier_is_refused_with_a_good_one(model: bytes, name: str) -> None:
    with pytest.raises(CompileError, match="--name") as caught:
        array_sources(model, name)
    if name:
        suggested = str(caught.value).rsplit(" ", 1)[1]
        array_sources(model, suggested)


@pytest.mark.parametrize("length", [0, 4, 8, 64, 1000, 20000])
def test_a_truncated_model_is_one_sentence(model: bytes, length: int) -> None:
    with pytest.raises(GraphError) as caught:
        array_sources(model[:length], "ecg")
    assert "\n" not in str(caught.value)


def test_operators_are_called_as_tflm_calls_them() -> None:
    expected = {
        "CONV_2D": "AddConv2D",
        "DEPTHWISE_CONV_2D": "AddDepthwiseConv2D",
        "RESIZE_NEAREST_NEIGHBOR": "AddResizeNearestNeighbor",
        "SPACE_TO_BATCH_ND": "AddSpaceToBatchNd",
        "RELU6": "AddRelu6",
        "L2_POOL_2D": "AddL2Pool2D",
        "PADV2": "AddPadV2",
        "UNIDIRECTIONAL_SEQUENCE_LSTM": "AddUnidirectionalSequenceLSTM",
        "RFFT2D": None,
    }
    assert {kind: resolver_method(kind) for kind in expected} == expected
