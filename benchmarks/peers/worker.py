"""The process of one peer: reads requests as lines of JSON, answers each with a line.

    {"do": "build", "task": {...}}                   -> {"id", "weights", "multiply_adds"}
    {"do": "time", "id": 3, "seconds": 0.5}          -> {"seconds": of one repetition, the median, "repetitions"}
    {"do": "drop"}                                   -> {}: everything that was built is forgotten
    {"do": "memory"}                                 -> {"peak": bytes that were resident at most}

What went wrong is answered as {"error": text}. It ends when its input does.
"""

import ctypes
import gc
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, TextIO

PR_SET_PDEATHSIG = 1  # linux/prctl.h
ENOUGH = 100_000  # repetitions of one request
LONG = 0.2  # seconds of a repetition in which filling the caches again does not show


class Worker:
    """What was built in this process so far."""

    def __init__(self, peer: str, threads: int, settings: dict[str, Any]) -> None:
        module = import_module(f"benchmarks.peers.{peer}")
        self._peer = module.Framework()
        self.hello = {"name": self._peer.start(threads, settings)}
        self.hello |= {what: self._peer.variants(what) for what in ("train", "infer")}
        self._built: list[Any] = []
        self._took: dict[int, float] = {}  # by each a repetition, when it was last timed

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what is asked."""
        match request["do"]:
            case "build":
                return self._build(request["task"])
            case "time":
                return self._time(request["id"], request["seconds"])
            case "drop":
                self._built.clear()
                self._took.clear()
                gc.collect()
                return {}
            case "memory":
                return {"peak": peak_memory()}
            case other:
                raise ValueError(f"no such request: {other}")

    def _build(self, task: dict[str, Any]) -> dict[str, Any]:
        from benchmarks.peers.work import Task

        built = self._peer.build(Task(**task))
        built.once()  # whatever is done only the first time
        self._built.append(built)
        return {"id": len(self._built) - 1, "weights": built.weights, "multiply_adds": built.multiply_adds}

    def _time(self, number: int, seconds: float) -> dict[str, Any]:
        once = self._built[number].once
        if self._took.get(number, 0) < LONG:
            once()  # not counted: the caches were another's
        times = timed(once, seconds)
        self._took[number] = median(times)
        return {"seconds": self._took[number], "repetitions": len(times)}


def timed(once: Callable[[], object], seconds: float) -> list[float]:
    """Repeat for so long, at least once; the answer is what each took."""
    times: list[float] = []
    began = last = perf_counter()
    while not times or (last - began < seconds and len(times) < ENOUGH):
        once()
        now = perf_counter()
        times.append(now - last)
        last = now
    return times


def peak_memory() -> int:
    """The most bytes of this process that were resident at once."""
    import resource

    status = Path("/proc/self/status")  # Linux; getrusage would count what the parent held when it started this one
    if status.exists() and (found := re.search(r"^VmHWM:\s*(\d+) kB$", status.read_text(), re.MULTILINE)):
        return 1024 * int(found[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """`python -m benchmarks.peers.worker PEER THREADS SETTINGS`."""
    peer, threads, settings = sys.argv[1:]
    answers = _private_output()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # it may be stopped when its parent is gone
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(threads)])
    try:
        worker = Worker(peer, int(threads), json.loads(settings))
    except Exception as error:
        _say(answers, {"error": _words(error)})
        return
    _say(answers, worker.hello)
    for line in sys.stdin:
        try:
            _say(answers, worker.answer(json.loads(line)))
        except Exception as error:
            _say(answers, {"error": _words(error)})


def _private_output() -> TextIO:
    """Where answers go. Whatever a framework prints goes to stderr instead."""
    own = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(own, "w", encoding="utf-8")


def _say(answers: TextIO, answer: dict[str, Any]) -> None:
    print(json.dumps(answer), file=answers, flush=True)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0][:200]


if __name__ == "__main__":
    main()
