"""`striate summary`: a network layer by layer."""

from pathlib import Path

from striate.cli.output import write_json
from striate.cli.readers import Text, Whole
from striate.cli.train import Size
from striate.cli.ui import argument, command, json_flag, option
from striate.network.graph import Graph, chain
from striate.network.summary import summarize
from striate.network.window import Pair
from striate.presets import PRESETS, network
from striate.runs import model_file
from striate.storage import load
from striate.views.table import as_dict, show


@command("summary")
@argument("model", Text())
@option("--size", reader=Size(), default="28")
@option("--channels", reader=Whole(1), default=1)
@option("--classes", reader=Whole(2), default=10)
@json_flag
def summary(model: str, size: Pair, channels: int, classes: int, json: bool) -> None:
    """`striate summary`."""
    facts = summarize(_graph(model, (*size, channels), classes))
    if json:
        write_json(as_dict(facts))
    else:
        show(facts)


def _graph(model: str, shape: tuple[int, ...], classes: int) -> Graph:
    if model in PRESETS or model.endswith(".toml") or not Path(model).exists():
        return Graph.to(chain(network(model, classes), shape))
    return load(model_file(Path(model))).graph
