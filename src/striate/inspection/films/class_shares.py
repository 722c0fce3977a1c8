"""How much of each kernel's change came from the pictures of each class, from a film that was kept with classes."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from striate.engines.contract import Array
from striate.errors import StateError
from striate.figures.animation import MOVING, save_animation
from striate.figures.class_shares import ClassScene
from striate.figures.save import check_still
from striate.figures.shown import Shown
from striate.files import as_path, write_text
from striate.inspection.films.film import (
    HELD,
    KNOWN,
    MILLISECONDS,
    PAGE,
    Frame,
    Made,
    as_kernels,
    chosen,
    counted,
    film_folder,
    kernel_name,
)
from striate.inspection.looks_at import of_the_picture
from striate.run_folder import FILM

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class ClassShares(Shown):
    """What each class added to a layer's kernels from the first frame to each: `parts` (F, classes, r, s, C, K).

    `decay`, (F, r, s, C, K), is what weight decay added, `change` the whole, as the weights have it. The parts, the
    decay and the `rest`, which is rounding, add up to the change.
    """

    title: str
    layer: str
    first: bool
    frames: tuple[Frame, ...]
    class_names: tuple[str, ...]
    parts: Array
    decay: Array
    change: Array

    @property
    def rest(self) -> NDArray[np.float64]:
        """What the sum leaves of the change, (F, r, s, C, K): rounding."""
        return self.change - (self.parts.astype(np.float64).sum(axis=1) + self.decay)

    @property
    def shares(self) -> NDArray[np.float64]:
        """For each frame and kernel the share of each class, and last of weight decay: (F, K, classes + 1).

        share = (part . change) / (change . change): how far a part goes along the change. All of a kernel add up to 1,
        but for rounding; one below 0 pulled the other way. NaN where nothing has changed.
        """
        change = _flat(self.change)  # F K n
        parts = np.stack([*(_flat(part) for part in np.moveaxis(self.parts, 1, 0)), _flat(self.decay)], axis=2)
        along = np.einsum("fkcn,fkn->fkc", parts, change)
        with np.errstate(invalid="ignore", divide="ignore"):
            return along / np.square(change).sum(axis=2)[..., np.newaxis]

    @property
    def scene(self) -> ClassScene:
        """What is drawn."""
        return ClassScene(
            self.title,
            self.layer,
            self.frames,
            self.class_names,
            self.change,
            self.parts,
            self.decay if self.decay.any() else None,
            self.shares,
            coloured=self.first,
        )

    def figure(self) -> "Figure":
        """The change of each kernel in the last frame, and its parts."""
        from striate.figures.class_shares import class_sheet

        return class_sheet(self.scene)

    def save(self, path: str | Path, milliseconds: int = MILLISECONDS, made: Made | None = None) -> None:
        """Write the last frame (PNG, SVG) or all (GIF, WebP, HTML), as the path ends. As `Film.save`."""
        path = as_path("ClassShares.save", path, "path")
        check_still(path, KNOWN)
        if path.suffix.lower() in PAGE:
            from striate.figures.class_page import class_page

            write_text(path, class_page(self.scene))
        elif path.suffix.lower() in MOVING:
            from striate.figures.class_shares import class_frames

            shown = [milliseconds] * (len(self.frames) - 1) + [milliseconds * HELD]
            save_animation(counted(class_frames(self.scene), len(self.frames), made), path, shown)
        else:
            self.save_figure(path)


def class_shares(folder: str | Path, layer: str | None = None) -> ClassShares:
    """What the pictures of each class did to a layer's kernels, from a run's folder or that of a `Snapshots`.

    Without a name it is the first convolution. Raises as `film`, and `StateError` where the snapshots were kept without
    classes (`Snapshots(..., classes=True)`, `striate train --film-classes`).
    """
    where = film_folder(as_path("class_shares", folder, "folder"))
    described = where.description()
    if not described.by_class:
        raise StateError("film.no_classes", path=where.folder)
    node = chosen(described, layer)
    graph, name = described.graph, kernel_name(described.graph, node)
    shots = [shot for shot in where.read(described) if name in shot.classes]
    if not shots:
        raise StateError("film.no_classes", path=where.folder)
    kept = np.stack([[as_kernels(graph, node, part) for part in shot.classes[name]] for shot in shots])
    kernels = np.stack([as_kernels(graph, node, shot.weights[name]) for shot in shots]).astype(np.float64)
    names = described.class_names or tuple(str(number) for number in range(kept.shape[1] - 1))
    resolved = where.folder.resolve()
    return ClassShares(
        resolved.parent.name if resolved.name == FILM else resolved.name,
        node.name,
        of_the_picture(graph, node),
        tuple(Frame(shot.step, shot.epoch, shot.loss) for shot in shots),
        names,
        kept[:, :-1],
        kept[:, -1],
        kernels - kernels[0],
    )


def _flat(kernels: Array) -> NDArray[np.float64]:
    """(F, r, s, C, K) as (F, K, n)."""
    return np.moveaxis(kernels.astype(np.float64), -1, 1).reshape(len(kernels), kernels.shape[-1], -1)
