"""Searching every request that its reader may see: by words, person, team, action, state, amount and day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from adapters.desk.listing import address, chosen, drawn
from adapters.desk.workroom import VISITOR, WORKROOM
from bot.cards.plaintext import words
from bot.domain.money import decimal_of
from bot.domain.requests import DecisionKind
from bot.errors import BadInput
from bot.listing import Listed, list_requests
from bot.policy.document import Policy
from bot.ports import RequestQuery
from bot.receiving import may_see

STATES = ("pending", *(kind.value for kind in DecisionKind))
LONGEST_TEXT = 200
TYPED = ("q", "agent", "least", "most", "since", "until")
_EARLIEST, _LATEST = date(2000, 1, 1), date(9998, 1, 1)


class _Asked(msgspec.Struct, frozen=True):
    """What was asked for, and what of it can't be used, by the input's name."""

    query: RequestQuery
    kept: dict[str, str]
    problems: dict[str, str]


async def search(request: web.Request) -> web.StreamResponse:
    """``GET /desk/search``: nothing is looked for until something is asked; a mistake is said beside its input."""
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now, person = room.policy(), room.clock.now(), visitor.person
    agents = {agent.id: agent.name for agent in await room.store.agents()}
    asked = _asked(request, chosen(request, room), policy, set(agents))
    found = Listed((), None)
    if asked.kept and not asked.problems:
        found = await list_requests(room.store, asked.query, lambda one: may_see(one, person))
    return room.pages.show(
        "search.html",
        status=422 if asked.problems else 200,
        now=now,
        zone=policy.zone,
        visitor=visitor,
        asked=asked,
        items=drawn(found.items, policy, person, now, room.pausing.now()),
        more=address("/desk/search", asked.kept, {"after": found.next}) if found.next else None,
        first=address("/desk/search", asked.kept) if asked.query.after else None,
        cut=found.cut,
        states=[(state, words(state)) for state in STATES],
        people=sorted(((one.id, one.name) for one in policy.people.values()), key=lambda one: one[1]),
        owners=[(one.id, one.title) for one in policy.owners.values()],
        actions=[(one.id, one.title) for one in policy.actions.values()],
        agents=sorted(agents.items(), key=lambda one: one[1]),
        currency=policy.currency,
    )


def _asked(request: web.Request, filters: dict[str, str], policy: Policy, agents: set[str]) -> _Asked:
    typed = {name: request.query.get(name, "").strip() for name in TYPED}
    state = request.query.get("state", "")
    problems: dict[str, str] = {}
    if len(typed["q"]) > LONGEST_TEXT:
        problems["q"] = f"Is longer than {LONGEST_TEXT} characters: write the words that matter."
    if typed["agent"] and typed["agent"] not in agents:
        typed["agent"] = ""
    least, most = (_amount(typed[name], name, problems) for name in ("least", "most"))
    since, until = (_day(typed[name], name, problems) for name in ("since", "until"))
    if least is not None and most is not None and least > most:
        problems["most"] = "Is less than the least: write the larger one here."
    if since is not None and until is not None and since > until:
        problems["until"] = "Is before the first day: write the later one here."
    query = RequestQuery(
        statuses=(state,) if state in STATES else (),
        owners=(filters["owner"],) if "owner" in filters else None,
        action_type=filters.get("action"),
        agent_id=typed["agent"] or None,
        person=filters.get("by"),
        text=typed["q"] or None,
        amount_from=least,
        amount_to=most,
        opened_from=None if since is None else _midnight(since, policy.zone),
        opened_before=None if until is None else _midnight(until + timedelta(days=1), policy.zone),
        after=request.query.get("after") or None,
    )
    kept = {**typed, **filters, "state": state if state in STATES else ""}
    return _Asked(query, {name: value for name, value in kept.items() if value}, problems)


def _amount(text: str, name: str, problems: dict[str, str]) -> Decimal | None:
    if not text:
        return None
    try:
        return decimal_of(text.replace(",", "").replace("_", ""), field=name)
    except BadInput:
        problems[name] = "Is no amount: write a number such as 120.50."
    return None


def _day(text: str, name: str, problems: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        problems[name] = "Is no day: write one such as 2026-03-31."
        return None
    if not _EARLIEST <= day < _LATEST:
        problems[name] = "Is out of reach: write a day of this century."
        return None
    return day


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
