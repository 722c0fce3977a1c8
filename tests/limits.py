"""Code run apart, with little memory and time: what takes too much of one of them fails there, with its place."""

import os
import subprocess
import sys
from pathlib import Path

MEMORY = 100_000_000  # bytes of address space beyond what the package itself takes
SECONDS = 60  # of the processor, for all of it: some hundred times what it takes

# Imports and a first reading are no part of the limits. One arena, since each thread's own reserves 64 MB. Where the
# time is over the system sends SIGXCPU, and faulthandler tells what was read: time of the processor, which a busy
# machine does not shorten.
PRELUDE = f"""
import faulthandler, resource, signal, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
faulthandler.register(signal.SIGXCPU, chain=True)

def limit(memory={MEMORY}):
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + memory, -1))
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    resource.setrlimit(resource.RLIMIT_CPU, (used + {SECONDS}, -1))
"""


def limited(code: str, *arguments: object) -> str:
    """What a Python prints that runs this code, in which `limit()` sets the limits."""
    words = [sys.executable, "-c", PRELUDE + code, *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "MALLOC_ARENA_MAX": "1"})
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
