"""The portable requantization in one sum, in both of its forms, equals TFLite's two roundings."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from edgeunet.graph.evaluation.arithmetic import multiply_by_quantized_multiplier
from edgeunet.kernels.exact.one_multiply import thresholds
from edgeunet.kernels.kernel import kernel_source
from edgeunet.kernels.portable.short import ACCUMULATOR_LIMIT, GREATEST_SHIFT, LEAST_SHIFT
from tests.rigs.host_batch import SANITIZED, STRICT

MAIN = """
#include <stdio.h>
int main(void)
{
    int32_t q[6]; /* acc, multiplier, shift, zero point, low, high */
    while (fread(q, sizeof q, 1, stdin) == 1) {
        const int32_t high = eu_requantize_high(2 * (q[3] - q[4]) + 1, q[2]);
        putchar((uint8_t)eu_requantize_clamp(eu_requantize_short(q[0], q[1], high, q[2]), q[4], q[5] - q[4]));
    }
    return 0;
}
"""
FORMS = {"with a product of 64 bits": (), "eight bits of the multiplier at a time": ("-D__ARM_ARCH_8M_BASE__",)}


def accumulators(multiplier: int, shift: int, zero_point: int) -> np.ndarray:
    """Where the result steps and beside it, around zero, at both ends, and some between."""
    _, reached = thresholds(multiplier, shift, -128 - zero_point, 127 - zero_point)
    largest = ACCUMULATOR_LIMIT - 1
    between = np.random.default_rng(multiplier).integers(-largest, largest, 100)
    found = np.concatenate([reached - 1, reached, reached + 1, [-largest, -1, 0, 1, largest], between])
    return found[np.abs(found) <= largest]


@pytest.mark.parametrize("form", FORMS)
def test_the_sum_equals_both_roundings(form: str, tmp_path: Path) -> None:
    text = "#include <stdint.h>\n" + kernel_source("portable", "eu_requantize_short") + MAIN
    (tmp_path / "short.c").write_text(text)
    program = tmp_path / "short"
    subprocess.run(["cc", *STRICT, *SANITIZED, *FORMS[form], tmp_path / "short.c", "-o", program], check=True)
    rng = np.random.default_rng(7)
    requests, wanted = [], []
    for shift in range(LEAST_SHIFT, GREATEST_SHIFT + 1):
        for multiplier in (1 << 30, (1 << 30) + 1, (1 << 31) - 1, *map(int, rng.integers(1 << 30, (1 << 31) - 1, 6))):
            zero_point = int(rng.choice([-128, 127, rng.integers(-128, 128)]))
            low, high = [(-128, 127), (zero_point, 127), (-100, 90)][int(rng.integers(0, 3))]
            acc = accumulators(multiplier, shift, zero_point)
            rest = (multiplier, shift, zero_point, low, high)
            requests.append(np.stack([acc, *(np.full(len(acc), value) for value in rest)], axis=1).astype(np.int32))
            scaled = multiply_by_quantized_multiplier(acc, multiplier, -shift)
            wanted.append(np.clip(scaled + zero_point, low, high))
    done = subprocess.run([program], input=np.concatenate(requests).tobytes(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert np.array_equal(np.frombuffer(done.stdout, np.int8), np.concatenate(wanted))
