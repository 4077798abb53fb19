"""The protocol's Pydantic AI capability, as published, against a real server: waiting and pausing."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from agentapprovalprotocol import AsyncClient, AsyncGate
from agentapprovalprotocol.pydantic_ai import ApprovalCapability, pending_request_ids, resumer
from agentapprovalprotocol.receiver import Receiver
from pydantic_ai import Agent, DeferredToolRequests
from pydantic_ai.conversation import Conversation
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from bot.signed_note import signed_arguments
from tests.rigs.hooks import receiving
from tests.rigs.server import Server
from tests.rigs.till import Till, check_what_ran, decide


def clerk(messages: list[ModelMessage], _: AgentInfo) -> ModelResponse:
    """Asks for one refund, asks again for what was signed instead, and then says what came of it."""
    heard = [
        part
        for message in messages
        if isinstance(message, ModelRequest)
        for part in message.parts
        if isinstance(part, ToolReturnPart)
    ]
    last = str(heard[-1].content) if heard else ""
    arguments = {"amount": 120, "reason": "Late"} if not heard else signed_arguments(last)
    if arguments is None:
        return ModelResponse(parts=[TextPart(f"It said: {last}")])
    call = ToolCallPart("issue_refund", arguments, tool_call_id=f"call-{len(heard)}")
    return ModelResponse(parts=[TextPart("The parcel came late."), call])


@asynccontextmanager
async def agent_for(
    url: str, token: str, till: Till, customer: str, *, mode: Any = "sync"
) -> AsyncIterator[Agent[None, Any]]:
    client = AsyncClient(url, token)
    approvals = ApprovalCapability(
        gate=AsyncGate(client, mode=mode), context={"customer": customer, "session": customer}
    )
    output: Any = str if mode == "sync" else [str, DeferredToolRequests]
    try:
        yield Agent(FunctionModel(clerk), output_type=output, capabilities=[approvals], tools=[till.issue_refund])
    finally:
        await client.aclose()


@pytest.mark.parametrize("decision", ["approve", "reject", "edit"])
async def test_a_waiting_agent_follows_the_decision(server: Server, made: dict[str, Any], decision: str) -> None:
    token = made["token"]
    till = Till()
    async with agent_for(server.aap, token, till, str(uuid.uuid4())) as agent:
        running = asyncio.create_task(agent.run("My parcel came late."))
        (held,) = await server.pending(token)
        assert held["context"]["framework"] == "pydantic-ai"
        assert held["agent_reasoning"] == "The parcel came late."
        await decide(server, held["id"], decision)
        check_what_ran(till, decision, (await running).output)


@pytest.mark.parametrize("decision", ["approve", "reject", "edit"])
async def test_a_paused_agent_is_woken_and_follows_the_decision(
    server: Server, provisioner: str, decision: str
) -> None:
    till = Till()
    saved: asyncio.Queue[Conversation] = asyncio.Queue()
    kept: dict[str, Conversation] = {}

    def save(conversation: Conversation) -> None:
        kept[conversation.conversation_id] = conversation
        saved.put_nowait(conversation)

    receiver = Receiver(resumers={})
    async with receiving(receiver) as url:
        mine = await receiver.provision(provider_url=server.aap, provisioner_token=provisioner, url=url)
        async with agent_for(server.aap, mine.token, till, str(uuid.uuid4()), mode="async") as agent:
            receiver.resumers["pydantic-ai"] = resumer(agent, load=kept.get, save=save)
            first = await agent.run("My parcel came late.")
            assert isinstance(first.output, DeferredToolRequests)
            kept[first.conversation.conversation_id] = first.conversation
            (id_,) = pending_request_ids(first.output).values()
            assert not till.ran
            await decide(server, id_, decision)
            async with asyncio.timeout(30):
                ended = await saved.get()
            assert ended.deferred_tool_requests is None
            said = ended.messages[-1].parts[0]
            assert isinstance(said, TextPart)
            check_what_ran(till, decision, said.content)
