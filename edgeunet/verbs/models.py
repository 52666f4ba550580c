"""Verbs that make and judge models: build, train, evaluate, quantize."""

# No `from __future__ import annotations` here: `help` and `inspect.signature` shall show the types themselves.
import os
from collections.abc import Sequence
from typing import Literal

from edgeunet.spec import UNetSpec
from edgeunet.verbs.call import Document, run_command, verb


@verb
def build(
    spec: UNetSpec | str | os.PathLike[str] | None = None,
    *,
    preset: str | None = None,
    dimensions: int | None = None,
    input_shape: str | Sequence[int] | None = None,
    classes: int | str | Sequence[str] | None = None,
    sample_rate: float | None = None,
    name: str | None = None,
    seed: int = 0,
    lint: bool = True,
    target: str | None = None,
    output: str | os.PathLike[str] | None = None,
) -> Document:
    """Build the network of a spec or a preset, and return what it will cost (``edgeunet build``).

    Parameters
    ----------
    spec : a ``UNetSpec``, or the path of a ``.toml`` or ``.json`` file.
    preset : name of a preset, in place of ``spec``; ``edgeunet build --list-presets`` lists them.
    dimensions : 1 or 2: which form of the preset.
    input_shape : window, ``(time, channels)`` in samples such as ``(800, 1)``, or ``(height, width, channels)``.
    classes : how many classes, or their names, background first.
    sample_rate : rate of the input signal, in Hz.
    name : name of the model.
    seed : of the initial weights, 0 to 2**32 - 1.
    lint : convert the model and check that a microcontroller can run it.
    target : a board or core; time, energy, RAM and flash there are estimated from untrained weights.
    output : the ``.keras`` file to write; nothing is written when ``None``.

    Returns
    -------
    dict
        Schema ``edgeunet.build/1``: ``model``, ``input_shape``, ``output_shape``, ``parameters``, ``macs`` (per
        window), ``macs_per_second``, ``receptive_field_samples`` and ``_ms``, ``lookahead_samples`` and ``_ms``,
        ``peak_activation_bytes`` and ``estimated_flash_bytes`` (of int8), ``layers`` (one object each), ``lint``; with
        a ``target`` also ``first_estimate`` (``cycles``, ``milliseconds``, ``microjoules``, ``ram_bytes``,
        ``flash_bytes``, ``stack_bytes``, ``arena_bytes``, ``state_bytes``, of a window).

    Raises
    ------
    EdgeUNetError
        When the spec cannot be built or an option has no such value.
    """
    return run_command("build", locals())


@verb
def train(
    start: UNetSpec | str | os.PathLike[str] | None = None,
    *,
    output: str | os.PathLike[str],
    preset: str | None = None,
    data: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    lead: str | Sequence[str] = (),
    annotator: str | None = None,
    patients: str | os.PathLike[str] | None = None,
    adc_units: str | float = "auto",
    missing: Literal["error", "mask"] = "error",
    records: int | None = None,
    data_seed: int | None = None,
    split: str | os.PathLike[str] | None = None,
    epochs: int | None = None,
    steps_per_epoch: int | None = None,
    minutes: float | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
    weight_decay: float | None = None,
    class_weights: str | None = None,
    patience: int | None = None,
    augmentation: str | None = None,
    normalization: str | None = None,
    noise: str | os.PathLike[str] | None = None,
    seed: int | None = None,
    resume: bool = False,
    target: str | None = None,
) -> Document:
    """Train a spec, a preset, or an existing model further (``edgeunet train``).

    Beside the model are written its card (``.json``), the split, the history and the learning curves.

    Parameters
    ----------
    start : a ``UNetSpec``, the path of a ``.toml`` or ``.json`` spec, or of a ``.keras`` model to train further.
    output : the ``.keras`` file to write.
    preset : name of a preset, in place of ``start``.
    data : directory of WFDB, ``.edf``, ``.npz`` or ``.csv`` records, one such file, or a list of them; a ``.toml`` file
        lists several with weights. Synthetic ECG when empty.
    lead : lead to use, or a list of leads; all when empty.
    annotator : WFDB: extension of the annotation files, ``{lead}`` standing for the lead's name.
    patients : JSON or CSV saying whose each record is; else every record is a patient of its own.
    adc_units : WFDB: ``"auto"``, ``"header"``, or microvolts per ADC unit.
    missing : NaN or invalid samples: ``"error"`` refuses the record, ``"mask"`` fills them and leaves them unscored.
    records : synthetic ECG: how many records; ``None`` for 200.
    data_seed : synthetic ECG: which patients; ``None`` for 0.
    split : JSON with train and val patients; drawn when ``None``.
    epochs : epochs that the learning-rate schedule spans; ``None`` for 24.
    steps_per_epoch : batches per epoch; ``None`` for 200.
    minutes : wall-clock limit, at which training ends before its plan does; 0 or ``None`` for none.
    batch_size : windows per batch; ``None`` for 32.
    learning_rate : its peak; ``None`` for 0.003.
    weight_decay : decoupled decay per step, times the rate; ``None`` for 0.
    class_weights : ``"auto"``, ``"none"``, ``"sqrt"``, ``"balanced"``, or weights such as ``"P=2,T=1.5"``.
    patience : epochs without a better score after which training stops; 0 for never, ``None`` for 15.
    augmentation : how training windows are disturbed: ``"auto"``, ``"ecg"``, ``"field"``, ``"light"`` or ``"none"``.
    normalization : of windows: ``"zscore"``, ``"median-mad"``, ``"centre"``, ``"none"``, or ``"causal"`` as a device
        does it, ``"causal-fast"`` where the baseline wanders, ``-24`` added to either where electrodes have offsets;
        ``None`` for the model's, or zscore.
    noise : directory of WFDB records of noise, of which half of the training windows get some, at 0 to 24 dB.
    seed : of weights, order and augmentation; ``None`` for 0.
    resume : continue a training that was interrupted.
    target : a board or core; time, energy, RAM and flash there are estimated first, from untrained weights.

    Returns
    -------
    dict
        Schema ``edgeunet.train/1``: ``model`` (name), ``file``, ``epochs``, ``best_epoch``, ``planned`` (epochs),
        ``out_of_time`` (whether ``minutes`` ended it), ``elapsed_s`` (seconds),
        ``metrics`` (of the validation patients), ``files`` (what else was written, by what it is).

    Raises
    ------
    EdgeUNetError
        When the spec, the records or an option are not usable.
    """
    return run_command("train", locals())


