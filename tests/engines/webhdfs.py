"""A folder over WebHDFS, as a cluster's name node tells of it: only what reading asks.

Hadoop's client takes bytes from the name node itself where it does not redirect.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HERE = "127.0.0.1"
ROOT = "/webhdfs/v1/"


class Served(NamedTuple):
    """A folder that is served.

    Attributes:
        address: Where Hadoop's client finds it.
        opened: Paths, below the folder, of the files whose bytes were sent.
    """

    address: str
    opened: set[str]


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve the files below a folder on a free port, until the end."""
    opened: set[str] = set()
    answer = partial(Answer, folder, opened)
    with ThreadingHTTPServer((HERE, 0), answer) as server:
        Thread(target=server.serve_forever).start()
        try:
            yield Served(f"webhdfs://{HERE}:{server.server_port}", opened)
        finally:
            server.shutdown()


class Answer(BaseHTTPRequestHandler):
    """Answers one request; nothing can be written."""

    def __init__(self, folder: Path, opened: set[str], *request: Any) -> None:
        self.folder, self.opened = folder, opened
        super().__init__(*request)

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(url.query).items()}
        name = unquote(url.path).removeprefix(ROOT)
        path = self.folder / name
        if not path.exists():
            self.tell(not_found(name), status=404)
        elif asked["op"] == "GETFILESTATUS":
            self.tell({"FileStatus": told(path)})
        elif asked["op"] == "LISTSTATUS":
            inside = sorted(path.iterdir()) if path.is_dir() else []
            found = [told(p, p.name) for p in inside] or [told(path)]
            self.tell({"FileStatuses": {"FileStatus": found}})
        elif asked["op"] == "GETFILEBLOCKLOCATIONS":
            self.tell({"BlockLocations": {"BlockLocation": []}})
        elif asked["op"] == "OPEN":
            self.opened.add(name)
            first = int(asked.get("offset", 0))
            rest = path.read_bytes()[first:]
            self.send(rest[: int(asked.get("length", len(rest)))])
        else:
            self.send_error(400, f"not served: {asked['op']}")

    def tell(self, answer: object, status: int = 200) -> None:
        self.send(json.dumps(answer).encode(), "application/json", status)

    def send(
        self, content: bytes, kind: str = "application/octet-stream", status: int = 200
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing of what was asked."""


def not_found(name: str) -> dict[str, object]:
    java = "java.io.FileNotFoundException"
    told = {"exception": "FileNotFoundException", "javaClassName": java}
    return {"RemoteException": {**told, "message": f"no {name}"}}


def told(path: Path, name: str = "") -> dict[str, object]:
    """What is told of a file or folder."""
    found = path.stat()
    return {
        "accessTime": 0,
        "blockSize": 2**27,
        "group": "kexin",
        "length": found.st_size,
        "modificationTime": int(found.st_mtime * 1000),
        "owner": "kexin",
        "pathSuffix": name,
        "permission": "444",
        "replication": 1,
        "type": "DIRECTORY" if path.is_dir() else "FILE",
    }
