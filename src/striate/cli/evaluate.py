"""`striate evaluate`: how well a model does on labelled pictures."""

from dataclasses import asdict, replace
from pathlib import Path

from striate.cli.computing import computing
from striate.cli.figure_files import check_figure
from striate.cli.output import aside, say, write, write_json
from striate.cli.readers import Bytes, Place, Whole
from striate.cli.ui import argument, command, json_flag, option
from striate.data.dataset import Dataset, Images
from striate.data.load import load_images
from striate.engines.computer import Computer
from striate.errors import DataError, StateError, tell
from striate.model import Model, load_model
from striate.report import Report, class_report
from striate.report_page import read_metrics, read_settings, write_report
from striate.run_folder import METRICS, SETTINGS, learned_from, model_file
from striate.views.classes import class_lines, confusion_lines
from striate.views.reading import reading_view


@command("evaluate")
@argument("model", Place())
@argument("data", Place())
@option("--batch", reader=Whole(1), default=256)
@computing
@option("--cache", reader=Bytes(), default="4GB", code="cli.train.cache")
@option("--figure", reader=Place())
@option("--html", reader=Place())
@json_flag
def evaluate(
    model: Path,
    data: Path,
    batch: int,
    computer: Computer,
    cache: int,
    figure: Path | None,
    html: Path | None,
    json: bool,
) -> None:
    """`striate evaluate`."""
    check_figure(figure)
    judge = load_model(model_file(model))
    part, images = _pictures(judge, data, cache)
    if part == "train" and learned_from(model, data):
        tell("evaluate.learned_from", path=data)
    report = class_report(judge, images, batch, **asdict(computer))
    if figure:
        report.plot(figure)
    if html:
        _write_html(html, report, judge, images, model, part)
    if json:
        write_json({**report.to_json(), "part": part}, indent=None)
    else:
        _show(report, part)
    if figure:
        aside("judged.saved", file=figure)
    if html:
        aside("page.saved", file=html)


def _write_html(path: Path, report: Report, model: Model, images: Images, given: Path, part: str) -> None:
    """The report as a page; where the model stands in a run's folder, with how it was trained."""
    folder = given if given.is_dir() else given.parent
    write_report(
        path,
        report,
        model,
        images,
        title=(given if given.is_dir() else given.with_suffix("")).resolve().name,
        part=part,
        settings=read_settings(folder / SETTINGS),
        history=read_metrics(folder / METRICS),
    )


def _show(report: Report, part: str) -> None:
    say("train.accuracy", percent=100 * report.accuracy)
    say("evaluate.pictures", pictures=report.pictures, part=f"part.{part}", right=report.hits)
    low, high = report.accuracy_interval
    say("judged.accuracy_between", low=100 * low, high=100 * high)
    say("judged.balanced", percent=100 * report.balanced_accuracy)
    write(["", *class_lines(report.class_names, report.classes, report.macro)])
    if confused := confusion_lines(report.class_names, report.matrix):
        write(["", *confused])
    if report.bins is not None and report.calibration_error is not None:
        write([""])
        say("judged.calibration", percent=100 * report.calibration_error, bins=len(report.bins))
    _show_confidence(report)
    aside("evaluate.loss", loss=report.loss)


def _show_confidence(report: Report) -> None:
    """How well the calibrated probabilities fit, how often the model abstains, how often it is right where not."""
    if report.confidence is None or report.answers is None or report.abstaining is None:
        return
    error, found = report.answers.calibration().result(), report.abstaining
    say("judged.calibrated", temperature=report.confidence.temperature, percent=100 * error)
    (low, high), share = found.refused_interval, found.refused / found.pictures
    between = {"share": 100 * share, "low": 100 * low, "high": 100 * high}
    say("judged.abstains", **{**found._asdict(), "threshold": 100 * found.threshold}, refused=found.refused, **between)
    if found.accuracy is not None:
        (low, high), share = found.accuracy_interval, found.accuracy
        between = {"share": 100 * share, "low": 100 * low, "high": 100 * high}
        say("judged.answered", **found._asdict(), **between)


def _pictures(model: Model, source: Path, cache: int) -> tuple[str, Images]:
    """The part to judge, read as the model reads pictures."""
    taken = model.preprocessing
    if taken is None:
        raise StateError("model.no_preprocessing")
    with reading_view() as progress:
        data = load_images(
            source, size=taken.size, colour=taken.colour, resize=taken.resize, cache=cache, progress=progress
        )
    _check_classes(model, data)
    part = "test" if data.test else "validation" if data.validation else "train"
    images = data.test or data.validation or data.train
    return part, replace(images, preprocessing=taken)


def _check_classes(model: Model, data: Dataset) -> None:
    if model.class_names is None:
        tell("evaluate.no_names")
    elif model.class_names != data.class_names:
        raise DataError("evaluate.classes_differ", required=model.class_names, came=data.class_names)
