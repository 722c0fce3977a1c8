"""Pictures that are the same but for resizing, recompression, brightness, contrast, or a little cut off their sides.

First a sieve over all pairs, by correlations of 8x8 descriptors, which are products of matrices: 60,000 pictures make
1.8e9 pairs, some seconds' work. Then, for the few pairs that are left, one thumbnail is laid upon the other.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.data.check.looks import SIDE
from striate.data.images import Pixels
from striate.engines.contract import Array

Indices = NDArray[np.int64]

# Cut by up to 3 % on any sides, a picture differs by at most 1.5 % a side from the whole or from its inner 97 %.
INNER = 0.015
COARSE = 8  # side of the descriptors
# Of 600 cats, dogs and faces that were resized, recompressed and cut by 3 %, the least correlations were 0.92 in the
# sieve and 0.965 laid upon each other, the lowest hundredth 0.95 and 0.98. Of 8,000,000 pairs of different cats and
# dogs the largest were 0.94 and 0.90, of 55,000,000 of different faces 0.95 and 0.96.
SIEVE = 0.93
ALIKE = 0.965

STEPS = 4  # of laying one upon the other; the last only measures
FURTHEST = 0.06  # of the side that an edge may move
CHUNK = 500  # pairs at a time
ROWS, COLUMNS = 1024, 4096  # of the table of correlations at a time: 16 MB
MOST_PAIRS = 500_000  # that are looked at closely: the most alike by their descriptors
# Where so large a share of the pairs pass the sieve and most of them are not the same, all pictures are of one kind,
# such as digits. Of faces 0.00003 pass, of cats and dogs 0.000001, of MNIST's digits 0.004.
CROWDED = 0.001
SAMPLE = 2048  # pictures, evenly spaced, that this is judged by
SAMPLE_PAIRS = 400
FEWEST = 50  # pairs, below which no set is called crowded
CONTRAST = 4.0  # standard deviation, of 255: in a flatter thumbnail noise decides


class Pairs(NamedTuple):
    """Pairs of near duplicates, first < second, and how alike they are, 0 to 1."""

    first: Indices
    second: Indices
    likeness: Array


NONE = Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))


def near_duplicates(thumbnails: Pixels) -> Pairs | None:
    """Thumbnails uint8 (N, SIDE, SIDE) -> the pairs that show the same, enough of them to connect all that are linked.

    Of pictures that earlier pairs connect already, further pairs are not looked for. Flat pictures are left out.
    None where different pictures look so alike that they cannot be told from copies: see CROWDED.
    """
    lively = np.flatnonzero([thumbnail.std() >= CONTRAST for thumbnail in thumbnails])
    if len(lively) < 2:
        return NONE
    if _crowded(thumbnails[lively]):
        return None
    candidates = _sieved(thumbnails[lively])
    group = np.arange(len(lively))
    found: list[Pairs] = []
    for start in range(0, len(candidates.first), CHUNK):
        a, b = candidates.first[start : start + CHUNK], candidates.second[start : start + CHUNK]
        open_ = group[a] != group[b]
        a, b = a[open_], b[open_]
        likeness = alike(thumbnails[lively[a]], thumbnails[lively[b]])
        same = likeness >= ALIKE
        _join(group, a[same], b[same])
        found.append(Pairs(lively[a[same]], lively[b[same]], likeness[same]))
    return _merged(found)


def alike(ones: Pixels, others: Pixels) -> Array:
    """The correlation of each thumbnail (P, SIDE, SIDE) with its other when it is laid upon it as well as it can be.

    Its four edges are moved by up to FURTHEST of the side, starting from the whole picture and from its inner part, by
    Gauss and Newton's method on the difference, brightness and contrast being free (B. Lucas, T. Kanade, An iterative
    image registration technique, IJCAI 1981).
    """
    if not len(ones):
        return np.empty(0, np.float32)
    a, b = ones.astype(np.float32), others.astype(np.float32)
    whole, inner = _edges(0.0), _edges(INNER)
    best = np.maximum(_fitted(a, b, whole), np.maximum(_fitted(a, b, inner), _fitted(b, a, inner)))
    return best.astype(np.float32)


def _crowded(thumbnails: Pixels) -> bool:
    chosen = thumbnails[:: max(1, len(thumbnails) // SAMPLE)][:SAMPLE]
    passed = _sieved(chosen)
    if len(passed.first) <= max(FEWEST, CROWDED * len(chosen) * (len(chosen) - 1) / 2):
        return False
    some = np.linspace(0, len(passed.first) - 1, min(SAMPLE_PAIRS, len(passed.first))).astype(np.int64)
    likeness = alike(chosen[passed.first[some]], chosen[passed.second[some]])
    return bool((likeness >= ALIKE).mean() < 0.5)


def _sieved(thumbnails: Pixels) -> Pairs:
    """The pairs whose descriptors correlate by SIEVE or more, whole with whole or whole with inner; best first."""
    whole, inner = _descriptors(thumbnails)
    least = SIEVE
    kept = NONE
    waiting: list[Pairs] = []
    count = 0
    for rows, columns in _blocks(len(thumbnails)):
        table = whole[rows] @ whole[columns].T
        np.maximum(table, inner[rows] @ whole[columns].T, out=table)
        np.maximum(table, whole[rows] @ inner[columns].T, out=table)
        a, b = np.nonzero(table >= least)
        likeness = table[a, b]
        a, b = a + rows.start, b + columns.start
        once = a < b
        waiting.append(Pairs(a[once], b[once], likeness[once]))
        count += int(once.sum())
        if count > MOST_PAIRS:
            kept = _best(_merged([kept, *waiting]))
            waiting, count = [], 0
            if len(kept.first) == MOST_PAIRS:
                least = float(kept.likeness.min())
    return _best(_merged([kept, *waiting]))


def _blocks(count: int) -> Iterator[tuple[slice, slice]]:
    """The upper half of the table of all pairs, in pieces."""
    for row in range(0, count, ROWS):
        for column in range(row - row % COLUMNS, count, COLUMNS):
            yield slice(row, min(row + ROWS, count)), slice(column, min(column + COLUMNS, count))


def _descriptors(thumbnails: Pixels) -> tuple[Array, Array]:
    """The whole pictures and their inner parts as float32 (N, COARSE^2), each of mean 0 and length 1."""
    to_whole = _cells(0.0)
    to_inner = _cells(INNER)
    values = thumbnails.astype(np.float32)
    return _unit(to_whole @ values @ to_whole.T), _unit(to_inner @ values @ to_inner.T)


def _cells(cut: float) -> Array:
    """The means of COARSE equal pieces of a row of SIDE pixels, a share of it cut off each end: (COARSE, SIDE)."""
    ends = np.linspace(cut * SIDE, (1 - cut) * SIDE, COARSE + 1)
    pixel = np.arange(SIDE)
    covered = np.minimum(ends[1:, None], pixel + 1) - np.maximum(ends[:-1, None], pixel)
    weights = np.clip(covered, 0, None)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def _unit(values: Array) -> Array:
    rows = values.reshape(len(values), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-3)


def _edges(cut: float) -> Array:
    """Top, bottom, left and right of the window in a picture that is laid upon the other, as shares of its sides."""
    return np.array([cut, 1 - cut, cut, 1 - cut], np.float32)


def _fitted(a: Array, b: Array, start: Array) -> Array:
    """The correlation of b with what is seen of a through the window that fits best: (P,)."""
    edges = np.tile(start, (len(a), 1))
    low, high = _edges(-FURTHEST), _edges(FURTHEST)
    low, high = np.minimum(low, high), np.maximum(low, high)
    for _ in range(STEPS - 1):
        moved = _step(_seen(a, edges), b)
        edges = np.clip(edges + moved, low, high)
    return _correlation(_seen(a, edges), b)


def _seen(a: Array, edges: Array) -> Array:
    """a (P, SIDE, SIDE) through a window each, bilinear; beyond the border its last pixels go on."""
    rows, columns = _between(edges[:, 0], edges[:, 1]), _between(edges[:, 2], edges[:, 3])
    return rows @ a @ columns.transpose(0, 2, 1)


def _between(low: Array, high: Array) -> Array:
    """The matrices (P, SIDE, SIDE) that read SIDE places, evenly from low to high, between the pixels of a row."""
    share = (np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE
    place = (low[:, None] + (high - low)[:, None] * share) * SIDE - 0.5
    place = np.clip(place, 0, SIDE - 1)
    return np.maximum(0, 1 - np.abs(place[:, :, None] - np.arange(SIDE, dtype=np.float32)))


def _step(a: Array, b: Array) -> Array:
    """How to move the four edges of a, in shares of the side: least squares of b against gain * a + offset + moves.

    A move of the top edge by t moves row y by t (1 - y/SIDE), so it changes a by t (1 - y/SIDE) da/dy; so the others.
    """
    down, right = np.gradient(a, axis=1), np.gradient(a, axis=2)
    share = (np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE
    terms = (a, down * (1 - share)[:, None], down * share[:, None], right * (1 - share), right * share)
    basis = np.stack(terms, axis=1).reshape(len(a), len(terms), -1)  # P 5 S*S
    basis = basis - basis.mean(axis=2, keepdims=True)
    target = (b - b.mean(axis=(1, 2), keepdims=True)).reshape(len(b), -1, 1)  # P S*S 1
    normal = basis @ basis.transpose(0, 2, 1)  # P 5 5
    # A little of the identity, for pictures that are the same along an axis and say nothing of moves along it.
    size = np.trace(normal, axis1=1, axis2=2)[:, None, None] / len(terms)
    normal = normal + np.eye(len(terms), dtype=np.float32) * (1e-3 * size + 1e-2)
    found = np.asarray(np.linalg.solve(normal, basis @ target), np.float32)[..., 0]  # P 5
    gain = np.where(np.abs(found[:, :1]) < 0.1, 1, found[:, :1])
    return np.clip(found[:, 1:] / gain, -1.5, 1.5).astype(np.float32) / SIDE


def _correlation(a: Array, b: Array) -> Array:
    return np.einsum("pn,pn->p", _unit(a), _unit(b))


def _join(group: Indices, ones: Indices, others: Indices) -> None:
    """Give all that the pairs connect the same number."""
    for one, other in zip(ones.tolist(), others.tolist(), strict=True):
        if group[one] != group[other]:
            group[group == group[other]] = group[one]


def _best(pairs: Pairs) -> Pairs:
    """At most MOST_PAIRS of them, best first; where equal, in the order of the pictures."""
    order = np.lexsort((pairs.second, pairs.first, -pairs.likeness))[:MOST_PAIRS]
    return Pairs(pairs.first[order], pairs.second[order], pairs.likeness[order])


def _merged(pairs: list[Pairs]) -> Pairs:
    whole = [NONE, *pairs]
    return Pairs(
        np.concatenate([each.first for each in whole]),
        np.concatenate([each.second for each in whole]),
        np.concatenate([each.likeness for each in whole]),
    )
