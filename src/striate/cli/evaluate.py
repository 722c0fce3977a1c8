"""`striate evaluate`: how well a model does on labelled pictures."""

from dataclasses import replace
from pathlib import Path

from striate.cli.output import aside, say, write_json
from striate.cli.readers import Place, Whole
from striate.cli.ui import argument, command, json_flag, option
from striate.data.load import Dataset, Images, load_images
from striate.errors import DataError, StateError, tell
from striate.model import Model, load_model
from striate.runs import model_file


@command("evaluate")
@argument("model", Place())
@argument("data", Place())
@option("--batch", reader=Whole(1), default=256)
@option("--threads", reader=Whole(1))
@json_flag
def evaluate(model: Path, data: Path, batch: int, threads: int | None, json: bool) -> None:
    """`striate evaluate`."""
    judge = load_model(model_file(model))
    part, images = _pictures(judge, data)
    judge.compile("sgd", _loss(judge), metrics=["accuracy"], threads=threads)
    loss, accuracy = judge.judge(images, batch_size=batch).values()
    if json:
        write_json({"accuracy": accuracy, "loss": loss, "pictures": len(images), "part": part}, indent=None)
        return
    say("train.accuracy", percent=100 * accuracy)
    say("evaluate.pictures", pictures=len(images), part=f"part.{part}", right=round(accuracy * len(images)))
    aside("evaluate.loss", loss=loss)


def _loss(model: Model) -> str:
    return "binary_crossentropy" if model.graph.output_shape == (1,) else "sparse_categorical_crossentropy"


def _pictures(model: Model, source: Path) -> tuple[str, Images]:
    """The part to judge, read as the model reads pictures."""
    taken = model.preprocessing
    if taken is None:
        raise StateError("model.no_preprocessing")
    data = load_images(source, size=taken.size, colour=taken.colour, resize=taken.resize)
    _check_classes(model, data)
    part = "test" if data.test else "validation" if data.validation else "train"
    images = data.test or data.validation or data.train
    return part, replace(images, preprocessing=taken)


def _check_classes(model: Model, data: Dataset) -> None:
    if model.class_names is None:
        tell("evaluate.no_names")
    elif model.class_names != data.class_names:
        raise DataError("evaluate.classes_differ", required=model.class_names, came=data.class_names)
