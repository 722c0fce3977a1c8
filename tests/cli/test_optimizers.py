"""`striate train --optimizer`: every rule, and a help that names them all."""

import pytest

from striate.messages import render
from striate.messages.render import texts
from striate.network.optimizers import RULES


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_help_names_every_rule(language: str) -> None:
    named = texts(language)["cli.train.optimizer"].replace(",", " ").replace(".", " ").split()
    assert set(RULES) <= set(named)
    assert render("cli.metavar.name", {}, language) in ("NAME", "이름")
