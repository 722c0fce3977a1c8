"""Plans and arrays that are wrong in one place, thousands of them: the core must refuse them or do no harm.

    python tests/core_fuzz.py SEED COUNT

In a process of its own, so that a crash is seen. Numbers are changed wherever a plan has some: huge, negative, off by
one, of another type. Prints how many were refused.
"""

import sys
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import fields, is_dataclass
from enum import IntEnum
from random import Random
from typing import Any

import numpy as np
from cases import CASES

from striate.engines.contract import Purpose
from striate.engines.native import _core
from striate.engines.native.engine import instruction_sets
from striate.engines.native.lower import Wish, plan
from striate.engines.native.operations import Segment
from striate.engines.native.tensors import Space, Tensor
from striate.losses import MeanSquaredError
from striate.network.graph import Graph

ROWS = (
    "vgg",
    "lopsided_everywhere",
    "inception",
    "lenet",
    "conv_groups_lopsided",
    "conv_groups_of_four",
    "depthwise_multiplier",
    "layer_norm",
    "dropout_after_maps",
    "softmax_in_the_middle",
    "zero_padding_before_conv",
    "shared_by_branches",
    "shared_dense",
    "max_same_overlapping",
    "average_same_overlapping",
    "concatenate_rows",
    "activation_tanh",
)
REFUSED = (ValueError, TypeError, AttributeError, OverflowError, MemoryError, RuntimeError)
NAMES = {space: space.name.lower() for space in Space if space > Space.BLOCK}
WRONG: tuple[object, ...] = (None, "x", 1.5, float("nan"), (), [1], True)


def plans() -> Iterator[tuple[list[Segment], list[int], int]]:
    """Segments that are right, with the sizes of their spaces and the capacity; small batches and such in chunks."""
    isa = list(instruction_sets().values())[-1]
    by_id = {case.id: case for case in CASES}
    for row in ROWS:
        for capacity in (2, 6):
            graph = by_id[row].graph
            purpose = Purpose(loss=MeanSquaredError(), batch_statistics=True, dropout=True, gradients_of=("input1",))
            recording = plan(graph, capacity, purpose, isa, Wish(judged=True, learns=True)).recording
            yield recording.segments(), sizes_of(graph, capacity, recording.memory), capacity


def sizes_of(graph: Graph, capacity: int, memory: Any) -> list[int]:
    """As the native program gives them."""
    output = capacity * int(np.prod(graph.output_shape))
    pictures = capacity * int(np.prod(graph.input_shape))
    own = [0, memory.arena, memory.block, pictures, output, capacity]
    return [*own, graph.theta.size, graph.state.size, graph.theta.size, graph.state.size]


def places(of: Any) -> Iterator[tuple[Any, str]]:
    """Every number in an operation: what holds it, and its field."""
    for field in fields(of):
        value = getattr(of, field.name)
        if is_dataclass(value):
            yield from places(value)
        elif isinstance(value, list | tuple) and value and is_dataclass(value[0]):
            for each in value:
                yield from places(each)
        yield of, field.name


