"""`python -m striate` is the command `striate`."""

from striate.entry import main

main()
