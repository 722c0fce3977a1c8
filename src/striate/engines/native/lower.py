"""From a graph to the steps of a plan: forward, the loss, and back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from striate.engines.contract import Purpose
from striate.engines.native.convolutions import lower_sum
from striate.engines.native.depthwise import goes_by_channels, lower_depthwise
from striate.engines.native.extents import read_extents
from striate.engines.native.fusing import Chain, Fuser, is_plain
from striate.engines.native.lowering import (
    IN_REGISTERS,
    Lowering,
    Value,
    as_maps,
    copied,
    function_of,
    given_maps,
)
from striate.engines.native.memory import Maps, Vector
from striate.engines.native.norms import lower_batch_norm, lower_layer_norm, takes_batch_statistics
from striate.engines.native.operations import Loss
from striate.engines.native.pointwise import applied, lower_add, lower_dropout, lower_function, lower_softmax
from striate.engines.native.pools import lower_pool
from striate.engines.native.python import lower_python, lower_python_activation
from striate.engines.native.rearranging import flattened, lower_concatenate, lower_padding
from striate.engines.native.recording import Recording
from striate.engines.native.tensors import LINEAR, LossKind, Space
from striate.engines.native.tiles import InstructionSet
from striate.network.graph import Graph, Node
from striate.network.layers import (
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalPooling2D,
    LayerNormalization,
    Pooling2D,
    ReLU,
    Softmax,
    ZeroPadding2D,
    activation_of,
)
from striate.network.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from striate.network.losses import Loss as LossDescription


@dataclass(frozen=True)
class Wish:
    """What a plan is to give: the loss and its gradient, or gradients of sum(dy y) over the named nodes' outputs y."""

    judged: bool = False
    learns: bool = False
    sources: tuple[str, ...] = ()


@dataclass
class Planned:
    """A plan's steps, and where the outside finds its numbers."""

    recording: Recording
    output: Maps
    kept: Mapping[str, Maps]
    gradients: Mapping[str, Maps | None]
    sources: Mapping[str, Maps]
    losses: Vector | None  # None with a loss of the user's own: it is called on the output
    slope: Maps | None  # where the gradient of such a loss goes
    adds_to_gradient: bool  # calls of Python add to the gradient of weights


def plan(graph: Graph, capacity: int, purpose: Purpose, isa: InstructionSet, wish: Wish) -> Planned:
    """Plan a graph for batches of up to `capacity` pictures."""
    planned = _Walk(graph, capacity, purpose, isa, wish).planned()
    planned.recording.finish()
    return planned


def loss_kind(loss: LossDescription, last_activation: str) -> tuple[LossKind | None, bool]:
    """The core's loss, None for a user's own; and whether it works on the scores before the last activation."""
    match loss:
        case CategoricalCrossentropy(from_logits=True) | SparseCategoricalCrossentropy(from_logits=True):
            return LossKind.SOFTMAX_CROSSENTROPY, False
        case CategoricalCrossentropy() | SparseCategoricalCrossentropy():
            fused = last_activation == "softmax"
            return (LossKind.SOFTMAX_CROSSENTROPY, True) if fused else (LossKind.CROSSENTROPY, False)
        case BinaryCrossentropy(from_logits=True):
            return LossKind.SIGMOID_CROSSENTROPY, False
        case BinaryCrossentropy():
            fused = last_activation == "sigmoid"
            return (LossKind.SIGMOID_CROSSENTROPY, True) if fused else (LossKind.BINARY_CROSSENTROPY, False)
        case MeanSquaredError():
            return LossKind.MEAN_SQUARED_ERROR, False
        case _:
            return None, False


