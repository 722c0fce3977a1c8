"""How fast the same nets train and answer on Striate and on other frameworks, in turns, as ratios.

Each peer is a process of its own that builds a net once and then repeats its work when asked; all others are stopped
meanwhile. Of the ways that a peer has (layouts, rules, compilers) the fastest of a short heat goes on. Then every round
times a slice of each, and a ratio compares slices of one round: the medians of these are what is judged. Where other
programs take more than a twentieth of the cores, more rounds are played, and the quietest of them count.

Training is forward, backward and Adam on a fixed batch of random pictures; inference ends with softmax. Everything is
float32. The share of the peak is that of the multiply-adds which the net's definition asks for, against what the
CPU was measured to do in the same rounds. A peer that is not installed is left out: `pip install -e '.[bench]'`.
"""

import sys
from argparse import ArgumentParser, ArgumentTypeError, BooleanOptionalAction, Namespace
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from statistics import median
from typing import Any

from benchmarks.contest import best_peer, ratio
from benchmarks.machine import usable_cores
from benchmarks.peers.nets import NETS
from benchmarks.peers.process import Process, processes
from benchmarks.peers.rounds import LARGE, LARGE_BATCH, Case, Outcome, Pace, play
from benchmarks.result import Limit, Result, Table

US = "striate"
OURSELVES = ("reference",)  # peers that are asked for by name only
# {peer: (the package that it needs, its file beside benchmarks/peers/worker.py, settings, environment)}
PEERS: dict[str, tuple[str, str, dict[str, Any], dict[str, str]]] = {
    "torch": ("torch", "on_torch", {}, {}),
    "tensorflow": ("tensorflow", "on_keras", {}, {"KERAS_BACKEND": "tensorflow"}),
    "jax": ("jax", "on_keras", {}, {"KERAS_BACKEND": "jax"}),
    "onnxruntime": ("onnxruntime", "on_onnxruntime", {}, {}),
    "openvino": ("openvino", "on_openvino", {}, {}),
    "reference": ("striate", "on_striate", {"engine": "reference"}, {}),
}
WHATS = ("train", "infer")


# As ratios to the fastest peer at the large batch, and for training the share of the peak in percent.
GOALS = {
    ("lenet", "train"): (2.2, 55.0),
    ("vgg", "train"): (1.2, 75.0),
    ("resnet18", "train"): (1.2, 75.0),
    ("mobilenetv2", "train"): (1.3, None),
    ("lenet", "infer"): (1.1, None),
    ("vgg", "infer"): (0.95, None),
    ("resnet18", "infer"): (0.95, None),
    ("mobilenetv2", "infer"): (0.9, None),
}

