"""`striate look film`: kernels and maps as they changed during training."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from striate.cli.computing import computing
from striate.cli.output import aside, say, write, write_json
from striate.cli.readers import Place, Text, Whole
from striate.cli.ui import argument, command, flag, json_flag, option
from striate.cli.working import working_view
from striate.engines.computer import Computer
from striate.errors import SettingError
from striate.figures.save import check_still
from striate.inspection.films.class_shares import ClassShares, class_shares
from striate.inspection.films.film import KNOWN, MILLISECONDS, Film, Frame
from striate.inspection.films.film import film as film_of
from striate.messages import render
from striate.views.columns import aligned

MOST_LINES = 12
LONGEST = 60_000  # milliseconds; the last frame stays ten times as long, and GIF counts no further than 655,350


@command("look.film")
@argument("run", Place())
@option("--layer", reader=Text())
@option("--picture", reader=Place())
@flag("--classes")
@option("--milliseconds", reader=Whole(10, LONGEST), default=MILLISECONDS)
@computing
@option("-o", "--output", reader=Place())
@json_flag
def film(
    run: Path,
    layer: str | None,
    picture: Path | None,
    classes: bool,
    milliseconds: int,
    computer: Computer,
    output: Path | None,
    json: bool,
) -> None:
    """`striate look film`."""
    if output:
        check_still(output, KNOWN)
    if classes and picture:
        raise SettingError("film.classes_and_picture")
    shown = class_shares(run, layer) if classes else film_of(run, layer, picture, **asdict(computer))
    if isinstance(shown, Film) and shown.seen is not None and shown.seen.resized:
        aside("look.resized", came=shown.seen.came, size=shown.seen.size)
    if json:
        write_json(_film_json(shown) if isinstance(shown, Film) else _classes_json(shown))
    elif isinstance(shown, Film):
        _show_film(shown)
    else:
        _show_classes(shown)
    if output:
        with working_view("film.drawing") as made:
            shown.save(output, milliseconds, made)
        aside("film.saved", file=output)


def _show_film(shown: Film) -> None:
    say("film.title", title=shown.title, layer=shown.layer)
    titles = [render(code) for code in ("film.step", "film.epoch", "film.loss", "film.size", "film.change_rms")]
    changes, sizes = shown.changes, shown.sizes
    rows = [[*_when(shown.frames[i]), f"{sizes[i]:.4g}", f"{changes[i]:.4g}"] for i in _some(len(shown))]
    write(aligned([titles, *rows], right=set(range(5))))
    if len(rows) < len(shown):
        say("film.some_of", shown=len(rows), count=len(shown))


def _some(count: int) -> list[int]:
    return np.unique(np.linspace(0, count - 1, MOST_LINES).round().astype(int)).tolist()


def _when(frame: Frame) -> list[str]:
    return [f"{frame.step:,}", str(frame.epoch), "" if frame.loss is None else f"{frame.loss:.4g}"]


def _show_classes(shown: ClassShares) -> None:
    say("film.classes_title", title=shown.title, layer=shown.layer)
    decays = bool(shown.decay.any())
    names = [*shown.class_names, *([render("film.decay")] if decays else [])]
    titles = [render("film.kernel"), *names]
    shares = shown.shares[-1][:, : len(names)]
    rows = [[str(i), *(_percent(share) for share in kernel)] for i, kernel in enumerate(shares)]
    write(aligned([titles, *rows], right=set(range(len(titles)))))
    say("film.shares_are", step=shown.frames[-1].step)
    say("film.rest", rest=float(np.abs(shown.rest[-1]).max()), change=float(np.abs(shown.change[-1]).max()))


def _percent(share: float) -> str:
    return f"{round(100 * share, 1) + 0.0:.1f} %" if np.isfinite(share) else "–"  # + 0.0: no -0.0


def _frames_json(frames: tuple[Frame, ...]) -> list[dict[str, Any]]:
    return [frame._asdict() for frame in frames]


def _film_json(shown: Film) -> dict[str, Any]:
    numbers = zip(_frames_json(shown.frames), shown.sizes.tolist(), shown.changes.tolist(), strict=True)
    return {
        "layer": shown.layer,
        "kernels": list(shown.kernels.shape[1:]),
        "maps": None if shown.maps is None else list(shown.maps.shape[1:]),
        "frames": [{**frame, "size": size, "change": change} for frame, size, change in numbers],
    }


def _classes_json(shown: ClassShares) -> dict[str, Any]:
    last = [[share if np.isfinite(share) else None for share in kernel] for kernel in shown.shares[-1].tolist()]
    return {
        "layer": shown.layer,
        "class_names": list(shown.class_names),
        "frames": _frames_json(shown.frames),
        "shares": [{"kernel": i, "classes": row[:-1], "weight_decay": row[-1]} for i, row in enumerate(last)],
        "largest_change": float(np.abs(shown.change[-1]).max()),
        "largest_rest": float(np.abs(shown.rest[-1]).max()),
    }
