"""What computes, as it was asked for: of that a model, a lesson or a command is told as one thing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Computer:
    """An engine, an instruction set and a number of threads; None: the fastest engine, the best set, all cores."""

    engine: str | None = None
    isa: str | None = None
    threads: int | None = None
