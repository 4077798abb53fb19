"""Ledgers, and what stands in those of holds and pauses."""

from __future__ import annotations

from datetime import datetime

from bot.domain import events as e
from bot.domain.agents import Ledger
from bot.domain.holds import HOLDS, Hold, with_hold, without_hold
from bot.domain.pauses import PAUSES, Pause, with_pause, without
from bot.domain.people import Actor


def apply_ledger(state: Ledger | None, event: e.Event, id_: str, at: datetime, actor: Actor) -> Ledger:
    """The ledger with one more fact."""
    count = 1 if state is None else state.count + 1
    if id_ == HOLDS:
        return Ledger(id_, count, holds=apply_holds(() if state is None else state.holds, event, at, actor.id))
    if id_ != PAUSES:
        return Ledger(id_, count)
    standing = () if state is None else state.pauses
    return Ledger(id_, count, None if standing is None else apply_pauses(standing, event, at, actor.id))


def apply_holds(standing: tuple[Hold, ...], event: e.Event, at: datetime, by: str) -> tuple[Hold, ...]:
    """What must not be erased after one more fact of the ledger of legal holds."""
    if isinstance(event, e.Held):
        return with_hold(standing, Hold(event.hold, event.scope, by, event.reason, at))
    return without_hold(standing, event.hold) if isinstance(event, e.HoldEnded) else standing


def apply_pauses(standing: tuple[Pause, ...], event: e.Event, at: datetime, by: str) -> tuple[Pause, ...]:
    """What is stopped after one more fact of the ledger of pauses."""
    if isinstance(event, e.Paused):
        return with_pause(standing, Pause(event.scope, by, event.reason, at, event.until, event.freeze, event.alarm))
    return without(standing, event.scope) if isinstance(event, e.Resumed) else standing
