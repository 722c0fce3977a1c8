"""`striate demo`: a CNN trained on real handwritten digits, and what it learned."""

from pathlib import Path

from striate.cli.output import aside, say
from striate.cli.readers import Place, Whole
from striate.cli.train import train_and_show
from striate.cli.ui import command, flag, json_flag, option
from striate.data.dataset import Images
from striate.data.load import digits
from striate.errors import ModelFileError
from striate.figures.canvas import require_matplotlib
from striate.figures.save import save
from striate.figures.sheets import map_sheet, picture_sheet
from striate.files import as_typed, write_bytes
from striate.messages import render
from striate.model import Model, load_model
from striate.recipe import Recipe
from striate.run_folder import BEST, CURVES, claimed, source_of
from striate.runs.preparing import Prepared
from striate.runs.resuming import DIGITS

SHOWN = 24  # held-out digits on the sheet of answers
KEPT = 10  # of them as files, to predict with
THREADS = 1  # sums this small gain nothing from a second one, and wait for it where the computer is busy


@command("demo")
@option("-o", "--output", reader=Place(), default="striate-demo")
@option("--seed", reader=Whole(0), default=0)
@flag("--force")
@json_flag
def demo(output: Path, seed: int, force: bool, json: bool) -> None:
    """`striate demo`."""
    require_matplotlib()  # not found missing only after the training
    data = digits()
    held_out = data.test
    assert held_out is not None  # digits() always holds a quarter out

    def begins(run: Prepared) -> None:
        if not json:
            aside("demo.begins", training=len(data.train), test=len(held_out))

    again = source_of(output) == DIGITS  # a demo may take the place of a demo, but not of other work
    with claimed(output, overwrite=force or again):
        trained = train_and_show(data, DIGITS, output, recipe(seed), json=json, begins=begins)
    model = load_model(output / BEST)
    if model.fingerprint != trained.model.fingerprint:
        raise ModelFileError("model_file.damaged", path=output / BEST, reason="SHA-256")
    _write_answers(model, held_out, output / "answers.png")
    _write_maps(model, held_out, output / "feature_maps.png")
    _write_digits(held_out, output / "digits")
    if json:
        return
    aside("demo.read_back", file=output / BEST)
    say("demo.wrote")
    say("demo.answers", file=output / "answers.png")
    say("demo.maps", file=output / "feature_maps.png")
    say("demo.curves", file=output / CURVES)
    say("demo.next", folder=as_typed(output), digits=as_typed(output / "digits"))


def recipe(seed: int) -> Recipe:
    """How the demo trains."""
    return Recipe("digits", seed=seed, threads=THREADS)


def _write_answers(model: Model, images: Images, path: Path) -> None:
    pictures = images.pictures[:SHOWN]
    names: tuple[str, ...] = model.class_names or ()
    truths = [names[int(label)] for label in images.labels[:SHOWN]]
    answers = [(a.best, a.probability, truth) for a, truth in zip(model.classify(pictures), truths, strict=True)]
    save(picture_sheet(pictures, answers, title=render("demo.answers_title")), path)


def _write_maps(model: Model, images: Images, path: Path) -> None:
    maps = model.feature_maps(images.x[:1], "conv1")[0]
    save(map_sheet(maps, title=render("demo.maps_title"), picture=images.pictures[0]), path)


def _write_digits(images: Images, folder: Path) -> None:
    from io import BytesIO

    from PIL import Image

    for number, (picture, label) in enumerate(zip(images.pictures[:KEPT], images.labels[:KEPT], strict=True)):
        encoded = BytesIO()
        # 8x8 as it is: enlarged it would be read a little changed.
        Image.fromarray(picture[..., 0]).save(encoded, "PNG")
        write_bytes(folder / f"{number:02d}-is-{label}.png", encoded.getvalue())
