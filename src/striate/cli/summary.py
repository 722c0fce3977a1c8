"""`striate summary`: a network layer by layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from striate.bits import Bits, bits_of
from striate.cli.computing import computing
from striate.cli.guard import Code
from striate.cli.output import say, write, write_json
from striate.cli.readers import Number, Text, Whole
from striate.cli.train import Size
from striate.cli.ui import argument, command, flag, json_flag, option
from striate.computing import planned
from striate.engines.computer import Computer
from striate.engines.select import engine as engine_named
from striate.errors import SizeError, tell
from striate.files import exists
from striate.messages import render
from striate.model import from_file
from striate.network.doctor import refusal
from striate.network.graph import Graph
from striate.network.open_sizes import is_open
from striate.network.summary import summarize
from striate.network.window import Pair
from striate.network.wiring import Wiring, picture_shape, resized
from striate.presets.read import PRESETS, wired
from striate.report import fitting_loss
from striate.run_folder import model_file
from striate.storage import ENDING, load
from striate.views.plan import plan_dict, show_plan
from striate.views.table import as_dict, show

SIZE, CHANNELS, CLASSES = (28, 28), 1, 10  # MNIST's


@dataclass(frozen=True)
class Sizes:
    """What a network that is not trained may be shown for; None: not said."""

    size: Pair | None = None
    channels: int | None = None
    classes: int | None = None
    width: float | None = None


@command("summary")
@argument("model", Text())
@option("--size", reader=Size())
@option("--channels", reader=Whole(1))
@option("--classes", reader=Whole(2))
@option("--width", reader=Number(above=0))
@flag("--fix")
@flag("--plan")
@flag("--learning")
@option("--batch", reader=Whole(1), default=32)
@computing
@json_flag
def summary(
    model: str,
    size: Pair | None,
    channels: int | None,
    classes: int | None,
    width: float | None,
    fix: bool,
    plan: bool,
    learning: bool,
    batch: int,
    computer: Computer,
    json: bool,
) -> int | None:
    """`striate summary`."""
    sizes = Sizes(size, channels, classes, width)
    if fix:
        return _judge_sizes(model, sizes, json=json)
    if _is_trained(model):
        if sizes != Sizes():
            tell("summary.fixed", model=model)
        trained = from_file(load(model_file(Path(model))))
        graph, bits = trained.graph, bits_of(trained)
    else:
        graph, bits = _described(model, sizes), None
    if not plan:
        _show_facts(graph, bits, json=json)
        return None
    engine = engine_named(computer.engine, isa=computer.isa)
    planning = planned(engine, graph, batch, fitting_loss(graph) if learning else None, computer.threads)
    if json:
        write_json(plan_dict(planning))
    else:
        show_plan(planning)
    return None


def _show_facts(graph: Graph, bits: Bits | None, *, json: bool) -> None:
    """The table, and by which bits a trained model is known."""
    facts = summarize(graph)
    if json:
        write_json(as_dict(facts) | ({"fingerprint": bits.sha256, "isa": bits.isa} if bits else {}))
        return
    show(facts)
    if bits:
        say("summary.bits" if bits.isa else "summary.bits_alone", sha256=bits.sha256, isa=bits.isa)


def _described(model: str, sizes: Sizes) -> Graph:
    shape = (*(sizes.size or SIZE), sizes.channels or CHANNELS)
    return Graph.to(wired(model, sizes.classes or CLASSES, shape, 1.0 if sizes.width is None else sizes.width))


def _judge_sizes(model: str, sizes: Sizes, *, json: bool) -> Code:
    """Show what does not fit and what to change; where all fits, what does not divide."""
    try:
        wiring = _wiring(model, sizes)
        misfit = refusal(wiring)
        uneven = None if misfit else refusal(wiring, strict=True)
        pictures = picture_shape(wiring)
    except SizeError as error:
        if "fixes" not in error.fields:
            raise
        misfit, uneven, pictures = error, None, ()
    if json:
        write_json(_as_dict(misfit, uneven))
    elif misfit:
        _show("doctor.does_not_fit", misfit)
    else:
        say("doctor.fits", size=pictures[:2])
        if uneven:
            _show("doctor.left_over", uneven)
        else:
            say("doctor.divides")
    return Code.PROBLEMS if misfit else Code.DONE


def _wiring(model: str, sizes: Sizes) -> Wiring:
    """The layers, also of a trained model for pictures of another size than its own."""
    if not _is_trained(model):
        return _described(model, sizes).nodes
    nodes = load(model_file(Path(model))).graph.nodes
    shape = picture_shape(nodes)
    size = sizes.size or (SIZE if is_open(shape) else None)
    return resized(nodes, (*size, *shape[2:])) if size and len(shape) == 3 else nodes


def _show(code: str, error: SizeError) -> None:
    """Why sizes are refused, and each fix on a line."""
    fixes = cast(Sequence[tuple[str, dict[str, object]]], error.fields["fixes"])
    say(code, **error.fields)
    write([render(str(error.fields["advice"])).rstrip(), *(f"  {render(each, fields)}" for each, fields in fixes)])


def _as_dict(misfit: SizeError | None, uneven: SizeError | None) -> dict[str, object]:
    error = misfit or uneven
    fixes = cast(Sequence[tuple[str, dict[str, object]]], error.fields["fixes"] if error else ())
    return {
        "fits": misfit is None,
        "divides": error is None,
        "layer": error and error.fields["layer"],
        "fixes": [{"kind": code.partition(".")[2], **fields} for code, fields in fixes],
    }


def _is_trained(model: str) -> bool:
    """Whether it is a model file or a run, there or not; else it is a preset, a TOML file, or a name of nothing."""
    if not model or model in PRESETS or model.endswith(".toml"):
        return False
    path = Path(model)
    return path.suffix == ENDING or len(path.parts) > 1 or exists(path)
