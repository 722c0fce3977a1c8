"""The nets on an engine of Striate."""

from collections.abc import Sequence
from typing import Any

from benchmarks.peers.nets import EPSILON, MOMENTUM, Net, Op, walk
from benchmarks.peers.work import RATE, SEED, Built, Task
from striate.engines.contract import Engine, Key, Purpose
from striate.engines.native.engine import NativeEngine
from striate.engines.select import engine
from striate.network import layers
from striate.network.graph import Graph, Input, Symbol
from striate.network.initializers import first_values
from striate.network.losses import SparseCategoricalCrossentropy
from striate.network.optimizers import Adam
from striate.version import __version__


class Framework:
    """Striate, one engine of it."""

    _engine: Engine

    def start(self, threads: int, settings: dict[str, Any]) -> str:
        """Settings: "engine" and "isa", both None for what Striate chooses itself."""
        self._engine = engine(settings.get("engine"), isa=settings.get("isa"))
        isa = self._engine.isa.name if isinstance(self._engine, NativeEngine) else None
        return " ".join(filter(None, ("Striate", __version__, self._engine.name, isa)))

    def variants(self, what: str) -> list[str]:
        """There is one way only."""
        return [""]

    def build(self, task: Task) -> Built:
        """Through the engine's contract, as the training loop does it."""
        graph = graph_of(task.drawing)
        products = sum(graph.multiply_adds(node) or 0 for node in graph.nodes)
        once = self._train(graph, task) if task.what == "train" else self._infer(graph, task)
        return Built(once, graph.theta.count, products)

    def _train(self, graph: Graph, task: Task) -> Any:
        purpose = Purpose(loss=SparseCategoricalCrossentropy(), dropout=True, batch_statistics=True)
        program = self._engine.compile(graph, task.batch, purpose, threads=task.threads)
        theta, state = first_values(graph.theta, SEED), first_values(graph.state, SEED)
        rule = Adam(learning_rate=RATE)
        slots, spans = rule.first_slots(theta), graph.theta.spans
        x, y = task.pictures()
        t = 0

        def once() -> None:
            nonlocal t
            step = program.step(theta, state, x, y, None, Key(SEED, t))
            state[...] = step.state
            t += 1
            self._engine.update(rule, theta, step.gradient, slots, t, RATE, spans)

        return once

    def _infer(self, graph: Graph, task: Task) -> Any:
        program: Any = self._engine.compile(graph, task.batch, Purpose(), threads=task.threads)
        theta, state = first_values(graph.theta, SEED), first_values(graph.state, SEED)
        x, _ = task.pictures()
        if hasattr(program, "bind"):  # weights made ready once, as `predict` has them
            bound = program.bind(theta, state)
            return lambda: bound.forward(x)
        return lambda: program.forward(theta, state, x)


def graph_of(net: Net) -> Graph:
    """The net in Striate's layers; softmax stands in the last one."""
    last = len(net.ops)

    def step(place: int, op: Op, inputs: Sequence[object]) -> object:
        layer: Any = _layer(op, place == last)
        return layer(list(inputs) if len(inputs) > 1 else inputs[0])

    output = walk(net, Input(net.shape), step)
    assert isinstance(output, Symbol)
    return Graph.to(output)


def _layer(op: Op, last: bool) -> layers.Layer:
    match op.kind:
        case "conv":
            window = {"strides": op.stride, "padding": op.padding, "use_bias": op.bias}
            return layers.Conv2D(op.filters, op.kernel, **window)
        case "depthwise":
            return layers.DepthwiseConv2D(op.kernel, strides=op.stride, padding=op.padding, use_bias=False)
        case "norm":
            return layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON)
        case "relu":
            return layers.ReLU()
        case "relu6":
            return layers.ReLU(6.0)
        case "max_pool":
            return layers.MaxPooling2D(op.kernel, strides=op.stride, padding=op.padding)
        case "global_pool":
            return layers.GlobalAveragePooling2D()
        case "flatten":
            return layers.Flatten()
        case "dense":
            return layers.Dense(op.filters, "softmax" if last else None)
        case "add":
            return layers.Add()
