"""Plans speak the core's language."""

from dataclasses import fields

import pytest

from striate.engines.native import core, operations

pytestmark = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))


def test_the_core_knows_the_operations_by_the_same_names_and_fields() -> None:
    from striate.engines.native import _core

    for name, expected in _core.operation_fields().items():
        assert {field.name for field in fields(getattr(operations, name))} == set(expected), name
