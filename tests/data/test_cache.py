"""Decoded once, kept for the next time: what is kept, when it is trusted, what happens when keeping fails."""

import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Generator
from pathlib import Path
from shutil import rmtree

import numpy as np
import pytest

from striate.data import parts
from striate.data.cache import Cache, cache_folder
from striate.data.dataset import Images
from striate.data.decoded import Decoded
from striate.data.folder import list_folder
from striate.data.parts import read_part
from striate.data.preprocessing import Preprocessing
from striate.data.setfile import PAGE
from striate.errors import Notice

RULE = Preprocessing((4, 5), "rgb")
EACH = 4 * 5 * 3
PATIENCE = 60  # seconds that a test waits for another process before it fails


@pytest.fixture(autouse=True)
def every_set_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SMALL_FILES", -1)


@pytest.fixture
def folder(tmp_path: Path, photo: Callable[..., Path]) -> Path:
    for i in range(10):
        photo(tmp_path / "data" / "ab"[i % 2] / f"{i}.png")
    return tmp_path / "data"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files in the order in which they are decoded."""
    names: list[str] = []
    read = Preprocessing.read

    def reading(self: Preprocessing, path: str, *rest: object) -> object:
        names.append(Path(path).name)
        return read(self, path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Preprocessing, "read", reading)
    return names


def read(folder: Path, cache: Cache | None, rule: Preprocessing = RULE) -> Images:
    return read_part(list_folder(folder).parts["train"], rule, cache=cache)[0]


def truth(folder: Path, rule: Preprocessing = RULE) -> np.ndarray:
    files = list_folder(folder).parts["train"].files
    return np.stack([rule.read(file) for file in files if Path(file).suffix == ".png"])


def codes(caught: list[warnings.WarningMessage]) -> list[str]:
    return [each.message.code for each in caught if isinstance(each.message, Notice)]


def sets(cache: Cache) -> list[Path]:
    return sorted(cache.folder.glob("*.set"))


# What is kept


def test_the_second_time_nothing_is_decoded(folder: Path, cache: Cache, decoded: list[str]) -> None:
    expected = truth(folder)
    decoded.clear()
    first = read(folder, cache)
    assert sorted(set(decoded)) == sorted(f"{i}.png" for i in range(10))
    decoded.clear()
    again = read(folder, cache)
    assert decoded == []
    for images in (first, again):
        np.testing.assert_array_equal(images.pictures, expected)
        assert isinstance(images.pictures, np.memmap)
        assert not images.pictures.flags.writeable
    assert again.labels.tolist() == first.labels.tolist()


def test_small_sets_leave_nothing_behind(folder: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SMALL_FILES", 10**5)
    images = read(folder, cache)
    assert type(images.pictures) is np.ndarray
    assert not cache.folder.exists()


def test_only_files_that_changed_are_decoded_anew(
    folder: Path, cache: Cache, decoded: list[str], photo: Callable[..., Path]
) -> None:
    read(folder, cache)
    photo(folder / "a" / "0.png", (30, 20))
    os.utime(folder / "b" / "1.png", ns=(1, 1))
    (folder / "a" / "2.png").unlink()
    photo(folder / "b" / "77.png")
    (folder / "b" / "3.png").rename(folder / "b" / "33.png")
    decoded.clear()
    images = read(folder, cache)
    assert set(decoded) == {"0.png", "1.png", "77.png", "33.png"}
    np.testing.assert_array_equal(images.pictures, truth(folder))
    assert len(sets(cache)) == 1


def test_what_is_no_picture_is_tried_each_time_and_costs_no_more(
    folder: Path, cache: Cache, decoded: list[str]
) -> None:
    (folder / "a" / "1.txt").write_text("no picture")
    (folder / "b" / "5.txt").symlink_to(folder)
    images = read(folder, cache)
    (written,) = sets(cache)
    stamp = written.stat().st_ino
    decoded.clear()
    again, unusable = read_part(list_folder(folder).parts["train"], RULE, cache=cache)
    assert decoded == ["1.txt"]
    assert [Path(file).name for file in unusable] == ["1.txt"]
    assert written.stat().st_ino == stamp
    for each in (images, again):
        np.testing.assert_array_equal(each.pictures, truth(folder))
        assert len(each.files or ()) == 10


def test_each_rule_has_a_set_of_its_own(folder: Path, cache: Cache) -> None:
    others = [Preprocessing((5, 4), "rgb"), Preprocessing((4, 5), "grey"), Preprocessing((4, 5), "rgb", resize="fit")]
    rules = [RULE, *others]
    for rule in (*rules, *rules):
        np.testing.assert_array_equal(read(folder, cache, rule).pictures, truth(folder, rule))
    read(folder, cache, Preprocessing((4, 5), "rgb", 1.0))  # the scale changes no pixel
    assert len(sets(cache)) == len(rules)


def test_the_same_folder_by_another_path_is_the_same(
    folder: Path, cache: Cache, decoded: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(folder, cache)
    decoded.clear()
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.chdir(tmp_path)
    for path in (Path("data"), tmp_path / "link"):
        read(path, cache)
    assert decoded == []


def test_another_version_of_the_code_decodes_anew(
    folder: Path, cache: Cache, decoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read(folder, cache)
    monkeypatch.setattr(parts, "_code", lambda: "another")
    decoded.clear()
    read(folder, cache)
    assert len(set(decoded)) == 10


# When it is trusted


def flipped(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "half a header": lambda path: path.write_bytes(path.read_bytes()[: PAGE // 2]),
    "ends early": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "too long": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "another kind": lambda path: flipped(path, 0),
    "another number of pictures": lambda path: flipped(path, 24),
    "fewer kept": lambda path: flipped(path, 32),
    "another size": lambda path: flipped(path, 40),
    "another checksum": lambda path: flipped(path, 64),
    "another name": lambda path: flipped(path, -32),
    "another length": lambda path: flipped(path, -16),
    "another time": lambda path: flipped(path, -1),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_set_is_made_anew(folder: Path, cache: Cache, decoded: list[str], damage: str) -> None:
    read(folder, cache)
    (path,) = sets(cache)
    DAMAGES[damage](path)
    decoded.clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        images = read(folder, cache)
    assert len(set(decoded)) == 10
    np.testing.assert_array_equal(images.pictures, truth(folder))
    assert codes(caught) == (["cache.given_up"] if damage == "a folder" else [])
    decoded.clear()
    if damage != "a folder":
        np.testing.assert_array_equal(read(folder, cache).pictures, images.pictures)
        assert decoded == []


# The bound


def test_sets_used_longest_ago_make_room_and_none_in_use(
    tmp_path: Path, photo: Callable[..., Path], cache: Cache
) -> None:
    for name in "abcd":
        for i in range(10):
            photo(tmp_path / name / "xy"[i % 2] / f"{i}.png")
    one = PAGE + 10 * EACH + 10 * 32
    cache = Cache(cache.folder, 3 * one)
    in_use = read(tmp_path / "a", cache)
    read(tmp_path / "b", cache)
    read(tmp_path / "c", cache)
    names = {path: path.name for path in sets(cache)}
    _ = in_use
    ages = {path: rank for rank, path in enumerate(sorted(names, key=lambda path: path.stat().st_mtime_ns))}
    for path, rank in ages.items():
        os.utime(path, ns=(rank, rank))
    read(tmp_path / "b", cache)  # now c is the one used longest ago that nobody has open
    read(tmp_path / "d", cache)
    left = set(sets(cache))
    assert {rank for path, rank in ages.items() if path in left} == {0, 1}
    assert cache.held().sets == 3
    assert cache.held().bytes <= 3 * one
    np.testing.assert_array_equal(in_use.pictures, truth(tmp_path / "a"))


def test_what_has_no_room_is_decoded_when_asked_for(
    folder: Path, cache: Cache, decoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "SMALL", 0)
    expected = truth(folder)
    cache = Cache(cache.folder, PAGE + 4 * EACH)
    for turn in range(2):
        decoded.clear()
        with pytest.warns(Notice) as caught:
            images = read(folder, cache)
        assert len(set(decoded)) == (10, 0)[turn]
        assert codes(list(caught)) == ["cache.full"]
        fields = {"folder": str(cache.folder), "bound": cache.bound, "kept": 4, "pictures": 10}
        assert caught[0].message.fields == fields  # type: ignore[union-attr]
        assert isinstance(images.pictures, Decoded)
        decoded.clear()
        np.testing.assert_array_equal(images.pictures[[3, 9, 0, 4]], expected[[3, 9, 0, 4]])
        assert len(decoded) == 2
    # As soon as there is room, all are kept.
    images = read(folder, Cache(cache.folder))
    np.testing.assert_array_equal(images.pictures, expected)
    assert isinstance(images.pictures, np.memmap)


def test_few_that_have_no_room_stay_in_memory(folder: Path, cache: Cache) -> None:
    with pytest.warns(Notice) as caught:
        images = read(folder, Cache(cache.folder, PAGE + 4 * EACH))
    assert codes(list(caught)) == ["cache.full"]
    assert type(images.pictures) is np.ndarray
    np.testing.assert_array_equal(images.pictures, truth(folder))


# When keeping fails


SCRIPT = """
import sys, time, warnings
from pathlib import Path
from striate.data import parts, cache as caching
from striate.data.preprocessing import Preprocessing
from striate.data.folder import list_folder
from striate.data.cache import Cache
parts.SMALL_FILES = -1
parts.BLOCK = 1
caching.SPARE = {spare}
RULE = Preprocessing((4, 5), "rgb")
folder, where = sys.argv[1:]
read = Preprocessing.read
{before}
cache = Cache(Path(where))
warnings.simplefilter("always")
for _ in range({times}):
    images = parts.read_part(list_folder(Path(folder)).parts["train"], RULE, cache=cache)[0]
