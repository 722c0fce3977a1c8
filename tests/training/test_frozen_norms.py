"""A frozen batch normalisation: it goes by its moving statistics in training, and leaves them as they are."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from striate import Model, Sequential
from striate.callbacks import Callback
from striate.layers import BatchNormalization, Conv2D, Dense, Flatten, Input
from striate.optimizers import SGD

Task = tuple[np.ndarray, np.ndarray]


def net() -> Sequential:
    """Two normalisations; the second has no weights of its own."""
    norm = BatchNormalization(center=False, scale=False)
    model = Sequential([Conv2D(3, 3, input_shape=(6, 5, 1)), BatchNormalization(), Flatten(), norm, Dense(3)])
    model.compile(SGD(0.01), "mse")
    return model


def statistics(model: Model) -> dict[str, bytes]:
    return {name: view.tobytes() for name, view in model.graph.state.views(model.state).items()}


def changed(before: dict[str, bytes], model: Model) -> set[str]:
    return {name.partition("/")[0] for name, view in statistics(model).items() if view != before[name]}


@pytest.fixture
def pictures(task: Task) -> Task:
    return task[0] * 3 + 1, np.eye(3)[task[1]]


@pytest.mark.parametrize("frozen", [("norm1",), ("norm2",), ("norm1", "norm2"), ("conv1",), ()])
def test_statistics_of_a_frozen_layer_are_the_same_bits(frozen: tuple[str, ...], pictures: Task) -> None:
    model = net()
    model.fit(*pictures, verbose=0)
    before = statistics(model)
    if frozen:
        model.freeze(*frozen)
    model.fit(*pictures, epochs=2, verbose=0)
    assert changed(before, model) == {"norm1", "norm2"} - set(frozen)


def test_freezing_all_freezes_what_has_statistics_alone(pictures: Task) -> None:
    model = net()
    model.freeze()
    before = statistics(model), model.fingerprint
    model.fit(*pictures, verbose=0)
    assert (statistics(model), model.fingerprint) == before
    model.unfreeze()
    model.fit(*pictures, verbose=0)
    assert changed(before[0], model) == {"norm1", "norm2"}


def test_with_all_frozen_training_sees_the_loss_of_predicting(pictures: Task) -> None:
    """No dropout, no step, moving statistics: nothing is left by which the two could differ."""
    model = net()
    model.fit(*pictures, verbose=0)
    model.freeze()
    seen = model.fit(*pictures, batch_size=90, verbose=0).history["loss"][0]
    assert seen == pytest.approx(model.judge(*pictures, batch_size=90)["loss"], rel=1e-6)
    model.unfreeze("norm1", "norm2")
    assert model.fit(*pictures, batch_size=90, verbose=0).history["loss"][0] != pytest.approx(seen, rel=1e-2)


def test_a_shared_normalisation_is_frozen_at_every_place(pictures: Task) -> None:
    x, shared = Input((6, 5, 1)), BatchNormalization()
    model = Model(x, Dense(3)(Flatten()(shared(Conv2D(1, 2)(shared(x))))))
    model.compile(SGD(0.01), "mse")
    model.freeze("norm1:2")
    before = statistics(model)
    model.fit(*pictures, verbose=0)
    assert changed(before, model) == set()


def test_a_callback_may_freeze_and_thaw_a_normalisation(pictures: Task) -> None:
    class Switch(Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            seen.append(statistics(model)["norm1/moving_mean"])
            if epoch == 1:
                self.model.freeze("norm1")
            if epoch == 3:
                self.model.unfreeze("norm1")

    seen: list[bytes] = []
    model = net()
    model.fit(*pictures, epochs=5, verbose=0, callbacks=[Switch()])
    assert [a == b for a, b in pairwise(seen)] == [False, True, True, False]
