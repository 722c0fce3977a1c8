"""The face: Model and Sequential, as Keras users know them. Everything that it does, others do; it only holds and asks."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from striate import storage
from striate.classify import Answer, classify
from striate.data.batches import ArrayBatches
from striate.data.load import Dataset, Images
from striate.data.preprocessing import Preprocessing
from striate.engines.contract import Array, Purpose
from striate.engines.select import engine as engine_named
from striate.errors import DataError, FileError, GraphError, SettingError, StateError
from striate.history import History
from striate.network.graph import Graph, Symbol, chain
from striate.network.initializers import first_values
from striate.network.layers import InputLayer, Layer
from striate.network.losses import Loss, loss_named
from striate.network.optimizers import Rule, rule_named
from striate.network.settings import convert, optional_positive, positive, share, whole
from striate.network.summary import Summary, summarize
from striate.training.callbacks import NO_LOGS, Callback
from striate.training.evaluate import evaluate
from striate.training.loop import CHUNK, Plan, train
from striate.training.metrics import metrics_named
from striate.training.run import Run
from striate.training.targets import as_pictures, as_targets, as_weights
from striate.views.progress import progress_view
from striate.views.table import show

Verbose = Literal["auto", 0, 1, 2]


class Model:
    """A network with its weights: what trains, predicts, is saved.

    `Model(x, y)` is everything between an `Input` and a symbol. `seed` decides the first weights, the order of the pictures
    and what is dropped. Raises `GraphError` where the layers are no network.
    """

    def __init__(self, inputs: Symbol, outputs: Symbol, *, seed: int = 0) -> None:
        self._start(seed)
        graph = Graph.to(outputs)
        if inputs.layer is not graph.nodes[0].layer:
            raise StateError("graph.other_input")
        self._use(graph)

    def _start(self, seed: int) -> None:
        self.seed = convert(type(self).__name__, "seed", whole, seed)
        self.class_names: tuple[str, ...] | None = None
        self.preprocessing: Preprocessing | None = None
        self.about: dict[str, Any] = {}  # how it was trained, how well it did: goes into the file
        self.stop_training = False
        self._graph: Graph | None = None
        self._plan: Plan | None = None
        self._run: Run | None = None
        self._engine = engine_named()

    def _use(self, graph: Graph, theta: Array | None = None, state: Array | None = None) -> None:
        self._graph = graph
        self.theta: Array = first_values(graph.theta, self.seed) if theta is None else theta
        self.state: Array = first_values(graph.state, self.seed) if state is None else state
        self._run = None

    @property
    def graph(self) -> Graph:
        """The wiring. Raises `StateError` while the size of the pictures is not known."""
        if self._graph is None:
            raise StateError("graph.input_shape_unknown", layer="Conv2D")
        return self._graph

    # Layers and weights

    @property
    def layers(self) -> list[Layer]:
        """The layers in order, the input not counted."""
        return self.graph.layers

    def get_layer(self, name: str) -> Layer:
        """The layer of a name, as `summary()` shows it."""
        return self.graph.node(name).layer

    def count_params(self) -> int:
        """How many numbers the model holds."""
        return self.graph.theta.count + self.graph.state.count

    @property
    def weights(self) -> dict[str, Array]:
        """Every weight by its name, such as "conv1/kernel". The arrays share the model's memory: changing one changes it."""
        return self.graph.theta.views(self.theta) | self.graph.state.views(self.state)

    def get_weights(self) -> list[Array]:
        """Copies of all weights, in order."""
        return [weight.copy() for weight in self.weights.values()]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Put arrays of the same number, order and shapes as `get_weights` gives in place of the weights."""
        own = self.weights
        given = [np.asarray(weight) for weight in weights]
        if [weight.shape for weight in given] != [weight.shape for weight in own.values()]:
            required, came = [w.shape for w in own.values()], [w.shape for w in given]
            raise DataError("weights.do_not_fit", required=required, came=came)
        for view, weight in zip(own.values(), given, strict=True):
            view[...] = weight

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all weights: equal exactly where every bit is equal."""
        return hashlib.sha256(self.theta.tobytes() + self.state.tobytes()).hexdigest()

    def summarize(self) -> Summary:
        """The facts that `summary()` prints: sizes, weights, products, receptive fields, notes."""
        return summarize(self.graph)

    def summary(self) -> None:
        """Print each layer with its output shape, weights, multiply-adds, receptive field and size formula."""
        show(self.summarize())

    # Learning

    def compile(
        self,
        optimizer: str | Rule = "adam",
        loss: str | Loss | None = None,
        metrics: Sequence[str] = (),
        *,
        engine: str | None = None,
        threads: int | None = None,
    ) -> None:
        """Say how the model learns: by which rule, from which loss, judged by which metrics, on which engine."""
        if loss is None:
            raise SettingError("setting.missing", where="compile", setting="loss")
        if isinstance(metrics, str):
            raise SettingError("setting.names", where="compile", setting="metrics", came=metrics)
        metrics_named(metrics)
        threads = convert("compile", "threads", optional_positive, threads)
        self._engine = engine_named(engine)
        self._plan = Plan(rule_named(optimizer), loss_named(loss), tuple(metrics), seed=self.seed, threads=threads)
        self._run = None

    def fit(
        self,
        x: ArrayLike | Images | Dataset,
        y: ArrayLike | None = None,
        batch_size: int | Literal["all"] | None = None,
        epochs: int = 1,
        verbose: Verbose = "auto",
        callbacks: Sequence[Callback] = (),
        validation_split: float = 0.0,
        validation_data: tuple[ArrayLike, ArrayLike] | Images | None = None,
        *,
        shuffle: bool = True,
        sample_weight: ArrayLike | None = None,
    ) -> History:
        """Learn from pictures x (N, H, W, C) and targets y, in batches, for some epochs; called again it goes on.

        `batch_size` None is 32; "all" is gradient descent over the whole data, one step an epoch. `validation_split` sets
        the last share of the data apart before shuffling, as Keras does. Raises `DataError` where data do not fit, and
        `TrainingError` at the first number that is not finite.
        """
        plan = self._planned(epochs, batch_size, shuffle=shuffle)
        if isinstance(x, Dataset):
            self.class_names, validation_data, x = x.class_names, validation_data or x.validation, x.train
        data = self._batches(x, y, plan.loss, sample_weight)
        data, validation = _split(data, convert("fit", "validation_split", share, validation_split))
        if validation_data is not None:
            held_out, targets = (validation_data, None) if isinstance(validation_data, Images) else validation_data
            validation = self._batches(held_out, targets, plan.loss, None)
        run = self._continued(plan)
        for callback in callbacks:
            callback.model = self
        self.stop_training = False
        with progress_view(verbose) as show_progress:
            reason = train(self._engine, run, plan, data, validation, [*callbacks, _StopOnRequest(self)], show_progress)
        self.state = run.state
        return History(run.history, reason)

    def evaluate(
        self,
        x: ArrayLike | Images,
        y: ArrayLike | None = None,
        batch_size: int = 32,
        *,
        sample_weight: ArrayLike | None = None,
        return_dict: bool = False,
    ) -> float | list[float] | dict[str, float]:
        """The loss and the metrics on pictures: a number, or [loss, metric, ...], or with `return_dict` by name."""
        plan = self._compiled()
        data = self._batches(x, y, plan.loss, sample_weight)
        size = min(convert("evaluate", "batch_size", positive, batch_size), len(data))
        program = self._engine.compile(self.graph, size, Purpose(loss=plan.loss), threads=plan.threads)
        judged = evaluate(program, self.theta, self.state, data, plan.metrics, size)
        if return_dict:
            return judged
        return list(judged.values()) if plan.metrics else judged["loss"]

    # Using

    def predict(self, x: ArrayLike, batch_size: int = 32) -> Array:
        """The output (N, ...) for pictures x (N, H, W, C), float32."""
        return self._forward(x, batch_size, ())[0]

    def feature_maps(self, x: ArrayLike, layer: str | Layer) -> Array:
        """What a layer makes of pictures x: (N, P, Q, K) for a convolution. `layer` is a name or the layer itself."""
        graph = self._built_for(x).graph
        name = layer if isinstance(layer, str) else next((n.name for n in graph.nodes if n.layer is layer), repr(layer))
        graph.place(name)
        return self._forward(x, CHUNK, (name,))[1]

    def classify(self, pictures: Sequence[str | Path | NDArray[Any]] | str | Path) -> list[Answer]:
        """For each picture, a file or an array of bytes: its label, how sure the model is, and the score of every class.

        Needs the preprocessing that the model was trained with; raises `StateError` where it has none.
        """
        return classify(self, pictures)

    def save(self, filepath: str | Path, overwrite: bool = True) -> None:
        """Write one safetensors file that holds everything: network, weights, classes, preprocessing."""
        path = Path(filepath)
        if path.exists() and not overwrite:
            raise FileError("file.exists", path=path)
        storage.save(
            path,
            storage.ModelFile(self.graph, self.theta, self.state, self.class_names, self.preprocessing, self.about),
        )

    def _forward(self, x: ArrayLike, batch_size: int, keep: tuple[str, ...]) -> list[Array]:
        pictures = as_pictures(x, self._built_for(x).graph.input_shape)
        size = min(convert("predict", "batch_size", positive, batch_size), max(len(pictures), 1))
        threads = self._plan.threads if self._plan else None
        program = self._engine.compile(self.graph, size, Purpose(keep=keep), threads=threads)
        parts = [
            program.forward(self.theta, self.state, pictures[first : first + size])
            for first in range(0, max(len(pictures), 1), size)
        ]
        return [np.concatenate([part.output for part in parts])] + [
            np.concatenate([part.kept[name] for part in parts]) for name in keep
        ]

    def _built_for(self, x: object) -> "Model":
        """This model, its graph known: `Sequential` learns the size of its pictures from the first ones."""
        return self

    def _compiled(self) -> Plan:
        if self._plan is None:
            raise StateError("model.not_compiled")
        return self._plan

    def _planned(self, epochs: int, batch_size: int | Literal["all"] | None, *, shuffle: bool) -> Plan:
        size = batch_size if batch_size == "all" else convert("fit", "batch_size", positive, batch_size or 32)
        return replace(
            self._compiled(), epochs=convert("fit", "epochs", positive, epochs), batch_size=size, shuffle=shuffle
        )

    def _continued(self, plan: Plan) -> Run:
        """A new run from these weights; slots, steps and epochs go on where the last run ended."""
        last = self._run
        self._run = Run(
            graph=self.graph,
            theta=self.theta,
            state=self.state,
            slots=last.slots if last else tuple(np.zeros_like(self.theta) for _ in plan.rule.slots),
            learning_rate=plan.rule.learning_rate,
            save=self.save,
            epochs_before=last.epochs_before + last.epoch if last else 0,
            step=last.step if last else 0,
        )
        return self._run

    def _batches(
        self, x: ArrayLike | Images, y: ArrayLike | None, loss: Loss, sample_weight: ArrayLike | None
    ) -> ArrayBatches:
        if isinstance(x, Images):
            self._adopt(x)
            y = as_targets(loss, x.labels, self._built_for(x.pictures).graph.output_shape, len(x))
            return ArrayBatches(x.pictures, y, prepare=x.preprocessing.prepare)
        if y is None:
            raise SettingError("setting.missing", where="fit", setting="y")
        pictures = as_pictures(x, self._built_for(x).graph.input_shape)
        if len(pictures) == 0:
            raise DataError("data.no_pictures")
        targets = as_targets(loss, y, self.graph.output_shape, len(pictures))
        return ArrayBatches(pictures, targets, as_weights(sample_weight, len(pictures)))

    def _adopt(self, images: Images) -> None:
        """Pictures that were read by some preprocessing make it the model's, so that it reads files in the same way."""
        if self.preprocessing not in (None, images.preprocessing):
            raise DataError("data.other_preprocessing", required=self.preprocessing, came=images.preprocessing)
        self.preprocessing = images.preprocessing


