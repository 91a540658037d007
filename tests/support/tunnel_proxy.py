"""A proxy that opens tunnels (RFC 9110 9.3.6) and may say a lot in its answer to CONNECT.

    with TunnelProxy('ETag: "x"') as proxy:
        ...                      # a client with proxy.url
"""

import contextlib
import select
import socket
import threading

_CHUNK = 64 << 10


class TunnelProxy:
    """`fields` are header lines of the answer to CONNECT. `tunnels` counts those that were opened."""

    def __init__(self, *fields: str):
        self._answer = "\r\n".join(["HTTP/1.1 200 Tunnel", *fields, "", ""]).encode()
        self.tunnels = 0
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while not self._stopping.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket):
        with contextlib.suppress(OSError), client:
            head = b""
            while b"\r\n\r\n" not in head:
                part = client.recv(_CHUNK)
                if not part:
                    return
                head += part
            method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
            if method != "CONNECT":
                client.sendall(b"HTTP/1.1 405 Only Tunnels\r\nContent-Length: 0\r\n\r\n")
                return
            host, _, port = target.rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port))) as server:
                self.tunnels += 1
                client.sendall(self._answer)
                self._relay({client: server, server: client})

    def _relay(self, other_end: dict[socket.socket, socket.socket]):
        while not self._stopping.is_set():
            for source in select.select(list(other_end), [], [], 0.1)[0]:
                part = source.recv(_CHUNK)
                if not part:
                    return
                other_end[source].sendall(part)
