import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

def instruction_sets() -> list[str]: ...
def usable_cores() -> int: ...
def cpu_quota(root: str | os.PathLike[str]) -> float | None: ...
def compiler() -> str: ...
def prepare(
    pictures: NDArray[Any],
    indices: NDArray[np.int64],
    warps: NDArray[np.float64] | None,
    holes: NDArray[np.int32] | None,
    colours: NDArray[np.float32] | None,
    fill: int,
    scale: NDArray[np.float32],
    offset: NDArray[np.float32],
    boxes: NDArray[np.int32] | None,
    shares: NDArray[np.float32] | None,
    out: NDArray[np.float32],
) -> None: ...
def peak_flops(threads: int, seconds: float) -> float: ...
def bandwidth(threads: int, seconds: float) -> tuple[float, float]: ...
def kernel_sets() -> list[tuple[str, int, int]]: ...

class InvalidPlan(ValueError): ...  # noqa: N818 (named as in the core)

def operation_fields() -> dict[str, list[str]]: ...

class Program:
    def __init__(
        self, isa: str, segments: Sequence[object], sizes: Sequence[int], capacity: int, threads: int
    ) -> None: ...
    def run(
        self,
        *,
        input: Array | None,
        target: Array | None,
        share: Array | None,
        theta: Array | None,
        state: Array | None,
        gradient: Array | None,
        statistics: Array | None,
        pictures: int,
        seed: int,
        step: int,
        first_picture: int,
        first: int,
        last: int,
    ) -> None: ...
    def read_numbers(self, offset: int, to: Array) -> None: ...
    def read_maps(self, tensor: object, to: Array, pictures: int) -> None: ...
    def write_maps(self, tensor: object, values: Array, pictures: int) -> None: ...

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
def sum_of_squares(numbers: Array, threads: int, isa: str) -> float: ...
