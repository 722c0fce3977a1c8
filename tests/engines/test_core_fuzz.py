"""The core refuses what would leave its memory: no plan and no array crashes the process. See tests/core_fuzz.py."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from striate.engines.native import core

pytestmark = pytest.mark.skipif(not core.available(), reason="the compiled core is not there")

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_wrong_plans_are_refused_or_harmless(seed: int) -> None:
    source = str(Path(core.__file__).parents[3])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([source, str(TESTS)])}
    done = subprocess.run(
        [sys.executable, str(TESTS / "core_fuzz.py"), str(seed), "1500"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.returncode}: {done.stderr[-3000:]}"
    refused, ran = map(int, done.stdout.split())
    assert refused > 700, "changes that nobody sees"
    assert ran > 100, "only changes that are refused at once"


def test_the_plans_have_every_operation() -> None:
    import core_fuzz  # needs the core where it is imported

    from striate.engines.native import _core

    # What a plan of a whole network may do without.
    assert set(_core.operation_fields()) - core_fuzz.operations_covered() <= set()
