"""Where a webhook may go: public addresses over HTTPS, and nothing that only this machine's network can reach.

Checked when a webhook is registered and again for every connection, on the very address that is connected to, so that a
name which resolves elsewhere later gains nothing. Follows OWASP's guidance on server-side request forgery.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import SplitResult, urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.errors import BadInput

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host name, as text."""

MAX_URL = 2048
LOWEST_OTHER_PORT = 1024
"""Ports below are for other services than HTTPS's 443; a webhook has no business there."""
_NOT_OURS_TO_CALL = tuple(
    ipaddress.ip_network(text)
    for text in (
        "100.64.0.0/10",  # shared address space (RFC 6598), and a cloud's metadata
        "168.63.129.16/32",  # a cloud's host agent, at an address that looks public
        "192.0.0.0/24",  # for protocols' own use (RFC 6890), and a cloud's metadata
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "2001::/32",  # Teredo tunnels: the address inside is anybody's
        "2002::/16",  # 6to4 tunnels: the same
        "64:ff9b::/96",  # NAT64 (RFC 6052): the same
        "64:ff9b:1::/48",  # NAT64 in local use (RFC 8215)
        "::/96",  # IPv4-compatible, deprecated
        "3fff::/20",  # documentation (RFC 9637)
        "fec0::/10",  # site-local, deprecated
    )
)


class AddressRefused(OSError):
    """A host has an address that no connection may be made to."""


def is_public(text: str) -> bool:
    """Whether anybody on the internet may call an address: global unicast, and no way into another network."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return False
    if any(address.version == network.version and address in network for network in _NOT_OURS_TO_CALL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved and "%" not in text


def check_url(url: str, *, allow_private: bool) -> SplitResult:
    """The parts of a URL that a webhook may have.

    Raises:
        BadInput: ``invalid_webhook_url``, naming what is wrong.
    """
    if len(url) > MAX_URL or not url.isascii() or any(mark <= " " or mark in '\\"<>^`{|}\x7f' for mark in url):
        raise _refused(f"is longer than {MAX_URL} characters or holds characters that no URL holds")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _refused("can't be read") from error
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise _refused("does not start with https://")
    if parts.username is not None or parts.password is not None:
        raise _refused("holds user information")
    if parts.fragment or "#" in url:
        raise _refused("holds a fragment")
    if not host:
        raise _refused("names no host")
    if not allow_private:
        _require_public(host, port)
    return parts


def _require_public(host: str, port: int | None) -> None:
    if port is not None and port != 443 and port < LOWEST_OTHER_PORT:  # noqa: PLR2004 - HTTPS's own port
        raise _refused(f"names port {port}", "use 443, or one from 1024 on")
    if is_literal(host) and not is_public(host):
        raise _refused(f"names {host}, which is no public address")
    if not is_literal(host) and host.rpartition(".")[2][:1].isdigit():
        raise _refused(f"names {host}, an address in another way than its usual one")
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".")):
        raise _refused(f"names {host}, which is no public host")


def is_literal(host: str) -> bool:
    """Whether a host is an address rather than a name."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _refused(message: str, remedy: str = "send an https:// URL of a public host") -> BadInput:
    return BadInput(message, code="invalid_webhook_url", field="delivery.url", remedy=remedy)


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, from the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PinnedResolver(AbstractResolver):
    """Resolves a host for one connection, and gives only addresses that may be connected to.

    One address that may not refuses the host: it is not what its owner registered.
    """

    def __init__(self, *, allow_private: bool, lookup: Lookup = look_up) -> None:
        self._allow_private = allow_private
        self._lookup = lookup

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - the resolver's signature; both are looked up
    ) -> list[ResolveResult]:
        """The addresses of ``host``.

        Raises:
            AddressRefused: when it has none, or one of them may not be connected to.
        """
        found = await self._lookup(host, port)
        if not found:
            raise AddressRefused(f"{host} has no address")
        if not self._allow_private and not all(map(is_public, found)):
            raise AddressRefused(f"{host} resolves to an address that is not public")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        """There is nothing to close."""
