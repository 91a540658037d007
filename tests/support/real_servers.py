"""nginx, lighttpd and caddy from Debian, as the current user, on free ports of 127.0.0.1.

    with start_server("nginx", certificates) as server:
        server.publish("file", data)
        ...                         # download server.url + "/file"
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from support.free_ports import free_ports

NAMES = ("nginx", "lighttpd", "caddy")

_NGINX = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  sendfile on;
  default_type application/octet-stream;
  root {root};
  server {{ listen 127.0.0.1:{port}; }}
  server {{
    listen 127.0.0.1:{tls_port} ssl http2;
    ssl_certificate {certificates.certificate};
    ssl_certificate_key {certificates.key};
    {relay}
  }}
}}
"""

# What nginx's TLS side does when it has an upstream: byte by byte what that one says.
_RELAY = """
    location / {{
      proxy_pass {upstream};
      proxy_http_version 1.1;
      proxy_buffering off;
      proxy_next_upstream off;
    }}
"""

_LIGHTTPD = """
server.modules = ("mod_openssl", "mod_accesslog")
server.bind = "127.0.0.1"
server.port = {port}
server.document-root = "{root}"
server.errorlog = "{folder}/error.log"
accesslog.filename = "{folder}/access.log"
accesslog.format = "%m %U %s %b"
mimetype.assign = ("" => "application/octet-stream")
$SERVER["socket"] == "127.0.0.1:{tls_port}" {{
  ssl.engine = "enable"
  ssl.pemfile = "{certificates.certificate}"
  ssl.privkey = "{certificates.key}"
}}
"""

_CADDY = """
{{
  admin off
  auto_https off
  storage file_system {folder}/caddy
}}
http://127.0.0.1:{port} {{
  bind 127.0.0.1
  root * {root}
  file_server
}}
https://127.0.0.1:{tls_port} {{
  bind 127.0.0.1
  tls {certificates.certificate} {certificates.key}
  root * {root}
  file_server
}}
"""

_CONFIGURATIONS = {"nginx": _NGINX, "lighttpd": _LIGHTTPD, "caddy": _CADDY}
_COMMANDS = {
    "nginx": ["nginx", "-e", "{folder}/error.log", "-p", "{folder}", "-c", "{configuration}"],
    "lighttpd": ["lighttpd", "-D", "-f", "{configuration}"],
    "caddy": ["caddy", "run", "--config", "{configuration}", "--adapter", "caddyfile"],
}


class RealServer:
    """A running server. `url` is plain, `tls_url` needs the certificates' CA. With an `upstream`
    (a URL; nginx alone) the TLS side passes on what that server says."""

    def __init__(self, name: str, certificates, upstream: str = ""):
        self.name = name
        self._relay = _RELAY.format(upstream=upstream) if upstream else ""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"xget-{name}-"))
        self.root = self.folder / "www"
        self.root.mkdir()
        self._certificates = certificates
        self._process = None
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def publish(self, name: str, data: bytes):
        (self.root / name).write_bytes(data)

    def stop(self):
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self):
        """A free port may be taken by the time the server binds it: tries a few."""
        for _ in range(5):
            port, tls_port = free_ports(2)
            self.url = f"http://127.0.0.1:{port}"
            self.tls_url = f"https://127.0.0.1:{tls_port}"
            self._process = self._launch(port, tls_port)
            if self._answers(port) and self._answers(tls_port):
                return
            self._process.kill()
            self._process.wait()
        raise RuntimeError(f"{self.name} does not start:\n{(self.folder / 'output').read_text()}")

    def _launch(self, port: int, tls_port: int) -> subprocess.Popen:
        configuration = self.folder / "configuration"
        configuration.write_text(_CONFIGURATIONS[self.name].format(
            folder=self.folder, root=self.root, port=port, tls_port=tls_port,
            certificates=self._certificates, relay=self._relay,
            user="user root;" if os.geteuid() == 0 else ""))
        command = [part.format(folder=self.folder, configuration=configuration)
                   for part in _COMMANDS[self.name]]
        # Debian keeps servers in sbin, which is not on every user's path.
        environment = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "HOME": str(self.folder)}
        executable = shutil.which(command[0], path=environment["PATH"])
        if executable is None:
            raise RuntimeError(f"{self.name} is not installed")
        with open(self.folder / "output", "ab") as output:
            return subprocess.Popen([executable, *command[1:]], env=environment, stdout=output,
                                    stderr=output, stdin=subprocess.DEVNULL)

    def _answers(self, port: int) -> bool:
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return True
            except OSError:
                time.sleep(0.02)
        return False


def start_server(name: str, certificates, upstream: str = "") -> RealServer:
    return RealServer(name, certificates, upstream)
