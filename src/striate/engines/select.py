"""Which engine a name stands for."""

from striate.engines.contract import Engine
from striate.engines.reference.program import ReferenceEngine
from striate.errors import unknown_name

ENGINES = {"reference": ReferenceEngine}


def engine(name: str | None = None) -> Engine:
    """The engine of a name; None: the fastest that is there."""
    if name is None:
        return ReferenceEngine()
    if name not in ENGINES:
        raise unknown_name("engine", name, ENGINES)
    return ENGINES[name]()
