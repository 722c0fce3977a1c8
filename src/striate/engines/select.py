"""Which engine a name stands for."""

from striate.engines.contract import Engine
from striate.engines.native import core
from striate.engines.native.engine import NativeEngine
from striate.engines.reference.program import ReferenceEngine
from striate.errors import SettingError, StateError, unknown_name

ENGINES = ("native", "reference")


def default_engine() -> str:
    """The fastest engine that is there."""
    return "native" if core.available() else "reference"


def engine(name: str | None = None, *, isa: str | None = None) -> Engine:
    """The engine of a name; None: the fastest that is there. `isa`: the native one's instruction set, else the best.

    Raises `UnknownNameError` for a name that is none and for an instruction set that this CPU has not, `StateError`
    where the core is absent, `SettingError` for an instruction set of the reference engine.
    """
    if name is not None and name not in ENGINES:
        raise unknown_name("engine", name, ENGINES)
    if (name or default_engine()) == "reference":
        if isa is not None:
            raise SettingError("engine.isa_of_reference", isa=isa)
        return ReferenceEngine()
    if (absent := core.why_absent()) is not None:
        raise StateError("engine.no_core", reason=absent)
    return NativeEngine(isa)
