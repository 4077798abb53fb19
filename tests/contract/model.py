"""A model of who may sign what, written from the policy's text alone, and a house in which anything may happen to it.

The model keeps its own books: who signed in which stage, whom an escalation let decide, when a time was due. It asks
nothing of the rules that it checks; what it reads of the product are events and states.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from adapters.signing import derive_keys
from bot.assigning import Loads
from bot.deciding import Command, Deciding
from bot.domain import events as e
from bot.domain.duties import Cover, Delegation, Duties
from bot.domain.people import ActorKind
from bot.domain.requests import DecisionKind, GrantStatus, OutcomeStatus, Request
from bot.errors import SignoffError
from bot.opening import Situation
from bot.pausing import Pausing
from bot.proving.keys import Keyring
from bot.proving.record import verify
from bot.receiving import bulk
from bot.rostering import Roster
from bot.sealing import seal_once
from tests.contract.flows import require_rebuilt
from tests.contract.model_book import ACTION_OF, BARRED, HIGH, NEEDED, PEOPLE, TEXT, Book
from tests.contract.model_giving import Giving
from tests.rigs.house import House, new_house

KEYS = derive_keys(bytes(range(32)))


class World:
    """The house, the books, and one loop to run it on. Every act may be refused; what happened is then looked at."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.house: House = self.run(new_house(policy=TEXT))
        self.whole = self.house.policy
        self.books: dict[str, Book] = {}
        self.gone: set[str] = set()
        self.paused: dict[str, tuple[bool, datetime | None]] = {}
        """By scope whether what is pending is frozen, and until when."""
        clock, store = self.house.clock, self.house.store
        self.pausing = Pausing(store, clock, lambda: self.whole)
        self.run(self.pausing.start())
        self.giving = Giving()
        self.loads = Loads(store, clock, lambda: self.house.policy)
        self.run(self.loads.start())

    def run(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    def attempt(self, coroutine: Any) -> None:
        try:
            self.run(coroutine)
        except SignoffError:
            return

    def open(self, tool: str, amount: int, behalf: str | None, patience: int) -> None:
        context = {"customer": f"c{len(self.books)}", "session": f"s{len(self.books)}"}
        if behalf is not None:
            context["on_behalf_of"] = behalf
        sent = None if tool == "change_payout" else amount
        self.house.situation = Situation(loads=self.loads, roster=Roster(self.house.policy, self.house.duties))
        opened = self.run(self.house.propose(sent, tool=tool, context=context, within=f"{patience}m"))
        request: Request = opened.request
        action = ACTION_OF[tool]
        if self.stopped(action, "refunds"):
            assert request.status == "rejected"
            assert request.assessment.verdict.reasons[0].rule == "paused"
            return
        assert request.pending
        book = Book(
            request.id, action, None if sent is None else Decimal(sent), behalf, request.opened_at,
            timedelta(minutes=patience), [[] for _ in NEEDED[action]],
        )  # fmt: skip
        expected = self._least_loaded(book)
        self.books[request.id] = book
        self.look()
        assert book.holder == expected

    def _least_loaded(self, book: Book) -> str | None:
        able = [who for who in PEOPLE if book.may_sign(who, self.gone) and book.covers(who)]
        held = Counter(one.holder for one in self.books.values() if one.holder is not None)
        return self.giving.least_loaded(able, held, self.house.duties.delegations, self.house.clock.now())

    def say(self, id_: str, command: Command, who: str) -> None:
        if who not in self.gone:
            request = self.request(id_)
            self.attempt(self.house.say(request, command, who))
            self.look()

    def decide_together(self, ids: list[str], command: Command, who: str) -> None:
        """Several in one form; each goes its own way, whatever becomes of the others."""
        store, policy = self.house.store, self.house.policy
        person = policy.people.get(who)
        if person is None:
            return
        try:
            requests = self.run(bulk.chosen(store, ids, person))
        except SignoffError:
            return
        self._require_alike(requests)
        before = {request.id: self._deeds(request.id, who) for request in requests}
        deciding = Deciding(store, self.house.clock, lambda: self.house.policy)
        shown = next((request for request in requests if request.pending), requests[0])
        outcomes = self.run(
            bulk.decide_all(
                store, deciding, "desk", requests=requests, kind=bulk.kind_of(shown), command=command,
                person=person, policy=policy, now=self.house.clock.now(),
            )
        )  # fmt: skip
        assert [one.request_id for one in outcomes] == list(dict.fromkeys(ids))
        for one in outcomes:
            if one.why is None:
                assert self._deeds(one.request_id, who) > 0, "what is said to be done is on record"
            else:
                assert self._deeds(one.request_id, who) == before[one.request_id], "what is refused leaves no trace"
        self.look()

    def _require_alike(self, requests: Sequence[Request]) -> None:
        books = [self.books[request.id] for request in requests]
        assert len(books) <= 25
        assert len({(book.action, book.owner) for book in books}) == 1
        assert len({book.stage for book in books if book.decided == 0}) <= 1
        assert all(book.action not in HIGH for book in books)

    def _deeds(self, id_: str, who: str) -> int:
        """How often somebody signed or decided it."""
        deeds = {"request.signed", "request.decided"}
        records = self.run(self.house.store.events(f"request:{id_}"))
        return sum(record.actor == f"person:{who}" and record.type in deeds for record in records)

    def answer(self, id_: str, question: str) -> None:
        self.attempt(self.house.redeeming.answer(id_, question, "yes", **self.house.agent))
        self.look()

    def proceed(self, id_: str, what: str) -> None:
        redeeming, agent = self.house.redeeming, self.house.agent
        if what == "redeem":
            self.attempt(redeeming.redeem(id_, key="k", **agent))
        elif what == "cancel":
            self.attempt(redeeming.cancel(id_, **agent))
        else:
            self.attempt(redeeming.report(id_, status=OutcomeStatus.SUCCEEDED, note=None, **agent))
        self.look()

    def leave(self, who: str) -> None:
        """Somebody is taken out of the policy's people, or comes back."""
        self.gone ^= {who}
        people = {id_: person for id_, person in self.whole.people.items() if id_ not in self.gone}
        self.house.policy = replace(self.whole, people=people)

    def arrange(self, who: str, other: str, minutes: int) -> None:
        now = self.house.clock.now()
        until = now + timedelta(minutes=minutes)
        delegation = Delegation(len(self.house.duties.delegations), who, other, now, until, who)
        cover = Cover(len(self.house.duties.covers), "nights", other, now, until, who)
        duties = self.house.duties
        self.house.duties = Duties((*duties.covers[-3:], cover), (*duties.delegations[-3:], delegation))

    def pause(self, scope: str, *, freeze: bool, minutes: int | None) -> None:
        until = None if minutes is None else self.house.clock.now() + timedelta(minutes=minutes)
        person = self.whole.people["vera"]
        self.run(self.pausing.pause(scope, "a drill", person, "desk", until=until, freeze=freeze))
        self.paused[scope] = (freeze, until)

    def resume(self, scope: str) -> None:
        self.attempt(self.pausing.resume(scope, "it is over", self.whole.people["vera"], "desk"))
        self.paused.pop(scope, None)

    def stopped(self, action: str, owner: str, *, frozen: bool = False) -> bool:
        now = self.house.clock.now()
        found = (self.paused.get(scope) for scope in ("everything", f"action:{action}", f"owner:{owner}"))
        standing = [one for one in found if one is not None and (one[1] is None or now < one[1])]
        return any(freezes or not frozen for freezes, _ in standing)

    def pass_time(self, minutes: int) -> None:
        self.house.clock.move(minutes=minutes)
        self.run(self.house.sweep())
        self.look()
        now = self.house.clock.now()
        for id_ in self.books:
            request = self.request(id_)
            if request.pending:
                _require_nothing_is_due(request, now)
            elif request.grant is not None and request.grant.status is GrantStatus.WAITING:
                assert request.grant.expires_at > now

    def approach_a_step(self, id_: str) -> None:
        """Let time pass until two minutes before its next step."""
        request = self.request(id_)
        steps = request.routing.escalation[request.escalated :]
        if request.pending and steps and request.stopped_at is None:
            left = steps[0].at - self.house.clock.now()
            self.pass_time(max(0, int(left.total_seconds() // 60) - 2))

    def request(self, id_: str) -> Request:
        found: Request | None = self.run(self.house.store.request(id_))
        assert found is not None
        return found

    def look(self) -> None:
        """Check every event that is new against the books."""
        for book in self.books.values():
            records = self.run(self.house.store.events(f"request:{book.id}"))
            for record in records[book.seen :]:
                self._check(book, record)
            if len(records) > book.seen:
                claim = self.request(book.id).claim
                assert (None if claim is None else claim.by.id) == book.holder
            book.seen = len(records)

    def _check(self, book: Book, record: e.EventRecord) -> None:
        event, (kind, _, who) = e.event_of(record), record.actor.partition(":")
        if isinstance(event, e.Claimed | e.Unclaimed | e.Reassigned):
            self._changes_hands(book, event, kind, who)
        elif isinstance(event, e.Signed):
            self._signs(book, who)
        elif isinstance(event, e.Withdrawn):
            assert [who in signed for signed in book.signed].count(True) == 1
            for signed in book.signed:
                signed[:] = [one for one in signed if one != who]
        elif isinstance(event, e.StageBegan):
            self._goes_on(book, event)
        elif isinstance(event, e.Escalated):
            assert not set(event.to) & self.gone
            assert BARRED not in event.widened
            book.widened |= set(event.widened)
        elif isinstance(event, e.Moved):
            book.owner, book.moved_in, book.widened = event.routing.owner, book.stage, set()
            book.holder = None
        elif isinstance(event, e.Decided):
            self._decides(book, event, kind, who)
        elif isinstance(event, e.Redeemed):
            book.redeemed += 1
            assert book.redeemed == 1
            assert not self.stopped(book.action, book.owner, frozen=True)

    def _changes_hands(self, book: Book, event: e.Claimed | e.Unclaimed | e.Reassigned, kind: str, who: str) -> None:
        assert book.decided == 0
        if isinstance(event, e.Unclaimed):
            assert kind == ActorKind.CLOCK or who == book.holder
            book.holder = None
            return
        book.holder = event.to if isinstance(event, e.Reassigned) else who
        assert book.may_sign(book.holder, self.gone), (book, book.holder)
        if kind == ActorKind.POLICY:
            self.giving.give(book.holder, self.house.clock.now())
        else:
            assert book.may_sign(who, self.gone), (book, who)

    def _signs(self, book: Book, who: str) -> None:
        assert book.decided == 0
        assert not self.stopped(book.action, book.owner, frozen=True)
        assert book.may_sign(who, self.gone), (book, who)
        assert all(who not in signed for signed in book.signed)
        book.signed[book.stage].append(who)

    def _goes_on(self, book: Book, event: e.StageBegan) -> None:
        if event.stage > book.stage:
            assert event.stage == book.stage + 1
            self._require_enough(book, book.stage)
        book.stage = event.stage
        book.widened, book.holder = set(), None
        stand = [actor.id for actor in event.signatures]
        for number in range(len(book.signed)):
            book.signed[number] = [one for one in book.signed[number] if one in stand and number <= event.stage]
        assert sorted(stand) == sorted(one for signed in book.signed for one in signed)

    def _decides(self, book: Book, event: e.Decided, kind: str, who: str) -> None:
        book.decided += 1
        assert book.decided == 1
        book.holder = None
        decision = event.decision
        approved = decision.kind in {DecisionKind.APPROVED, DecisionKind.APPROVED_WITH_EDITS}
        assert (event.grant is not None) == approved
        if decision.kind is DecisionKind.EXPIRED:
            assert kind == ActorKind.CLOCK
        if not approved:
            return
        assert kind == ActorKind.PERSON
        assert not self.stopped(book.action, book.owner, frozen=True)
        self._signs_last(book, who)
        if decision.kind is DecisionKind.APPROVED_WITH_EDITS:
            assert NEEDED[book.action] == (1,)
            return
        for stage in range(len(book.signed)):
            self._require_enough(book, stage)

    def _signs_last(self, book: Book, who: str) -> None:
        assert book.stage == len(book.signed) - 1
        assert book.may_sign(who, self.gone), (book, who)
        assert all(who not in signed for signed in book.signed)
        book.signed[book.stage].append(who)

    def _require_enough(self, book: Book, stage: int) -> None:
        """Every signature that is needed, of people who are there yet, and one of them covers the amount."""
        standing = [one for one in book.signed[stage] if one not in self.gone]
        assert len(set(standing)) >= book.needed(stage), book
        assert any(book.covers(one) for one in standing), book

    def close(self) -> None:
        """The record verifies, before and after it is sealed, and every view is what it says."""
        try:
            store = self.house.store
            self.run(self.pausing.close())
            self.run(self.loads.close())
            self.run(require_rebuilt(store))
            while self.run(seal_once(store.seals, KEYS.signer, self.house.clock, limit=50)):
                pass
            report = self.run(verify(store, Keyring([KEYS.public_key])))
            assert (report.findings, report.views, report.unsealed) == ((), "compared", 0)
            self.run(store.close())
        finally:
            self.runner.close()


def _require_nothing_is_due(request: Request, now: datetime) -> None:
    """After a sweep: every deadline was kept, whatever came before."""
    assert request.deadline_at > now
    assert all(snooze.until > now for snooze in request.snoozes)
    assert request.claim is None or request.claim.until is None or request.claim.until > now
    if request.stopped_at is None:
        assert all(at > now for at in request.routing.remind_at[request.reminded :])
        assert all(step.at > now for step in request.routing.escalation[request.escalated :])
