"""nginx with one worker on two free ports of 127.0.0.1: one plain, one with TLS."""

import os
import pathlib
import shutil
import socket
import subprocess
import time

from support.free_ports import free_ports

_CONFIGURATION = """
daemon off;
{user}
worker_processes 1;
pid {work}/nginx.pid;
error_log {work}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  client_body_temp_path {work}/temp; proxy_temp_path {work}/temp; fastcgi_temp_path {work}/temp;
  uwsgi_temp_path {work}/temp; scgi_temp_path {work}/temp;
  server {{
    listen 127.0.0.1:{port};
    listen 127.0.0.1:{tls_port} ssl;
    ssl_certificate {work}/server.pem;
    ssl_certificate_key {work}/server.key;
    root {work}/source;
  }}
}}
"""


def make_certificates(work: pathlib.Path) -> pathlib.Path:
    """A CA of our own, whose path it returns, and a server certificate for 127.0.0.1 under it."""
    authority = work / "ca.pem"
    if (work / "server.pem").exists():
        return authority

    def openssl(*argv):
        subprocess.run(["openssl", *argv], cwd=work, check=True, capture_output=True)

    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650",
            "-subj", "/CN=bench CA")
    openssl("req", *new_key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=bench")
    (work / "server.ext").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "3650", "-extfile", "server.ext", "-out", "server.pem")
    return authority


class Loopback:
    """Serves what lies in `work`/source for as long as the block lasts."""

    def __init__(self, work: pathlib.Path):
        self.work = work
        self.port, self.tls_port = free_ports(2)
        self.process = None

    def __enter__(self):
        (self.work / "temp").mkdir(parents=True, exist_ok=True)
        self.ca = make_certificates(self.work)
        config = self.work / "nginx.conf"
        config.write_text(_CONFIGURATION.format(
            work=self.work, port=self.port, tls_port=self.tls_port,
            user="user root;" if os.geteuid() == 0 else ""))
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen(
            [nginx, "-c", config, "-e", self.work / "nginx.log"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait_until_it_answers()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def url(self, name: str, tls: bool) -> str:
        scheme, port = ("https", self.tls_port) if tls else ("http", self.port)
        return f"{scheme}://127.0.0.1:{port}/{name}"

    def _wait_until_it_answers(self):
        deadline = time.monotonic() + 10
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.tls_port), 1).close()
            except OSError as error:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.__exit__()
                    raise RuntimeError(f"nginx does not answer; see {self.work}/nginx.log"
                                       ) from error
                time.sleep(0.05)
