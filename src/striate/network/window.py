"""Integer geometry of sliding windows: how many fit, what padding keeps the size, which pixels no window sees.

Letters as in docs/notation.md, along one axis: N pixels, a kernel of F, stride s, p padding on each side (`before` and
`after` where the sides differ), dilation d.
"""

from dataclasses import dataclass

Pair = tuple[int, int]
Border = tuple[Pair, Pair]  # ((top, bottom), (left, right))


def reach(kernel: int, dilation: int = 1) -> int:
    """How many pixels a dilated kernel spans: d (F - 1) + 1."""
    return dilation * (kernel - 1) + 1


def output_size(size: int, kernel: int, stride: int, before: int, after: int) -> int:
    """How many windows fit: floor((size + before + after - kernel) / stride) + 1; 0 or less: none."""
    return (size + before + after - kernel) // stride + 1


def left_over(size: int, kernel: int, stride: int, before: int, after: int) -> int:
    """Pixels (padding counted) behind the last window, where another one no longer fits: 0 when the stride divides."""
    return (size + before + after - kernel) % stride


def same_padding(size: int, kernel: int, stride: int) -> Pair:
    """(before, after) with which ceil(size / stride) windows fit; the odd one goes after, as in Keras."""
    windows = -(-size // stride)
    total = max((windows - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def unseen(size: int, kernel: int, stride: int, before: int, after: int, dilation: int = 1) -> list[int]:
    """The pixels (from 0) that no window looks at: behind the last window, and between windows where s > F."""
    windows = output_size(size, reach(kernel, dilation), stride, before, after)
    seen = {start * stride - before + tap * dilation for start in range(windows) for tap in range(kernel)}
    return [pixel for pixel in range(size) if pixel not in seen]


@dataclass(frozen=True)
class Field:
    """A receptive field along one axis: unit i sees the pixels from start + i stride on, `size` of them.

    The start is negative where the first unit sees padding.
    """

    size: int = 1
    stride: int = 1
    start: int = 0

    def through(self, kernel: int, stride: int, before: int, dilation: int = 1) -> "Field":
        """The field of a unit whose window looks at units with this field."""
        return Field(
            size=self.size + (reach(kernel, dilation) - 1) * self.stride,
            stride=self.stride * stride,
            start=self.start - before * self.stride,
        )

    def padded(self, before: int) -> "Field":
        """The field of a unit of a map that was padded."""
        return Field(self.size, self.stride, self.start - before * self.stride)

    def union(self, other: "Field") -> "Field":
        """The smallest field that holds both, of one stride: that of a unit which joins two branches."""
        start = min(self.start, other.start)
        end = max(self.start + self.size, other.start + other.size)
        return Field(end - start, self.stride, start)
