"""The address of a unit: read, written, and refused with what there is."""

import numpy as np
import pytest

from striate.errors import SettingError, UnknownNameError
from striate.inspection.units import Unit, unit_of
from striate.layers import Conv2D, Dense, Flatten
from striate.model import Model
from striate.network.graph import Input

X = Input((6, 5, 1))
MODEL = Model(X, Dense(4)(Flatten()(Conv2D(2, 2)(X))))


def test_an_address_and_back() -> None:
    for address, index in [("conv1:1:4,3", (4, 3, 1)), ("dense1:3", (3,)), (" conv1:0:0,0 ", (0, 0, 0))]:
        unit = unit_of(MODEL.graph, address)
        assert (unit.index, str(unit)) == (index, address.strip())
        assert Unit.at(unit.layer, unit.index) == unit
        maps = np.arange(np.prod(MODEL.graph.node(unit.layer).shape)).reshape(MODEL.graph.node(unit.layer).shape)
        assert maps[unit.index] == maps[index]


def test_what_is_no_text() -> None:
    for wrong in (5, None, ("conv1", 0)):
        with pytest.raises(SettingError) as caught:
            unit_of(MODEL.graph, wrong)  # type: ignore[arg-type]
        assert (caught.value.code, caught.value.fields["came"]) == ("unit.address", wrong)


def test_a_layer_that_is_used_twice() -> None:
    twice = Conv2D(1, 3, padding="same", name="c")
    graph = Model(X, twice(twice(X))).graph
    assert unit_of(graph, "c:2:0:5,4") == Unit("c:2", 0, 5, 4)
    assert unit_of(graph, "c:0:5,4") == Unit("c", 0, 5, 4)


@pytest.mark.parametrize(
    ("address", "code", "fields"),
    [
        ("conv1", "unit.address", {"came": "conv1"}),
        ("conv1:1:4", "name.unknown_did_you_mean", {"name": "conv1:1"}),
        ("conv1:-1:0,0", "unit.address", {}),
        ("conv1:2:0,0", "unit.not_in_map", {"layer": "conv1", "last_channel": 1, "last_row": 4, "last_column": 3}),
        ("conv1:0:5,0", "unit.not_in_map", {"unit": "conv1:0:5,0"}),
        ("conv1:0:0,4", "unit.not_in_map", {}),
        ("conv1:1", "unit.not_in_map", {}),
        ("dense1:4", "unit.not_in_vector", {"last_channel": 3}),
        ("dense1:0:0,0", "unit.not_in_vector", {}),
        ("conv7:0:0,0", "name.unknown_did_you_mean", {"name": "conv7"}),
    ],
)
def test_what_is_no_unit(address: str, code: str, fields: dict[str, object]) -> None:
    with pytest.raises((SettingError, UnknownNameError)) as caught:
        unit_of(MODEL.graph, address)
    assert caught.value.code == code
    assert {name: caught.value.fields[name] for name in fields} == fields
