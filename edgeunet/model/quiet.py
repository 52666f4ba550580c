"""TensorFlow without its chatter."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from edgeunet.errors import ModelError


def import_tensorflow() -> None:
    """Import TensorFlow and Keras, the first time without the notes about drivers and processors they print.

    Raises
    ------
    ImportError
        When they are not installed.
    ModelError
        When Keras is set to run on something else.
    """
    if "tensorflow" not in sys.modules or "keras" not in sys.modules:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        with quiet():
            import keras
            import tensorflow  # noqa: F401
    import keras

    if keras.backend.backend() != "tensorflow":
        raise ModelError(
            f"Keras runs on {keras.backend.backend()} here, and only TensorFlow converts to TFLite; "
            "set KERAS_BACKEND=tensorflow"
        )


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what TensorFlow prints while it loads, saves or converts, on any channel, out of the way."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(channel) for channel in (1, 2)]
    stdout, stderr = sys.stdout, sys.stderr
    with tempfile.TemporaryFile() as sink, open(os.devnull, "w", encoding="utf-8") as nowhere:
        try:
            for channel in (1, 2):
                os.dup2(sink.fileno(), channel)
            sys.stdout = sys.stderr = nowhere
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        finally:
            sys.stdout, sys.stderr = stdout, stderr
            for channel, saved in zip((1, 2), kept, strict=True):
                os.dup2(saved, channel)
                os.close(saved)
