"""From pictures, files or arrays, to answers: a label, how sure, the score of every class."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from striate.data.preprocessing import Preprocessing
from striate.engines.contract import Array
from striate.errors import StateError

BATCH = 32  # pictures in memory at a time


class Classifier(Protocol):
    """What classifying needs of a model."""

    class_names: tuple[str, ...] | None
    preprocessing: Preprocessing | None

    def predict(self, x: Array) -> Array:
        """The output (N, K) for pictures (N, H, W, C)."""
        ...


@dataclass(frozen=True)
class Answer:
    """What a model says of one picture; `scores` of all classes, `file` where it came from one."""

    label: str
    probability: float
    scores: Mapping[str, float]
    file: str | None = None


def classify(model: Classifier, pictures: Sequence[str | Path | NDArray[Any]] | str | Path) -> list[Answer]:
    """An answer for each picture. Raises `StateError` where the model has no preprocessing, `DataError` for a bad picture."""
    listed = [pictures] if isinstance(pictures, str | Path) else pictures
    return list(answers(model, listed))


def answers(model: Classifier, pictures: Iterable[str | Path | NDArray[Any]]) -> Iterator[Answer]:
    """The answers one by one, the pictures read as they are needed."""
    preprocessing = model.preprocessing
    if preprocessing is None:
        raise StateError("model.no_preprocessing")
    waiting = iter(pictures)
    while some := list(islice(waiting, BATCH)):
        read = np.stack([_picture(preprocessing, each) for each in some])
        for each, scores in zip(some, model.predict(preprocessing.prepare(read)), strict=True):
            yield _answer(model.class_names, scores, str(each) if isinstance(each, str | Path) else None)


def _picture(preprocessing: Preprocessing, picture: str | Path | NDArray[Any]) -> NDArray[np.uint8]:
    return preprocessing.read(Path(picture)) if isinstance(picture, str | Path) else preprocessing.picture(picture)


def _answer(names: Sequence[str] | None, scores: Array, file: str | None) -> Answer:
    if len(scores) == 1:  # a sigmoid's answer: how sure it is of class 1
        scores = np.array([1 - scores[0], scores[0]])
    labels = names or [str(k) for k in range(len(scores))]
    winner = int(scores.argmax())
    by_label = {label: float(score) for label, score in zip(labels, scores, strict=True)}
    return Answer(labels[winner], float(scores[winner]), by_label, file)
