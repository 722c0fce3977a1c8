"""An engine may write every gradient into the same memory, and use it up: training goes the same way."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from striate import Sequential
from striate.data.batches import ArrayBatches
from striate.engines.contract import Array, Program, Purpose, Stepped
from striate.engines.reference.program import ReferenceEngine
from striate.losses import SparseCategoricalCrossentropy
from striate.network.graph import Graph
from striate.optimizers import NAG, SGD, Adam, Rule
from striate.training.loop import train
from striate.training.plan import CHUNK, Plan
from striate.training.run import started

Build = Callable[..., Sequential]


class Borrowing(ReferenceEngine):
    """The reference with one vector for all its gradients."""

    def compile(self, graph: Graph, capacity: int, purpose: Purpose, *, threads: int | None = None) -> Program:
        program = super().compile(graph, capacity, purpose, threads=threads)
        memory, step = np.empty(graph.theta.size, np.float32), program.step

        def borrowing(*args: Any) -> Stepped:
            memory[:] = np.nan  # whoever still looks at the last gradient sees this
            stepped = step(*args)
            memory[:] = stepped.gradient
            return stepped._replace(gradient=memory)

        program.step = borrowing
        return program

    def update(self, rule: Rule, theta: Array, gradient: Array, slots: Sequence[Array], *args: Any, **more: Any) -> int:
        spoilt = super().update(rule, theta, gradient, slots, *args, **more)
        gradient[:] = np.nan
        return spoilt


@pytest.mark.parametrize("batch_size", [4, 7, "all"])
@pytest.mark.parametrize("rule", [SGD(0.1), NAG(0.1), Adam(0.01, gradient_accumulation_steps=3)])
def test_training_keeps_no_gradient(batch_size: Any, rule: Rule, build: Build, rng: np.random.Generator) -> None:
    n = CHUNK + 40 if batch_size == "all" else 40  # in parts, or in steps
    x, y = rng.standard_normal((n, 6, 5, 1)).astype(np.float32), rng.integers(0, 3, n)
    found: list[bytes] = []
    for engine in (ReferenceEngine(), Borrowing()):
        model = build()
        plan = Plan(rule, SparseCategoricalCrossentropy(), epochs=2, batch_size=batch_size)
        run = started(model.graph, model.theta, model.state, rule, lambda path: None, None)
        train(engine, run, plan, ArrayBatches(x, y))
        found.append(run.theta.tobytes())
    assert found[0] == found[1]
