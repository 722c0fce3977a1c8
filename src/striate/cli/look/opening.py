"""The model that a line names: a file, a run's folder, or a preset with its first weights."""

from dataclasses import asdict
from pathlib import Path
from typing import cast

from striate.cli.output import aside
from striate.data.preprocessing import Preprocessing
from striate.engines.computer import Computer
from striate.errors import FileError, nearest
from striate.files import exists
from striate.inspection.subject import Picture, Subject, subject
from striate.model import Model, load_model
from striate.presets import models
from striate.presets.read import PRESETS
from striate.run_folder import model_file

AS_IT_CHOOSES = Computer()


def opened(model: str, computer: Computer = AS_IT_CHOOSES) -> Model:
    """The model, ready to compute as the line asks. Of a preset it is said that it has learned nothing."""
    if model in PRESETS and not exists(Path(model)):  # what somebody trained goes before a name
        loaded = cast(Model, getattr(models, model.replace("-", "_"))())
        height, width, channels = loaded.graph.input_shape
        loaded.preprocessing = Preprocessing((height, width), "grey" if channels == 1 else "rgb")
        aside("look.untrained", model=model)
    else:
        loaded = load_model(model_file(_there(model)))
    loaded.use(**asdict(computer))
    return loaded


def _there(model: str) -> Path:
    """The path of a model. Raises `FileError` where nothing is there and presets are called nearly so."""
    path = Path(model)
    if not exists(path) and (close := nearest(model, PRESETS)):
        raise FileError("look.no_model", path=path, close=close)
    return path


def picture_for(model: Model, picture: Picture) -> Subject:
    """The picture as the model takes it; where it was resized for that, it is said."""
    seen = subject(model, picture)
    if seen.resized:
        aside("look.resized", came=seen.came, size=seen.size)
    return seen
