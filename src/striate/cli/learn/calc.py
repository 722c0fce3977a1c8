"""`striate learn calc`: the size of a map and all that follows from it."""

from dataclasses import asdict

from striate.cli.guard import Code
from striate.cli.learn.written_sizes import size_lines
from striate.cli.numbers import as_json
from striate.cli.output import aside, write, write_json
from striate.cli.readers import Whole
from striate.cli.ui import command, flag, json_flag, option
from striate.inspection.by_hand.sizes import LayerFacts, SizeFacts, layer_facts, size_facts


@command("learn.calc")
@option("--n", reader=Whole(1), required=True)
@option("--f", reader=Whole(1), required=True)
@option("--s", reader=Whole(1), default=1)
@option("--p", reader=Whole(0), default=0)
@option("--channels", reader=Whole(1), default=1)
@option("--filters", reader=Whole(1), default=1)
@flag("--strict")
@json_flag
def calc(n: int, f: int, s: int, p: int, channels: int, filters: int, strict: bool, json: bool) -> int | None:
    """`striate learn calc`."""
    facts = size_facts(n, f, s, p)
    layer = layer_facts(n, f, s, p, channels, filters)
    if json:
        write_json(_size_json(facts, layer))
    else:
        write(size_lines(facts, layer))
    if strict and not facts.divides:
        aside("learn.refused")
        return Code.PROBLEMS
    return None


def _size_json(facts: SizeFacts, layer: LayerFacts) -> dict[str, object]:
    axis, same = facts.axis, facts.same
    return {
        "n": axis.size,
        "f": axis.kernel,
        "s": axis.stride,
        "p": axis.before,
        "k": axis.result,
        "exact": as_json(axis.exact),
        "divides": facts.divides,
        "left_over": facts.left_over,
        "looks": facts.looks,
        "unseen": facts.unseen,
        "neighbours": asdict(facts.neighbours),
        "keeping": {"formula": as_json(facts.keeping), "rounded": facts.keeping_rounded},
        "same": {
            "k": same.result,
            "before": same.before,
            "after": same.after,
            "lopsided": facts.same_is_lopsided,
            "keeps_size": facts.same_keeps_size,
        },
        "layer": asdict(layer),
    }
