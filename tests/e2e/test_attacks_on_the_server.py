"""A real server attacked from the network: no call makes it fail, hang, work for nothing or tell what it was told."""

from __future__ import annotations

import gzip
import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.rigs.server import Server

CUSTOMER = "+1-555-0100-4711"
CALL: dict[str, Any] = {
    "tool": "issue_refund", "arguments": {"amount": 120, "card": "4111111111111111"}, "timeout": "30m",
    "context": {"customer": CUSTOMER},
}  # fmt: skip


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    found: str = server.agent()["token"]
    return found


def said(server: Server, raw: bytes) -> bytes:
    """Everything that the server answers to some bytes until it closes."""
    where = urlsplit(server.url)
    assert where.hostname is not None
    found = b""
    with socket.create_connection((where.hostname, where.port or 80), timeout=10) as connection:
        connection.sendall(raw)
        while True:
            try:
                piece = connection.recv(65_536)
            except ConnectionResetError:
                return found
            if not piece:
                return found
            found += piece


def post(token: str, *more: str, body: bytes | None = None, path: str = "/api/aap/v1/requests") -> bytes:
    """A whole call as bytes, with more header lines."""
    body = json.dumps(CALL).encode() if body is None else body
    lines = [
        f"POST {path} HTTP/1.1", "Host: signoff.test", f"Authorization: Bearer {token}", "Connection: close",
        "Idempotency-Key: k", "Content-Type: application/json", *more,
    ]  # fmt: skip
    if not any(line.lower().startswith("content-length") for line in more):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def log_of(server: Server) -> str:
    return (server.folder / "server.log").read_text(encoding="utf-8", errors="replace")


BROKEN = {
    "two ways to say the length": ("Transfer-Encoding: chunked",),
    "two lengths": ("Content-Length: 5", "Content-Length: 6"),
    "a negative length": ("Content-Length: -5",),
    "a length with a sign": ("Content-Length: +5",),
    "too short a length, the body left for the next call": ("Content-Length: 10",),
    "another coding": ("Transfer-Encoding: chunked, identity",),
    "a header name with a space": ("Bad Header: x",),
    "a NUL": ("X-A: a\x00b",),
    "an old fold": ("X-A: a", " b"),
    "ten thousand headers": tuple(f"X-{number}: y" for number in range(10_000)),
    "a header of a megabyte": ("X-A: " + "y" * 1_000_000,),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_clear_http_is_refused_and_quoted_in_no_log(server: Server, token: str, name: str) -> None:
    assert said(server, post(token, *BROKEN[name])).startswith(b"HTTP/1.0 400 "), name
    log = log_of(server)
    assert token not in log
    assert CUSTOMER not in log
    assert "Traceback" not in log


@pytest.mark.parametrize(
    "line",
    ["GET /desk/in/{token}\x1b[2J HTTP/1.1", "Authorization: Bearer {token}\x01", "GET /{token} HTTP/9.9", "{token}"],
)
def test_a_credential_in_a_broken_line_is_in_no_log(server: Server, token: str, line: str) -> None:
    before = "" if line.startswith("GET") else "GET / HTTP/1.1\r\n"
    said(server, f"{before}{line.format(token=token)}\r\n\r\n".encode())
    log = log_of(server)
    assert token not in log
    assert "\x1b" not in log


@pytest.mark.parametrize("path", ["/api/aap/v1/requests", "/api/v1/requests", "/desk/in/x", "/desk/out", "/nowhere"])
def test_a_packed_body_is_never_unpacked(server: Server, token: str, path: str) -> None:
    packed = gzip.compress(bytes(400_000_000), 9)
    began = cpu_of(server)
    answer = said(server, post(token, "Content-Encoding: gzip", "Origin: http://signoff.test", body=packed, path=path))
    assert answer.split(b" ", 2)[1] in {b"400", b"401", b"404", b"413", b"415"}, answer[:80]
    assert cpu_of(server) - began < 0.5  # unpacking it takes a whole second


def cpu_of(server: Server) -> float:
    """Seconds of processor time that the server has used."""
    fields = Path(f"/proc/{server.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PUT", "PROPFIND", "X" * 30])
def test_other_methods_do_nothing(server: Server, token: str, method: str) -> None:
    for path in ("/api/v1/me", "/api/aap/v1/requests", "/desk/", "/"):
        raw = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        status = int(said(server, raw.encode()).split(b" ", 2)[1])
        assert status in {302, 400, 401, 403, 404, 405}, (path, status)


@pytest.mark.parametrize(
    "path",
    ["//api/v1/me", "/api/v1//me", "/api/v1/me/", "/API/v1/me", "/api/v1/requests/..%2f..%2fme", "/api/v1/../../me",
     "/desk/static/%2e%2e%2fguard.py", "/desk/static/..%5cguard.py", "/%00", "/desk/%0d%0aSet-Cookie:%20signoff=x"],
)  # fmt: skip
def test_another_way_to_write_a_path_leads_nowhere(server: Server, token: str, path: str) -> None:
    raw = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    answer = said(server, raw.encode())
    assert int(answer.split(b" ", 2)[1]) in {400, 401, 404}, answer
    assert b"\r\nset-cookie" not in answer.lower()


def test_streams_of_events_are_no_way_to_exhaust_it(server: Server) -> None:
    token = server.agent()["token"]
    where = urlsplit(server.url)
    call = f"GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()

    def opened() -> tuple[socket.socket, bytes]:
        connection = socket.create_connection((where.hostname or "", where.port or 80), timeout=10)
        connection.sendall(call)
        return connection, connection.recv(12)[9:12]

    streams: list[socket.socket] = []
    try:
        while len(streams) < 200:
            stream, status = opened()
            streams.append(stream)
            if status == b"429":
                break
        assert len(streams) == 65
    finally:
        for stream in streams:
            stream.close()


def test_made_up_methods_and_paths_make_no_new_figures(server: Server, token: str) -> None:
    def figures() -> int:
        answer = said(server, b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return answer.count(b"signoff_http_seconds_count")

    before = figures()
    for number in range(40):
        raw = f"M{number} /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        said(server, raw.encode())
        said(server, raw.replace(f"M{number} /api/v1/me", f"GET /made/up/{number}").encode())
        said(server, raw.replace(f"M{number} /api/v1/me", f"GET /desk/made-up-{number}").encode())
    assert figures() - before <= 3
