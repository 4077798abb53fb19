"""Running counts: which ones a proposal looks at, what it reserves of the caps, and whether that still fits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.domain.money import Money
from bot.domain.requests import Context
from bot.domain.spelling import spelled
from bot.domain.veiling import veiled
from bot.domain.verdicts import Reason, Reservation, Tally, VerdictKind
from bot.policy.document import Action, Cap, Policy

CUSTOMER_DAY = "customer_day"
AGENT_HOUR = "agent_hour"
_LONGEST = 80


@lru_cache(maxsize=8192)
def quoted(name: str) -> str:
    """A name as part of a key: two names never give the same text, and none holds a colon."""
    if name.isascii() and name.isalnum() and len(name) <= _LONGEST:
        return name
    safe = quote(name, safe="", errors="surrogatepass")
    return safe if len(safe) <= _LONGEST else "=" + hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()


@lru_cache(maxsize=8192)
def pseudonym(name: str, veil: bytes = b"") -> str:
    """A customer's or session's place in a key, which does not say who it is: keys outlive the erasing of a request.

    Only whoever has the key ``veil`` can find it by the name.
    """
    return veiled("tally", name, veil)


def customer_pseudonym(policy: Policy, customer: str) -> str:
    """What stands for a customer, however they are spelled, in what outlives the erasing of their data."""
    return pseudonym(spelled(customer), policy.veil)


@lru_cache(maxsize=64)
def _day(zone: ZoneInfo, minute: datetime) -> str:
    """The date that it is there at the start of this minute, and until its end: no zone changes within one."""
    return minute.astimezone(zone).date().isoformat()


@lru_cache(maxsize=64)
def _hour(minute: datetime) -> str:
    return minute.astimezone(UTC).strftime("%Y-%m-%dT%H")


def customer_day_key(policy: Policy, action: Action, customer: str, now: datetime) -> str:
    """The count of a customer's day, in the policy's time zone; however the customer is spelled."""
    day = _day(policy.zone, now.replace(second=0, microsecond=0))
    return f"cap:{CUSTOMER_DAY}:{action.id}:{action.currency}:{customer_pseudonym(policy, customer)}:{day}"


def agent_hour_key(action: Action, agent_id: str, now: datetime) -> str:
    """The count of an agent's clock hour, UTC."""
    hour = _hour(now.replace(second=0, microsecond=0))
    return f"cap:{AGENT_HOUR}:{action.id}:{action.currency}:{quoted(agent_id)}:{hour}"


def tries_key(policy: Policy, action: Action, session: str) -> str:
    """How often the action was tried in a session."""
    return f"tries:{action.id}:{pseudonym(session, policy.veil)}"


def amounts_key(policy: Policy, action: Action, whose: str, name: str) -> str:
    """The amounts proposed by or for an ``agent``, ``session`` or ``customer`` (however it is spelled)."""
    if whose != "agent":
        name = customer_pseudonym(policy, name) if whose == "customer" else pseudonym(name, policy.veil)
    return f"amounts:{whose}:{action.id}:{action.currency}:{quoted(name)}"


def build_key(action: Action, agent_id: str, build: str) -> str:
    """How many requests of an action one build of an agent has made, where its first ones are looked at more often."""
    return f"build:{action.id}:{quoted(agent_id)}:{quoted(build)}"


def counts_build(action: Action, build: str | None) -> bool:
    """Whether the requests of a build are counted for this action."""
    return build is not None and action.sampling is not None and action.sampling.new_build_first > 0


def counts_customer_day(action: Action) -> bool:
    """Whether a customer's day is counted for this action."""
    return action.caps.per_customer_day is not None or not action.looks_at.isdisjoint(
        ("history.customer_day_total", "history.customer_day_count")
    )


def counts_agent_hour(action: Action) -> bool:
    """Whether an agent's hour is counted for this action."""
    return action.caps.per_agent_hour is not None or "history.agent_hour_count" in action.looks_at


def reserve_for(
    policy: Policy, action_type: str, agent_id: str, context: Context, amount: Money | None, now: datetime
) -> tuple[Reservation, ...]:
    """What a request of this action type holds of the caps: one reservation a period that is counted.

    Nothing where the action type is unknown, or where the action names an amount and there is none in its currency.
    """
    action = policy.actions.get(action_type)
    if action is None or (action.amount is not None and (amount is None or amount.currency != action.currency)):
        return ()
    value = Decimal(0) if amount is None else amount.amount
    reservations = []
    if counts_customer_day(action) and context.customer is not None:
        reservations.append(Reservation(customer_day_key(policy, action, context.customer, now), 1, value))
    if counts_agent_hour(action):
        reservations.append(Reservation(agent_hour_key(action, agent_id, now), 1, value))
    return tuple(reservations)


def fits(
    policy: Policy,
    action: Action | str,
    reservations: Iterable[Reservation],
    tallies: Mapping[str, Tally],
    *,
    amount: Money | None = None,
) -> list[Reason]:
    """A blocking reason for each cap that these reservations, on top of the tallies, would pass; empty when all fit.

    For a request that holds reservations already, give the tallies without them (``Tally.reserve(it, -1)``). With
    ``amount`` the cap of one action is checked as well.

    Raises:
        LookupError: when a tally is not given.
    """
    found = policy.actions.get(action) if isinstance(action, str) else action
    if found is None:
        return []
    reasons = []
    most = found.caps.per_action
    if amount is not None and most is not None and amount.amount > most:
        reasons.append(_passed("per_action", most, Decimal(0), amount.amount, found.currency))
    for reservation in reservations:
        tally = tallies[reservation.key]
        if reservation.key.startswith(f"cap:{CUSTOMER_DAY}:"):
            reasons += _check("per_customer_day", found.caps.per_customer_day, tally, reservation, found.currency)
        elif reservation.key.startswith(f"cap:{AGENT_HOUR}:"):
            reasons += _check("per_agent_hour", found.caps.per_agent_hour, tally, reservation, found.currency)
    return reasons


def _check(name: str, cap: Cap | None, tally: Tally, asked: Reservation, currency: str) -> list[Reason]:
    reasons: list[Reason] = []
    if cap is None:
        return reasons
    if cap.amount is not None and tally.total + asked.amount > cap.amount:
        reasons.append(_passed(name, cap.amount, tally.total, asked.amount, currency))
    if cap.actions is not None and tally.count + asked.count > cap.actions:
        reasons.append(_passed(name, Decimal(cap.actions), Decimal(tally.count), Decimal(asked.count), "actions"))
    return reasons


_PERIODS = {"per_action": "one action", "per_customer_day": "a customer a day", "per_agent_hour": "an agent an hour"}


def _passed(name: str, cap: Decimal, used: Decimal, asked: Decimal, unit: str) -> Reason:
    text = f"The cap for {_PERIODS[name]} is {cap} {unit}; {used} is used, {asked} is asked."
    if name == "per_action":
        text = f"The cap for one action is {cap} {unit}; {asked} is asked."
    compared = {"cap": str(cap), "used": str(used), "asked": str(asked), "unit": unit}
    return Reason(f"cap.{name}", VerdictKind.BLOCK, text, compared)
