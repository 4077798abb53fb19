"""DBOS: a durable workflow that waits for a message, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID

from bench.rivals.measuring import DECISION, PROPOSAL, arguments, measure

_held: dict[str, asyncio.Event] = {}
_handles: dict[str, Any] = {}


@DBOS.workflow()  # type: ignore[untyped-decorator]  # its types are in the rivals' environment alone
async def approval(name: str, proposal: dict[str, Any]) -> dict[str, Any]:
    """Wait for the human's answer and return it."""
    assert proposal
    _held[name].set()
    decision: dict[str, Any] = await DBOS.recv_async("decision", timeout_seconds=600)
    return decision


async def open_(name: str) -> None:
    """Start a workflow; it is on disk and waits when this returns."""
    _held[name] = asyncio.Event()
    with SetWorkflowID(name):
        _handles[name] = await DBOS.start_workflow_async(approval, name, PROPOSAL)
    await _held[name].wait()


async def decide(name: str) -> None:
    """Send the answer and wait until the workflow has returned it."""
    await DBOS.send_async(name, DECISION, topic="decision")
    assert await _handles[name].get_result() == DECISION


async def main() -> None:
    """Measure."""
    given = arguments()
    config: DBOSConfig = {"name": "bench", "system_database_url": given.database, "log_level": "ERROR"}
    DBOS(config=config)
    DBOS.launch()
    try:
        await measure(open_, decide, given.clients, given.count)
    finally:
        DBOS.destroy()


if __name__ == "__main__":
    asyncio.run(main())
