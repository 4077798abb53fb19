"""A past: a year's requests with everything that became of them, recorded by the product's own hands.

Every request is recorded event by event, under the time at which it would have happened, and written by the stores' own
writers in large batches without waiting for the disk: hashes, chains and views are those that the engine would have
made, so that ``signoff audit rebuild --check`` has nothing against it. A test rebuilds a small one.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import asyncpg
from msgspec.structs import replace

from bench.databases import sqlite_path
from bench.workload import House, house
from bot.domain import events as e
from bot.domain.ids import uuid7
from bot.domain.jsontext import digest
from bot.domain.money import Money
from bot.domain.people import Actor, agent, person
from bot.domain.requests import Decision, DecisionKind, Grant, MessageRef, OutcomeStatus, Request
from bot.domain.verdicts import Verdict, VerdictKind
from bot.recording import Changes, View, stream_of
from store.postgres.writing import write as write_postgres
from store.sqlite.writing import write as write_sqlite

DAYS = 350
PIECE = 500
PEOPLE = tuple(f"person{number:02}" for number in range(24))
GIVEN = ("Ana", "Ben", "Chloe", "Dmitri", "Elif", "Femi", "Grace", "Hugo", "Ines", "Jun", "Kofi", "Lena")
FAMILY = ("Alvarez", "Brown", "Costa", "Diaz", "Evans", "Fischer", "Garcia", "Hansen", "Ito", "Jones", "Khan", "Lopez")


class Past:
    """Makes requests like one that the engine opened, at random but the same each time."""

    def __init__(self, first: Request, opened: e.Opened, agents: list[tuple[str, str]], ends: datetime) -> None:
        self._first = first
        self._opened = opened
        self._agents = agents
        self._ends = ends
        self._chance = random.Random(20260301)

    def pieces(self, count: int) -> Iterator[Changes]:
        """So many requests in the order in which they were opened, some in each piece."""
        step = timedelta(days=DAYS) / count
        for start in range(0, count, PIECE):
            changes = Changes()
            for number in range(start, min(start + PIECE, count)):
                self._record(changes, number, self._ends - timedelta(days=DAYS) + number * step)
            yield changes

    def _record(self, changes: Changes, number: int, at: datetime) -> None:
        chance = self._chance
        agent_id, instance_id = self._agents[number % len(self._agents)]
        opened = self._opening(number, at, agent_id, instance_id)
        id_ = uuid7(at, chance.randbytes(10))
        by = agent(agent_id)
        self._add(changes, id_, at, opened, by)
        if number % 5:
            shown = MessageRef("slack", "C0REFUNDS", f"{number}.1", place="C0REFUNDS", upto=1)
            self._add(changes, id_, at + timedelta(seconds=1), e.Posted(shown), by)
        self._end(changes, id_, at, opened)

    def _opening(self, number: int, at: datetime, agent_id: str, instance_id: str) -> e.Opened:
        chance, opened = self._chance, self._opened
        customer = number % 200_003
        name = f"{GIVEN[customer % 12]} {FAMILY[customer // 12 % 12]}"
        amount = Decimal(chance.randrange(1, 40_000)) / 100
        reason = f"flight {'cancelled' if number % 2 else 'delayed'} by the airline" + (
            " wheelchair" * (number % 100 == 7)
        )
        arguments = {"reservation_id": f"R{number:07}", "amount": str(amount), "reason": reason}
        assessment = opened.assessment
        context = replace(
            assessment.context,
            customer=f"c-{customer}",
            customer_name=name,
            build=f"2026.{number % 1_000_000 // 90_000}",
        )
        allowed = number % 4 == 0
        verdict = Verdict(VerdictKind.ALLOW, assessment.verdict.reasons, assessment.verdict.policy_version)
        assessment = replace(
            assessment,
            context=context,
            amount=Money(amount, "USD"),
            verdict=verdict if allowed else assessment.verdict,
            reserved=(),
        )
        due = timedelta(minutes=15)
        routing = replace(
            opened.routing,
            owner="refunds" if number % 3 else "payments",
            due_at=at + due,
            deadline_at=at + timedelta(hours=4),
            remind_at=(),
            escalation=(),
        )
        return replace(
            opened,
            agent_id=agent_id,
            instance_id=instance_id,
            key=f"past-{number}",
            submission=digest(arguments),
            proposal=replace(opened.proposal, arguments=arguments),
            digest=digest(arguments),
            assessment=assessment,
            routing=routing,
            deadline_at=at + timedelta(hours=4),
            reserved=(),
            observed=(),
        )

    def _end(self, changes: Changes, id_: str, at: datetime, opened: e.Opened) -> None:
        chance = self._chance
        allowed = opened.assessment.verdict.kind is VerdictKind.ALLOW
        by = Actor("policy", "p-bench") if allowed else person(chance.choice(PEOPLE), "slack")  # type: ignore[arg-type]  # a kind is its name
        at += timedelta(seconds=0 if allowed else 4 + chance.expovariate(1 / 300))
        drawn = chance.random()
        if not allowed and chance.random() < 0.35:
            self._add(changes, id_, at - timedelta(seconds=2), e.Claimed(), by)
        if not allowed and drawn < 0.08:
            decision = Decision(DecisionKind.REJECTED, by, at, "not_eligible", "not covered", signatures=(by,))
            self._add(changes, id_, at, e.Decided(decision), by)
            return
        edited = None if allowed or drawn > 0.12 else {**opened.proposal.arguments, "amount": "1.00"}
        kind = DecisionKind.APPROVED if edited is None else DecisionKind.APPROVED_WITH_EDITS
        decision = Decision(kind, by, at, arguments=edited, signatures=() if allowed else (by,))
        grant = Grant(opened.digest if edited is None else digest(edited), at + timedelta(minutes=10))
        self._add(changes, id_, at, e.Decided(decision, grant), by)
        if edited is not None:
            self._add(changes, id_, at + timedelta(minutes=10), e.Lapsed(), Actor("clock", "sweep"))  # type: ignore[arg-type]  # as above
            return
        agent_ = agent(opened.agent_id)
        self._add(changes, id_, at + timedelta(seconds=2), e.Redeemed("k-" + id_), agent_)
        shown = MessageRef("slack", "C0REFUNDS", id_, place="C0REFUNDS", upto=3, kind="lines")
        self._add(changes, id_, at + timedelta(seconds=3), e.LinesPosted(shown), agent_)
        self._add(changes, id_, at + timedelta(seconds=5), e.OutcomeReported(OutcomeStatus.SUCCEEDED), agent_)

    def _add(self, changes: Changes, id_: str, at: datetime, event: e.Event, by: Actor) -> None:
        view = View(changes, at, self._chance.randbytes, whole=True)
        view.record("request", id_, event, by)
        changes.absorb(view.changes)
        changes.seen.setdefault(stream_of("request", id_), 0)


async def fill(url: str, count: int) -> int:
    """Fill a database with so many requests until now; returns with how many events."""
    async with house(url, webhooks=False) as engine:
        first = await engine.open(1)
        record = (await engine.store.events(stream_of("request", first.id)))[0]
        opened = e.event_of(record)
        assert isinstance(opened, e.Opened)
        past = Past(first, opened, _agents(engine), engine.clock.now())
    if url.startswith("sqlite:"):
        return await asyncio.to_thread(_fill_sqlite, url, past, count)
    return await _fill_postgres(url, past, count)


def _agents(engine: House) -> list[tuple[str, str]]:
    return [(worker.agent.id, worker.instance_id) for worker in engine.workers]


def _fill_sqlite(url: str, past: Past, count: int) -> int:
    connection = sqlite3.connect(sqlite_path(url), isolation_level=None)
    for pragma in ("synchronous = OFF", "cache_size = -524288", "wal_autocheckpoint = 20000"):
        connection.execute(f"PRAGMA {pragma}")
    events = 0
    for changes in past.pieces(count):
        connection.execute("BEGIN IMMEDIATE")
        write_sqlite(connection, changes)
        connection.execute("COMMIT")
        events += len(changes.records)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return events


async def _fill_postgres(url: str, past: Past, count: int) -> int:
    connection = await asyncpg.connect(url, server_settings={"synchronous_commit": "off"})
    events = 0
    for changes in past.pieces(count):
        async with connection.transaction():
            await write_postgres(connection, changes, os.urandom(8).hex())
        events += len(changes.records)
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")
    await connection.close()
    return events