class Sequential(Model):
    """Layers one behind the other. The first says its `input_shape`, or is an `Input`, or the first pictures tell."""

    def __init__(self, layers: Sequence[Layer | Symbol] = (), *, seed: int = 0) -> None:
        self._start(seed)
        self._listed: list[Layer] = []
        for layer in layers:
            self._list(layer)
        self._build_if_known()

    def add(self, layer: Layer | Symbol) -> None:
        """Put a layer behind the others. Weights are drawn anew."""
        self._list(layer)
        self._build_if_known()

    def build(self, input_shape: Sequence[int]) -> None:
        """Fix the size of the pictures: (height, width, channels)."""
        self._use(Graph.to(chain(self._listed, tuple(input_shape))))

    @property
    def layers(self) -> list[Layer]:
        return [layer for layer in self._listed if not isinstance(layer, InputLayer)]

    def _list(self, layer: object) -> None:
        listed = layer.layer if isinstance(layer, Symbol) else layer
        if not isinstance(listed, Layer):
            raise GraphError("graph.no_layer", came=type(layer).__name__)
        if isinstance(listed, InputLayer) and self._listed:
            raise GraphError("graph.input_not_first")
        self._listed.append(listed)

    def _build_if_known(self) -> None:
        first = self._listed[0] if self._listed else None
        if first is not None and len(self.layers) > 0 and (isinstance(first, InputLayer) or first.input_shape):
            self._use(Graph.to(chain(self._listed)))

    def _built_for(self, x: object) -> Model:
        if self._graph is None:
            self.build(np.shape(x)[1:])  # type: ignore[arg-type]
        return self


def load_model(filepath: str | Path) -> Model:
    """Read a model file. Raises `ModelFileError` where it is damaged, foreign or of another format version."""
    return from_file(storage.load(Path(filepath)))


def from_file(file: storage.ModelFile, *, seed: int = 0) -> Model:
    """The model of a file's contents."""
    model = Model.__new__(Model)
    model._start(seed)
    model._use(file.graph, file.theta, file.state)
    model.class_names, model.preprocessing, model.about = file.class_names, file.preprocessing, dict(file.about)
    return model


class _StopOnRequest(Callback):
    """Ends training when a callback sets `model.stop_training`, as Keras's do."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] = NO_LOGS) -> None:
        self.on_epoch_end(0)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] = NO_LOGS) -> None:
        if self.model.stop_training:
            self.run.stop()


def _split(data: ArrayBatches, last_share: float) -> tuple[ArrayBatches, ArrayBatches | None]:
    """The first pictures to learn from, the last share to judge by."""
    if last_share == 0:
        return data, None
    kept = int(len(data) * (1 - last_share))
    if kept == 0 or kept == len(data):
        raise DataError("data.split_empty", pictures=len(data), share=last_share)
    return data.part(slice(kept)), data.part(slice(kept, None))
