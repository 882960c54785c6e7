"""The client's network address, as far as failures and rows are counted by it."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection

IPV6_PREFIX = 64  # bits: what one household or office is given at least


def origin_of(connection: HTTPConnection) -> str:
    """Return an IPv4 address, an IPv6 network of 64 bits, or "" when none is known.

    One IPv6 client may choose among the 2 to the 64 addresses of its network.
    """
    if connection.client is None:
        return ""
    try:
        address = ip_address(connection.client.host)
    except ValueError:
        return connection.client.host  # a name that the server was told by its own socket
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((int(address), IPV6_PREFIX), strict=False))
    return str(address)
