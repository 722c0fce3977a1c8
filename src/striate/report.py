"""How well a model does class by class: one pass over labelled pictures, with everything that follows from it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import ArrayLike

from striate.data.dataset import Images
from striate.engines.contract import Array, Purpose
from striate.engines.select import engine as engine_named
from striate.network.graph import Graph
from striate.network.layers import activation_of
from striate.network.losses import BinaryCrossentropy, Loss, SparseCategoricalCrossentropy
from striate.network.settings import convert, keywords_checked, optional_positive, positive
from striate.training.calibration import Bin, Calibration
from striate.training.confusion import ClassFacts, Confusion, class_facts, macro
from striate.training.evaluate import evaluate
from striate.training.feeding import batches_for
from striate.training.shares import Interval, wilson
from striate.training.tallies import Counts

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Judged(Protocol):
    """What judging needs of a model."""

    theta: Array
    state: Array

    @property
    def graph(self) -> Graph:
        """The wiring."""
        ...

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """What the outputs stand for."""
        ...


@dataclass(frozen=True, eq=False)
class Report:
    """What was found. `matrix[truth, answer]` counts pictures; `bins` is None where outputs are no probabilities."""

    class_names: tuple[str, ...]
    loss: float
    matrix: Counts
    bins: tuple[Bin, ...] | None
    calibration_error: float | None

    @property
    def pictures(self) -> int:
        return int(self.matrix.sum())

    @property
    def hits(self) -> int:
        return int(self.matrix.trace())

    @property
    def accuracy(self) -> float:
        return self.hits / self.pictures

    @property
    def accuracy_interval(self) -> Interval:
        """Wilson's interval of the accuracy, 95 %."""
        return wilson(self.hits, self.pictures)

    @property
    def classes(self) -> list[ClassFacts]:
        """The facts of each class, in the order of the names."""
        return class_facts(self.matrix)

    @property
    def macro(self) -> dict[str, float]:
        """Precision, recall and F1 as means over the classes that occur."""
        facts = self.classes
        return {
            "precision": macro(facts, lambda each: each.precision),
            "recall": macro(facts, lambda each: each.recall),
            "f1": macro(facts, lambda each: each.f1),
        }

    def to_json(self) -> dict[str, Any]:
        """Everything as plain lists, numbers and words; a share of nothing is None."""
        return {
            "accuracy": self.accuracy,
            "accuracy_interval": list(self.accuracy_interval),
            "loss": self.loss,
            "pictures": self.pictures,
            "macro": self.macro,
            "classes": [_plain(name, facts) for name, facts in zip(self.class_names, self.classes, strict=True)],
            "confusion_matrix": self.matrix.tolist(),
            "calibration": None
            if self.bins is None
            else {"error": self.calibration_error, "bins": [each._asdict() for each in self.bins]},
        }

    def plot(self, path: str | Path | None = None) -> "Figure":
        """The confusion matrix as a figure; with a path it is saved there too. Needs the extra `plot`."""
        from striate.figures.confusion import confusion_figure
        from striate.figures.save import save

        figure = confusion_figure(self.matrix, self.class_names)
        if path is not None:
            save(figure, Path(path))
        return figure


@keywords_checked("class_report")
def class_report(
    model: Judged,
    x: ArrayLike | Images,
    y: ArrayLike | None = None,
    batch_size: int = 256,
    *,
    engine: str | None = None,
    threads: int | None = None,
    isa: str | None = None,
) -> Report:
    """Judge a classifier on labelled pictures: x (N, H, W, C) and class numbers y (N,), or `Images`.

    The loss is the cross-entropy that fits the last layer. Raises `DataError` where data do not fit the model.
    """
    loss = fitting_loss(model.graph)
    graph, data = batches_for("class_report", model.graph, loss, x, y)
    size = min(convert("class_report", "batch_size", positive, batch_size), len(data))
    spoken_for = convert("class_report", "threads", optional_positive, threads)
    program = engine_named(engine, isa=isa).compile(graph, size, Purpose(loss=loss), threads=spoken_for)
    confusion, calibration = Confusion(), Calibration() if _gives_probabilities(model.graph) else None
    watching = [confusion] if calibration is None else [confusion, calibration]
    judged = evaluate(program, model.theta, model.state, data, (), size, watching)
    names = model.class_names or tuple(str(k) for k in range(len(confusion.matrix)))
    bins, error = (None, None) if calibration is None else (tuple(calibration.bins()), calibration.result())
    return Report(names, judged["loss"], confusion.matrix, bins, error)


def fitting_loss(graph: Graph) -> Loss:
    """The cross-entropy of class numbers for what the last layer gives: probabilities, or values before them."""
    logits = activation_of(graph.nodes[-1].layer) not in ("softmax", "sigmoid")
    return BinaryCrossentropy(logits) if graph.output_shape[-1] == 1 else SparseCategoricalCrossentropy(logits)


def _gives_probabilities(graph: Graph) -> bool:
    single = graph.output_shape[-1] == 1
    return activation_of(graph.nodes[-1].layer) == ("sigmoid" if single else "softmax")


def _plain(name: str, facts: ClassFacts) -> dict[str, Any]:
    return {
        "name": name,
        "pictures": facts.pictures,
        "answers": facts.answers,
        "hits": facts.hits,
        "precision": facts.precision,
        "precision_interval": list(facts.precision_interval),
        "recall": facts.recall,
        "recall_interval": list(facts.recall_interval),
        "f1": facts.f1,
    }
