"""What a plan is made of before it has its memory: steps, in order, with what they read and write."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from striate.engines.native.memory import FLOAT, Buffer, Life, Maps, least, placed
from striate.engines.native.operations import Operation, Segment
from striate.engines.native.tensors import Space

CHUNKS = 8  # of the batch, each with partial sums of its own; part of the result's bits, so fixed
BLOCK_BYTES = 384 * 1024  # what a worker's block may take: it has to stay in the second cache
SMALL_WORK = 250_000  # multiply-adds that are not worth a second thread
READING = 4  # multiply-adds that could be done while a weight comes from the second cache


@dataclass(eq=False)
class Step:
    """One operation to be, or a few: `make` builds them once everything has its place.

    `depth`: it works picture by picture, so a worker may take a picture through several such steps. `chunks`: into how
    many parts the batch is cut, each with sums of its own. `python`: a function to call in the operation's place.
    """

    label: str
    reads: Sequence[Buffer]
    writes: Sequence[Buffer]
    make: Callable[[], Operation | Sequence[Operation]] | None
    depth: bool = True
    chunks: int = 1
    work: int = 0  # multiply-adds for one picture; of a step over the whole batch in all
    python: Callable[[Any], None] | None = None

    @property
    def operations(self) -> Sequence[Operation]:
        """What it is for the core."""
        if self.make is None:
            return ()
        made = self.make()
        return cast(Sequence[Operation], made) if isinstance(made, list | tuple) else (made,)


@dataclass
class Group:
    """Steps that become one segment, or one call of Python."""

    steps: list[Step]
    depth: bool = False
    block: int = 1
    parts: int = 256

    @property
    def chunks(self) -> int:
        return max(step.chunks for step in self.steps)

    @property
    def python(self) -> bool:
        return self.steps[0].python is not None


@dataclass
class Memory:
    """What a plan takes, in floats: the arena, each worker's block, and the least that any placing of it needs."""

    arena: int = 0
    block: int = 0
    least_arena: int = 0
    places: list[tuple[Buffer, int, int, int]] = field(default_factory=list[tuple[Buffer, int, int, int]])


