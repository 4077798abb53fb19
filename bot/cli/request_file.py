"""One request as a readable file, or as JSON; sensitive values stay masked in both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.cards import plain
from bot.cards.masking import Masker, masked
from bot.cards.rows import value_text
from bot.cli.reading import shown
from bot.cli.request_facts import facts_line, facts_of
from bot.domain.events import EventRecord
from bot.domain.people import Actor
from bot.domain.requests import Request

Rows = Iterator[tuple[str, str]]


def request_file(request: Request, records: Sequence[EventRecord], agent: str) -> RenderableType:
    """Proposal, verdict with its reasons, decision, grant, outcome and events, for a terminal."""
    masker = Masker(request, frozenset())
    parts: list[RenderableType] = [Text(f"Request {request.id}: {request.status.replace('_', ' ')}", style="bold")]
    if request.erased:
        parts.append(Text("Its personal data was erased.", style="yellow"))
    sections = {
        "Proposal": _proposal(request, masker, agent),
        "Verdict": _verdict(request, masker),
        "Signed off": _decision(request, masker),
        "Afterwards": _afterwards(request, masker),
    }
    for title, rows in sections.items():
        held = list(rows)
        if held:
            parts += [Text(f"\n{title}", style="bold"), _grid(held)]
    return Group(*parts, Text("\nEvents", style="bold"), _events(records, request, agent))


def _proposal(request: Request, masker: Masker, agent: str) -> Rows:
    assessment, proposal = request.assessment, request.proposal
    yield (
        "action",
        f"{plain(assessment.title)} ({assessment.action_type}, {assessment.level}, {assessment.action_class})",
    )
    yield "tool", plain(proposal.tool) + (f" on {plain(proposal.server)}" if proposal.server else "")
    yield "agent", plain(agent)
    yield "opened", f"{shown(request.opened_at)}, to be decided by {shown(request.deadline_at)}"
    able = [id_ for id_ in (*request.routing.approvers, *request.widened) if id_ not in request.routing.barred]
    yield "owner", f"{plain(request.routing.owner_title)}; {', '.join(dict.fromkeys(able)) or 'nobody'} may sign"
    if assessment.amount is not None:
        yield "amount", str(assessment.amount)
    yield from _arguments(proposal.arguments, masker)
    if proposal.agent_reasoning:
        yield "reasoning", masker.text(proposal.agent_reasoning)
    context = assessment.context
    named = {"customer": context.customer_name or context.customer, "session": context.session, "model": context.model}
    for name, value in named.items():
        if value:
            yield name, masker.text(value)
    for question in request.questions:
        yield "asked", f"{_by(question.by)}, {shown(question.at)}: {masker.text(question.text)}"
        if question.answer is not None:
            yield "answered", f"{shown(question.answered_at)}: {masker.text(question.answer)}"


def _verdict(request: Request, masker: Masker) -> Rows:
    verdict = request.assessment.verdict
    yield "verdict", f"{verdict.kind}, under policy {verdict.policy_version}"
    for reason in verdict.reasons:
        yield f"  {reason.rule}", masker.text(reason.text)


def _decision(request: Request, masker: Masker) -> Rows:
    if request.claim is not None:
        until = f" until {shown(request.claim.until)}" if request.claim.until else ""
        yield "claimed", f"{_by(request.claim.by)}, {shown(request.claim.at)}{until}"
    decision = request.decision
    if decision is None:
        for actor in request.signatures:
            yield "signed", _by(actor)
        return
    yield "decision", f"{decision.kind.value.replace('_', ' ')} by {_by(decision.by)}, {shown(decision.at)}"
    if len(decision.signatures) > 1:
        yield "signatures", ", ".join(map(_by, decision.signatures))
    if decision.reason_code:
        yield "reason", decision.reason_code
    if decision.note:
        yield "note", masker.text(decision.note)
    if decision.origin:
        yield "signed on", f"request {decision.origin}, where these arguments were edited"
    yield from _arguments(decision.arguments or {}, masker)


def _afterwards(request: Request, masker: Masker) -> Rows:
    grant, outcome = request.grant, request.outcome
    if grant is not None:
        ended = f" {shown(grant.ended_at)}" if grant.ended_at else f" until {shown(grant.expires_at)}"
        moved = f" to request {grant.moved_to}" if grant.moved_to else ""
        yield "grant", f"{grant.status.value}{ended}{moved}"
    if outcome is not None:
        note = f": {masker.text(outcome.note)}" if outcome.note else ""
        yield "outcome", f"{outcome.status.value}, {shown(outcome.at)}{note}"


def _by(actor: Actor) -> str:
    where = f" on {actor.surface}" if actor.surface else ""
    return plain(f"{actor}{where}")


def _grid(rows: Sequence[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for name, value in rows:
        grid.add_row(Text(f"  {plain(name)}", style="dim"), Text(value))
    return grid


def _events(records: Sequence[EventRecord], request: Request, agent: str) -> Table:
    grid = Table.grid(padding=(0, 2))
    for record in records:
        what = record.type + (" (erased)" if record.payload is None else "")
        at = record.at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        who = f"agent {agent}" if record.actor == f"agent:{request.agent_id}" else record.actor
        by = f"{who} on {record.surface}" if record.surface else who
        facts = facts_line(record)
        told = Text(plain(f"{by}: {facts}" if facts else by))
        grid.add_row(Text(f"  {record.seq}", "dim"), Text(at, no_wrap=True), Text(what, no_wrap=True), told)
    return grid


def _arguments(values: Mapping[str, Any], masker: Masker) -> Rows:
    for name, value in values.items():
        text = value_text(value)
        yield f"  {name}", masked(text) if name in masker.hidden else masker.text(text)


def request_json(request: Request, records: Sequence[EventRecord], agent: str) -> dict[str, Any]:
    """The same for scripts."""
    masker = Masker(request, frozenset())
    events = [
        {"seq": record.seq, "at": record.at.isoformat(), "actor": record.actor, "surface": record.surface}
        | {"type": record.type, "digest": record.digest.hex(), "erased": record.payload is None}
        | ({"facts": facts} if (facts := facts_of(record)) else {})
        for record in records
    ]
    body = {"status": request.status, "agent": agent, **msgspec.to_builtins(request)}
    for arguments in (body["proposal"]["arguments"], (body.get("decision") or {}).get("arguments") or {}):
        for name in masker.hidden & arguments.keys():
            arguments[name] = masked(value_text(arguments[name]))
    told = _masked(body, masker) if masker.hidden else body
    return {"request": told, "masked": sorted(masker.hidden), "events": events}


def _masked(value: Any, masker: Masker) -> Any:  # noqa: ANN401 - any JSON
    """The same with the sensitive values masked in every text."""
    if isinstance(value, str):
        return masker.text(value)
    if isinstance(value, dict):
        return {name: _masked(item, masker) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item, masker) for item in value]
    return value
