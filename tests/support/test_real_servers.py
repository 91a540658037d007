"""The real servers start, answer plain and TLS, serve ranges, and end."""

import subprocess

import pytest

from support.answers import Resource
from support.content import content
from support.raw_client import ask
from support.real_servers import NAMES, start_server


def curl(*arguments) -> bytes:
    return subprocess.run(["curl", "-sS", "--fail", *map(str, arguments)], capture_output=True,
                          check=True).stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_server_starts_and_serves(name, certificates):
    data = content(100_000)
    with start_server(name, certificates) as server:
        server.publish("file", data)
        assert curl(server.url + "/file") == data
        reply = ask(server.url + "/file", "500-999", timeout=5)
        assert reply.status == 206 and reply.body == data[500:1000]
        assert reply.field("ETag").startswith('"')
        version = curl("--cacert", certificates.ca, "--http2", "-o", server.folder / "got",
                       "-w", "%{http_version}", server.tls_url + "/file")
        assert (server.folder / "got").read_bytes() == data
        assert version == b"2"
        process = server._process
    assert process.poll() is not None and not server.folder.exists()


def test_nginx_passes_on_what_its_upstream_says(server, certificates):
    page = server.serve("/file", Resource(100_000))
    with start_server("nginx", certificates, upstream=server.url) as relay:
        assert curl("--cacert", certificates.ca, "--http2", "-r", "500-999",
                    relay.tls_url + "/file") == page.data[500:1000]
    assert page.ranges == ["bytes=500-999"]
