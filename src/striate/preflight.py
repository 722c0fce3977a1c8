"""The part of a model that looks at a training before it begins."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

from numpy.typing import ArrayLike

from striate.data.batches import ArrayBatches
from striate.data.dataset import Dataset, Images, PictureData
from striate.engines.contract import Array, Engine
from striate.errors import tell
from striate.network.graph import Graph
from striate.network.layout import Span
from striate.network.losses import Loss
from striate.network.settings import convert, keywords_checked, not_negative, share
from striate.training.feeding import Data
from striate.training.forecast import Memory, memory
from striate.training.own_data import OwnBatches
from striate.training.plan import Plan
from striate.training.preflight.check import Setup, looked_at, preflight
from striate.training.preflight.findings import Finding
from striate.training.preflight.pictures import FEWEST, SAMPLE
from striate.training.targets import Labelled, check_shape, labelled

SECONDS = 3.0  # for learning a few pictures by heart
FROM = 1000  # pictures in an epoch `fit` looks at some of them: with fewer that is no small part of it
Fed = tuple[Graph, ArrayBatches | OwnBatches, ArrayBatches | OwnBatches | None]


@dataclass(frozen=True)
class Preflight:
    """What was seen before a training: mistakes, and the memory that it will take. As a text: a sentence a line."""

    findings: tuple[Finding, ...]
    memory: Memory

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings))


class Preflighting(ABC):
    """Asks for what `fit` would be given, and trains nothing."""

    preflighted: bool = False  # somebody looked since `compile`; `fit` then does not look again
    theta: Array
    state: Array
    _engine: Engine
    _frozen: frozenset[str]

    @property
    @abstractmethod
    def graph(self) -> Graph:
        """The wiring."""

    @keywords_checked("preflight")
    def preflight(
        self,
        x: ArrayLike | Images | Dataset | PictureData,
        y: ArrayLike | None = None,
        batch_size: int | Literal["all"] | None = None,
        epochs: int = 1,
        validation_split: float = 0.0,
        validation_data: Labelled | Images | PictureData | None = None,
        shuffle: bool = True,
        *,
        seconds: float = SECONDS,
    ) -> Preflight:
        """What is wrong with a training, before it begins: `fit` with these arguments. It takes a few seconds.

        Everything is tried on copies: weights, running statistics and random keys stay as they are. `seconds` is for
        learning a few pictures by heart; 0 leaves that out. Raises what `fit` raises where data do not fit.
        """
        seconds = convert("preflight", "seconds", not_negative, seconds)
        plan = self._planned(epochs, batch_size, shuffle=shuffle)
        graph, data, held_out = self._fed(plan, x, y, None, validation_data, validation_split)
        setup = Setup(self._engine, graph, self.theta, self.state, plan, self._spans(), self._frozen)
        self.preflighted = True
        needed = memory(self._engine, graph, plan, len(data), len(held_out) if held_out else 0)
        return Preflight(tuple(preflight(setup, data, held_out, seconds=seconds)), needed)

    def _look_once(self, plan: Plan, graph: Graph, data: ArrayBatches | OwnBatches, held_out: object) -> None:
        """Say what is wrong, as far as it is seen without computing: once, unless `preflight` was asked."""
        # Batches of the user's own may be dear to ask for.
        if self.preflighted or len(data) < FROM or not isinstance(data, ArrayBatches):
            return
        self.preflighted = True
        setup = Setup(self._engine, graph, self.theta, self.state, plan, self._spans(), self._frozen)
        beside = held_out if isinstance(held_out, ArrayBatches) else None
        for finding in looked_at(setup, data, beside, min(SAMPLE, max(FEWEST, len(data) // 100))):
            tell(finding.code, **finding.fields)

    def _fed(
        self,
        plan: Plan,
        x: ArrayLike | Images | Dataset | PictureData,
        y: ArrayLike | None,
        sample_weight: ArrayLike | None,
        validation_data: Labelled | Images | PictureData | None,
        validation_split: float,
    ) -> Fed:
        """The network for pictures of this size, the pictures to learn from, those held out."""
        if isinstance(x, Dataset | PictureData):
            self.class_names = x.class_names
        if isinstance(x, Dataset):
            validation_data, x = validation_data or x.validation, x.train
        data, validation = self._batches("fit", x, y, plan.loss, sample_weight), None
        if isinstance(validation_data, Images | PictureData):
            validation = self._batches("validation_data", validation_data, None, plan.loss, None)
        elif validation_data is not None:
            held_out, targets, weights = labelled(validation_data)
            validation = self._batches("validation_data", held_out, targets, plan.loss, weights)
        elif last_share := convert("fit", "validation_split", share, validation_split):
            data, validation = data.split_last(last_share)
        graph = self.graph.at(data.pictures.shape[1:])
        if validation:
            check_shape(validation.pictures, graph.input_shape)
        return graph, data, validation

    @abstractmethod
    def _spans(self) -> tuple[Span, ...]:
        """How each weight learns."""

    @abstractmethod
    def _planned(self, epochs: int, batch_size: int | Literal["all"] | None, *, shuffle: bool) -> Plan:
        """What was compiled, for so many epochs."""

    @abstractmethod
    def _batches(
        self, where: str, x: Data, y: ArrayLike | None, loss: Loss, sample_weight: ArrayLike | None
    ) -> ArrayBatches | OwnBatches:
        """Pictures and targets as batches."""
