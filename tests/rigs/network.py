"""Tests talk to this machine alone: a connection or look-up that would leave it fails the test that tried.

Python's audit events see every socket, whichever library opened it, so the refusal can't be worked around by accident.
"""

from __future__ import annotations

import contextlib
import ipaddress
import sys
from typing import Any

_attempts: list[str] = []
_watching = False


class OutsideNetwork(RuntimeError):
    """A test tried to reach another machine."""


def watch() -> None:
    """Refuse the network from now on, for the life of the process. Calling it again changes nothing."""
    global _watching  # noqa: PLW0603 - an audit hook can't be removed, so it must be added only once
    if not _watching:
        sys.addaudithook(_refuse)
        _watching = True


def take_attempts() -> list[str]:
    """What was refused since the last call; code under test may have swallowed the error."""
    attempts = _attempts[:]
    _attempts.clear()
    return attempts


def is_local(host: object) -> bool:
    """Whether a host is this machine; unknown shapes are not."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str):
        return host is None
    if host in {"", "localhost"} or host.endswith(".localhost"):
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    return False


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if not isinstance(address, tuple) or is_local(address[0]):  # a path is a Unix socket
            return
        _deny(f"{event} {address}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and not _is_number_or_local(arguments[0]):
        _deny(f"{event} {arguments[0]}")


def _is_number_or_local(host: object) -> bool:
    """Looking up a number asks no one; connecting to it is judged by itself."""
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(str(host))
        return True
    return is_local(host)


def _deny(what: str) -> None:
    _attempts.append(what)
    raise OutsideNetwork(f"a test may not leave this machine: {what}")
