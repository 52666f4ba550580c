"""Verbs about the C and where it runs: export_c, bench, simulate, firmware_new, flash, energy, doctor."""

# No `from __future__ import annotations` here: `help` and `inspect.signature` shall show the types themselves.
import os
from collections.abc import Sequence
from typing import Literal

from edgeunet.verbs.call import Document, run_command, verb


@verb
def export_c(
    model: str | os.PathLike[str],
    *,
    output: str | os.PathLike[str],
    format: Literal["compiled", "array"] = "compiled",
    name: str | None = None,
    kernels: str | None = None,
    target: str | None = None,
    mode: Literal["window", "stream", "auto"] = "window",
    hop: int | None = None,
    recompute: int | None = None,
    ram: int | None = None,
    effort: int = 1,
    aligned: bool = False,
    scratch: int | None = None,
    prefer: Literal["fast", "balanced", "small"] = "fast",
    explain: bool = False,
    pipeline: bool = False,
    input_rate: float | None = None,
    adc_uv: float = 1.0,
    adc_bits: int | None = None,
    threshold: float = 0.0,
    normalization: Literal["causal", "causal-fast", "none"] | None = None,
    package: Literal["cmake", "zephyr", "esp-idf", "arduino", "platformio", "cmsis-pack", "rust"] | None = None,
    package_version: str | None = None,
    force: bool = False,
    no_arena: bool = False,
) -> Document:
    """Compile a ``.tflite`` model to self-contained C, or write it as a C array for TFLM (``edgeunet export-c``).

    Parameters
    ----------
    model : the int8 ``.tflite`` file.
    output : directory for the files.
    format : ``"compiled"``, C that runs the model, or ``"array"``, the file as a C array for the TFLM interpreter.
    name : C identifier that prefixes every symbol; ``None`` for one from the file's name.
    kernels : ``"portable"`` (any C99 compiler), ``"dsp"`` (Cortex-M4, M7, M33), ``"mve"`` (Cortex-M55, M85) or
        ``"auto"``, all of them in one folder; ``None`` for the fastest on ``target``, ``"auto"`` without.
    target : a board or core, by whose cycles kernels are chosen.
    mode : ``"window"``, a whole window per call; ``"stream"``, a hop per call; ``"auto"``, the smaller of the two.
    hop : input samples per call of a stream; ``None`` for the total stride.
    recompute : skips of a stream to compute again instead of keeping them; ``None`` for the cheap ones.
    ram : bytes that state, input and output must fit: with less scratch memory, by hops, computing skips again.
    effort : candidates that planning looks at, as a multiple of the usual number.
    aligned : load and store no word but at a multiple of four, for cores that trap it.
    scratch : most bytes of memory that a kernel may have beside its operands; ``None`` for what the fastest wants.
    prefer : ``"fast"``, the fewest cycles; ``"balanced"``, less flash where a percent of it costs at most a percent of
        cycles; ``"small"``, the least flash.
    explain : say on stderr what sets the arena's size and what would lower it.
    pipeline : add all that surrounds the network: int16 samples in, events out; needs the model's card.
    input_rate : pipeline: rate of the samples, in Hz; ``None`` for the network's.
    adc_uv : pipeline: microvolts per ADC count.
    adc_bits : pipeline: width of a sample; above 16 there is a call for int32 too; ``None`` for 16, or the model's.
    threshold : pipeline: by how much a class must lead background.
    normalization : pipeline: ``"causal"``, ``"causal-fast"`` or ``"none"`` instead of the model card's.
    package : write a package for this ecosystem, with an example, again into the same folder at any time.
    package_version : of the package; ``None`` for 1.0.0, then what follows from what changed.
    force : package: replace files that were changed; else they are kept and named.
    no_arena : array: do not measure the arena with the TFLM interpreter.

    Returns
    -------
    dict
        Schema ``edgeunet.export-c/1``: ``model``, ``kernels``, ``mode``, ``hop_samples``, ``lookahead_samples``,
        ``arena_bytes``, ``state_bytes``, ``weights_bytes``, ``macs`` (per call), ``layers`` (how many), ``untried``
        (what planning left out, in words), ``files``; of a package ``package`` and ``version``;
        of an array ``format``, ``model_bytes``, ``arena_bytes``, ``operators`` (count by name), ``files``.

    Raises
    ------
    EdgeUNetError
        When the model cannot be read or compiled as asked.
    """
    return run_command("export_c", locals())


