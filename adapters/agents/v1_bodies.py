"""What our own API reads: AAP's proposal, with the names of the context as fields of their own, and queries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from adapters.agents.bodies import PROPOSAL_FIELDS, object_of, proposal_of, strict
from adapters.agents.instances import page_size
from bot.domain.jsontext import Json
from bot.domain.requests import DecisionKind, Proposal
from bot.errors import BadInput
from bot.policy.reading import NAMES, read_context
from bot.ports import RequestQuery

DEFAULT_TIMEOUT = "24h"
"""How long an agent waits that does not say; the policy shortens it."""
STATUSES = ("pending", *(kind.value for kind in DecisionKind))
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CURSOR = re.compile(r"-?[0-9]{1,17}:[0-9a-f-]{36}")
_FILTERS = {"status", "action_type", "customer", "opened_from", "opened_before", "order", "limit", "after"}
_MAX_FILTER = 500


def v1_proposal(body: Mapping[str, Any]) -> Proposal:
    """The proposal of a body; fields of the context's names are merged into it.

    Raises:
        BadInput: naming the field that can't be used, or that is given twice.
    """
    strict(body, (*PROPOSAL_FIELDS, *NAMES), ("tool", "arguments"))
    told = {name: body[name] for name in body if name in NAMES}
    for problem in read_context(told).problems:
        name, _, message = problem.partition(": ")
        raise BadInput(message, field=name, remedy="see /api/v1/openapi.json for its form")
    plain = {name: value for name, value in body.items() if name not in NAMES}
    if told:
        context = object_of(body.get("context", {}), "context")
        for name in told:
            if name in context:
                raise BadInput("is given twice, once in context", field=name, remedy="give it once")
        plain["context"] = {**context, **told}
    plain.setdefault("timeout", DEFAULT_TIMEOUT)
    return proposal_of(plain)


def digest_in(body: Mapping[str, Any]) -> str:
    """The digest that a redemption names.

    Raises:
        BadInput: when it is none.
    """
    strict(body, ("digest",), ("digest",))
    digest = body["digest"]
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise BadInput(
            "is no SHA-256 in lower-case hex", field="digest", remedy="hash the RFC 8785 text of the arguments"
        )
    return digest


def query_of(request: web.Request, *, agent_id: str, instance_id: str) -> RequestQuery:
    """Which of an instance's requests are asked for.

    Raises:
        BadInput: naming the parameter that can't be used.
    """
    query = request.query
    for name in query:
        if name not in _FILTERS:
            offer = ", ".join(sorted(_FILTERS))
            raise BadInput("is no parameter here", field=name[:100], remedy=f"the parameters are {offer}")
    statuses = tuple(query.getall("status", []))
    if unknown := set(statuses) - set(STATUSES):
        raise BadInput(f"{min(unknown)[:40]!r} is no status", field="status", remedy="send " + ", ".join(STATUSES))
    order = query.get("order", "newest")
    if order not in {"newest", "due"}:
        raise BadInput("is neither newest nor due", field="order", remedy="send one of them")
    after = cursor_of(request)
    return RequestQuery(
        statuses=statuses,
        agent_id=agent_id,
        instance_id=instance_id,
        action_type=_text(query.get("action_type"), "action_type"),
        customer=_text(query.get("customer"), "customer"),
        opened_from=_instant(query.get("opened_from"), "opened_from"),
        opened_before=_instant(query.get("opened_before"), "opened_before"),
        order=order,
        limit=page_size(request),
        after=after,
    )


def cursor_of(request: web.Request) -> str | None:
    """Where a page begins.

    Raises:
        BadInput: when it is no cursor of ours.
    """
    after = request.query.get("after")
    if after is not None and not _CURSOR.fullmatch(after):
        raise BadInput("is no cursor", field="after", remedy="send the `next` of the page before")
    return after


def _text(value: str | None, field: str) -> str | None:
    if value is not None and (not value or len(value) > _MAX_FILTER or "\x00" in value):
        raise BadInput(f"has to be 1 to {_MAX_FILTER} characters long", field=field, remedy="leave it out for all")
    return value


def _instant(value: str | None, field: str) -> datetime | None:
    return None if value is None else instant(value, field)


def instant(value: Json, field: str) -> datetime:
    """A time in UTC.

    Raises:
        BadInput: naming ``field``, when it is none that can be kept.
    """
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        if at is None:
            raise ValueError  # noqa: TRY301 - answered right below, with what could not be parsed
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput("is no RFC 3339 time", field=field, remedy="send one such as 2026-03-31T12:00:00Z") from error
