"""What every Python test may use: the command's path, a folder of its own, the servers."""

import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.dont_write_bytecode = True

from support.certificates import Certificates  # noqa: E402
from support.hostile_server import HostileServer  # noqa: E402

TESTS = pathlib.Path(__file__).parent


def pytest_collection_modifyitems(items):
    """Stops before the first test if one needs the command and nobody said where it is."""
    with_command = ("bench", "e2e", "fault", "package")
    needs_command = any(item.path.relative_to(TESTS).parts[0] in with_command for item in items)
    if not needs_command:
        return
    binary = os.environ.get("XGET_BIN", "")
    if not binary:
        raise pytest.UsageError("XGET_BIN is not set: it must name the xget command to test")
    if not os.access(binary, os.X_OK):
        raise pytest.UsageError(f"XGET_BIN={binary} cannot be executed")


@pytest.fixture
def folder():
    """An empty folder that is gone afterwards, even one that a test made read-only."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="xget-test-"))
    yield path
    path.chmod(0o700)
    shutil.rmtree(path)


@pytest.fixture
def path(folder):
    """Where most tests download to."""
    return folder / "file"


@pytest.fixture(scope="session")
def certificates():
    with Certificates() as made:
        yield made


@pytest.fixture(scope="session")
def proxy_certificate(certificates):
    """Certificate and key in one file, as squid wants them."""
    both = pathlib.Path(certificates.certificate).with_name("proxy.pem")
    both.write_text("".join(pathlib.Path(part).read_text()
                            for part in (certificates.certificate, certificates.key)))
    return both


@pytest.fixture
def server():
    with HostileServer() as running:
        yield running


@pytest.fixture
def tls_server(certificates):
    with HostileServer(certificates=certificates) as running:
        yield running
