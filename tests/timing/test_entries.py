"""Where an image prepares and runs its network, in the shapes that compilers give its command parser."""

from __future__ import annotations

import pytest

from benchmarks.timing.entries import BASE, Entries, find_entries
from edgeunet.errors import RunError
from tests.rigs.tools import need

_HEAD = "00bf 00bf 7047 7047"  # nop, nop, prepare: bx lr at 4, infer: bx lr at 6
_READY, _START = b"m-init-done\0".hex(), b"m-infer-start-%d\0".hex()
_BESIDE = (
    # push; bl prepare; adr r0, ready; bl print; pop; print: bx lr
    f"{_HEAD} 10b5 fff7fbff 02a0 00f001f8 10bd 7047 {_READY}"
    # push; mov; adr r0, start; bl print; again: bl infer; subs r4, #1; bne again; pop
    f"10b5 0446 03a0 fff7f4ff fff7eaff 013c fbd1 10bd {_START} 0000"
)
_IN_A_POOL = (
    # push; bl prepare; ldr r0, [pc, #32]; bl print; pop; print: bx lr
    f"{_HEAD} 10b5 fff7fbff 0848 00f001f8 10bd 7047"
    # push; mov; ldr r0, [pc, #20]; bl print; test: cbnz r4, body; pop; body: bl infer; subs r4, #1; b test
    f"10b5 0446 0548 fff7faff 04b9 10bd fff7eeff 013c f9e7 0000 38000008 44000008 {_READY} {_START} 00"
)


@pytest.mark.parametrize("code", [_BESIDE, _IN_A_POOL], ids=["text beside the code", "text by its address"])
def test_calls_are_found_around_the_messages(code: str) -> None:
    need("capstone")
    assert find_entries(bytes.fromhex(code)) == Entries(BASE + 4, BASE + 6)


def test_an_image_without_the_messages_is_of_another_harness() -> None:
    need("capstone")
    with pytest.raises(RunError, match="it is of another harness"):
        find_entries(bytes.fromhex(_HEAD) + bytes(64))
