"""What every test may ask for."""

import os

# Before NumPy is loaded: sums this small take longer where two threads wait for each other. Processes inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pytest


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20260101)
