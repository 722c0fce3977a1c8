"""`striate learn activations`: slopes, the gradient that is left, how fast a CNN learns with each."""

from pathlib import Path

from striate.cli.computing import computing
from striate.cli.figure_files import check_figure, save_figure
from striate.cli.learn.trials import checked_source, trial_pictures
from striate.cli.learn.typed import Names
from striate.cli.learn.written_activations import (
    function_lines,
    functions_json,
    gradient_lines,
    gradients_json,
    speed_json,
    speed_lines,
)
from striate.cli.output import write, write_json
from striate.cli.readers import Number, Place, Whole
from striate.cli.train import Size
from striate.cli.ui import argument, command, flag, json_flag, option
from striate.data.dataset import Dataset
from striate.data.images import Pair
from striate.engines.computer import Computer
from striate.errors import SettingError
from striate.inspection.activations.learning_speed import COMPARED, LearningSpeed, SpeedBudget, learning_speed
from striate.inspection.activations.overview import Activations
from striate.inspection.activations.slopes import activation_functions, known
from striate.inspection.activations.vanishing import GradientLeft, gradient_left
from striate.views.reading import reading_view


@command("learn.activations")
@argument("data", Place(), required=False)
@flag("--digits")
@option("--functions", reader=Names())
@option("--accuracy", reader=Number(above=0, below=1), default=0.9)
@option("--steps", reader=Whole(1), default=300)
@option("--pictures", reader=Whole(1), default=6000)
@option("--seeds", reader=Whole(1), default=3)
@option("--size", reader=Size())
@option("--width", reader=Whole(1), default=256)
@option("--draws", reader=Whole(1), default=5)
@computing
@option("-o", "--output", reader=Place())
@json_flag
def activations(
    data: Path | None,
    digits: bool,
    functions: tuple[str, ...] | None,
    accuracy: float,
    steps: int,
    pictures: int,
    seeds: int,
    size: Pair | None,
    width: int,
    draws: int,
    computer: Computer,
    output: Path | None,
    json: bool,
) -> None:
    """`striate learn activations`."""
    checked_source(data, digits=digits)
    if (functions or size) and not (data or digits):
        raise SettingError("activations.nothing_to_train", setting="--functions" if functions else "--size")
    names = known(functions or COMPARED)
    check_figure(output)
    budget = SpeedBudget(steps, pictures, seeds=seeds, accuracy=accuracy)
    source = trial_pictures(data, size) if data or digits else None  # a mistake is told before anything else
    table = activation_functions()
    if not json:
        write(function_lines(table))
    left = _left(width, draws)
    if not json:
        write(["", *gradient_lines(left)])
    speed = _speed(source, names, budget, computer) if source else None
    if speed and not json:
        write(["", *speed_lines(speed)])
    if json:
        found = {"functions": functions_json(table), "gradient_left": gradients_json(left)}
        write_json(found | ({"learning_speed": speed_json(speed)} if speed else {}))
    save_figure(Activations(table, left, speed), output)


def _left(width: int, draws: int) -> GradientLeft:
    with reading_view() as bar:
        return gradient_left(width=width, draws=draws, progress=bar)


def _speed(source: Dataset, names: tuple[str, ...], budget: SpeedBudget, where: Computer) -> LearningSpeed:
    with reading_view() as bar:
        return learning_speed(source, names, budget, computer=where, progress=bar)
