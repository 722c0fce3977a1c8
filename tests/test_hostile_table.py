"""Hostile and damaged model files: each refused with its code, in bounded time and memory, by our own errors alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import FILES, GOLDEN, mutations, with_document, with_header

from striate import load_model
from striate.errors import ModelFileError, SettingError
from striate.messages import LANGUAGES, render
from striate.storage import LONGEST_DOCUMENT

MEMORY = 300_000_000  # bytes of address space beyond what the package itself takes
SECONDS = 60  # of the processor, for all the files together
MUTATIONS, SEED = 2000, 20260101

# What a subprocess does before it reads files: imports and a first load are no part of the limits.
LIMITED = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from hostile import FILES, GOLDEN, mutations
from striate import load_model
from striate.errors import FileError, StriateError
load_model(GOLDEN)
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + {MEMORY}, taken + {MEMORY}))
used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
resource.setrlimit(resource.RLIMIT_CPU, (used + {SECONDS}, used + {SECONDS}))
file = Path(sys.argv[1])
"""


def limited(code: str, file: Path) -> str:
    """What a Python prints that has little memory and time."""
    done = subprocess.run([sys.executable, "-c", LIMITED + code, str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("name", FILES)
def test_each_is_refused_with_its_code(name: str, tmp_path: Path) -> None:
    make, code = FILES[name]
    file = tmp_path / "m.safetensors"
    file.write_bytes(make())
    with pytest.raises(ModelFileError) as caught:
        load_model(file)
    assert (caught.value.code, caught.value.fields["path"]) == (code, file)
    for spoken in LANGUAGES:
        text = render(code, caught.value.fields, spoken)
        assert str(file) in text and len(text) < 3000


def test_what_the_others_are_made_from_is_right(tmp_path: Path) -> None:
    for number, file in enumerate((GOLDEN.read_bytes(), with_header(lambda h: None), with_document(lambda d: None))):
        (tmp_path / f"{number}.safetensors").write_bytes(file)
        assert load_model(tmp_path / f"{number}.safetensors").fingerprint == load_model(GOLDEN).fingerprint


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="limits of memory are Linux's")
def test_refusing_takes_little_memory_and_time(tmp_path: Path) -> None:
    """The files are made outside, so that only reading them is limited."""
    for number, (make, _) in enumerate(FILES.values()):
        (tmp_path / f"{number}.safetensors").write_bytes(make())
    code = f"""
refused = 0
for number in range({len(FILES)}):
    try: load_model(file / f"{{number}}.safetensors")
    except FileError as error:
        refused += 1
        str(error)
print(refused)
"""
    assert limited(code, tmp_path) == f"{len(FILES)}\n"


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="limits of memory are Linux's")
def test_mutations_meet_our_own_errors_alone(tmp_path: Path) -> None:
    """What is still read can be written, and read again as the same model."""
    code = f"""
import json, collections
codes = collections.Counter()
for harmed in mutations({MUTATIONS}, {SEED}):
    file.write_bytes(harmed)
    try: model = load_model(file)
    except FileError as error:
        str(error)
        codes[error.code] += 1
    else:
        model.save(file)
        assert load_model(file).fingerprint == model.fingerprint
        codes["read"] += 1
print(json.dumps(codes))
"""
    codes = json.loads(limited(code, tmp_path / "m.safetensors"))
    assert sum(codes.values()) == MUTATIONS
    expected = ("damaged", "document", "shape", "tensors", "other_format", "foreign")
    assert {f"model_file.{code}" for code in expected} <= codes.keys(), codes
    assert codes["read"] < MUTATIONS / 2  # a change of a weight's bits, or of a remark, leaves a model


def test_mutations_are_the_same_each_time() -> None:
    assert list(mutations(20, SEED)) == list(mutations(20, SEED)) != list(mutations(20, SEED + 1))


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    model = load_model(GOLDEN)
    model.about = {"log": "x" * LONGEST_DOCUMENT}
    with pytest.raises(SettingError) as caught:
        model.save(tmp_path / "m.safetensors")
    assert caught.value.code == "model.about_too_long" and not any(tmp_path.iterdir())
    model.about = {"log": "\x00가" * 500_000}  # letters that grow when they are escaped
    model.save(tmp_path / "m.safetensors")
    assert load_model(tmp_path / "m.safetensors").about == model.about
