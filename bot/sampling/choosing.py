"""Choosing: whether a request is a sample, and who is asked to look at it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

import msgspec

from bot.domain.agents import Agent
from bot.domain.events import Sampled
from bot.domain.lessons import Because
from bot.domain.requests import Request
from bot.domain.verdicts import Level, Tally, VerdictKind
from bot.policy.document import Policy
from bot.policy.sampling import Sampling
from bot.policy.tallies import build_key, counts_build
from bot.recording import samples_key
from bot.rostering import Roster, away

_BITS = 64
_LOOKED_AT = frozenset({Level.DRAFT, Level.RECOMMEND})


class Draw(msgspec.Struct, frozen=True):
    """One proposal's lot, drawn before its request opens.

    ``random`` is what its id is made of: nobody who proposes can know it, and a flow that runs again draws the same.
    """

    policy: Policy
    agent: Agent
    tool: str
    random: bytes
    at: datetime

    @property
    def keys(self) -> tuple[str, ...]:
        """The tallies of those who may be asked, where the lot may fall on it; else none."""
        found = self._sampling
        if found is None or self._lot >= found.most_of(self.agent.name):
            return ()
        return tuple(samples_key(id_, self._day) for id_ in self._reviewers(found))

    def taken(self, request: Request, tallies: Mapping[str, Tally], roster: Roster) -> Sampled | None:
        """Who is asked to look at a request that has just opened; None is nobody.

        ``tallies`` are those of ``keys`` and of its build, this request counted in the latter. Of those who are there
        and have room left that day, it is who was asked least, and of those the one whose id comes first.
        """
        found, assessment = self._sampling, request.assessment
        if found is None or assessment.verdict.kind is not VerdictKind.ALLOW or assessment.level not in _LOOKED_AT:
            return None
        because = self._because(found, request, tallies)
        if because is None:
            return None
        asked = {id_: tallies[samples_key(id_, self._day)].count for id_ in self._reviewers(found)}
        able = [id_ for id_, count in asked.items() if count < found.each_day and away(roster, id_, self.at) is None]
        person = min(able, key=lambda id_: (asked[id_], id_), default=None)
        return None if person is None else Sampled(person, because, self._day)

    def _because(self, found: Sampling, request: Request, tallies: Mapping[str, Tally]) -> Because | None:
        if self._lot < found.share_of(self.agent.name):
            return Because.SHARE
        action, build = self.policy.action_for_tool(self.tool), request.assessment.context.build
        if action is None or build is None or not counts_build(action, build) or self._lot >= found.new_build_share:
            return None
        seen = tallies[build_key(action, self.agent.id, build)].count
        return Because.NEW_BUILD if seen <= found.new_build_first else None

    @property
    def _sampling(self) -> Sampling | None:
        action = self.policy.action_for_tool(self.tool)
        return None if action is None else action.sampling

    @property
    def _lot(self) -> float:
        """From 0 until just below 1."""
        drawn = sha256(b"sample" + self.random).digest()[: _BITS // 8]
        return int.from_bytes(drawn) / float(2**_BITS)

    @property
    def _day(self) -> str:
        return self.at.astimezone(self.policy.zone).date().isoformat()

    def _reviewers(self, found: Sampling) -> tuple[str, ...]:
        action = self.policy.action_for_tool(self.tool)
        if found.reviewers or action is None:
            return found.reviewers
        return tuple(sorted(self.policy.signers_of(action.owner, action.id)))
