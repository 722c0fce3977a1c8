"""`striate learn versus`: a CNN against what it is said to beat."""

from pathlib import Path

from striate.cli.computing import computing
from striate.cli.figure_files import check_figure, save_figure
from striate.cli.learn.trials import checked_source, trial_pictures
from striate.cli.learn.written_versus import versus_json, versus_lines
from striate.cli.output import write, write_json
from striate.cli.readers import Place, Whole
from striate.cli.train import Size
from striate.cli.ui import argument, command, flag, json_flag, option
from striate.data.images import Pair
from striate.engines.computer import Computer
from striate.errors import SettingError
from striate.inspection.versus.versus import VersusBudget
from striate.inspection.versus.versus import versus as compared
from striate.views.reading import reading_view


@command("learn.versus")
@argument("data", Place(), required=False)
@flag("--digits")
@option("--epochs", reader=Whole(1))
@option("--pictures", reader=Whole(1), default=6000)
@option("--judged", reader=Whole(1), default=2000)
@option("--seeds", reader=Whole(1), default=3)
@option("--seed", reader=Whole(0), default=0)
@option("--filters", reader=Whole(1), default=16)
@option("--size", reader=Size())
@computing
@option("-o", "--output", reader=Place())
@json_flag
def versus(
    data: Path | None,
    digits: bool,
    epochs: int | None,
    pictures: int,
    judged: int,
    seeds: int,
    seed: int,
    filters: int,
    size: Pair | None,
    computer: Computer,
    output: Path | None,
    json: bool,
) -> None:
    """`striate learn versus`."""
    checked_source(data, digits=digits)
    if not data and not digits:
        raise SettingError("versus.no_data")
    check_figure(output)
    budget = VersusBudget(epochs, pictures, judged, seeds, filters)
    source = trial_pictures(data, size)
    with reading_view() as bar:
        found = compared(source, budget, seed=seed, computer=computer, progress=bar)
    if json:
        write_json(versus_json(found))
    else:
        write(versus_lines(found))
    save_figure(found, output)
