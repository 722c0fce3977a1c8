"""How far a drawing, a race or a search through many pictures has come: a bar on a terminal, nothing elsewhere."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from striate.views.reading import reading_view


@contextmanager
def working_view(what: str) -> Generator[Callable[[int, int], None] | None]:
    """What to tell that so many of all are done; `what` is the code of what is being done."""
    with reading_view() as progress:
        yield None if progress is None else lambda done, count: progress(what, done, count)
