"""A training's film: how kernels and feature maps changed, from snapshots that were kept while it went on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.engines.contract import Array
from striate.errors import DataError, FileError, StateError, UnknownNameError
from striate.figures.animation import MOVING, save_animation
from striate.figures.save import ENDINGS, check_still
from striate.figures.shown import Shown
from striate.figures.tiles import Scene
from striate.files import as_path, exists, write_text
from striate.inspection.looks_at import of_the_picture
from striate.inspection.subject import Picture, Subject, subject
from striate.model import Model
from striate.network.graph import Graph, Node
from striate.network.layers import Conv2D, Dense, DepthwiseConv2D
from striate.network.summary import flattened_maps
from striate.run_folder import FILM
from striate.training.film_folder import DESCRIPTION, Description, FilmFolder, Snapshot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MILLISECONDS = 160  # that a frame is shown
HELD = 10  # times as long: the last one
PAGE = (".html", ".htm")
KNOWN = (*MOVING, *PAGE, *ENDINGS)  # endings of what a film can be written as

Made = Callable[[int, int], object]  # so many frames of all are drawn


class Frame(NamedTuple):
    """When a snapshot was taken: after so many steps, in which epoch (from 1; 0: before the first step).

    `loss` is that of the step before it.
    """

    step: int
    epoch: int
    loss: float | None


@dataclass(frozen=True, eq=False)
class Film(Shown):
    """A layer's kernels in every frame, (F, rows, columns, channels, K), and its maps of a picture, (F, P, Q, K).

    The kernels of a dense layer behind maps (H, W, C) are (F, H, W, C, K); of one behind a vector of n (F, n, K, 1, 1).
    `first`: the layer sees the picture itself, so that three channels are its colours. Iterating gives the frames.
    """

    title: str
    layer: str
    first: bool
    frames: tuple[Frame, ...]
    kernels: Array
    maps: Array | None = None
    seen: Subject | None = None

    def __iter__(self) -> Iterator[Frame]:
        return iter(self.frames)

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def changes(self) -> NDArray[np.float64]:
        """How far the kernels have come in each frame: the root mean square of their change since the first, (F,)."""
        moved = (self.kernels - self.kernels[0]).astype(np.float64)
        return np.sqrt(np.square(moved).mean(axis=(1, 2, 3, 4)))

    @property
    def sizes(self) -> NDArray[np.float64]:
        """The root mean square of the kernels in each frame, (F,)."""
        return np.sqrt(np.square(self.kernels.astype(np.float64)).mean(axis=(1, 2, 3, 4)))

    @property
    def scene(self) -> Scene:
        """What is drawn: the same colours for the same numbers in all frames."""
        picture = None if self.seen is None else self.seen.shown
        return Scene(self.title, self.layer, self.frames, self.kernels, self.maps, picture, coloured=self.first)

    def figure(self) -> "Figure":
        """Some of the frames side by side."""
        from striate.figures.film import strip

        return strip(self.scene)

    def save(self, path: str | Path, milliseconds: int = MILLISECONDS, made: Made | None = None) -> None:
        """Write a moving picture (GIF or WebP), one page with a slider (HTML) or some frames (PNG or SVG), as the path
        ends. `made(done, all)` is called for each frame that is drawn. Raises `FileError`, `MissingExtraError`.
        """
        path = as_path("Film.save", path, "path")
        ending = path.suffix.lower()
        check_still(path, KNOWN)
        if ending in PAGE:
            from striate.figures.film_page import film_page

            write_text(path, film_page(self.scene))
        elif ending in MOVING:
            from striate.figures.film import moving

            shown = [milliseconds] * (len(self) - 1) + [milliseconds * HELD]
            save_animation(counted(moving(self.scene), len(self), made), path, shown)
        else:
            self.save_figure(path)


def counted(figures: "Iterator[Figure]", count: int, made: Made | None) -> "Iterator[Figure]":
    """The same figures; it is told how many are drawn."""
    for i, figure in enumerate(figures):
        yield figure
        if made:
            made(i + 1, count)


def film(
    folder: str | Path,
    layer: str | None = None,
    picture: Picture | None = None,
    *,
    engine: str | None = None,
    isa: str | None = None,
    threads: int | None = None,
) -> Film:
    """The film of a run's folder, or of the folder of a `Snapshots`: a layer's kernels, and its maps of a picture.

    Without a name it is the first convolution, or the first dense layer where there is none. Raises `StateError` for a
    folder without snapshots, `UnknownNameError` for a layer that they do not hold, `FileError` where they are damaged,
    and as `subject` does for the picture.
    """
    where = film_folder(as_path("film", folder, "folder"))
    described = where.description()
    node = chosen(described, layer)
    shots = where.read(described)
    frames = tuple(Frame(shot.step, shot.epoch, shot.loss) for shot in shots)
    kernels = np.stack([kernels_of(described.graph, node, shot) for shot in shots])
    seen, maps = None, None
    if picture is not None:
        model = Model.of(described.graph)
        model.preprocessing = described.preprocessing
        model.use(engine=engine, isa=isa, threads=threads)
        seen = subject(model, picture)
        maps = _maps(model, described, node, shots, seen)
    name = where.folder.resolve()
    title = name.parent.name if name.name == FILM else name.name
    return Film(title, node.name, of_the_picture(described.graph, node), frames, kernels, maps, seen)


def film_folder(folder: Path) -> FilmFolder:
    """Where the snapshots are: in the folder, or in a run's. Raises `FileError` where there is nothing."""
    if not exists(folder):
        raise FileError("file.not_found", path=folder)
    inner = folder / FILM
    return FilmFolder(inner if (inner / DESCRIPTION).is_file() else folder)


