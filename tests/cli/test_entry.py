"""Ctrl-C while Python still loads or already ends leaves no traceback, and ends as shells expect it."""

import os
import signal
import subprocess
import sys

import pytest

# Sends itself what Ctrl-C sends, at the moment a test is about. It is heard as at a terminal: where tests run in the
# background of a shell, SIGINT is ignored, and those they start inherit it.
INTERRUPT = """
import atexit, os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
interrupt = lambda: os.kill(os.getpid(), signal.SIGINT)
"""
WHILE_LOADING = f"""
{INTERRUPT}
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "striate.cli.main":
            interrupt()
sys.meta_path.insert(0, Finder())
"""
WHILE_ENDING = f"{INTERRUPT}\natexit.register(interrupt)"
WHILE_IT_WORKS = f"""
{INTERRUPT}
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "striate.cli.info":
            interrupt()
sys.meta_path.insert(0, Finder())
"""
RUN = "\nsys.argv = ['striate', 'info']\nfrom striate.entry import main\nmain()"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


def ended(lines: str) -> tuple[int, str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "STRIATE_LANG": "en"}
    done = subprocess.run(
        [sys.executable, "-c", lines], env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("when", [WHILE_LOADING, WHILE_ENDING])
def test_ctrl_c_before_and_after_the_work(when: str) -> None:
    assert ended(when + RUN) == (-signal.SIGINT, "")


def test_ctrl_c_within_the_work_is_answered() -> None:
    code, said = ended(WHILE_IT_WORKS + RUN)
    assert (code, said.split()) == (128 + signal.SIGINT, ["Stopped."])


def test_what_is_ignored_stays_ignored() -> None:
    code, said = ended(WHILE_LOADING + "signal.signal(signal.SIGINT, signal.SIG_IGN)" + RUN)
    assert (code, said) == (0, "")
