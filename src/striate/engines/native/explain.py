"""A plan as text."""

from striate.engines.native.lower import Planned
from striate.engines.native.memory import FLOAT, Maps
from striate.engines.native.recording import Group
from striate.engines.native.tiles import InstructionSet
from striate.network.graph import Graph


def explained(planned: Planned, graph: Graph, isa: InstructionSet, threads: int) -> str:
    """What runs in which order, what was fused, where everything lies, and what it takes."""
    recording = planned.recording
    lines = [f"{isa.name}, {threads} threads, up to {recording.capacity} pictures"]
    for number, group in enumerate(recording.groups):
        lines.append(_title(number, group))
        lines += [f"    {step.label}" for step in group.steps]
    memory = recording.memory
    lines.append(f"arena {memory.arena * FLOAT:,} bytes (at least {memory.least_arena * FLOAT:,})")
    lines.append(f"block {memory.block * FLOAT:,} bytes a thread")
    for buffer, offset, first, last in sorted(memory.places, key=lambda place: (place[2], place[1])):
        floats = buffer.floats * (recording.capacity if isinstance(buffer, Maps) else 1)
        lines.append(f"    {first:3} to {last:3}  at {offset * FLOAT:>12,}  {floats * FLOAT:>12,} bytes  {buffer.name}")
    return "\n".join(lines)


def _title(number: int, group: Group) -> str:
    if group.python:
        return f"{number}: in Python"
    if group.depth:
        return f"{number}: {group.block} pictures at a time" + (
            f", sums in {group.chunks} chunks" if group.chunks > 1 else ""
        )
    return f"{number}: all pictures"
