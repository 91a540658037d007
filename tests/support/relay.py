"""A relay before a server, which passes on what a client sends up to a limit, and holds the rest.

    with Relay(server_port) as relay:
        relay.hold_after(3_000_000)    # bytes from clients, from now on
        ...                            # a client that talks to relay.port stands still then
        relay.release()
    relay.hold_before(b"partNumber=3")   # likewise a request that has this in it
    relay.passed                         # bytes that clients have sent so far
    relay.notice(b"?uploads").wait(5)    # until a client sends that
"""

import contextlib
import socket
import threading

PIECE = 64 * 1024


class Relay:
    def __init__(self, port: int):
        self._target = port
        self._left = None  # bytes that may still pass; None: all
        self._mark = None  # what does not pass; None: all does
        self._noticed = {}  # what is looked out for: its event
        self.passed = 0
        self._changed = threading.Condition()
        self._closing = False
        self._sockets = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.held = threading.Event()  # a client is held
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            sockets = [self._listener, *self._sockets]
        for one in sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def hold_after(self, count: int):
        with self._changed:
            self._left = count
            self.held.clear()

    def hold_before(self, mark: bytes):
        with self._changed:
            self._mark = mark
            self.held.clear()

    def notice(self, mark: bytes) -> threading.Event:
        """Set when a client sends this, from now on."""
        with self._changed:
            self._noticed = {mark: threading.Event()}
            return self._noticed[mark]

    def release(self):
        with self._changed:
            self._left = self._mark = None
            self.held.clear()
            self._changed.notify_all()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            with self._changed:
                self._sockets += [client, server]
            threading.Thread(target=self._pass_on, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(server, client, False),
                             daemon=True).start()

    def _pass_on(self, source, target, limited):
        try:
            while data := source.recv(PIECE):
                if limited:
                    self._wait_until_it_may_pass(data)
                target.sendall(data)
        except OSError:
            pass
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _wait_until_it_may_pass(self, data):
        with self._changed:
            while not self._closing and self._is_held(data):
                self.held.set()
                self._changed.wait()
            if self._left is not None:
                self._left -= len(data)
            self.passed += len(data)
            for mark, event in self._noticed.items():
                if mark in data:
                    event.set()

    def _is_held(self, data):
        too_much = self._left is not None and self._left < len(data)
        return too_much or (self._mark is not None and self._mark in data)
