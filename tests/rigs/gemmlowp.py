"""gemmlowp's and TFLite's fixed-point functions in plain Python integers, one value at a time: slow and readable.

Formulated after the C++ (``fixedpoint/fixedpoint.h``, ``kernels/internal/common.h``): products rounded by a nudge and
truncation, a barrel of powers with their published constants. Raws as in ``edgeunet.graph.evaluation.fixed_point``.
"""

from __future__ import annotations

MOST, LEAST = (1 << 31) - 1, -(1 << 31)
POWERS = {-2: 1672461947, -1: 1302514674, 0: 790015084, 1: 290630308, 2: 39332535, 3: 720401, 4: 242}
"""``exp(-2**key)`` in Q0, as gemmlowp has them."""


def times(a: int, b: int) -> int:
    """The product rounded by adding half and truncating, as the C does it."""
    if a == b == LEAST:
        return MOST
    product = a * b
    nudged = product + (1 << 30 if product >= 0 else 1 - (1 << 30))
    return abs(nudged) // (1 << 31) * (1 if nudged >= 0 else -1)


def by_power(a: int, exponent: int) -> int:
    if exponent > 0:
        return min(max(a << exponent, LEAST), MOST)
    mask = (1 << -exponent) - 1
    return (a >> -exponent) + ((a & mask) > (mask >> 1) + (a < 0))


def exponential(a: int, bits: int) -> int:
    if a == 0:
        return MOST
    quarter = 1 << (29 - bits)
    in_quarter = a % quarter - quarter
    x = by_power(in_quarter, bits) + (1 << 28)
    x2 = times(x, x)
    inner = by_power(times(by_power(times(x2, x2), -2) + times(x2, x), 715827883) + x2, -1)
    result = 1895147668 + times(1895147668, x + inner)
    for exponent, factor in POWERS.items():
        if exponent < bits and (in_quarter - a) & (1 << (31 - bits + exponent)):
            result = times(result, factor)
    return result


def twice_reciprocal(a: int) -> int:
    half = (a + MOST + 1) // 2  # never negative
    x = 1515870810 + times(half, -1010580540)
    for _ in range(3):
        x += by_power(times(x, (1 << 29) - times(half, x)), 2)
    return x


def logistic(a: int, bits: int) -> int:
    upper = by_power(twice_reciprocal(exponential(-abs(a), bits)), 1)
    return 1 << 30 if a == 0 else upper if a > 0 else MOST - upper


def tanh(a: int, bits: int) -> int:
    upper = by_power(twice_reciprocal(exponential(-abs(a), bits + 1)) - (1 << 29), 2)
    return 0 if a == 0 else upper if a > 0 else -upper


def inverse_square_root(value: int) -> tuple[int, int]:
    if value <= 1:
        return MOST, 0
    shift = 11
    while value >= 1 << 29:
        value, shift = value // 4, shift + 1
    pairs = (32 - value.bit_length() - 1) // 2 - 1
    shift, value = shift - pairs, value << (2 * pairs)
    half, x = by_power(value >> 1, -1), 1 << 28
    for _ in range(5):
        cube = by_power(times(times(x, x), x), 6)
        x = by_power(times((1 << 28) + (1 << 27), x) - times(half, cube), 3)
    x = times(x, 1518500250)
    return (x << -shift, 0) if shift < 0 else (x, shift)
