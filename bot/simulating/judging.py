"""Judging: proposals of a file through the real gate, in the order of their times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from random import Random

from bot.domain.verdicts import VerdictKind
from bot.policy.document import Policy
from bot.replaying.judging import Arrivals, Replay
from bot.simulating.arrivals_file import Entry
from bot.simulating.arriving import Arrival, Passed


def judged(
    entries: Iterable[Entry], policy: Policy, start: datetime, end: datetime, seed: int
) -> Iterator[Arrival | Passed]:
    """Those from ``start`` on and before ``end``, with the verdict of the gate or, where that is given, as held.

    Tries, caps and usual amounts are counted along, from nothing; what is held keeps its share of the caps.
    """
    chance = Random(seed)  # noqa: S311 - a simulation is repeated from its seed
    replay = Replay(policy, Arrivals(start, 1.0))
    for entry in entries:
        quantile = chance.random()
        if not start <= entry.at < end:
            continue
        assessment = entry.assessment or replay.judge_proposal(entry.proposal, entry.at)
        kind = assessment.verdict.kind
        if kind is VerdictKind.HOLD:
            yield Arrival(entry.at, entry.proposal, assessment, quantile)
        else:
            yield Passed(entry.at, blocked=kind is VerdictKind.BLOCK)
