"""The Agent Approval Protocol over HTTP, on every store: what its specification and its clients demand."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from agentapprovalprotocol._wire import loads, parse_request, same

from bot.deciding import Approve, ApproveWithEdits, Reject, Revoke
from bot.domain.requests import Request
from bot.enrolling import Enrolling, NewAgent
from bot.signed_note import signed_arguments
from tests.rigs.agents_api import CALL, CONTEXT, Answer, Api, api

REQUESTS = "/api/aap/v1/requests"


@pytest.fixture(params=["memory", "sqlite"])
async def served(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Api]:
    async with api(request.param, tmp_path) as found:
        yield found


async def state(served: Api, id_: str) -> Request:
    found = await served.house.store.request(id_)
    assert found is not None
    return found


def refused(answer: Answer, status: int, type_: str, code: str) -> None:
    assert (answer.status, answer.error["type"], answer.error["code"]) == (status, type_, code), answer.body
    assert answer.error["request_id"] == answer.headers["X-Request-ID"]
    uuid.UUID(answer.headers["X-Request-ID"])
    assert answer.error["message"]
    assert set(answer.body) == {"error"}


async def test_a_held_call_is_pending_and_echoed_as_it_was_sent(served: Api) -> None:
    sent: dict[str, Any] = {
        **CALL,
        "arguments": {"amount": 120.0, "Ünï": ["ä", None, True, 1e-7, {"n": 9007199254740993}], "": ""},
        "server": "billing",
        "agent_reasoning": "",
        "context": {**CONTEXT, "resume": {"Thread": 1.50}},
    }
    answer = await served.call("POST", REQUESTS, sent)
    assert answer.status == 201
    parsed = parse_request(answer.body)
    assert parsed.status == "pending"
    got, wanted = loads(json.dumps(answer.body)), loads(json.dumps(sent))
    assert same(got["arguments"], wanted["arguments"])
    assert same(got["context"], wanted["context"])
    assert (parsed.server, parsed.agent_reasoning, parsed.timeout) == ("billing", "", "30m")
    assert answer.body["created_at"] == "2026-03-02T15:00:00.000000Z"
    assert answer.body["deadline_at"] == "2026-03-02T15:30:00.000000Z"
    uuid.UUID(answer.headers["X-Request-ID"])


async def test_an_allowed_call_comes_back_approved(served: Api) -> None:
    answer = await served.propose(arguments={"amount": 20})
    assert (answer.status, answer.body["status"]) == (201, "approved")
    parsed = parse_request(answer.body)
    assert parsed.decision is not None
    assert parsed.decision.expires_at is not None


async def test_a_blocked_call_comes_back_denied_with_the_reason(served: Api) -> None:
    answer = await served.propose(arguments={"amount": 5000})
    assert (answer.status, answer.body["status"]) == (201, "denied")
    assert answer.body["decision"]["note"].startswith("blocked: ")
    parse_request(answer.body)


async def test_a_replayed_key_gives_the_request_as_it_is_now(served: Api) -> None:
    first = await served.propose(key="k-1")
    again = await served.call(
        "POST",
        REQUESTS,
        raw=b'{ "timeout":"30m", "context": {"session":"s1","customer":"cust_1"},'
        b' "arguments":{"reason":"Late","amount":120.0}, "tool":"issue_refund"}',
        key="k-1",
    )
    assert (first.status, again.status) == (201, 200)
    assert again.body == first.body
    await served.house.say(await state(served, first.body["id"]), Approve())
    assert (await served.propose(key="k-1")).body["status"] == "approved"


async def test_a_key_used_for_another_call_conflicts(served: Api) -> None:
    await served.propose(key="k-1")
    answer = await served.propose(key="k-1", arguments={"amount": 121})
    refused(answer, 409, "conflict", "idempotency_conflict")


async def test_a_key_is_needed(served: Api) -> None:
    refused(await served.propose(key=None), 400, "invalid_request", "missing_idempotency_key")
    first = await served.propose()
    for path in ("consume",):
        answer = await served.call("POST", f"{REQUESTS}/{first.body['id']}/{path}", key=None)
        refused(answer, 400, "invalid_request", "missing_idempotency_key")


async def test_a_poll_returns_when_it_is_decided(served: Api) -> None:
    id_ = (await served.propose()).body["id"]
    poll = asyncio.create_task(served.call("GET", f"{REQUESTS}/{id_}?wait=30s"))
    await served.polled()
    await served.house.say(await state(served, id_), Approve("fine"))
    answer = await poll
    assert (answer.status, answer.body["status"], answer.body["decision"]["note"]) == (200, "approved", "fine")


async def test_a_poll_that_ends_is_still_pending(served: Api) -> None:
    id_ = (await served.propose()).body["id"]
    answer = await served.call("GET", f"{REQUESTS}/{id_}?wait=1s")
    assert (answer.status, answer.body["status"]) == (200, "pending")
    assert "decision" not in answer.body


@pytest.mark.parametrize("wait", ["", "30", "0s", "-1s", "1d", "s", "1.5s", "%00"])
async def test_a_wait_that_is_no_duration(served: Api, wait: str) -> None:
    id_ = (await served.propose()).body["id"]
    answer = await served.call("GET", f"{REQUESTS}/{id_}?wait={wait}")
    refused(answer, 400, "invalid_request", "invalid_request")
    assert answer.field == "wait"


async def test_a_rejection_tells_code_and_note(served: Api) -> None:
    id_ = (await served.propose()).body["id"]
    await served.house.say(await state(served, id_), Reject("wrong_amount", "It was 12."))
    answer = await served.call("GET", f"{REQUESTS}/{id_}")
    assert answer.body["decision"]["note"] == "wrong_amount: It was 12."
    assert "expires_at" not in answer.body["decision"]
    assert parse_request(answer.body).status == "denied"
    consume = await served.call("POST", f"{REQUESTS}/{id_}/consume")
    refused(consume, 409, "conflict", "not_approved")


async def test_what_nobody_decides_expires(served: Api) -> None:
    id_ = (await served.propose(timeout="60s")).body["id"]
    served.house.clock.move(seconds=61)
    await served.house.sweep()
    answer = await served.call("GET", f"{REQUESTS}/{id_}")
    assert parse_request(answer.body).status == "expired"
    refused(await served.call("DELETE", f"{REQUESTS}/{id_}"), 409, "conflict", "already_terminal")


async def test_cancelling_is_repeatable_and_ends_polls(served: Api) -> None:
    id_ = (await served.propose()).body["id"]
    poll = asyncio.create_task(served.call("GET", f"{REQUESTS}/{id_}?wait=30s"))
    await served.polled()
    first = await served.call("DELETE", f"{REQUESTS}/{id_}")
    again = await served.call("DELETE", f"{REQUESTS}/{id_}")
    assert (first.status, again.status) == (200, 200)
    assert first.body == again.body == (await poll).body
    assert parse_request(first.body).status == "cancelled"


async def test_an_approval_is_consumed_once(served: Api) -> None:
    id_ = (await served.propose()).body["id"]
    refused(await served.call("POST", f"{REQUESTS}/{id_}/consume"), 409, "conflict", "not_approved")
    await served.house.say(await state(served, id_), Approve())
    served.house.clock.move(seconds=1)
    first = await served.call("POST", f"{REQUESTS}/{id_}/consume", key="c-1")
    again = await served.call("POST", f"{REQUESTS}/{id_}/consume", key="c-1", body={})
    other = await served.call("POST", f"{REQUESTS}/{id_}/consume", key="c-2")
    assert first.body == again.body
    assert first.body["consumption"] == {"consumed_at": "2026-03-02T15:00:01.000000Z"}
    refused(other, 409, "conflict", "already_consumed")


async def test_a_late_approval_is_not_consumed(served: Api) -> None:
    id_ = (await served.propose()).body["id"]
    await served.house.say(await state(served, id_), Approve())
    served.house.clock.move(hours=2)
    refused(await served.call("POST", f"{REQUESTS}/{id_}/consume"), 409, "conflict", "approval_expired")
    await served.house.sweep()
    refused(await served.call("POST", f"{REQUESTS}/{id_}/consume"), 409, "conflict", "approval_expired")
    assert parse_request((await served.call("GET", f"{REQUESTS}/{id_}")).body).status == "approved"


async def test_a_revoked_approval_is_not_consumed(served: Api) -> None:
    id_ = (await served.propose()).body["id"]
    await served.house.say(await state(served, id_), Approve())
    await served.house.say(await state(served, id_), Revoke("On second thoughts."))
    refused(await served.call("POST", f"{REQUESTS}/{id_}/consume"), 409, "conflict", "approval_revoked")


async def test_an_outcome_is_reported_once(served: Api) -> None:
    id_ = (await served.propose(arguments={"amount": 20})).body["id"]
    path = f"{REQUESTS}/{id_}/outcome"
    refused(await served.call("POST", path, {"status": "succeeded"}), 409, "conflict", "not_consumed")
    await served.call("POST", f"{REQUESTS}/{id_}/consume")
    first = await served.call("POST", path, {"status": "failed", "note": "No funds."})
    again = await served.call("POST", path, {"status": "failed", "note": "No funds."})
    assert first.body == again.body
    consumption = parse_request(first.body).consumption
    assert consumption is not None
    assert consumption.outcome is not None
    assert (consumption.outcome.status, consumption.outcome.note) == ("failed", "No funds.")
    refused(await served.call("POST", path, {"status": "succeeded"}), 409, "conflict", "outcome_conflict")


async def test_an_edit_is_denied_with_the_signed_arguments_which_pass_once(served: Api) -> None:
    first = (await served.propose()).body
    signed = {"amount": 80.5, "reason": "Late"}
    await served.house.say(await state(served, first["id"]), ApproveWithEdits(signed, "Half is enough."))
    answer = await served.call("GET", f"{REQUESTS}/{first['id']}")
    assert parse_request(answer.body).status == "denied"
    note = answer.body["decision"]["note"]
    assert signed_arguments(note) == signed
    assert '{"amount":80.5,"reason":"Late"}' in note
    for said in ("Dana", "Half is enough.", "2026-03-02T15:10:00.000000Z"):
        assert said in note
    refused(await served.call("POST", f"{REQUESTS}/{first['id']}/consume"), 409, "conflict", "not_approved")

    other = await served.propose(arguments={"amount": 80.51, "reason": "Late"})
    assert other.body["status"] == "pending"
    passed = await served.propose(arguments=signed)
    assert parse_request(passed.body).status == "approved"
    assert (await served.call("POST", f"{REQUESTS}/{passed.body['id']}/consume")).status == 200
    assert (await served.propose(arguments=signed)).body["status"] == "pending"


async def test_the_requests_of_others_are_unknown(served: Api) -> None:
    operator = served.house.operator
    other = await Enrolling(served.house.store, served.house.clock).create(
        NewAgent("other", "olga@acme.test", ("*",)), known=(), by=operator
    )
    id_ = (await served.propose()).body["id"]
    for method, path, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/consume", None),
        ("POST", "/outcome", {"status": "failed"}),
    ):
        answer = await served.call(method, f"{REQUESTS}/{id_}{path}", body, token=other.token)
        refused(answer, 404, "not_found", "not_found")
    for unknown in (str(uuid.uuid4()), "x", "%00", id_ + "0"):
        refused(await served.call("GET", f"{REQUESTS}/{unknown}"), 404, "not_found", "not_found")


@pytest.mark.parametrize("token", [None, "x", "sgn_i_00000000_" + "0" * 43, "sgn_p_00000000_" + "0" * 43])
async def test_a_token_that_proves_nobody(served: Api, token: str | None) -> None:
    answer = await served.call("GET", f"{REQUESTS}/{uuid.uuid4()}", token=token)
    refused(answer, 401, "authentication", "credential_refused")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_provisioner_proposes_nothing_and_an_instance_provisions_nothing(served: Api) -> None:
    answer = await served.call("POST", REQUESTS, CALL, token=served.provisioner)
    refused(answer, 403, "authorization", "not_allowed")
    refused(await served.call("POST", "/api/aap/v1/instances", {}), 403, "authorization", "not_allowed")


async def test_a_revoked_agent_is_refused_at_once_and_what_waits_is_cancelled(served: Api) -> None:
    house = served.house
    id_ = (await served.propose()).body["id"]
    poll = asyncio.create_task(served.call("GET", f"{REQUESTS}/{id_}?wait=30s"))
    await served.polled()
    enrolling = Enrolling(house.store, house.clock)
    assert await enrolling.revoke(house.issued.agent, note="", by=house.operator) == 1
    assert (await poll).body["status"] == "cancelled"
    refused(await served.propose(), 401, "authentication", "credential_refused")
    refused(await served.call("GET", f"{REQUESTS}/{id_}"), 401, "authentication", "credential_refused")


async def test_a_rotated_credential_overlaps_as_told(served: Api) -> None:
    house = served.house
    enrolling = Enrolling(house.store, house.clock)
    new = await enrolling.rotate(house.issued.agent, instance=None, overlap=timedelta(minutes=5), by=house.operator)
    id_ = (await served.propose()).body["id"]
    house.clock.move(minutes=6)
    refused(await served.call("GET", f"{REQUESTS}/{id_}"), 401, "authentication", "credential_refused")
    assert (await served.call("GET", f"{REQUESTS}/{id_}", token=new.token)).status == 200
    at_once = await enrolling.rotate(house.issued.agent, instance="default", overlap=timedelta(0), by=house.operator)
    assert (await served.call("GET", f"{REQUESTS}/{id_}", token=new.token)).status == 401
    assert (await served.call("GET", f"{REQUESTS}/{id_}", token=at_once.token)).status == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/aap/v1/nothing", 404, "not_found"),
        ("GET", "/api/aap", 404, "not_found"),
        ("PUT", "/api/aap/v1/requests", 405, "method_not_allowed"),
        ("GET", "/api/aap/v1/requests", 405, "method_not_allowed"),
        ("POST", "/api/aap/v1/requests/x", 405, "method_not_allowed"),
    ],
)
async def test_an_address_that_is_not_served(served: Api, method: str, path: str, status: int, code: str) -> None:
    answer = await served.call(method, path)
    assert (answer.status, answer.error["code"]) == (status, code)
    assert answer.error["request_id"] == answer.headers["X-Request-ID"]
    assert ("Allow" in answer.headers) == (status == 405)
