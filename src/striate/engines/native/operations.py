"""The operations of a plan for the core; the same names and fields as in native/include/striate/operations.hpp.

The formulas stand there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from striate.engines.native.tensors import LINEAR, Function, LossKind, Region, Stretch, Tensor, Windows


@dataclass(frozen=True)
class Copy:
    """A part of maps, to a part of others."""

    x: Tensor
    y: Tensor
    rows: int
    columns: int
    channels: int
    x_top: int = 0
    x_left: int = 0
    x_channel: int = 0
    y_top: int = 0
    y_left: int = 0
    y_channel: int = 0
    accumulate: bool = False
    clear: bool = False


@dataclass(frozen=True)
class Pack:
    """Weights brought into the order in which kernels read them."""

    source: Region
    target: Region
    taps: Sequence[int]
    inner: int
    inner_step: int
    channel_step: int
    channels: int
    panel: int
    scale: Region | None = None
    group: int = 0
    group_step: int = 0


@dataclass(frozen=True)
class Convolve:
    """A sum over windows, then a function: a convolution, its gradient of the input, a dense layer."""

    x: Tensor
    y: Tensor
    weights: Region | None
    stretches: Sequence[Stretch]
    windows: Windows
    places: Windows
    channels: int
    panel: int
    tile: int
    pass_: int
    along_pictures: bool = False
    bias: Region | None = None
    add: Tensor | None = None
    at: Tensor | None = None
    function: Function = LINEAR
    slope: Function = LINEAR
    x_channel: int = 0
    y_channel: int = 0


@dataclass(frozen=True)
class WeightGradient:
    """Partial sums of a convolution's gradients of kernel and bias."""

    x: Tensor
    dy: Tensor
    dw: Region
    stretches: Sequence[Stretch]
    windows: Windows
    channels: int
    panel: int
    tile: int
    db: Region | None = None
    x_channel: int = 0
    y_channel: int = 0


@dataclass(frozen=True)
class Reduce:
    """The chunks' partial sums, added in order."""

    source: Region
    target: Region
    rows: int
    columns: int
    step: int
    chunks: int = 1
    accumulate: bool = False


@dataclass(frozen=True)
class Combine:
    """y = function(scale x + shift + add)."""

    x: Tensor
    y: Tensor
    add: Tensor | None = None
    scale: Region | None = None
    shift: Region | None = None
    function: Function = LINEAR


@dataclass(frozen=True)
class Slope:
    """dx = dy function'(at)."""

    dy: Tensor
    at: Tensor
    dx: Tensor
    function: Function
    from_output: bool = True
    accumulate: bool = False


@dataclass(frozen=True)
class Softmax:
    """Along the channels of each pixel."""

    x: Tensor
    y: Tensor


@dataclass(frozen=True)
class SoftmaxGradient:
    """Back through softmax, by its output."""

    dy: Tensor
    y: Tensor
    dx: Tensor


@dataclass(frozen=True)
class Dropout:
    """Values zeroed at random; its gradient is the same operation."""

    x: Tensor
    y: Tensor
    rate: float
    node: int
    accumulate: bool = False


@dataclass(frozen=True)
class ChannelStatistics:
    """Partial: the mean of each channel, and the squared distances from it."""

    x: Tensor
    partial: Region


@dataclass(frozen=True)
class NormStatistics:
    """The scale and the shift of a normalisation, from the batch or from running statistics."""

    pixels: int
    channels: int
    moving_mean: Region
    moving_variance: Region
    scale: Region
    shift: Region
    momentum: float
    epsilon: float
    partial: Region | None = None
    chunks: int = 1
    gamma: Region | None = None
    beta: Region | None = None
    new_mean: Region | None = None
    new_variance: Region | None = None
    bias: Region | None = None
    mean: Region | None = None
    inverse: Region | None = None


