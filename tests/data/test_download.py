"""Fetching a file from servers that lie, break off, stall and lead astray: it comes whole and right, or not at all."""

import hashlib
from collections.abc import Generator
from pathlib import Path
from typing import cast

import pytest

from striate.data.download import TRIES, Remote, download, is_there
from striate.errors import FileError
from tests.data.lying_server import Server, serving

CONTENT = bytes(range(256)) * 700 + b"the end"  # more than one chunk
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server() -> Generator[Server]:
    with serving(CONTENT) as told:
        yield told


def wanted(server: Server, *paths: str) -> Remote:
    return Remote("pictures.gz", len(CONTENT), SHA256, tuple(f"{server.address}/{path}" for path in paths))


def ranges(server: Server) -> list[str | None]:
    return [asked for _, asked in server.asked]


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_comes_whole_and_is_asked_for_once(server: Server, tmp_path: Path) -> None:
    file, told, seen = wanted(server, "good"), list[str](), list[tuple[int, int]]()
    for _ in range(2):
        path = download(
            file, tmp_path / "new", begins=told.append, progress=lambda come, size: seen.append((come, size))
        )
        assert path.read_bytes() == CONTENT
    assert told == [f"{server.address}/good"] and ranges(server) == [None]
    assert seen[-1] == (len(CONTENT), len(CONTENT)) and [come for come, _ in seen] == sorted(come for come, _ in seen)
    assert left(tmp_path / "new") == ["pictures.gz"]


def test_what_breaks_off_is_gone_on_with_as_long_as_something_comes(server: Server, tmp_path: Path) -> None:
    assert download(wanted(server, "breaks-off"), tmp_path).read_bytes() == CONTENT
    asked = [0 if each is None else int(each[6:-1]) for each in ranges(server)]
    assert len(asked) > 5 and asked == sorted(set(asked))


def test_a_later_run_goes_on_where_an_earlier_one_ended(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FileError):
        download(wanted(server, "breaks-off-at-once"), tmp_path)
    tag = tmp_path / "pictures.gz.part.tag"
    tag.write_text(tag.read_text().replace("breaks-off-at-once", "good"))
    (tmp_path / "pictures.gz.part").write_bytes(CONTENT[:5000])
    server.asked.clear()
    assert download(wanted(server, "good"), tmp_path).read_bytes() == CONTENT
    assert ranges(server) == ["bytes=5000-"] and left(tmp_path) == ["pictures.gz"]


def test_a_file_that_has_changed_since_comes_whole(server: Server, tmp_path: Path) -> None:
    (tmp_path / "pictures.gz.part").write_bytes(b"of another edition")
    (tmp_path / "pictures.gz.part.tag").write_text(f'{server.address}/good\n"older"\n')
    assert download(wanted(server, "good"), tmp_path).read_bytes() == CONTENT
    assert ranges(server) == ["bytes=18-"]


@pytest.mark.parametrize(
    "tag", ["", '{address}/good\nW/"first"\n', 'http://elsewhere/\n"first"\n', "{address}/good\n\n"]
)
def test_without_a_sure_sign_that_it_is_the_same_it_comes_whole(server: Server, tmp_path: Path, tag: str) -> None:
    (tmp_path / "pictures.gz.part").write_bytes(CONTENT[:77])
    if tag:
        (tmp_path / "pictures.gz.part.tag").write_text(tag.replace("{address}", server.address))
    assert download(wanted(server, "good"), tmp_path).read_bytes() == CONTENT
    assert ranges(server) == [None]


def test_a_part_that_was_whole_is_not_asked_for_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "pictures.gz.part").write_bytes(CONTENT)
    assert download(wanted(server, "good"), tmp_path).read_bytes() == CONTENT
    assert server.asked == []


@pytest.mark.parametrize("longer_by", [0, 40])
def test_a_part_with_other_bytes_is_thrown_away(server: Server, tmp_path: Path, longer_by: int) -> None:
    (tmp_path / "pictures.gz.part").write_bytes(bytes(len(CONTENT) + longer_by))
    assert download(wanted(server, "missing", "good"), tmp_path).read_bytes() == CONTENT


