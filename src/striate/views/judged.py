"""One line for what was judged or predicted."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from striate.messages import render
from striate.training.events import Logs
from striate.views.lines import logs_texts, speed_text
from striate.views.progress import Verbose


@contextmanager
def judged_view(verbose: Verbose, pictures: int) -> Generator[Callable[[Logs], None]]:
    """Takes the logs when they are there and, unless `verbose` is 0, writes them with the speed as a line to stderr."""
    begun = time.perf_counter()

    def show(logs: Logs) -> None:
        if verbose != 0:
            seconds = max(time.perf_counter() - begun, 1e-9)
            counted = render("progress.pictures", {"pictures": pictures})
            print("  ".join([counted, *logs_texts(logs), speed_text(pictures / seconds)]), file=sys.stderr)

    yield show
