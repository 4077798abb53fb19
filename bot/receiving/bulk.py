"""Deciding several that are alike at once: each its own command, decision and record, told one by one.

Alike are requests of the same action type, owner and stage, none of a high class: whoever decides them together has
the same thing before them each time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from bot.cards import Card, card
from bot.deciding import Approve, Command, Deciding, Reject
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.errors import BadInput, Conflict, NotAllowed
from bot.listing import SCANNED, queue_of
from bot.policy.document import Policy
from bot.ports import Store
from bot.receiving.acting import act
from bot.receiving.refusing import sentences
from bot.receiving.seeing import may_see

MOST = 25
LEAST = 2
APPROVE, REJECT = "approve", "reject"
DECISIONS = ((APPROVE, "Approve each of them"), (REJECT, "Reject each of them"))
"""What may be done with them: value and title."""
ALIKE = "Together can be decided what is of the same action, team and stage, and not of a high class"


class Bundle(msgspec.Struct, frozen=True):
    """Several of a person's queue that are alike, least time left first; ``kind`` says what they have in common."""

    kind: str
    title: str
    requests: tuple[Request, ...]

    @property
    def first(self) -> str:
        """The id of the first of them, which stands for all."""
        return self.requests[0].id


class Outcome(msgspec.Struct, frozen=True):
    """What became of one of them; ``why`` (and ``remedy``) only where nothing was done."""

    request_id: str
    title: str
    why: str | None = None
    remedy: str | None = None


def kind_of(request: Request) -> str:
    """What requests have in common that are alike."""
    return f"{request.stage}:{request.routing.owner}:{request.assessment.action_type}"


def together(request: Request) -> bool:
    """Whether it may be decided together with others at all."""
    return request.pending and not request.routing.high_class


def bundles(queue: Iterable[Request]) -> tuple[Bundle, ...]:
    """Those of a queue that can be decided together, at least two each, in the queue's order."""
    found: dict[str, list[Request]] = {}
    for request in filter(together, queue):
        found.setdefault(kind_of(request), []).append(request)
    return tuple(
        Bundle(kind, titled(several[0]), tuple(several)) for kind, several in found.items() if len(several) >= LEAST
    )


def titled(request: Request) -> str:
    """What those that are alike have in common, in words: ``Refund a customer (Refunds)``."""
    routing = request.routing
    stage = f", {routing.stages[request.stage].title}" if routing.stages else ""
    return f"{request.assessment.title} ({routing.owner_title}{stage})"


def drawn(requests: Iterable[Request], policy: Policy, person: Person, now: datetime) -> tuple[Card, ...]:
    """Each as this person sees it."""
    return tuple(card(request, policy, viewer=person, now=now) for request in requests)


