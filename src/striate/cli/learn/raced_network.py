"""What `striate learn race DATA` says: the same start and batches, tables, and what became of the claims."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from striate.bits import computed_on
from striate.cli.layout import indented
from striate.cli.learn.raced import claim, slow_table, step_text, turn_text
from striate.inspection.race.claims import Slowness, slowness, verdict
from striate.inspection.race.contest import Contest, Entry, pictures_needed
from striate.inspection.race.course import MEASURED
from striate.inspection.race.racers import FULL, MOMENTUM, STOCHASTIC
from striate.messages import render
from striate.views.columns import aligned

SHOWN = 16  # letters of a hash


def contest_lines(found: Contest) -> list[str]:
    """What everybody had, both tables, the claims."""
    course = found.course
    told = {
        "pictures": len(course.x),
        "test": len(course.test_x),
        "weights": course.graph.theta.count,
        "steps": course.steps,
        "batch": course.batch_size,
        "measured": min(MEASURED, len(course.x)),
        "engine": computed_on(course.engine),
    }
    lines = [render("race.course", told)]
    if any(entry.racer == FULL for entry in found.equal):
        lines.append(render("race.full_steps", {"steps": course.steps_of(FULL)}))
    lines += [
        render("race.same", {"seed": seed, "start": found.starts[seed][:SHOWN], "batches": found.batches[seed][:SHOWN]})
        for seed in found.starts
    ]
    lines += ["", render("race.at_equal", {"rate": found.rate}), *indented(_entries(found.equal))]
    grid = ", ".join(f"{rate:g}" for rate in found.grid)
    lines += [render("race.at_best_mean", {"grid": grid}), *indented(_entries(found.best))]
    edge = [render("race.at_edge")] if any(entry.at_edge for entry in found.best) else []
    end = [render("race.data_columns"), render("race.weights_hash", {"hash": found.hash[:SHOWN]})]
    return [*lines, *edge, *end, "", *_claims(found)]


def _entries(entries: Sequence[Entry]) -> list[str]:
    heads = ["rule", "rate", "loss", "accuracy", "to_sgd", "turn"]
    needed = pictures_needed(entries)
    return aligned(
        [[render(f"race.column.{head}") for head in heads], *(_entry(entry, needed) for entry in entries)],
        right=(1, 2, 3, 4, 5),
    )


def _entry(entry: Entry, needed: dict[str, int | None]) -> list[str]:
    least, middle, most = (100 * accuracy for accuracy in entry.accuracies)
    diverged = render("race.runs_diverged", {"runs": entry.diverged}) if entry.diverged else f"{entry.final:.4f}"
    return [
        entry.racer,
        f"{entry.learning_rate:g}{'*' if entry.at_edge else ''}",
        diverged,
        f"{middle:.1f} % ({least:.1f}-{most:.1f})",
        step_text(needed.get(entry.racer)),
        turn_text(entry.turn),
    ]


def _claims(found: Contest) -> list[str]:
    lines: list[str] = [render("race.claims"), ""]
    rows = [(code, _slowness(side)) for code, side in _sides(found)]
    slower = [each.slower for _, several in rows for each in several]
    if slower:
        lines += [claim("race.claim_slower", verdict(slower)), *indented([render("race.slow_pictures")])]
        lines += [*indented(slow_table([(render(code), several) for code, several in rows]), "    "), ""]
    if (turns := _turns(found)) is not None:
        lines += [claim("race.claim_zigzag", verdict(swung < plain for _, plain, swung in turns))]
        lines += [*indented([render("race.turns", {"side": s, "sgd": p, "momentum": m}) for s, p, m in turns]), ""]
    return [*lines, render("race.elsewhere")]


def _sides(found: Contest) -> tuple[tuple[str, Sequence[Entry]], tuple[str, Sequence[Entry]]]:
    return ("race.equal", found.equal), ("race.best", found.best)


def _slowness(entries: Sequence[Entry]) -> tuple[Slowness, ...]:
    return slowness(pictures_needed(entries))


def _turns(found: Contest) -> list[tuple[str, float, float]] | None:
    """The mean turn of sgd and of momentum on each side, where both ran."""
    several: list[tuple[str, float, float]] = []
    for code, side in _sides(found):
        turns = {entry.racer: entry.turn for entry in side}
        plain, swung = turns.get(STOCHASTIC), turns.get(MOMENTUM)
        if plain is None or swung is None:
            return None
        several.append((code, plain, swung))
    return several


def contest_json(found: Contest) -> dict[str, Any]:
    """All of it, the losses too."""
    course = found.course
    return {
        "pictures": len(course.x),
        "judged": len(course.test_x),
        "weights": course.graph.theta.count,
        "steps": course.steps,
        "batch_size": course.batch_size,
        "starts": found.starts,
        "batches": found.batches,
        "grid": found.grid,
        "hash": found.hash,
        "bits": computed_on(course.engine),
        "equal": [_entry_json(entry) for entry in found.equal],
        "best": [_entry_json(entry) for entry in found.best],
        "slower": {code.removeprefix("race."): [asdict(s) for s in _slowness(side)] for code, side in _sides(found)},
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "optimizer": entry.racer,
        "learning_rate": entry.learning_rate,
        "tried": entry.tried,
        "at_edge": entry.at_edge,
        "pictures": entry.seen.tolist(),
        "losses": [[float(loss) if loss < float("inf") else None for loss in run.losses] for run in entry.runs],
        "accuracy": [run.accuracy for run in entry.runs],
        "diverged": [run.diverged for run in entry.runs],
        "turn": entry.turn,
    }
