"""A server on loopback that gives a file in the ways of the world: whole, in part, late, wrong, elsewhere."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TAG = '"first"'


class Server:
    """What it gives at each path; `asked` are the requests that came: path and the bytes' range, or None."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.asked: list[tuple[str, str | None]] = []
        self.over = threading.Event()
        self.address = ""
        self.tag = TAG


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, _Listening)
        told, wanted = self.server.told, self.headers.get("Range")
        told.asked.append((self.path, wanted))
        getattr(self, f"_{self.path.strip('/').replace('-', '_')}")(told)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def _give(self, content: bytes, *, status: int = 200, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def _rest(self, told: Server) -> int | None:
        """Where the asked range begins, where the file is still the same."""
        wanted = self.headers.get("Range")
        if not wanted or self.headers.get("If-Range") != told.tag:
            return None
        return int(wanted.removeprefix("bytes=").removesuffix("-"))

    def _good(self, told: Server) -> None:
        begin = self._rest(told)
        if begin is None:
            self._give(told.content, ETag=told.tag)
            return
        total = len(told.content)
        self._give(told.content[begin:], status=206, ETag=told.tag, Content_Range=f"bytes {begin}-{total - 1}/{total}")

    def _breaks_off(self, told: Server) -> None:
        """A third of what is left at a time."""
        begin = self._rest(told) or 0
        total, rest = len(told.content), told.content[begin:]
        headers = {"Content_Range": f"bytes {begin}-{total - 1}/{total}"} if begin else {}
        self._give(rest[: len(rest) // 3 + 1], status=206 if begin else 200, length=len(rest), ETag=told.tag, **headers)

    def _breaks_off_at_once(self, told: Server) -> None:
        self._give(b"", length=len(told.content), ETag=told.tag)

    def _without_ranges(self, told: Server) -> None:
        """Breaks off the first time; afterwards gives everything, whatever it is asked for."""
        first = len([path for path, _ in told.asked if path == self.path]) == 1
        self._give(told.content[: 100 if first else None], length=len(told.content), ETag=told.tag)

    def _wrong_range(self, told: Server) -> None:
        total = len(told.content)
        if self._rest(told) is None:
            self._give(told.content[:100] if len(told.asked) < 3 else told.content, length=total, ETag=told.tag)
        else:
            self._give(told.content[50:], status=206, Content_Range=f"bytes 50-{total - 1}/{total}")

    def _stalls(self, told: Server) -> None:
        self._give(told.content[:10], length=len(told.content), ETag=told.tag)
        told.over.wait(20)

    def _silent(self, told: Server) -> None:
        told.over.wait(20)

    def _lies(self, told: Server) -> None:
        self._give(bytes(len(told.content)))

    def _longer(self, told: Server) -> None:
        self._give(told.content + b"and more", ETag=told.tag)

    def _longer_without_end(self, told: Server) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(3):
            self.wfile.write(told.content)

    def _missing(self, told: Server) -> None:
        self._give(b"not here", status=404)

    def _broken(self, told: Server) -> None:
        self._give(b"", status=503)

    def _no_http(self, told: Server) -> None:
        self.wfile.write(b"\x00\x01\x02 nonsense\r\n\r\n")

    def _elsewhere(self, told: Server) -> None:
        self._give(b"", status=302, Location=f"{told.address}/good")

    def _to_a_file(self, told: Server) -> None:
        self._give(b"", status=302, Location="file:///etc/hostname")

    def _to_ftp(self, told: Server) -> None:
        self._give(b"", status=301, Location="ftp://127.0.0.1/x")

    def _in_circles(self, told: Server) -> None:
        self._give(b"", status=302, Location=f"{told.address}/in-circles")


class _Listening(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, told: Server) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told = told

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has heard enough is none."""


@contextmanager
def serving(content: bytes) -> Generator[Server]:
    """The server, for the block."""
    told = Server(content)
    listening = _Listening(told)
    told.address = f"http://127.0.0.1:{listening.server_address[1]}"
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.over.set()
        listening.shutdown()
        listening.server_close()
        thread.join()