BEST, ALL = "Striate and its fastest peer, medians", "everyone"  # the tables
BEST_COLUMNS = {
    "net": "",
    "what": "",
    "batch": "",
    "striate images/s": ",.0f",
    "best peer": "",
    "its images/s": ",.0f",
    "ratio": ".2f",
    "goal": ".2f",
    "% of peak": ".0f",
}
ALL_COLUMNS = {
    "net": "",
    "what": "",
    "batch": "",
    "by": "",
    "images/s": ",.0f",
    "slowest": ",.0f",
    "fastest": ",.0f",
    "striate / it": ".2f",
    "% of peak": ".0f",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Which nets, peers and batches, how long, on what."""
    parser.add_argument("--nets", type=_among(NETS), default=list(NETS), help=f"of {','.join(NETS)} (default: all)")
    others = [name for name in PEERS if name not in OURSELVES]
    peers = f"of {','.join(PEERS)} (default: all but {','.join(OURSELVES)})"
    parser.add_argument("--peers", type=_among(PEERS), default=others, help=peers)
    parser.add_argument("--what", type=_among(WHATS), default=list(WHATS), help="train, infer or both (default: both)")
    batches = "as 1,32 (default: 1 for inference, 32 and 128; of 224x224 1 and 16)"
    parser.add_argument("--batches", type=_numbers, help=batches)
    parser.add_argument("--rounds", type=_positive, default=7, help="slices of each (default: 7)")
    parser.add_argument("--seconds", type=float, default=0.5, help="that a slice lasts at least (default: 0.5)")
    patience = "at most so many times the rounds, where others are busy (default: 3)"
    parser.add_argument("--patience", type=_positive, default=3, help=patience)
    parser.add_argument("--threads", type=_positive, default=usable_cores(), help="(default: one for each core)")
    parser.add_argument("--engine", help="Striate's (default: the one that it chooses)")
    parser.add_argument("--isa", help="the instruction set of the native engine (default: the best that the CPU has)")
    parser.add_argument(
        "--compile", action=BooleanOptionalAction, default=True, help="torch.compile too, which takes minutes"
    )


def run(options: Namespace) -> Result:
    """Compare case by case, each with all peers in turn."""
    wanted = {US: ("on_striate", {"engine": options.engine, "isa": options.isa}, {})}
    notes = [f"{options.threads} threads, {options.rounds} rounds of {options.seconds:g} s, Adam, float32"]
    for name in options.peers:
        package, file, settings, environment = PEERS[name]
        if find_spec(package):
            wanted[name] = (file, settings | {"compile": options.compile}, environment)
        else:
            notes.append(f"{name} is left out: {package} is not installed")
    with processes(wanted, options.threads) as (running, problems):
        names = {name: process.name for name, process in running.items()}
        notes += problems + [f"{name}: {version}" for name, version in names.items()]
        outcomes = [_played(case, running, options, notes) for case in cases(options)]
    outcomes = [outcome for outcome in outcomes if outcome.rates]
    if peaks := [peak for outcome in outcomes for peak in outcome.peaks]:
        notes.append(f"peak: {max(peaks) / 1e9:.0f} GFLOP/s at most, {median(peaks) / 1e9:.0f} as a median")
    if others := [100 * share for outcome in outcomes for share in outcome.others]:
        notes.append(f"others took {median(others):.0f} % of the cores as a median, {max(others):.0f} % at most")
    return Result((best_table(outcomes), all_table(outcomes)), tuple(limits(outcomes)), tuple(notes))


def _played(case: Case, running: dict[str, Process], options: Namespace, notes: list[str]) -> Outcome:
    print(f"{case} ...", file=sys.stderr, flush=True)
    return play(case, running, Pace(options.threads, options.rounds, options.seconds, options.patience), notes)


def cases(options: Namespace) -> list[Case]:
    """Every net for every purpose at every batch that was asked for."""
    return [
        Case(net, what, batch)
        for net in options.nets
        for what in options.what
        for batch in options.batches or default_batches(net, what)
    ]


def default_batches(net: str, what: str) -> list[int]:
    """The batches of a net; one picture is no batch to train on."""
    many = [LARGE[net]] if net in LARGE else [32, LARGE_BATCH]
    return many if what == "train" else [1, *many]


def best_table(outcomes: Sequence[Outcome]) -> Table:
    """One line a case: we, and the strongest of the others."""
    rows: list[tuple[object, ...]] = []
    for outcome in outcomes:
        best = best_peer(outcome.rates, US)
        if best is None:
            continue
        case, ours, theirs = outcome.case, outcome.rates[US], outcome.rates[best.peer]
        goal = GOALS[case.net, case.what][0] if case.large else None
        figures = (median(ours), _way(best.peer, outcome), median(theirs), best.ratio, goal, outcome.share(US))
        rows.append((case.net, case.what, case.batch, *figures))
    return Table(BEST, BEST_COLUMNS, rows)


def all_table(outcomes: Sequence[Outcome]) -> Table:
    """One line for each that ran."""
    rows = [
        (
            *(outcome.case.net, outcome.case.what, outcome.case.batch, _way(name, outcome)),
            *(median(of), min(of), max(of)),
            ratio(outcome.rates[US], of) if US in outcome.rates else None,
            outcome.share(name),
        )
        for outcome in outcomes
        for name, of in outcome.rates.items()
    ]
    return Table(ALL, ALL_COLUMNS, rows)


def _way(name: str, outcome: Outcome) -> str:
    return " ".join(filter(None, (name, outcome.ways[name])))


def limits(outcomes: Sequence[Outcome]) -> list[Limit]:
    """The goals that this run can judge."""
    found: list[Limit] = []
    for outcome in outcomes:
        case, best = outcome.case, best_peer(outcome.rates, US)
        if best and case.large and (case.net, case.what) in GOALS:
            least, share = GOALS[case.net, case.what]
            found.append(Limit(f"{case}", best.ratio, f"x {best.peer}", "at least", least))
            ours = outcome.share(US)
            if share and ours is not None:
                found.append(Limit(f"{case}", ours, "% of peak", "at least", share))
        if (case.net, case.what, case.batch) == ("lenet", "infer", 1) and {US, "onnxruntime"} <= outcome.rates.keys():
            slower = 1 / ratio(outcome.rates[US], outcome.rates["onnxruntime"])
            found.append(Limit(f"{case}, latency", slower, "x onnxruntime", "at most", 1))
    return found


def _among(names: Sequence[str] | dict[str, Any]) -> Callable[[str], list[str]]:
    """Names with commas between them, each one of these."""

    def read(text: str) -> list[str]:
        asked = [name for name in text.split(",") if name]
        if unknown := [name for name in asked if name not in names]:
            raise ArgumentTypeError(f"{', '.join(unknown)} is none of {', '.join(names)}")
        return asked

    return read


def _numbers(text: str) -> list[int]:
    return [_positive(number) for number in text.split(",")]


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ArgumentTypeError("at least 1")
    return number
