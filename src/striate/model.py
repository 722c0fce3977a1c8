"""The face: Model, as Keras users know it. What it does, others do; it only holds and asks."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from striate import storage
from striate.bits import Bits, computed_on
from striate.by_batch import ByBatch
from striate.classify import Answer, Pictures, classify
from striate.confidence import Confidence
from striate.data.augment import Augmentation, optional_augmentation
from striate.data.batches import ArrayBatches
from striate.data.dataset import Dataset, Images, PictureData
from striate.data.preprocessing import Preprocessing
from striate.engines.contract import Array, Forward, Purpose
from striate.engines.native.room import check_weights, free_bytes
from striate.errors import DataError, FileError, SettingError, StateError, tell
from striate.files import as_path, exists
from striate.freezing import Freezing
from striate.history import History
from striate.looking import Looking
from striate.network.graph import Graph, Symbol
from striate.network.initializers import first_values
from striate.network.layers import Layer
from striate.network.losses import Loss, loss_named
from striate.network.optimizers import Rule, rule_named
from striate.network.settings import convert, flag, keywords_checked, positive, whole
from striate.network.summary import Summary, summarize
from striate.preflight import Preflighting
from striate.training.callbacks import Callback, StopOnRequest, as_callbacks
from striate.training.class_weight import by_class
from striate.training.evaluate import evaluate
from striate.training.events import Progress
from striate.training.feeding import Data, batches_for, shaped
from striate.training.keeping import NO_KEEPER, Keeper
from striate.training.loop import train
from striate.training.metrics import Metric, metrics_named
from striate.training.own_data import OwnBatches
from striate.training.plan import Plan
from striate.training.run import Run, started
from striate.training.targets import Labelled, Shaped, as_numbers, as_pictures, put_weights
from striate.transfer import Transfer
from striate.views.judged import judged_view
from striate.views.progress import Verbose, progress_view
from striate.views.table import SummaryTable, show

DEFAULT_BATCH = 32  # Keras's


class Model(ByBatch, Freezing, Transfer, Preflighting, Looking):
    """A network with its weights: what trains, predicts, is saved.

    `Model(x, y)` is everything between an `Input` and a symbol. `seed` decides first weights, order and dropout; with
    `strict` every stride must divide. Raises `GraphError` where the layers are no network, else `SizeError`.
    """

    def __init__(self, inputs: Symbol, outputs: Symbol, *, seed: int = 0, strict: bool = False) -> None:
        self._start(seed)
        self._use(Graph.between(inputs, outputs, strict=convert("Model", "strict", flag, strict)))

    @staticmethod
    def of(graph: Graph, *, seed: int = 0, theta: Array | None = None, state: Array | None = None) -> "Model":
        """The model of a graph, with first weights by the seed or with these."""
        model = Model.__new__(Model)
        model._start(seed)
        model._use(graph, theta, state)
        return model

    def _start(self, seed: int) -> None:
        self.seed = convert(type(self).__name__, "seed", whole, seed)
        self._class_names: tuple[str, ...] | None = None
        self.preprocessing: Preprocessing | None = None
        self.confidence: Confidence | None = None  # what classify does with probabilities
        self.about: dict[str, Any] = {}  # how it was trained, how well it did: goes into the file
        self.stop_training = False
        self._graph: Graph | None = None
        self._plan: Plan | None = None
        self._run: Run | None = None
        self.use()

    def _use(self, graph: Graph, theta: Array | None = None, state: Array | None = None) -> None:
        if self._class_names is not None:
            storage.check_count(self._class_names, graph)
        if theta is None:
            check_weights(graph.theta, free_bytes)
        self._graph = graph
        self.theta: Array = first_values(graph.theta, self.seed) if theta is None else theta
        self.state: Array = first_values(graph.state, self.seed) if state is None else state
        self._run = None
        self._learn_all()

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

    @keywords_checked("get_layer")
    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of a name, as `summary()` shows it, or of a place in `layers`."""
        if name is not None:
            return self.graph.node(name).layer
        place = convert("get_layer", "index", whole, 0 if index is None else index)
        if index is None or place >= len(self.layers):
            raise SettingError("setting.name_or_place", where="get_layer", count=len(self.layers), came=index)
        return self.layers[place]

    def __call__(self, x: ArrayLike) -> Array:
        """As `predict`: the output (N, ...) for pictures x (N, H, W, C)."""
        return self.predict(x)

    def count_params(self) -> int:
        """How many numbers the model holds."""
        return self.graph.theta.count + self.graph.state.count

    @property
    def weights(self) -> dict[str, Array]:
        """Every weight by its name, such as "conv1/kernel". The arrays share the model's memory."""
        return self.graph.theta.views(self.theta) | self.graph.state.views(self.state)

    def get_weights(self) -> list[Array]:
        """Copies of all weights, in order."""
        return [weight.copy() for weight in self.weights.values()]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Put arrays of the same number, order and shapes as `get_weights` gives in place of the weights."""
        put_weights(list(self.weights.values()), weights)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all weights: equal exactly where every bit is equal."""
        return hashlib.sha256(self.theta.tobytes() + self.state.tobytes()).hexdigest()

    def summarize(self) -> Summary:
        """The facts that `summary()` prints: sizes, weights, products, receptive fields, notes.

        A notebook shows them as the table, too.
        """
        return SummaryTable.of(summarize(self.graph, self._frozen))

    @keywords_checked("summary")
    def summary(self) -> None:
        """Print each layer with its output shape, weights, multiply-adds, receptive field and size formula."""
        show(self.summarize())

    # Learning

    @keywords_checked("compile")
    def compile(
        self,
        optimizer: str | Rule = "adam",
        loss: str | Loss | None = None,
        *,
        metrics: Sequence[str | Metric] | None = None,
        engine: str | None = None,
        threads: int | None = None,
        isa: str | None = None,
    ) -> None:
        """Say how the model learns: by which rule, from which loss, judged by which metrics, computed as by `use`."""
        if loss is None:
            raise SettingError("setting.missing", where="compile", setting="loss")
        if isinstance(metrics, str | Metric):
            raise SettingError("setting.names", where="compile", setting="metrics", came=metrics)
        names = tuple(metrics or ())
        metrics_named(names)
        self.use(engine=engine, threads=threads, isa=isa)
        self._plan = Plan(rule_named(optimizer), loss_named(loss), names, seed=self.seed, threads=self._threads)
        self._run, self.preflighted = None, False

    @keywords_checked("fit")
    def fit(
        self,
        x: ArrayLike | Images | Dataset | PictureData,
        y: ArrayLike | None = None,
        batch_size: int | Literal["all"] | None = None,
        epochs: int = 1,
        verbose: Verbose = "auto",
        callbacks: Sequence[Callback] | Callback | None = None,
        validation_split: float = 0.0,
        validation_data: Labelled | Images | PictureData | None = None,
        shuffle: bool = True,
        *,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: ArrayLike | None = None,
        augmentation: Augmentation | None = None,
        progress: Progress | None = None,
    ) -> History:
        """Learn from pictures x (N, H, W, C) and targets y, in batches, for some epochs; called again it goes on.

        `batch_size` None is 32; "all" is gradient descent over the whole data, one step an epoch. `validation_split`
        sets the last share of the data apart before shuffling, as Keras does; `validation_data`, (x, y) or (x, y,
        weights), goes before it. With an `augmentation` each epoch learns from pictures varied anew; validation sees
        them as they are. `progress` takes the training's events in place of what `verbose` shows. Raises
        `DataError` where data do not fit, and `TrainingError` at the first number that is not finite.
        """
        plan = self._planned(epochs, batch_size, shuffle=shuffle)
        graph, data, validation = self._fed(plan, x, y, sample_weight, validation_data, validation_split)
        self._look_once(plan, graph, data, validation)
        outputs = self.graph.output_shape[-1]
        varied = convert("fit", "augmentation", optional_augmentation, augmentation)
        data = by_class(data, class_weight, outputs).augmented(varied, plan.seed, outputs)
        if batch_size is not None and plan.batch_size != "all" and plan.batch_size > len(data):
            tell("training.short_batch", batch_size=plan.batch_size, pictures=len(data))
        listed = as_callbacks(callbacks)
        for callback in listed:
            callback.model = self
        self.stop_training = False
        run = self._continued(plan, graph)
        keeper = next((each for each in listed if isinstance(each, Keeper)), NO_KEEPER)
        with progress_view(0 if progress else verbose) as view:
            reason = train(
                self._engine,
                run,
                plan,
                data,
                validation,
                [*listed, StopOnRequest(lambda: self.stop_training)],
                progress or view,
                keeper,
            )
        return History(run.history, reason, Bits(self.fingerprint, computed_on(self._engine)))

    @keywords_checked("evaluate")
    def evaluate(
        self,
        x: Data,
        y: ArrayLike | None = None,
        batch_size: int | None = None,
        verbose: Verbose = 0,
        *,
        sample_weight: ArrayLike | None = None,
        return_dict: bool = False,
    ) -> float | list[float] | dict[str, float]:
        """The loss and the metrics on pictures: a number, or [loss, metric, ...], or with `return_dict` by name.

        `verbose` other than 0 writes them as a line to stderr, too.
        """
        judged = self.judge(x, y, batch_size, verbose, sample_weight=sample_weight)
        if return_dict:
            return judged
        return list(judged.values()) if len(judged) > 1 else judged["loss"]

    @keywords_checked("judge")
    def judge(
        self,
        x: Data,
        y: ArrayLike | None = None,
        batch_size: int | None = None,
        verbose: Verbose = 0,
        *,
        sample_weight: ArrayLike | None = None,
    ) -> dict[str, float]:
        """The loss and the metrics on pictures, by name: {"loss": ..., "accuracy": ...}."""
        plan = self._compiled()
        data = self._batches("evaluate", x, y, plan.loss, sample_weight)
        size = min(_batch_size("evaluate", batch_size), len(data))
        shape, purpose = data.pictures.shape[1:], Purpose(loss=plan.loss)
        with (
            judged_view(verbose, len(data)) as show_logs,
            self._programs.lent(self._engine, self.graph, shape, size, purpose, plan.threads) as program,
        ):
            judged = evaluate(program, self.theta, self.state, data, plan.metrics, size)
            show_logs(judged)
        return judged

    @keywords_checked("predict")
    def predict(self, x: ArrayLike, batch_size: int | None = None, verbose: Verbose = 0) -> Array:
        """The output (N, ...) for pictures x (N, H, W, C), float32. `verbose` other than 0 writes a line to stderr."""
        pictures = as_numbers(x)
        with judged_view(verbose, len(pictures) if pictures.ndim else 0) as show_logs:
            output, _ = self._forward(pictures, _batch_size("predict", batch_size), ())
            show_logs({})
        return output

    def classify(self, pictures: Pictures) -> list[Answer]:
        """For each picture, a file or an array of bytes: its label, how sure the model is, the score of every class.

        Where `confidence` is set, probabilities are calibrated and the label may be None: "none of these".

        Needs the preprocessing that the model was trained with, and probabilities as output; raises `StateError` where
        it has not got them.
        """
        return classify(self, pictures)

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """What the outputs stand for, in order; None: they are numbered."""
        return self._class_names

    @class_names.setter
    def class_names(self, names: Sequence[str] | None) -> None:
        checked = None if names is None else storage.checked_names(names)
        if checked is not None and self._graph is not None:
            storage.check_count(checked, self._graph)
        self._class_names = checked

    @keywords_checked("save")
    def save(self, filepath: str | Path, overwrite: bool = True) -> None:
        """Write one safetensors file that holds everything: network, weights, classes, preprocessing."""
        path = as_path("save", filepath)
        if not path.name:  # "." or "/"
            raise FileError("file.is_folder_to_write", path=path)
        if path.suffix != storage.ENDING:
            tell("model_file.ending", path=path, ending=storage.ENDING)
        if not overwrite and exists(path):
            raise FileError("file.exists", path=path)
        own = (self.graph, self.theta, self.state, self.class_names, self.preprocessing, self.about)
        storage.save(path, storage.ModelFile(*own, self.confidence))

    def _forward(self, x: ArrayLike, batch_size: int, keep: tuple[str, ...]) -> Forward:
        pictures = as_pictures(x, self._built_for(as_numbers(x)).graph.input_shape)
        shape = pictures.shape[1:]
        if len(pictures) == 0:
            graph = self.graph.at(shape)
            empty = {name: np.zeros((0, *graph.node(name).shape), np.float32) for name in keep}
            return Forward(np.zeros((0, *graph.output_shape), np.float32), empty)
        size = min(batch_size, len(pictures))
        with self._programs.lent(self._engine, self.graph, shape, size, Purpose(keep=keep), self._threads) as program:
            parts = [
                program.forward(self.theta, self.state, pictures[first : first + size])
                for first in range(0, len(pictures), size)
            ]
        kept = {name: np.concatenate([part.kept[name] for part in parts]) for name in keep}
        return Forward(np.concatenate([part.output for part in parts]), kept)

    def _built_for(self, pictures: Shaped) -> "Model":
        """This model, its graph known: `Sequential` learns the size of its pictures from the first ones."""
        return self

    def _compiled(self) -> Plan:
        if self._plan is None:
            raise StateError("model.not_compiled")
        return self._plan

    def _planned(self, epochs: int, batch_size: int | Literal["all"] | None, *, shuffle: bool) -> Plan:
        size = batch_size if batch_size == "all" else _batch_size("fit", batch_size)
        return replace(
            self._compiled(), epochs=convert("fit", "epochs", positive, epochs), batch_size=size, shuffle=shuffle
        )

    def _continued(self, plan: Plan, graph: Graph) -> Run:
        self.confidence = None  # found for other weights
        self._run = started(graph, self.theta, self.state, plan.rule, self.save, self._run)
        self._tell_run()
        return self._run

    def _batches(
        self, where: str, x: Data, y: ArrayLike | None, loss: Loss, sample_weight: ArrayLike | None
    ) -> ArrayBatches | OwnBatches:
        if isinstance(x, Images):
            self._adopt(x)
        graph = self._built_for(shaped(x)).graph
        return batches_for(where, graph, loss, x, y, sample_weight)[1]

    def _adopt(self, images: Images) -> None:
        """Pictures that were read by some preprocessing make it the model's, so that it reads files in the same way."""
        if self.preprocessing not in (None, images.preprocessing):
            raise DataError("data.other_preprocessing", required=self.preprocessing, came=images.preprocessing)
        self.preprocessing = images.preprocessing


@keywords_checked("load_model")
def load_model(filepath: str | Path) -> Model:
    """Read a model file. Raises `ModelFileError` where it is damaged, foreign or of another format version."""
    return from_file(storage.load(as_path("load_model", filepath)))


def from_file(file: storage.ModelFile, *, seed: int = 0) -> Model:
    """The model of a file's contents."""
    model = Model.of(file.graph, seed=seed, theta=file.theta, state=file.state)
    model.class_names, model.preprocessing = file.class_names, file.preprocessing
    model.about, model.confidence = dict(file.about), file.confidence
    return model


def _batch_size(where: str, batch_size: int | None) -> int:
    return DEFAULT_BATCH if batch_size is None else convert(where, "batch_size", positive, batch_size)
