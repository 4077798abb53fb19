"""The protocol's LangGraph middleware, as published, against a real server: waiting and pausing."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from agentapprovalprotocol.langgraph import ApprovalMiddleware, resumer
from agentapprovalprotocol.receiver import Receiver
from langchain.agents import create_agent
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.checkpoint.memory import InMemorySaver

from bot.signed_note import signed_arguments
from tests.rigs.hooks import receiving
from tests.rigs.server import Server
from tests.rigs.till import Till, check_what_ran, decide


class Clerk(BaseChatModel):
    """A model that asks for one refund, asks again for what was signed instead, and then says what came of it."""

    @property
    def _llm_type(self) -> str:
        return "clerk"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        return self

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        heard = [message for message in messages if isinstance(message, ToolMessage)]
        last = str(heard[-1].content) if heard else ""
        arguments = {"amount": 120, "reason": "Late"} if not heard else signed_arguments(last)
        said = AIMessage(f"It said: {last}")
        if arguments is not None:
            call = {"name": "issue_refund", "args": arguments, "id": f"call-{len(heard)}"}
            said = AIMessage("The parcel came late.", tool_calls=[call])
        return ChatResult(generations=[ChatGeneration(message=said)])


@asynccontextmanager
async def graph_for(url: str, token: str, till: Till, *, mode: Any = "sync") -> AsyncIterator[Any]:
    """A graph with its middleware, whose clients are closed in the end: it has no way to close them itself."""
    customer = str(uuid.uuid4())
    middleware = ApprovalMiddleware(url, token, mode=mode, context={"customer": customer, "session": customer})
    saver = InMemorySaver() if mode == "async" else None
    try:
        yield create_agent(Clerk(), tools=[till.issue_refund], middleware=[middleware], checkpointer=saver)
    finally:
        if middleware._gate is not None:
            middleware._gate.client.close()
        if middleware._async_gate is not None:
            await middleware._async_gate.client.aclose()


ASK = {"messages": [HumanMessage("My parcel came late.")]}


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("decision", ["approve", "reject", "edit"])
async def test_a_waiting_graph_follows_the_decision(
    server: Server, made: dict[str, Any], kind: str, decision: str
) -> None:
    token = made["token"]
    till = Till()
    async with graph_for(server.aap, token, till) as graph:
        running = asyncio.create_task(asyncio.to_thread(graph.invoke, ASK) if kind == "sync" else graph.ainvoke(ASK))
        (held,) = await server.pending(token)
        assert held["context"]["framework"] == "langgraph"
        assert held["agent_reasoning"] == "The parcel came late."
        await decide(server, held["id"], decision)
        check_what_ran(till, decision, (await running)["messages"][-1].content)


@pytest.mark.parametrize("decision", ["approve", "reject", "edit"])
async def test_a_paused_graph_is_woken_and_follows_the_decision(
    server: Server, provisioner: str, decision: str
) -> None:
    till, receiver = Till(), Receiver(resumers={})
    config: Any = {"configurable": {"thread_id": str(uuid.uuid4())}}
    async with receiving(receiver) as url:
        mine = await receiver.provision(provider_url=server.aap, provisioner_token=provisioner, url=url)
        async with graph_for(server.aap, mine.token, till, mode="async") as graph:
            woken = asyncio.Event()
            wake = resumer(graph)

            async def resume(handle: Any, request: Any) -> None:
                await wake(handle, request)
                woken.set()

            receiver.resumers["langgraph"] = resume
            paused = await graph.ainvoke(ASK, config)
            (interrupt,) = paused["__interrupt__"]
            assert not till.ran
            await decide(server, interrupt.value["aap_request_id"], decision)
            async with asyncio.timeout(30):
                await woken.wait()
            state = await graph.aget_state(config)
            assert not state.next
            check_what_ran(till, decision, state.values["messages"][-1].content)
