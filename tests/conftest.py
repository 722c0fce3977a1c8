"""What every test may ask for."""

import gc
import os

# Before NumPy is loaded: sums this small take longer where two threads wait for each other. Processes inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Generator

import numpy as np
import pytest
from hypothesis import settings

# No test depends on how fast it runs: on a busy computer hypothesis would count a slow example as a fault.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What was collected stays to the end: garbage is not looked for in it, neither meanwhile nor ever after."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """Nothing of the tests gets into the user's cache; processes inherit it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRIATE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20260101)


@pytest.fixture
def no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves take longer than a small training; who looks at them takes this away."""
    from striate.history import History

    monkeypatch.setattr(History, "plot", lambda self, path: path.touch())
