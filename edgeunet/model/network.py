"""The network a spec describes, node by node, without any framework.

One description serves two readers: the Keras builder makes a layer of every node, the cost model adds them up.
Shapes are ``(height, width, channels)``; a 1-D network has height 1 and runs along the width.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from edgeunet.short_repr import short_repr
from edgeunet.spec import BlockSpec, UNetSpec

Kind = Literal[
    "input",
    "conv",
    "separable",
    "transpose",
    "batch_norm",
    "layer_norm",
    "activation",
    "dropout",
    "pool",
    "nearest",
    "crop",
    "concat",
    "add",
    "softmax",
]
Shape = tuple[int, int, int]
Pair = tuple[int, int]


@dataclass(frozen=True)
class Node:
    """One layer.

    Attributes
    ----------
    name : unique name, also that of the Keras layer: ``enc1_conv2``, ``dec3_up``, ``head_conv``.
    kind : what it does.
    inputs : names of the nodes it reads.
    shape : shape of its output.
    kernel, strides, dilation : of convolutions and pools; ``strides`` is the factor of ``transpose`` and ``nearest``.
    padding : ``"same"`` or ``"valid"``.
    use_bias : whether a convolution adds a bias.
    activation : name of an ``activation``.
    axis : what a ``layer_norm`` averages over, ``"time"`` or ``"channels"``.
    rate : share dropped by a ``dropout``.
    initializer : of the kernel of a convolution.
    """

    name: str
    kind: Kind
    inputs: tuple[str, ...]
    shape: Shape
    kernel: Pair = (1, 1)
    strides: Pair = (1, 1)
    dilation: Pair = (1, 1)
    padding: Literal["same", "valid"] = "same"
    use_bias: bool = False
    activation: str = "linear"
    axis: Literal["time", "channels"] = "time"
    rate: float = 0.0
    initializer: str = "he_normal"

    __repr__ = short_repr


@dataclass(frozen=True)
class Network:
    """All nodes in an order in which every node comes after those it reads; the last one is the output."""

    spec: UNetSpec
    nodes: tuple[Node, ...]

    __repr__ = short_repr

    def __getitem__(self, name: str) -> Node:
        return next(node for node in self.nodes if node.name == name)

    @property
    def output(self) -> Node:
        """The last node."""
        return self.nodes[-1]


def describe_network(spec: UNetSpec) -> Network:
    """Return the network that ``spec`` describes."""
    drawing = _Drawing(spec)
    drawing.add("input", "input", shape=(*spec.spatial_shape, spec.input_shape[-1]))
    if spec.layout == "heartkit":
        _draw_heartkit(drawing)
    else:
        _draw_classic(drawing)
    _draw_head(drawing)
    return Network(spec, tuple(drawing.nodes))


@dataclass
class _Drawing:
    """A network while it is being drawn: every method adds nodes and returns the last."""

    spec: UNetSpec
    nodes: list[Node] = field(default_factory=list)

    @property
    def last(self) -> Node:
        return self.nodes[-1]

    def add(self, kind: Kind, name: str, *inputs: Node, shape: Shape, **facts: object) -> Node:
        node = Node(name, kind, tuple(i.name for i in inputs), shape, **facts)  # type: ignore[arg-type]
        self.nodes.append(node)
        return node

    def conv(
        self,
        x: Node,
        name: str,
        filters: int,
        kernel: Pair,
        *,
        kind: Kind = "conv",
        dilation: Pair = (1, 1),
        strides: Pair = (1, 1),
        use_bias: bool = True,
        linear: bool = False,
        padding: Literal["same", "valid"] | None = None,
    ) -> Node:
        padding = padding or self.spec.padding
        size = [
            _convolved(n, k, d, s, padding) for n, k, d, s in zip(x.shape[:2], kernel, dilation, strides, strict=True)
        ]
        return self.add(
            kind,
            name,
            x,
            shape=(size[0], size[1], filters),
            kernel=kernel,
            strides=strides,
            dilation=dilation,
            padding=padding,
            use_bias=use_bias,
            initializer=self.initializer(linear),
        )

    def initializer(self, linear: bool) -> str:
        return (linear and self.spec.linear_initializer) or self.spec.initializer

    def linear_bias(self, block: BlockSpec) -> bool:
        """Whether a convolution that nothing follows has a bias: yes unless the spec says no."""
        return self.spec.inherited(block, "conv_bias") is not False

    def finish(self, x: Node, block: BlockSpec, name: str) -> Node:
        """Normalization and activation after a convolution; ``{}`` in ``name`` stands for what the node is."""
        steps = ["norm", "act"] if self.spec.norm_position == "before_activation" else ["act", "norm"]
        for step in steps:
            if step == "act" and block.activation != "linear":
                x = self.add("activation", name.format("act"), x, shape=x.shape, activation=block.activation)
            if step == "norm" and block.norm == "batch":
                x = self.add("batch_norm", name.format("norm"), x, shape=x.shape)
            if step == "norm" and block.norm == "layer":
                x = self.add("layer_norm", name.format("norm"), x, shape=x.shape, axis=self.spec.norm_axis)
        return x

    def stack(self, x: Node, block: BlockSpec, prefix: str, depth: int, *, dilated: bool = True) -> Node:
        """``depth`` times convolution, normalization, activation; convolution d is dilated by ``dilation ** d``."""
        base = self.spec.pair(block.dilation) if dilated else (1, 1)
        bias = self.spec.inherited(block, "conv_bias")
        for d in range(depth):
            x = self.conv(
                x,
                f"{prefix}_conv{d + 1}",
                block.filters,
                self.spec.pair(block.kernel),
                kind="separable" if block.separable else "conv",
                dilation=(base[0] ** d, base[1] ** d),
                use_bias=block.norm is None if bias is None else bias,
            )
            x = self.finish(x, block, f"{prefix}_{{}}{d + 1}")
        return x

    def residual(self, y: Node, x: Node, block: BlockSpec, prefix: str) -> Node:
        """Add ``x`` to what became of it, projected to its channels and cropped to its size where they differ."""
        mode = self.spec.inherited(block, "residual")
        if mode == "none":
            return y
        x = self.crop(x, y, f"{prefix}_residual_crop")
        if mode == "projection" or x.shape[2] != y.shape[2]:
            x = self.conv(x, f"{prefix}_residual", y.shape[2], (1, 1), use_bias=self.linear_bias(block), linear=True)
        return self.add("add", f"{prefix}_add", y, x, shape=y.shape)

    def dropout(self, x: Node, block: BlockSpec, prefix: str) -> Node:
        return self.add("dropout", f"{prefix}_dropout", x, shape=x.shape, rate=block.dropout) if block.dropout else x

    def pool(self, x: Node, block: BlockSpec, prefix: str) -> Node:
        window, strides = self.spec.pair(block.pool), self.spec.pair(block.strides)
        if window == (1, 1):
            return x
        size = [_convolved(n, k, 1, s, self.spec.padding) for n, k, s in zip(x.shape[:2], window, strides, strict=True)]
        return self.add(
            "pool",
            f"{prefix}_pool",
            x,
            shape=(size[0], size[1], x.shape[2]),
            kernel=window,
            strides=strides,
            padding=self.spec.padding,
        )

    def upsample(self, x: Node, block: BlockSpec, prefix: str) -> Node:
        strides = self.spec.pair(block.strides)
        up = (x.shape[0] * strides[0], x.shape[1] * strides[1])
        name, bias = f"{prefix}_up", self.linear_bias(block)
        kernel = None if block.upsample_kernel is None else self.spec.pair(block.upsample_kernel)
        if self.spec.inherited(block, "upsample") == "transpose":
            if strides == (1, 1) and kernel is None:
                return x
            return self.add(
                "transpose",
                name,
                x,
                shape=(*up, block.filters),
                kernel=kernel or strides,
                strides=strides,
                use_bias=bias,
                initializer=self.initializer(linear=True),
            )
        if strides != (1, 1):
            x = self.add("nearest", name, x, shape=(*up, x.shape[2]), strides=strides)
        if kernel is None:
            return x
        return self.conv(x, f"{name}_conv", block.filters, kernel, use_bias=bias, linear=True, padding="same")

    def crop(self, x: Node, like: Node, name: str) -> Node:
        """Cut the middle of ``x`` out, as large as ``like``."""
        if x.shape[:2] == like.shape[:2]:
            return x
        return self.add("crop", name, x, shape=(like.shape[0], like.shape[1], x.shape[2]))

    def merge(self, x: Node, skip: Node, block: BlockSpec, prefix: str) -> Node:
        """Take the encoder's output in; returns ``x`` itself where the block has no skip."""
        mode = self.spec.inherited(block, "skip_mode")
        if mode == "none" or not block.skip:
            return x
        skip = self.crop(skip, x, f"{prefix}_crop")
        if mode == "add":
            return self.add("add", f"{prefix}_merge", x, skip, shape=x.shape)
        halves = (x, skip) if self.spec.concat_order == "upsampled_first" else (skip, x)
        shape = (x.shape[0], x.shape[1], x.shape[2] + skip.shape[2])
        return self.add("concat", f"{prefix}_concat", *halves, shape=shape)


