"""Every reader, fed with harmed files: it reads them or refuses them in our own words, in bounded time and memory."""

import json
from pathlib import Path

import pytest
from limits import limited
from lying import LIES
from readers import READERS

SEED = 20260101
linux = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="limits of memory are Linux's")

# What must be among the answers, so that no reader's mutations all fail at the first byte. "read" is no refusal.
MEETS = {
    "model": "read model_file.damaged model_file.document model_file.shape model_file.tensors model_file.other_format",
    "idx": "read idx.signature idx.ends_early idx.too_long idx.damaged idx.empty",
    "idx labels": "read idx.signature idx.ends_early idx.too_long idx.damaged",
    "npz": "read npz.damaged npz.missing npz.keys npz.pickled npz.method array.dtype class_names.unfit labels.dtype",
    "network": "read description.not_toml description.no_layers keyword.unknown",
    "settings": "read",
    "metrics": "read",
    "list": "read skip.no_list",
    "zip": "read archive.damaged archive.overlaps archive.method archive.escapes archive.encrypted archive.in_parts",
    "tar": "read archive.damaged archive.escapes",
    "packed tar": "read archive.damaged",
    "set": "read",
    "checkpoint": "read",
    "run": "read resume.record_damaged",
    "cifar": "read cifar.damaged",
    "preprocessing": "read preprocessing.size setting.missing name.unknown setting.positive_real",
    "confidence": "read confidence.config setting.probability setting.positive_real",
    "picture": "read picture.damaged picture.unknown picture.too_large",
}

# A file after the other, in memory where there is such a folder: disks need longer than the readers.
FUZZ = f"""
import collections, json, tempfile, warnings
from readers import READERS
from striate.errors import StriateError
warnings.simplefilter("ignore")
shared = Path("/dev/shm")
with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
    def read(name, data):
        file = READERS[name].file(Path(folder))
        file.write_bytes(data)
        try: READERS[name].read(file)
        except StriateError as error: return str(error) and error.code
        except Exception as error:
            kept = Path(sys.argv[1]) / "harmed"
            kept.write_bytes(data)
            raise AssertionError(f"{{name}}: {{kept}}") from error
        return "read"
    for name, reader in READERS.items():
        for seed in reader.seeds(): read(name, seed)
    for name in json.loads(sys.argv[2]):
        limit(READERS[name].memory)
        codes = collections.Counter(read(name, each) for each in READERS[name].mutations({SEED}))
        print(json.dumps([name, codes]), flush=True)
"""


def test_20_000_files() -> None:
    assert sum(reader.share for reader in READERS.values()) == 20_000
    assert READERS.keys() == MEETS.keys()


@linux
@pytest.mark.parametrize("names", [["model"], [name for name in READERS if name != "model"]], ids=["model", "others"])
def test_harmed_files_meet_our_own_errors_alone(names: list[str], tmp_path: Path) -> None:
    found = dict(map(json.loads, limited(FUZZ, tmp_path, json.dumps(names)).splitlines()))
    assert list(found) == names
    for name, codes in found.items():
        assert sum(codes.values()) == READERS[name].share
        assert set(MEETS[name].split()) <= codes.keys(), (name, codes)


@pytest.mark.parametrize("name", READERS)
def test_the_files_that_the_others_are_made_from_are_read(name: str, tmp_path: Path) -> None:
    reader = READERS[name]
    for seed in reader.seeds():
        file = reader.file(tmp_path)
        file.write_bytes(seed)
        reader.read(file)


@pytest.mark.parametrize("name", READERS)
def test_harmed_files_are_the_same_each_time(name: str) -> None:
    some = [list(READERS[name].mutations(seed, 20)) for seed in (SEED, SEED, SEED + 1)]
    assert some[0] == some[1] != some[2]


@linux
def test_files_that_lie(tmp_path: Path) -> None:
    """All in one process; those that were read for ever once, or took the memory, end it here."""
    code = """
import json, warnings
from lying import LIES
from readers import READERS
from striate.errors import StriateError
warnings.simplefilter("ignore")
for reader in READERS.values():
    file = reader.file(Path(sys.argv[1]))
    file.write_bytes(reader.seeds()[0])
    reader.read(file)
for name, lie in LIES.items():
    file, data = READERS[lie.reader].file(Path(sys.argv[1])), lie.make()
    file.write_bytes(data)
    limit()
    try: READERS[lie.reader].read(file)
    except StriateError as error: print(json.dumps([name, str(error) and error.code]), flush=True)
    else: print(json.dumps([name, ""]), flush=True)
"""
    found = dict(map(json.loads, limited(code, tmp_path).splitlines()))
    assert found == {name: lie.code for name, lie in LIES.items()}
