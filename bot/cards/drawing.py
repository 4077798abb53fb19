"""Drawing a card: one request, one viewer, one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from bot.cards import progress
from bot.cards.abilities import abilities
from bot.cards.amounts import money_text
from bot.cards.lesson import lesson_of, suggestions
from bot.cards.look import look_of
from bot.cards.masking import Masker
from bot.cards.pauses import stopped
from bot.cards.plaintext import plain, words
from bot.cards.rows import change_rows, plain_rows
from bot.cards.shape import Ability, Card, Exchange, Reason, Row
from bot.cards.status import decision_status, status_of
from bot.deciding import amount_in, approvers_now, display_name
from bot.domain import verdicts
from bot.domain.money import Money
from bot.domain.pauses import Pause
from bot.domain.people import Person
from bot.domain.requests import Context, DecisionKind, GrantStatus, Request
from bot.errors import SignoffError
from bot.pausing import freezing, frozen
from bot.policy.document import Policy

_RULES = {"allow_when": "Outside the limits", "signed_before": "Signed before", "unknown_tool": "Unknown tool"}
"""Names of rules that say little by themselves."""


def card(
    request: Request,
    policy: Policy,
    *,
    viewer: Person | None,
    now: datetime,
    revealed: frozenset[str] = frozenset(),
    agent: str | None = None,
    pauses: Iterable[Pause] = (),
) -> Card:
    """What ``viewer`` (None: anybody in a channel) sees of a request at ``now``.

    ``revealed`` names the masked fields that they have just looked at (``revealed_to`` finds them in the record);
    ``agent`` is the agent's name, where it is known; ``pauses`` are those that stand. Pure: the same values give the
    same card.
    """
    masker = Masker(request, revealed)
    routing, assessment, context = request.routing, request.assessment, request.assessment.context
    status = status_of(request, policy, masker, now)
    title = _title(request, policy, masker)
    reasons = tuple(_reason(reason, masker) for reason in assessment.verdict.reasons)
    decision, deciders = request.decision, approvers_now(request, policy)
    ice = _ice(request, pauses, now)
    return Card(
        request_id=request.id,
        title=title,
        fallback=_fallback(title, status.label, status.who if decision else None, reasons, is_open=status.open),
        status=status,
        decision=decision_status(request, policy, masker, now),
        changes=change_rows(request, policy, masker, decision.arguments if decision is not None else None),
        subject=_subject(context, masker),
        reasons=reasons,
        claim=masker.optional(request.proposal.agent_reasoning),
        transcript=masker.texts(context.transcript),
        evidence=masker.texts(context.evidence),
        citations=masker.texts(context.citations),
        signals=_signals(context, masker),
        origin=_origin(request, agent, masker),
        owner=plain(routing.owner_title),
        deciders=_names(deciders, policy),
        signatures=progress.signatures(request, policy),
        signatures_needed=progress.needed(request, policy),
        opened_at=request.opened_at,
        due_at=routing.due_at,
        statutory_at=routing.statutory_at,
        deadline_at=request.deadline_at,
        exchanges=_exchanges(request, policy, masker),
        abilities=_thawed(abilities(request, policy, viewer, now, masker.hidden), ice, policy),
        reject_reasons=routing.reject_reasons,
        action_type=assessment.action_type,
        action_class=assessment.action_class.value,
        level=assessment.level.value,
        high_class=routing.high_class,
        erased=request.erased,
        snoozed=tuple((display_name(one.by, policy), one.until) for one in request.snoozes),
        stages=progress.stages(request, policy),
        lacking=progress.lacking(request, policy),
        widened=_names((id_ for id_ in deciders if id_ not in routing.approvers), policy),
        moved_from=plain(request.moved_from) if request.moved_from else None,
        claimed_until=request.claim.until if request.claim is not None and request.pending else None,
        stopped_at=request.stopped_at if request.pending else None,
        frozen=None if ice is None else stopped(ice, policy),
        suggestions=suggestions(request, policy) if request.pending else (),
        lesson=lesson_of(request, policy, masker, now),
        look=look_of(request, policy, masker),
    )


def _ice(request: Request, pauses: Iterable[Pause], now: datetime) -> Pause | None:
    """What freezes it, while there is anything to freeze: a decision that is due, or an approval that waits."""
    waits = request.grant is not None and request.grant.status is GrantStatus.WAITING
    return freezing(pauses, request, now) if request.pending or waits else None


def _thawed(found: tuple[Ability, ...], ice: Pause | None, policy: Policy) -> tuple[Ability, ...]:
    """What can be done with it, without approving where it is frozen."""
    if ice is None:
        return found
    refusal = frozen(ice, policy)
    return tuple(
        replace(one, allowed=False, why=plain(refusal.message), remedy=refusal.remedy)
        if one.allowed and one.name in {"approve", "edit"}
        else one
        for one in found
    )


def _title(request: Request, policy: Policy, masker: Masker) -> str:
    """What will change and for whom, in one line: ``Refund a customer: 120.00 USD for cust_42``."""
    assessment = request.assessment
    title = masker.text(assessment.title)
    if assessment.amount is not None:
        title += f": {money_text(_signed_amount(request, policy) or assessment.amount)}"
    if assessment.context.customer:
        title += f" for {masker.text(assessment.context.customer)}"
    return " ".join(title.split())


def _signed_amount(request: Request, policy: Policy) -> Money | None:
    decision = request.decision
    if decision is None or decision.kind is not DecisionKind.APPROVED_WITH_EDITS or decision.arguments is None:
        return None
    try:
        money = amount_in(request, decision.arguments, policy)
    except SignoffError:
        return None
    return money if isinstance(money, Money) else None


def _fallback(title: str, label: str, who: str | None, reasons: tuple[Reason, ...], *, is_open: bool) -> str:
    if is_open:
        held = next((reason.text for reason in reasons if reason.kind == "hold"), None)
        return f"{title}. {label}" + (f": {' '.join(held.split())}" if held else ".")
    return f"{title}. {label}" + (f" by {who}." if who and who not in label else ".")


def _reason(reason: verdicts.Reason, masker: Masker) -> Reason:
    return Reason(
        rule=reason.rule,
        title=_RULES.get(reason.rule) or words(reason.rule),
        text=masker.text(reason.text),
        kind=reason.kind.value,
        compared=plain_rows(reason.compared, masker),
    )


def _rows(values: Mapping[str, str | None], masker: Masker) -> tuple[Row, ...]:
    return tuple(
        Row(name=words(title).lower().replace(" ", "_"), title=title, value=masker.text(value))
        for title, value in values.items()
        if value
    )


def _subject(context: Context, masker: Masker) -> tuple[Row, ...]:
    return _rows(
        {
            "Customer": context.customer,
            "Name": context.customer_name,
            "On behalf of": context.on_behalf_of,
            "Segment": context.segment,
            "Region": context.region,
            "Language": context.language,
            "Session": context.session,
            "Vulnerable customer": "yes" if context.vulnerable else None,
            "Regulated complaint": "yes" if context.regulated_complaint else None,
        },
        masker,
    )


def _signals(context: Context, masker: Masker) -> tuple[Row, ...]:
    said = _rows(
        {
            "Agent's confidence": None if context.confidence is None else f"{context.confidence:.0%}",
            "Does not match": ", ".join(context.mismatches) or None,
            "Could not be read": ", ".join(context.problems) or None,
        },
        masker,
    )
    return (*said, *plain_rows(context.signals, masker))


def _origin(request: Request, agent: str | None, masker: Masker) -> tuple[Row, ...]:
    context, proposal = request.assessment.context, request.proposal
    return _rows(
        {
            "Agent": agent or request.agent_id,
            "Tool": proposal.tool if proposal.server is None else f"{proposal.tool} on {proposal.server}",
            "Model": context.model,
            "Build": context.build,
            "Policy": request.assessment.verdict.policy_version,
            "Arguments (SHA-256)": request.digest,
        },
        masker,
    )


def _names(ids: Iterable[str], policy: Policy) -> tuple[str, ...]:
    return tuple(person.name for id_ in ids if (person := policy.people.get(id_)) is not None)


def _exchanges(request: Request, policy: Policy, masker: Masker) -> tuple[Exchange, ...]:
    return tuple(
        Exchange(
            who=display_name(asked.by, policy),
            at=asked.at,
            question=masker.text(asked.text),
            answer=masker.optional(asked.answer),
            answered_at=asked.answered_at,
        )
        for asked in request.questions
    )
