"""The options that fit a training to pictures and time, and how what was chosen is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any

from striate.choices.facts import Choice, together
from striate.cli.output import aside, write_json
from striate.cli.readers import Number, OneOf
from striate.cli.ui import flag, option
from striate.recipe import AUTO
from striate.runs import Prepared
from striate.training.class_weight import WEIGHTINGS
from striate.tuning import Tuning


@dataclass(frozen=True)
class Fitting:
    """What was said by these options; None where nothing was."""

    class_weights: str | None = None
    minutes: float | None = None
    find_lr: bool = False

    @property
    def tuning(self) -> Tuning:
        """Those that ask for something to be found out."""
        return Tuning(self.minutes, self.find_lr)

    def of_recipe(self) -> dict[str, Any]:
        """Those that are settings of a recipe."""
        return {"class_weights": self.class_weights}


def fitting(function: Any) -> Any:
    """Give a command the options, in one `Fitting` as its argument `fit`."""

    @wraps(function)
    def fitted(**given: Any) -> Any:
        own = {each.name: given.pop(each.name) for each in fields(Fitting)}
        return function(fit=Fitting(**own), **given)

    fitted.__click_params__ = getattr(function, "__click_params__", [])  # pyright: ignore[reportAttributeAccessIssue] (click's)
    options = (
        option("--class-weights", reader=OneOf((AUTO, *WEIGHTINGS, "none"))),
        option("--minutes", reader=Number()),
        flag("--find-lr"),
    )
    given: Any = fitted
    for each in reversed(options):
        given = each(given)
    return given


def show_choices(choices: Sequence[Choice]) -> None:
    """What nobody said, and why it was chosen so, a line a reason."""
    lines = together(choices)
    if lines:
        aside("choice.title")
    for options, why in lines:
        aside("choice.line", options=options, why=why)


def write_choices(run: Prepared) -> None:
    """The same for programs, what was given among it: the first of the JSON lines."""
    write_json({"event": "choices", "choices": [choice.to_json() for choice in run.choices]}, indent=None)
