"""What `striate learn versus` says: lines of text, and the same for a program."""

from collections.abc import Iterator, Mapping, Sequence

from striate.engines.contract import Array
from striate.inspection.versus.nets import CNN, DENSE, FIELDS, GROWING, PAIRS, PLAIN, Net, hidden_units
from striate.inspection.versus.versus import MOVED, Compared, Versus
from striate.messages import render
from striate.network.layers import Conv2D
from striate.views.columns import aligned

NUMBERS = range(1, 20)  # columns that end at the right


def versus_lines(found: Versus) -> Iterator[str]:
    """Every table, then what is said of CNNs with what was measured."""
    more = {"batch": found.batch_size, "part": f"part.{found.part}"}
    yield render("versus.setting", _setting(found) | more)
    for part in (_equal, _growth, _moved, _kernels, _claims):
        yield ""
        yield from part(found)


def versus_json(found: Versus) -> dict[str, object]:
    """Accuracies by network, a number for each seed; of moved pictures a list for each seed."""
    return {
        "setting": {**_setting(found), "part": found.part, "rule": "adam", "learning_rate": 0.001},
        "networks": {
            name: {"weights": net.weights, "multiply_adds": net.multiply_adds, "field": net.field}
            for name, net in found.nets.items()
        },
        "accuracy": _listed(found.accuracy),
        "shuffled": _listed(found.shuffled),
        "weights_by_size": {"sizes": found.growth.sizes, "hidden": found.growth.hidden, **found.growth.weights},
        "shifts": {"pixels": found.shifts, **_listed(found.by_shift)},
        "turns": {"degrees": found.angles, **_listed(found.by_angle)},
        "claims": [
            {
                "claim": each.claim,
                "differences": each.differences.tolist(),
                "mean": each.mean,
                "spread": each.spread,
                "holds": each.holds,
            }
            for each in found.compared
        ],
    }


def _setting(found: Versus) -> dict[str, object]:
    budget = found.budget
    counts = {"pictures": found.pictures, "judged": found.judged, "shape": found.shape}
    return {**counts, "epochs": budget.epochs, "seeds": budget.seeds, "batch_size": found.batch_size}


def _equal(found: Versus) -> Iterator[str]:
    yield render("versus.equal_heading")
    titles = ("network", "weights", "multiply_adds", "accuracy", "shuffled_accuracy")
    rows = [
        [*_costs(found.nets[name]), _percent(found.accuracy[name]), _percent(found.shuffled[name])]
        for name in (CNN, DENSE)
    ]
    yield from aligned([_titles(titles), *rows], right=NUMBERS)


def _growth(found: Versus) -> Iterator[str]:
    growth = found.growth
    yield render("versus.growth_heading", {"hidden": growth.hidden})
    head = [render("versus.size"), *(render(f"versus.growth.{name}") for name in GROWING)]
    rows = [
        [f"{size}x{size}", *(f"{growth.weights[name][i]:,}" for name in GROWING)] for i, size in enumerate(growth.sizes)
    ]
    yield from aligned([head, *rows], right=NUMBERS)
    times = {name: counts[-1] / counts[0] for name, counts in growth.weights.items()}
    yield render("versus.growth_note", {"first": growth.sizes[0], "last": growth.sizes[-1], **times})


def _moved(found: Versus) -> Iterator[str]:
    for what, unit, moves, of in (
        ("shift", "pixels", found.shifts, found.by_shift),
        ("turn", "degrees", found.angles, found.by_angle),
    ):
        if what == "turn":
            yield ""
        yield render(f"versus.{what}_heading")
        head = [render("versus.network"), render("versus.weights")]
        head += [render(f"versus.{unit}", {"n": move}) for move in moves]
        rows = [
            [_name(found.nets[name]), f"{found.nets[name].weights:,}", *map(_percent, of[name].T)] for name in MOVED
        ]
        yield from aligned([head, *rows], right=NUMBERS)


def _kernels(found: Versus) -> Iterator[str]:
    yield render("versus.kernels_heading", {"filters": found.budget.filters})
    rows = [
        [*_costs(found.nets[name]), "x".join(map(str, found.nets[name].field or ())), _percent(found.accuracy[name])]
        for name in FIELDS
    ]
    titles = ("network", "weights", "multiply_adds", "field", "accuracy")
    yield from aligned([_titles(titles), *rows], right=NUMBERS)


def _claims(found: Versus) -> Iterator[str]:
    yield render("versus.claims")
    rows = [[f"  {render(f'versus.claim.{each.claim}')}:", _measured(each), _verdict(each)] for each in found.compared]
    yield from aligned(rows, right={1})
    for small, large in PAIRS:
        a, b = found.nets[small], found.nets[large]
        costs = {"weights_small": a.weights, "products_small": a.multiply_adds}
        costs |= {"weights_large": b.weights, "products_large": b.multiply_adds}
        yield "  " + render("versus.cost", {"small": _name(a), "large": _name(b), **costs})


def _measured(of: Compared) -> str:
    if of.spread is None:
        return render("versus.measured_once", {"mean": 100 * of.mean})
    return render("versus.measured", {"mean": 100 * of.mean, "spread": 100 * of.spread})


def _verdict(of: Compared) -> str:
    if of.holds is None:
        return render("versus.verdict.open")
    if of.none_claimed:
        return render("versus.verdict.same" if of.holds else "versus.verdict.differs")
    return render("versus.verdict.true" if of.holds else "versus.verdict.false")


def _titles(names: Sequence[str]) -> list[str]:
    return [render(f"versus.{name}") for name in names]


def _costs(net: Net) -> list[str]:
    return [_name(net), f"{net.weights:,}", f"{net.multiply_adds:,}"]


def _name(net: Net) -> str:
    """What a network is called in a table."""
    if net.name == DENSE:
        return render("versus.net.dense", {"hidden": hidden_units(net)})
    if net.name == PLAIN:
        maps = [node.layer.filters for node in net.graph.nodes if isinstance(node.layer, Conv2D)]
        return render("versus.net.plain", {"second": maps[-1]})
    return render(f"versus.net.{net.name}")


def _percent(values: Array) -> str:
    """Mean and standard deviation over the seeds."""
    mean = f"{100 * values.mean():.1f}"
    return f"{mean} ± {100 * values.std(ddof=1):.1f}" if len(values) > 1 else mean


def _listed(of: Mapping[str, Array]) -> dict[str, object]:
    return {name: values.tolist() for name, values in of.items()}
