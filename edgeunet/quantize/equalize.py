"""Channels of a tensor brought to one range before int8 conversion, so that each gets all of int8's 256 steps.

An activation tensor has one scale for all its channels. A channel that spans a tenth of the widest one gets a tenth of
the steps, and with separable convolutions, whose depthwise half mixes no channels, that is the rule rather than the
exception. Scaling a channel up where it is made and down where it is used changes no output (Nagel et al. 2019,
"Data-free quantization through weight equalization and bias correction"), in two places:

- inside a separable convolution, between its depthwise and its pointwise half, which nothing but a sum separates;
- behind a batch norm and ReLU or ReLU6, where all users begin with a depthwise convolution. Its weights have a scale
  per channel, so the scaling costs them nothing. A ReLU6 then saturates a channel at `MARGIN` times its largest value
  in calibration instead of at 6, much as int8 does to the tensor as a whole in any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras

Ranges = dict[str, NDArray[np.float32]]

LARGEST_FACTOR = 16.0
"""A channel is scaled up by no more: the weights that undo it have eight bits too."""

MARGIN = 1.1
"""Room left above the largest value seen behind a ReLU6."""

_SMALLEST = 1e-6
_DEPTHWISE = ("SeparableConv2D", "DepthwiseConv2D")
_PASSING = ("MaxPooling2D", "AveragePooling2D", "NearestUp")


def equalized(model: keras.Model, windows: NDArray[np.float32]) -> keras.Model:
    """Return a copy of a static ``model`` that computes the same with its channels brought to one range.

    Parameters
    ----------
    model : with a fixed batch of 1; left as it is.
    windows : ``(windows, *input_shape)``, what the ranges are taken from.
    """
    import keras

    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    wiring = _Wiring(copy)
    activations = [layer for layer in copy.layers if wiring.is_scalable(layer)]
    separable = [layer for layer in copy.layers if type(layer).__name__ == "SeparableConv2D"]
    highest, widest = _ranges(copy, activations, separable, windows)
    for layer in activations:
        _scale_activation(wiring, layer, highest[layer.name])
    for layer in separable:
        _scale_between_halves(layer, widest[layer.name])
    return copy


@dataclass(frozen=True)
class _User:
    """A layer that takes a tensor, and at which of its input channels that tensor begins."""

    layer: Any
    first: int


class _Wiring:
    """Which layer feeds which."""

    def __init__(self, model: keras.Model) -> None:
        self._layers = {layer.name: layer for layer in model.layers}
        self._sources = {layer.name: _source_names(layer) for layer in model.layers}
        self._outputs = {tensor._keras_history.operation.name for tensor in model.outputs}

    def norm_before(self, layer: Any) -> Any:
        """Return the batch norm that feeds ``layer`` and nothing else, else ``None``."""
        sources = self._sources[layer.name]
        if len(sources) != 1 or type(self._layers.get(sources[0])).__name__ != "BatchNormalization":
            return None
        norm = self._layers[sources[0]]
        return norm if norm.scale and norm.center and len(self._takers(norm.name)) == 1 else None

    def is_scalable(self, layer: Any) -> bool:
        """Return whether ``layer`` is a ReLU behind a batch norm that only depthwise convolutions use in the end."""
        is_relu = type(layer).__name__ == "Activation" and layer.activation.__name__ in ("relu", "relu6")
        if not is_relu or self.norm_before(layer) is None:
            return False
        users = list(self.users(layer.name, 0))
        return bool(users) and all(type(user.layer).__name__ in _DEPTHWISE for user in users)

    def users(self, name: str, first: int) -> Iterator[_User]:
        """Yield what the output of ``name`` reaches through pooling, upsampling and concatenation."""
        if name in self._outputs:
            yield _User(None, first)
        for taker in self._takers(name):
            layer, kind = self._layers[taker], type(self._layers[taker]).__name__
            if kind in _PASSING:
                yield from self.users(taker, first)
            elif kind == "Concatenate" and layer.axis in (-1, 3) and self._sources[taker].count(name) == 1:
                before = self._sources[taker][: self._sources[taker].index(name)]
                skipped = sum(self._layers[source].output.shape[-1] for source in before)
                yield from self.users(taker, first + skipped)
            else:
                yield _User(layer, first)

    def _takers(self, name: str) -> list[str]:
        return [taker for taker, sources in self._sources.items() if name in sources]


def _source_names(layer: Any) -> list[str]:
    tensors = [tensor for node in layer._inbound_nodes[-1:] for tensor in node.arguments.keras_tensors]
    return [tensor._keras_history.operation.name for tensor in tensors]


def _ranges(
    model: keras.Model, activations: list[Any], separable: list[Any], windows: NDArray[np.float32]
) -> tuple[Ranges, Ranges]:
    """Return by channel the highest output of ``activations`` and the widest between the halves of ``separable``."""
    import keras
    import tensorflow as tf

    taken = [layer.output for layer in activations] + [layer.input for layer in separable]
    if not taken:
        return {}, {}
    probe = keras.Model(model.inputs, taken)

    @tf.function  # type: ignore[untyped-decorator]
    def measured(window: Any) -> list[Any]:
        tensors = probe(window, training=False)
        after = [tf.reduce_max(tensor, axis=(0, 1, 2)) for tensor in tensors[: len(activations)]]
        inside = []
        for layer, tensor in zip(separable, tensors[len(activations) :], strict=True):
            # Every position counts, whatever the stride.
            halfway = tf.nn.depthwise_conv2d(
                tensor, layer.depthwise_kernel, (1, 1, 1, 1), layer.padding.upper(), dilations=layer.dilation_rate
            )
            inside.append(tf.reduce_max(tf.abs(halfway), axis=(0, 1, 2)))
        return after + inside

    largest = [tensor.numpy() for tensor in measured(windows[:1])]
    for window in windows[1:]:
        largest = [np.maximum(old, new.numpy()) for old, new in zip(largest, measured(window[None]), strict=True)]
    names = [layer.name for layer in (*activations, *separable)]
    split = len(activations)
    by_name = list(zip(names, largest, strict=True))
    return dict(by_name[:split]), dict(by_name[split:])


def _factors(ranges: NDArray[np.float32], target: float) -> NDArray[np.float32]:
    """Return what brings each channel's range to ``target``; channels that carry nothing stay as they are."""
    factors = np.clip(target / np.maximum(ranges, _SMALLEST), 1.0, LARGEST_FACTOR)
    return np.where(ranges > _SMALLEST, factors, 1.0).astype(np.float32)


def _scale_activation(wiring: _Wiring, layer: Any, highest: NDArray[np.float32]) -> None:
    is_bounded = layer.activation.__name__ == "relu6"
    factors = _factors(MARGIN * highest, 6.0) if is_bounded else _factors(highest, float(highest.max()))
    norm = wiring.norm_before(layer)
    norm.gamma.assign(norm.gamma.numpy() * factors)
    norm.beta.assign(norm.beta.numpy() * factors)
    for user in wiring.users(layer.name, 0):
        is_separable = type(user.layer).__name__ == "SeparableConv2D"
        kernel = user.layer.depthwise_kernel if is_separable else user.layer.kernel
        value = kernel.numpy()
        value[:, :, user.first : user.first + len(factors)] /= factors[:, None]
        kernel.assign(value)


def _scale_between_halves(layer: Any, widest: NDArray[np.float32]) -> None:
    factors = _factors(widest, float(widest.max()))
    depthwise, pointwise = layer.depthwise_kernel.numpy(), layer.pointwise_kernel.numpy()
    layer.depthwise_kernel.assign(depthwise * factors.reshape(depthwise.shape[2:]))
    layer.pointwise_kernel.assign(pointwise / factors[:, None])
