"""Ports on 127.0.0.1 that nobody listens on now."""

import socket


def free_ports(count: int) -> list[int]:
    """Each another one. By the time they are used, somebody else may have taken them."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def free_port() -> int:
    return free_ports(1)[0]
