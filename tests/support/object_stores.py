"""What tests of objects share: a gateway for the whole run, and a bucket of each module's own."""

import pytest

from support import ceph_gateway

BUCKET = "bucket"


@pytest.fixture(scope="module")
def gateway():
    with ceph_gateway.CephGateway() as running:
        yield running


@pytest.fixture(scope="module")
def client(gateway):
    made = gateway.client()
    made.create_bucket(Bucket=BUCKET)
    return made


@pytest.fixture
def env(gateway, folder):
    """What makes xget use the gateway, and keep its state in the test's own folder."""
    state = folder / "state"
    return gateway.environment() | {"XDG_STATE_HOME": str(state)}
