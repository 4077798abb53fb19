"""How far the signatures of a request have come: stage by stage, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable

from bot.cards.amounts import money_text
from bot.cards.plaintext import plain
from bot.cards.shape import Lacking, Stage
from bot.deciding import display_name, missing, signatures_in
from bot.domain.people import Actor
from bot.domain.requests import Request
from bot.policy.document import Policy


def stages(request: Request, policy: Policy) -> tuple[Stage, ...]:
    """Every stage; none where there are no several."""
    return tuple(
        Stage(
            title=plain(stage.title),
            text=plain(stage.text),
            needed=stage.approvals_needed,
            signed=_names(_signed(request, number, policy), policy),
            current=request.pending and number == request.stage,
        )
        for number, stage in enumerate(request.routing.stages)
    )


def signatures(request: Request, policy: Policy) -> tuple[str, ...]:
    """Who has signed in the stage that it is in, so that it counts; once it is decided, everybody who signed."""
    found = signatures_in(request, request.stage, policy) if request.pending else request.signatures
    return _names(found, policy)


def needed(request: Request, policy: Policy) -> int:
    """How many signatures its stage needs: as many as it says, and one more where none so far covers the amount."""
    if not request.pending:
        return request.routing.approvals_needed
    signed = len(signatures_in(request, request.stage, policy))
    return max(request.routing.approvals_needed, signed + missing(request, policy).signatures)


def lacking(request: Request, policy: Policy) -> Lacking | None:
    """What is missing before it goes on."""
    if not request.pending:
        return None
    lacks, amount = missing(request, policy), request.assessment.amount
    covering = (plain("the amount") if amount is None else money_text(amount)) if lacks.covering else None
    return Lacking(lacks.signatures, covering)


def _signed(request: Request, number: int, policy: Policy) -> tuple[Actor, ...]:
    if number > request.stage:
        return ()
    if request.pending:
        return signatures_in(request, number, policy)
    begins, ends = (*request.stage_starts, len(request.signatures))[number : number + 2]
    return request.signatures[begins:ends]


def _names(actors: Iterable[Actor], policy: Policy) -> tuple[str, ...]:
    return tuple(display_name(actor, policy) for actor in actors)
