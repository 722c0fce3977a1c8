"""Whether there is a notebook that shows more than text."""

import sys


def in_notebook() -> bool:
    """True in Jupyter, Colab and their like. IPython is not imported for it: who runs in one has it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")  # the shell of a terminal has none
