"""``edgeunet import``: a PyTorch network or a SavedModel as a float ``.tflite`` file with its card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from edgeunet.cli.options.parameters import FiniteRange
from edgeunet.escaping.terminal import print_json, say


@click.command(short_help="Import a PyTorch network or a SavedModel as a float .tflite file.")
@click.argument("source", metavar="SOURCE")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The .tflite file to write.")
@click.option("--window", required=True, type=click.IntRange(1, 1 << 20), help="Samples of a window.")
@click.option("--channels", default=1, show_default=True, type=click.IntRange(1, 4096), help="Channels of the input.")
@click.option(
    "--rate", "rate", required=True, type=FiniteRange(0, min_open=True), help="Sample rate of the input, in Hz."
)
@click.option("--classes", required=True, help="Class names in the order of the output's channels, background first.")
@click.option(
    "--weights", type=click.Path(path_type=Path), help="state_dict to load into model.py:Net, as torch.save wrote it."
)
@click.option("--normalization", default="none", show_default=True, help="Of windows, as in its training.")
@click.option("--name", help="Name of the model; that of the output file when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
def command(
    source: str,
    output: Path,
    window: int,
    channels: int,
    rate: float,
    classes: str,
    weights: Path | None,
    normalization: str,
    name: str | None,
    as_json: bool,
) -> None:
    """Import SOURCE: model.py:Net (a class, a function or a network in a Python file, which is run), a .pt2 file of
    torch.export.save, or a SavedModel directory.

    The float .tflite file that is written takes (1, time, channels) and gives (1, time, classes), whatever the order in
    the network is. It is compared with the network itself, and a card is written beside it; `edgeunet quantize` goes on
    from there.
    """
    from edgeunet.foreign.imported import check_output, import_network
    from edgeunet.foreign.request import CODE, request_import
    from edgeunet.modelcard import ModelCard
    from edgeunet.signals.normalization import require_normalization

    check_output(output)
    require_normalization(normalization)
    names = tuple(part.strip() for part in classes.split(","))
    request = request_import(source, window, channels, names, weights)
    card = ModelCard(
        name=name or output.name.split(".")[0], classes=names, sample_rate_hz=rate, normalization=normalization
    )
    if request.kind == CODE:
        say(f"running the code of '{request.path}', in a process of its own", err=True)
    imported = import_network(request, card)
    imported.write(output)
    if as_json:
        print_json(dict(imported.document))
    else:
        say(*_lines(imported.document))
    say(f"wrote {output}", err=True)


def _lines(document: Mapping[str, Any]) -> list[str]:
    given = "×".join(map(str, document["output_shape"]))
    taken = "×".join(map(str, document["input_shape"]))
    lines = [f"{document['model']}: {taken} in, {given} out, {document['model_bytes']:,} bytes in float32"]
    if document["parameters"] is not None:
        lines.append(f"{document['parameters']:,} parameters; the network takes {document['layout']}")
    lines.append(", ".join(f"{count} {kind}" for kind, count in document["operators"].items()))
    lines.append(
        f"largest error against the network itself: {document['max_error']:.3g}, "
        f"where its largest output is {document['largest_output']:.3g}"
    )
    return lines
