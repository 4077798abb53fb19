"""What remains known of a request once its personal data is gone."""

from __future__ import annotations

from msgspec.structs import replace

from bot.domain.lessons import FeedbackItem
from bot.domain.requests import Assessment, Context, Decision, Grant, Proposal, Question, Request
from bot.domain.veiling import VEILED, veiled_use


def residue(request: Request, *, veil: bytes = b"", keep_amounts: bool = True) -> Request:
    """What remains known of a request once its personal data is gone; of a residue, itself.

    Its idempotency key may say whose it is: a pseudonym under ``veil`` takes its place.
    """
    return replace(
        request,
        key=request.key if _is_veiled(request) else veiled_use(request.instance_id, request.key, veil),
        proposal=Proposal(
            tool=request.proposal.tool, arguments={}, timeout=request.proposal.timeout, server=request.proposal.server
        ),
        digest="",
        assessment=_assessment(request.assessment, keep_amounts=keep_amounts),
        decision=_decision(request.decision),
        grant=_grant(request.grant),
        outcome=None if request.outcome is None else replace(request.outcome, note=None),
        questions=tuple(_question(question) for question in request.questions),
        feedback=_feedback(request.feedback),
        sample=None if request.sample is None else replace(request.sample, note=None),
        erased=True,
    )


def _assessment(assessment: Assessment, *, keep_amounts: bool) -> Assessment:
    context = assessment.context
    reasons = tuple(replace(reason, text="", compared={}) for reason in assessment.verdict.reasons)
    return replace(
        assessment,
        verdict=replace(assessment.verdict, reasons=reasons),
        context=Context(
            model=context.model,
            build=context.build,
            confidence=context.confidence,
            level=context.level,
            language=context.language,
            region=context.region,
            segment=context.segment,
            currency=context.currency,
            regulated_complaint=context.regulated_complaint,
        ),
        amount=assessment.amount if keep_amounts else None,
    )


def _decision(decision: Decision | None) -> Decision | None:
    if decision is None:
        return None
    return replace(decision, note=None, arguments=None if decision.arguments is None else {})


def _grant(grant: Grant | None) -> Grant | None:
    """Without the digest: whoever can list what the arguments may have been could find them by it."""
    return None if grant is None else replace(grant, digest="", key=None)


def _question(question: Question) -> Question:
    return replace(question, text="", answer=None if question.answer is None else "")


def _feedback(item: FeedbackItem | None) -> FeedbackItem | None:
    if item is None:
        return None
    return replace(item, note=None, steps=tuple(replace(step, note=None) for step in item.steps))


def _is_veiled(request: Request) -> bool:
    return request.erased and request.key.startswith(VEILED)
