"""The protocol's own clients and gates, as published, against a real server: waiting and pausing."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from agentapprovalprotocol import AsyncClient, AsyncGate, Call, Client, Gate
from agentapprovalprotocol._client import ConflictError, CredentialRefused
from agentapprovalprotocol._gate import Allow, Deny, Pending, Verdict
from agentapprovalprotocol.receiver import Receiver

from bot.signed_note import signed_arguments
from tests.rigs.hooks import receiving
from tests.rigs.server import LossyProxy, Server


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    found: str = server.agent()["token"]
    return found


class Asker:
    """A gate with its client; the synchronous ones run in a thread, as a synchronous agent would."""

    def __init__(self, kind: str, url: str, token: str, **options: Any) -> None:
        self.kind = kind
        self.client: Any
        self.gate: Any
        if kind == "sync":
            self.client = Client(url, token)
            self.gate = Gate(self.client, **options)
        else:
            self.client = AsyncClient(url, token)
            self.gate = AsyncGate(self.client, **options)

    async def run(self, work: Any, *words: Any, **more: Any) -> Any:
        return await (asyncio.to_thread(work, *words, **more) if self.kind == "sync" else work(*words, **more))

    async def check(self, call: Call) -> Verdict:
        verdict: Verdict = await self.run(self.gate.check, call)
        return verdict

    async def close(self) -> None:
        await self.run(self.client.close if self.kind == "sync" else self.client.aclose)


@asynccontextmanager
async def asking(kind: str, url: str, token: str, **options: Any) -> AsyncIterator[Asker]:
    asker = Asker(kind, url, token, **options)
    try:
        yield asker
    finally:
        await asker.close()


@pytest.fixture(params=["sync", "async"])
async def asker(request: pytest.FixtureRequest, server: Server, token: str) -> AsyncIterator[Asker]:
    async with asking(request.param, server.aap, token) as found:
        yield found


def call_for(amount: float = 120, **arguments: Any) -> Call:
    unique = str(uuid.uuid4())
    context = {"customer": f"c-{unique}", "session": unique}
    return Call(key=unique, tool="issue_refund", arguments={"amount": amount, **arguments}, context=context)


def submission(call: Call, timeout: str = "30m") -> dict[str, Any]:
    return {
        "tool": call.tool, "arguments": dict(call.arguments), "timeout": timeout, "context": dict(call.context or {})
    }  # fmt: skip


async def waiting_id(server: Server, token: str, call: Call) -> str:
    """The id of the pending request that a call opened."""
    customer = (call.context or {})["customer"]
    async with asyncio.timeout(20):
        while True:
            for found in await server.pending(token):
                if found["context"]["customer"] == customer:
                    id_: str = found["id"]
                    return id_
            await asyncio.sleep(0.02)


async def test_what_a_person_approves_runs_once(server: Server, token: str, asker: Asker) -> None:
    call = call_for()
    check = asyncio.create_task(asker.check(call))
    id_ = await waiting_id(server, token, call)
    async with server.reviewer() as dana:
        await dana.approve(id_, "Looks right.")
    verdict = await check
    assert isinstance(verdict, Allow)
    assert await asker.run(verdict.report, "succeeded", None)
    again = await asker.check(call)
    assert isinstance(again, Deny)
    assert again.status == "consumed"
    found = await server.request(token, id_)
    assert (found["status"], found["grant"]["status"]) == ("approved", "redeemed")
    assert found["outcome"]["status"] == "succeeded"
    assert found["decision"]["by"]["name"] == "Dana"


async def test_a_rejection_tells_the_model_why(server: Server, token: str, asker: Asker) -> None:
    call = call_for()
    check = asyncio.create_task(asker.check(call))
    id_ = await waiting_id(server, token, call)
    async with server.reviewer() as dana:
        await dana.reject(id_, "wrong_amount", "The order was 12.")
    verdict = await check
    assert isinstance(verdict, Deny)
    assert verdict.status == "denied"
    assert "wrong_amount: The order was 12." in verdict.reason


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_what_nobody_decides_expires(server: Server, token: str, kind: str) -> None:
    async with asking(kind, server.aap, token, timeout="1s") as asker:
        verdict = await asker.check(call_for())
    assert isinstance(verdict, Deny)
    assert verdict.status == "expired"


async def test_an_agent_cancels(server: Server, token: str, asker: Asker) -> None:
    call = call_for()
    request = await asker.run(asker.client.create, submission(call), call.key)
    cancelled = await asker.run(asker.client.cancel, request.id)
    assert cancelled.status == "cancelled"
    assert (await asker.run(asker.client.cancel, request.id)) == cancelled
    allowed = await asker.run(asker.client.create, submission(call_for(20)), str(uuid.uuid4()))
    with pytest.raises(ConflictError) as refused:
        await asker.run(asker.client.cancel, allowed.id)
    assert refused.value.code == "already_terminal"


async def test_an_approval_is_consumed_by_one_key(asker: Asker) -> None:
    request = await asker.run(asker.client.create, submission(call_for(20)), str(uuid.uuid4()))
    assert request.status == "approved"
    first = await asker.run(asker.client.consume, request.id, "k-1")
    assert first.consumption is not None
    assert await asker.run(asker.client.consume, request.id, "k-1") == first
    with pytest.raises(ConflictError) as refused:
        await asker.run(asker.client.consume, request.id, "k-2")
    assert refused.value.code == "already_consumed"


async def test_a_key_is_replayed_or_conflicts(asker: Asker) -> None:
    call = call_for()
    first = await asker.run(asker.client.create, submission(call), call.key)
    assert await asker.run(asker.client.create, submission(call), call.key) == first
    with pytest.raises(ConflictError) as refused:
        await asker.run(asker.client.create, submission(call, "31m"), call.key)
    assert refused.value.code == "idempotency_conflict"
    await asker.run(asker.client.cancel, first.id)


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_lost_answer_is_found_again(server: Server, token: str, kind: str) -> None:
    async with LossyProxy(server.url).running() as proxy, asking(kind, f"{proxy.url}/api/aap", token) as asker:
        proxy.lose = 1
        call = call_for()
        request = await asker.run(asker.client.create, submission(call), call.key)
        assert proxy.lost == ["POST /api/aap/v1/requests HTTP/1.1"]
        mine = [one for one in await server.pending(token) if one["context"] == call.context]
        assert [one["id"] for one in mine] == [request.id]
        async with server.reviewer() as dana:
            await dana.approve(request.id)
        proxy.lose = 1
        consumed = await asker.run(asker.client.consume, request.id, "once")
        assert consumed.consumption is not None
        proxy.lose = 1
        reported = await asker.run(asker.client.report_outcome, request.id, "succeeded")
        assert reported.consumption.outcome.status == "succeeded"
        assert len(proxy.lost) == 3


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_revoked_agent_runs_nothing_more(server: Server, kind: str) -> None:
    made = await asyncio.to_thread(server.agent)
    token: str = made["token"]
    async with asking(kind, server.aap, token) as asker:
        call = call_for()
        check = asyncio.create_task(asker.check(call))
        await waiting_id(server, token, call)
        approved = await asker.run(asker.client.create, submission(call_for(20)), str(uuid.uuid4()))
        told = await asyncio.to_thread(server.command, "agent", "revoke", made["agent"])
        assert "1 pending" in told
        ended = await check
        assert isinstance(ended, Deny)
        assert ended.status in {"cancelled", "error"}, "it is told so, or its next poll is refused"
        verdict = await asker.check(call_for(20))
        assert isinstance(verdict, Deny)
        assert "refused this agent's credential" in verdict.reason
        with pytest.raises(CredentialRefused):
            await asker.run(asker.client.consume, approved.id, "k")


async def test_an_edit_is_refused_then_passes_once_and_exactly(server: Server, token: str, asker: Asker) -> None:
    call = call_for(120, reason="Late")
    check = asyncio.create_task(asker.check(call))
    id_ = await waiting_id(server, token, call)
    async with server.reviewer() as dana:
        await dana.edit(id_, {"amount": "80.50"}, "Half is enough.")
    verdict = await check
    assert isinstance(verdict, Deny)
    assert verdict.status == "denied"
    signed = signed_arguments(verdict.reason)
    assert signed == {"amount": 80.5, "reason": "Late"}
    assert "Half is enough." in verdict.reason

    def asked(arguments: dict[str, Any]) -> Call:
        return Call(key=str(uuid.uuid4()), tool=call.tool, arguments=arguments, context=call.context)

    async def is_pending(arguments: dict[str, Any]) -> bool:
        other = asked(arguments)
        opened = await asker.run(asker.client.create, submission(other), other.key)
        if opened.status == "pending":
            await asker.run(asker.client.cancel, opened.id)
        return bool(opened.status == "pending")

    assert await is_pending({**signed, "amount": 80.51})
    passed = await asker.check(asked(signed))
    assert isinstance(passed, Allow)
    assert await asker.run(passed.report, "succeeded", None)
    assert await is_pending(signed)


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_paused_run_is_woken_by_its_webhook(server: Server, kind: str) -> None:
    made = await asyncio.to_thread(server.agent)
    provisioner = await asyncio.to_thread(server.provisioner, made["agent"])
    woken: asyncio.Queue[str] = asyncio.Queue()
    receiver = Receiver(
        resumers={"ours": lambda handle, request: woken.put_nowait(f"{handle['run']}:{request.status}")}
    )
    async with receiving(receiver) as url:
        mine = await receiver.provision(provider_url=server.aap, provisioner_token=provisioner, url=url)
        async with asking(kind, server.aap, mine.token, mode="async") as asker:
            for deciding, status in (("approve", "approved"), ("reject", "denied")):
                plain = call_for()
                call = Call(**{**vars(plain), "resume": {"framework": "ours", "run": plain.key}})
                paused = await asker.check(call)
                assert isinstance(paused, Pending)
                async with server.reviewer() as dana:
                    if deciding == "approve":
                        await dana.approve(paused.request_id)
                    else:
                        await dana.reject(paused.request_id, "not_eligible", "Not this one.")
                async with asyncio.timeout(20):
                    assert await woken.get() == f"{call.key}:{status}"
                verdict = await asker.check(call)
                assert isinstance(verdict, Allow if deciding == "approve" else Deny)
