"""The next piece of work is done by a background thread while the one before is in use."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Item = TypeVar("Item")
Made = TypeVar("Made")


@contextmanager
def ahead(make: Callable[[Item], Made], items: Iterable[Item]) -> Generator["Coming[Made]"]:
    """What `make` gives for each item, in their order; while one is in use, a thread makes the next, and no more.

    What comes depends on no timing: one thread makes all, one behind the other. An error of `make` is raised where its
    item's turn comes. When the block ends, for whatever reason, the thread is gone.
    """
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(1, thread_name_prefix="striate-ahead")
    try:
        # The context brings what belongs to the asking thread, such as how NumPy takes an overflow.
        yield Coming(pool.submit(copy_context().run, make, item) for item in items)
    finally:
        pool.shutdown(cancel_futures=True)


class Coming(Iterator[Made]):
    """What is made, one behind the other. `waited`: the seconds in which nothing was ready yet."""

    def __init__(self, begun: "Iterator[Future[Made]]") -> None:
        self.waited = 0.0
        self._begun = begun
        self._next = next(begun, None)

    def __next__(self) -> Made:
        if self._next is None:
            raise StopIteration
        since = time.perf_counter()
        made = self._next.result()
        self.waited += time.perf_counter() - since
        self._next = next(self._begun, None)
        return made
