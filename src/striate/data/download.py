"""One file from the network, from the first address that gives it: whole, with the right bytes, or not at all.

What has come so far stays beside the file as NAME.part and is gone on with, by HTTP's Range and If-Range (RFC 9110,
sections 13 and 14). Nothing is believed that a server says: the file counts when its length and SHA-256 are right.
"""

import hashlib
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import urlsplit

from striate.errors import FileError
from striate.files import write_text

CHUNK = 1 << 16
TIMEOUT = 30.0  # seconds in which something must come
TRIES = 3  # of one address, as long as each brings something
SCHEMES = ("https", "http")
PART, TAG = ".part", ".part.tag"

Progress = Callable[[int, int], None]  # bytes that are there, bytes in all


@dataclass(frozen=True)
class Remote:
    """A file that is to be had: its name, bytes and SHA-256, and addresses, the first choice first."""

    name: str
    size: int
    sha256: str
    addresses: tuple[str, ...]


class _Refused(Exception):  # noqa: N818 (never seen by a user)
    """What an address did wrong: the code and fields of a sentence. `again`: whether to ask it once more."""

    def __init__(self, code: str, *, again: bool = False, **fields: object) -> None:
        super().__init__(code)
        self.code, self.fields, self.again = code, fields, again


class Answer(Protocol):
    """What `urlopen` gives."""

    status: int
    headers: http.client.HTTPMessage

    def read(self, amt: int) -> bytes:
        """Up to so many bytes; none at the end."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


def is_there(path: Path, wanted: Remote) -> bool:
    """Whether a file is there with the bytes that it should have. Raises `FileError` where it cannot be read."""
    try:
        return path.is_file() and path.stat().st_size == wanted.size and _sha256(path) == wanted.sha256
    except OSError as error:
        raise FileError("file.cannot_read", path=path, reason=error.strerror) from error


def download(
    wanted: Remote,
    folder: Path,
    *,
    begins: Callable[[str], None] = lambda address: None,
    progress: Progress = lambda came, size: None,
    timeout: float = TIMEOUT,
) -> Path:
    """The file in the folder, fetched unless it is there.

    `begins` is told each address before it is asked. Raises `FileError`: "fetch.failed" with what each address did, or
    what the disk refuses.
    """
    path = folder / wanted.name
    if is_there(path, wanted):
        return path
    faults: list[tuple[str, dict[str, object]]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for address in wanted.addresses:
            begins(address)
            if fault := _from(address, wanted, path, progress, timeout):
                faults.append((fault.code, {"address": address, **fault.fields}))
            else:
                return path
    except OSError as error:  # the network's are faults of an address by now
        raise FileError("file.cannot_write", path=path, reason=error.strerror or str(error)) from error
    raise FileError("fetch.failed", file=wanted.name, folder=folder, faults=faults)


def _from(address: str, wanted: Remote, path: Path, progress: Progress, timeout: float) -> _Refused | None:
    """Fetch from one address, in as many tries as bring it forward; what it did wrong, or None."""
    part = path.with_name(path.name + PART)
    tries, most = 0, _length(part)
    while True:
        try:
            _fetch(address, wanted, part, progress, timeout)
            _check(part, wanted)
        except _Refused as refused:
            # Only more than ever before is progress: what is thrown away may come again and again.
            tries, most = (tries + 1 if _length(part) <= most else 1), max(most, _length(part))
            if not refused.again or tries >= TRIES:
                return refused
        else:
            part.replace(path)
            _tag(part).unlink(missing_ok=True)
            return None


def _fetch(address: str, wanted: Remote, part: Path, progress: Progress, timeout: float) -> None:
    """Bring the part forward, from where it ends or, where the server will not, from the first byte."""
    if (come := _length(part)) == wanted.size:
        return
    answer = _asked(address, come, _tag_of(part, address), timeout)
    try:
        goes_on = answer.status == http.client.PARTIAL_CONTENT
        if goes_on and not _begins_at(answer, come, wanted.size):
            _forget(part)
            raise _Refused("fetch.wrong_range", again=True)
        if not goes_on:
            come = 0
            _forget(part)
            tag = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
            write_text(_tag(part), f"{address}\n{tag}\n")
        with part.open("ab") as file:
            _take(answer, file, come, wanted, progress)
    finally:
        answer.close()


def _asked(address: str, come: int, tag: str, timeout: float) -> Answer:
    """The server's answer to the wish for the bytes from `come` on."""
    headers = {"User-Agent": "striate", "Accept-Encoding": "identity"}
    if come and tag:
        # Only what is still the same file is gone on with; a changed one comes whole.
        headers |= {"Range": f"bytes={come}-", "If-Range": tag}
    try:
        return _opener().open(urllib.request.Request(address, headers=headers), timeout=timeout)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in _ELSEWHERE:  # to where it is not followed, or in circles
            raise _Refused("fetch.redirected", to=error.headers.get("Location", "")) from error
        raise _Refused("fetch.status", again=error.code >= 500, status=error.code) from error
    except _NETWORK as error:
        raise _Refused("fetch.unreachable", again=isinstance(error, TimeoutError), reason=_reason(error)) from error


def _take(answer: Answer, file: IO[bytes], come: int, wanted: Remote, progress: Progress) -> None:
    while True:
        try:
            chunk = answer.read(CHUNK)
        except TimeoutError as error:
            raise _Refused("fetch.stalled", again=True, came=come) from error
        except _NETWORK as error:
            raise _Refused("fetch.broke_off", again=True, came=come, size=wanted.size) from error
        if not chunk:
            break
        come += len(chunk)
        if come > wanted.size:
            raise _Refused("fetch.too_long", size=wanted.size)
        file.write(chunk)
        progress(come, wanted.size)
    if come < wanted.size:
        raise _Refused("fetch.broke_off", again=True, came=come, size=wanted.size)


def _check(part: Path, wanted: Remote) -> None:
    """What has come must be what is wanted; what is not goes away, since no more bytes would mend it."""
    if (came := _sha256(part)) != wanted.sha256:
        _forget(part)
        raise _Refused("fetch.other_bytes", required=wanted.sha256, came=came)


def _begins_at(answer: Answer, come: int, size: int) -> bool:
    found = re.fullmatch(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", answer.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == come and found[2] in ("*", str(size))


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to other servers, but neither to files nor from a safe connection to an open one."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        scheme = urlsplit(newurl).scheme
        if scheme not in SCHEMES or (urlsplit(req.full_url).scheme, scheme) == ("https", "http"):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@cache  # its certificates take a while to read
def _opener() -> urllib.request.OpenerDirector:
    """HTTP alone: what `urlopen` would open besides, such as file: and ftp:, is left out."""
    opener = urllib.request.OpenerDirector()
    handlers: Sequence[urllib.request.BaseHandler] = (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(),
    )
    for handler in handlers:
        opener.add_handler(handler)
    return opener


_ELSEWHERE = range(300, 400)
_NETWORK = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError, ValueError)


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _length(part: Path) -> int:
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0


def _tag(part: Path) -> Path:
    return part.with_name(part.name.removesuffix(PART) + TAG)


def _tag_of(part: Path, address: str) -> str:
    """What the server at an address called the file when it came; empty where it said nothing, or another did."""
    with suppress(OSError, UnicodeDecodeError):
        came_from, tag = (_tag(part).read_text(encoding="utf-8") + "\n\n").split("\n")[:2]
        # A weak tag (W/"...") may name other bytes: RFC 9110, 13.1.5, allows none here.
        return tag if came_from == address and not tag.startswith("W/") else ""
    return ""


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _tag(part).unlink(missing_ok=True)
