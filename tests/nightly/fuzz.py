"""Readers of files under a fuzzer that follows the branches they take: `python -m tests.nightly.fuzz [--minutes N]`.

Needs `pip install atheris` (Google's, on libFuzzer), which is no dependency of Striate. Each reader runs in a process
of its own for N minutes, from the smallest real files, with harm that knows the formats beside the fuzzer's own. A
reader fails that raises anything but `StriateError`, takes seconds of the processor for one file, or more memory than
tests/readers.py says; the file is kept, its path printed, and the exit code is 1. Nothing else is kept.
"""

import os
import random
import signal
import subprocess
import sys
import warnings
from argparse import ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

LONGEST = 1 << 16  # bytes of a file
SECONDS = 10.0  # of the processor, for one file: one, ten times as slow as it is while every branch is followed
SPARE = 2**30  # bytes of the fuzzer's own


def main() -> int:
    """Fuzz each reader, print what was found; the answer is the exit code."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2, help="for each reader")
    parser.add_argument("--only", nargs="+", help="names of tests/readers.py")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(), help="the folder for files that fail")
    options = parser.parse_args()
    if os.environ.get(CHILD):
        fuzz(os.environ[CHILD], options)
    from readers import READERS

    failed = [name for name in options.only or READERS if not survives(name, options)]
    print("failed:", ", ".join(failed) or "none")
    return 1 if failed else 0


CHILD = "STRIATE_FUZZED"


def survives(name: str, options: Namespace) -> bool:
    """Fuzz one reader in a process of its own, which ends as the fuzzer ends it."""
    words = [sys.executable, "-m", "tests.nightly.fuzz", *sys.argv[1:]]
    done = subprocess.run(
        words,
        env={**os.environ, CHILD: name, "MALLOC_ARENA_MAX": "1"},
        cwd=TESTS.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines = done.stdout.splitlines()
    told = [line for line in lines if line[:1] == "#" and line[1:2].isdigit()]  # libFuzzer's own
    print(f"{name}: {told[-1] if told else 'nothing ran'}", "" if done.returncode == 0 else "FAILED", flush=True)
    if done.returncode:
        print("\n".join(lines[-40:]), flush=True)
    return done.returncode == 0


def fuzz(name: str, options: Namespace) -> None:
    """In a process of its own: never comes back."""
    import atheris

    with atheris.instrument_imports(include=["striate", "tarfile", "zipfile", "tomllib", "PIL"]):
        from readers import READERS

        from striate.errors import StriateError
    warnings.simplefilter("ignore")
    reader = READERS[name]
    shared = Path("/dev/shm")
    folder = TemporaryDirectory(dir=shared if shared.is_dir() else None)
    file, corpus = reader.file(Path(folder.name)), Path(folder.name) / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(reader.seeds()):
        (corpus / str(number)).write_bytes(seed)

    def one(data: bytes) -> None:
        file.write_bytes(data)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            reader.read(file)
        except StriateError as error:
            str(error)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def harm(data: bytes, most: int, seed: int) -> bytes:
        rng = random.Random(seed)
        if rng.random() < 0.5:
            return atheris.Mutate(data, most)
        try:
            return rng.choice(reader.harms)(data, rng)[:most]
        except Exception:  # what is no longer of the format cannot be harmed by its rules
            return atheris.Mutate(data, most)

    signal.signal(signal.SIGPROF, too_slow)
    words = [
        sys.argv[0],
        str(corpus),
        f"-max_total_time={int(60 * options.minutes)}",
        f"-seed={options.seed}",
        f"-max_len={LONGEST}",
        f"-rss_limit_mb={(reader.memory + SPARE) >> 20}",
        f"-artifact_prefix={options.keep.resolve()}/{name.replace(' ', '-')}-",
        "-timeout=60",
    ]
    atheris.Setup(words, one, custom_mutator=harm)
    atheris.Fuzz()


def too_slow(*_: object) -> None:
    """A file took too long."""
    raise TimeoutError(f"more than {SECONDS} s of the processor")


if __name__ == "__main__":
    sys.exit(main())
