"""`striate summary`: a network layer by layer."""

from pathlib import Path

from striate.cli.output import write_json
from striate.cli.readers import Text, Whole
from striate.cli.train import Size
from striate.cli.ui import argument, command, json_flag, option
from striate.errors import tell
from striate.files import exists
from striate.network.graph import Graph
from striate.network.summary import summarize
from striate.network.window import Pair
from striate.presets import PRESETS, wired
from striate.runs import model_file
from striate.storage import ENDING, load
from striate.views.table import as_dict, show

SIZE, CHANNELS, CLASSES = (28, 28), 1, 10  # MNIST's


@command("summary")
@argument("model", Text())
@option("--size", reader=Size())
@option("--channels", reader=Whole(1))
@option("--classes", reader=Whole(2))
@json_flag
def summary(model: str, size: Pair | None, channels: int | None, classes: int | None, json: bool) -> None:
    """`striate summary`."""
    if _is_trained(model):
        if size or channels or classes:
            tell("summary.fixed", model=model)
        graph = load(model_file(Path(model))).graph
    else:
        shape = (*(size or SIZE), channels or CHANNELS)
        graph = Graph.to(wired(model, classes or CLASSES, shape))
    facts = summarize(graph)
    if json:
        write_json(as_dict(facts))
    else:
        show(facts)


def _is_trained(model: str) -> bool:
    """Whether it is a model file or a run, there or not; else it is a preset, a TOML file, or a name of nothing."""
    if not model or model in PRESETS or model.endswith(".toml"):
        return False
    path = Path(model)
    return path.suffix == ENDING or len(path.parts) > 1 or exists(path)