@verb
def bench(
    model: str | os.PathLike[str],
    *,
    target: str = "host",
    mode: Literal["window", "stream", "auto"] | None = None,
    stream: bool = False,
    hop: int | None = None,
    recompute: int | None = None,
    ram: int | None = None,
    effort: int = 1,
    aligned: bool = False,
    scratch: int | None = None,
    prefer: Literal["fast", "balanced", "small"] = "fast",
    toolchain: str | None = None,
    emulator: str | None = None,
    kernels: str | None = None,
    cflags: str = "-O2",
    repeat: int = 1,
    peer: str | None = None,
    compare: bool = False,
    port: str | None = None,
    sanitize: bool = False,
    timeout: float = 120.0,
    stack: int | None = None,
    weights: Literal["flash", "ram"] = "flash",
    energy: bool = False,
    energy_mode: str | None = None,
    capacity_mah: float | None = None,
    voltage: float | None = None,
    pipeline: bool = False,
    input_rate: float | None = None,
    adc_uv: float = 1.0,
    adc_bits: int | None = None,
    threshold: float = 0.0,
    normalization: Literal["causal", "causal-fast", "none"] | None = None,
    keep: str | os.PathLike[str] | None = None,
) -> Document:
    """Compile a model, run it on a target, compare every output byte and measure (``edgeunet bench``).

    Parameters
    ----------
    model : the int8 ``.tflite`` file.
    target : ``"host"``, a core such as ``"cortex-m4"``, or a board; ``edgeunet firmware boards`` lists them.
    mode : ``"window"``, ``"stream"`` or ``"auto"``, the smaller of the two; ``None`` for window.
    stream : short for ``mode="stream"``.
    hop : input samples per call of a stream; ``None`` for the total stride.
    recompute : skips of a stream to compute again instead of keeping them; ``None`` for the cheap ones.
    ram : bytes that state, input and output must fit: with less scratch memory, by hops, computing skips again.
    effort : candidates that planning looks at, as a multiple of the usual number.
    aligned : load and store no word but at a multiple of four, for cores that trap it.
    scratch : most bytes of memory that a kernel may have beside its operands; ``None`` for what the fastest wants.
    prefer : ``"fast"``, the fewest cycles; ``"balanced"``, less flash where a percent of it costs at most a percent of
        cycles; ``"small"``, the least flash.
    toolchain : ``"gcc"``, ``"clang"`` or ``"zig"``; ``None`` for the first that is installed.
    emulator : ``"qemu"`` or ``"unicorn"``; ``None`` for the first that is installed.
    kernels : ``"portable"``, ``"dsp"`` or ``"mve"``; ``None`` for the core's fastest.
    cflags : what the model's C is compiled with.
    repeat : runs, each on another input, 1 to 1000.
    peer : ``"tflm"``: run the same inputs in TFLM's interpreter too, on the host.
    compare : measure without each exact pass and each kernel too, one at a time.
    port : serial port of a real board, such as ``/dev/ttyACM0``.
    sanitize : host: build under AddressSanitizer and UndefinedBehaviorSanitizer.
    timeout : seconds per run.
    stack : bytes of stack on a core or board; ``None`` for 8192.
    weights : leave weights and tables in ``"flash"``, or copy them into ``"ram"`` at start (cores and boards).
    energy : say what a call draws, from its cycles and the board's published energy per cycle.
    energy_mode : energy: regulator and supply it was published for; ``None`` for the board's first.
    capacity_mah : energy: what the battery holds, in mAh.
    voltage : energy: supply in volts; ``None`` for the published one.
    pipeline : add all that surrounds the network: int16 samples in, events out; needs the model's card.
    input_rate : pipeline: rate of the samples, in Hz; ``None`` for the network's.
    adc_uv : pipeline: microvolts per ADC count.
    adc_bits : pipeline: width of a sample; above 16 there is a call for int32 too; ``None`` for 16, or the model's.
    threshold : pipeline: by how much a class must lead background.
    normalization : pipeline: ``"causal"``, ``"causal-fast"`` or ``"none"`` instead of the model card's.
    keep : directory to leave the firmware project and its images in.

    Returns
    -------
    dict
        Schema ``edgeunet.bench/1``: ``exact`` (whether all output bytes are equal) and ``mismatch``, ``instructions``
        (of one call; ``wall_ns`` on the host), ``cycles`` (``count``, ``estimated``, ``error_band_percent``; ``None``
        for what ``cycles_reason`` says), ``milliseconds`` and ``realtime_share`` (of a board), ``microjoules`` and
        ``energy``, ``macs``, ``ram_bytes``, ``flash_bytes`` and their parts, ``layers`` (one object each),
        ``toolchain_version``, ``emulator_version``; ``compare``,
        ``pipeline`` and ``peer`` where asked for. A byte that differs raises nothing: look at ``exact``.

    Raises
    ------
    EdgeUNetError
        When the model cannot be compiled, a tool is missing, or the program on the target fails.
    """
    return run_command("bench", locals())


