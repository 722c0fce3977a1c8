"""Feature maps as `Model.feature_maps` answers with them: an array that can be looked at."""

# pyright: reportIncompatibleMethodOverride=false
# An array of ours gives plain arrays where NumPy's own types promise more of the same kind.

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from striate.errors import DataError, SettingError
from striate.figures.canvas import can_draw
from striate.figures.shown import as_png, showing
from striate.files import as_path
from striate.network.settings import convert, is_whole, one_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from striate.figures.sheets import Scale


class FeatureMaps(np.ndarray[tuple[Any, ...], np.dtype[np.floating]]):
    """What a layer makes of pictures: (N, P, Q, K), or (N, K) of a layer without maps. An array like any other.

    It knows the layer and the pictures that it came from only as a whole: a part of it, or what is computed from it, is
    a plain array.
    """

    layer: str | None = None
    pictures: NDArray[Any] | None = None

    @staticmethod
    def of(values: NDArray[Any], layer: str, pictures: NDArray[Any]) -> "FeatureMaps":
        """An array, without a copy, with what it came from."""
        made = values.view(FeatureMaps)
        made.layer, made.pictures = layer, pictures
        return made

    def __getitem__(self, key: Any) -> Any:
        return np.asarray(self)[key]

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return array[()] if return_scalar else np.asarray(array)

    def figure(self, picture: int = 0, *, scale: "Scale" = "shared") -> "Figure":
        """The maps of one of the pictures as a sheet, or its numbers as bars. Needs the extra `plot`.

        Raises `SettingError` for a picture that is not there, `DataError` where there is none.
        """
        from striate.figures.maps import maps_figure
        from striate.figures.sheets import SCALES

        convert("figure", "scale", one_of("scale", SCALES), scale)
        self._check(picture)
        return maps_figure(self[picture], title=self.layer or "", picture=self._shown(picture), scale=scale)

    def _check(self, picture: int) -> None:
        if not len(self):
            raise DataError("maps.empty")
        if not is_whole(picture) or not -len(self) <= picture < len(self):
            raise SettingError("maps.no_picture", came=picture, count=len(self), last=len(self) - 1)

    def _shown(self, picture: int) -> NDArray[Any] | None:
        """A picture that can be drawn, beside its maps."""
        if self.pictures is None or self.pictures.ndim not in (3, 4):
            return None
        shown = self.pictures[picture]
        shown = shown[..., None] if shown.ndim == 2 else shown
        return shown if shown.shape[2] in (1, 3) else None

    def save_figure(self, path: str | Path, picture: int = 0, *, scale: "Scale" = "shared") -> None:
        """Write the figure as PNG or SVG, as the path ends. Raises `FileError`."""
        from striate.figures.save import save

        save(self.figure(picture, scale=scale), as_path("save_figure", path, "path"))

    def show(self, picture: int = 0, *, scale: "Scale" = "shared") -> None:
        """Show the figure: in a notebook below the cell, else in the system's viewer of pictures."""
        showing(self.figure(picture, scale=scale))

    def _repr_png_(self) -> bytes | None:
        """What notebooks show in place of the numbers; None where it is no longer what a layer gave."""
        if self.layer is None or self.ndim not in (2, 4) or not self.size or not can_draw():
            return None
        return as_png(self.figure())
