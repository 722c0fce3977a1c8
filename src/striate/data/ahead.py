"""The next piece of work is done by a background thread while the one before is in use."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

Item = TypeVar("Item")
Made = TypeVar("Made")


@contextmanager
def ahead(make: Callable[[Item], Made], items: Iterable[Item]) -> Generator[Iterator[Made]]:
    """What `make` gives for each item, in their order; while one is in use, a thread makes the next, and no more.

    What comes depends on no timing: one thread makes all, one behind the other. An error of `make` is raised where its
    item's turn comes. When the block ends, for whatever reason, the thread is gone.
    """
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(1, thread_name_prefix="striate-ahead")
    try:
        yield _made(pool, make, items)
    finally:
        pool.shutdown(cancel_futures=True)


def _made(pool: "Executor", make: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
    # The context brings what belongs to the asking thread, such as how NumPy takes an overflow.
    begun = (pool.submit(copy_context().run, make, item) for item in items)
    coming = next(begun, None)
    while coming:
        made = coming.result()
        coming = next(begun, None)
        yield made
