"""Many compiled networks in one host program, built with sanitizers: what the exactness tests run."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeunet.emit import Compiled
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.kernels.kernel import kernel_texts

Int8 = NDArray[np.int8]

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wdouble-promotion", "-Werror")
SANITIZED = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
GUARD = 64
POISON = 0x5A

_WRITTEN = re.compile(
    r"(?ms)^(?:static [^\n;{]*\beu_\w+\([^;{]*?\)\n\{\n.*?^\}|EU_\w+\(eu_[^\n]*\)"
    r"|typedef struct \{[^}]*\} eu_gather_\w+;)\n"
)
"""A function that is written for a shape: its name says all of it, so two models have the very same."""

_INCLUDES = "#include <stdint.h>\n#include <stddef.h>\n#include <string.h>"
_MAIN = """#include <stdio.h>
#include <stdlib.h>
#include <string.h>
{includes}
typedef struct {{ size_t state, input, output; void (*reset)(void *); void (*run)(void *, const int8_t *, int8_t *); }}
net_t; {wrappers}
static const net_t nets[] = {{
{rows}
}};
int main(void)
{{
    int32_t request[2];
    while (fread(request, sizeof request, 1, stdin) == 1) {{
        const net_t *n = &nets[request[0]];
        void *state = malloc(n->state);
        int8_t *in = malloc(n->input), *out = malloc(n->output + {guard});
        memset(state, {poison}, n->state);
        n->reset(state);
        for (int32_t i = 0; i < request[1]; i++) {{
            if (fread(in, 1, n->input, stdin) != n->input) return 2;
            memset(out, {poison}, n->output + {guard});
            n->run(state, in, out);
            for (size_t k = n->output; k < n->output + {guard}; k++) if (out[k] != {poison}) return 3;
            fwrite(out, 1, n->output, stdout);
        }}
        free(state); free(in); free(out);
    }}
    return 0;
}}
"""


@dataclass(frozen=True)
class HostBatch:
    """A built program holding several networks."""

    program: Path
    models: tuple[Compiled, ...]

    def run(self, inputs: Sequence[Sequence[Int8]]) -> list[list[Int8]]:
        """For each network, its outputs for each of its inputs, as runs of bytes."""
        request = b""
        for index, arrays in enumerate(inputs):
            request += np.array([index, len(arrays)], np.int32).tobytes()
            request += b"".join(np.asarray(a).tobytes() for a in arrays)
        done = subprocess.run([self.program], input=request, capture_output=True)
        assert done.returncode == 0, f"exit {done.returncode}: {done.stderr.decode()[-3000:]}"
        answers, at = [], 0
        for model, arrays in zip(self.models, inputs, strict=True):
            size = sum(i.size_bytes for i in model.outputs)
            dtype = np.dtype(model.outputs[0].dtype)
            count = size // dtype.itemsize
            answers.append([np.frombuffer(done.stdout, dtype, count, at + i * size) for i in range(len(arrays))])
            at += size * len(arrays)
        assert at == len(done.stdout)
        return answers


def build_batch(
    directory: Path,
    models: Sequence[Compiled],
    flags: Sequence[str] = SANITIZED,
    compiler: Sequence[str] = ("cc",),
    merged: bool = False,
    texts: Mapping[str, str] | None = None,
) -> HostBatch:
    """Compile ``models`` (names must differ) and a driver into one program; strict warnings are errors.

    Macros that kernels of a core need are defined, so that their twins can stand in for them here.

    ``merged`` puts all models into one translation unit that holds each kernel once, which compiles ten times faster.
    ``texts`` is the C of kernels by name where that is not what ``kernel_texts`` has.
    """
    if shutil.which(compiler[0]) is None:
        pytest.skip(f"no host C compiler '{compiler[0]}'")
    sources = [merged_source(directory, models, texts)] if merged else []
    for model in models:
        model.sources.write(directory)
        sources += [] if merged else [directory / path for path in model.c_sources]
    main = directory / "main.c"
    main.write_text(_main(models))
    flags = (*flags, *(f"-D{macro}=1" for model in models for macro in FLAVOURS[model.kernels].macros))
    objects = []
    for source in sources:
        objects.append(source.with_suffix(".o"))
        subprocess.run([*compiler, *STRICT, *flags, "-c", source, "-o", objects[-1]], check=True)
    program = directory / "batch"
    subprocess.run([*compiler, *flags, main, *objects, "-o", program], check=True)
    return HostBatch(program, tuple(models))


def merged_source(directory: Path, models: Sequence[Compiled], texts: Mapping[str, str] | None = None) -> Path:
    """One source: every kernel (plain C or DSP) that any model uses, then the models without theirs."""
    wholes = [model.sources.files[path] for model in models for path in model.c_sources]
    kernels = texts or kernel_texts("dsp") | kernel_texts("portable")
    order: dict[str, None] = {}  # as in the models, where each stands after what it calls
    for whole in wholes:
        places = {name: whole.find(text) for name, text in kernels.items()}
        order |= dict.fromkeys(sorted((name for name in places if places[name] >= 0), key=places.__getitem__))
    for name in order:
        wholes = [whole.replace(kernels[name], "") for whole in wholes]
    seen: set[str] = set()
    wholes = [_WRITTEN.sub(lambda match: "" if match[0] in seen else seen.add(match[0]) or match[0], w) for w in wholes]
    path = directory / "merged.c"
    path.write_text("\n".join([_INCLUDES, *(kernels[name] for name in order), *wholes]))
    return path


def _main(models: Sequence[Compiled]) -> str:
    names = [model.name for model in models]
    wrappers = "\n".join(
        f"static void reset_{n}(void *s) {{ {n}_reset(s); }}\n"
        f"static void run_{n}(void *s, const int8_t *i, int8_t *o) {{ {n}_run(s, (const void *)i, (void *)o); }}"
        for n in names
    )
    rows = "\n".join(
        f"    {{ sizeof({n}_state_t), {n.upper()}_INPUT_BYTES, {n.upper()}_OUTPUT_BYTES, reset_{n}, run_{n} }},"
        for n in names
    )
    includes = "\n".join(f'#include "{n}.h"' for n in names)
    return _MAIN.format(includes=includes, wrappers=wrappers, rows=rows, guard=GUARD, poison=POISON)


def flat(arrays: list[Int8]) -> Int8:
    return np.concatenate([np.asarray(array).reshape(-1) for array in arrays])
