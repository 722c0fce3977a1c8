"""`striate learn race`: update rules against each other, on functions of two numbers or on a network."""

from dataclasses import asdict, replace
from pathlib import Path

from striate.cli.computing import computing
from striate.cli.figure_files import EITHER, check_figure, save_figure, write_figure
from striate.cli.learn.raced import race_lines, surfaces_json
from striate.cli.learn.raced_network import contest_json, contest_lines
from striate.cli.learn.trials import checked_source, read_pictures
from striate.cli.learn.typed import Names, Point, Seconds
from striate.cli.output import aside, write, write_json
from striate.cli.readers import Number, Place, Text, Whole
from striate.cli.ui import argument, command, flag, json_flag, option
from striate.cli.working import working_view
from striate.engines.computer import Computer
from striate.errors import SettingError
from striate.figures.paths import path_frames, paths_figure
from striate.inspection.race.claims import escapes, swings
from striate.inspection.race.contest import contest, runs_of
from striate.inspection.race.course import Course, course_of, seconds_a_step
from striate.inspection.race.descents import race_on
from striate.inspection.race.racers import GRID, RACERS, checked_racers
from striate.inspection.race.surfaces import surface_named

ON = ("beale", "valley")
STEPS_ON_SURFACES, STEPS_ON_DATA, FEWEST_STEPS = 500, 150, 10
OF_SURFACES, OF_DATA = ("start", "noise"), ("seeds", "model", "pictures", "batch", "budget", "engine", "isa", "threads")


@command("learn.race")
@argument("data", Place(), required=False)
@flag("--digits")
@option("--on", reader=Names())
@option("--optimizers", reader=Names())
@option("--rate", reader=Number(above=0), default=0.01)
@option("--steps", reader=Whole(1))
@option("--seed", reader=Whole(0), default=0)
@option("--start", reader=Point())
@option("--noise", reader=Number(minimum=0))
@option("--seeds", reader=Whole(1))
@option("--model", reader=Text())
@option("--pictures", reader=Whole(2))
@option("--batch", reader=Whole(1))
@option("--budget", reader=Seconds())
@computing
@option("-o", "--output", reader=Place())
@json_flag
def race(
    data: Path | None,
    digits: bool,
    on: tuple[str, ...] | None,
    optimizers: tuple[str, ...] | None,
    rate: float,
    steps: int | None,
    seed: int,
    start: tuple[float, float] | None,
    noise: float | None,
    seeds: int | None,
    model: str | None,
    pictures: int | None,
    batch: int | None,
    budget: float | None,
    computer: Computer,
    output: Path | None,
    json: bool,
) -> None:
    """`striate learn race`."""
    racers = checked_racers(RACERS if optimizers is None else optimizers)
    given = {name: value for name, value in (locals() | asdict(computer)).items() if value is not None}
    checked_source(data, digits=digits)
    if not data and not digits:
        _refuse(given, OF_DATA)
        _on_surfaces(on or ON, racers, rate, steps or STEPS_ON_SURFACES, seed, start, noise, output, json=json)
        return
    _refuse(given, ("on", *OF_SURFACES))
    check_figure(output)
    course = course_of(
        read_pictures(data),
        network=model,
        pictures=pictures or 2000,
        steps=steps or STEPS_ON_DATA,
        batch_size=batch or 64,
        **asdict(computer),
    )
    several = range(seed, seed + (seeds or 3))
    if budget is not None:
        course = _within(budget, course, runs_of(len(racers), len(several), rate, GRID))
    _on_data(course, racers, rate, several, output, json=json)


def _refuse(given: dict[str, object], names: tuple[str, ...]) -> None:
    """Raise `SettingError` for what says nothing about this kind of race."""
    for name in names:
        if name in given:
            raise SettingError("race.other_kind", setting=f"--{name}", where="striate learn race")


def _on_surfaces(
    names: tuple[str, ...],
    racers: tuple[str, ...],
    rate: float,
    steps: int,
    seed: int,
    start: tuple[float, float] | None,
    noise: float | None,
    output: Path | None,
    *,
    json: bool,
) -> None:
    surfaces = [surface_named(name) for name in names]
    check_figure(output, EITHER)
    with working_view("race.running") as done:
        races = [
            race_on(surface, racers, steps=steps, rate=rate, seed=seed, noise=noise, start=start, done=done)
            for surface in surfaces
        ]
    swung, escaped = swings(), escapes(seed)
    if json:
        write_json(surfaces_json(races, swung, escaped))
    else:
        write(race_lines(races, swung, escaped))
    panels = [race.panels for race in races]
    write_figure(output, lambda: paths_figure(panels), lambda: path_frames(panels))


def _within(budget: float, course: Course, runs: int) -> Course:
    """A course of as many steps as the time allows; which ones that are is said, since they decide the result."""
    steps = max(FEWEST_STEPS, int(budget / runs / seconds_a_step(course)))
    aside("race.budget", seconds=budget, runs=runs, steps=steps)
    return replace(course, steps=steps)


def _on_data(
    course: Course, racers: tuple[str, ...], rate: float, seeds: range, output: Path | None, *, json: bool
) -> None:
    with working_view("race.running") as done:
        found = contest(course, racers, seeds=seeds, rate=rate, done=done)
    if json:
        write_json(contest_json(found))
    else:
        write(contest_lines(found))
    save_figure(found, output)
