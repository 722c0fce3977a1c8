"""`striate learn`: an idea, by numbers that are computed while one reads."""

from striate.cli.learn.group import learn as learn
