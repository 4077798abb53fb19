"""Small flows over views, enough to put a store through its paces; the product's own flows are tested elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from bot.domain import events as e
from bot.domain.agents import Agent, Credential, CredentialKind, Delivery, Instance
from bot.domain.jsontext import digest
from bot.domain.people import Actor, ActorKind, agent, person
from bot.domain.requests import Assessment, Context, Decision, DecisionKind, Grant, GrantStatus, Proposal, Request
from bot.domain.routing import Routing, Step
from bot.domain.verdicts import ActionClass, Level, Observation, Reason, Reservation, Verdict, VerdictKind
from bot.errors import AlreadyDecided, Conflict, NotAllowed
from bot.ports import Store
from bot.recording import Changes, Needs, View, rebuild, waiting_key

AGENT, INSTANCE = "agent-1", "instance-1"
OPERATOR = Actor(ActorKind.OPERATOR, "operator", "cli")
START = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
OBSERVED = Observation("seen:refund", Decimal(7))
Flow = Callable[[View], Any]
ROWS = (
    "requests", "agents", "instances", "ledgers", "contacts", "tallies", "keys", "waiting", "deadlines", "credentials",
    "messages",
)  # fmt: skip


class SettableClock:
    """The time that a test says."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> datetime:
        self.at += timedelta(**time)
        return self.at


def reserved(n: int, customer: str = "c-1") -> tuple[Reservation, ...]:
    return (Reservation("cap:refund", 1, Decimal(n)), Reservation(f"cap:{customer}", 1, Decimal(n)))


def enrolling(agent_id: str = AGENT, instance_id: str = INSTANCE, *, webhook: bool = True) -> tuple[Needs, Flow]:
    def flow(view: View) -> None:
        token = Credential(
            f"hash-{instance_id}", "so_1", CredentialKind.INSTANCE, agent_id, instance_id, view.now, None
        )
        delivery = Delivery("https://agent.example/hook", "registration") if webhook else None
        if view.agent(agent_id) is None:
            made = Agent(agent_id, f"Support {agent_id}", "owner@example.com", ("*",), view.now)
            view.record("agent", agent_id, e.AgentCreated(made), OPERATOR)
        instance = Instance(instance_id, agent_id, "one", view.now, (token,), delivery)
        view.record("instance", instance_id, e.InstanceCreated(instance, f"key-{instance_id}", "submission"), OPERATOR)

    return Needs(agents=(agent_id,), instances=(instance_id,)), flow


def _opened(
    view: View, key: str, proposal: Proposal, held: tuple[Reservation, ...], customer: str, instance_id: str
) -> e.Opened:
    reason = Reason("over_limit", VerdictKind.HOLD, "more than 50", {"amount": "60"})
    context = Context(customer=customer)
    verdict = Verdict(VerdictKind.HOLD, (reason,), "v1")
    return e.Opened(
        agent_id=AGENT,
        instance_id=instance_id,
        key=key,
        submission=digest(proposal.arguments),
        proposal=proposal,
        digest=digest(proposal.arguments),
        assessment=Assessment(verdict, "refund", "Refund", ActionClass.MONEY, Level.COMMIT, context),
        routing=routing(view.now),
        deadline_at=view.now + timedelta(minutes=30),
        reserved=held,
        observed=(OBSERVED,),
    )


def opened_event(view: View, key: str) -> e.Opened:
    """One euro, with nothing reserved; due in a quarter of an hour."""
    return _opened(view, key, Proposal("refund", {"amount": "1"}, "PT30M"), (), "c-1", INSTANCE)


def routing(now: datetime, owner: str = "operations") -> Routing:
    due = now + timedelta(minutes=15)
    return Routing(owner, "Operations", "ada", "rob", {}, ("ada", "bob"), 1, due, due, 600, ("wrong",))


def shown(routing: Routing) -> Routing:
    """On a chat surface, with a reminder and a step of its escalation before its promise."""
    due = routing.due_at
    step = Step(due - timedelta(minutes=5), ("bob",), {"slack": "C2"})
    return replace(
        routing,
        surfaces=("slack",),
        channels={"slack": "C1"},
        second_channels={"slack": "C3"},
        remind_at=(due - timedelta(minutes=8), due - timedelta(minutes=2)),
        escalation=(step,),
    )


