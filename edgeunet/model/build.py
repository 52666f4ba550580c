"""From a spec to a Keras model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from edgeunet.model.network import Node, describe_network
from edgeunet.model.quiet import import_tensorflow
from edgeunet.spec import UNetSpec

if TYPE_CHECKING:
    import keras

BATCH_NORM_MOMENTUM = 0.99
NORM_EPSILON = 1e-3
_EXPONENTIAL_UNITS = {"elu": (1.0, 1.0), "selu": (1.6732632423543772, 1.0507009873554805)}


def build_model(spec: UNetSpec, *, batch_size: int | None = None, seed: int | None = None) -> keras.Model:
    """Build the Keras model of a spec.

    A 1-D network is built of 2-D layers of height 1, with one reshape at each end, because that is what converts
    without reshapes around every layer.

    Parameters
    ----------
    spec : what to build.
    batch_size : size of the batch, fixed in the graph; ``None`` leaves it open (for training). Conversion makes it 1.
    seed : makes the initial weights repeatable.

    Returns
    -------
    keras.Model
        Input ``(batch, *spec.input_shape)``, output the same with one channel per class (smaller with ``"valid"``
        padding or a strided head), logits or a softmax as the spec says.
    """
    import_tensorflow()
    import keras

    if seed is not None:
        keras.utils.set_random_seed(seed)
    network = describe_network(spec)
    source = keras.Input(spec.input_shape, batch_size=batch_size, name="input")
    flat = spec.dimensions == 1
    tensors: dict[str, Any] = {
        "input": keras.layers.Reshape(network.nodes[0].shape, name="to_2d")(source) if flat else source
    }
    for node in network.nodes[1:]:
        inputs = [tensors[name] for name in node.inputs]
        tensors[node.name] = _LAYERS[node.kind](node, spec)(inputs if len(inputs) > 1 else inputs[0])
    result = tensors[network.output.name]
    if flat:
        result = keras.layers.Reshape(network.output.shape[1:], name="to_1d")(result)
    return keras.Model(source, result, name=layer_name(spec.name))


def layer_name(text: str) -> str:
    """Return ``text`` with everything but letters, digits, ``-`` and ``_`` replaced, as graph names want it."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in text)


def _regularizer(spec: UNetSpec) -> Any:
    import keras

    return keras.regularizers.L2(spec.l2) if spec.l2 else None


def _conv(node: Node, spec: UNetSpec) -> Any:
    import keras

    return keras.layers.Conv2D(
        node.shape[2],
        node.kernel,
        strides=node.strides,
        dilation_rate=node.dilation,
        padding=node.padding,
        use_bias=node.use_bias,
        kernel_initializer=node.initializer,
        kernel_regularizer=_regularizer(spec),
        name=node.name,
    )


def _separable(node: Node, spec: UNetSpec) -> Any:
    import keras

    return keras.layers.SeparableConv2D(
        node.shape[2],
        node.kernel,
        dilation_rate=node.dilation,
        padding=node.padding,
        use_bias=node.use_bias,
        depthwise_initializer=node.initializer,
        pointwise_initializer=node.initializer,
        depthwise_regularizer=_regularizer(spec),
        pointwise_regularizer=_regularizer(spec),
        name=node.name,
    )


def _transpose(node: Node, spec: UNetSpec) -> Any:
    import keras

    return keras.layers.Conv2DTranspose(
        node.shape[2],
        node.kernel,
        strides=node.strides,
        padding="same",
        use_bias=node.use_bias,
        kernel_initializer=node.initializer,
        kernel_regularizer=_regularizer(spec),
        name=node.name,
    )


def _batch_norm(node: Node, spec: UNetSpec) -> Any:
    import keras

    return keras.layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM, epsilon=NORM_EPSILON, name=node.name)


def _layer_norm(node: Node, spec: UNetSpec) -> Any:
    from edgeunet.model.layers import LayerNorm

    return LayerNorm((1, 2) if node.axis == "time" else (3,), NORM_EPSILON, name=node.name)


def _activation(node: Node, spec: UNetSpec) -> Any:
    import keras

    if node.activation in _EXPONENTIAL_UNITS:
        from edgeunet.model.layers import ExponentialUnit

        return ExponentialUnit(*_EXPONENTIAL_UNITS[node.activation], name=node.name)
    return keras.layers.Activation(node.activation, name=node.name)


def _dropout(node: Node, spec: UNetSpec) -> Any:
    import keras

    return keras.layers.Dropout(node.rate, name=node.name)


def _pool(node: Node, spec: UNetSpec) -> Any:
    import keras

    return keras.layers.MaxPooling2D(node.kernel, strides=node.strides, padding=node.padding, name=node.name)


def _nearest(node: Node, spec: UNetSpec) -> Any:
    from edgeunet.model.layers import NearestUp

    return NearestUp(node.strides, name=node.name)


def _crop(node: Node, spec: UNetSpec) -> Any:
    from edgeunet.model.layers import CenterCrop

    return CenterCrop(node.shape[:2], name=node.name)


def _concat(node: Node, spec: UNetSpec) -> Any:
    import keras

    return keras.layers.Concatenate(name=node.name)


def _add(node: Node, spec: UNetSpec) -> Any:
    import keras

    return keras.layers.Add(name=node.name)


def _softmax(node: Node, spec: UNetSpec) -> Any:
    import keras

    return keras.layers.Softmax(name=node.name)


_LAYERS: dict[str, Callable[[Node, UNetSpec], Any]] = {
    "conv": _conv,
    "separable": _separable,
    "transpose": _transpose,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "activation": _activation,
    "dropout": _dropout,
    "pool": _pool,
    "nearest": _nearest,
    "crop": _crop,
    "concat": _concat,
    "add": _add,
    "softmax": _softmax,
}
