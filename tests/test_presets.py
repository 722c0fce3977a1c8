"""Presets: published networks have the published numbers of weights, and are TOML like any other."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import striate
from striate.engines.contract import Key, Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.errors import StriateError
from striate.losses import SparseCategoricalCrossentropy
from striate.messages import render
from striate.network.description import to_document, wired_from_toml
from striate.network.graph import Graph, Input
from striate.network.initializers import first_values
from striate.network.summary import summarize
from striate.presets.nets import FIXED, SCALED, mobilenetv2, resnet18, vgg_small
from striate.presets.read import PRESETS, source, tables, wired


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
    narrow = Graph.to(resnet18(Input((32, 40, 1)), 5, width=1 / 8))
    assert narrow.output_shape == (5,) and narrow.node("conv1").shape == (16, 20, 8)
    assert Graph.to(mobilenetv2(Input((64, 64, 3)), 1000, width=0.5)).theta.count == 1_968_680  # the authors' 1.97 M
    assert Graph.to(vgg_small(Input((32, 32, 3)), 10, width=0.5)).node("conv6").shape[-1] == 64


@pytest.mark.parametrize("name", PRESETS)
def test_the_file_and_the_function_are_one_graph(name: str) -> None:
    shape = (33, 32, 1)
    by_file = Graph.to(wired_from_toml(tomllib.loads(source(name)), 7, shape))
    by_function = Graph.to((SCALED.get(name) or FIXED[name])(Input(shape), 7))
    assert to_document(by_file) == to_document(by_function) == to_document(Graph.to(wired(name, 7, shape)))


@pytest.mark.parametrize("name", SCALED)
def test_a_net_of_another_width_is_a_toml_too(name: str) -> None:
    shape = (33, 32, 1)
    by_tables = Graph.to(wired_from_toml({"layers": tables(name, 0.5)}, 7, shape))
    assert to_document(by_tables) == to_document(Graph.to(wired(name, 7, shape, 0.5)))
    assert 0 < by_tables.theta.count < Graph.to(wired(name, 7, shape)).theta.count


@pytest.mark.parametrize("name", PRESETS)
def test_the_public_function_is_a_model_of_it(name: str) -> None:
    make = getattr(striate.presets, name.replace("-", "_"))
    model = make(classes=3, size=(33, 32), channels=2, seed=5)
    assert to_document(model.graph) == to_document(Graph.to(wired(name, 3, (33, 32, 2))))
    assert (model.theta == first_values(model.graph.theta, 5)).all()
    assert make(3, 32).graph.input_shape[:2] == (32, 32)


def test_the_public_functions_answer_with_the_published_number() -> None:
    assert striate.presets.lenet5().graph.theta.count == 61_706
    assert striate.presets.resnet18().graph.theta.count == 11_689_512
    assert striate.presets.mobilenetv2(width=0.5).graph.theta.count == 1_968_680
    assert striate.presets.vgg_small(width=0.01).graph.node("conv1").shape == (32, 32, 1)  # no fewer than one channel


def test_the_normalisation_keeps_nine_tenths() -> None:
    for name in SCALED:
        norms = [each for each in tables(name) if each["layer"] == "BatchNormalization"]
        assert norms and all((each["momentum"], each["epsilon"]) == (0.9, 1e-5) for each in norms)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: striate.presets.resnet18(width=0), "setting.positive_real"),
        (lambda: striate.presets.resnet18(classes=0), "setting.positive"),
        (lambda: striate.presets.lenet5(size=(28, 0)), "setting.positive_pair"),
        (lambda: striate.presets.digits(channels=-1), "setting.positive"),
        (lambda: striate.presets.lenet5(width=0.5), "keyword.unknown"),  # type: ignore[call-arg]
        (lambda: striate.presets.lenet5(size=9), "size.kernel_too_large"),
        (lambda: wired("lenet5", 10, (28, 28, 1), 0.5), "preset.no_width"),
        (lambda: tables("softmax", 2), "preset.no_width"),
    ],
)
def test_what_is_no_preset(make: Callable[[], object], code: str) -> None:
    with pytest.raises(StriateError) as caught:
        make()
    assert caught.value.code == code


def test_a_file_has_no_width(tmp_path: Path) -> None:
    (tmp_path / "net.toml").write_text(BRANCHES, encoding="utf-8")
    with pytest.raises(StriateError) as caught:
        wired(str(tmp_path / "net.toml"), 4, (5, 6, 2), 2)
    assert caught.value.code == "preset.no_width"
    assert caught.value.fields == {"model": str(tmp_path / "net.toml"), "known": list(SCALED), "came": 2}


def test_how_a_width_too_many_is_refused() -> None:
    said = {}
    for language in ("en", "ko"):
        with pytest.raises(StriateError) as caught:
            wired("lenet5", 10, (28, 28, 1), 0.5)
        said[language] = render(caught.value.code, caught.value.fields, language)
    assert said == {
        "en": "lenet5 has no width to multiply, got 0.5; leave the width out, or choose one of these: "
        "photos, faces, cifar10, vgg-small, resnet18, resnet34, mobilenetv2.",
        "ko": "lenet5는 폭을 바꿀 수 없는 신경망인데 폭 0.5가 들어왔습니다. 폭을 빼거나 다음 가운데에서 고르십시오: "
        "photos, faces, cifar10, vgg-small, resnet18, resnet34, mobilenetv2.",
    }


@pytest.mark.parametrize("page", ["docs/presets.md", "docs/ko/presets.md"])
def test_the_table_is_what_is_built(page: str) -> None:
    text = (Path(__file__).parents[1] / page).read_text(encoding="utf-8")
    rows = [[cell.strip(" `") for cell in line.split("|")[1:6]] for line in text.splitlines() if line.startswith("| `")]
    written = {name: tuple(cells) for name, *cells in rows}
    built = {name: getattr(striate.presets, name.replace("-", "_"))().graph for name in PRESETS}
    assert written == {
        name: (
            "x".join(map(str, graph.input_shape)),
            str(graph.output_shape[0]),
            f"{graph.theta.count:,}",
            f"{summarize(graph).multiply_adds:,}",
        )
        for name, graph in built.items()
    }


@pytest.mark.parametrize("name", SCALED)
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
