"""How far reading many files has come, told to whoever shows it."""

from collections.abc import Callable

# What is done, the code of its name; how many files it is done to; of how many.
Reading = Callable[[str, int, int], None]

HEADERS, PICTURES = "reading.headers", "reading.pictures"


class Counted:
    """Called once for each file that is done; some may be done twice, which the last number hides."""

    def __init__(self, progress: Reading | None, what: str, files: int) -> None:
        self._progress, self._what, self._files = progress, what, files
        self._done = 0

    def __call__(self) -> None:
        self._done = min(self._done + 1, self._files)
        if self._progress:
            self._progress(self._what, self._done, self._files)
