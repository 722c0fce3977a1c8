"""What the installed command runs: the command line, and quiet under Ctrl-C while Python still loads or already ends.

Between these two moments `cli/guard.py` answers.
"""

import signal


def main() -> None:
    """The entry of the installed command."""
    python_raises = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not so where it is ignored: nohup
    if python_raises:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # an exception within imports would be a traceback
    from striate.cli.main import program

    if python_raises:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        program.main()
    finally:
        if python_raises:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
