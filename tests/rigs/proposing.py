"""An agent outside of the server: it proposes by the protocol's own client, and looks with our own API."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import httpx
from agentapprovalprotocol import AsyncClient, Request


@dataclass(frozen=True)
class Agent:
    """An agent's process: the protocol's client, and our own API."""

    aap: AsyncClient
    v1: httpx.AsyncClient
    token: str
    name: str

    async def propose(self, amount: float | str = 120, *, tool: str = "issue_refund", **more: Any) -> Request:
        """Open a request through the protocol; ``within`` is its timeout, everything else its arguments."""
        within = more.pop("within", "30m")
        key = str(uuid.uuid4())
        submission = {
            "tool": tool,
            "arguments": {"amount": amount, **more},
            "timeout": within,
            "context": {"customer": f"c-{key}", "session": key},
            "agent_reasoning": "The parcel came late.",
        }
        return await self.aap.create(submission, key)

    async def seen(self, request_id: str) -> dict[str, Any]:
        """The request as our own API tells of it."""
        found: dict[str, Any] = (await self.v1.get(f"/requests/{request_id}")).raise_for_status().json()
        return found

    async def redeem(self, request_id: str, key: str = "once") -> httpx.Response:
        """Redeem the grant for exactly what the grant says."""
        digest = (await self.seen(request_id))["grant"]["digest"]
        return await self.v1.post(
            f"/requests/{request_id}/redeem", json={"digest": digest}, headers={"Idempotency-Key": key}
        )

    async def report(self, request_id: str, status: str, note: str | None = None) -> httpx.Response:
        """Report what came of it."""
        body = {"status": status} | ({"note": note} if note else {})
        return await self.v1.post(f"/requests/{request_id}/outcome", json=body)

    async def answer(self, request_id: str, text: str) -> None:
        """Answer the newest question."""
        question = (await self.seen(request_id))["questions"][-1]["id"]
        answered = await self.v1.post(f"/requests/{request_id}/questions/{question}/answer", json={"answer": text})
        answered.raise_for_status()

    async def close(self) -> None:
        """End its calls."""
        await self.aap.aclose()
        await self.v1.aclose()
