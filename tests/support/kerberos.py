"""A Kerberos realm of one user and one service, MIT's from Debian, on a free port of 127.0.0.1.

    with start_realm(LOGIN) as realm:
        ...                     # the service knows realm.keytab, who has realm.ticket is the user
"""

import contextlib
import dataclasses
import os
import pathlib
import socket
import subprocess
import tempfile

from support.command import wait_until
from support.free_ports import free_port

_REALM = "XGET.TEST"
SERVICE = "HTTP/localhost"

# No name is looked up: the service is on "localhost" whatever this machine is called.
_CLIENT = """
[libdefaults]
default_realm = {realm}
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
rdns = false
udp_preference_limit = 1
[realms]
{realm} = {{
  kdc = 127.0.0.1:{port}
}}
[domain_realm]
localhost = {realm}
"""

_KDC = """
[kdcdefaults]
kdc_listen = 127.0.0.1:{port}
kdc_tcp_listen = 127.0.0.1:{port}
[realms]
{realm} = {{
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
}}
[logging]
kdc = FILE:{folder}/kdc.log
admin_server = FILE:{folder}/admin.log
"""


@dataclasses.dataclass
class Realm:
    folder: pathlib.Path

    @property
    def keytab(self) -> pathlib.Path:
        return self.folder / "keytab"

    @property
    def service_env(self) -> dict[str, str]:
        return {"KRB5_CONFIG": str(self.folder / "krb5.conf")}

    @property
    def ticket(self) -> dict[str, str]:
        """The environment of a process that has the user's ticket."""
        return self.service_env | {"KRB5CCNAME": f"FILE:{self.folder / 'tickets'}"}

    @property
    def no_ticket(self) -> dict[str, str]:
        return self.service_env | {"KRB5CCNAME": f"FILE:{self.folder / 'no-tickets'}"}


@contextlib.contextmanager
def start_realm(login: tuple[str, str]):
    with tempfile.TemporaryDirectory(prefix="xget-realm-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)  # squid may read the keytab as a user of its own
        realm = Realm(folder)
        port = free_port()
        (folder / "krb5.conf").write_text(_CLIENT.format(realm=_REALM, port=port))
        (folder / "kdc.conf").write_text(_KDC.format(realm=_REALM, port=port, folder=folder))
        env = os.environ | realm.ticket | {
            "KRB5_KDC_PROFILE": str(folder / "kdc.conf"),
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

        def run(*command, text=None):
            subprocess.run(command, env=env, check=True, input=text, text=True,
                           capture_output=True)

        run("kdb5_util", "create", "-s", "-r", _REALM, "-P", "master")
        run("kadmin.local", "-q", f"addprinc -pw {login[1]} {login[0]}")
        run("kadmin.local", "-q", f"addprinc -randkey {SERVICE}")
        run("kadmin.local", "-q", f"ktadd -k {realm.keytab} {SERVICE}")
        realm.keytab.chmod(0o644)
        kdc = subprocess.Popen(["krb5kdc", "-n", "-P", folder / "pid"], env=env,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: _listens(port) or kdc.poll() is not None, "krb5kdc listens")
            run("kinit", login[0], text=login[1] + "\n")
            yield realm
        finally:
            kdc.terminate()
            kdc.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
