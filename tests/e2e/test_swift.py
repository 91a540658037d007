"""Uploads, downloads and copies once more, to and from OpenStack's Swift. It minds what Ceph's
gateway does not: conditions, the names of uploads, the order of parts."""

import pytest

pytest.importorskip("botocore", reason="python3-botocore is not installed")
from support import swift_gateway
from support.object_stores import BUCKET, client  # noqa: F401
from support.object_stores import env as gateway_env  # noqa: F401
from test_object_downloads import (  # noqa: F401
    test_an_object_is_just_another_url, test_two_versions_of_an_object_are_never_joined,
    test_what_a_killed_run_left_is_gone_on_with)
from test_store_copies import (  # noqa: F401
    test_a_source_that_changes_meanwhile_is_never_mixed,
    test_the_recorded_digest_goes_along_so_that_the_copy_can_be_proven)
from test_uploads import (  # noqa: F401
    KEYS, cp, env, in_parts, make, relay, stored,
    test_a_killed_upload_goes_on_with_the_parts_that_are_there,
    test_an_object_that_is_to_be_left_is_left, test_an_upload_that_somebody_aborted_begins_anew)

pytestmark = pytest.mark.skipif(not swift_gateway.is_installed(), reason="swift is not installed")


@pytest.fixture(scope="module")
def gateway():
    with swift_gateway.SwiftGateway() as running:
        yield running


def test_a_key_is_kept_whatever_is_in_it(client, folder, env):
    for number, key in enumerate(KEYS):
        path = make(folder, 1000, number, f"up-{number}")
        cp(folder, env, path.name, f"s3://{BUCKET}/{key}").expect(0)
        assert stored(client, key) == path.read_bytes(), key
        cp(folder, env, f"s3://{BUCKET}/{key}", f"down-{number}").expect(0)
        assert (folder / f"down-{number}").read_bytes() == path.read_bytes(), key


def test_parts_become_an_object_and_are_fetched_again(client, folder, env):
    path = make(folder)
    in_parts(folder, env, "parts/a b").expect(0)
    assert stored(client, "parts/a b") == path.read_bytes()
    cp(folder, env, f"s3://{BUCKET}/parts/a b", "back").expect(0)
    assert (folder / "back").read_bytes() == path.read_bytes()
