"""What `striate learn race` says of a race on functions: tables, and what is said of update rules, measured."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from striate.cli.layout import indented
from striate.inspection.race.claims import (
    Escape,
    Slowness,
    Swing,
    Verdict,
    braking_verdict,
    escape_verdict,
    slowness,
    verdict,
    zigzag_verdict,
)
from striate.inspection.race.descents import FAR, NEAR, Descent, SurfaceRace
from striate.inspection.race.racers import STOCHASTIC
from striate.inspection.race.surfaces import SURFACES
from striate.messages import render
from striate.views.columns import aligned

VERDICTS = {"holds": "race.holds", "partly": "race.partly", "fails": "race.fails"}
NEVER = "-"


def race_lines(races: Sequence[SurfaceRace], swung: Sequence[Swing], escaped: Sequence[Escape]) -> list[str]:
    """The races, one by one, then the claims."""
    lines = [line for race in races for line in (*_race(race), "")]
    return [*lines, render("race.columns", {"near": NEAR, "far": FAR}), "", *_claims(races, swung, escaped)]


def _race(race: SurfaceRace) -> list[str]:
    surface, first = race.surface, race.equal[0].path[0]
    fields = {"x": first[0], "y": first[1], "least": surface.least, "at": _point(surface.minimum), "steps": race.steps}
    lines = [f"{surface.name}: {surface.formula}", render("race.way", fields)]
    if any(descent.racer == STOCHASTIC for descent in race.equal):
        lines.append(render("race.noise", {"noise": race.noise, "seed": race.seed}))
    return [
        *lines,
        render("race.paths_hash", {"hash": race.hash[:16]}),
        "",
        render("race.at_equal", {"rate": race.rate}),
        *indented(_descents(race.equal)),
        render("race.at_best_of", {"grid": _grid(race.grid)}),
        *indented(_descents(race.best)),
    ]


def _descents(descents: Sequence[Descent]) -> list[str]:
    heads = ["rule", "rate", "near", "stays", "value", "turn"]
    rows = [[render(f"race.column.{head}") for head in heads]]
    rows += [
        [
            d.racer,
            f"{d.learning_rate:g}",
            step_text(d.near),
            step_text(d.settled),
            f"{d.values[-1]:.2g}" if d.diverged is None else render("race.diverged", {"step": d.diverged}),
            turn_text(d.turn),
        ]
        for d in descents
    ]
    return aligned(rows, right=(1, 2, 3, 4, 5))


def _claims(races: Sequence[SurfaceRace], swung: Sequence[Swing], escaped: Sequence[Escape]) -> list[str]:
    found = [(race.surface.name, _slowness(race)) for race in races]
    slower = [each.slower for _, several in found for each in several]
    blocks: list[list[str]] = []
    if slower:
        blocks.append([claim("race.claim_slower", verdict(slower)), *indented(_slow_rows(found))])
    blocks.append([claim("race.claim_minima", escape_verdict(escaped)), *indented(_escape_rows(escaped))])
    rows = _swing_rows(swung)
    blocks.append([claim("race.claim_zigzag", zigzag_verdict(swung)), *indented(rows)])
    blocks.append([claim("race.claim_brakes", braking_verdict(swung)), *indented([render("race.same_table")])])
    return [render("race.claims"), "", *[line for block in blocks for line in (*block, "")]][:-1]


def claim(code: str, found: Verdict) -> str:
    """A claim and what became of it."""
    return render("race.claim", {"claim": code, "verdict": VERDICTS[found]})


def _slowness(race: SurfaceRace) -> tuple[Slowness, ...]:
    return slowness({descent.racer: descent.near for descent in race.best})


def _slow_rows(found: Sequence[tuple[str, Sequence[Slowness]]]) -> list[str]:
    """How many times the steps of each other rule sgd needs, at best rates: a row for each function."""
    return [render("race.slow_steps"), *indented(slow_table(found))]


def slow_table(found: Sequence[tuple[str, Sequence[Slowness]]]) -> list[str]:
    """A column for each other rule, a row for each race."""
    heads = ["", *(each.other for each in found[0][1])]
    return aligned([heads, *([name, *map(times_text, several)] for name, several in found)], right=range(1, 12))


def times_text(slow: Slowness) -> str:
    """2.5x; where only one of the two arrives, which."""
    if slow.times is not None:
        return f"{slow.times:.1f}x"
    return render("race.only_other") if slow.slower else NEVER


def _escape_rows(escaped: Sequence[Escape]) -> list[str]:
    heads = [render(f"race.column.{head}") for head in ("rule", "noise", "escaped", "share")]
    rows = [[e.racer, f"{e.noise:g}", f"{e.escaped}/{e.walkers}", f"{100 * e.share:.1f} %"] for e in escaped]
    told = render("race.wells", {"formula": SURFACES["wells"].formula})
    return [told, *indented(aligned([heads, *rows], right=(1, 2, 3)))]


def _swing_rows(swung: Sequence[Swing]) -> list[str]:
    heads = ["rule", "rate", "crossings", "travelled", "turn", "fastest", "overshoot", "near"]
    rows = [[render(f"race.column.{head}") for head in heads]]
    rows += [
        [
            each.racer,
            f"{each.learning_rate:g}",
            *([str(each.crossings), f"{each.travelled:.1f}", turn_text(each.turn)] if lasts else ["", "", ""]),
            *([str(each.fastest), f"{100 * each.overshoot:.1f} %", step_text(each.near)] if lasts else ["", ""]),
            *([] if lasts else [render("race.diverged", {"step": each.diverged})]),
        ]
        for each in swung
        for lasts in (each.diverged is None,)
    ]
    return [render("race.swings"), *indented(aligned(rows, right=range(1, 8)))]


def step_text(step: int | None) -> str:
    """A step, or that there was none."""
    return NEVER if step is None else str(step)


def turn_text(turn: float | None) -> str:
    """An angle."""
    return NEVER if turn is None else f"{turn:.1f}°"


def _point(point: Sequence[float]) -> str:
    return f"({point[0]:.4g}, {point[1]:.4g})"


def _grid(rates: Sequence[float]) -> str:
    return ", ".join(f"{rate:g}" for rate in rates)


def surfaces_json(races: Sequence[SurfaceRace], swung: Sequence[Swing], escaped: Sequence[Escape]) -> dict[str, object]:
    """All of it, paths too."""
    return {
        "races": [_race_json(race) for race in races],
        "claims": {
            "slower": {race.surface.name: [asdict(each) for each in _slowness(race)] for race in races},
            "local_minima": {"verdict": escape_verdict(escaped), "measured": [asdict(each) for each in escaped]},
            "zigzag": zigzag_verdict(swung),
            "brakes_earlier": braking_verdict(swung),
            "swings": [asdict(each) for each in swung],
        },
    }


def _race_json(race: SurfaceRace) -> dict[str, Any]:
    return {
        "on": race.surface.name,
        "formula": race.surface.formula,
        "minimum": race.surface.minimum,
        "least": race.surface.least,
        "steps": race.steps,
        "seed": race.seed,
        "noise": race.noise,
        "near_is": NEAR,
        "grid": race.grid,
        "hash": race.hash,
        "equal": [_descent_json(descent) for descent in race.equal],
        "best": [_descent_json(descent) for descent in race.best],
    }


def _descent_json(descent: Descent) -> dict[str, Any]:
    return {
        "optimizer": descent.racer,
        "learning_rate": descent.learning_rate,
        "near": descent.near,
        "stays": descent.settled,
        "diverged": descent.diverged,
        "turn": descent.turn,
        "final": float(descent.values[-1]),
        "path": descent.path.tolist(),
    }
