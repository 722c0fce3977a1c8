"""From pictures, files or arrays, to answers: a label, how sure, the score of every class."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from striate import storage
from striate.confidence import Confidence, mean_of
from striate.data.preprocessing import Preprocessing
from striate.engines.contract import Array
from striate.errors import DataError, FileError, StateError, StriateError
from striate.network.graph import Graph
from striate.network.layers import activation_of
from striate.views.answers import Said, answers_html

Picture = str | Path | NDArray[Any]
Pictures = Sequence[Picture] | NDArray[Any] | str | Path
Skip = Callable[[Picture, StriateError], None]
BATCH = 32  # pictures in memory at a time


class Classifier(Protocol):
    """What classifying needs of a model."""

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """What the outputs stand for."""
        ...

    preprocessing: Preprocessing | None
    confidence: Confidence | None

    @property
    def graph(self) -> Graph:
        """The wiring."""
        ...

    def predict(self, x: Array) -> Array:
        """The output (N, K) for pictures (N, H, W, C)."""
        ...


@dataclass(frozen=True)
class Answer:
    """What a model says of one picture; `scores` of all classes, `file` where it came from one.

    `label` None: it is none of these; `best` is the likeliest class all the same, `probability` how likely it is.
    """

    label: str | None
    probability: float
    scores: Mapping[str, float]
    file: str | None = None

    def _repr_html_(self) -> str:
        return answers_html([self.said])

    @property
    def said(self) -> Said:
        """The answer for a view."""
        return Said(self.label, self.scores, self.file)

    @property
    def best(self) -> str:
        """The likeliest class, whether it is likely enough to be the answer or not."""
        return max(self.scores, key=self.scores.__getitem__)

    @property
    def abstained(self) -> bool:
        """Whether the answer is "none of these"."""
        return self.label is None


class Answers(list[Answer]):
    """Answers in the order of the pictures: a list that a notebook shows as a table."""

    def _repr_html_(self) -> str:
        return answers_html([answer.said for answer in self])


def classify(model: Classifier, pictures: Pictures) -> Answers:
    """An answer for each picture. Raises `StateError` without preprocessing, `DataError` for a bad picture."""
    if isinstance(pictures, str | Path):
        return Answers(answers(model, [pictures]))
    single = isinstance(pictures, np.ndarray) and (
        pictures.ndim == 2 or (pictures.ndim == 3 and pictures.shape[2] in (1, 3))
    )
    listed = cast(Sequence[Picture], [pictures] if single else pictures)
    return Answers(answers(model, listed))


def answers(model: Classifier, pictures: Iterable[Picture], skip: Skip | None = None) -> Iterator[Answer]:
    """The answers one by one, the pictures read as they are needed.

    A picture that cannot be read is handed to `skip` with its error; without one the error is raised.
    """
    preprocessing = model.preprocessing
    if preprocessing is None:
        raise StateError("model.no_preprocessing")
    if activation_of(model.graph.nodes[-1].layer) not in ("softmax", "sigmoid"):
        raise StateError("model.no_probabilities", layer=model.graph.nodes[-1].name)
    names = model.class_names or [str(k) for k in range(max(model.graph.output_shape[-1], 2))]
    storage.check_count(names, model.graph)
    readable = _readable(preprocessing, pictures, skip)
    while some := list(islice(readable, BATCH)):
        read = preprocessing.prepare(np.stack([pixels for _, pixels in some]))
        looks = (model.confidence or Confidence()).seen(read)
        outputs = [model.predict(each) for each in looks]
        output = mean_of(*outputs)[0] if len(outputs) > 1 else outputs[0]
        for (picture, _), scores in zip(some, output, strict=True):
            file = str(picture) if isinstance(picture, str | Path) else None
            yield _answer(names, scores, file, model.confidence)


def _readable(
    preprocessing: Preprocessing, pictures: Iterable[Picture], skip: Skip | None
) -> Iterator[tuple[Picture, NDArray[np.uint8]]]:
    for picture in pictures:
        try:
            is_file = isinstance(picture, str | Path)
            yield picture, preprocessing.read(str(picture)) if is_file else preprocessing.picture(picture)
        except (DataError, FileError) as error:
            if skip is None:
                raise
            skip(picture, error)


def _answer(names: Sequence[str], scores: Array, file: str | None, confidence: Confidence | None) -> Answer:
    if confidence is not None:
        scores = confidence.probabilities(scores[np.newaxis])[0]
    elif len(scores) == 1:  # a sigmoid's answer: how sure it is of class 1
        scores = np.array([1 - scores[0], scores[0]])
    winner = int(scores.argmax())
    probability = float(scores[winner])
    sure = confidence is None or probability >= confidence.threshold
    by_name = {name: float(score) for name, score in zip(names, scores, strict=True)}
    return Answer(names[winner] if sure else None, probability, by_name, file)
