"""The processes of the peers as the measuring one sees them: only the one that is asked something runs.

All others are stopped (SIGSTOP), so that no thread of theirs spins or wakes while another one is timed.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.peers.work import Task

ROOT = Path(__file__).parents[2]
PATIENCE = 20  # seconds for a process to end by itself
STOP, GO = (getattr(signal, name, None) for name in ("SIGSTOP", "SIGCONT"))  # Windows has neither: its peers idle


class PeerError(Exception):
    """A peer cannot do what it was asked; the message says why."""


class Process:
    """One peer in a process of its own, stopped until it is asked something."""

    def __init__(
        self, peer: str, threads: int, settings: Mapping[str, Any], environment: Mapping[str, str] | None = None
    ) -> None:
        paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
        variables = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **(environment or {})}
        command = [sys.executable, "-m", "benchmarks.peers.worker", peer, str(threads), json.dumps(settings)]
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=variables,
        )
        try:
            hello = self._listen()
        except PeerError:
            self.end()
            raise
        self.name: str = hello["name"]
        self._variants = hello
        self._signal(STOP)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._child.pid

    def variants(self, what: str) -> list[str]:
        """Its ways to "train" or to "infer"."""
        return self._variants[what]

    def build(self, task: Task) -> Mapping[str, Any]:
        """Make a task ready: {"id", "weights", "multiply_adds"}. Raises `PeerError`."""
        return self._ask({"do": "build", "task": asdict(task)})

    def time(self, number: int, seconds: float) -> float:
        """Seconds that a repetition takes, the median over so many seconds of them. Raises `PeerError`."""
        return self._ask({"do": "time", "id": number, "seconds": seconds})["seconds"]

    def drop(self) -> None:
        """Forget what was built."""
        self._ask({"do": "drop"})

    def peak_memory(self) -> int:
        """The most bytes that were resident at once."""
        return self._ask({"do": "memory"})["peak"]

    def end(self) -> None:
        """End it."""
        if self._child.poll() is None:
            self._signal(GO)
            self._child.kill()
        self._child.wait(PATIENCE)
        for stream in (self._child.stdin, self._child.stdout):
            if stream:
                stream.close()

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert self._child.stdin
        try:
            self._signal(GO)
            print(json.dumps(request), file=self._child.stdin, flush=True)
            return self._listen()
        except (BrokenPipeError, ValueError) as error:  # ValueError: the pipe was closed here
            raise PeerError("its process ended") from error
        finally:
            self._signal(STOP)

    def _listen(self) -> dict[str, Any]:
        assert self._child.stdout
        line = self._child.stdout.readline()
        if not line:
            raise PeerError(f"its process ended with {self._child.wait(PATIENCE)}")
        answer = json.loads(line)
        if "error" in answer:
            raise PeerError(answer["error"])
        return answer

    def _signal(self, number: int | None) -> None:
        if number is not None and self._child.poll() is None:
            self._child.send_signal(number)


@contextmanager
def processes(wanted: Mapping[str, Sequence[Any]], threads: int) -> Iterator[tuple[dict[str, Process], list[str]]]:
    """Start peers: {name: (file, settings, environment)}. Gives those that run, and notes about those that do not."""
    running: dict[str, Process] = {}
    notes: list[str] = []
    with ExitStack() as stack:
        for name, (file, settings, environment) in wanted.items():
            try:
                running[name] = Process(file, threads, settings, environment)
                stack.callback(running[name].end)
            except PeerError as error:
                notes.append(f"{name} is left out: {error}")
        yield running, notes
