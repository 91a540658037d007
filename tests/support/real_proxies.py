"""tinyproxy, squid and dante from Debian, as the current user, on free ports of 127.0.0.1.

    with start_proxy("tinyproxy", login=("me", "word")) as proxy:
        ...                         # go through 127.0.0.1, proxy.port

Who may go through squid is for squid_logins.py to say.
"""

import contextlib
import dataclasses
import pathlib
import socket
import subprocess
import tempfile

from support.command import wait_until
from support.free_ports import free_port
from support.squid_logins import OPEN_TO_ALL

_TINYPROXY = """
Port {port}
Listen 127.0.0.1
Allow 127.0.0.1
LogFile "{folder}/log"
"""

_SQUID = """
http_port 127.0.0.1:{port}
pid_filename {folder}/squid.pid
access_log stdio:{folder}/log
cache_log {folder}/cache.log
coredump_dir {folder}
cache deny all
shutdown_lifetime 0 seconds
"""

_DANTE = """
logoutput: {folder}/log
errorlog: {folder}/errors
internal: 127.0.0.1 port = {port}
external: 127.0.0.1
clientmethod: none
socksmethod: none
client pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
socks pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
"""

_CONFIGURATIONS = {"tinyproxy": _TINYPROXY, "squid": _SQUID, "danted": _DANTE}
_COMMANDS = {"tinyproxy": ["tinyproxy", "-d", "-c"], "squid": ["squid", "-N", "-f"],
             "danted": ["danted", "-f"]}


@dataclasses.dataclass
class Proxy:
    port: int
    process: subprocess.Popen
    log: pathlib.Path

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def statuses(self) -> list[int]:
        """What squid has answered with, as far as the answers have ended."""
        return [int(line.split()[3].rpartition("/")[2]) for line in self.log.read_text().splitlines()]

    def end(self):
        """With its own children, of which only it knows."""
        self.process.terminate()
        self.process.wait()


@contextlib.contextmanager
def start_proxy(name: str, login: tuple[str, str] | None = None, tls=None, squid_login=None):
    """`login` is for tinyproxy alone. `tls` (a file of certificate and key) is for squid, which then
    speaks TLS to its clients, and so is `squid_login` (a SquidLogin). Ended with the `with` block at
    the latest."""
    with tempfile.TemporaryDirectory(prefix="xget-proxy-") as folder:
        pathlib.Path(folder).chmod(0o777)  # squid may go on as a user of its own
        port = free_port()
        text = _CONFIGURATIONS[name].format(port=port, folder=folder)
        if tls:
            text = text.replace(f"http_port 127.0.0.1:{port}",
                                f"https_port 127.0.0.1:{port} tls-cert={tls}")
        if name == "squid":
            text += squid_login.rules(pathlib.Path(folder)) if squid_login else OPEN_TO_ALL
        if login:
            text += f"BasicAuth {login[0]} {login[1]}\n"
        path = pathlib.Path(folder) / "conf"
        path.write_text(text)
        with open(pathlib.Path(folder) / "out", "wb") as out:
            # Debian keeps servers in /usr/sbin, which is not in every PATH.
            process = subprocess.Popen(
                [*_COMMANDS[name], path], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"} | (squid_login.env if squid_login else {}))
        proxy = Proxy(port, process, pathlib.Path(folder) / "log")
        try:
            wait_until(lambda: proxy.listens() or process.poll() is not None, f"{name} listens")
            assert process.poll() is None, (pathlib.Path(folder) / "out").read_text()
            yield proxy
        finally:
            proxy.end()
