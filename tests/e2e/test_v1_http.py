"""Our own API over HTTP: what the Agent Approval Protocol lacks."""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from adapters.agents.limits import Limits
from adapters.agents.openapi.document import DOCUMENT
from bot.deciding import Approve, ApproveWithEdits, Ask, Reject
from bot.domain.events import chain_hash, payload_digest
from bot.domain.jsontext import digest
from bot.domain.requests import Request
from tests.rigs.agents_api import Answer, Api, api

REQUESTS = "/api/v1/requests"
TOLD: dict[str, Any] = {
    "customer": "cust_1",
    "session": "s1",
    "level": "commit",
    "signals": {"name": "match"},
    "confidence": 0.9,
    "citations": ["R-12"],
    "on_behalf_of": "someone",
    "model": "m-1",
    "build": "b-1",
    "evidence": ["photo"],
    "transcript": ["It came late."],
}


@pytest.fixture(params=["memory", "sqlite"])
async def served(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Api]:
    async with api(request.param, tmp_path) as found:
        yield found


async def opened(served: Api, amount: float = 120, **more: Any) -> dict[str, Any]:
    body = {"tool": "issue_refund", "arguments": {"amount": amount, "reason": "Late"}, **TOLD, **more}
    answer = await served.call("POST", REQUESTS, body)
    assert answer.status == 201, answer.body
    fits("Request", answer.body)
    found: dict[str, Any] = answer.body
    return found


def fits(schema: str, value: Any) -> None:
    """Hold an answer to the schema that the document promises."""
    whole = {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}
    OAS31Validator(whole).validate(value)


async def state(served: Api, id_: str) -> Request:
    found = await served.house.store.request(id_)
    assert found is not None
    return found


def refused(answer: Answer, status: int, code: str, field: str | None = None) -> None:
    assert (answer.status, answer.body["code"], answer.body.get("field")) == (status, code, field), answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["request_id"] == answer.headers["X-Request-ID"]
    fits("Problem", answer.body)


async def test_a_request_is_told_whole(served: Api) -> None:
    found = await opened(served, context={"more": [1]}, agent_reasoning="It came late.")
    assert (found["status"], found["level"], found["class"], found["action_type"]) == (
        "pending",
        "commit",
        "money",
        "refund",
    )
    assert found["context"] == {**TOLD, "more": [1]}
    assert found["digest"] == digest({"amount": 120, "reason": "Late"})
    assert found["amount"] == {"amount": "120", "currency": "USD"}
    assert found["verdict"]["reasons"]
    assert found["timeout"] == "24h"


async def test_an_edit_is_redeemed_by_its_digest(served: Api) -> None:
    id_ = (await opened(served))["id"]
    signed = {"amount": 80.5, "reason": "Late"}
    await served.house.say(await state(served, id_), ApproveWithEdits(signed))
    read = (await served.call("GET", f"{REQUESTS}/{id_}")).body
    fits("Request", read)
    assert read["status"] == "approved_with_edits"
    assert read["decision"]["arguments"] == signed
    assert read["decision"]["by"] == {"kind": "person", "name": "Dana", "surface": "desk"}
    path = f"{REQUESTS}/{id_}/redeem"
    refused(await served.call("POST", path, {"digest": read["digest"]}), 409, "digest_mismatch", "digest")
    first = await served.call("POST", path, {"digest": read["decision"]["digest"]}, key="r-1")
    again = await served.call("POST", path, {"digest": read["decision"]["digest"]}, key="r-1")
    assert first.body == again.body
    assert first.body["grant"]["status"] == "redeemed"
    refused(await served.call("POST", path, {"digest": read["decision"]["digest"]}), 409, "already_consumed")
    done = await served.call("POST", f"{REQUESTS}/{id_}/outcome", {"status": "succeeded"})
    assert done.body["outcome"]["status"] == "succeeded"