async def chosen(store: Store, ids: Sequence[str], person: Person) -> tuple[Request, ...]:
    """The requests that somebody chose, in their order, once it is certain that they can be decided together.

    Raises:
        BadInput: naming ``chosen``: when it is nothing or too much, or they are not alike; the message says why.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise BadInput("is nothing yet", field="chosen", remedy=f"choose up to {MOST} that are alike")
    if len(wanted) > MOST:
        raise BadInput(f"is {len(wanted)} requests", field="chosen", remedy=f"choose {MOST} at most")
    found = [request for id_ in wanted if (request := await store.request(id_)) is not None]
    if len(found) < len(wanted) or not all(may_see(request, person) for request in found):
        raise BadInput("names a request that is not before you", field="chosen", remedy="choose again from your queue")
    grave = next((request for request in found if request.routing.high_class), None)
    if grave is not None:
        raise BadInput(
            f"has {grave.assessment.title}, which is of a high class: each of those is decided by itself",
            field="chosen",
            remedy=ALIKE,
        )
    first = next((request for request in found if request.pending), found[0])  # what is decided stands in no stage
    other = next((request for request in found if _differ(request, first)), None)
    if other is not None:
        raise BadInput(f"has {titled(first)} and {titled(other)}, which are not alike", field="chosen", remedy=ALIKE)
    return tuple(found)


def _differ(one: Request, other: Request) -> bool:
    """Whether they are not alike; of what is decided already the stage does not matter any more."""
    staged = one.pending and other.pending and one.stage != other.stage
    return staged or kind_of(one).partition(":")[2] != kind_of(other).partition(":")[2]


def command_of(decision: str, reason_code: str, note: str) -> Command:
    """What is to be done with each.

    Raises:
        BadInput: naming ``decision``, ``reason_code`` or ``note``.
    """
    if decision == APPROVE:
        return Approve(note or None)
    if decision != REJECT:
        raise BadInput("is none of the choices", field="decision", remedy="choose to approve or to reject")
    if not reason_code:
        raise BadInput("is needed to reject", field="reason_code", remedy="choose one")
    if not note.strip():
        raise BadInput("is needed to reject", field="note", remedy="write a sentence; it reaches the agent")
    return Reject(reason_code, note)


async def decide_all(  # noqa: PLR0913 - each is a fact of its own, given by name
    store: Store,
    deciding: Deciding,
    surface: str,
    *,
    requests: Sequence[Request],
    kind: str,
    command: Command,
    person: Person,
    policy: Policy,
    now: datetime,
) -> tuple[Outcome, ...]:
    """Carry the command out on each, one after the other; one that fails hinders no other. ``kind`` is what was shown.

    What this person has done by it already counts as done, so that sending it again changes nothing.

    Raises:
        BadInput: when the command itself can't be used, on any of them: then nothing was done.
        Unavailable: when the database is gone; what was done by then is done.
    """
    outcomes = []
    for request in requests:
        title = card(request, policy, viewer=person, now=now).title

        async def run(request: Request = request) -> None:
            if _signed_already(request, command, person):
                return
            if request.pending and kind_of(request) != kind:
                raise Conflict("it has gone on meanwhile, and is not like the others any more", code="not_alike")
            await act(store, deciding, surface, request.id, command, person)

        outcomes.append(await _tried(run, request.id, title, surface))
    return tuple(outcomes)


async def _tried(run: Callable[[], Awaitable[None]], request_id: str, title: str, surface: str) -> Outcome:
    try:
        await run()
    except (Conflict, NotAllowed, BadInput) as error:
        why, remedy = sentences(error, surface)
        return Outcome(request_id, title, why, remedy)
    return Outcome(request_id, title)


def _signed_already(request: Request, command: Command, person: Person) -> bool:
    signed = any(actor.id == person.id for actor in request.signatures)
    return isinstance(command, Approve) and request.pending and signed


def failed(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Those in which nothing was done."""
    return tuple(one for one in outcomes if one.why is not None)


def summed(outcomes: Sequence[Outcome], command: Command) -> str:
    """``23 of 25 were approved by you.``: how many of them were decided as asked."""
    done = len(outcomes) - len(failed(outcomes))
    verb = "approved" if isinstance(command, Approve) else "rejected"
    all_of = f"{done} of {len(outcomes)}" if done < len(outcomes) else "The one" if done == 1 else f"All {done}"
    return f"{all_of} {'was' if done == 1 else 'were'} {verb} by you."


async def alike_of(
    store: Store,
    policy: Policy,
    person: Person,
    now: datetime,
    first: Request,
    ours: Callable[[Request], Awaitable[bool]],
) -> tuple[Request, ...]:
    """What waits for this person and is alike to ``first``, least time left first, at most ``MOST``.

    ``ours`` says which of them may be shown on this surface.
    """
    queue = await queue_of(store, policy, person, now, limit=SCANNED)
    alike = [one for one in queue.items if together(one) and kind_of(one) == kind_of(first)]
    return tuple([one for one in alike[: 2 * MOST] if await ours(one)][:MOST])
