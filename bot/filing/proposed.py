"""What was proposed, on what it rested, and who proposed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.cards.amounts import money_text
from bot.cards.plaintext import plain, words
from bot.cards.rows import value_text
from bot.domain import events as e
from bot.domain.fields import Field, FieldKind
from bot.domain.requests import Context, Request
from bot.filing.case import Case, when
from bot.filing.shape import Entry

LEVELS = {
    "draft": "draft: it suggests words, and changes nothing by itself",
    "recommend": "recommend: it suggests a decision, and changes nothing by itself",
    "commit": "commit: it changes what a customer has",
}


def proposed(case: Case, request: Request) -> Iterator[Entry]:
    """The action with its arguments."""
    assessment, proposal = request.assessment, request.proposal
    opened = case.refs("request.opened")
    yield Entry("Action", f"{plain(assessment.title)} ({plain(assessment.action_type)})", opened)
    yield Entry("Kind of change", f"class {assessment.action_class}, level {LEVELS[assessment.level.value]}", opened)
    server = f" on {plain(proposal.server)}" if proposal.server else ""
    yield Entry("Tool", plain(proposal.tool) + server, opened)
    if assessment.amount is not None:
        yield Entry("Amount", money_text(assessment.amount), opened)
    yield from (
        Entry(f"Argument: {title}", text, opened) for title, text in arguments(proposal.arguments, request).values()
    )
    if proposal.agent_reasoning:
        yield Entry("The agent's reasoning", plain(proposal.agent_reasoning), opened, claim=True)
    if request.digest:
        yield Entry("Digest of the arguments", request.digest, opened)


def arguments(values: Mapping[str, Any], request: Request) -> dict[str, tuple[str, str]]:
    """By name, what an argument is called and its value as text, the policy's fields first."""
    fields = {field.name: field for field in request.routing.fields}
    found: dict[str, tuple[str, str]] = {}
    for name in dict.fromkeys((*fields, *values)):
        if name in values:
            field = fields.get(name) or Field(name, words(name))
            found[name] = (plain(field.title), _value(values[name], field.kind, request))
    return found


def _value(value: Any, kind: FieldKind, request: Request) -> str:  # noqa: ANN401 - any JSON
    amount = request.assessment.amount
    return plain(value_text(value, kind, None if amount is None else amount.currency)) or "(empty)"


def inputs(case: Case, request: Request) -> Iterator[Entry]:
    """What the agent said of the case besides."""
    opened, context = case.refs("request.opened"), request.assessment.context
    plainly: dict[str, Any] = {
        "Customer": context.customer_name or context.customer,
        "Customer's id": context.customer if context.customer_name else None,
        "On behalf of": context.on_behalf_of,
        "Session": context.session,
        "Language": context.language,
        "Region": context.region,
        "Segment": context.segment,
        "Confidence": None if context.confidence is None else f"{context.confidence:g}",
        "Vulnerable customer": "yes" if context.vulnerable else None,
        "Regulated complaint": "yes" if context.regulated_complaint else None,
    }
    yield from (Entry(label, plain(str(text)), opened) for label, text in plainly.items() if text)
    lists = {
        "Evidence": context.evidence,
        "Policy cited": context.citations,
        "Signals that disagree": context.mismatches,
        "The customer's words": context.transcript,
        "What could not be read": context.problems,
    }
    for label, texts in lists.items():
        yield from (Entry(label, plain(text), opened, claim=label == "The customer's words") for text in texts)
    for name, value in context.signals.items():
        yield Entry(f"Signal: {words(name)}", plain(value_text(value)), opened)
    yield from _rest(request, opened)


_READ = frozenset(Context.__struct_fields__) - {"answer"}
"""What is said in a line of its own; the rest of what was sent follows."""


def _rest(request: Request, opened: tuple[str, ...]) -> Iterator[Entry]:
    for name, value in (request.proposal.context or {}).items():
        if name not in _READ:
            yield Entry(f"Also sent: {words(name)}", plain(value_text(value)), opened, claim=True)


def author(case: Case, request: Request) -> Iterator[Entry]:
    """The agent, with what it said of itself."""
    opened, context = case.refs("request.opened"), request.assessment.context
    made = tuple(one.ref for one in case.others if isinstance(one.event, e.AgentCreated))
    name = case.people.agent(request.agent_id)
    yield Entry("Agent", f"{name} ({request.agent_id})" if name else request.agent_id, (*opened, *made))
    for one in case.others:
        if isinstance(event := one.event, e.AgentCreated):
            yield Entry("Answers for it", plain(event.agent.owner_email), made)
    yield Entry("Instance", request.instance_id, opened)
    yield Entry("Model", plain(context.model) if context.model else "not said", opened)
    yield Entry("Build", plain(context.build) if context.build else "not said", opened)
    yield Entry("Proposed", when(request.opened_at), opened)