@verb
def simulate(
    record: str | os.PathLike[str],
    *,
    model: str | os.PathLike[str],
    data: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    lead: str | Sequence[str] = (),
    annotator: str | None = None,
    patients: str | os.PathLike[str] | None = None,
    adc_units: str | float = "auto",
    missing: Literal["error", "mask"] = "error",
    records: int | None = None,
    data_seed: int | None = None,
    stream: bool = False,
    hop: int | None = None,
    normalization: Literal["causal", "causal-fast", "none"] | None = None,
    threshold: float = 0.0,
    adc_bits: int | None = None,
    toolchain: str | None = None,
    compare: bool | None = None,
    plot: str | os.PathLike[str] | None = None,
    start: float = 0.0,
    seconds: float = 10.0,
) -> Document:
    """Send a recording through a model's pipeline, compiled for this machine (``edgeunet simulate``).

    Parameters
    ----------
    record : a name within ``data``, the path of a WFDB record, an ``.edf``, ``.npz`` or ``.csv`` file, or
        ``synthetic-0000`` and so on without data.
    model : the int8 ``.tflite`` file, its card beside it.
    data : directory of WFDB, ``.edf``, ``.npz`` or ``.csv`` records, one such file, or a list of them; a ``.toml`` file
        lists several with weights. Synthetic ECG when empty.
    lead : lead to use, or a list of leads; all when empty.
    annotator : WFDB: extension of the annotation files, ``{lead}`` standing for the lead's name.
    patients : JSON or CSV saying whose each record is; else every record is a patient of its own.
    adc_units : WFDB: ``"auto"``, ``"header"``, or microvolts per ADC unit.
    missing : NaN or invalid samples: ``"error"`` refuses the record, ``"mask"`` fills them and leaves them unscored.
    records : synthetic ECG: how many records; ``None`` for 200.
    data_seed : synthetic ECG: which patients; ``None`` for 0.
    stream : hop by hop, as a device does; else window after window.
    hop : samples per hop; ``None`` for the total stride.
    normalization : ``"causal"``, ``"causal-fast"`` or ``"none"`` instead of the model card's.
    threshold : by how much a class must lead background.
    adc_bits : width of a sample, of a microvolt a count; above 16 an electrode's offset is removed; ``None`` for 16, or
        the model's.
    toolchain : ``"gcc"``, ``"clang"`` or ``"zig"``; ``None`` for the first that is installed.
    compare : whether to run the pipeline in numpy too; ``None`` for up to ten minutes of signal.
    plot : ``.png`` to draw the events over the signal in.
    start, seconds : plot: from where and how much, in seconds.

    Returns
    -------
    dict
        Schema ``edgeunet.simulate/1``: ``events`` (``class``, ``onset``, ``peak``, ``offset`` in samples), ``counts``
        by class, ``signal_lost`` (``lead``, ``onset``, ``offset``), ``exact`` (``None`` when not compared),
        ``boundaries`` (scores, where there are annotations), ``sample_rate_hz``, ``latency_samples`` and ``_ms``,
        ``pipeline_bytes``, ``network_bytes``, ``compiler``.

    Raises
    ------
    EdgeUNetError
        When the record or the model cannot be read, or no compiler is here.
    """
    return run_command("simulate", locals())


