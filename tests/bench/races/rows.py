"""The paths: what each is like, how fast it can be at best, and what xget is to reach on it."""

import dataclasses

from links.long_link import LinkShape
from links.shaped_server import Shape
from measuring.sources import GIB, MIB
from races.scenes import Scene, from_loopback, from_servers, over_a_long_link


@dataclasses.dataclass(frozen=True)
class Target:
    """All that is given must be met."""
    most_s: float | None = None
    of_limit: float | None = None       # of the path's limit
    of_best: float | None = None        # of the best peer's time


@dataclasses.dataclass(frozen=True)
class Row:
    """`rate` is the most bytes of file that can arrive in a second, whoever fetches them.
    `connections` is how many the peers are told to use. `full_bound_s` ends a run of the whole
    size."""
    name: str
    words: str
    size: int
    scene: Scene
    rate: float | None
    target: Target
    connections: int = 16
    mirrors: bool = False
    also_defaults: bool = False         # peers also without options
    also_many: bool = False             # xget also with up to 128 connections to the host


def _link(rate_mbit: float, one_way_ms: float, loss_percent: float, queue_kb: float) -> dict:
    shape = LinkShape(rate_mbit, one_way_ms, loss_percent, queue_kb)
    loss = f"{loss_percent} % loss" if loss_percent else "no loss"
    return {"scene": over_a_long_link(shape), "rate": rate_mbit * 1e6 / 8,
            "words": f"{rate_mbit} Mbit/s, {one_way_ms} ms one way, {loss}, queue {queue_kb} KB, "
                     "cubic"}


def _mirror_that_freezes(size: int) -> list[Shape]:
    """It freezes when it has sent half of what its share would be."""
    return [Shape(rate=16 * MIB, freeze_after=size // 4), Shape(rate=16 * MIB)]


def _one_honest_mirror(_: int) -> list[Shape]:
    """The honest one is what the user named as the URL: without a digest nothing else tells which
    of them is right."""
    bad = [Shape(rate=16 * MIB, mirror=kind)
           for kind in ("wrong-bytes", "other-version", "without-ranges", "stalling")]
    return [Shape(rate=16 * MIB), *bad, Shape(rate=100_000)]


ALL = [
    Row("lossy", size=64 * MIB, **_link(200, 50, 0.5, 2000), target=Target(5, of_best=0.55),
        also_defaults=True, also_many=True),
    Row("clean", size=128 * MIB, **_link(500, 25, 0, 4000), target=Target(of_best=1)),
    Row("far", size=64 * MIB, **_link(100, 100, 1, 2000), target=Target(of_best=0.35)),
    Row("capped", "a server: 2 MiB/s a connection, at most 32 connections (503 beyond)", 256 * MIB,
        from_servers(lambda _: [Shape(connection_rates=(2 * MIB,), most_connections=32)]),
        rate=64 * MIB, target=Target(5), also_defaults=True),
    Row("uneven", "three mirrors of 1, 8 and 4 MiB/s in all", 64 * MIB,
        from_servers(lambda _: [Shape(rate=MIB), Shape(rate=8 * MIB), Shape(rate=4 * MIB)]),
        rate=13 * MIB, target=Target(of_limit=1.1), mirrors=True, also_defaults=True),
    Row("laggard", "a server: four connections, one at 100 KB/s, the others at 4 MB/s", 48 * MIB,
        from_servers(lambda _: [Shape(connection_rates=(4_000_000, 100_000, 4_000_000, 4_000_000),
                                      most_connections=4)]),
        rate=12_100_000, target=Target(of_limit=1.15), connections=4),
    Row("frozen", "two mirrors of 16 MiB/s in all, the first freezes for good halfway", 64 * MIB,
        from_servers(_mirror_that_freezes), rate=16 * MIB, target=Target(of_limit=1.2),
        mirrors=True),
    Row("bad", "one honest mirror of 16 MiB/s in all, named first, and five bad ones: wrong bytes, "
        "another version, no ranges, a stall, 100 KB/s", 64 * MIB,
        from_servers(_one_honest_mirror), rate=16 * MIB, target=Target(of_limit=1.3),
        mirrors=True),
    Row("loopback", "loopback, plain", 4 * GIB, from_loopback(tls=False), None,
        Target(of_best=1)),
    Row("loopback-tls", "loopback, TLS", 2 * GIB, from_loopback(tls=True), None,
        Target(of_best=1)),
]
