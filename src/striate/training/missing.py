"""Pictures that could be read once and cannot any more: left out, counted, named once."""

from pathlib import Path

from striate.data.decoded import Unread
from striate.errors import DataError, tell

MOST_LISTED = 5  # names that a notice shows


class Missing:
    """Gathers what could not be read until it is said."""

    def __init__(self) -> None:
        self._named: set[str] = set()
        self._unread: list[Unread] = []

    def add(self, unread: tuple[Unread, ...]) -> None:
        """Some more. Raises `DataError` where not files are gone, but the folder that they stood in."""
        self._unread += unread
        for each in unread:
            if (gone := _gone(Path(each.file))) is not None:
                raise DataError("training.data_gone", folder=gone, file=each.file)

    def say(self, read: int) -> int:
        """Name those that are new, and begin anew; how many there were. Raises `DataError` where none was read."""
        unread, self._unread = self._unread, []
        if unread and not read:
            raise DataError("training.nothing_read", count=len(unread), reason=unread[0].error)
        new = [each for each in unread if each.file not in self._named]
        self._named |= {each.file for each in new}
        if new:
            files = tuple(each.file for each in new)
            shown = files[:MOST_LISTED]
            tell("training.unread", count=len(new), shown=shown, files=files, reason=new[0].error)
        return len(unread)


def _gone(file: Path) -> Path | None:
    """The outermost folder, or archive, around a file that is not there any more; None: all of them are."""
    gone = [each for each in (file.parent, *file.parent.parents) if not each.exists()]
    there = next((each for each in file.parent.parents if each.exists()), None)
    return gone[-1] if gone and there is not None and there.is_dir() else None