sys.stdout.buffer.write(images.pictures.tobytes())
"""

HANGS = """
def hanging(self, path, *rest):
    if path.endswith("9.png"):
        print("there", flush=True)
        time.sleep(600)
    return read(self, path, *rest)
Preprocessing.read = hanging
"""

SMALL_FILES_ONLY = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (4300, resource.RLIM_INFINITY))
"""


def started(folder: Path, cache: Path, before: str = "", times: int = 1, spare: int = 0) -> subprocess.Popen[bytes]:
    script = SCRIPT.format(before=before, times=times, spare=spare)
    line = [sys.executable, "-c", script, str(folder), str(cache)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.fixture
def hanging(folder: Path, cache: Cache) -> Generator["subprocess.Popen[bytes]"]:
    """A process in the middle of writing a set."""
    with started(folder, cache.folder, HANGS) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        yield process
        process.kill()


def test_a_process_killed_half_way_harms_nobody(folder: Path, cache: Cache, hanging: "subprocess.Popen[bytes]") -> None:
    (part,) = cache.folder.glob("*.part")
    cache.clear()
    assert part.exists()  # its writer lives
    hanging.kill()
    hanging.wait()
    assert part.exists()
    assert sets(cache) == []
    np.testing.assert_array_equal(read(folder, cache).pictures, truth(folder))
    assert not part.exists()
    assert len(sets(cache)) == 1


def test_a_process_that_reads_while_another_writes(
    folder: Path, cache: Cache, hanging: "subprocess.Popen[bytes]"
) -> None:
    np.testing.assert_array_equal(read(folder, cache).pictures, truth(folder))
    assert len(list(cache.folder.iterdir())) == 2  # the set, and what the other is writing


def test_two_processes_at_once(folder: Path, cache: Cache) -> None:
    both = [started(folder, cache.folder, times=5) for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=PATIENCE)
        assert (out, err) == (truth(folder).tobytes(), b"")
    assert len(list(cache.folder.iterdir())) == 1


def test_a_disk_that_takes_no_more(folder: Path, cache: Cache) -> None:
    """Said once, though it is met twice; nothing of it stays."""
    process = started(folder, cache.folder, SMALL_FILES_ONLY, times=2)
    out, err = process.communicate(timeout=PATIENCE)
    assert out == truth(folder).tobytes()
    assert err.count(b"File too large") == err.count(b"Notice") == 1
    assert list(cache.folder.iterdir()) == []


@pytest.fixture
def full_disk(tmp_path: Path) -> Generator[Path]:
    """A file system of a few pages."""
    place = tmp_path / "disk"
    place.mkdir()
    line = ["mount", "-t", "tmpfs", "-o", "size=8k", "striate-test", str(place)]
    if subprocess.run(line, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk(folder: Path, full_disk: Path) -> None:
    (full_disk / "other").write_bytes(bytes(4096))
    process = started(folder, full_disk / "cache", times=2, spare=-(2**40))
    out, err = process.communicate(timeout=PATIENCE)
    assert out == truth(folder).tobytes()
    assert err.count(b"No space left on device") == err.count(b"Notice") == 1
    assert list((full_disk / "cache").iterdir()) == []


def test_a_cache_that_cannot_be(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no folder")
    with pytest.warns(Notice) as caught:
        images = read(folder, Cache(tmp_path / "taken" / "cache"))
    assert codes(list(caught)) == ["cache.given_up"]
    np.testing.assert_array_equal(images.pictures, truth(folder))


def test_a_cache_that_is_removed_while_in_use(folder: Path, cache: Cache) -> None:
    images = read(folder, cache)
    rmtree(cache.folder)
    np.testing.assert_array_equal(images.pictures, truth(folder))
    np.testing.assert_array_equal(read(folder, cache).pictures, truth(folder))


# Where it is, and what it holds


def test_clearing_leaves_what_is_in_use(folder: Path, cache: Cache) -> None:
    images = read(folder, cache)
    read(folder, cache, Preprocessing((2, 2), "rgb"))
    assert cache.held().sets == 2
    assert cache.clear().sets == 1
    del images
    assert cache.clear() == (0, 0)
    assert Cache(cache.folder / "gone").clear() == (0, 0)


def test_where_the_cache_is() -> None:
    home = Path.home()
    assert cache_folder({}, "linux") == home / ".cache" / "striate"
    assert cache_folder({"XDG_CACHE_HOME": "/x"}, "linux") == Path("/x/striate")
    assert cache_folder({"XDG_CACHE_HOME": "relative"}, "linux") == home / ".cache" / "striate"
    assert cache_folder({}, "darwin") == home / "Library" / "Caches" / "striate"
    assert cache_folder({"LOCALAPPDATA": "/l"}, "win32") == Path("/l/striate/Cache")
    assert cache_folder({"STRIATE_CACHE": "~/mine", "XDG_CACHE_HOME": "/x"}, "linux") == home / "mine"


def test_only_its_user_may_look_into_it(folder: Path, cache: Cache) -> None:
    read(folder, cache)
    assert cache.folder.stat().st_mode & 0o077 == 0
    assert sets(cache)[0].stat().st_mode & 0o077 == 0
