"""The counter that every call comes to first: who is it, and not too often."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from adapters.agents.callers import Caller, Callers
from adapters.agents.limits import Limits, Rates
from bot.domain.chance import Chance
from bot.opening import Situation


class Counter:
    """Lets a caller in, or says why not."""

    def __init__(
        self, callers: Callers, limits: Limits, chance: Chance, situation: Callable[[], Situation] = Situation
    ) -> None:
        self.chance = chance
        self.situation = situation
        self.limits = limits
        self._callers = callers
        self._rates = Rates(limits.rate_per_minute, limits.rate_burst)

    async def admit(self, request: web.Request) -> Caller:
        """Who calls.

        Raises:
            CredentialRefused: when the token proves nobody.
            Busy: when its agent calls too often.
        """
        caller = await self._callers.caller(request.headers.get("Authorization"))
        self._rates.take(caller.agent.id)
        return caller

    async def still(self, request: web.Request) -> Caller:
        """The same without counting a call, for a stream that stays open."""
        return await self._callers.caller(request.headers.get("Authorization"))
