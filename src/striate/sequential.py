"""The face for layers one behind the other."""

from collections.abc import Iterable, Sequence
from typing import cast

from striate.errors import GraphError, StateError, StriateError
from striate.model import Model
from striate.network.graph import Graph, Symbol, chain
from striate.network.layers import InputLayer, Layer
from striate.network.open_sizes import agrees
from striate.network.settings import convert, flag, is_sequence, keywords_checked, open_shape
from striate.network.shapes import Shape
from striate.training.targets import Shaped


class Sequential(Model):
    """Layers one behind the other. The first says its `input_shape`, or is an `Input`, or the first pictures tell."""

    @keywords_checked("Sequential")
    def __init__(self, layers: Sequence[Layer | Symbol] | None = None, *, seed: int = 0, strict: bool = False) -> None:
        self._start(seed)
        self._strict = convert("Sequential", "strict", flag, strict)
        self._listed: list[Layer] = []
        if layers is not None and not isinstance(cast(object, layers), Iterable):
            raise GraphError("graph.no_list", came=type(layers).__name__)
        for layer in layers or ():
            self._list(layer)
        self._build_if_known()

    def add(self, layer: Layer | Symbol) -> None:
        """Put a layer behind the others. All weights are drawn anew."""
        self._list(layer)
        try:
            if self._graph is not None and not self._tells_shape():
                self._build(self._graph.input_shape)
            self._build_if_known()
        except StriateError:  # it does not fit: the model stays as it was
            self._listed.pop()
            raise

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Fix the size of the pictures: (height, width, channels), the first two None where they may be any.

        Before these three Keras has the batch; there None is left out. Weights are drawn anew, unless the first layer
        says the size and the model so has them already. Raises `GraphError` where it says another size.
        """
        sizes = input_shape[1:] if is_sequence(input_shape) and _counts_batch(input_shape) else input_shape
        asked = convert("build", "input_shape", open_shape, sizes)
        if self._graph is None or not self._tells_shape():
            self._build(asked)
        elif not agrees(self._graph.input_shape, asked):
            raise GraphError("graph.input_shape_said", required=self._graph.input_shape, came=asked)

    @property
    def graph(self) -> Graph:
        """The wiring. Raises `StateError` while the size of the pictures is not known."""
        if self._graph is None:
            first = type(self._listed[0]).__name__ if self._listed else "Input"
            raise StateError("graph.input_shape_unknown", layer=first)
        return self._graph

    @property
    def layers(self) -> list[Layer]:
        """The layers in order, the input not counted."""
        return [layer for layer in self._listed if not isinstance(layer, InputLayer)]

    def _build(self, input_shape: Shape) -> None:
        self._use(Graph.to(chain(self._listed, input_shape), strict=self._strict))

    def _list(self, layer: object) -> None:
        is_input = isinstance(layer, Symbol) and not layer.inputs
        listed = layer.layer if isinstance(layer, Symbol) and is_input else layer
        if not isinstance(listed, Layer):
            raise GraphError("graph.no_layer", came=type(layer).__name__)
        if isinstance(listed, InputLayer) and self._listed:
            raise GraphError("graph.input_not_first")
        self._listed.append(listed)

    def _tells_shape(self) -> bool:
        first = self._listed[0] if self._listed else None
        return isinstance(first, InputLayer) or (first is not None and first.input_shape is not None)

    def _build_if_known(self) -> None:
        if self.layers and self._tells_shape():
            self._use(Graph.to(chain(self._listed), strict=self._strict))

    def _built_for(self, pictures: Shaped) -> Model:
        if self._graph is None:
            self.build(pictures.shape[1:])
        return self


def _counts_batch(shape: Sequence[object]) -> bool:
    return len(shape) == 4 and shape[0] is None