def another(rng: Random, value: Any, others: Sequence[int]) -> Any:
    """What might stand there by mistake."""
    if rng.random() < 0.08 or not isinstance(value, int | float):
        return rng.choice(WRONG)
    if isinstance(value, bool):
        return not value
    if isinstance(value, float):
        return rng.choice([-value, float("nan"), float("inf"), 1e300, value + 1])
    if isinstance(value, IntEnum):
        return rng.choice([-1, *range(14), 2**31 - 1, 2**40])
    near = [value + by for by in (-16, -1, 1, 2, 16)] + [2 * value, -value, value // 2, 0]
    huge = [sign * (2**bits + by) for sign in (1, -1) for bits in (24, 31, 32, 39, 40, 58, 62, 63) for by in (-1, 0)]
    return rng.choice(rng.choice([near, near, huge, others]))


def spoiled(rng: Random, segments: Sequence[Segment], sizes: list[int]) -> tuple[list[Segment], list[int], bool]:
    """The plan with one to three numbers changed; and whether sizes are among them."""
    segments, sizes, resized = deepcopy(list(segments)), list(sizes), False
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        if rng.random() < 0.05:
            place = rng.randrange(len(sizes))
            sizes[place] = rng.choice([0, sizes[place] // 2, sizes[place] - 1, -1, 2**62, 2**41])
            resized = True
            continue
        segment = rng.choice([segment for segment in segments if segment.operations])
        whole = rng.random() < 0.1
        all_places = list(places(rng.choice(list(segment.operations))))
        holder, name = (segment, rng.choice(["depth", "block", "chunks", "parts"])) if whole else rng.choice(all_places)
        numbers = [n for of, field in all_places if type(n := getattr(of, field)) is int] or [1]
        object.__setattr__(holder, name, another(rng, getattr(holder, name), numbers))
    return segments, sizes, resized


def arrays(sizes: Sequence[int], capacity: int, pictures: int) -> dict[str, Any]:
    """As large as the program asks for and no more; what is only read may not be written."""
    given: dict[str, Any] = {}
    for space, name in NAMES.items():
        size = sizes[space]
        if space in {Space.INPUT, Space.TARGET, Space.SHARE}:
            size = size // capacity * pictures
        given[name] = np.ones(size, np.float32)
        given[name].flags.writeable = space in {Space.GRADIENT, Space.STATISTICS}
    return given


def run(program: Any, sizes: Sequence[int], capacity: int, pictures: int, segments: int, **changed: Any) -> None:
    key = {"seed": 1, "step": 2, "first_picture": 3}
    everything = {**arrays(sizes, capacity, pictures), "pictures": pictures, **key, "first": 0, "last": segments}
    program.run(**{**everything, **changed})


def wrong_array(rng: Random, right: Any) -> Any:
    """Another rank, dtype, order, size; or none at all."""
    kinds = [
        None,
        right.astype(np.float64),
        right[:-1],
        right[::2],
        right[::-1],
        right.reshape(1, -1, 1),
        np.zeros((right.size, 2), np.float32)[:, 0],
        np.zeros(0, np.float32),
        right.tolist(),
        right.view(np.int32),
        memoryview(right.tobytes()),
    ]
    return rng.choice(kinds)


def fuzz_arguments(rng: Random, program: Any, sizes: Sequence[int], capacity: int, segments: int) -> None:
    """A plan that is right, run and read with what is wrong."""
    kind = rng.randrange(4)
    if kind == 0:
        given = arrays(sizes, capacity, capacity)
        name = rng.choice(list(given))
        run(program, sizes, capacity, capacity, segments, **{name: wrong_array(rng, given[name])})
    elif kind == 1:
        name = rng.choice(["pictures", "first", "last", "seed", "step", "first_picture"])
        run(program, sizes, capacity, capacity, segments, **{name: rng.choice([0, -1, 3, 2**31, 2**63, 2**64, *WRONG])})
    elif kind == 2:
        to = rng.choice([np.zeros(3, np.float32), np.zeros((4, 5), np.float32)[:, 1:], np.zeros(2), b"12345678"])
        program.read_numbers(rng.choice([0, -1, sizes[1], sizes[1] - 2, 2**62, None]), to)
    else:
        shape = [rng.choice([0, 1, 2, 3, -1, 2**31, 2**40]) for _ in range(11)]
        tensor = Tensor(rng.choice([0, 1, 1, 1, 2, 3, 99]), rng.choice([0, 16, sizes[1], -16, 2**62]), *shape)  # type: ignore[arg-type]
        values = np.zeros(rng.choice([1, 2, 4, 8]), np.float32)
        values.flags.writeable = rng.random() < 0.9
        rng.choice([program.read_maps, program.write_maps])(tensor, values, rng.choice([0, 1, 2, -1, 2**62]))


def fuzz(seed: int, count: int) -> tuple[int, int]:
    """How many were refused, and how many ran."""
    rng, refused, ran = Random(seed), 0, 0
    good = list(plans())
    isa = list(_core.kernel_sets())[-1][0]
    right = [_core.Program(isa, segments, sizes, capacity, 2) for segments, sizes, capacity in good]
    for number, (segments, sizes, capacity) in enumerate(good):
        run(right[number], sizes, capacity, capacity, len(segments))
    for _ in range(count):
        number = rng.randrange(len(good))
        segments, sizes, capacity = good[number]
        try:
            if rng.random() < 0.1:
                fuzz_arguments(rng, right[number], sizes, capacity, len(segments))
            else:
                wrong, other, resized = spoiled(rng, segments, sizes)
                program = _core.Program(isa, wrong, other, capacity, rng.choice([1, 2, 3]))
                if not resized or max(other) < 1 << 24:
                    run(program, other, capacity, rng.randint(1, capacity), len(wrong))
            ran += 1
        except REFUSED:
            refused += 1
    return refused, ran


def operations_covered() -> set[str]:
    """Names of the operations that the plans consist of."""
    return {
        type(operation).__name__ for segments, _, _ in plans() for each in segments for operation in each.operations
    }


if __name__ == "__main__":
    result = fuzz(int(sys.argv[1]), int(sys.argv[2]))
    print(*result)
