"""`striate look why`: the parts of a picture that decided."""

from pathlib import Path

import numpy as np

from striate.cli.computing import computing
from striate.cli.figure_files import check_figure, save_figure
from striate.cli.look.opening import opened, picture_for
from striate.cli.output import say, write, write_json
from striate.cli.readers import OneOf, Place, Text, Whole
from striate.cli.ui import argument, command, json_flag, option
from striate.cli.working import working_view
from striate.engines.computer import Computer
from striate.errors import SettingError
from striate.inspection.why.attribution import Attribution, Evidence, nothing
from striate.inspection.why.baselines import BASELINES
from striate.inspection.why.grad_cam import GradCam, grad_cam
from striate.inspection.why.integrated_gradients import BASELINE, IntegratedGradients, integrated_gradients
from striate.inspection.why.occlusion import FILL, Occlusion, occlusion
from striate.inspection.why.saliency import saliency
from striate.views.columns import aligned, printable

METHODS = ("gradcam", "saliency", "integrated-gradients", "occlusion")
BELONGS = {  # each option to the method that knows it
    "layer": "gradcam",
    "baseline": "integrated-gradients",
    "steps": "integrated-gradients",
    "window": "occlusion",
    "stride": "occlusion",
    "fill": "occlusion",
}


@command("look.why")
@argument("model", Text())
@argument("picture", Place())
@option("--method", reader=OneOf(METHODS), default=METHODS[0])
@option("--class", "classes", reader=Text(), multiple=True)
@option("--layer", reader=Text())
@option("--baseline", reader=OneOf(tuple(BASELINES)))
@option("--steps", reader=Whole(1))
@option("--window", reader=Whole(1))
@option("--stride", reader=Whole(1))
@option("--fill", reader=OneOf(tuple(BASELINES)))
@option("-o", "--output", reader=Place())
@computing
@json_flag
def why(
    model: str,
    picture: Path,
    method: str,
    classes: tuple[str, ...],
    layer: str | None,
    baseline: str | None,
    steps: int | None,
    window: int | None,
    stride: int | None,
    fill: str | None,
    output: Path | None,
    computer: Computer,
    json: bool,
) -> None:
    """`striate look why`."""
    given = {"layer": layer, "baseline": baseline, "steps": steps, "window": window, "stride": stride, "fill": fill}
    for name, value in given.items():
        if value is not None and BELONGS[name] != method:
            raise SettingError("why.option", option=f"--{name}", method=BELONGS[name], came=method)
    check_figure(output)
    loaded = opened(model, computer)
    seen = picture_for(loaded, picture)
    with working_view("why.working") as shown:
        progress = shown or nothing
        match method:
            case "gradcam":
                found = grad_cam(loaded, seen, classes, layer=layer)
            case "saliency":
                found = saliency(loaded, seen, classes)
            case "occlusion":
                found = occlusion(
                    loaded, seen, classes, window=window, stride=stride, fill=fill or FILL, progress=progress
                )
            case _:
                start = baseline or BASELINE
                found = integrated_gradients(loaded, seen, classes, baseline=start, steps=steps, progress=progress)
    if json:
        write_json(_as_json(found))
    else:
        _say(found)
    save_figure(found, output)


def _say(found: Attribution) -> None:
    say(found.title)
    for code, fields in found.facts:
        say(code, **{name: printable(each) if isinstance(each, str) else each for name, each in fields.items()})
    for each in found.classes:
        write([""])
        fields = {"name": printable(each.name), "score": each.score, "percent": 100 * (each.probability or 0.0)}
        say("why.class" if each.probability is None else "why.class_probable", **fields)
        if each.silent:
            say("why.silent", name=printable(each.name))
        else:
            say("why.thirds" if found.speaks else "why.thirds_matter")
            write(aligned([[f"  {100 * share:.0f} %" for share in row] for row in each.thirds], right=range(3)))


def _as_json(found: Attribution) -> dict[str, object]:
    classes = [
        {
            "class": each.name,
            "score": each.score,
            "probability": each.probability,
            "thirds": each.thirds.tolist(),
            "strongest": _strongest(each),
        }
        for each in found.classes
    ]
    return {"method": found.method, "size": found.picture.size, **_settings(found), "classes": classes}


def _strongest(each: Evidence) -> list[int]:
    """Row and column of the largest number."""
    return [int(i) for i in np.unravel_index(int(each.map.argmax()), each.map.shape)]


def _settings(found: Attribution) -> dict[str, object]:
    """What a method has besides its maps."""
    match found:
        case GradCam():
            return {"layer": found.layer}
        case IntegratedGradients():
            sums = {"differences": found.differences, "gaps": found.gaps}
            return {"baseline": found.baseline, "steps": found.steps, **sums}
        case Occlusion():
            return {"window": found.window, "stride": found.stride, "fill": found.fill}
        case _:
            return {}