@verb
def import_(
    source: str | os.PathLike[str],
    *,
    output: str | os.PathLike[str],
    window: int,
    rate: float,
    classes: str | Sequence[str],
    channels: int = 1,
    weights: str | os.PathLike[str] | None = None,
    normalization: str = "none",
    name: str | None = None,
) -> Document:
    """Import a PyTorch network or a SavedModel as a float ``.tflite`` file (``edgeunet import``).

    Beside the file is written its card (``.json``); ``edgeunet.quantize`` goes on from there.

    Parameters
    ----------
    source : ``"model.py:Net"`` (the file is run, in a process of its own), a ``.pt2`` file of ``torch.export.save``, or
        a SavedModel directory.
    output : the ``.tflite`` file to write.
    window : samples of a window.
    rate : rate of the input signal, in Hz.
    classes : their names in the order of the output's channels, background first.
    channels : channels of the input.
    weights : ``state_dict`` for a network of a Python file, as ``torch.save`` wrote it.
    normalization : of windows, as it was trained: ``"none"``, ``"zscore"``, ``"causal"`` and so on.
    name : of the model; that of the output file when ``None``.

    Returns
    -------
    dict
        Schema ``edgeunet.import/1``: ``model``, ``model_digest`` (SHA-256 of the file), ``model_bytes``,
        ``input_shape``, ``output_shape``, ``layout`` (how the network itself takes its input), ``parameters``,
        ``operators`` (how many of each kind), ``max_error`` (largest difference from the network itself) and
        ``largest_output`` (its largest value).

    Raises
    ------
    EdgeUNetError
        When the network cannot be loaded or converted, or its file computes something else.
    """
    return run_command("import_", locals())


@verb
def evaluate(
    model: str | os.PathLike[str],
    *,
    data: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    lead: str | Sequence[str] = (),
    annotator: str | None = None,
    patients: str | os.PathLike[str] | None = None,
    adc_units: str | float = "auto",
    missing: Literal["error", "mask"] = "error",
    records: int | None = None,
    data_seed: int | None = None,
    split: str | os.PathLike[str] | None = None,
    part: Literal["train", "val", "test", "all"] = "val",
    tolerance_ms: float = 150.0,
    overlap: float | None = None,
    plot: str | os.PathLike[str] | None = None,
    classes: str | Sequence[str] | None = None,
    sample_rate_hz: float | None = None,
    normalization: str | None = None,
) -> Document:
    """Score a ``.keras`` or ``.tflite`` model by sample and by wave boundary (``edgeunet evaluate``).

    Parameters
    ----------
    model : the file; a ``.tflite`` runs in LiteRT's reference kernels.
    data : directory of WFDB, ``.edf``, ``.npz`` or ``.csv`` records, one such file, or a list of them; a ``.toml`` file
        lists several with weights. Synthetic ECG when empty.
    lead : lead to use, or a list of leads; all when empty.
    annotator : WFDB: extension of the annotation files, ``{lead}`` standing for the lead's name.
    patients : JSON or CSV saying whose each record is; else every record is a patient of its own.
    adc_units : WFDB: ``"auto"``, ``"header"``, or microvolts per ADC unit.
    missing : NaN or invalid samples: ``"error"`` refuses the record, ``"mask"`` fills them and leaves them unscored.
    records : synthetic ECG: how many records; ``None`` for 200.
    data_seed : synthetic ECG: which patients; ``None`` for 0.
    split : JSON split; that of the model card when ``None``.
    part : ``"train"``, ``"val"``, ``"test"`` or ``"all"``: whose records.
    tolerance_ms : how far a matched boundary may be off, in milliseconds.
    overlap : share of a window that the next repeats; ``None`` for what the network's reach needs.
    plot : ``.png`` to draw signals with annotated and predicted waves in.
    classes, sample_rate_hz, normalization : class names (background first), rate in Hz and window normalization of a
        model that has no card.

    Returns
    -------
    dict
        Schema ``edgeunet.evaluate/1``: ``model``, ``format``, ``part``, ``model_digest`` (SHA-256 of the file),
        ``records``, ``leads``, ``seconds``,
        ``boundaries`` (by wave and ``onset``/``offset``: ``se``, ``ppv``, ``f1`` as shares, ``mean_ms``, ``sd_ms``,
        ``n``), ``strict`` (the same within narrow tolerances), ``samples`` (``macro_f1``, ``mean_iou``,
        ``mcc``, ``classes``).

    Raises
    ------
    EdgeUNetError
        When the model, its card or the records are missing or do not fit each other.
    """
    return run_command("evaluate", locals())


