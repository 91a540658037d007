"""Whom squid lets through, and how they log in: what its configuration says of that.

    start_proxy("squid", squid_login=SquidLogin(("digest", "basic"), LOGIN))
"""

import dataclasses
import hashlib
import pathlib
import shutil
import subprocess

from support.kerberos import SERVICE, Realm

LOGIN = ("me", "geheim")
_NT_HASH = "c2ae1fe6e648846352453e816f2aeb93"  # of LOGIN's password: see ntlm_helper.py
_HELPERS = "/usr/lib/squid"
_REALM = "xget"

OPEN_TO_ALL = "http_access allow all\n"
_WITH_LOGIN = """
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
"""


@dataclasses.dataclass
class SquidLogin:
    """`methods` of basic, digest, ntlm and negotiate, offered in this order. All but negotiate know
    LOGIN; negotiate knows the tickets of `realm`."""
    methods: tuple[str, ...]
    realm: Realm | None = None

    @property
    def env(self) -> dict[str, str]:
        return self.realm.service_env if self.realm else {}

    def rules(self, folder: pathlib.Path) -> str:
        programs = {"basic": _basic, "digest": _digest, "ntlm": _ntlm, "negotiate": self._negotiate}
        text = ""
        for method in self.methods:
            text += f"auth_param {method} program {programs[method](folder)}\n"
            text += f"auth_param {method} children 8 startup=1 idle=1\n"
            if method in ("basic", "digest"):
                text += f"auth_param {method} realm {_REALM}\n"
        return text + _WITH_LOGIN

    def _negotiate(self, _: pathlib.Path) -> str:
        return f"{_HELPERS}/negotiate_kerberos_auth -k {self.realm.keytab} -s {SERVICE} -t none"


def _basic(folder: pathlib.Path) -> str:
    hashed = subprocess.run(["openssl", "passwd", "-apr1", LOGIN[1]], check=True, text=True,
                            capture_output=True).stdout
    return f"{_HELPERS}/basic_ncsa_auth {_written(folder / 'basic', f'{LOGIN[0]}:{hashed}')}"


def _digest(folder: pathlib.Path) -> str:
    hashed = hashlib.md5(f"{LOGIN[0]}:{_REALM}:{LOGIN[1]}".encode()).hexdigest()
    file = _written(folder / "digest", f"{LOGIN[0]}:{_REALM}:{hashed}\n")
    return f"{_HELPERS}/digest_file_auth -c {file}"


def _ntlm(folder: pathlib.Path) -> str:
    # squid may not be allowed to read this tree.
    helper = shutil.copy(pathlib.Path(__file__).with_name("ntlm_helper.py"), folder)
    return f"/usr/bin/python3 {helper} {LOGIN[0]} {_NT_HASH}"


def _written(path: pathlib.Path, text: str) -> pathlib.Path:
    path.write_text(text)
    return path
