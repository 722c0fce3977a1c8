"""What every test may ask for."""

import os

# Before NumPy is loaded: sums this small take longer where two threads wait for each other. Processes inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Generator

import numpy as np
import pytest


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """Nothing of the tests gets into the user's cache; processes inherit it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRIATE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20260101)
