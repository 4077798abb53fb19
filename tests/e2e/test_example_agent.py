"""The ten lines of examples/agent.py against a real server."""

from __future__ import annotations

from pathlib import Path

from bot.domain.requests import GrantStatus, OutcomeStatus
from tests.rigs.demo_server import ROOT, command, served

AGENT = str(ROOT / "examples" / "agent.py")


async def test_the_first_held_call_runs_once_it_is_approved(tmp_path: Path) -> None:
    async with served(tmp_path) as server, server.reviewer("lee") as lee:
        async with command(AGENT, SIGNOFF_URL=server.url, SIGNOFF_TOKEN=await server.token()) as agent:
            (held,) = await server.pending()
            await lee.approve(held.id, "Carrier claim seen.")
            output, errors = await agent.communicate()
        assert output.decode().startswith("refunding {'order_id': 'O-1187'"), errors
        request = await server.place.store.request(held.id)
        assert request is not None
        assert request.grant is not None
        assert request.outcome is not None
        assert (request.grant.status, request.outcome.status) == (GrantStatus.REDEEMED, OutcomeStatus.SUCCEEDED)


async def test_a_rejection_reaches_the_agent_with_its_reason(tmp_path: Path) -> None:
    async with served(tmp_path) as server, server.reviewer("lee") as lee:
        async with command(AGENT, SIGNOFF_URL=server.url, SIGNOFF_TOKEN=await server.token()) as agent:
            (held,) = await server.pending()
            await lee.reject(held.id, "not_eligible", "The parcel was found.")
            output, errors = await agent.communicate()
        assert "not_eligible: The parcel was found." in output.decode(), errors
        assert "refunding" not in output.decode()