async def test_a_question_is_answered(served: Api) -> None:
    id_ = (await opened(served))["id"]
    asked = await served.house.say(await state(served, id_), Ask("Which order?"))
    question = asked.questions[0].id
    path = f"{REQUESTS}/{id_}/questions/{question}/answer"
    answer = await served.call("POST", path, {"answer": "A-1001"})
    fits("Request", answer.body)
    assert answer.body["questions"][0]["answer"] == "A-1001"
    refused(await served.call("POST", path, {"answer": "A-1002"}), 409, "already_answered")
    other = f"{REQUESTS}/{id_}/questions/00/answer"
    refused(await served.call("POST", other, {"answer": "x"}), 404, "not_found")


async def test_the_record_can_be_checked_by_its_agent(served: Api) -> None:
    id_ = (await opened(served))["id"]
    await served.house.say(await state(served, id_), Reject("not_eligible", "No."))
    record = (await served.call("GET", f"{REQUESTS}/{id_}/record")).body
    fits("Record", record)
    assert [event["type"] for event in record["events"]] == [
        "request.opened",
        "request.decided",
        "request.feedback_opened",
    ]
    stored = await served.house.store.events(f"request:{id_}")
    before = bytes(32)
    for event, kept in zip(record["events"], stored, strict=True):
        assert kept.payload is not None
        assert json.loads(kept.payload) == event["payload"]
        assert payload_digest(bytes.fromhex(event["salt"]), kept.payload).hex() == event["digest"]
        bound = bytes.fromhex(event["digest"])
        made = chain_hash(
            record["stream"], event["seq"], event["type"], kept.at, event["actor"], event["surface"], bound, before
        )
        assert made.hex() == event["hash"]
        before = made
    assert hashlib.sha256(b"").digest() != before


async def test_lists_are_paged_and_narrowed(served: Api) -> None:
    ids = []
    for number in range(5):
        served.house.clock.move(seconds=1)
        ids.append((await opened(served, 100 + number, customer=f"c-{number}"))["id"])
    await served.house.say(await state(served, ids[0]), Approve())
    seen, path = [], f"{REQUESTS}?limit=2"
    while True:
        page = (await served.call("GET", path)).body
        fits("RequestPage", page)
        seen += [one["id"] for one in page["requests"]]
        if "next" not in page:
            break
        path = f"{REQUESTS}?limit=2&after={page['next']}"
    assert seen == ids[::-1]

    async def listed(query: str) -> list[str]:
        return [one["id"] for one in (await served.call("GET", f"{REQUESTS}?{query}")).body["requests"]]

    assert await listed("status=approved") == [ids[0]]
    assert await listed("status=pending&status=approved&order=due") != []
    assert await listed("customer=c-3") == [ids[3]]
    assert await listed("action_type=payout_change") == []
    assert await listed("opened_from=2026-03-02T15:00:05Z") == [ids[4]]
    assert await listed("opened_before=2026-03-02T16:00:02%2B01:00") == [ids[0]]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=maybe", "status"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=\u0663", "limit"),
        ("order=oldest", "order"),
        ("after=x", "after"),
        ("after=1:%00", "after"),
        ("opened_from=yesterday", "opened_from"),
        ("opened_before=0001-01-01T00:00:00%2B23:59", "opened_before"),
        ("customer=", "customer"),
        ("customer=%00", "customer"),
        ("sort=x", "sort"),
    ],
)
async def test_a_query_that_can_not_be_used(served: Api, query: str, field: str) -> None:
    refused(await served.call("GET", f"{REQUESTS}?{query}"), 400, "invalid_request", field)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"level": "always"}, "level"),
        ({"confidence": 2}, "confidence"),
        ({"confidence": "high"}, "confidence"),
        ({"signals": []}, "signals"),
        ({"vulnerable": "yes"}, "vulnerable"),
        ({"customer": ""}, "customer"),
        ({"customer": None}, "customer"),
        ({"transcript": [5]}, "transcript"),
        ({"context": {"customer": "cust_1"}}, "customer"),
        ({"context": []}, "context"),
        ({"digest": "x"}, "digest"),
    ],
)
async def test_a_proposal_that_can_not_be_used(served: Api, change: dict[str, Any], field: str) -> None:
    body = {"tool": "issue_refund", "arguments": {"amount": 120}, **TOLD, **change}
    refused(await served.call("POST", REQUESTS, body), 400, "invalid_request", field)


