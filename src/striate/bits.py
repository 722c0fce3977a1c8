"""What a training came to, to the bit: SHA-256 of the weights, and what computed them.

The same version, pictures and settings give the same weights on any number of threads; on another instruction set sums
are rounded otherwise. So the hash is told with the one that it holds for.
"""

from dataclasses import asdict, dataclass
from typing import Any, Protocol, cast

from striate.engines.contract import Engine
from striate.engines.native.engine import NativeEngine

BITS = "bits"  # its place in model.about
SHOWN = 16  # letters of a hash that tell models apart at a glance


class Fingerprinted(Protocol):
    """What is asked of a model."""

    about: dict[str, Any]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of theta and state."""
        ...


@dataclass(frozen=True)
class Bits:
    """SHA-256 of theta and state; `isa`: the instruction set that computed them, or "reference"; None: unknown."""

    sha256: str
    isa: str | None

    @property
    def short(self) -> str:
        """As much of the hash as is shown."""
        return self.sha256[:SHOWN]

    def to_json(self) -> dict[str, str | None]:
        """Both, by name."""
        return asdict(self)


def computed_on(engine: Engine) -> str:
    """What makes the bits: the instruction set, or the engine that leaves sums to NumPy."""
    return engine.isa.name if isinstance(engine, NativeEngine) else engine.name


def record(model: Fingerprinted, engine: Engine) -> Bits:
    """Write down what a model's weights are, and what computed them."""
    bits = Bits(model.fingerprint, computed_on(engine))
    model.about[BITS] = bits.to_json()
    return bits


def bits_of(model: Fingerprinted) -> Bits:
    """What a model's weights are now; what computed them, where they are still those that were written down."""
    recorded: object = model.about.get(BITS)
    known = cast(dict[str, object], recorded) if isinstance(recorded, dict) else {}
    isa, sha256 = known.get("isa"), model.fingerprint
    return Bits(sha256, isa if known.get("sha256") == sha256 and isinstance(isa, str) else None)
