"""The options that fit a training to pictures and time, and how what was chosen is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from os.path import realpath
from pathlib import Path
from typing import Any

from striate.choices.facts import Choice, together
from striate.cli.output import aside, write_json
from striate.cli.readers import Bytes, Number, OneOf, Place, Text
from striate.cli.ui import flag, gathered, option
from striate.data.cache import BOUND
from striate.data.check.copies import tell_copies
from striate.data.dataset import Dataset
from striate.data.images import Colour
from striate.data.load import load_images
from striate.data.preprocessing import CHANNELS
from striate.messages import render
from striate.network.window import Pair
from striate.recipe import AUTO
from striate.run_folder import model_file
from striate.runs.preparing import Prepared
from striate.runs.tuning import Tuning
from striate.storage import load_once
from striate.training.class_weight import WEIGHTINGS
from striate.views.reading import reading_view

COLOURS = tuple(CHANNELS)


@dataclass(frozen=True)
class Fitting:
    """What was said by these options; None where nothing was."""

    class_weights: str | None = None
    minutes: float | None = None
    find_lr: bool = False
    start: Path | None = None
    freeze: str | None = None
    colour: Colour | None = None
    cache: int = BOUND
    skip: Path | None = None
    strict: bool = False

    @property
    def tuning(self) -> Tuning:
        """Those that ask for something to be found out."""
        return Tuning(self.minutes, self.find_lr)

    @property
    def reading(self) -> dict[str, Any]:
        """Those that say how pictures are read, as a resumed training reads them again."""
        return {"cache": self.cache, "skip": None if self.skip is None else realpath(self.skip), "strict": self.strict}

    def of_recipe(self) -> dict[str, Any]:
        """Those that are settings of a recipe."""
        start = None if self.start is None else str(model_file(self.start))
        return {"class_weights": self.class_weights, "start": start, "freeze": self.freeze}

    def read(self, data: Path, size: Pair | None) -> Dataset:
        """The pictures, of a size and colour; where training begins from a model file, else as that one has them."""
        known = None if self.start is None else load_once(model_file(self.start)).preprocessing
        with reading_view() as progress:
            images = load_images(
                data,
                size=size or (known and known.size),
                colour=self.colour or (known and known.colour),
                resize=known and known.resize,
                cache=self.cache,
                skip=self.skip,
                strict=self.strict,
                progress=progress,
            )
        tell_copies(images, str(data))
        return images


# Above a command; it gets what was said in one `Fitting`, as its argument `fit`.
fitting = gathered(
    "fit",
    Fitting,
    option("--class-weights", reader=OneOf((AUTO, *WEIGHTINGS, "none"))),
    option("--minutes", reader=Number(above=0)),
    flag("--find-lr"),
    option("--start", reader=Place()),
    option("--freeze", reader=Text()),
    option("--colour", reader=OneOf(COLOURS)),
    option("--cache", reader=Bytes(), default="4GB"),
    option("--skip", reader=Place()),
    flag("--strict"),
)


def show_trying(fit: Fitting) -> None:
    """What happens before training begins, so that nobody wonders why nothing moves."""
    if fit.find_lr:
        aside("tuning.trying_rates")
    if fit.minutes is not None:
        aside("tuning.trying_speed")


def show_choices(choices: Sequence[Choice]) -> None:
    """What nobody said, and why it was chosen so, a line a reason."""
    lines = together(choices)
    if lines:
        aside("choice.title")
    for options, why in lines:
        aside("choice.line", options=options, why=why)


def show_start(run: Prepared) -> None:
    """Which layers begin with another model's weights, which do not and why."""
    if (start := run.start) is None:
        return
    taken = start.taken
    aside("start.taken", file=start.file, layers=taken.layers, count=taken.count, all=run.model.count_params())
    for each in taken.left:
        aside("start.left", left=[each.told])
    if taken.unused:
        aside("start.unused", layers=taken.unused)
    if start.frozen:
        aside("start.frozen", layers=start.frozen)


def write_choices(run: Prepared) -> None:
    """The same for programs, what was given among it: the first of the JSON lines."""
    line: dict[str, Any] = {"event": "choices", "choices": [choice.to_json() for choice in run.choices]}
    if run.start:
        taken = run.start.taken
        left = [{"layer": each.layer, "reason": each.code, "text": render(*each.told)} for each in taken.left]
        line["start"] = {
            "file": run.start.file,
            "taken": list(taken.layers),
            "left": left,
            "unused": list(taken.unused),
            "frozen": list(run.start.frozen),
        }
    write_json(line, indent=None)