@dataclass(frozen=True)
class NormGradientSums:
    """Partial: what a normalisation's gradient sums over the batch."""

    dy: Tensor
    x: Tensor
    scale: Region
    shift: Region
    mean: Region
    inverse: Region
    partial: Region
    function: Function = LINEAR


@dataclass(frozen=True)
class NormGradientFactors:
    """From those sums the gradients of gamma and beta, and the factors of `NormGradient`."""

    partial: Region
    pixels: int
    channels: int
    scale: Region
    mean: Region
    inverse: Region
    a: Region
    b: Region
    c: Region
    chunks: int = 1
    batch_statistics: bool = True
    accumulate: bool = False
    dgamma: Region | None = None
    dbeta: Region | None = None


@dataclass(frozen=True)
class NormGradient:
    """dx = a g + b x + c."""

    dy: Tensor
    x: Tensor
    dx: Tensor
    scale: Region
    shift: Region
    a: Region
    b: Region
    c: Region
    function: Function = LINEAR
    accumulate: bool = False


@dataclass(frozen=True)
class LayerNorm:
    """Each pixel normalised over its channels."""

    x: Tensor
    y: Tensor
    epsilon: float
    gamma: Region | None = None
    beta: Region | None = None


@dataclass(frozen=True)
class LayerNormGradient:
    """Back through `LayerNorm`."""

    dy: Tensor
    x: Tensor
    dx: Tensor
    partial: Region
    epsilon: float
    gamma: Region | None = None
    accumulate: bool = False


@dataclass(frozen=True)
class Depthwise:
    """A sum over windows of each channel by itself, or with those of its group, then a function."""

    x: Tensor
    y: Tensor
    weights: Region
    taps: Sequence[int]
    windows: Windows
    places: Windows
    bias: Region | None = None
    add: Tensor | None = None
    at: Tensor | None = None
    function: Function = LINEAR
    slope: Function = LINEAR
    group: int = 1


@dataclass(frozen=True)
class DepthwiseWeightGradient:
    """Partial sums of its gradients of kernel and bias."""

    x: Tensor
    dy: Tensor
    dw: Region
    taps: Sequence[int]
    windows: Windows
    db: Region | None = None
    group: int = 1


@dataclass(frozen=True)
class Repeat:
    """Each channel several times."""

    x: Tensor
    y: Tensor
    times: int


@dataclass(frozen=True)
class RepeatGradient:
    """The sum over these times."""

    dy: Tensor
    dx: Tensor
    times: int
    accumulate: bool = False


@dataclass(frozen=True)
class MaxPool:
    """The largest value of each window, and where it stood."""

    x: Tensor
    y: Tensor
    windows: Windows
    kernel_rows: int
    kernel_columns: int
    winner: Tensor | None = None


@dataclass(frozen=True)
class MaxPoolGradient:
    """The gradient to each window's winner."""

    dy: Tensor
    winner: Tensor
    dx: Tensor
    windows: Windows
    kernel_rows: int
    kernel_columns: int
    at: Tensor | None = None
    slope: Function = LINEAR
    accumulate: bool = False


@dataclass(frozen=True)
class AveragePool:
    """The mean of each window."""

    x: Tensor
    y: Tensor
    windows: Windows
    kernel_rows: int
    kernel_columns: int


@dataclass(frozen=True)
class AveragePoolGradient:
    """An equal share of the gradient to each pixel of a window."""

    dy: Tensor
    dx: Tensor
    windows: Windows
    kernel_rows: int
    kernel_columns: int
    accumulate: bool = False


@dataclass(frozen=True)
class Loss:
    """Each picture's loss, and its gradient."""

    y: Tensor
    losses: Region
    kind: LossKind
    dy: Tensor | None = None


Operation = Any  # one of the classes above, from Copy on


@dataclass(frozen=True)
class Segment:
    """Operations that follow one another; `depth`: a worker takes a block of pictures through all of them."""

    operations: Sequence[Operation] = field(default_factory=tuple)
    depth: bool = False
    block: int = 1
    chunks: int = 1
    parts: int = 256