@verb
def quantize(
    model: str | os.PathLike[str],
    *,
    output: str | os.PathLike[str],
    format: Literal["int8", "int16x8", "float32"] = "int8",
    quantizer: Literal["auto", "tensorflow", "ai-edge"] = "auto",
    weights: Literal["int8", "int4"] = "int8",
    data: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    lead: str | Sequence[str] = (),
    annotator: str | None = None,
    patients: str | os.PathLike[str] | None = None,
    adc_units: str | float = "auto",
    missing: Literal["error", "mask"] = "error",
    records: int | None = None,
    data_seed: int | None = None,
    split: str | os.PathLike[str] | None = None,
    calibration_windows: int = 256,
    input_range: float = 99.99,
    seed: int = 0,
    max_drop: float | None = None,
    no_evaluate: bool = False,
    tolerance_ms: float = 150.0,
    classes: str | Sequence[str] | None = None,
    sample_rate_hz: float | None = None,
    normalization: str | None = None,
) -> Document:
    """Quantize a trained ``.keras`` or float ``.tflite`` model (``edgeunet quantize``).

    Beside the file are written its card (``.json``) and the report (``.quantize.json``).

    Parameters
    ----------
    model : the ``.keras`` or float ``.tflite`` file.
    output : the ``.tflite`` file to write.
    format : ``"int8"`` (weights per channel, int8 in and out), ``"int16x8"`` (int16 activations) or ``"float32"``.
    quantizer : ``"tensorflow"`` (from ``.keras``), ``"ai-edge"`` (ai-edge-quantizer), or ``"auto"``, which is the
        first for ``.keras`` and the second for ``.tflite``.
    weights : ``"int8"``, or ``"int4"`` with the format int8: those of convolutions in four bits, of as many layers as
        ``max_drop`` leaves.
    data : directory of WFDB, ``.edf``, ``.npz`` or ``.csv`` records, one such file, or a list of them; a ``.toml`` file
        lists several with weights. Synthetic ECG when empty.
    lead : lead to use, or a list of leads; all when empty.
    annotator : WFDB: extension of the annotation files, ``{lead}`` standing for the lead's name.
    patients : JSON or CSV saying whose each record is; else every record is a patient of its own.
    adc_units : WFDB: ``"auto"``, ``"header"``, or microvolts per ADC unit.
    missing : NaN or invalid samples: ``"error"`` refuses the record, ``"mask"`` fills them and leaves them unscored.
    records : synthetic ECG: how many records; ``None`` for 200.
    data_seed : synthetic ECG: which patients; ``None`` for 0.
    split : JSON split; that of the model card when ``None``.
    calibration_windows : windows of training patients that set the ranges.
    input_range : share of the calibration samples inside the input's range, in percent, 90 to 100.
    seed : of the draw of these windows, 0 to 2**32 - 1.
    max_drop : fail when an F1 falls by more points (hundredths).
    no_evaluate : do not score float and quantized on the validation patients.
    tolerance_ms : how far a matched boundary may be off, in milliseconds.
    classes, sample_rate_hz, normalization : class names (background first), rate in Hz and window normalization of a
        model that has no card.

    Returns
    -------
    dict
        Schema ``edgeunet.quantize/1``: ``model``, ``format``, ``quantizer``, ``model_digest`` (SHA-256 of the file),
        ``model_bytes``, ``float32_model_bytes``, ``output_sqnr_db``, ``worst_layer`` and ``worst_layer_sqnr_db``,
        ``layers`` (one object each), ``calibration``, ``validation`` (scores before and after); with int4 weights
        also ``weights`` (``layers``: how many, ``kept_int8``: names, ``int8_model_bytes``).

    Raises
    ------
    EdgeUNetError
        When the model cannot be quantized as asked, or lost more than ``max_drop``.
    """
    return run_command("quantize", locals())
