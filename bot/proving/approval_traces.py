"""Traces: what was proposed, shown, decided and run, as lines that the ``check`` of the package ``agentack`` judges.

The format is its trace schema, version 2 (agentack 0.6.3, ``docs/trace-format.md`` there). An action's ``tool`` says
what the gate made of it: ``held`` for a person, ``passed`` or ``refused`` by the policy; what has to be approved is
``held:*``. Its parameters are the arguments and their digest: as computed where it is proposed, as recorded where it is
shown and run, so that arguments that were changed on record are another action. An approval with edits denies what was
proposed; what was signed instead is an action of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson

from bot.domain import events as e
from bot.domain.events import EventRecord, event_of
from bot.domain.jsontext import digest
from bot.domain.requests import DecisionKind, GrantStatus, Request
from bot.domain.verdicts import VerdictKind
from bot.errors import BadInput
from bot.ports import Store
from bot.proving.exports import Span
from bot.recording import timestamp

MOST = 100_000
"""Lines that ``agentack`` reads of one file."""
POLICY = """version = 1

[approval]
max_age_seconds = 86400
single_use = true
exact_action_binding = true
stop_is_terminal = true
require_for = ["held:*"]
"""
"""What ``agentack check --policy`` is to be given with a trace."""
_SCHEMA = 2
_SESSION = "signoff"
_PAGE = 1000
_TOOLS = {VerdictKind.HOLD: "held", VerdictKind.ALLOW: "passed", VerdictKind.BLOCK: "refused"}
_EDITED = "/edited"
Line = dict[str, Any]


@dataclass(slots=True)
class Traced:
    """What a trace holds, and what it leaves out."""

    requests: int = 0
    lines: int = 0
    unfinished: int = 0
    """Requests that still wait, or whose approval may still be used: nothing can be said of their end."""
    erased: int = 0


async def export_trace(
    store: Store, file: BinaryIO, span: Span, *, progress: Callable[[int], None] | None = None
) -> Traced:
    """Write the trace of every request that was opened within a span and has come to its end.

    Raises:
        BadInput: when it would be longer than ``agentack`` reads.
    """
    tracing = _Tracing(store, span)
    last = None
    async for record in _records(store):
        async for line in tracing.lines(record):
            _write(file, tracing.done, line)
        last = record.at
        if progress is not None:
            progress(1)
    if tracing.done.lines:
        _write(file, tracing.done, {"type": "session_end", "timestamp": timestamp(last or span.since)})  # type: ignore[arg-type]  # there was a record, as there are lines
    return tracing.done


def _write(file: BinaryIO, done: Traced, line: Line) -> None:
    done.lines += 1
    if done.lines > MOST:
        raise BadInput(
            f"holds more than the {MOST:,} lines that agentack reads of a file",
            field="format",
            remedy="export a shorter time with --from and --to",
        )
    whole = {"schema_version": _SCHEMA, "session_id": _SESSION, **line}
    file.write(orjson.dumps(whole) + b"\n")


async def _records(store: Store) -> AsyncIterator[EventRecord]:
    position = 0
    while page := await store.all_events(after=position, limit=_PAGE):
        position = page[-1][0]
        for _, record in page:
            yield record


class _Tracing:
    def __init__(self, store: Store, span: Span) -> None:
        self._store = store
        self._span = span
        self._open: dict[str, _Told] = {}
        self.done = Traced()

    async def lines(self, record: EventRecord) -> AsyncIterator[Line]:
        """What follows from one event."""
        kind, _, id_ = record.stream.partition(":")
        if kind != "request":
            return
        if record.type == "request.opened" and self._span.holds(record.at):
            told = await self._begin(id_, record)
            if told is None:
                return
            self._open[id_] = told
        elif id_ not in self._open:
            return
        told = self._open[id_]
        for line in told.lines(record):
            yield line
        if told.ended:
            del self._open[id_]

    async def _begin(self, id_: str, record: EventRecord) -> _Told | None:
        request = await self._store.request(id_)
        if request is None or record.payload is None or request.erased:
            self.done.erased += 1
            return None
        if request.pending or (request.grant is not None and request.grant.status is GrantStatus.WAITING):
            self.done.unfinished += 1
            return None
        self.done.requests += 1
        return _Told(request, await self._signed(request))

    async def _signed(self, request: Request) -> Line | None:
        """The arguments that a person signed on another request, which this one asks for; with their digest."""
        origin = request.decision.origin if request.decision is not None else None
        if origin is None:
            return None
        for record in await self._store.events(f"request:{origin}"):
            event = event_of(record) if record.payload is not None else None
            if isinstance(event, e.Decided) and event.grant is not None:
                return {"arguments": event.decision.arguments, "digest": event.grant.digest}
        return {"arguments": {}, "digest": "gone"}


class _Told:
    """One request as it is told, event by event."""

    def __init__(self, request: Request, signed: Line | None) -> None:
        self._id = request.id
        self._signed = signed
        origin = request.decision.origin if request.decision is not None else None
        self._intent = origin or request.id
        self._tool = "held" if signed is not None else _TOOLS[request.assessment.verdict.kind]
        self._operation = request.proposal.tool
        self._resource = request.assessment.action_type
        self._arguments: dict[str, Any] = {}
        self._decided: e.Decided | None = None
        self.ended = False

    def lines(self, record: EventRecord) -> Iterator[Line]:
        """What follows from one of its events."""
        event = event_of(record)
        at = timestamp(record.at)
        if isinstance(event, e.Opened):
            self._arguments = event.proposal.arguments
            computed = {"arguments": self._arguments, "digest": digest(self._arguments)}
            yield self._line("action_proposed", at, action=self._action(computed))
            if self._tool == "held" and self._signed is None:
                shown = {"arguments": self._arguments, "digest": event.digest}
                yield self._line("approval_requested", at, approval_id=self._id, action=self._action(shown))
        elif isinstance(event, e.Decided):
            self._decided = event
            yield from self._decision(event, at)
        elif isinstance(event, e.Redeemed):
            self.ended = True
            yield from self._run(at)
        elif isinstance(event, e.Lapsed | e.Revoked | e.GrantMoved):
            self.ended = True
            if not self._edited:
                yield self._blocked(at, record.type)

    @property
    def _edited(self) -> bool:
        return self._decided is not None and self._decided.decision.kind is DecisionKind.APPROVED_WITH_EDITS

    def _decision(self, event: e.Decided, at: str) -> Iterator[Line]:
        kind, grant = event.decision.kind, event.grant
        if self._signed is not None and grant is not None:
            yield self._line("approval_requested", at, approval_id=self._id, action=self._action(self._signed))
        allowed = kind is DecisionKind.APPROVED and grant is not None
        if self._tool == "held":
            more = {"expires_at": timestamp(grant.expires_at)} if allowed and grant is not None else {}
            said = "allow" if allowed else "deny"
            yield self._line("approval_decision", at, approval_id=self._id, decision=said, **more)
        if not allowed:
            self.ended = not self._edited
            yield self._blocked(at, kind.value)

    def _run(self, at: str) -> Iterator[Line]:
        grant = None if self._decided is None else self._decided.grant
        recorded = "none" if grant is None else grant.digest
        if not self._edited or self._decided is None or grant is None:
            ran = self._action({"arguments": self._arguments, "digest": recorded})
            approval = {"approval_id": self._id} if self._tool == "held" else {}
            yield self._line("action_executed", at, **approval, action=ran)
            return
        arguments = self._decided.decision.arguments or {}
        name = self._id + _EDITED
        computed = self._action({"arguments": arguments, "digest": digest(arguments)})
        signed = self._action({"arguments": arguments, "digest": recorded})
        decided = timestamp(self._decided.decision.at)
        yield self._line("action_proposed", decided, name, action=computed)
        yield self._line("approval_requested", decided, name, approval_id=name, action=signed)
        expires = timestamp(grant.expires_at)
        yield self._line("approval_decision", decided, name, approval_id=name, decision="allow", expires_at=expires)
        yield self._line("action_executed", at, name, approval_id=name, action=signed)

    def _blocked(self, at: str, reason: str) -> Line:
        approval = {"approval_id": self._id} if self._tool == "held" else {}
        return self._line("action_blocked", at, **approval, reason=reason)

    def _action(self, parameters: Line) -> Line:
        return {
            "tool": self._tool, "operation": self._operation, "resource": self._resource, "parameters": parameters
        }  # fmt: skip

    def _line(self, type_: str, at: str, action_id: str | None = None, **more: Any) -> Line:  # noqa: ANN401 - any JSON
        return {
            "type": type_, "timestamp": at, "action_id": action_id or self._id, "intent_id": self._intent, **more
        }  # fmt: skip
