"""What the pictures of each class do to the weights in plain gradient descent, where a step is -eta g.

The loss of a step is a sum over pictures, and so is its gradient g = sum over classes c of g_c, where g_c is the
gradient of the loss of the pictures of class c. What a class has added to a weight is the sum of -eta g_c over all
steps; with what weight decay has added, these make up the whole change. Where batch normalisation goes by the batch all
pictures share its statistics; g_c is then still the gradient of the loss of the class's own pictures, through them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.engines.contract import Array
from striate.errors import DataError, StateError
from striate.network.graph import Graph
from striate.network.layers import BatchNormalization, CustomLayer, Dropout
from striate.network.layout import Span
from striate.network.optimizers import GradientDescent, Rule
from striate.training.run import Run
from striate.training.watching import Learning

CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")
Labels = NDArray[np.intp]


class ClassParts:
    """Adds up, for some weights, what each class has added to them, and what weight decay has: float64."""

    def __init__(self, run: Run, spans: Sequence[Span], classes: int) -> None:
        self._rule = plain(run.rule)
        self._alone = pictures_stand_alone(run.graph)
        self.classes = classes
        self.parts = {span.name: np.zeros((classes + 1, *span.shape)) for span in spans}
        self._spans = tuple(spans)
        self._forget()

    def _forget(self) -> None:
        self._gradients = {span.name: np.zeros((self.classes, span.size)) for span in self._spans}
        self._before: dict[str, Array] = {}
        self._pictures = 0

    def add(self, part: Learning) -> None:
        """The gradient of each class's pictures, of a step or a part of one."""
        labels = class_numbers(part.batch.y, self.classes)
        self._pictures += len(labels)
        self._before = {span.name: part.theta[span.slice].astype(np.float64) for span in self._spans}
        for number in np.unique(labels):
            gradient = self._gradient(part, labels == number)
            for span in self._spans:
                self._gradients[span.name][number] += len(labels) * gradient[span.slice].astype(np.float64)

    def _gradient(self, part: Learning, own: NDArray[np.bool_]) -> Array:
        """Of the mean loss over the batch, the pictures of other classes counted as 0."""
        x, y, weight, *_ = part.batch
        if self._alone:
            own_weight = None if weight is None else weight[own]
            gradient = part.program.step(part.theta, part.state, x[own], y[own], own_weight, part.key).gradient
            return gradient * (np.count_nonzero(own) / len(x))
        only = own.astype(np.float32) * (1 if weight is None else weight)
        return part.program.step(part.theta, part.state, x, y, only.astype(np.float32), part.key).gradient

    def step(self, run: Run) -> None:
        """The weights have moved."""
        if not self._pictures:
            return
        learning = {span.name: span for span in run.spans}
        for span in self._spans:
            now = learning[span.name]
            eta = run.learning_rate * now.rate if now.trainable else 0.0
            self.parts[span.name][:-1] -= eta * (self._gradients[span.name] / self._pictures).reshape(-1, *span.shape)
            if self._rule.weight_decay and span.decayed:
                decayed = eta * self._rule.weight_decay * self._before[span.name]
                self.parts[span.name][-1] -= decayed.reshape(span.shape)
        self._forget()


def plain(rule: Rule | None) -> GradientDescent:
    """The rule, where its step is -eta g, beside weight decay. Raises `StateError` for any other."""
    if type(rule) is not GradientDescent:
        raise StateError("film.classes_rule", rule=type(rule).__name__)
    settings = [name for name in CLIPS if getattr(rule, name) is not None]
    if (rule.gradient_accumulation_steps or 1) > 1:
        settings.append("gradient_accumulation_steps")
    if rule.use_ema:
        settings.append("use_ema")
    if settings:
        raise StateError("film.classes_settings", settings=settings)
    return rule


def pictures_stand_alone(graph: Graph) -> bool:
    """Whether what a picture gives in training depends neither on the others of its batch nor on its place there."""
    return not any(isinstance(node.layer, BatchNormalization | Dropout | CustomLayer) for node in graph.nodes)


def class_numbers(y: NDArray[Any], classes: int) -> Labels:
    """The class of each picture (n,), from numbers or one-hot rows. Raises `DataError` for what names no one class."""
    targets = np.asarray(y)
    if targets.ndim == 2 and targets.shape[1] > 1:
        one_hot = np.isin(targets, (0, 1)).all() and (targets.sum(axis=1) == 1).all()
        if one_hot:
            return targets.argmax(axis=1)
    elif targets.size == len(targets) and (targets == np.round(targets)).all():
        labels = targets.reshape(-1).astype(np.intp)
        if ((labels >= 0) & (labels < classes)).all():
            return labels
    raise DataError("film.classes_targets", shape=targets.shape)
