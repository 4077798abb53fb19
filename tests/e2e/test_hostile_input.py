"""Whatever is sent: an answer below 500 that names the field, contents that stay contents, and never an allow."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import string
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rigs.agents_api import CALL, CONTEXT, Answer, Api, api
from tests.rigs.hostile import HOSTILE

PATHS = ["/api/aap/v1/requests", "/api/v1/requests"]


@pytest.fixture
async def served(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Api]:
    async with api() as found:
        yield found
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR], caplog.text


def inert(answer: Answer, status: int = 400) -> str:
    """A refusal that names a field; gives the field."""
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] in {"application/json", "application/problem+json"}
    assert answer.field, answer.body
    return answer.field


def never_allowed(answer: Answer) -> None:
    assert answer.status < 500, answer.body
    if answer.status < 300:
        assert answer.body["status"] not in {"approved", "approved_with_edits"}, answer.body
    else:
        assert answer.error["code"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("raw", "status", "field"),
    [
        (b"", 400, "body"),
        (b"null", 400, "body"),
        (b"[]", 400, "body"),
        (b'"x"', 400, "body"),
        (b"{", 400, "body"),
        (b"{} {}", 400, "body"),
        (b"\xff\xfe", 400, "body"),
        (b"\xef\xbb\xbf{}", 400, "body"),
        (b'{"tool": NaN}', 400, "body"),
        (b'{"tool": -Infinity}', 400, "body"),
        (b'{"tool": "\\ud800"}', 400, "body"),
        (b'{"\\udc00": 1}', 400, "body"),
        (b'{"tool": "a", "tool": "b"}', 400, "body"),
        (b'{"tool": "a", "arguments": {"x": 1, "x": 1}}', 400, "body"),
        (b'{"tool": "a", "arguments": {"x": 1e400}}', 400, "body"),
        (b'{"tool": "a", "arguments": {"x": 123456789012345678901234567890}}', 400, "body"),
        (b'{"tool": "a", "arguments": {"x": 0.12345678901234567890123}}', 400, "body"),
        (b'{"tool": "a", "arguments": {"x": ' + b"9" * 100_000 + b"}}", 400, "body"),
        (b'{"tool": "a", "arguments": {"x": "\\u0000"}}', 400, "body"),
        (b'{"tool": "a", "arguments": {"x": "\x00"}}', 400, "body"),
        (b'{"x": ' + b"[" * 1000 + b"]" * 1000 + b"}", 413, "body"),
        (b"[" * 100_000, 413, "body"),
        (b'{"x": [' + b"[]," * 30_000 + b"[]]}", 413, "body"),
        (b'{"x": [' + b"0," * 30_000 + b"0]}", 413, "body"),
        (b'{"a":' * 50_000, 413, "body"),
        (b'"' + b"[" * 1000 + b'"', 400, "body"),
        (b" " * 300_000, 413, "body"),
        (b'{"tool": "' + b"x" * 10_000_000 + b'"}', 413, "body"),
    ],
    ids=lambda value: repr(value)[:30] if isinstance(value, bytes) else None,
)
async def test_a_body_that_is_no_strict_json(served: Api, path: str, raw: bytes, status: int, field: str) -> None:
    assert inert(await served.call("POST", path, raw=raw), status) == field


async def test_a_body_without_a_length_is_bounded_too(served: Api) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b" " * 50_000

    headers = {"Authorization": f"Bearer {served.house.issued.token}", "Content-Type": "application/json"}
    headers["Idempotency-Key"] = "k"
    async with served.http.post(served.url + PATHS[0], data=endless(), headers=headers) as answer:
        assert answer.status == 413


WRONG: list[Any] = [None, True, 0, -1.5, "", "x" * 300, [], [1], {}, {"a": None}]


@pytest.mark.parametrize("field", ["tool", "arguments", "timeout", "server", "agent_reasoning", "context"])
@pytest.mark.parametrize("value", WRONG, ids=repr)
async def test_a_field_of_another_type(served: Api, field: str, value: Any) -> None:
    allowed: dict[str, Any] = {"arguments": dict, "context": dict, "agent_reasoning": str}
    for path in PATHS:
        answer = await served.call("POST", path, {**CALL, field: value})
        if isinstance(value, allowed.get(field, ())):
            never_allowed(answer)
        else:
            assert inert(answer) == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tool": "a\nb"}, "tool"),
        ({"tool": " "}, "tool"),
        ({"tool": "x" * 201}, "tool"),
        ({"server": "a\x1bb"}, "server"),
        ({"timeout": "0s"}, "timeout"),
        ({"timeout": "30"}, "timeout"),
        ({"timeout": "30d"}, "timeout"),
        ({"timeout": "030s"}, "timeout"),
        ({"timeout": " 30s"}, "timeout"),
        ({"timeout": "30s\n"}, "timeout"),
        ({"timeout": "999999999h"}, "timeout"),
        ({"timeout": "٣s"}, "timeout"),
        ({"agent_reasoning": "x" * 20_001}, "agent_reasoning"),
        ({"context": {"x": "y" * 65_536}}, "context"),
        ({"unknown": 1}, "unknown"),
        ({"status": "approved"}, "status"),
        ({"decision": {"status": "approved"}}, "decision"),
    ],
)
async def test_a_field_that_can_not_be_used(served: Api, change: dict[str, Any], field: str) -> None:
    for path in PATHS:
        assert inert(await served.call("POST", path, {**CALL, **change})) == field


@pytest.mark.parametrize("missing", ["tool", "arguments"])
async def test_a_field_that_is_missing(served: Api, missing: str) -> None:
    body = {name: value for name, value in CALL.items() if name != missing}
    for path in PATHS:
        assert inert(await served.call("POST", path, body)) == missing


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=x"]
)
async def test_a_body_that_is_not_said_to_be_json(served: Api, kind: str | None) -> None:
    headers = {"Content-Type": kind or ""}
    for path in PATHS:
        assert inert(await served.call("POST", path, CALL, headers=headers), 415) == "Content-Type"
    packed = {"Content-Encoding": "gzip"}
    assert inert(await served.call("POST", PATHS[0], CALL, headers=packed), 415) == "Content-Encoding"


@pytest.mark.parametrize("key", ["x" * 256, "a b", "ä", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")])
async def test_a_key_that_is_none(served: Api, key: str) -> None:
    for path in PATHS:
        assert inert(await served.call("POST", path, CALL, key=key)) == "Idempotency-Key"


@pytest.mark.parametrize("token", ["", "Bearer", "Basic eA==", "Bearer " + "x" * 5000, "Bearer é", "Bearer sgn_i_x"])
async def test_an_authorization_that_is_none(served: Api, token: str) -> None:
    for path in PATHS:
        answer = await served.call("POST", path, CALL, token=None, headers={"Authorization": token})
        assert (answer.status, answer.error["code"]) == (401, "credential_refused")


@pytest.mark.parametrize("name", sorted(set(HOSTILE) - {"control"}))
async def test_text_that_would_like_to_be_more_stays_text(served: Api, name: str) -> None:
    text = HOSTILE[name]
    context = {**CONTEXT, "customer": text[:500], "citations": [text[:500]], "transcript": [text], text: text}
    arguments = {"amount": 120, "reason": text, text: [text]}
    body = {
        "tool": "issue_refund",
        "arguments": arguments,
        "timeout": "30m",
        "context": context,
        "agent_reasoning": text,
    }
    for path in PATHS:
        answer = await served.call("POST", path, body)
        assert answer.status == 201, answer.body
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.body["status"] in {"pending", "denied", "rejected"}
        assert (answer.body["arguments"], answer.body["context"]) == (arguments, context)
        assert answer.body["agent_reasoning"] == text


async def test_hostile_tool_names_and_paths(served: Api) -> None:
    for text in HOSTILE.values():
        never_allowed(await served.propose(tool=text[:200]))
    for path in (
        "/api/aap/v1/requests/%2e%2e/x",
        "/api/v1/requests/%00",
        "/api/v1/requests/" + "a" * 3000,
        "/api/v1//",
    ):
        never_allowed(await served.call("GET", path))


keys = st.sampled_from(
    [*CALL, "context", "server", "agent_reasoning", "level", "confidence", "signals", "customer", "x"]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True)
    | st.text(max_size=30)
    | st.sampled_from(["issue_refund", "30m", "1s", "USD", "cust_1"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(["amount", "customer"]), inner, max_size=4)
    ),
    max_leaves=12,
)
bodies = st.dictionaries(keys, values, max_size=8).map(lambda made: {**CALL, **made}) | values


def test_any_json_is_answered_and_never_allowed() -> None:
    """One server for all examples; what is sent is held, blocked or refused."""
    with asyncio.Runner() as runner:
        entered = api()
        served = runner.run(entered.__aenter__())

        @settings(max_examples=150)
        @given(body=bodies, path=st.sampled_from(PATHS), cut=st.integers(0, 400))
        def check(body: Any, path: str, cut: int) -> None:
            raw = json.dumps(body).encode()
            if cut < len(raw) and cut % 7 == 0:
                raw = raw[:cut] + bytes([cut % 256]) + raw[cut + 1 :]
            answer = runner.run(served.call("POST", path, raw=raw))
            assert answer.status < 500, (raw, answer.body)
            if answer.status >= 400:
                assert answer.field, (raw, answer.body)
            elif json.loads(raw).get("arguments", {}).get("amount") not in range(26):
                never_allowed(answer)

        try:
            check()
        finally:
            runner.run(entered.__aexit__(None, None, None))


async def test_random_bytes(served: Api) -> None:
    chance = random.Random(7)
    for _ in range(200):
        raw = bytes(chance.choice(string.printable.encode()) for _ in range(chance.randrange(60)))
        inert(await served.call("POST", chance.choice(PATHS), raw=raw))