class Recording:
    """Steps as they come; then groups, then memory, then operations."""

    def __init__(self, capacity: int, *, lasting: bool = False) -> None:
        self.capacity = capacity
        self._lasting = lasting  # what comes of `prepared` is there for the next batch, too
        self.prepared: list[Step] = []  # before everything: what depends on weights alone
        self.steps: list[Step] = []
        self._waiting: list[Step] = []
        self._pinned: dict[int, Buffer] = {}  # by their ids: they live from the beginning to the end
        self.groups: list[Group] = []
        self.preparing = 0  # how many of the groups come of `prepared`
        self.memory = Memory()
        self._once: dict[object, Any] = {}

    def add(self, step: Step) -> None:
        """The next step."""
        if not step.depth:
            self._add_waiting()
        self.steps.append(step)

    def add_later(self, step: Step) -> None:
        """A step that nobody waits for: it comes before the next one that takes the whole batch."""
        self._waiting.append(step)

    def _add_waiting(self) -> None:
        self.steps += self._waiting
        self._waiting.clear()

    def once(self, key: object, make: Callable[[], Any]) -> Any:
        """What `make` gave for a key the first time: packed weights that several steps read, say."""
        if key not in self._once:
            self._once[key] = make()
        return self._once[key]

    def pin(self, buffer: Buffer) -> None:
        """Keep a buffer from the beginning to the end: it is read or written from outside."""
        self._pinned[id(buffer)] = buffer

    def is_pinned(self, buffer: Buffer) -> bool:
        """Whether a buffer is read or written from outside."""
        return id(buffer) in self._pinned

    def finish(self) -> None:
        """Group the steps, and give every buffer its memory."""
        self._add_waiting()
        first = list(_grouped(self.prepared, self.capacity))
        self.preparing = len(first)
        self.groups = first + list(_grouped(self.steps, self.capacity))
        self._place()
        for group in self.groups:
            if group.depth:
                self._size_block(group)

    def segments(self) -> list[Segment]:
        """The groups as the core runs them; a call of Python is a segment without operations."""
        return [
            Segment(
                tuple(operation for step in group.steps for operation in step.operations),
                group.depth,
                group.block,
                group.chunks,
                group.parts,
            )
            for group in self.groups
        ]

    def lives(self) -> dict[int, tuple[Buffer, int, int]]:
        """Each buffer that needs memory, with the first and the last group that touch it."""
        lives: dict[int, tuple[Buffer, int, int]] = {}
        for number, group in enumerate(self.groups):
            for buffer in _touched(group.steps):
                first = lives[id(buffer)][1] if id(buffer) in lives else number
                lives[id(buffer)] = buffer, first, number
        end = len(self.groups) - 1
        if self._lasting:
            for key, (buffer, first, last) in lives.items():
                lives[key] = buffer, first, end if first < self.preparing <= last else last
        return lives | {key: (buffer, 0, end) for key, buffer in self._pinned.items() if not buffer.given}

    def _place(self) -> None:
        lives = self.lives()
        in_blocks = {
            key
            for key, (buffer, first, last) in lives.items()
            if isinstance(buffer, Maps) and first == last and self.groups[first].depth and key not in self._pinned
        }
        for group in self.groups:
            self._place_block(group.steps, in_blocks)
        batch = [(buffer, first, last) for key, (buffer, first, last) in lives.items() if key not in in_blocks]
        spans = [Life(self._floats(buffer), first, last) for buffer, first, last in batch]
        offsets, self.memory.arena = placed(spans)
        self.memory.least_arena = least(spans)
        for (buffer, first, last), offset in zip(batch, offsets, strict=True):
            buffer.place(Space.ARENA, offset)
            self.memory.places.append((buffer, offset, first, last))

    def _floats(self, buffer: Buffer) -> int:
        return buffer.floats * (self.capacity if isinstance(buffer, Maps) else 1)

    def _place_block(self, steps: Sequence[Step], in_blocks: set[int]) -> None:
        """Places inside of a worker's block, for one picture; `_size_block` makes room for more."""
        times: dict[int, tuple[Maps, int, int]] = {}
        for number, step in enumerate(steps):
            for buffer in _touched([step]):
                if id(buffer) in in_blocks and isinstance(buffer, Maps):
                    first = times[id(buffer)][1] if id(buffer) in times else number
                    times[id(buffer)] = buffer, first, number
        offsets, _ = placed([Life(maps.floats, first, last) for maps, first, last in times.values()])
        for (maps, _, _), offset in zip(times.values(), offsets, strict=True):
            maps.place(Space.BLOCK, offset)

    def _size_block(self, group: Group) -> None:
        """How many pictures a worker takes at a time: as fit into its cache, and some blocks for each chunk."""
        maps = {id(b): b for b in _touched(group.steps) if isinstance(b, Maps)}
        own = [b for b in maps.values() if not b.given and b.tensor.space == Space.BLOCK]
        one = sum(b.floats for b in maps.values()) * FLOAT
        most = -(-self.capacity // CHUNKS)
        group.block = max(1, min(most, BLOCK_BYTES // max(one, 1)))
        for b in own:  # picture after picture of each maps in turn
            b.place(Space.BLOCK, (b.tensor.offset - _border(b)) * group.block)
        self.memory.block = max(
            [self.memory.block, *(b.tensor.offset - _border(b) + b.floats * group.block for b in own)]
        )


def _border(maps: Maps) -> int:
    """Floats of the halo before the first pixel."""
    tensor = maps.tensor
    return tensor.top * tensor.row + tensor.left * tensor.pixel


def _touched(steps: Iterable[Step]) -> list[Buffer]:
    return [buffer for step in steps for buffer in (*step.reads, *step.writes) if not buffer.given]


def _work(step: Step, capacity: int) -> int:
    """Multiply-adds of a step, or floats that it moves where it does not say; and its weights have to come."""
    moved = sum(b.floats * (capacity if isinstance(b, Maps) else 1) for b in _touched([step]))
    weights = sum(b.floats for b in step.reads if not isinstance(b, Maps))
    return max(step.work * (capacity if step.depth else 1), moved) + READING * weights


def _grouped(steps: Sequence[Step], capacity: int) -> Iterable[Group]:
    """Neighbours that work picture by picture go together; a batch too small to be shared out goes step by step."""
    group: Group | None = None
    for step in steps:
        depth = step.depth and capacity >= CHUNKS // 2
        joins = group is not None and not group.python and step.python is None and depth and group.depth
        if not joins:
            if group is not None:
                yield group
            group = Group([], depth)
        assert group is not None
        group.steps.append(step)
        if not depth:
            group.parts = max(1, min(256, _work(step, capacity) // SMALL_WORK))
    if group is not None:
        yield group
