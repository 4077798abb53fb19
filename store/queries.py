"""Queries over requests that are put together as they are asked, with SQLAlchemy's words over the SQLModel tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, column, literal, or_, select, table, text, tuple_
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql import Select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from bot.domain.events import micros
from bot.ports import ContactQuery, RequestQuery
from bot.recording import Wanted
from store.indexing import EACH, SPILLED
from store.paging import place, size
from store.rows import shown
from store.sql import Sql, Value
from store.tables import Row

_requests = Row.metadata.tables["requests"].columns
_contacts = Row.metadata.tables["contacts"].columns
_due = Row.metadata.tables["words_due"].columns
_fts = table("request_words", column("rowid", BigInteger), column("id", Text))
_gin = table("request_words", column("opened_at", BigInteger), column("id", Text), column("words"))
_asyncpg: Any = asyncpg.dialect
Columns = ReadOnlyColumnCollection[str, Any]
_DIALECTS: dict[str, Any] = {"sqlite": sqlite.dialect(paramstyle="qmark"), "postgres": _asyncpg()}


def page_of_requests(query: RequestQuery, said: Wanted, kind: str) -> tuple[Sql, tuple[Value, ...]]:
    """The statement and arguments for the states of a page and, to see whether there is a next one, one more.

    ``said`` are the words that must be among a request's. ``kind`` is the database's: ``sqlite`` or ``postgres``.

    Raises:
        BadInput: when the cursor is none.
    """
    due = query.order == "due"
    at = _requests["deadline_at"] if due else _requests["opened_at"]
    id_ = _requests["id"]
    found = select(_requests["state"]).where(*_conditions(query), *_after(query), *_worded(said))
    order = (at, id_) if due else (at.desc(), id_.desc())
    statement, values = _compiled(found.order_by(*order).limit(size(query.limit) + 1), kind)
    whole = query.customer is None and query.instance_id is None
    if (
        due and whole and query.statuses == ("pending",)
    ):  # SQLite would take the index by status, and sort all that is pending
        hinted = statement.sqlite.replace("FROM requests ", "FROM requests INDEXED BY ix_requests_pending ", 1)
        return Sql(hinted, statement.postgres), values
    return statement, values


def newest_hits(query: RequestQuery, said: Wanted, walked: int, kind: str) -> tuple[Sql, tuple[Value, ...]]:
    """Time and id of what is found among so many requests, the newest of the time that is asked for."""
    at, id_ = _requests["opened_at"], _requests["id"]
    columns = [column for column in _requests if column.name not in {"state", "head"}]
    part = select(*columns).where(*_within(query, at)).order_by(at.desc(), id_.desc()).limit(walked).subquery("newest")
    found = select(part.c.opened_at, part.c.id).where(
        *_conditions(query, part.c), *_after(query, part.c), *_worded(said, part.c)
    )
    return _newest_of(found, part.c, query, kind)


def waiting_hits(query: RequestQuery, said: Wanted, kind: str) -> tuple[Sql, tuple[Value, ...]]:
    """The same among the requests that are not in the index, or not as they are now."""
    inner = select(_requests["opened_at"], _requests["id"]).where(
        _requests["id"].in_(select(_due["id"])), *_conditions(query), *_after(query), *_worded(said)
    )
    # An offset of its own: the planner would look through all requests, the newest first, for the few that wait.
    part = inner.offset(0).subquery("waiting")
    return _newest_of(select(part.c.opened_at, part.c.id), part.c, query, kind)


def hits_in_sqlite(query: RequestQuery, match: str, wanted: int) -> tuple[Sql, tuple[Value, ...]]:
    """The same among those that the index has, in its order, which is that of time; ids do not decide in it."""
    number = _fts.c.rowid
    found = (
        select(_requests["opened_at"], _requests["id"])
        .select_from(_fts.join(Row.metadata.tables["requests"], _requests["id"] == _fts.c.id))
        .where(text("request_words MATCH :match").bindparams(match=match), _up_to_date(_fts.c.id))
        .where(*_ranges(query), *_after(query))
    )
    since, before = _span(query)
    if since is not None:
        found = found.where(number >= since * EACH)
    if before is not None:
        found = found.where(number < (before + SPILLED) * EACH)
    return _compiled(found.order_by(number.desc()).limit(wanted), "sqlite")


def hits_in_postgres(query: RequestQuery, match: str) -> tuple[Sql, tuple[Value, ...]]:
    """The same among those that the index has."""
    at, id_ = _gin.c.opened_at, _gin.c.id
    inner = select(at, id_).where(
        text("words @@ CAST(:match AS tsquery)").bindparams(match=match), _up_to_date(id_), *_within(query, at)
    )
    # An offset of its own keeps the planner from looking through all requests instead, the newest first, and from
    # joining everything with everything: what it thinks of how many there are is guessed.
    part = inner.order_by(at.desc(), id_.desc()).offset(0).subquery("hits")
    found = select(part.c.opened_at, part.c.id).where(*_after(query, part.c))
    ranges = list(_ranges(query))
    if ranges:
        held = select(literal(1)).where(_requests["id"] == part.c.id, *ranges).offset(0).lateral("held")
        found = found.select_from(part.join(held, literal(1) == 1))
    return _newest_of(found, part.c, query, "postgres")


def _up_to_date(id_: ColumnElement[str]) -> ColumnElement[bool]:
    """That the index has a request as it is: what changed since waits, and is looked at by itself."""
    return ~select(_due["id"]).where(_due["id"] == id_).exists()


def _newest_of(found: Select[Any], of: Columns, query: RequestQuery, kind: str) -> tuple[Sql, tuple[Value, ...]]:
    ordered = found.order_by(of["opened_at"].desc(), of["id"].desc())
    return _compiled(ordered.limit(size(query.limit) + 1), kind)


def _within(query: RequestQuery, at: ColumnElement[int]) -> Iterator[ColumnElement[bool]]:
    since, before = _span(query)
    if since is not None:
        yield at >= since
    if before is not None:
        yield at <= before


def _span(query: RequestQuery) -> tuple[int | None, int | None]:
    """From which microsecond to which, both included, what is found was opened. Nothing is decided before that."""
    since = None if query.opened_from is None else micros(query.opened_from)
    ends = [micros(one) for one in (query.opened_before, query.decided_before) if one is not None]
    if query.after is not None:
        ends.append(place(query.after)[0])
    return since, min(ends, default=None)


def page_of_contacts(query: ContactQuery, kind: str) -> tuple[Sql, tuple[Value, ...]]:
    """The same for contacts.

    Raises:
        BadInput: when the cursor is none.
    """
    at, id_ = _contacts["contacted_at"], _contacts["id"]
    found = select(_contacts["state"])
    if query.customer is not None:
        found = found.where(_contacts["customer"] == shown(query.customer))
    if query.named:
        found = found.where(_contacts["customer"].is_not(None))
    if query.contacted_from is not None:
        found = found.where(at >= micros(query.contacted_from))
    if query.contacted_before is not None:
        found = found.where(at < micros(query.contacted_before))
    if query.after is not None:
        moment, last = place(query.after)
        found = found.where(tuple_(at, id_) > tuple_(literal(moment, BigInteger), literal(shown(last), Text)))
    return _compiled(found.order_by(at, id_).limit(size(query.limit) + 1), kind)


def _conditions(query: RequestQuery, of: Columns = _requests) -> Iterator[ColumnElement[bool]]:
    if query.statuses:
        # Written out: only then does a partial index show that it serves.
        written = [literal(shown(one), Text, literal_execute=True) for one in query.statuses]
        yield of["status"] == written[0] if len(written) == 1 else of["status"].in_(written)
    if query.owners is not None:
        yield of["owner"].in_(query.owners)
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
            yield of[name] == shown(value)
    if query.feedback:
        yield of["feedback"].in_([shown(one) for one in query.feedback])
    yield from _ranges(query, of)


def _ranges(query: RequestQuery, of: Columns = _requests) -> Iterator[ColumnElement[bool]]:
    times = (
        ("opened_at", query.opened_from, query.opened_before),
        ("decided_at", query.decided_from, query.decided_before),
    )
    for name, since, before in times:
        if since is not None:
            yield of[name] >= micros(since)
        if before is not None:
            yield of[name] < micros(before)
    if query.amount_from is not None:
        yield of["amount"] >= float(query.amount_from)
    if query.amount_to is not None:
        yield of["amount"] <= float(query.amount_to)


def _after(query: RequestQuery, of: Columns = _requests) -> Iterator[ColumnElement[bool]]:
    if query.after is not None:
        due = query.order == "due"
        here = tuple_(of["deadline_at" if due else "opened_at"], of["id"])
        moment, last = place(query.after)
        after = tuple_(literal(moment, BigInteger), literal(shown(last), Text))
        yield here > after if due else here < after


def _worded(said: Wanted, of: Columns = _requests) -> Iterator[ColumnElement[bool]]:
    """That a request has these words. They hold nothing that LIKE takes for something else."""
    for group in said:
        yield or_(*(of["search"].like(f"%{one.written}%") for one in group))


def _compiled(found: Select[Any], kind: str) -> tuple[Sql, tuple[Value, ...]]:
    compiled = found.compile(dialect=_DIALECTS[kind], compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    return Sql(compiled.string, compiled.string), values