def _draw_heartkit(drawing: _Drawing) -> None:
    spec, x = drawing.spec, drawing.last
    skips: list[Node] = []
    for level, block in enumerate(spec.blocks, start=1):
        name = f"enc{level}"
        y = drawing.dropout(drawing.stack(x, block, name, block.depth), block, name)
        skips.append(drawing.residual(y, x, block, name))
        x = drawing.pool(skips[-1], block, name)
    for level, block in reversed(list(enumerate(spec.blocks, start=1))):
        name = f"dec{level}"
        x = drawing.upsample(drawing.stack(x, block, name, block.decoder_depth), block, name)
        x = drawing.merge(x, skips[level - 1], block, name)
        if x.kind == "concat":
            bias = spec.inherited(block, "conv_bias")
            bias = block.norm is None if bias is None else bias
            x = drawing.conv(x, f"{name}_merge_conv", block.filters, (1, 1), use_bias=bias)
            x = drawing.finish(x, block, f"{name}_merge_{{}}")
        y = drawing.stack(x, block, f"{name}_out", 1, dilated=False)
        x = drawing.residual(y, x, block, name)


def _draw_classic(drawing: _Drawing) -> None:
    spec, x = drawing.spec, drawing.last
    *levels, bottom = spec.blocks
    skips: list[Node] = []
    for level, block in enumerate(levels, start=1):
        skips.append(_classic_encoder(drawing, x, block, f"enc{level}"))
        x = drawing.pool(skips[-1], block, f"enc{level}")
    x = _classic_encoder(drawing, x, bottom, "bottom")
    for level, block in reversed(list(enumerate(levels, start=1))):
        name = f"dec{level}"
        x = drawing.merge(drawing.upsample(x, block, name), skips[level - 1], block, name)
        x = drawing.residual(drawing.stack(x, block, name, block.decoder_depth), x, block, name)


def _classic_encoder(drawing: _Drawing, x: Node, block: BlockSpec, name: str) -> Node:
    y = drawing.dropout(drawing.stack(x, block, name, block.depth), block, name)
    return drawing.residual(y, x, block, name)


def _draw_head(drawing: _Drawing) -> None:
    spec = drawing.spec
    x = drawing.stack(drawing.last, spec.blocks[0], "head", spec.head_convs, dilated=False)
    if not spec.include_top:
        return
    x = drawing.conv(
        x,
        "head",
        len(spec.classes),
        spec.pair(spec.output_kernel_size),
        strides=spec.pair(spec.output_kernel_stride),
        linear=True,
    )
    if not spec.use_logits:
        drawing.add("softmax", "head_softmax", x, shape=x.shape)


def _convolved(size: int, kernel: int, dilation: int, stride: int, padding: str) -> int:
    if padding == "same":
        return -(-size // stride)
    return (size - (kernel - 1) * dilation - 1) // stride + 1
