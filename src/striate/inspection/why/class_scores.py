"""The score of each class: the number before softmax or sigmoid, which one class's evidence can move by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from striate.confidence import softmax
from striate.engines.contract import Array
from striate.engines.reference.activation import sigmoid
from striate.errors import StateError
from striate.inspection.parts import scored
from striate.inspection.scores import class_number
from striate.model import Model
from striate.network.layers import activation_of
from striate.storage import check_count


@dataclass(frozen=True)
class Scores:
    """A model's scores, and the classes that they are for.

    A single sigmoid's score is its logit for class 1, and minus the logit for class 0.
    """

    model: Model  # ends with the scores
    names: tuple[str, ...]
    activation: str  # what was left out: "softmax", "sigmoid"; "linear": nothing
    temperature: float = 1.0

    @staticmethod
    def of(model: Model) -> "Scores":
        """Raises `StateError` where the output is no vector of classes, or the input no picture."""
        graph = model.graph
        last, shape = graph.nodes[-1], graph.output_shape
        activation = activation_of(last.layer)
        single = shape == (1,)
        if len(graph.input_shape) != 3:
            raise StateError("why.no_pictures", came=graph.input_shape)
        if len(shape) != 1 or (single and activation != "sigmoid"):
            raise StateError("why.no_classes", layer=last.name, came=shape)
        names = model.class_names or tuple(str(k) for k in range(max(shape[0], 2)))
        check_count(names, graph)
        return Scores(scored(model), names, activation, model.confidence.temperature if model.confidence else 1.0)

    @property
    def output(self) -> str:
        """The name of the layer that gives the scores."""
        return self.model.graph.nodes[-1].name

    def among(self, output: Array) -> Array:
        """The score of each class (N, K), from the scores' layer's output (N, K) or (N, 1)."""
        return np.concatenate([-output, output], axis=1) if output.shape[1] == 1 else output

    def given(self, x: Array, batch: int = 8) -> Array:
        """The score of each class (N, K) for pictures (N, H, W, C)."""
        return self.among(self.model.predict(x, batch))

    def probabilities(self, scores: Array) -> Array | None:
        """What `predict` makes of the scores of one picture; None where the model gives no probabilities."""
        calm = scores.astype(np.float64) / self.temperature
        if self.activation == "softmax":
            return softmax(calm[np.newaxis], 1.0)[0]
        if self.activation == "sigmoid":
            return sigmoid(calm)
        return None

    def direction(self, k: int, pictures: int = 1) -> Array:
        """dy (N, outputs) for the gradient of the score of class k."""
        dy = np.zeros((pictures, *self.model.graph.output_shape), np.float32)
        single = dy.shape[1] == 1
        dy[:, 0 if single else k] = -1 if single and k == 0 else 1
        return dy

    def gradients(self, x: Array, k: int, layer: str) -> Array:
        """How the score of class k moves with what a layer gives for pictures x."""
        return self.model.gradients(x, {self.output: self.direction(k, len(x))}, [layer])[layer]

    def chosen(self, scores: Array, classes: Sequence[str | int] | None) -> list[int]:
        """The classes to look at: those named, one named and the best other, or the winner and the runner-up.

        Raises `UnknownNameError` or `SettingError` for a class that is not there.
        """
        ranked = [int(k) for k in np.argsort(-scores, kind="stable")]
        asked = list(dict.fromkeys(class_number(each, self.names, len(self.names)) for each in classes or ()))
        if len(asked) == 1:
            asked.append(next(k for k in ranked if k != asked[0]))
        return asked or ranked[:2]
