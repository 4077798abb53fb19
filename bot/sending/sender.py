"""The sender of one chat surface: carries out the outbox's errands for it, whatever becomes of the tries before.

An errand is state-driven: it looks at the request as it is, does what is lacking, and records it. So it can be carried
out late, twice, or by another process that finds what a first one left half done.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from bot.cards import Card, Gathered, HistoryLine
from bot.domain import events as e
from bot.domain.duties import NO_DUTIES, Duties
from bot.domain.pauses import PAUSES
from bot.domain.verdicts import VerdictKind
from bot.errors import (
    BadInput,
    Busy,
    ChannelUnavailable,
    CredentialRefused,
    NotAllowed,
    Refused,
    SignoffError,
    Unavailable,
    Uncertain,
)
from bot.policy.document import Policy
from bot.ports import Chat, Clock, Committed, Leased, Posting, Store
from bot.recording import (
    CARD,
    DIGEST,
    GAPS,
    LINES,
    PING,
    PUBLISH,
    PUBLISHED,
    REDRAW,
    TELL,
    Errand,
    errand_of,
    stream_of,
)
from bot.rostering.wording import gaps_told
from bot.sending.announcing import announce_checkpoint
from bot.sending.digests import Digests
from bot.sending.following import add_lines, redraw
from bot.sending.gathering import Gathering
from bot.sending.halting import redraw_halted, tell_of_alarm
from bot.sending.listing import Lists
from bot.sending.noting import Notes
from bot.sending.patience import Patience
from bot.sending.pinging import Pinging
from bot.sending.placing import place_card
from bot.sending.rounds import Rounds
from bot.sending.scene import Scene, look
from bot.sending.trying import STUBBORN, Memory, Remembered, Try
from bot.sending.wording import loss

log = logging.getLogger("signoff.sending")

AT_ONCE = 64
HOLD = timedelta(seconds=30)
ATTEMPT_SECONDS = 25.0
"""An attempt is broken off before its lease ends, so that nobody else carries out the same errand meanwhile."""
_TAKEN = ("posted", "pinged", "gathered", "replied", "told", "digested")
"""What is counted of messages that the platform took."""
MOST_SURPRISES = 20
"""After so many tries that failed for a reason nobody foresaw, a person has to look."""


class ChatSender:
    """``run`` sends until it is cancelled; ``send_due`` does what is due now, for tests.

    ``duties`` is what people arranged among themselves, for their quiet hours. Without ``digests``
    none are posted. ``counts`` says how often what happened:
    posted, redrawn, replied, pinged, gathered, told, digested, unshown, unreached, desk_only, cleared, busy, uncertain,
    unavailable, surprised, parked.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        policy: Callable[[], Policy],
        chat: Chat[Card, HistoryLine, Gathered],
        *,
        duties: Callable[[], Duties] = lambda: NO_DUTIES,
        digests: Digests | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._chat = chat
        self._surface = chat.surface
        self._notes = Notes(store, chat.surface)
        self._digests = digests
        self._memory = Memory()
        self._patience = Patience(jitter)
        self._lists = Lists(store, clock, chat, self._look)
        self._pinging = Pinging(Gathering(store, clock, policy, duties, chat.surface), self._lists)
        self.counts: Counter[str] = Counter()
        self._rounds = Rounds(
            chat.surface, store, clock, self._attempt, hears=self._hears, hold=HOLD, in_order=True, at_once=AT_ONCE
        )

    async def run(self) -> None:
        """Send what there is, wake on commits, and sleep until the next attempt, for good."""
        await self._rounds.run()

    async def send_due(self) -> int:
        """Try everything that is due until nothing is; returns how many attempts were made."""
        return await self._rounds.send_due()

    def _hears(self, change: Committed) -> bool:
        kind, _, id_ = change.stream.partition(":")
        if kind != "request":
            return kind == "ledger" and (
                id_ in {PAUSES, PUBLISHED} or id_.startswith(("channel:", "gaps:", "digests:"))
            )
        request = change.request
        if request is None:
            return True
        shown = request.assessment.verdict.kind is VerdictKind.HOLD or request.feedback is not None
        return shown and self._surface in request.routing.surfaces

    async def _attempt(self, leased: Leased) -> None:
        remembered = self._memory.of(leased.message.id)
        trying: Try | None = None
        try:
            trying = self._try(leased, remembered)
            async with asyncio.timeout(ATTEMPT_SECONDS):
                await self._carry_out(trying)
        except Exception as problem:  # noqa: BLE001 - each is answered below, and one errand must not stop the others
            if trying is None or trying.untaken:
                remembered.untaken += 1
            await self._failed(leased, trying, remembered, problem)
        else:
            await self._store.outbox.sent(leased.message.id, self._clock.now())
            self._memory.forget(leased.message.id)

    def _try(self, leased: Leased, remembered: Remembered) -> Try:
        again, stubborn = leased.attempts > remembered.untaken, remembered.alone >= STUBBORN
        errand, look_again = errand_of(leased.message), partial(self._look, leased.message.subject)
        return Try(leased, errand, self._chat, self._notes, look_again, self._count, again, stubborn)

    async def _look(self, id_: str) -> Scene | None:
        return await look(self._store, self._clock, self._policy(), self._surface, id_)

    async def _redraw(self, trying: Try, scene: Scene) -> None:
        """Its cards, then the lists in which it stands."""
        await redraw(trying, scene)
        if not scene.overtaken(trying.errand.seq):
            for ref in scene.standing("gathered"):
                await self._lists.redraw(trying, ref)

    def _count(self, what: str) -> None:
        self.counts[what] += 1

    async def _carry_out(self, trying: Try) -> None:
        do = trying.errand.do
        if trying.request_id == PAUSES:
            await self._halt(trying)
            return
        if do == TELL:
            await self._tell(trying)
            return
        if do == DIGEST:
            self._count("unreached" if self._digests is None else await self._digests.post(trying))
            return
        if do == PUBLISH:
            self._count(await announce_checkpoint(trying, self._store, self._chat))
            return
        scene = await trying.look()
        if scene is None:
            log.warning("there is no request %s to show", trying.request_id)
            return
        carry_out: dict[str, Callable[[Try, Scene], Awaitable[None]]] = {
            CARD: place_card,
            REDRAW: self._redraw,
            LINES: add_lines,
            PING: self._pinging.ping,
        }
        await carry_out[do](trying, scene)

    async def _halt(self, trying: Try) -> None:
        """What follows from a pause or its end."""
        done = self._memory.of(trying.id).done
        policy = self._policy()
        if trying.errand.do == TELL:
            async for became in tell_of_alarm(trying, self._store, policy, done):
                self._count(became)
            return
        await redraw_halted(trying, self._store, self._look, self._surface, done)

    async def _tell(self, trying: Try) -> None:
        """Tell whoever answers for a channel that it was lost, or for a rotation that nobody will be on call."""
        records = await self._store.events(stream_of("ledger", trying.request_id))
        event = e.event_of(records[trying.errand.seq - 1])
        if not isinstance(event, e.Noted):
            return
        policy = self._policy()
        person = policy.people.get(str(event.facts.get("to", "")))
        if person is None:
            log.warning("nobody of the policy answers any more for what is to be told on %s", self._surface)
            return

        async def note(_: object) -> None:
            """The outbox says that it was told."""

        try:
            text = gaps_told(event.facts, policy) if event.what == GAPS else loss(event.facts, policy)
            posting = Posting(trying.id, again=trying.again)
            await trying.ask(f"person:{person.id}", self._chat.tell(person, text, posting), note)
        except ChannelUnavailable:
            self._count("unreached")
            log.warning("whoever answers for a lost channel or a rotation can't be told on %s", self._surface)
        else:
            self._count("told")

    async def _failed(self, leased: Leased, trying: Try | None, remembered: Remembered, problem: Exception) -> None:
        now = self._clock.now()
        if isinstance(problem, Busy):
            self._count("busy")
            await self._again(leased, self._patience.after_busy(now, problem.retry_after), "not its turn")
            return
        if isinstance(problem, BadInput):
            await self._park(leased, f"it will never be taken: {problem.message}")
            return
        remembered.failures += 1
        self._judge(remembered, problem)
        if isinstance(problem, Uncertain | TimeoutError):
            self._count("uncertain")
            at = self._patience.after_no_answer(now, remembered.failures)
        elif isinstance(problem, Unavailable | CredentialRefused | NotAllowed):
            self._count("unavailable")
            at = self._patience.after_refusal(now, remembered.failures)
        else:
            await self._surprised(leased, remembered, problem)
            return
        said = problem.message if isinstance(problem, SignoffError) else "no answer in time"
        if await self._hopeless(leased, None if trying is None else trying.errand, now):
            await self._park(leased, f"its time is over; last: {said}")
        else:
            await self._again(leased, at, said)

    def _judge(self, remembered: Remembered, problem: Exception) -> None:
        """Whether it failed alone: the platform gave an answer to it, or has taken others since it last failed."""
        taken = sum(self.counts[what] for what in _TAKEN)
        before, remembered.taken_then = remembered.taken_then, taken
        silent = isinstance(problem, Unavailable | TimeoutError) and not isinstance(problem, Refused)
        if not silent or (before is not None and taken > before):
            remembered.alone += 1

    async def _surprised(self, leased: Leased, remembered: Remembered, problem: Exception) -> None:
        """Say so without saying what was sent, and give up when it goes on."""
        self._count("surprised")
        remembered.surprises += 1
        what = problem.code if isinstance(problem, SignoffError) else type(problem).__name__
        log.error("errand %s on %s failed: %s", leased.message.id, self._surface, what)
        if remembered.surprises >= MOST_SURPRISES:
            await self._park(leased, f"failed {remembered.surprises} times; last: {what}")
        else:
            at = self._patience.after_refusal(self._clock.now(), remembered.failures)
            await self._again(leased, at, what)

    async def _hopeless(self, leased: Leased, errand: Errand | None, now: datetime) -> bool:
        """Whether it need not arrive any more: nobody waits for it, and it has been tried long enough."""
        if errand is not None and errand.do == PUBLISH:  # whoever watches the record waits for it, however long
            return False
        if errand is None or not self._patience.spent(errand.do, leased.message.created_at, now):
            return False
        try:
            request = await self._store.request(leased.message.subject)
        except SignoffError:
            return False
        return request is None or not request.pending

    async def _again(self, leased: Leased, at: datetime, error: str) -> None:
        await self._store.outbox.retry(leased.message.id, at=at, error=error)

    async def _park(self, leased: Leased, error: str) -> None:
        self._count("parked")
        log.error("errand %s on %s is given up after %s tries", leased.message.id, self._surface, leased.attempts + 1)
        self._memory.forget(leased.message.id)
        await self._store.outbox.park(leased.message.id, self._clock.now(), error=error)
