"""LangGraph: a graph of one node that interrupts, with LangGraph's own checkpointers for SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypedDict

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from bench.rivals.measuring import DECISION, PROPOSAL, arguments, measure

CONNECTIONS = 16


class State(TypedDict, total=False):
    """What the graph carries."""

    proposal: dict[str, Any]
    decision: dict[str, Any]


def hold(state: State) -> State:
    """Stop for a human; goes on with the answer."""
    return {"decision": interrupt(state["proposal"])}


@asynccontextmanager
async def checkpointer(database: str) -> AsyncIterator[Any]:
    """LangGraph's own, as its documentation sets it up."""
    if database.startswith("sqlite:///"):
        async with AsyncSqliteSaver.from_conn_string(database.removeprefix("sqlite:///")) as saver:
            yield saver
        return
    settings = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    async with AsyncConnectionPool(database, min_size=CONNECTIONS, max_size=CONNECTIONS, kwargs=settings) as pool:
        saver = AsyncPostgresSaver(pool)
        await saver.setup()
        yield saver


async def main() -> None:
    """Measure."""
    given = arguments()
    graph = StateGraph(State)
    graph.add_node("hold", hold)
    graph.add_edge(START, "hold")
    graph.add_edge("hold", END)
    async with checkpointer(given.database) as saver:
        compiled = graph.compile(checkpointer=saver)

        async def open_(name: str) -> None:
            state = await compiled.ainvoke({"proposal": PROPOSAL}, {"configurable": {"thread_id": name}})
            assert state["__interrupt__"]

        async def decide(name: str) -> None:
            state = await compiled.ainvoke(Command(resume=DECISION), {"configurable": {"thread_id": name}})
            assert state["decision"] == DECISION

        await measure(open_, decide, given.clients, given.count)


if __name__ == "__main__":
    asyncio.run(main())
