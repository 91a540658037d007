"""Serves rows by hand, until interrupted:

    cd tests && python3 -m support                          # lists the rows
    cd tests && python3 -m support early-start --port 8080  # http://127.0.0.1:8080/early-start/SIZE
    cd tests && python3 -m support caps-ranges-at-100-kb+weak-etag --tls

Rows joined by "+" share their twists; the resource is that of the last. SIZE is in bytes.
"""

import argparse
import contextlib
import dataclasses
import time

from support.certificates import Certificates
from support.hostile_server import HostileServer, Page
from support.rows import ROWS


def make_page(server: HostileServer, path: str) -> Page | None:
    """/ROW[+ROW...]/SIZE"""
    names, _, size = path.strip("/").partition("/")
    rows = [ROWS[name] for name in names.split("+") if name in ROWS]
    if not rows or not size.isdigit():
        return None
    resource = dataclasses.replace(rows[-1].resource, size=int(size))
    return server.serve(path, resource, *(twist for row in rows for twist in row.twists))


def main():
    parser = argparse.ArgumentParser(prog="python3 -m support",
                                     description="A server that misbehaves as asked.")
    parser.add_argument("row", nargs="?", help="a row's name, or several joined by +")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", action="store_true")
    arguments = parser.parse_args()
    if arguments.row is None:
        print("\n".join(ROWS))
        return
    with contextlib.ExitStack() as stack:
        certificates = stack.enter_context(Certificates()) if arguments.tls else None
        on_accept = next((ROWS[name].on_accept for name in arguments.row.split("+")
                          if ROWS[name].on_accept), None)
        server = stack.enter_context(HostileServer(certificates, on_accept, port=arguments.port))
        server.make_page = lambda path: make_page(server, path)
        print(f"{server.url}/{arguments.row}/6291456", flush=True)
        if certificates:
            print(f"--cacert {certificates.ca}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            time.sleep(1e9)


if __name__ == "__main__":
    main()
