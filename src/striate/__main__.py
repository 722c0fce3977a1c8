"""`python -m striate` is the command `striate`."""

from striate.cli.main import main

main()
