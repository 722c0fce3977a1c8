"""Whether a file is in use, by this process or another: what the cache may remove, and what a dead process left.

A lock lasts as long as its opened file or, of a mapped one, the mapping, and ends with the process however that ends.
Where a system or file system has no such locks nothing is locked; Windows itself then refuses to remove what is open.
"""

from contextlib import suppress
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

REMOVES_OPEN_FILES = fcntl is not None


def share(file: IO[bytes]) -> None:
    """Use the file, as others may too; from now on it is not removed."""
    if fcntl:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(file, fcntl.LOCK_SH)


def claim(file: IO[bytes]) -> bool:
    """Have the file alone; whether nobody else uses it."""
    if fcntl:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
    return True


def lockable(file: IO[bytes]) -> bool:
    """Whether files can be locked where this one, opened alone or locked by us, stands."""
    if not fcntl:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def remove_unused(path: Path) -> bool:
    """Remove a file that nobody uses; whether it is gone."""
    try:
        with path.open("rb") as file:
            if not claim(file):
                return False
            if REMOVES_OPEN_FILES:
                path.unlink()
        if not REMOVES_OPEN_FILES:
            path.unlink()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
