"""The support agent: it proposes through the protocol's own client, and does what the answer says, no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from agentapprovalprotocol import Allow, AsyncGate, Call, Deny, Pending, Verdict

from bot.demo.customers import CustomerSystem, ToolFailed
from bot.demo.scenes import Scene
from bot.signed_note import signed_arguments


@dataclass(slots=True)
class Followed:
    """One proposal as the agent knows it: ``said`` is what it heard and did, the newest last."""

    scene: Scene
    request_id: str | None = None
    done: bool = False
    effect: str | None = None
    failed: bool = False
    said: list[str] = field(default_factory=list)


class SupportAgent:
    """Holds the only way to the customer system: nothing is run but behind an ``Allow``."""

    def __init__(self, gate: AsyncGate, system: CustomerSystem, tell: Callable[[Followed], None]) -> None:
        self._gate = gate
        self._system = system
        self._tell = tell

    async def work(self, scenes: Iterable[Scene], *, pause: float = 0.0) -> list[Followed]:
        """Propose every scene in order, ``pause`` seconds apart, and see each through; returns when all are done."""
        followed: list[Followed] = []
        async with asyncio.TaskGroup() as group:
            for scene in scenes:
                call = _call(scene)
                verdict = await self._gate.check(call)
                one = Followed(scene, verdict.request_id)
                followed.append(one)
                self._tell(one)
                group.create_task(self._see_through(one, call, verdict))
                await asyncio.sleep(pause)
        return followed

    async def _see_through(self, one: Followed, call: Call, verdict: Verdict) -> None:
        verdict = await self._settled(call, verdict)
        edited = signed_arguments(verdict.reason) if isinstance(verdict, Deny) else None
        if edited is not None:
            one.said.append("a reviewer signed other arguments: asking for exactly these")
            self._tell(one)
            call = replace(call, key=f"{call.key}:signed", arguments=edited)
            verdict = await self._settled(call, await self._gate.check(call))
        if isinstance(verdict, Allow):
            await self._run(one, verdict, call.arguments)
        elif isinstance(verdict, Deny):
            one.said.append(f"dropped: {verdict.reason}")
        one.done = True
        self._tell(one)

    async def _settled(self, call: Call, verdict: Verdict) -> Verdict:
        """The verdict once it is final: the same call again, which waits this time."""
        return await self._gate.check(call, can_pause=False) if isinstance(verdict, Pending) else verdict

    async def _run(self, one: Followed, allowed: Allow, arguments: Any) -> None:  # noqa: ANN401 - JSON of any shape
        try:
            one.effect = self._system.run(one.scene.tool, arguments)
        except ToolFailed as error:
            one.failed, one.effect = True, str(error)
            await allowed.report("failed", str(error))
        else:
            await allowed.report("succeeded", one.effect)
        one.said.append(f"ran: {one.effect}")


def _call(scene: Scene) -> Call:
    return Call(
        key=scene.key, tool=scene.tool, arguments=scene.arguments, reasoning=scene.reasoning, context=scene.context
    )
