import pytest
from starlette.requests import HTTPConnection

from studio.ui.origin import origin_of


def origin(client):
    return origin_of(HTTPConnection({"type": "http", "client": client, "headers": []}))


def test_an_address_without_its_port_is_the_origin():
    assert origin(("192.0.2.7", 50000)) == origin(("192.0.2.7", 50001)) == "192.0.2.7"


def test_an_ipv6_client_cannot_change_its_origin_within_its_network():
    assert origin(("2001:db8:1:2::1", 1)) == origin(("2001:db8:1:2:ffff::9", 1))
    assert origin(("2001:db8:1:2::1", 1)) != origin(("2001:db8:1:3::1", 1))


def test_an_ipv4_address_in_ipv6_dress_is_the_same_client():
    assert origin(("::ffff:192.0.2.7", 1)) == "192.0.2.7"


@pytest.mark.parametrize(("client", "expected"), [(None, ""), (("testclient", 1), "testclient")])
def test_without_an_address_there_is_what_the_server_knows(client, expected):
    assert origin(client) == expected
