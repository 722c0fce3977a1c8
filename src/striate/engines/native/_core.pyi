import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

def instruction_sets() -> list[str]: ...
def usable_cores() -> int: ...
def cpu_quota(root: str | os.PathLike[str]) -> float | None: ...
def compiler() -> str: ...
def prepare(
    pictures: NDArray[Any],
    indices: NDArray[np.int64],
    warps: NDArray[np.float64] | None,
    holes: NDArray[np.int32] | None,
    scale: NDArray[np.float32],
    offset: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None: ...