def opening(
    id_: str,
    n: int = 1,
    *,
    key: str = "",
    customer: str = "c-1",
    cap: int | None = None,
    tool: str = "refund",
    instance_id: str = INSTANCE,
    on_slack: bool = False,
) -> tuple[Needs, Flow]:
    """Open a request of ``n`` euros, within ``cap`` requests; arguments that wait signed are spent."""
    key = key or id_
    held = reserved(n, customer)
    proposal = Proposal(tool, {"amount": str(n), "customer": customer}, "PT30M")
    under = waiting_key(AGENT, tool, None, digest(proposal.arguments))

    def flow(view: View) -> Request:
        used = view.key_use(instance_id, key)
        if used is not None:
            return required(view, used.subject)
        if cap is not None and view.tally("cap:refund").count >= cap:
            raise NotAllowed("the cap is reached")
        for origin in view.waiting(under):
            view.record("request", origin, e.GrantMoved(id_), agent(AGENT))
            break
        event = _opened(view, key, proposal, held, customer, instance_id)
        event = replace(event, routing=shown(event.routing)) if on_slack else event
        view.record("request", id_, event, agent(AGENT))
        return required(view, id_)

    tallies = ("seen:refund", *(one.key for one in held))
    return Needs(
        agents=(AGENT,), instances=(instance_id,), tallies=tallies, keys=((instance_id, key),), waiting=(under,)
    ), flow


def following(id_: str, event: e.Event, by: Actor) -> tuple[Needs, Flow]:
    """What may happen to a request that waits, or to its cards at any time."""

    def flow(view: View) -> Request:
        request = required(view, id_)
        if not request.pending and not isinstance(event, e.Posted | e.LinesPosted | e.Unshown):
            raise Conflict("it is decided", code="decided")
        view.record("request", id_, event, by)
        return required(view, id_)

    return Needs(requests=(id_,)), flow


def telling(name: str, event: e.Event, by: Actor) -> tuple[Needs, Flow]:
    """A fact of a ledger."""
    return Needs(ledgers=(name,)), lambda view: view.record("ledger", name, event, by)


def deciding(
    id_: str, who: str, kind: DecisionKind = DecisionKind.APPROVED, arguments: dict[str, Any] | None = None
) -> tuple[Needs, Flow]:
    def flow(view: View) -> Request:
        request = required(view, id_)
        if request.decision is not None:
            raise already(request.decision)
        by = person(who, "desk")
        decision = Decision(kind, by, view.now, arguments=arguments, signatures=(by,))
        approved = kind in {DecisionKind.APPROVED, DecisionKind.APPROVED_WITH_EDITS}
        signed = request.digest if arguments is None else digest(arguments)
        grant = Grant(signed, view.now + timedelta(minutes=10)) if approved else None
        view.record("request", id_, e.Decided(decision, grant, request.reserved if approved else ()), by)
        return required(view, id_)

    return Needs(requests=(id_,)), flow


def already(decision: Decision) -> AlreadyDecided:
    return AlreadyDecided("taken", decided_by=decision.by.id, decided_at=decision.at, kind=decision.kind.value)


def ending(id_: str, event: e.Event, by: str = AGENT) -> tuple[Needs, Flow]:
    """Redeem, revoke or let lapse a grant, once."""

    def flow(view: View) -> Request:
        request = required(view, id_)
        if request.grant is None or request.grant.status is not GrantStatus.WAITING:
            raise Conflict("spent", code=f"by {request.grant.key if request.grant else None}")
        view.record("request", id_, event, agent(by))
        return required(view, id_)

    return Needs(requests=(id_,)), flow


def noting(name: str, what: str = "noted") -> tuple[Needs, Flow]:
    def flow(view: View) -> int:
        view.record("ledger", name, e.Noted(what), OPERATOR)
        return view.version("ledger", name)

    return Needs(ledgers=(name,)), flow


def required(view: View, id_: str) -> Request:
    request = view.request(id_)
    assert request is not None, f"{id_} was not loaded"
    return request


async def require_rebuilt(store: Store) -> None:
    """Every view is what the record alone says."""
    views = await store.views()
    again = rebuild(views.records)
    for name in ROWS:
        assert rows(again, name) == rows(views, name), name


def rows(changes: Changes, name: str) -> dict[Any, Any]:
    """Rows to compare: what counts nothing is no row, and of equally old waiting grants the order says nothing."""
    found = {key: row for key, row in getattr(changes, name).items() if row is not None and row != ()}
    if name == "tallies":
        return {key: row for key, row in found.items() if row.count or row.total or row.recent}
    if name == "waiting":
        return {key: tuple(sorted(row)) for key, row in found.items()}
    return found
