"""A feedback item on a running server: opened on the desk, read by programs, changed from the console, listed again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.deciding import Reject
from bot.domain.lessons import FeedbackState, Lesson
from bot.domain.requests import Request
from bot.enrolling import Enrolling, NewAgent
from tests.rigs.demo_server import OPERATOR, Served, command, served
from tests.rigs.desk import served as desk_served
from tests.rigs.desk import signed_in, words_of

PROPOSAL = {
    "tool": "issue_refund",
    "arguments": {"order_id": "A-1001", "amount": "120.00", "reason": "late", "card": "4111 1111 1111 1111"},
    "timeout": "30m",
    "context": {"customer": "cust_1", "session": "s1", "transcript": ["My parcel is late."]},
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        yield running


async def signoff(server: Served, *words: str, fails: bool = False) -> Any:
    path = str(server.place.settings.database)
    policy = str(server.place.settings.policy)
    environment = {"SIGNOFF_DATABASE": path, "SIGNOFF_POLICY": policy}
    async with command("-m", "bot.cli", *words, **environment) as process:
        output, errors = await process.communicate()
    assert (process.returncode != 0) is fails, errors
    return errors.decode() if fails else json.loads(output)


async def token_that_reads(server: Served, *reads: str) -> str:
    """Of an agent of its own."""
    email = next(iter(server.place.policy.people.values())).email
    new = NewAgent(f"reader-{len(reads)}", email, ("*",), reads=reads)
    enrolling = Enrolling(server.place.store, server.place.clock)
    return (
        await enrolling.create(new, known=server.place.policy.actions, owners=server.place.policy.owners, by=OPERATOR)
    ).token


async def rejected(server: Served, token: str) -> Request:
    """A refund that was proposed by HTTP and rejected on the desk."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "once"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{server.url}/api/v1/requests", json=PROPOSAL, headers=headers) as response,
    ):
        assert response.status == 201, await response.text()
        id_ = (await response.json())["id"]
    async with server.reviewer("dana") as desk:
        await desk.reject(id_, "policy_unclear", "The page says two things.")
    found = await server.place.store.request(id_)
    assert found is not None
    return found


async def read(server: Served, token: str, path: str, **headers: str) -> tuple[int, Any, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{server.url}/api/v1{path}", headers={"Authorization": f"Bearer {token}", **headers}) as response,
    ):
        body = await response.json() if response.status != 304 else None
        return response.status, body, response.headers.get("ETag", "")


async def test_what_a_rejection_on_the_desk_opens_is_read_and_changed_elsewhere(server: Served) -> None:
    token = await server.token()
    request = await rejected(server, token)
    assert request.feedback is not None
    assert request.feedback.kind is Lesson.KNOWLEDGE_FIX

    status, page, _ = await read(server, token, "/feedback")
    assert status == 200
    (item,) = page["items"]
    assert (item["request"], item["kind"], item["state"], item["rule"]) == (
        request.id,
        "knowledge_fix",
        "open",
        "policy_unclear",
    )
    status, one, tag = await read(server, token, f"/feedback/{request.id}")
    assert status == 200
    assert one["case"]["input"] == ["My parcel is late."]
    assert one["case"]["decision"]["reason_code"] == "policy_unclear"
    assert (await read(server, token, f"/feedback/{request.id}", **{"If-None-Match": tag}))[0] == 304

    accepted = await signoff(server, "feedback", "accept", request.id, "--note", "On it.", "--json")
    assert accepted["state"] == "accepted"
    assert accepted["steps"][0]["note"] == "On it."
    assert (await read(server, token, f"/feedback/{request.id}", **{"If-Match": tag}))[0] == 412
    assert "accepted it at" in await signoff(server, "feedback", "accept", request.id, fails=True)
    assert "note" in await signoff(server, "feedback", "decline", request.id, "--note", " ", fails=True)
    given = await signoff(server, "feedback", "assign", request.id, "lee", "--due", "2099-01-01", "--json", fails=True)
    assert "within a year" in given
    given = await signoff(server, "feedback", "assign", request.id, "lee", "--json")
    assert given["assignee"] == "lee"
    listed = await signoff(server, "feedback", "list", "--of", "lee", "--json")
    assert [one["request"] for one in listed["items"]] == [request.id]
    done = await signoff(server, "feedback", "done", request.id, "--json")
    assert done["state"] == "done"
    found = await server.place.store.request(request.id)
    assert found is not None
    assert found.feedback is not None
    assert found.feedback.state is FeedbackState.DONE


