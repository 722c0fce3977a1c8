"""All that `striate learn activations` shows, on one figure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from striate.figures.shown import Shown
from striate.inspection.activations.learning_speed import LearningSpeed
from striate.inspection.activations.slopes import ActivationFunctions
from striate.inspection.activations.vanishing import GradientLeft

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Activations(Shown):
    """The functions, what they leave of a gradient and, where something was trained, how fast it went."""

    functions: ActivationFunctions
    left: GradientLeft
    speed: LearningSpeed | None = None

    def figure(self) -> "Figure":
        """The three below one another."""
        from striate.figures.panels import drawn

        parts = [self.functions.sketch(), self.left.sketch()]
        return drawn(parts + ([self.speed.sketch()] if self.speed else []))
