"""Presets: published networks have the published numbers of weights, and are TOML like any other."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from striate.engines.contract import Key, Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.errors import StriateError
from striate.losses import SparseCategoricalCrossentropy
from striate.network.description import to_document, wired_from_toml
from striate.network.graph import Graph, Input
from striate.network.initializers import first_values
from striate.presets import tables, wired
from striate.presets.nets import NETS, mobilenetv2, resnet18, vgg_small


@pytest.mark.parametrize(
    ("name", "weights", "statistics"),
    # torchvision's numbers; running statistics are two for each normalised channel.
    [("resnet18", 11_689_512, 2 * 4_800), ("resnet34", 21_797_672, 2 * 8_512), ("mobilenetv2", 3_504_872, 2 * 17_056)],
)
def test_published_numbers_of_weights(name: str, weights: int, statistics: int) -> None:
    graph = Graph.to(wired(name, 1000, (224, 224, 3)))
    assert (graph.theta.count, graph.state.count) == (weights, statistics)


def test_sizes_of_the_stages() -> None:
    """Table 1 of He et al.: 112, 56, 28, 14, 7; table 2 of Sandler et al.: 112, 56, 28, 14, 7 too."""
    for name in ("resnet18", "mobilenetv2"):
        rows = [node.shape[0] for node in Graph.to(wired(name, 10, (224, 224, 3))).nodes if len(node.shape) == 3]
        assert list(dict.fromkeys(rows)) == [224, 112, 56, 28, 14, 7]


def test_width_and_size_are_arguments() -> None:
    narrow = Graph.to(resnet18(Input((32, 40, 1)), 5, width=8))
    assert narrow.output_shape == (5,) and narrow.node("conv1").shape == (16, 20, 8)
    assert Graph.to(mobilenetv2(Input((64, 64, 3)), 1000, width=0.5)).theta.count == 1_968_680  # the authors' 1.97 M
    assert Graph.to(vgg_small(Input((32, 32, 3)), width=16)).node("conv6").shape[-1] == 64


@pytest.mark.parametrize("name", NETS)
def test_a_net_by_function_is_a_toml_too(name: str) -> None:
    shape = (33, 32, 1)
    again = Graph.to(wired_from_toml({"layers": tables(name)}, 7, shape))
    assert to_document(again)[1:] == to_document(Graph.to(wired(name, 7, shape)))[1:]


@pytest.mark.parametrize("name", NETS)
def test_a_step_through_every_net(name: str, rng: np.random.Generator) -> None:
    graph = Graph.to(wired(name, 3, (32, 32, 1)))
    purpose = Purpose(loss=SparseCategoricalCrossentropy(), batch_statistics=True, dropout=True)
    theta, state = first_values(graph.theta, 0), first_values(graph.state, 0)
    x = rng.random((2, 32, 32, 1), np.float32)
    step = ReferenceEngine().compile(graph, 2, purpose).step(theta, state, x, np.array([0, 2]), None, Key(0, 0))
    assert np.isfinite(step.loss) and np.isfinite(step.gradient).all() and (step.state != state).any()


BRANCHES = """
[[layers]]
name = "a"
layer = "Conv2D"
filters = 2
kernel_size = 3
padding = "same"

[[layers]]
name = "sum"
layer = "Add"
inputs = ["a", "input"]

[[layers]]
layer = "Flatten"

[[layers]]
layer = "Dense"
units = "classes"
activation = "softmax"
"""


def test_branches_in_toml(tmp_path: Path) -> None:
    (tmp_path / "net.toml").write_text(BRANCHES, encoding="utf-8")
    graph = Graph.to(wired(str(tmp_path / "net.toml"), 4, (5, 6, 2)))
    assert [(node.name, node.inputs) for node in graph.nodes] == [
        ("input1", ()), ("a", (0,)), ("sum", (1, 0)), ("flatten1", (2,)), ("dense1", (3,)),
    ]  # fmt: skip
    assert graph.output_shape == (4,)


@pytest.mark.parametrize(
    ("written", "instead", "code"),
    [
        ('["a", "input"]', '["a", "b"]', "description.unknown_input"),
        ('["a", "input"]', '["a", "sum"]', "description.unknown_input"),
        ('["a", "input"]', '["a", 1]', "description.unknown_input"),
        ('["a", "input"]', "5", "description.unknown_input"),
        ('["a", "input"]', '["a"]', "graph.joins"),
        ('["a", "input"]', "[]", "graph.joins"),
        ('["a", "input"]', '["input", "input"]', "description.loose_nodes"),
        ('name = "sum"', 'name = "a"', "graph.name_twice"),
        ('name = "a"', 'name = "input"', "graph.name_twice"),
    ],
)
def test_branches_that_are_none(written: str, instead: str, code: str) -> None:
    with pytest.raises(StriateError) as caught:
        wired_from_toml(tomllib.loads(BRANCHES.replace(written, instead)), 4, (5, 6, 2))
    assert caught.value.code == code
