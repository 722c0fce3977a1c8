"""Which layers of a model learn, and how fast: frozen layers and factors for the learning rate."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from striate.errors import unknown_name
from striate.network.graph import Graph
from striate.network.layers import Layer
from striate.network.layout import Span
from striate.network.settings import convert, flag, positive_real
from striate.training.run import Run


class Freezing(ABC):
    """The part of a model that says which of its weights learn. It is not saved."""

    _frozen: frozenset[str] = frozenset()  # names of layers
    _rates: dict[str, float]
    _run: Run | None

    @property
    @abstractmethod
    def graph(self) -> Graph:
        """The wiring."""

    @property
    def trainable(self) -> bool:
        """Whether any layer learns; setting it is `unfreeze()` or `freeze()`, of all layers."""
        return not self._frozen.issuperset(self._owners(()))

    @trainable.setter
    def trainable(self, value: bool) -> None:
        if convert("Model", "trainable", flag, value):
            self.unfreeze()
        else:
            self.freeze()

    def freeze(self, *layers: str | Layer) -> None:
        """Keep the weights of layers, by name or the layers themselves, as they are, bit for bit; without any: all.

        A frozen `BatchNormalization` keeps its moving statistics, too, and normalises by them in training as well.
        """
        self._frozen |= set(self._owners(layers))
        self._tell_run()

    def unfreeze(self, *layers: str | Layer) -> None:
        """Let layers learn again; without any: all."""
        self._frozen -= set(self._owners(layers))
        self._tell_run()

    def scale_rate(self, factor: float, *layers: str | Layer) -> None:
        """Let layers learn by the learning rate times a factor; without any: all of them. 1 is as before."""
        factor = convert("scale_rate", "factor", positive_real, factor)
        self._rates = self._rates | dict.fromkeys(self._owners(layers), factor)
        self._tell_run()

    def _learn_all(self) -> None:
        self._frozen, self._rates = frozenset(), {}

    def learn_as(self, spans: Sequence[Span], frozen: frozenset[str]) -> None:
        """Go on with what learns as it was in a training that is resumed."""
        self._frozen, self._rates = frozen, {span.layer: span.rate for span in spans if span.rate != 1}
        self._tell_run()

    def _spans(self) -> tuple[Span, ...]:
        """How each weight learns."""
        return self.graph.theta.learning(self._frozen, self._rates)

    def _tell_run(self) -> None:
        """A training under way hears of it at once: a callback may thaw layers after some epochs."""
        if self._run is not None:
            self._run.spans, self._run.frozen = self._spans(), self._frozen

    def _owners(self, layers: Sequence[str | Layer]) -> list[str]:
        """The names that the layers' weights carry."""
        graph = self.graph
        if not layers:
            return [span.layer for span in (*graph.theta.spans, *graph.state.spans)]
        return [_owner(graph, layer) for layer in layers]


def _owner(graph: Graph, layer: str | Layer) -> str:
    nodes = [node for node in graph.nodes[1:] if layer in (node.name, node.layer)]
    if not nodes:
        raise unknown_name("node", layer, [node.name for node in graph.nodes[1:]])
    return graph.owner(nodes[0]).name
