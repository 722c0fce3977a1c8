"""What the models of lessons and comparisons compute with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Computer:
    """An engine, an instruction set and a number of threads; None: as a model chooses by itself."""

    engine: str | None = None
    isa: str | None = None
    threads: int | None = None