def test_a_server_that_ignores_ranges_begins_anew(server: Server, tmp_path: Path) -> None:
    assert download(wanted(server, "without-ranges"), tmp_path).read_bytes() == CONTENT
    assert ranges(server) == [None, "bytes=100-"]


def test_a_server_that_gives_another_range_is_asked_for_everything(server: Server, tmp_path: Path) -> None:
    assert download(wanted(server, "wrong-range"), tmp_path).read_bytes() == CONTENT
    assert ranges(server) == [None, "bytes=100-", None]


def test_what_is_thrown_away_again_and_again_is_no_progress(server: Server, tmp_path: Path) -> None:
    """Not a matter of how much comes, but of whether it is more than before."""
    server.tag = ""
    with pytest.raises(FileError):
        download(wanted(server, "breaks-off"), tmp_path)
    assert len(server.asked) == TRIES


def test_redirects_are_followed_to_other_servers(server: Server, tmp_path: Path) -> None:
    assert download(wanted(server, "elsewhere"), tmp_path).read_bytes() == CONTENT


FAULTS = {
    "missing": "fetch.status",
    "broken": "fetch.status",
    "lies": "fetch.other_bytes",
    "longer": "fetch.too_long",
    "longer-without-end": "fetch.too_long",
    "breaks-off-at-once": "fetch.broke_off",
    "stalls": "fetch.stalled",
    "silent": "fetch.unreachable",
    "no-http": "fetch.unreachable",
    "to-a-file": "fetch.redirected",
    "to-ftp": "fetch.redirected",
    "in-circles": "fetch.redirected",
}


@pytest.mark.parametrize("path", FAULTS)
def test_what_a_server_does_wrong_is_said_and_the_next_is_asked(server: Server, tmp_path: Path, path: str) -> None:
    timeout = 0.1 if path in ("stalls", "silent") else 20
    with pytest.raises(FileError) as caught:
        download(wanted(server, path), tmp_path, timeout=timeout)
    error = caught.value
    assert error.code == "fetch.failed" and error.fields["folder"] == tmp_path
    faults = error.fields["faults"]
    assert isinstance(faults, list)
    # On a busy machine a server that will stall may be given up before it has said anything.
    possible = {FAULTS[path]} | ({"fetch.unreachable"} if path == "stalls" else set())
    assert {code for code, _ in cast(list[tuple[str, object]], faults)} <= possible and len(faults) == 1
    assert f"{server.address}/{path}" in str(error) and str(tmp_path) in str(error)
    assert not (tmp_path / "pictures.gz").exists()
    assert len(server.asked) < 15
    if timeout == 20:
        assert download(wanted(server, path, "good"), tmp_path).read_bytes() == CONTENT
        assert left(tmp_path) == ["pictures.gz"]


def test_where_nobody_listens_it_is_said(tmp_path: Path) -> None:
    with serving(CONTENT) as gone:
        file = wanted(gone, "good")
    with pytest.raises(FileError) as caught:
        download(file, tmp_path, timeout=5)
    assert caught.value.code == "fetch.failed" and "fetch.unreachable" in repr(caught.value.fields["faults"])


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://127.0.0.1/x", "nonsense"])
def test_only_http_is_opened(tmp_path: Path, address: str) -> None:
    with pytest.raises(FileError) as caught:
        download(Remote("x", 5, SHA256, (address,)), tmp_path)
    assert "fetch.unreachable" in repr(caught.value.fields["faults"])


def test_where_nothing_can_be_written_it_is_said(server: Server, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(FileError) as caught:
        download(wanted(server, "good"), tmp_path / "taken")
    assert caught.value.code == "file.cannot_write"


def test_a_file_counts_only_with_its_own_bytes(tmp_path: Path) -> None:
    path, file = tmp_path / "x", Remote("x", len(CONTENT), SHA256, ())
    for content, expected in ((CONTENT, True), (CONTENT[:-1], False), (bytes(len(CONTENT)), False)):
        path.write_bytes(content)
        assert is_there(path, file) == expected
    assert not is_there(tmp_path, file) and not is_there(tmp_path / "none", file)
