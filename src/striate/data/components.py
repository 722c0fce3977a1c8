"""Pieces of a black and white picture: which of its pixels hang together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Piece:
    """Pixels that hang together: how many, and the box around them, its last row and column not counted."""

    label: int
    pixels: int
    top: int
    left: int
    bottom: int
    right: int

    @property
    def length(self) -> int:
        """The longer side of the box."""
        return max(self.bottom - self.top, self.right - self.left)

    def gap(self, other: "Piece") -> int:
        """How far the boxes stand apart, along the axis where they are further; 0 where they meet."""
        down = max(self.top, other.top) - min(self.bottom, other.bottom)
        across = max(self.left, other.left) - min(self.right, other.right)
        return max(0, down, across)


def pieces(mask: Mask) -> tuple[Labels, list[Piece]]:
    """A label for each pixel of (H, W), 0 where the mask is empty, and the pieces, largest first.

    Pixels hang together that share a side or a corner. Each run of pixels in a row is joined with those that it
    touches in the row above (union and find).
    """
    row, start, end = _runs(mask)
    root = _joined(row, start, end)
    order = np.unique(root, return_inverse=True)[1].reshape(-1)
    labels = np.zeros(mask.shape, np.int64)
    labels[mask] = np.repeat(order + 1, end - start)
    found = [_piece(number + 1, order == number, row, start, end) for number in range(int(order.max(initial=-1)) + 1)]
    return labels, sorted(found, key=lambda piece: (-piece.pixels, piece.label))


def _runs(mask: Mask) -> tuple[Labels, Labels, Labels]:
    """The row of each run of pixels, where it starts, and where it ends; in reading order."""
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, start = np.nonzero(edges == 1)
    return row, start, np.nonzero(edges == -1)[1]


def _joined(row: Labels, start: Labels, end: Labels) -> Labels:
    """For each run the first of those that it hangs together with."""
    parent = list(range(len(row)))

    def find(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = parent[run]
        return run

    first = 0  # of the runs above that may still touch
    for run in range(len(row)):
        while row[first] < row[run] - 1 or (row[first] == row[run] - 1 and end[first] < start[run]):
            first += 1
        above = first
        while row[above] == row[run] - 1 and start[above] <= end[run]:
            one, other = find(run), find(above)
            parent[max(one, other)] = min(one, other)
            above += 1
    return np.array([find(run) for run in range(len(row))], np.int64)


def _piece(label: int, its: Mask, row: Labels, start: Labels, end: Labels) -> Piece:
    pixels = int((end - start)[its].sum())
    top, bottom = int(row[its].min()), int(row[its].max()) + 1
    return Piece(label, pixels, top, int(start[its].min()), bottom, int(end[its].max()))
