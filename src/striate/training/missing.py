"""Pictures that could be read once and cannot any more: left out, counted, named once."""

from striate.data.decoded import Unread
from striate.errors import DataError, tell

MOST_LISTED = 5  # names that a notice shows


class Missing:
    """Gathers what could not be read until it is said."""

    def __init__(self) -> None:
        self._named: set[str] = set()
        self._unread: list[Unread] = []

    def add(self, unread: tuple[Unread, ...]) -> None:
        """Some more."""
        self._unread += unread

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
