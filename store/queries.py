"""Queries over requests that are put together as they are asked, with SQLAlchemy's words over the SQLModel tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, literal, or_, select, tuple_
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql import Select

from bot.domain.events import micros
from bot.ports import ContactQuery, RequestQuery
from store.paging import place, size
from store.rows import shown
from store.sql import Sql, Value
from store.tables import Row

_requests = Row.metadata.tables["requests"].columns
_contacts = Row.metadata.tables["contacts"].columns
_agents = Row.metadata.tables["agents"].columns
_asyncpg: Any = asyncpg.dialect
_DIALECTS: dict[str, Any] = {"sqlite": sqlite.dialect(paramstyle="qmark"), "postgres": _asyncpg()}


def page_of_requests(query: RequestQuery, kind: str) -> tuple[Sql, tuple[Value, ...]]:
    """The statement and arguments for the states of a page and, to see whether there is a next one, one more.

    ``kind`` is the database's: ``sqlite`` or ``postgres``.

    Raises:
        BadInput: when the cursor is none.
    """
    due = query.order == "due"
    at = _requests["deadline_at"] if due else _requests["opened_at"]
    id_ = _requests["id"]
    found = select(_requests["state"]).where(*_conditions(query))
    if query.after is not None:
        here = tuple_(at, id_)
        moment, last = place(query.after)
        after = tuple_(literal(moment, BigInteger), literal(shown(last), Text))
        found = found.where(here > after if due else here < after)
    order = (at, id_) if due else (at.desc(), id_.desc())
    statement, values = _compiled(found.order_by(*order).limit(size(query.limit) + 1), kind)
    whole = query.customer is None and query.instance_id is None
    if (
        due and whole and query.statuses == ("pending",)
    ):  # SQLite would take the index by status, and sort all that is pending
        hinted = statement.sqlite.replace("FROM requests ", "FROM requests INDEXED BY ix_requests_pending ", 1)
        return Sql(hinted, statement.postgres), values
    return statement, values


def page_of_contacts(query: ContactQuery, kind: str) -> tuple[Sql, tuple[Value, ...]]:
    """The same for contacts.

    Raises:
        BadInput: when the cursor is none.
    """
    at, id_ = _contacts["contacted_at"], _contacts["id"]
    found = select(_contacts["state"])
    if query.customer is not None:
        found = found.where(_contacts["customer"] == shown(query.customer))
    if query.contacted_from is not None:
        found = found.where(at >= micros(query.contacted_from))
    if query.contacted_before is not None:
        found = found.where(at < micros(query.contacted_before))
    if query.after is not None:
        moment, last = place(query.after)
        found = found.where(tuple_(at, id_) > tuple_(literal(moment, BigInteger), literal(shown(last), Text)))
    return _compiled(found.order_by(at, id_).limit(size(query.limit) + 1), kind)


def _conditions(query: RequestQuery) -> Iterator[ColumnElement[bool]]:
    if query.statuses:
        # Written out: only then does a partial index show that it serves.
        written = [literal(shown(one), Text, literal_execute=True) for one in query.statuses]
        yield _requests["status"] == written[0] if len(written) == 1 else _requests["status"].in_(written)
    if query.owners is not None:
        yield _requests["owner"].in_(query.owners)
    equals = {
        "agent_id": query.agent_id,
        "instance_id": query.instance_id,
        "action_type": query.action_type,
        "customer": query.customer,
        "decided_by": query.decided_by,
        "sampled_for": query.sampled_for,
    }
    for name, value in equals.items():
        if value is not None:
            yield _requests[name] == shown(value)
    if query.feedback:
        yield _requests["feedback"].in_([shown(one) for one in query.feedback])
    if query.opened_from is not None:
        yield _requests["opened_at"] >= micros(query.opened_from)
    if query.opened_before is not None:
        yield _requests["opened_at"] < micros(query.opened_before)
    if query.decided_from is not None:
        yield _requests["decided_at"] >= micros(query.decided_from)
    if query.text:
        yield _reads(query.text)


def _reads(text: str) -> ColumnElement[bool]:
    wanted = shown(text).casefold()
    named = select(_agents["id"]).where(_agents["name"].contains(wanted, autoescape=True))
    return or_(_requests["search"].contains(wanted, autoescape=True), _requests["agent_id"].in_(named))


def _compiled(found: Select[Any], kind: str) -> tuple[Sql, tuple[Value, ...]]:
    compiled = found.compile(dialect=_DIALECTS[kind], compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    return Sql(compiled.string, compiled.string), values