class _Walk:
    """One walk over a graph."""

    def __init__(self, graph: Graph, capacity: int, purpose: Purpose, isa: InstructionSet, wish: Wish) -> None:
        self.graph, self.purpose, self.wish = graph, purpose, wish
        backward = wish.learns or bool(wish.sources)
        named = {*purpose.keep, *wish.sources, *(purpose.gradients_of if backward else ())}
        visible = {graph.place(name) for name in named} | {len(graph.nodes) - 1}
        self.by_itself = {graph.place(name) for name in (*wish.sources, *(purpose.gradients_of if backward else ()))}
        asked = frozenset(graph.place(name) for name in purpose.gradients_of) if backward else frozenset[int]()
        self.gradients_of = sorted(asked)
        asked |= {place for of in asked for place in self._same_values(of)}
        self.low = Lowering(
            graph, purpose, isa, Recording(capacity, lasting=not (wish.learns or wish.sources)), backward, asked
        )
        self.fuser = Fuser(graph, visible)
        self.readers = self.fuser.readers
        extents = read_extents(self.fuser, self._goes_by_channels, self._folds_behind)
        self.low.extents |= {node.name: extent for node, extent in zip(graph.nodes, extents, strict=True)}
        self.inside: set[int] = set()  # nodes done in the pass of another
        self.scores: Value | None = None

    def _same_values(self, place: int) -> list[int]:
        """The nodes before one whose values it may hand on as they are."""
        same: list[int] = []
        while isinstance((node := self.graph.nodes[place]).layer, Flatten | Dropout | Activation):
            place = node.inputs[0]
            same.append(place)
        return same

    def planned(self) -> Planned:
        low = self.low
        self._input()
        for place, node in enumerate(self.graph.nodes[1:], start=1):
            if place not in self.inside:
                self._lower(place, node)
        last = len(self.graph.nodes) - 1
        # Losses go along the last axis of the output's own shape.
        output = self._true_shape(last) if self.wish.judged else low.values[last]
        low.recording.pin(output.maps)
        kept = {name: low.values[self.graph.place(name)].maps for name in self.purpose.keep}
        for maps in kept.values():
            low.recording.pin(maps)
        losses, slope = self._loss(output) if self.wish.judged or self.wish.learns else (None, None)
        sources = self._sources()
        for back in reversed(low.tape):
            back()
        low.tape.clear()
        gradients = {self.graph.nodes[place].name: low.values[place].gradient for place in self.gradients_of}
        self._drop_copied_input()
        return Planned(
            low.recording,
            output.maps,
            kept,
            gradients,
            sources,
            losses,
            slope,
            any(step.python is not None for step in low.recording.steps),
        )

    # The pictures

    def _input(self) -> None:
        shape = as_maps(self.graph.input_shape)
        dense = self._summed_alone(0) and self.fuser.alone(0)
        given, maps = given_maps(shape, Space.INPUT), Maps("pictures", shape, dense=dense)
        self.low.step("read pictures", [given], [maps], lambda: copied(given.tensor, maps.tensor))
        self.low.values[0] = Value(maps, 0 in self.low.asked, asked=0 in self.low.asked)
        self._read = self.low.recording.steps[-1]

    def _summed_alone(self, place: int) -> bool:
        """Whether nobody but convolutions and dense layers reads a node's values, flattened or not.

        A flattening whose gradient is given or asked for copies them for itself.
        """
        readers = [(i, self.graph.nodes[i]) for i in self.readers[place]]
        return bool(readers) and all(
            (isinstance(node.layer, Conv2D | Dense) and not self._goes_by_channels(node))
            or (isinstance(node.layer, Flatten) and i not in self.by_itself and self._summed_alone(i))
            for i, node in readers
        )

    def _goes_by_channels(self, node: Node) -> bool:
        return goes_by_channels(node.layer, self.graph.nodes[node.inputs[0]].shape[-1])

    def _drop_copied_input(self) -> None:
        """Without a halo and rounding the caller's pictures serve as they are."""
        maps = self.low.values[0].maps
        if maps.dense and maps.halo == (0, 0, 0, 0) and not self.low.recording.is_pinned(maps):
            maps.become(given_maps(maps.shape, Space.INPUT))
            self.low.recording.steps.remove(self._read)

    # Forward

    def _lower(self, place: int, node: Node) -> None:
        value = self._lowered(place, node)
        end, result = value
        if end in self.by_itself and any(result is known for known in self.low.values.values()):
            result = self._own(node, result)
        result.asked = result.asked or end in self.low.asked
        result.wanted = result.wanted or end in self.gradients_of
        self.low.values[end] = result

    def _lowered(self, place: int, node: Node) -> tuple[int, Value]:
        """The last node that is done now, and what it gives."""
        layer = node.layer
        if place == len(self.graph.nodes) - 1 and self._works_on_scores:
            return place, self._with_scores(place, node)
        if isinstance(layer, BatchNormalization):
            chain = self._chain(place, folds=False, adds=True, registers=False)
            return chain.end, lower_batch_norm(self.low, node, self._true_shape(node.inputs[0]), chain)
        if isinstance(layer, Conv2D | Dense | DepthwiseConv2D):
            chain = self._chain(place, folds=self._folds_behind(place), adds=not self.low.backward, registers=True)
            return chain.end, self._weighted(place, node, chain)
        if isinstance(layer, Add) and (chain := self._function_behind(place)):
            return chain.end, lower_add(
                self.low, node, self._summands(node), chain.function, asked=chain.end in self.low.asked
            )
        return place, self._activated(place, node, self._alone(place, node))

    def _alone(self, place: int, node: Node) -> Value:
        """A node by itself, without its activation."""
        low, layer = self.low, node.layer
        value = low.values[node.inputs[0]]
        match layer:
            case Pooling2D() | GlobalPooling2D():
                return lower_pool(low, node, value)
            case LayerNormalization():
                return lower_layer_norm(low, node, self._true_shape(node.inputs[0]))
            case Dropout():
                return lower_dropout(low, node, place, value)
            case ReLU():
                return lower_function(low, node, place, value)
            case Concatenate():
                values = [self._true_shape(i) for i in node.inputs]
                return lower_concatenate(low, node, values, as_maps(node.shape))
            case ZeroPadding2D():
                return lower_padding(low, node, value, as_maps(node.shape))
            case Softmax():
                return self._true_shape(node.inputs[0])
            case Activation() if activation_of(layer) == "softmax":
                return self._true_shape(node.inputs[0])
            case Flatten() | Activation():
                return value
            case _:  # a layer without kernels goes by its reference functions
                return lower_python(low, node, place, [self._true_shape(i) for i in node.inputs])

    def _weighted(self, place: int, node: Node, chain: Chain) -> Value:
        """A layer with weights, then what is not done in registers."""
        rest = chain.function.curve not in IN_REGISTERS
        result = self._summed(node, replace(chain, function=LINEAR) if rest else chain)
        if rest:
            return applied(self.low, chain.label, result, chain.function, asked=chain.end in self.low.asked)
        return self._softmax_or_custom(node, result) if chain.end == place else result

    def _summed(self, node: Node, chain: Chain) -> Value:
        """A convolution or a dense layer, with what is done in registers."""
        lower = lower_depthwise if self._goes_by_channels(node) else lower_sum
        return lower(self.low, node, self.low.values[node.inputs[0]], chain)

    def _activated(self, place: int, node: Node, value: Value) -> Value:
        """A node's activation, where it is none of those that ended in `_alone` or in a chain."""
        if isinstance(node.layer, ReLU) or activation_of(node.layer) == "linear":
            return value
        if is_plain(node.layer):
            return applied(self.low, node.name, value, function_of(node.layer), asked=place in self.low.asked)
        return self._softmax_or_custom(node, value)

    def _softmax_or_custom(self, node: Node, value: Value) -> Value:
        name = activation_of(node.layer)
        if name == "softmax":
            return lower_softmax(self.low, node.name, value)
        return value if is_plain(node.layer) else lower_python_activation(self.low, node, value, name)

    def _chain(self, place: int, *, folds: bool, adds: bool, registers: bool) -> Chain:
        known = {i for i, v in self.low.values.items() if v.shape == as_maps(self.graph.nodes[i].shape)}
        chain = self.fuser.chain(
            place,
            known,
            folds=folds,
            adds=adds,
            registers=registers,
            last=len(self.graph.nodes) - 1 if self._works_on_scores else None,
        )
        inside = place
        while inside != chain.end:
            inside = self.readers[inside][0]
            self.inside.add(inside)
        return chain

    def _folds_behind(self, place: int) -> bool:
        """Whether a normalisation behind a convolution or a dense layer goes into its weights."""
        node, behind = self.graph.nodes[place], self.readers[place]
        return (
            not self.low.backward
            and bool(behind)
            and isinstance(node.layer, Conv2D | Dense | DepthwiseConv2D)
            and activation_of(node.layer) == "linear"
            and not takes_batch_statistics(self.low, self.graph.nodes[behind[0]])
        )

    def _function_behind(self, place: int) -> Chain:
        return self._chain(place, folds=False, adds=False, registers=False)

    def _summands(self, node: Node) -> list[Value]:
        """What is added up, of one shape of maps: flattened where one of them is."""
        values = [self.low.values[i] for i in node.inputs if i in self.low.values]
        if len({value.shape for value in values}) == 1:
            return values
        return [self._true_shape(i) for i in node.inputs]

    def _own(self, node: Node, value: Value) -> Value:
        """Another's value once more, with a gradient of its own: it is given or asked for by the node's name."""
        if value.shape != as_maps(node.shape):
            return flattened(self.low, node.name, value)
        return applied(self.low, node.name, value, LINEAR, asked=True)

    def _true_shape(self, place: int) -> Value:
        """A node's value as maps of the node's own shape: a flattened value is otherwise still the maps before."""
        low, node = self.low, self.graph.nodes[place]
        value = low.values[place]
        if value.shape != as_maps(node.shape):
            low.values[place] = low.recording.once(("flat", id(value)), lambda: flattened(low, node.name, value))
        return low.values[place]

    # The loss, and back

    @property
    def _works_on_scores(self) -> bool:
        loss = self.purpose.loss
        if loss is None or not (self.wish.judged or self.wish.learns):
            return False
        return loss_kind(loss, activation_of(self.graph.nodes[-1].layer))[1]

    def _with_scores(self, place: int, node: Node) -> Value:
        """The last node, its scores kept for the loss; its activation leads nowhere back."""
        if isinstance(node.layer, Conv2D | Dense | DepthwiseConv2D):
            scores = self._summed(node, Chain(node.name, place))
        else:
            scores = self._true_shape(node.inputs[0])
        self.scores = scores
        taped = len(self.low.tape)
        if activation_of(node.layer) == "softmax":
            output = lower_softmax(self.low, node.name, scores)
        else:
            output = applied(self.low, node.name, scores, function_of(node.layer))
        del self.low.tape[taped:]
        return output

    def _loss(self, output: Value) -> tuple[Vector | None, Maps | None]:
        low, loss = self.low, self.purpose.loss
        assert loss is not None
        kind, _ = loss_kind(loss, activation_of(self.graph.nodes[-1].layer))
        judged = self.scores or output
        dy: Maps | None = None
        if self.wish.learns:
            dy = low.into(judged).maps
        if kind is None:
            if dy is not None:
                low.recording.pin(dy)
                low.python("the user's loss", [output.maps], [dy], lambda run: run.own_loss())
            return None, dy
        losses = Vector("losses", low.recording.capacity)
        low.recording.pin(losses)
        low.step(
            "loss",
            [judged.maps],
            [losses, *([dy] if dy else [])],
            lambda: Loss(judged.maps.tensor, losses.region, kind, dy.tensor if dy else None),
            depth=False,
        )
        return losses, None

    def _sources(self) -> dict[str, Maps]:
        """Where the gradients that come from outside are to be put."""
        sources: dict[str, Maps] = {}
        for name in self.wish.sources:
            value = self.low.values[self.graph.place(name)]
            if value.gradient is None:
                value.gradient = Maps(f"d {name}", value.shape)
                value.gated = False
                self.low.recording.pin(value.gradient)
            sources[name] = value.gradient
        return sources
