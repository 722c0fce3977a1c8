"""`python -m benchmarks compare`: its arithmetic, its nets and its processes; how fast anything is, is not judged."""

import json
import os
import re
import sys
import time
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from striate.presets import models

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not (ROOT / "benchmarks").exists(), reason="an sdist has no benchmarks")


@pytest.fixture(autouse=True)
def beside_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmarks lie beside src/, not in the package."""
    monkeypatch.syspath_prepend(ROOT)


@pytest.fixture
def compare() -> Any:
    return import_module("benchmarks.compare")


@pytest.fixture
def rounds() -> Any:
    return import_module("benchmarks.peers.rounds")


@pytest.fixture
def contest() -> Any:
    return import_module("benchmarks.contest")


def parsed(compare: Any, *arguments: str) -> Namespace:
    parser = ArgumentParser()
    compare.add_arguments(parser)
    return parser.parse_args(arguments)


def test_a_ratio_compares_each_round_within_itself(contest: Any) -> None:
    # Medians of the rates alone would give 10 / 5; the machine was slow in rounds 1 and 2, for both.
    assert contest.ratio([3.0, 10.0, 30.0], [1.0, 5.0, 10.0]) == 3.0


def test_the_best_peer_leaves_the_smallest_ratio(contest: Any) -> None:
    rates = {"us": [4.0, 4.0], "slow": [1.0, 1.0], "fast": [2.0, 8.0]}
    assert contest.best_peer(rates, "us") == contest.Best("fast", 1.25)
    assert contest.best_peer({"us": [1.0]}, "us") is None
    assert contest.best_peer({"fast": [1.0]}, "us") is None


def test_of_each_peer_the_way_with_the_best_slice_goes_on(contest: Any) -> None:
    rates = {("torch", "a"): [5.0, 5.0], ("torch", "b"): [1.0, 6.0], ("us", ""): [2.0]}
    assert contest.fastest_variants(rates) == {"torch": "b", "us": ""}


def test_everyone_begins_a_round_once(contest: Any) -> None:
    assert [contest.rotated("abc", turn) for turn in range(4)] == [list("abc"), list("bca"), list("cab"), list("abc")]
    assert contest.rotated([], 1) == []


def test_what_is_asked_for_is_compared(compare: Any) -> None:
    asked = parsed(compare, "--nets", "lenet,resnet18", "--what", "infer")
    found = [(case.net, case.batch, case.large) for case in compare.cases(asked)]
    sizes = [("lenet", 1, False), ("lenet", 32, False), ("lenet", 128, True)]
    assert found == [*sizes, ("resnet18", 1, False), ("resnet18", 16, True)]
    assert {case.batch for case in compare.cases(parsed(compare, "--what", "train"))} == {16, 32, 128}
    assert {case.batch for case in compare.cases(parsed(compare, "--batches", "3,4"))} == {3, 4}
    assert len(compare.cases(parsed(compare))) == 3 * (3 + 2) + (2 + 1)


def test_by_default_striate_is_no_peer_of_its_own(compare: Any) -> None:
    assert "reference" not in parsed(compare).peers
    assert parsed(compare, "--peers", "").peers == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--nets", "alexnet"), "alexnet is none of lenet, vgg"),
        (("--peers", "torch,caffe"), "caffe is none of torch"),
        (("--what", "learn"), "learn is none of train, infer"),
        (("--batches", "1,0"), "at least 1"),
        (("--rounds", "0"), "at least 1"),
        (("--batches", "many"), "--batches"),
    ],
)
def test_what_is_not_there_is_refused(
    arguments: tuple[str, ...], said: str, compare: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parsed(compare, *arguments)
    assert said in capsys.readouterr().err


@pytest.fixture
def outcome(rounds: Any) -> Any:
    """LeNet's training at three rounds: 1.5 times torch's, at half of the peak."""
    rates = {"striate": [300.0, 150.0, 600.0], "torch": [200.0, 100.0, 400.0], "jax": [50.0, 50.0, 50.0]}
    ways = {"striate": "", "torch": "channels_last", "jax": ""}
    flops = import_module("benchmarks.peers.nets").NETS["lenet"]().flops("train")
    peaks = [2 * flops * rate for rate in rates["striate"]]
    return rounds.Outcome(rounds.Case("lenet", "train", 128), rates, ways, peaks)


def test_goals_are_judged_by_ratio_and_share(compare: Any, outcome: Any) -> None:
    speed, share = compare.limits([outcome])
    assert (speed.value, speed.bound, speed.relation, speed.unit) == (1.5, 2.2, "at least", "x torch")
    assert (share.value, share.bound, share.holds) == (pytest.approx(50.0), 55.0, False)


def test_goals_are_about_the_large_batch_and_peers_that_ran(compare: Any, rounds: Any, outcome: Any) -> None:
    small = rounds.Outcome(rounds.Case("lenet", "train", 32), outcome.rates, outcome.ways, outcome.peaks)
    alone = rounds.Outcome(outcome.case, {"striate": [1.0]}, {"striate": ""})
    assert compare.limits([small, alone]) == []


def test_one_picture_is_compared_with_onnx_runtime_by_latency(compare: Any, rounds: Any) -> None:
    rates = {"striate": [10.0, 10.0], "openvino": [99.0, 99.0], "onnxruntime": [20.0, 20.0]}
    ways = dict.fromkeys(rates, "")
    (latency,) = compare.limits([rounds.Outcome(rounds.Case("lenet", "infer", 1), rates, ways)])
    assert (latency.value, latency.relation, latency.bound, latency.holds) == (2.0, "at most", 1, False)


def test_who_fails_in_between_is_left_out_with_a_note(rounds: Any) -> None:
    process = import_module("benchmarks.peers.process")

    class Peer:
        pid = os.getpid()

        def __init__(self, slices: int) -> None:
            self.left = slices

        def variants(self, what: str) -> list[str]:
            return [""]

        def build(self, task: Any) -> dict[str, Any]:
            return {"id": 0, "weights": None, "multiply_adds": None}

        def time(self, number: int, seconds: float) -> float:
            self.left -= 1
            if self.left < 0:
                raise process.PeerError("no memory")
            return 0.5

        def drop(self) -> None:
            pass

    notes: list[str] = []
    peers = {"lasting": Peer(99), "short": Peer(2), "never": Peer(0)}
    outcome = rounds.play(rounds.Case("lenet", "infer", 3), peers, rounds.Pace(1, 3, 0), notes)
    assert outcome.rates == {"lasting": [6.0, 6.0, 6.0]}
    assert notes == ["lenet infer 3, never: no memory", "lenet infer 3, short: no memory"]


@pytest.mark.parametrize(("others", "played"), [([0.5, 0.0, 0.2, 0.01], 4), ([0.5] * 9, 6), ([None, None], 2)])
def test_noisy_rounds_are_played_again(
    others: list[float | None], played: int, rounds: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = iter(others)

    class Slices:
        turn = 0.0

        def rate(self, name: str, way: str) -> float:
            self.turn += 1
            return self.turn

    monkeypatch.setattr(rounds.Watch, "others", lambda self: next(shares))
    found = rounds._played(Slices(), {"one": ""}, [], rounds.Pace(1, 2, 0))
    assert [each.rates["one"] for each in found] == [turn + 1.0 for turn in range(played)]
    assert [each.others for each in found] == others[:played]


def test_the_quietest_rounds_count_in_their_order(rounds: Any) -> None:
    played = [rounds.Round({"one": rate}, 1.0, others) for rate, others in [(9, 0.3), (1, 0.1), (5, 0.2), (2, 0.0)]]
    assert [each.rates["one"] for each in rounds.quietest(played, 2)] == [1, 2]
    unknown = [rounds.Round({"one": rate}) for rate in (3, 1, 2)]
    assert [each.rates["one"] for each in rounds.quietest(unknown, 2)] == [3, 1]


@pytest.mark.skipif(sys.platform != "linux", reason="as above")
def test_what_others_do_is_seen() -> None:
    noise = import_module("benchmarks.peers.noise")
    own, strangers = noise.Watch([os.getpid()]), noise.Watch([])
    cpu = time.process_time()
    while time.process_time() - cpu < 0.3:  # work of this process: own to the first, of others to the second
        pass
    seen, as_strangers = own.others(), strangers.others()
    assert 0 <= seen < as_strangers <= 1.1
    assert noise.Watch([2**22 + 1]).others() is None  # no such process


def test_every_goal_has_a_net(compare: Any) -> None:
    nets = import_module("benchmarks.peers.nets").NETS
    assert {net for net, _ in compare.GOALS} == set(nets)


def test_tables_of_a_page(compare: Any, rounds: Any, outcome: Any) -> None:
    result = import_module("benchmarks.result")
    tables = (compare.best_table([outcome]), compare.all_table([outcome]))
    text = result.as_markdown("compare", result.Result(tables, ()), {"cpu": "some"})
    assert "| lenet | train | 128 | 300 | torch channels_last | 200 | 1.50 | 2.20 | 50 |" in text
    assert (
        "| net | what | batch | striate images/s | best peer | its images/s | ratio | goal | % of peak |\n| --- |"
        in text
    )
    assert text.endswith("- cpu: some")
    without = rounds.Outcome(outcome.case, outcome.rates, outcome.ways)
    text = result.as_text("compare", result.Result((compare.best_table([without]),), ()), {})
    assert text.splitlines()[4].endswith("1.50  2.20          -")


@pytest.fixture
def told(compare: Any, outcome: Any) -> dict[str, Any]:
    """A result as --json prints it."""
    result = import_module("benchmarks.result")
    tables = (compare.best_table([outcome]), compare.all_table([outcome]))
    notes = ("2 threads, 3 rounds", "striate: Striate 1.0 native", "torch: PyTorch 2.13", "lenet train 128, torch: no")
    machine = {"cpu": "AMD", "cores": 2, "system": "Linux", "began": "2026-11-22 05:00 UTC"}
    return json.loads(result.as_json("compare", result.Result(tables, (), notes), machine))


def test_pages_get_the_figures_in_their_language(told: dict[str, Any]) -> None:
    pages = import_module("benchmarks.pages")
    page = f"a\n\n<!-- compare: best -->\nold\n{pages.END}\n\nb\n\n<!-- compare: all -->\n{pages.END}\n"
    english, korean = (pages.with_figures(page, [told, told], language) for language in ("en", "ko"))
    assert english.count("| lenet | train | 128 | 300 | torch channels_last | 200 | 1.50 | 2.20 | 50 |") == 2
    assert korean.count("| lenet | 학습 | 128 | 300 | torch channels_last | 200 | 1.50 | 2.20 | 50 |") == 2
    assert english.count("| lenet | train | 128 | jax | 50 |") == 2
    assert "Measured on 2026-11-22 on 2 cores of an AMD, Linux: Striate 1.0 native, PyTorch 2.13." in english
    assert "old" not in english and english.startswith("a\n") and "\nb\n" in english
    assert pages.with_figures(english, [told, told], "en") == english
    figures = re.compile(r"\d[\d.]*")
    assert {*figures.findall(english)} == {*figures.findall(korean)}


def test_every_heading_has_korean_words(compare: Any) -> None:
    pages = import_module("benchmarks.pages")
    assert {*compare.BEST_COLUMNS, *compare.ALL_COLUMNS, *compare.WHATS} <= set(pages.KOREAN)


def test_the_documentation_has_places_for_figures() -> None:
    pages = import_module("benchmarks.pages")
    for name in ("docs/benchmarks.md", "docs/ko/benchmarks.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert [text.count(begin) for begin in pages.PLACES] == [1, 1]


@pytest.mark.parametrize("name", ["lenet", "vgg", "resnet18", "mobilenetv2"])
def test_nets_are_counted_as_striate_counts_them(name: str) -> None:
    net = import_module("benchmarks.peers.nets").NETS[name]()
    graph = import_module("benchmarks.peers.on_striate").graph_of(net)
    assert net.weights == graph.theta.count
    assert net.multiply_adds == sum(graph.multiply_adds(node) or 0 for node in graph.nodes)
    assert net.shapes[1:] == [node.shape for node in graph.nodes[1:]]


def test_nets_are_those_of_the_papers() -> None:
    nets = import_module("benchmarks.peers.nets").NETS
    assert nets["lenet"]().weights == 225_034
    assert nets["resnet18"]().weights == models.resnet18().graph.theta.count == 11_689_512
    assert nets["mobilenetv2"]().weights == models.mobilenetv2().graph.theta.count == 3_504_872


def test_training_spares_the_first_layer_a_gradient() -> None:
    nets = import_module("benchmarks.peers.nets")
    net = nets.Net("one", (4, 4, 2))
    net.dense(net.flatten(net.conv(0, 3, 3, bias=True)), 5)
    assert net.multiply_adds == 2 * 2 * 3 * 9 * 2 + 12 * 5
    assert net.flops("infer") == 2 * net.multiply_adds
    assert net.flops("train") == 6 * net.multiply_adds - 2 * (2 * 2 * 3 * 9 * 2)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are stopped and asked for their memory as Linux does it")
def test_a_whole_comparison_of_two_processes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = import_module("benchmarks.__main__")
    short = [
        "--batches",
        "2",
        "--rounds",
        "2",
        "--patience",
        "1",
        "--seconds",
        "0",
        "--peers",
        "reference",
        "--engine",
        "reference",
    ]
    command.main(["compare", "--nets", "lenet", *short, "--threads", "1", "--json"])
    told = json.loads(capsys.readouterr().out)
    best, everyone = told["tables"].values()
    assert [(row["what"], row["best peer"]) for row in best] == [("train", "reference"), ("infer", "reference")]
    assert [row["by"] for row in everyone] == ["striate", "reference"] * 2
    assert all(row["slowest"] > 0 for row in everyone)


@pytest.fixture
def task() -> Any:
    return import_module("benchmarks.peers.work").Task("lenet", "infer", 1, "", 1)


@pytest.mark.skipif(sys.platform != "linux", reason="as above")
def test_a_process_says_why_it_cannot_and_lives_on(task: Any) -> None:
    process = import_module("benchmarks.peers.process")
    peer = process.Process("on_striate", 1, {"engine": "reference"})
    try:
        with pytest.raises(process.PeerError, match="list index"):
            peer.time(0, 0)
        assert peer.build(task)["id"] == 0
        assert peer.time(0, 0) > 0
        assert peer.peak_memory() > 2**20
        peer.drop()
        assert peer.build(task)["id"] == 0
    finally:
        peer.end()
    with pytest.raises(process.PeerError, match="ended"):
        peer.time(0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="as above")
def test_an_idle_process_is_stopped() -> None:
    process = import_module("benchmarks.peers.process")
    peer = process.Process("on_striate", 1, {"engine": "reference"})
    try:
        looks = (os.waitid(os.P_PID, peer.pid, os.WSTOPPED | os.WNOWAIT | os.WNOHANG) for _ in range(500))
        stopped = next((look for look in looks if look or time.sleep(0.02)), None)  # a signal takes its time
        assert stopped and stopped.si_code == os.CLD_STOPPED
    finally:
        peer.end()


@pytest.mark.parametrize(
    ("file", "settings", "said"), [("on_striate", {"engine": "none"}, "none"), ("on_x", {}, "on_x")]
)
def test_what_does_not_start_is_left_out_with_a_note(file: str, settings: dict[str, str], said: str) -> None:
    process = import_module("benchmarks.peers.process")
    with process.processes({"it": (file, settings, {})}, 1) as (running, notes):
        assert running == {}
    (note,) = notes
    assert note.startswith("it is left out: ") and said in note


def test_another_net_than_the_drawn_one_is_found_out(rounds: Any, task: Any) -> None:
    class Peer:
        def build(self, task: Any) -> dict[str, Any]:
            return {"id": 7, "weights": weights, "multiply_adds": None}

    process = import_module("benchmarks.peers.process")
    weights = 225_034
    assert rounds.built_as_drawn(Peer(), task) == 7
    weights += 1
    with pytest.raises(process.PeerError, match="225,035 instead of 225,034"):
        rounds.built_as_drawn(Peer(), task)
