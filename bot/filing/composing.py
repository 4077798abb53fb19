"""Composing: the statements of a file, made of its events and of nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from bot.cards.amounts import money_text
from bot.cards.plaintext import plain
from bot.domain.people import ActorKind
from bot.domain.requests import DecisionKind, Request
from bot.domain.verdicts import VerdictKind
from bot.errors import BadInput
from bot.filing import after, judged, proposed, seen, signed
from bot.filing.case import Case, told_of, when
from bot.filing.shape import Entry, Section, Statement, Withheld
from bot.proving.lines import EventLine
from bot.recording import stream_of

_Say = Callable[[Case, Request], Iterator[Entry]]
_SECTIONS: tuple[tuple[str, str, _Say, str | None, str | None], ...] = (
    ("proposed", "What was proposed", proposed.proposed, None, None),
    (
        "inputs",
        "On what inputs",
        proposed.inputs,
        "What the agent sent along. Signoff shows it as it came and did not check whether it is true.",
        "The agent sent nothing along.",
    ),
    ("agent", "Who proposed it", proposed.author, "Model and build are what the agent says of itself.", None),
    (
        "verdict",
        "What the policy said",
        judged.judged,
        "The policy is a file of rules. Every rule that spoke is listed with the values that it compared.",
        None,
    ),
    ("routing", "Whose decision it was, and by when", judged.routed, "As it stood last.", None),
    ("seen", "Who saw it", seen.seen, seen.SEEN, "Nothing is recorded of anybody seeing it."),
    ("questions", "Questions to the agent", seen.asked, None, "None was asked."),
    ("handling", "While it waited", seen.handled, None, "Nothing else happened while it waited."),
    (
        "signatures",
        "Who signed",
        signed.signed,
        "The limit is the largest amount that the person could sign, by the policy that was in use at that moment.",
        None,
    ),
    ("edits", "What was changed before it was approved", signed.edited, None, "Nothing was changed."),
    ("run", "What became of it", signed.granted, None, None),
    ("feedback", "What was learned", after.learned, None, "Nothing was recorded to be learned."),
    (
        "pauses",
        "Pauses that touched it",
        after.paused,
        "Automation can be stopped. Listed are pauses that covered this action, agent or team while it was open.",
        "None is in this file.",
    ),
    ("erasure", "Erasure of personal data", after.erased, None, "Nothing was erased."),
    ("order", "Every event in its order", after.in_order, "Numbers are those of the events below.", None),
)


def compose(
    request: str, lines: Sequence[EventLine], others: Sequence[EventLine], withheld: Sequence[Withheld]
) -> Statement:
    """Everything readable of a file, from its events. Pure: the same events make the same statements.

    Raises:
        BadInput: when an event can't be read, or nothing of the request can.
    """
    own = stream_of("request", request)
    case = Case(request, told_of(lines, withheld, own), told_of(others, withheld, None))
    found = case.request
    if found is None:
        raise BadInput("holds nothing that can be read of its request", field="proof")
    sections = tuple(
        _section(id_, title, say(case, found), intro, nothing) for id_, title, say, intro, nothing in _SECTIONS
    )
    return Statement(
        title=_title(found),
        summary=" ".join(_summary(case, found)),
        sections=sections,
        state=msgspec.to_builtins(found),
    )


def _section(id_: str, title: str, entries: Iterable[Entry], intro: str | None, nothing: str | None) -> Section:
    made = tuple(entries)
    return Section(id_, title, made, intro if made or nothing is None else nothing)


def _title(request: Request) -> str:
    amount = request.assessment.amount
    money = "" if amount is None else f": {money_text(amount)}"
    return f"{plain(request.assessment.title)}{money}"


_VERDICTS = {
    VerdictKind.ALLOW: "The policy allowed it without a person.",
    VerdictKind.HOLD: "The policy held it for a person.",
    VerdictKind.BLOCK: "The policy blocked it.",
}


def _summary(case: Case, request: Request) -> Iterator[str]:
    agent = case.people.agent(request.agent_id) or request.agent_id
    yield f"On {when(request.opened_at)} the AI agent {agent} proposed: {_title(request)}."
    yield _VERDICTS[request.assessment.verdict.kind]
    decision = request.decision
    if decision is None:
        yield "It waits for its decision; nothing has run."
    elif decision.by.kind is ActorKind.PERSON:
        said = {
            DecisionKind.APPROVED: "approved it",
            DecisionKind.APPROVED_WITH_EDITS: "approved it with edits",
            DecisionKind.REJECTED: "rejected it",
        }.get(decision.kind, decision.kind.value)
        yield f"{case.who(decision.by)}, {said} on {when(decision.at)}."
    elif decision.kind is DecisionKind.EXPIRED:
        yield f"Nobody decided in time: it expired on {when(decision.at)} and was not run."
    elif decision.kind is DecisionKind.CANCELLED:
        yield f"The agent withdrew it on {when(decision.at)}."
    elif decision.origin:
        yield f"It spends the signature that was given on request {plain(decision.origin)}."
    yield from _afterwards(request)


def _afterwards(request: Request) -> Iterator[str]:
    grant, outcome = request.grant, request.outcome
    if grant is not None:
        yield {
            "waiting": "It may run once and has not.",
            "redeemed": "The agent ran it.",
            "lapsed": "It was never run.",
            "revoked": "The approval was taken back before it ran.",
            "moved": "The agent asked again with the edited arguments.",
        }[grant.status.value]
    if outcome is not None:
        yield f"The agent reports that it {outcome.status.value}."
    if request.erased:
        yield "Its personal data was erased since."
