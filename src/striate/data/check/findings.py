"""What a survey found, the worst first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from striate.data.check.near import near_duplicates
from striate.data.check.survey import Survey
from striate.data.endings import ending_lies

Group = tuple[int, ...]

# 99 of 100 pixels are darker than a tenth of white, lighter than nine tenths, or all within a twenty-fifth.
BLACK, WHITE, FLAT = 0.1, 0.9, 0.04
# Crete's measure where the longer side has 128 pixels. Of 400 cats and dogs the most is 0.47, of 400 faces enlarged to
# 64x64 0.56; after a Gaussian filter of 3 % of the shorter side the least are 0.72 and 0.60, the means 0.83 and 0.68.
BLURRED = 0.7
SMALLEST = 16  # shorter side, below which the thumbnails hold too little for near duplicates to be told
# With 10 pictures held out the 95 % interval of an accuracy of 0.9 goes from 0.60 to 0.98 (Wilson, 1927).
FEW = 10
UNBALANCED = 10  # times as many pictures in the largest class as in the smallest

# A group of these kinds holds pictures that are the same; of all other kinds each picture stands alone.
PAIRED = ("labels_differ", "labels_differ_near", "across", "across_near", "duplicate", "duplicate_near")
NOTES = ("turned", "unbalanced")  # worth knowing, but nothing is wrong


@dataclass(frozen=True)
class Finding:
    """One kind of thing, with the pictures where it is: rows of the survey, those that belong together in a group.

    Of kinds about classes ("lone_class", "few", "unbalanced") there are no pictures but `classes`, as label and count.
    """

    kind: str
    groups: tuple[Group, ...] = ()
    classes: tuple[tuple[int, int], ...] = ()

    @property
    def is_note(self) -> bool:
        """Whether nothing is wrong."""
        return self.kind in NOTES

    @property
    def pictures(self) -> int:
        """How many pictures are in it."""
        return sum(map(len, self.groups))


@dataclass(frozen=True, eq=False)
class Findings:
    """All of them; `near_searched` is False where near duplicates could not be told from different pictures."""

    found: tuple[Finding, ...]
    near_searched: bool

    @property
    def problems(self) -> tuple[Finding, ...]:
        """Those that are more than notes."""
        return tuple(each for each in self.found if not each.is_note)


def judge(survey: Survey) -> Findings:
    """Everything that is found in a survey."""
    exact = same_pixels(survey)
    near = _near(survey, exact)
    differ, across, within = _sorted_out(survey, exact)
    near_differ, near_across, near_within = _sorted_out(survey, near or [])
    found = [
        Finding("labels_differ", differ),
        Finding("labels_differ_near", near_differ),
        Finding("across", across),
        Finding("across_near", near_across),
        Finding("unreadable", _each(sorted(survey.faults))),
        Finding("lone_class", classes=_classes(survey, lambda count: count < 2)),
        Finding("ending", _each(_misnamed(survey))),
        Finding("duplicate", within),
        Finding("duplicate_near", near_within),
        *_lights(survey),
        Finding("few", classes=_classes(survey, lambda count: 2 <= count < FEW)),
        Finding("unbalanced", classes=_unbalanced(survey)),
        Finding("turned", _each(np.flatnonzero(survey.turned).tolist())),
    ]
    return Findings(tuple(each for each in found if each.groups or each.classes), near is not None)


def same_pixels(survey: Survey) -> list[Group]:
    """The groups of readable pictures that are the same pixel for pixel."""
    rows = survey.readable
    return [tuple(rows[group].tolist()) for group in _equal(survey.pixels[rows])]


def same_file(survey: Survey, group: Sequence[int]) -> bool:
    """Whether the files of a group are the same byte for byte, too."""
    return survey.are_files and bool((survey.content[list(group)] == survey.content[group[0]]).all())


def counts(survey: Survey) -> NDArray[np.int64]:
    """The readable pictures of each part and class: (parts, classes)."""
    table = np.zeros((len(survey.parts), len(survey.class_names)), np.int64)
    rows = survey.readable
    np.add.at(table, (survey.part[rows], survey.label[rows]), 1)
    return table


def _near(survey: Survey, exact: list[Group]) -> list[Group] | None:
    """Groups of near duplicates with one of each group of exact ones, or None."""
    again = {row for group in exact for row in group[1:]}
    rows = np.array([row for row in survey.readable.tolist() if row not in again], np.int64)
    large = rows[survey.sizes[rows].min(axis=1) >= SMALLEST]
    if len(rows) and not len(large):
        return None
    pairs = near_duplicates(survey.thumbnails[large])
    if pairs is None:
        return None
    others = {group[0]: group for group in exact}
    linked = _linked(zip(large[pairs.first].tolist(), large[pairs.second].tolist(), strict=True))
    return [tuple(sorted(row for one in group for row in others.get(one, (one,)))) for group in linked]


def _linked(pairs: Iterable[tuple[int, int]]) -> list[Group]:
    """What pairs connect, over any number of steps."""
    group_of: dict[int, list[int]] = {}
    for one, other in pairs:
        mine, its = group_of.setdefault(one, [one]), group_of.setdefault(other, [other])
        if mine is not its:
            mine += its
            group_of |= dict.fromkeys(its, mine)
    groups = {id(group): tuple(sorted(group)) for group in group_of.values()}
    return sorted(groups.values())


def _sorted_out(survey: Survey, groups: list[Group]) -> tuple[tuple[Group, ...], ...]:
    """The groups with several labels, else in several parts, else all others."""
    differ = [group for group in groups if len(set(survey.label[list(group)].tolist())) > 1]
    same = [group for group in groups if group not in set(differ)]
    across = [group for group in same if len(set(survey.part[list(group)].tolist())) > 1]
    return tuple(differ), tuple(across), tuple(group for group in same if group not in set(across))


def _equal(hashes: NDArray[np.uint8]) -> list[NDArray[np.int64]]:
    """The rows (N, bytes) that are equal, two or more, in groups by their first."""
    if not len(hashes):
        return []
    keys = np.ascontiguousarray(hashes).view(f"V{hashes.shape[1]}")[:, 0]
    _, inverse, many = np.unique(keys, return_inverse=True, return_counts=True)
    order = np.argsort(inverse, kind="stable")
    groups = np.split(order, np.cumsum(many)[:-1])
    return sorted((group for group in groups if len(group) > 1), key=lambda group: int(group[0]))


def _misnamed(survey: Survey) -> list[int]:
    """Pictures of another format than the one that their file's ending means."""
    if not survey.are_files:
        return []
    rows: list[int] = survey.readable.tolist()
    return [row for row in rows if ending_lies(survey.names[row], survey.formats[row])]


