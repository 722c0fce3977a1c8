"""Saliency: how the score moves with each pixel."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from striate.engines.contract import Array
from striate.inspection import arguments as may_be
from striate.inspection.subject import Picture, Subject, taken
from striate.inspection.why.attribution import Attribution, Told, evidence
from striate.inspection.why.class_scores import Scores
from striate.model import Model
from striate.network.settings import checked


@dataclass(frozen=True)
class Saliency(Attribution):
    """The largest size of the gradient among a pixel's channels; `gradients` (H, W, C) for each class."""

    method: ClassVar[str] = "saliency"
    title: ClassVar[str] = "why.saliency.title"
    signed: ClassVar[bool] = False
    speaks: ClassVar[bool] = False

    gradients: tuple[Array, ...]

    @property
    def facts(self) -> list[Told]:
        """What the colours are."""
        return [("why.saliency.fact", {})]


@checked(model=may_be.model, classes=may_be.classes)
def saliency(model: Model, picture: Picture | Subject, classes: Sequence[str | int] | None = None) -> Saliency:
    """max over c of |dS/dx[h,w,c]|, S the score of a class before softmax. Simonyan, Vedaldi and Zisserman 2014.

    Raises `StateError` where the model gives no classes, `UnknownNameError` for a class that is not there.
    """
    scores, looked_at = Scores.of(model), taken(model, picture)
    (given,) = scores.given(looked_at.x)
    pixels = scores.model.graph.nodes[0].name
    found = {k: scores.gradients(looked_at.x, k, pixels)[0] for k in scores.chosen(given, classes)}
    maps = {k: np.abs(gradient).max(axis=-1).astype(np.float64) for k, gradient in found.items()}
    return Saliency(looked_at, evidence(scores, given, maps), tuple(found.values()))
