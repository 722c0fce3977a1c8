"""Which engine a name stands for."""

from striate.engines.contract import Engine
from striate.engines.native import core
from striate.engines.native.engine import NativeEngine
from striate.engines.reference.program import ReferenceEngine
from striate.errors import unknown_name

ENGINES = ("native", "reference")  # the fastest first


def engine(name: str | None = None, *, isa: str | None = None) -> Engine:
    """The engine of a name; None: the fastest that is there. `isa`: the native one's instruction set, else the best.

    Raises `UnknownNameError` for names that are none, and for an instruction set that this CPU has not.
    """
    if name is not None and name not in ENGINES:
        raise unknown_name("engine", name, ENGINES)
    if name == "reference" or (name is None and isa is None):
        return ReferenceEngine()
    return NativeEngine(isa)
