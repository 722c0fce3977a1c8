"""One piece of work ahead, in a thread that never outlives its block."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from striate import Sequential
from striate.data.ahead import ahead
from striate.data.batches import ArrayBatches
from striate.engines.contract import Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.errors import TrainingError
from striate.losses import SparseCategoricalCrossentropy
from striate.optimizers import SGD
from striate.training.callbacks import Callback
from striate.training.evaluate import evaluate
from striate.training.loop import train
from striate.training.plan import Plan
from striate.training.run import Run

PATIENCE = 30  # seconds that a test waits for another thread before it fails


def workers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("striate")]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert workers() == []


@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_everything_is_made_once_in_order_by_another_thread(n: int) -> None:
    made: list[tuple[int, int]] = []

    def square(item: int) -> int:
        made.append((item, threading.get_ident()))
        return item * item

    with ahead(square, range(n)) as squares:
        assert list(squares) == [i * i for i in range(n)]
    assert [item for item, _ in made] == list(range(n))
    assert threading.get_ident() not in {thread for _, thread in made}
    assert len({thread for _, thread in made}) <= 1


def test_the_next_is_made_while_one_is_in_use_and_no_further() -> None:
    begun = [threading.Event() for _ in range(4)]

    def make(item: int) -> int:
        begun[item].set()
        return item

    with ahead(make, range(4)) as numbers:
        for number in numbers:
            if number < 3:
                assert begun[number + 1].wait(PATIENCE)
            assert not any(event.is_set() for event in begun[number + 2 :])


def test_an_error_is_raised_where_its_turn_comes() -> None:
    def make(item: int) -> int:
        if item == 2:
            raise KeyError(item)
        return item

    seen: list[int] = []
    with pytest.raises(KeyError, match="2"), ahead(make, range(5)) as numbers:
        seen.extend(numbers)
    assert seen == [0, 1]


def test_an_error_that_nobody_comes_to_is_none() -> None:
    def make(item: int) -> int:
        return 1 // (1 - item)

    with ahead(make, range(5)) as numbers:
        assert next(numbers) == 1


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_leaving_the_block_ends_the_thread(interruption: type[BaseException]) -> None:
    def interrupted() -> None:
        with ahead(lambda item: item, range(9)) as numbers:
            assert next(numbers) == 0 and len(workers()) == 1
            raise interruption

    with pytest.raises(interruption):
        interrupted()
    assert workers() == []


def test_how_numpy_takes_an_overflow_is_as_where_one_asks() -> None:
    def make(item: int) -> np.float32:
        return np.float32(1e38) * np.float32(10.0**item)

    with np.errstate(over="ignore"), ahead(make, [0, 1]) as numbers:
        assert np.isinf(list(numbers)).tolist() == [False, True]
    with np.errstate(over="raise"), ahead(make, [0, 1]) as numbers:
        next(numbers)
        with pytest.raises(FloatingPointError):
            next(numbers)


Build = Callable[..., Sequential]


class Watched(ArrayBatches):
    """Remembers its batches weakly, and counts how many were alive at once."""

    def take(self, indices, epoch=None):  # type: ignore[no-untyped-def]
        gc.collect(0)
        batch = super().take(indices, epoch)
        self.alive.append(weakref.ref(batch.x))  # type: ignore[attr-defined]
        self.most.append(sum(each() is not None for each in self.alive))  # type: ignore[attr-defined]
        return batch


def watched(n: int) -> Watched:
    data = Watched(np.zeros((n, 6, 5, 1), np.float32), np.arange(n) % 3)
    object.__setattr__(data, "alive", [])
    object.__setattr__(data, "most", [])
    return data


@pytest.mark.parametrize("batch_size", [4, "all"])
def test_training_and_judging_hold_two_batches_at_most(batch_size: int, build: Build) -> None:
    model, data, validation = build(), watched(600), watched(600)
    plan = Plan(SGD(0.1), SparseCategoricalCrossentropy(), batch_size=batch_size, epochs=2)
    train(ReferenceEngine(), Run(model.graph, model.theta, model.state, (), 0.1, print), plan, data, validation)
    assert max(data.most) <= 2 and max(validation.most) <= 2  # type: ignore[attr-defined]


def test_what_taking_pictures_raises_reaches_who_asked(build: Build) -> None:
    class Broken(ArrayBatches):
        def take(self, indices, epoch=None):  # type: ignore[no-untyped-def]
            if 9 in indices:
                raise OSError("the disk is gone")
            return super().take(indices, epoch)

    model, data = build(), Broken(np.zeros((12, 6, 5, 1), np.float32), np.arange(12) % 3)
    plan = Plan(SGD(0.1), SparseCategoricalCrossentropy(), batch_size=4, shuffle=False)
    run = Run(model.graph, model.theta, model.state, (), 0.1, print)
    with pytest.raises(OSError, match="the disk is gone"):
        train(ReferenceEngine(), run, plan, data)
    assert run.step == 2
    program = ReferenceEngine().compile(model.graph, 4, Purpose(loss=plan.loss))
    with pytest.raises(OSError, match="the disk is gone"):
        evaluate(program, model.theta, model.state, data, (), 4)


def test_a_training_that_ends_early_leaves_no_thread(build: Build) -> None:
    class Interrupting(Callback):
        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            raise KeyboardInterrupt

    class Stopping(Callback):
        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            self.model.stop_training = True

    x, y = np.zeros((40, 6, 5, 1), np.float32), np.arange(40) % 3
    with pytest.raises(KeyboardInterrupt):
        build().fit(x, y, batch_size=4, verbose=0, callbacks=[Interrupting()])
    assert workers() == []
    build().fit(x, y, batch_size=4, verbose=0, callbacks=[Stopping()])
    assert workers() == []
    with pytest.raises(TrainingError):
        build(optimizer=SGD(1e38)).fit(x + 1, y, batch_size=4, epochs=3, verbose=0)
