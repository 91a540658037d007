"""A certificate authority that lives as long as one test run, made with the openssl command."""

import pathlib
import shutil
import subprocess
import tempfile

LOCAL_NAMES = "DNS:localhost,IP:127.0.0.1,IP:::1"


class Certificates:
    """Paths of PEM files: `ca`, and `certificate` with `key` for `names`. Minus one for `days`
    makes one that expired yesterday; the authority's own is always good."""

    def __init__(self, names: str = LOCAL_NAMES, days: int = 2):
        self._names, self._days = names, days
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="xget-ca-"))
        self.ca = self.folder / "ca.pem"
        self.certificate = self.folder / "server.pem"
        self.key = self.folder / "server.key"
        self._make()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def _make(self):
        ca_key = self.folder / "ca.key"
        request = self.folder / "server.csr"
        extensions = self.folder / "server.ext"
        extensions.write_text(f"subjectAltName={self._names}\nextendedKeyUsage=serverAuth\n")
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        self._openssl("req", "-x509", *new_key, "-keyout", ca_key, "-out", self.ca, "-days", "2",
                      "-subj", "/CN=xget tests", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        self._openssl("req", *new_key, "-keyout", self.key, "-out", request,
                      "-subj", "/CN=localhost")
        self._openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", ca_key,
                      "-CAcreateserial", "-days", self._days, "-extfile", extensions,
                      "-out", self.certificate)

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