def _lights(survey: Survey) -> list[Finding]:
    """Black, white, flat and blurred pictures; each stands only under the first of these."""
    rows = survey.readable
    dark, light, blur = survey.dark[rows], survey.light[rows], survey.blur[rows]
    black = light < BLACK
    white = ~black & (dark > WHITE)
    flat = ~black & ~white & (light - dark < FLAT)
    blurred = ~black & ~white & ~flat & (blur > BLURRED)
    kinds: dict[str, NDArray[np.bool_]] = {"black": black, "white": white, "flat": flat, "blurred": blurred}
    return [Finding(kind, _each(rows[chosen].tolist())) for kind, chosen in kinds.items()]


def _classes(survey: Survey, wanted: Callable[[int], bool]) -> tuple[tuple[int, int], ...]:
    """The classes whose number of pictures to train with is as wanted."""
    return tuple((label, count) for label, count in enumerate(_training(survey)) if wanted(count))


def _unbalanced(survey: Survey) -> tuple[tuple[int, int], ...]:
    """The largest and the smallest class to train with, if one is much larger."""
    many = _training(survey)
    largest, smallest = int(np.argmax(many)), int(np.argmin(many))
    if many[largest] < UNBALANCED * max(1, many[smallest]):
        return ()
    return (largest, many[largest]), (smallest, many[smallest])


def _training(survey: Survey) -> list[int]:
    return counts(survey)[survey.parts.index("train")].tolist()


def _each(rows: Sequence[int]) -> tuple[Group, ...]:
    return tuple((row,) for row in rows)
