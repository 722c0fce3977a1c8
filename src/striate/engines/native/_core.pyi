import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

def instruction_sets() -> list[str]: ...
def usable_cores() -> int: ...
def cpu_quota(root: str | os.PathLike[str]) -> float | None: ...
def compiler() -> str: ...
def kernel_sets() -> list[tuple[str, int, int]]: ...

class Updater:
    def __init__(
        self,
        isa: str,
        formula: str,
        spans: Sequence[tuple[int, int, float, bool]],
        *,
        momentum: float = ...,
        beta_1: float = ...,
        beta_2: float = ...,
        rho: float = ...,
        epsilon: float = ...,
        weight_decay: float = ...,
        clip: str = ...,
        largest: float = ...,
    ) -> None: ...
    def step(
        self,
        theta: Array,
        gradient: Array,
        slots: Sequence[Array],
        before: Array | None,
        t: int,
        learning_rate: float,
        threads: int,
    ) -> bool: ...
    def look_ahead(self, theta: Array, v: Array, ahead: Array, threads: int) -> None: ...

def all_finite(numbers: Array, threads: int, isa: str | None = None) -> bool: ...