def chosen(described: Description, layer: str | None) -> Node:
    """The layer of a name, or the first convolution. Raises `UnknownNameError` unless its kernels are there."""
    graph = described.graph
    known = [
        node.name
        for node in graph.nodes
        if isinstance(node.layer, Conv2D | DepthwiseConv2D | Dense) and graph.owner(node).name in described.layers
    ]
    if layer is None:
        firsts = [name for name in known if not isinstance(graph.node(name).layer, Dense)] or known
        if not firsts:
            raise StateError("film.no_kernels")
        return graph.node(firsts[0])
    node = graph.node(layer)
    if layer not in known:
        raise UnknownNameError("film.layer_not_kept", name=layer, known=known)
    return node


def kernels_of(graph: Graph, node: Node, shot: Snapshot) -> Array:
    """A layer's kernels in a snapshot, as `Film` has them."""
    return as_kernels(graph, node, shot.weights[kernel_name(graph, node)])


def kernel_name(graph: Graph, node: Node) -> str:
    """The name of a layer's kernel among the weights."""
    return f"{graph.owner(node).name}/kernel"


def as_kernels(graph: Graph, node: Node, kernel: Array) -> Array:
    """A kernel as it lies in theta, as (rows, columns, channels, K)."""
    if isinstance(node.layer, DepthwiseConv2D):
        return kernel.reshape(*kernel.shape[:2], 1, -1)
    if not isinstance(node.layer, Dense):
        return kernel
    shape = flattened_maps(graph, node)
    return kernel[..., np.newaxis, np.newaxis] if shape is None else kernel.reshape(*shape, -1)


def _maps(model: Model, described: Description, node: Node, shots: list[Snapshot], seen: Subject) -> Array:
    """The layer's maps of a picture in every frame. Raises `DataError` where it gives none, `StateError`."""
    if len(node.shape) != 3:
        raise DataError("film.no_maps", layer=node.name)
    if missing := [name for name in _behind(described.graph, node) if name not in described.layers]:
        raise StateError("film.not_kept_before", layer=node.name, missing=missing)
    theta, state = described.graph.theta.views(model.theta), described.graph.state.views(model.state)
    views: dict[str, Any] = theta | state
    maps: list[Array] = []
    for shot in shots:
        for name, weight in shot.weights.items():
            views[name][...] = weight
        maps.append(model.feature_maps(seen.x, node.name)[0])
    return np.stack(maps)


def _behind(graph: Graph, node: Node) -> list[str]:
    """The layers with weights that a layer's maps depend on, its own among them."""
    waiting, met = [graph.place(node.name)], set[int]()
    while waiting:
        place = waiting.pop()
        if place not in met:
            met.add(place)
            waiting += graph.nodes[place].inputs
    named = {graph.owner(graph.nodes[place]).name for place in met if graph.nodes[place].inputs}
    spans = {span.layer for layout in (graph.theta, graph.state) for span in layout.spans}
    return sorted(named & spans)
