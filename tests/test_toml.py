"""TOML from anybody: the same as Python's reading of it, or a `ValueError`; in bounded time."""

import tomllib

import pytest
from small_files import NETWORK, SETTINGS

from striate.presets.read import PRESETS, source
from striate.toml import DEEPEST, LARGEST, parsed


@pytest.mark.parametrize("text", [NETWORK, SETTINGS, *map(source, PRESETS)])
def test_it_is_what_python_reads(text: str) -> None:
    assert parsed(text) == tomllib.loads(text)


DOTS = "a." * 2 * DEEPEST


@pytest.mark.parametrize(
    "text",
    [
        f'a = "{DOTS}"',
        f"a = '{DOTS}'",
        f'a = """\n{DOTS}\n""{DOTS}"""',
        f"a = '''\n{DOTS}\n''{DOTS}'''",
        f'a = "\\"{DOTS}"',
        f"a = 1 # {DOTS}",
        f'"{DOTS}" = 1',
        "\n".join(f"a{i}.b = {i}.5" for i in range(200)),
        "a." * (DEEPEST - 1) + "a = 1",
    ],
)
def test_dots_that_make_no_deep_name_are_nothing_to_refuse(text: str) -> None:
    assert parsed(text) == tomllib.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "a." * DEEPEST + "a = 1",
        "[" + "a . " * DEEPEST + "a]",
        "b = {" + "a." * DEEPEST + "a = 1}",
        "'x' = 1\n" + "a-1." * DEEPEST + "a = 1",
        "a = " + "[" * 5000,
        "a = " + "9" * 5000,
        "a = 1979-13-32",
        "#" * (LARGEST + 1),
        "a",
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (its kind is all that callers go by)
        parsed(text)


def test_as_long_as_it_may_be() -> None:
    assert parsed("a = 1\n" + "#" * (LARGEST - 6)) == {"a": 1}
