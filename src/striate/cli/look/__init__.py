"""`striate look`: into a model, on one's own pictures."""

from striate.cli.look.group import look as look
