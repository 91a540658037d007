"""shaped_server.cpp as a `with` block: a server that holds rates, limits, and grudges.

    with ShapedServer(path, Shape(rate=8 * MIB), programs) as server:
        ...                         # download server.url
"""

import dataclasses
import json
import pathlib
import subprocess
from collections.abc import Sequence

from links.programs import build


@dataclasses.dataclass(frozen=True)
class Shape:
    """Rates are bytes a second. shaped_server.cpp says what each means."""
    rate: int | None = None
    connection_rates: tuple[int, ...] = ()
    most_connections: int | None = None
    freeze_after: int | None = None
    mirror: str = "honest"
    etag: str = "1"
    congestion: str = ""

    def options(self) -> list[str]:
        rates = ",".join(map(str, self.connection_rates))
        given = {"--rate": self.rate, "--connection-rates": rates, "--freeze-after":
                 self.freeze_after, "--most-connections": self.most_connections,
                 "--as": self.mirror, "--etag": self.etag, "--congestion": self.congestion}
        return [word for name, value in given.items() if value for word in (name, str(value))]


class ShapedServer:
    """`wrapper` is put before the command, as a link's end."""

    def __init__(self, file: pathlib.Path, shape: Shape, programs: pathlib.Path,
                 address: str = "127.0.0.1", wrapper: Sequence[str] = ()):
        self._command = [*wrapper, build("shaped_server", programs), "--file", file,
                         "--listen", address, *shape.options()]
        self._name, self._address = file.name, address
        self.url = ""
        self.counts = {}            # when it has ended
        self._process = None

    def __enter__(self):
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        port = self._process.stdout.readline().strip()
        if not port:
            self._process.wait()
            raise RuntimeError("the server does not start; it says why above")
        self.url = f"http://{self._address}:{port}/{self._name}"
        return self

    def __exit__(self, *_):
        self._process.terminate()
        said, _ = self._process.communicate()
        self.counts = json.loads(said) if said else {}