@verb
def firmware_new(
    *,
    model: str | os.PathLike[str],
    output: str | os.PathLike[str],
    board: str = "mps2-an386",
    kernels: str | None = None,
    mode: Literal["window", "stream"] = "window",
    hop: int | None = None,
    effort: int = 1,
    aligned: bool = False,
    scratch: int | None = None,
    prefer: Literal["fast", "balanced", "small"] = "fast",
    weights: Literal["flash", "ram"] = "flash",
    pipeline: bool = False,
    input_rate: float | None = None,
    adc_uv: float = 1.0,
    adc_bits: int | None = None,
    threshold: float = 0.0,
    normalization: Literal["causal", "causal-fast", "none"] | None = None,
    template: Literal[
        "bare-metal", "cmake", "zephyr", "esp-idf", "arduino", "platformio", "cmsis-pack", "rust"
    ] = "bare-metal",
    force: bool = False,
) -> None:
    """Write a bare-metal firmware project around a model (``edgeunet firmware new``).

    Parameters
    ----------
    model : the int8 ``.tflite`` file.
    output : directory of the project; hand it to `flash`.
    board : a board or core; ``edgeunet firmware boards`` lists them.
    kernels : ``"portable"``, ``"dsp"`` or ``"mve"``; ``None`` for the core's fastest.
    mode : ``"window"`` or ``"stream"``.
    hop : input samples per call of a stream; ``None`` for the total stride.
    effort : candidates that planning looks at, as a multiple of the usual number.
    aligned : load and store no word but at a multiple of four, for cores that trap it.
    scratch : most bytes of memory that a kernel may have beside its operands; ``None`` for what the fastest wants.
    prefer : ``"fast"``, the fewest cycles; ``"balanced"``, less flash where a percent of it costs at most a percent of
        cycles; ``"small"``, the least flash.
    weights : leave weights and tables in ``"flash"``, or copy them into ``"ram"`` at start.
    pipeline : add all that surrounds the network: int16 samples in, events out; needs the model's card.
    input_rate : pipeline: rate of the samples, in Hz; ``None`` for the network's.
    adc_uv : pipeline: microvolts per ADC count.
    adc_bits : pipeline: width of a sample; above 16 there is a call for int32 too; ``None`` for 16, or the model's.
    threshold : pipeline: by how much a class must lead background.
    normalization : pipeline: ``"causal"``, ``"causal-fast"`` or ``"none"`` instead of the model card's.
    template : a project without an operating system, or a package with an example, as of `export_c`.
    force : replace files of the project that were changed; else they are kept, and named on stderr.

    Raises
    ------
    EdgeUNetError
        When the model cannot be compiled or the board is unknown.
    """
    run_command("firmware_new", locals())


@verb
def flash(
    directory: str | os.PathLike[str],
    *,
    board: str | None = None,
    toolchain: str | None = None,
    emulator: str | None = None,
    port: str | None = None,
    timeout: float = 60.0,
    raw: bool = False,
    dry_run: bool = False,
) -> Document:
    """Build a firmware project, put it on a board or into an emulator, and listen (``edgeunet flash``).

    Parameters
    ----------
    directory : the project, see `firmware_new`.
    board : a board or core; ``None`` for the one the project was made for.
    toolchain : ``"gcc"`` or ``"zig"``; ``None`` for the first that is installed.
    emulator : ``"qemu"`` or ``"unicorn"``; ``None`` for the first that is installed.
    port : serial port of a real board, to hear what the firmware says.
    timeout : seconds to listen.
    raw : show every line of the firmware's protocol on stderr as it comes.
    dry_run : return the exact commands and run none.

    Returns
    -------
    dict
        Schema ``edgeunet.flash/1``: ``model``, ``board``, ``heard``, ``selftest_passed``, ``unit`` (of counts),
        ``calls``, ``count_per_call``, ``count_per_second``, ``microseconds_measured`` (where a board counted cycles),
        ``state_bytes``, ``stack_bytes``, ``events``; of a dry run ``board`` and ``commands``.

    Raises
    ------
    EdgeUNetError
        When the project cannot be built, flashed or heard.
    """
    return run_command("flash", locals())


@verb
def energy(
    trace: str | os.PathLike[str],
    *,
    run: str | os.PathLike[str] | None = None,
    voltage: float | None = None,
    trigger: str | None = None,
) -> Document:
    """Say what an inference takes by the power trace of a real board (``edgeunet energy``).

    Parameters
    ----------
    trace : CSV of the instrument: time, current or power, and the board's trigger pin.
    run : what ``bench --json`` wrote about the run that was recorded: its calls are looked at, and no other pulse.
    voltage : supply in volts, for traces of a current without a voltage.
    trigger : column of the trigger pin; ``None`` for the only digital one that changes.

    Returns
    -------
    dict
        Schema ``edgeunet.energy/1``: ``trigger``, ``inferences``, ``cut`` (pulses at the ends of the trace, not
        counted), ``microjoules_measured`` (median), ``microjoules_lowest``, ``microjoules_highest``,
        ``microseconds_measured``, ``idle_microwatts``, ``model`` and ``board`` (of the run).

    Raises
    ------
    EdgeUNetError
        When the trace cannot be read, has no trigger, or is of another run.
    """
    return run_command("energy", locals())


@verb
def doctor() -> Document:
    """List the compilers, emulators and libraries edgeunet can use here (``edgeunet doctor``).

    Returns
    -------
    dict
        Schema ``edgeunet.doctor/1``: ``targets`` (what `bench` can run on), ``tools`` (``name``, ``version`` or
        ``None``, ``enables``, ``install``).

    Raises
    ------
    EdgeUNetError
        When a tool that is here cannot be asked for its version.
    """
    return run_command("doctor", locals())
