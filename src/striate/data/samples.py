"""A few pictures of each class, as they are and as training may see them."""

import numpy as np
from numpy.typing import NDArray

from striate.data.augment import Augmentation
from striate.data.batches import ArrayBatches
from striate.data.dataset import Images

Pixels = NDArray[np.generic]
Indices = NDArray[np.intp]

SAMPLES = 3  # keeps this draw apart from others of the same seed


def sampled(labels: NDArray[np.int64], label: int, count: int, seed: int) -> Indices:
    """The numbers of up to `count` pictures of a class, drawn by the seed, in ascending order."""
    members = np.flatnonzero(labels == label)
    drawn = np.random.default_rng([seed, SAMPLES, label]).permutation(members)[:count]
    return np.sort(drawn)


def plain(images: Images, numbers: Indices) -> Pixels:
    """Pictures as the model gets them when it judges: float32 (n, H, W, C)."""
    return _batches(images).take(numbers).x


def variants(images: Images, number: int, how: Augmentation, count: int, seed: int, classes: int) -> Pixels:
    """A picture, and what the first epochs of a training with this seed see in its place: (1 + count, H, W, C)."""
    data = _batches(images).augmented(how, seed, classes)
    one = np.array([number])
    return np.concatenate([data.take(one).x, *(data.take(one, epoch).x for epoch in range(count))])


def _batches(images: Images) -> ArrayBatches:
    return ArrayBatches(images.pictures, images.labels, None, images.preprocessing.scale)
