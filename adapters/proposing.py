"""Proposing recorded calls for real: a stand-in for an agent, over the Agent Approval Protocol's own client.

With ``wait`` it goes the whole way: what is approved is redeemed and reported (its note says that nothing was run),
what a human edited is asked for again with exactly the signed arguments, what is refused is dropped. Without it, it
only asks.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import msgspec
from agentapprovalprotocol import AAPError, Allow, AsyncClient, AsyncGate, Call, Deny, ProtocolError

from bot.domain.requests import Proposal
from bot.signed_note import signed_arguments

NOTHING_RUN = "replayed from a recording: no tool was called"
TIMEOUT = "24h"
WAIT_SECONDS = 24 * 3600.0

Recorded = list[tuple[str, Proposal]]
"""One conversation's calls in order, each with a name of its own."""


@dataclass(slots=True)
class Proposed:
    """What became of them; ``failures`` are the first of those that the server did not take."""

    asked: int = 0
    conversations: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    stopped: bool = False


class _Pace:
    """Lets callers through at a rate."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        at = max(self._next, now)
        self._next = at + self._gap
        if at > now:
            await asyncio.sleep(at - now)


class Proposing:
    """One replay against one server; conversations side by side, the calls of one in order."""

    def __init__(
        self, url: str, token: str, *, per_second: float, wait: bool, at_once: int, tell: Callable[[Proposed], None]
    ) -> None:
        self.so_far = Proposed()
        self._client = AsyncClient(url.rstrip("/") + "/api/aap", token)
        self._gate = AsyncGate(self._client, timeout=TIMEOUT, wait_limit=WAIT_SECONDS)
        self._pace = _Pace(per_second)
        self._wait = wait
        self._at_once = at_once
        self._tell = tell
        self._run = uuid.uuid4().hex

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def all(self, conversations: Iterator[Recorded], stop: asyncio.Event) -> Proposed:
        """Propose every call, until ``stop`` is set; what is under way then is left as it stands."""
        workers = [asyncio.create_task(self._work(conversations)) for _ in range(self._at_once)]
        stopping = asyncio.create_task(stop.wait())
        left: set[asyncio.Task[None]] = {*workers}
        try:
            while left and not stop.is_set():
                done, _ = await asyncio.wait((*left, stopping), return_when=asyncio.FIRST_COMPLETED)
                left -= done
                for worker in done.intersection(workers):
                    worker.result()
        finally:
            for task in (*left, stopping):
                task.cancel()
            await asyncio.gather(*left, stopping, return_exceptions=True)
        self.so_far.stopped = bool(left)
        return self.so_far

    async def _work(self, conversations: Iterator[Recorded]) -> None:
        for calls in conversations:
            for name, proposal in calls:
                await self._pace.turn()
                await self._propose(name, proposal)
            self.so_far.conversations += 1
            self._tell(self.so_far)

    async def _propose(self, name: str, proposal: Proposal) -> None:
        self.so_far.asked += 1
        self._tell(self.so_far)
        if self._wait:
            status = await self._follow(name, proposal)
        else:
            status = await self._ask(name, proposal)
        self.so_far.statuses[status] += 1
        self._tell(self.so_far)

    async def _ask(self, name: str, proposal: Proposal) -> str:
        body = {key: value for key, value in msgspec.to_builtins(proposal).items() if value is not None}
        try:
            return (await self._client.create(body, f"{self._run}:{name}")).status
        except (AAPError, ProtocolError) as error:
            return self._failed(f"{name}: {error}")

    async def _follow(self, name: str, proposal: Proposal, *, signed: bool = False) -> str:
        verdict = await self._gate.check(
            Call(
                key=f"{self._run}:{name}" + (":signed" if signed else ""),
                tool=proposal.tool,
                arguments=proposal.arguments,
                server=proposal.server,
                reasoning=proposal.agent_reasoning,
                context=proposal.context,
            )
        )
        if isinstance(verdict, Allow):
            await verdict.report("succeeded", NOTHING_RUN)
            return "edited" if signed else "approved"
        if not isinstance(verdict, Deny):
            return "pending"
        if verdict.status == "error":
            return self._failed(f"{name}: {verdict.reason}")
        edited = None if signed else signed_arguments(verdict.reason)
        if edited is not None:
            return await self._follow(name, msgspec.structs.replace(proposal, arguments=edited), signed=True)
        return verdict.status

    def _failed(self, problem: str) -> str:
        if len(self.so_far.failures) < MAX_FAILURES:
            self.so_far.failures.append(problem)
        return "failed"


MAX_FAILURES = 20
"""How many failures are kept to be shown; all are counted."""


def recorded_name(conversation: str, line: int, index: int) -> str:
    """The name of a call, its own within one file."""
    return f"{line}:{conversation}:{index}"
