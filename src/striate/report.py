"""How well a model does class by class: one pass over labelled pictures, with everything that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from striate.confidence import Confidence
from striate.data.dataset import Images
from striate.data.decoded import Unread
from striate.engines.contract import Array, Purpose
from striate.engines.select import engine as engine_named
from striate.errors import StateError
from striate.network.graph import Graph
from striate.network.layers import activation_of
from striate.network.losses import BinaryCrossentropy, Loss, SparseCategoricalCrossentropy
from striate.network.settings import convert, flag, keywords_checked, optional, positive, whole
from striate.training.answers import Abstaining, Answering, Answers
from striate.training.calibration import Bin, Calibration
from striate.training.confusion import ClassFacts, Confusion, balanced_accuracy, class_facts, macro
from striate.training.evaluate import evaluate
from striate.training.feeding import batches_for
from striate.training.looks import Looks
from striate.training.missing import Missing
from striate.training.shares import Interval, wilson
from striate.training.tallies import Counts, Tally
from striate.training.temperature import Outputs

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Judged(Protocol):
    """What judging needs of a model."""

    theta: Array
    state: Array
    confidence: Confidence | None

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
    """What was found. `matrix[truth, answer]` counts pictures.

    `bins` and `answers` are None where outputs are no probabilities. The bins are of the model's own probabilities,
    `answers` of those that `confidence`, if the model has it, makes of them.
    """

    class_names: tuple[str, ...]
    loss: float
    matrix: Counts
    bins: tuple[Bin, ...] | None
    calibration_error: float | None
    confidence: Confidence | None = None
    answers: Answers | None = None

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
    def balanced_accuracy(self) -> float:
        """The mean recall of the classes that have pictures."""
        return balanced_accuracy(self.classes)

    @property
    def abstaining(self) -> Abstaining | None:
        """How often the model answers "none of these", and how often it is right where not; None: it never does."""
        if self.answers is None or self.confidence is None:
            return None
        return self.answers.abstaining(self.confidence.threshold)

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
            "balanced_accuracy": self.balanced_accuracy,
            "loss": self.loss,
            "pictures": self.pictures,
            "macro": self.macro,
            "classes": [_plain(name, facts) for name, facts in zip(self.class_names, self.classes, strict=True)],
            "confusion_matrix": self.matrix.tolist(),
            "calibration": None
            if self.bins is None
            else {"error": self.calibration_error, "bins": [each._asdict() for each in self.bins]},
            "confidence": None if self.confidence is None else self._confidence_json(self.confidence),
        }

    def _confidence_json(self, confidence: Confidence) -> dict[str, Any]:
        found: dict[str, Any] = confidence.to_config()
        if self.answers is not None and (abstaining := self.abstaining) is not None:
            found |= abstaining._asdict() | {
                "accuracy": abstaining.accuracy,
                "accuracy_interval": list(abstaining.accuracy_interval),
                "calibration_error": self.answers.calibration().result(),
            }
        return found

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
    loss: Loss | None = None,
    engine: str | None = None,
    threads: int | None = None,
    isa: str | None = None,
) -> Report:
    """Judge a classifier on labelled pictures: x (N, H, W, C) and class numbers y (N,), or `Images`.

    `loss` None: the cross-entropy that fits the last layer. Raises `DataError` where data do not fit the model.
    """
    confusion, calibration, answering = Confusion(), Calibration(), Answering(model.confidence)
    probable = _gives_probabilities(model.graph)
    watching = [confusion, calibration, answering] if probable else [confusion]
    how = _How(batch_size, loss or fitting_loss(model.graph), engine, threads, isa)
    looking = (probable and model.confidence) or Confidence()
    value, unread = _watched("class_report", model, x, y, how, watching, looking)
    names = model.class_names or tuple(str(k) for k in range(len(confusion.matrix)))
    if not probable:
        return Report(names, value, confusion.matrix, None, None)
    bins, error = tuple(calibration.bins()), calibration.result()
    files = x.files if isinstance(x, Images) else None
    read = np.flatnonzero([file not in unread for file in files]) if files is not None and unread else None
    return Report(names, value, confusion.matrix, bins, error, model.confidence, answering.answers(read))


@keywords_checked("confidence_of")
def confidence_of(
    model: Judged,
    x: ArrayLike | Images,
    y: ArrayLike | None = None,
    batch_size: int = 256,
    *,
    mirrored: bool = False,
    shifted: int = 0,
    engine: str | None = None,
    threads: int | None = None,
    isa: str | None = None,
) -> Confidence:
    """The temperature and the threshold that fit a classifier, found on pictures that it has not learned from.

        model.confidence = striate.confidence_of(model, data.validation)

    `mirrored`, `shifted`: for answers that are made of several looks at a picture, see `Confidence`. Data as for
    `class_report`. Raises `StateError` where the model's outputs are no probabilities.
    """
    if not _gives_probabilities(model.graph):
        raise StateError("model.no_probabilities", layer=model.graph.nodes[-1].name)
    outputs, how = Outputs(), _How(batch_size, fitting_loss(model.graph), engine, threads, isa)
    looking = Confidence(
        mirrored=convert("confidence_of", "mirrored", flag, mirrored),
        shifted=convert("confidence_of", "shifted", whole, shifted),
    )
    _watched("confidence_of", model, x, y, how, [outputs], looking)
    return replace(outputs.confidence(), mirrored=looking.mirrored, shifted=looking.shifted)


class _Missing(Missing):
    """Keeps the names, too."""

    def __init__(self) -> None:
        super().__init__()
        self.files: set[str] = set()

    def add(self, unread: tuple[Unread, ...]) -> None:
        super().add(unread)
        self.files |= {each.file for each in unread}


@dataclass(frozen=True)
class _How:
    """How a pass over pictures is computed."""

    batch_size: int
    loss: Loss
    engine: str | None
    threads: int | None
    isa: str | None


def _watched(
    where: str,
    model: Judged,
    x: ArrayLike | Images,
    y: ArrayLike | None,
    how: _How,
    watching: Sequence[Tally],
    looking: Confidence,
) -> tuple[float, set[str]]:
    """One pass over the pictures, counted by what watches; answers with the loss and the files that broke."""
    graph, data = batches_for(where, model.graph, how.loss, x, y)
    size = min(convert(where, "batch_size", positive, how.batch_size), len(data))
    threads = convert(where, "threads", optional(positive), how.threads)
    program = engine_named(how.engine, isa=how.isa).compile(graph, size, Purpose(loss=how.loss), threads=threads)
    missing = _Missing()
    judging = Looks(program, how.loss, looking.seen) if looking.looks > 1 else program
    value = evaluate(judging, model.theta, model.state, data, (), size, watching, missing)["loss"]
    missing.say(len(data))
    return value, missing.files


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