async def test_a_token_reads_the_items_of_its_owners_and_of_its_own_agent_alone(server: Served) -> None:
    request = await rejected(server, await server.token())
    stranger = await token_that_reads(server)
    reader = await token_that_reads(server, request.routing.owner)
    assert (await read(server, stranger, "/feedback"))[1] == {"items": []}
    assert (await read(server, stranger, f"/feedback/{request.id}"))[0] == 404
    assert [one["request"] for one in (await read(server, reader, "/feedback"))[1]["items"]] == [request.id]
    assert (await read(server, reader, f"/feedback/{request.id}"))[0] == 200
    assert (await read(server, reader, "/feedback?state=nonsense"))[0] == 400
    assert (await read(server, reader, "/feedback?wrong=1"))[0] == 400


def proposed(request: Request) -> bool:
    return request.feedback is not None and request.feedback.proposal is not None


async def test_a_threshold_gets_its_proposal_by_itself(server: Served) -> None:
    token = await server.token()
    request = await rejected(server, token)
    await signoff(server, "feedback", "assign", request.id, "--kind", "threshold", "--json")
    async with asyncio.timeout(60):
        while (found := await server.place.store.request(request.id)) is None or not proposed(found):  # noqa: ASYNC110 - another process works it out
            await asyncio.sleep(0.1)
    assert found.feedback is not None
    assert found.feedback.proposal is not None
    assert found.feedback.proposal.against == server.place.policy.version
    assert found.feedback.proposal.diff.startswith("--- a/policy.yaml")
    path = str(server.place.settings.policy)
    tried = await signoff(server, "policy", "backtest", "--policy", path, "--json")
    assert tried["judged"] == 1
    assert tried["changed"] == 0
    assert tried["overrides"] == 1
    assert len(tried["unknown"]) == 3


async def test_the_desk_lists_them_and_its_forms_change_them() -> None:
    async with desk_served() as desk, signed_in(desk, "dana") as dana:
        held = await desk.refund()
        await desk.house.say(held, Reject("not_eligible", "No."), "dana")
        _, page = await dana.get("/desk/feedback?by=dana")
        assert "No feedback item fits" in words_of(page)
        _, page = await dana.get("/desk/feedback")
        assert "Keep it as a test case" in words_of(page)
        assert "<script>" not in page
        status, _, to = await dana.post(f"/desk/requests/{held.id}/accept_item", **{"from": "feedback"})
        assert (status, to) == (303, "/desk/feedback")
        _, page = await dana.get("/desk/feedback")
        assert "Keep it as a test case" in words_of(page)
        status, page, _ = await dana.post(f"/desk/requests/{held.id}/change_item", due_at="soon", seen="1")
        assert status == 422
        assert "no day" in page
        status, page, _ = await dana.post(f"/desk/requests/{held.id}/change_item", note="Late", seen="0")
        assert status == 409
        assert "accepted it at" in page
        status, page, _ = await dana.post(f"/desk/requests/{held.id}/decline_item", note="")
        assert status == 422
        hostile = "<script>alert(1)</script>"
        status, _, _ = await dana.post(f"/desk/requests/{held.id}/decline_item", note=hostile)
        assert status == 303
        _, page = await dana.get(f"/desk/requests/{held.id}")
        assert hostile not in page
        assert "declined" in words_of(page)
        _, page = await dana.get("/desk/feedback?kind=regression_case")
        assert "Keep it as a test case" in words_of(page)
