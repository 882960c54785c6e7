"""RivaGAN's networks (Zhang et al. 2019, arXiv:1909.01285), written again so that they run fast.

The weights are those of the wheel `invisible-watermark` (MIT). The file's graphs convolve volumes
of depth one, compute the attention anew for every payload and evaluate it at every pixel. Here the
convolutions are flat, the attention is a network of its own, and the convolutions from 32 to 32
channels, nine tenths of the work, are evaluated at every second pixel in both directions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper

if TYPE_CHECKING:
    from pathlib import Path

BITS = 32
STRIDE = 2  # pixels between two evaluations of attention and evidence
OPSET = 13
IR_VERSION = 8
KERNEL = 11  # pixels, of every convolution
EPSILON = 1e-5  # of the batch normalisations

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Networks:
    """Three networks over frames of (1, 3, H, W) float32 in [-1, 1]; safe to share between threads.

    H and W are even.
    """

    _attention: Any
    _painter: Any
    _reader: Any

    def attention(self, frame: Array) -> Array:
        """Return where each bit is written: (32, H/2, W/2), summing to 1 at each place."""
        return _run(self._attention, frame)

    def paint(self, frame: Array, signed: Array) -> Array:
        """Return the residual (H, W, 3) in [-1, 1] for a map of signed bits (H/2, W/2)."""
        residual = _run(self._painter, frame, signed=signed[None, None])
        return np.ascontiguousarray(residual.transpose(1, 2, 0))

    def evidence(self, frame: Array) -> Array:
        """Return what each place says of each bit, (32, H/2, W/2); above 0 it says 1."""
        return _run(self._reader, frame)


def load_networks(encoder: Path, decoder: Path, *, threads: int = 0) -> Networks:
    """Load the networks from RivaGAN's two ONNX files, whose hashes the caller has checked.

    Args:
        encoder: `rivagan_encoder.onnx`.
        decoder: `rivagan_decoder.onnx`.
        threads: Of each run; 0 for as many as there are cores.
    """
    writing, reading = _weights(encoder), _weights(decoder)
    start = partial(_session, threads=threads)
    return Networks(
        start(_attention_graph(writing)),
        start(_painter_graph(writing)),
        start(_reader_graph(reading)),
    )


class _Graph:
    """Collects the nodes and weights of one network; every layer returns its output's name."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self._weights = weights
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}

    def block(self, name: str, number: int, source: str, *, stride: int = 1) -> str:
        """Convolution, tanh, batch normalisation: the block that RivaGAN is made of."""
        tanh = self.node("Tanh", [self.convolution(f"{name}.{number}", source, stride=stride)])
        norm = f"{name}.{number + 2}"
        parts = ("weight", "bias", "running_mean", "running_var")
        inputs = [tanh, *(self.constant(f"{norm}.{part}") for part in parts)]
        return self.node("BatchNormalization", inputs, epsilon=EPSILON)

    def convolution(self, name: str, source: str, *, stride: int = 1) -> str:
        """An 11 x 11 convolution that keeps the size, but for the stride."""
        inputs = [source, self.constant(f"{name}.weight"), self.constant(f"{name}.bias")]
        strides, pads = [stride, stride], [KERNEL // 2] * 4
        return self.node("Conv", inputs, kernel_shape=[KERNEL] * 2, pads=pads, strides=strides)

    def node(self, kind: str, inputs: Sequence[str], **attributes: Any) -> str:  # noqa: ANN401 - numbers, lists and texts
        """Add one node."""
        output = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, name: str, value: Array | None = None) -> str:
        """Add a weight of the file, or another constant."""
        array = self._weights[name] if value is None else value
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def model(self, output: str, *inputs: tuple[str, int]) -> ModelProto:
        """Return the finished model.

        Args:
            output: Name of the last node's output.
            inputs: Names and channels of what is put in.
        """
        ends = [_value(name, channels) for name, channels in inputs]
        out = helper.make_tensor_value_info(output, TensorProto.FLOAT, [None] * 4)
        constants = list(self._constants.values())
        graph = helper.make_graph(self._nodes, "rivagan", ends, [out], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = IR_VERSION
        checker.check_model(model)
        return model


def _attention_graph(weights: Mapping[str, Array]) -> ModelProto:
    graph = _Graph(weights)
    return graph.model(_attention(graph), ("frame", 3))


def _painter_graph(weights: Mapping[str, Array]) -> ModelProto:
    graph = _Graph(weights)
    scales = graph.constant("scales", np.array([1, 1, STRIDE, STRIDE], np.float32))
    # "asymmetric": the strided convolution looked at pixels 0, 2, 4, ...
    place = {"mode": "linear", "coordinate_transformation_mode": "asymmetric"}
    signed = graph.node("Resize", ["signed", "", scales], **place)
    both = graph.node("Concat", ["frame", signed], axis=1)
    last = graph.convolution("_conv.3", graph.block("_conv", 0, both))
    return graph.model(graph.node("Tanh", [last]), ("frame", 3), ("signed", 1))


def _reader_graph(weights: Mapping[str, Array]) -> ModelProto:
    graph = _Graph(weights)
    said = graph.convolution("_conv.3", graph.block("_conv", 0, "frame"), stride=STRIDE)
    return graph.model(graph.node("Mul", [said, _attention(graph)]), ("frame", 3))


def _attention(graph: _Graph) -> str:
    first = graph.block("_attention", 0, "frame")
    return graph.node("Softmax", [graph.block("_attention", 3, first, stride=STRIDE)], axis=1)


def _weights(path: Path) -> dict[str, Array]:
    """Return the file's weights, volumes of depth one as planes."""
    model = ModelProto.FromString(path.read_bytes())
    arrays = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    return {name: array[:, :, 0] if array.ndim == 5 else array for name, array in arrays.items()}


def _value(name: str, channels: int) -> Any:  # noqa: ANN401 - protobuf's classes have no types
    shape: list[str | int | None] = [1, channels, f"{name}_height", f"{name}_width"]
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _session(model: ModelProto, *, threads: int) -> Any:  # noqa: ANN401 - onnxruntime has no types
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Each session has threads of its own: those of one must not spin while another runs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _run(session: Any, frame: Array, **maps: Array) -> Array:  # noqa: ANN401 - as above
    output: Array = session.run(None, {"frame": frame, **maps})[0][0]
    return output
