"""What `fit` answers with."""

from pathlib import Path
from typing import TYPE_CHECKING

from striate.bits import Bits

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class History:
    """The logs of every epoch: `history["val_accuracy"]` is a list, one number an epoch; `epoch` counts them from 0."""

    def __init__(self, history: dict[str, list[float]], reason: str, bits: Bits | None = None) -> None:
        self.history = history
        self.reason = reason  # the code of why training ended
        self.bits = bits  # what the weights are at the end, and what computed them

    @property
    def epoch(self) -> list[int]:
        return list(range(max((len(values) for values in self.history.values()), default=0)))

    def plot(self, path: str | Path | None = None) -> "Figure":
        """Loss and metrics over the epochs as a figure; with a path it is saved there too. Needs the extra `plot`."""
        from striate.figures.curves import training_curves
        from striate.figures.save import save

        figure = training_curves(self.history)
        if path is not None:
            save(figure, Path(path))
        return figure

    def _repr_png_(self) -> bytes | None:
        """What notebooks show: the curves; None where there is nothing to draw, or nothing to draw with."""
        from striate.figures.canvas import can_draw
        from striate.figures.shown import as_png

        return as_png(self.plot()) if can_draw() and self.epoch else None

    def __repr__(self) -> str:
        last = ", ".join(f"{name}={values[-1]:.4g}" for name, values in self.history.items() if values)
        return f"History(epochs={len(self.epoch)}, {last})"
