"""Random numbers that are a function of a counter: no state, any order, the same in every engine."""

import numpy as np
from numpy.typing import NDArray

from striate.engines.contract import Key

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)  # the golden ratio and sqrt(3) - 1, as 32 bits
_ROUNDS = 10
_LOW = np.uint64(0xFFFFFFFF)


def philox(counter: NDArray[np.uint32], key: tuple[int, int]) -> NDArray[np.uint32]:
    """Philox4x32-10: counters (n, 4) and a key of two 32-bit words -> (n, 4) random words.

    Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
    """
    c0, c1, c2, c3 = counter.astype(np.uint64).T
    for round_ in range(_ROUNDS):
        k0, k1 = (np.uint64((k + round_ * step) & 0xFFFFFFFF) for k, step in zip(key, _KEY_STEPS, strict=True))
        product0, product1 = _MULTIPLIERS[0] * c0, _MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (
            (product1 >> np.uint64(32)) ^ c1 ^ k0,
            product1 & _LOW,
            (product0 >> np.uint64(32)) ^ c3 ^ k1,
            product0 & _LOW,
        )
    return np.stack([c0, c1, c2, c3], axis=1).astype(np.uint32)


def uniform(key: Key, node: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Numbers in [0, 1) for a batch's values (N, ...), each a function of seed, step, node, picture and place alone."""
    each = int(np.prod(shape[1:]))
    first, last = key.first * each, (key.first + shape[0]) * each
    blocks = np.arange(first // 4, -(-last // 4), dtype=np.uint64)  # one counter gives four numbers
    counter = np.empty((len(blocks), 4), np.uint32)
    counter[:, 0], counter[:, 1] = blocks & _LOW, blocks >> np.uint64(32)
    counter[:, 2], counter[:, 3] = key.step & 0xFFFFFFFF, node
    words = philox(counter, (key.seed & 0xFFFFFFFF, key.seed >> 32 & 0xFFFFFFFF)).ravel()
    words = words[first - 4 * (first // 4) :][: last - first]
    return (words >> np.uint32(8)).astype(np.float64).reshape(shape) * 2.0**-24  # 24 bits: exact in float32 too