async def test_what_was_seen_guards_and_spares(served: Api) -> None:
    id_ = (await opened(served))["id"]
    path = f"{REQUESTS}/{id_}"
    tag = (await served.call("GET", path)).headers["ETag"]
    assert (await served.call("GET", path, headers={"If-None-Match": f'"x", {tag}'})).status == 304
    stale = await served.call("DELETE", path, headers={"If-Match": '"x"'})
    refused(stale, 412, "precondition_failed")
    gone = await served.call("DELETE", path, headers={"If-Match": tag})
    assert (gone.status, gone.body["status"]) == (200, "cancelled")
    assert gone.headers["ETag"] != tag


async def test_who_am_i(served: Api) -> None:
    me = (await served.call("GET", "/api/v1/me")).body
    fits("Me", me)
    assert (me["agent"]["name"], me["agent"]["owner"], me["credential"]["kind"]) == (
        "support",
        "olga@acme.test",
        "instance",
    )
    refund = next(one for one in me["agent"]["action_types"] if one["id"] == "refund")
    assert refund["caps"]["per_action"] == "2000"
    provisioner = (await served.call("GET", "/api/v1/me", token=served.provisioner)).body
    assert "instance" not in provisioner
    version = (await served.call("GET", "/api/v1/policy/version")).body
    assert version == {"version": served.house.policy.version}
    document = await served.call("GET", "/api/v1/openapi.json", token=None)
    assert document.body == json.loads(json.dumps(DOCUMENT))


async def test_instances_here_as_there(served: Api) -> None:
    for name in ("support", served.house.issued.agent.id):
        made = await served.call("POST", f"/api/v1/agents/{name}/instances", {}, token=served.provisioner)
        assert made.status == 201
        fits("ProvisionInstanceResponse", made.body)
    other = await served.call("GET", "/api/v1/agents/other/instances", token=served.provisioner)
    refused(other, 404, "not_found")
    refused(await served.call("GET", "/api/v1/agents/support/instances"), 403, "not_allowed")


async def test_events_of_its_own_requests_stream(served: Api) -> None:
    headers = {"Authorization": f"Bearer {served.house.issued.token}"}
    async with served.http.get(served.url + "/api/v1/events", headers=headers) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        uuid.UUID(stream.headers["X-Request-ID"])
        assert await stream.content.readline() == b": open\n"
        mine = await opened(served)
        await served.house.say(await state(served, mine["id"]), Approve())
        told: list[dict[str, Any]] = []
        async with asyncio.timeout(10):
            while len(told) < 2:
                line = await stream.content.readline()
                if line.startswith(b"data: "):
                    told.append(json.loads(line[6:]))
        assert [(one["types"], one["request"]["status"]) for one in told] == [
            (["request.opened"], "pending"),
            (["request.decided"], "approved"),
        ]
        assert told[0]["request"] == mine


async def test_too_many_calls(tmp_path: Path) -> None:
    async with api("memory", tmp_path, limits=Limits(rate_per_minute=60, rate_burst=3)) as served:
        answers = [await served.call("GET", "/api/v1/me") for _ in range(4)]
        assert [answer.status for answer in answers] == [200, 200, 200, 429]
        refused(answers[-1], 429, "rate_limited")
        assert answers[-1].headers["Retry-After"] == "1"
        aap = await served.call("GET", f"/api/aap/v1/requests/{uuid.uuid4()}")
        assert (aap.status, aap.error["type"]) == (429, "rate_limit")
