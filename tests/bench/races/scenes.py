"""Where a race is run: each scene starts its servers afresh for each run, so that no run finds
what another left behind in queues, in TCP's memory of the path or in a mirror that froze.
"""

import contextlib
import dataclasses
import pathlib
from collections.abc import Callable, Iterator

from links.long_link import SERVER_ADDRESS, LinkShape, LongLink, why_not_here
from links.shaped_server import Shape, ShapedServer
from measuring.loopback import Loopback


@dataclasses.dataclass(frozen=True)
class Ground:
    """What a scene is built from."""
    work: pathlib.Path
    source: pathlib.Path
    seed: int                       # of the link's losses

    @property
    def programs(self) -> pathlib.Path:
        return self.work / "programs"

    @property
    def size(self) -> int:
        return self.source.stat().st_size


@dataclasses.dataclass
class Stage:
    """What a contender is given."""
    urls: list[str]
    wrapper: list[str] = dataclasses.field(default_factory=list)    # before its command
    ca: pathlib.Path | None = None
    servers: list[ShapedServer] = dataclasses.field(default_factory=list)

    def sent_bytes(self) -> int | None:
        """Of body, by all servers, once they have ended; nothing where none counts."""
        return sum(one.counts.get("body_bytes", 0) for one in self.servers) or None


@dataclasses.dataclass(frozen=True)
class Scene:
    """`open` is a context manager of a Stage; `why_not` says why it cannot be opened here."""
    open: Callable[[Ground], contextlib.AbstractContextManager[Stage]]
    why_not: Callable[[], str] = lambda: ""


def over_a_long_link(shape: LinkShape) -> Scene:
    @contextlib.contextmanager
    def opened(ground: Ground) -> Iterator[Stage]:
        with LongLink(shape, ground.programs, ground.seed) as link, \
                ShapedServer(ground.source, Shape(congestion="cubic"), ground.programs,
                             SERVER_ADDRESS, link.server) as server:
            yield Stage([server.url], link.client, servers=[server])
    return Scene(opened, why_not_here)


def from_servers(shapes: Callable[[int], list[Shape]]) -> Scene:
    """Several are mirrors of each other, and no two agree on an ETag. `shapes` is given the file's
    size."""
    @contextlib.contextmanager
    def opened(ground: Ground) -> Iterator[Stage]:
        with contextlib.ExitStack() as stack:
            servers = [stack.enter_context(ShapedServer(
                ground.source, dataclasses.replace(shape, etag=f"of-mirror-{number}"),
                ground.programs)) for number, shape in enumerate(shapes(ground.size))]
            yield Stage([server.url for server in servers], servers=servers)
    return Scene(opened)


def from_loopback(tls: bool) -> Scene:
    @contextlib.contextmanager
    def opened(ground: Ground) -> Iterator[Stage]:
        with Loopback(ground.work) as server:
            yield Stage([server.url(ground.source.name, tls)], ca=server.ca if tls else None)
    return Scene(opened)
