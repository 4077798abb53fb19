"""Cards, lines and texts sent to Slack: each once, in its channel's turn, and found again when the answer was lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec

from adapters.slack.cards import blocks, limits
from adapters.slack.cards.card import card_message
from adapters.slack.cards.drawn import Drawn, Mentions
from adapters.slack.cards.gathered import gathered_message
from adapters.slack.cards.lines import thread_lines
from adapters.slack.cards.markup import escape
from adapters.slack.client.finding import find_in_channel, find_in_thread, metadata, own_replies
from adapters.slack.client.pacing import Pacing
from adapters.slack.client.people import SlackPeople
from adapters.slack.client.remembering import Remembered
from adapters.slack.client.workspaces import Suspended, Workspaces
from bot.cards import Card, Gathered, HistoryLine
from bot.domain.people import Person
from bot.domain.requests import MessageRef
from bot.errors import Busy, ChannelUnavailable, MessageGone
from bot.policy.document import Policy
from bot.ports import Clock
from bot.ports.surfaces import Posting

Json = dict[str, Any]

SURFACE = "slack"
PERSON = "person:"
TOLD_LATELY = timedelta(days=2)
"""How far back a text or a list to one person is looked for."""
SKEW = timedelta(minutes=5)
"""Between our clock and Slack's."""


class _Where(msgspec.Struct, frozen=True):
    """Where a message goes: ``thread`` is what it stands below, ``since`` when it can first have been sent."""

    team: str
    channel: str
    place: str
    since: datetime
    thread: str | None = None


class SlackChat:
    """Conforms to ``bot.ports.Chat`` for ``bot.cards``.

    A suspended workspace is ``ChannelUnavailable`` while another could stand in, else ``Unavailable``. ``BadInput`` is
    what Slack will never take, however often it is sent. ``desk_url`` gives the desk's page of a request by its id, and
    that of all that waits by an empty one.
    """

    def __init__(
        self,
        workspaces: Workspaces,
        people: SlackPeople,
        pacing: Pacing,
        *,
        clock: Clock,
        policy: Callable[[], Policy],
        desk_url: Callable[[str], str],
    ) -> None:
        self._workspaces = workspaces
        self._people = people
        self._pacing = pacing
        self._clock = clock
        self._policy = policy
        self._desk_url = desk_url
        self._direct: Remembered[tuple[str, str], str] = Remembered(clock)

    @property
    def surface(self) -> str:
        """``slack``."""
        return SURFACE

    async def post(self, place: str, card: Card, posting: Posting) -> MessageRef:
        """See ``Chat``."""
        team, channel = await self._place(place)
        mentions = await self._people.mentions(team, posting.calls)
        url = self._desk_url(card.request_id)
        drawn = card_message(card, mentions=mentions, lead=posting.lead, desk_url=url)
        return await self._send(_Where(team, channel, place, card.opened_at), drawn, posting)

    async def update(
        self, ref: MessageRef, card: Card, *, lead: str | None = None, calls: tuple[Person, ...] = ()
    ) -> None:
        """See ``Chat``.

        While a request is open, another place can stand in for a card in a suspended workspace. When it is over none
        needs to, and the card is redrawn once that workspace is back: until then this is ``Unavailable``.
        """
        mentions = await self._people.mentions(ref.workspace, calls) if calls else Mentions()
        drawn = card_message(card, mentions=mentions, lead=lead, desk_url=self._desk_url(card.request_id))
        write = self._write if card.status.open else self._workspaces.write
        await write(ref.workspace, "chat.update", channel=ref.channel, ts=ref.message, **drawn)

    async def reply(self, ref: MessageRef, lines: Sequence[HistoryLine], posting: Posting) -> MessageRef:
        """See ``Chat``."""
        mentions = await self._people.mentions(ref.workspace, posting.calls)
        where = _Where(ref.workspace, ref.channel, ref.place, self._clock.now(), thread=ref.message)
        return await self._send(where, thread_lines(lines, mentions=mentions), posting)

    async def clear(self, ref: MessageRef, *, keep: Collection[str] = ()) -> int:
        """See ``Chat``."""
        async with self._standing_in(ref.workspace):
            said = await own_replies(self._workspaces, ref.workspace, ref.channel, thread=ref.message)
        gone = [ts for ts in said if ts not in keep]
        for ts in gone:
            with suppress(MessageGone):
                await self._write(ref.workspace, "chat.delete", channel=ref.channel, ts=ts)
        return len(gone)

    async def post_list(self, place: str, gathered: Gathered, posting: Posting) -> MessageRef:
        """See ``Chat``."""
        team, channel = await self._place(place)
        where = _Where(team, channel, place, self._clock.now() - TOLD_LATELY)
        return await self._send(where, gathered_message(gathered, desk_url=self._desk_url("")), posting)

    async def update_list(self, ref: MessageRef, gathered: Gathered) -> None:
        """See ``Chat``."""
        drawn = gathered_message(gathered, desk_url=self._desk_url(""))
        await self._write(ref.workspace, "chat.update", channel=ref.channel, ts=ref.message, **drawn)

    async def post_drawn(self, place: str, drawn: Drawn, posting: Posting, *, since: datetime) -> MessageRef:
        """Post what is drawn already in a place, as ``post`` does; it can't have been posted before ``since``."""
        team, channel = await self._place(place)
        return await self._send(_Where(team, channel, place, since), drawn, posting)

    async def redraw(self, ref: MessageRef, drawn: Drawn) -> None:
        """Let a message say something else, as ``update`` does."""
        await self._write(ref.workspace, "chat.update", channel=ref.channel, ts=ref.message, **drawn)

    async def announce(self, place: str, text: str, posting: Posting) -> MessageRef:
        """See ``Chat``."""
        team, channel = await self._place(place)
        said = blocks.section(blocks.plain(text), block_id="said")
        drawn = Drawn(text=escape(text, limits.FALLBACK_TEXT), blocks=[said])
        return await self._send(_Where(team, channel, place, self._clock.now() - TOLD_LATELY), drawn, posting)

    async def tell(self, person: Person, text: str, posting: Posting) -> MessageRef:
        """See ``Chat``."""
        team, channel = await self._conversation(person)
        said = blocks.section(blocks.plain(text), block_id="said")
        drawn = Drawn(text=escape(text, limits.FALLBACK_TEXT), blocks=[said])
        where = _Where(team, channel, f"{PERSON}{person.id}", self._clock.now() - TOLD_LATELY)
        return await self._send(where, drawn, posting)

    # ------------------------------------------------------------------------------------------------------- inside

    async def _place(self, place: str) -> tuple[str, str]:
        """The team and conversation of a place.

        Raises:
            ChannelUnavailable: when there is none.
        """
        if not place.startswith(PERSON):
            return await self._workspaces.of_channel(place)
        person = self._policy().people.get(place.removeprefix(PERSON))
        if person is None:
            raise ChannelUnavailable(f"The policy has no person {place[:80]} any more")
        return await self._conversation(person)

    async def _conversation(self, person: Person) -> tuple[str, str]:
        """Where the bot speaks with one person: in the first workspace that knows them and lets it."""
        refused: ChannelUnavailable | None = None
        for team, user in await self._people.user_of(person):
            known = self._direct.get((team, user))
            if known is not None:
                return team, known
            try:
                opened = await self._write(team, "conversations.open", users=user)
            except ChannelUnavailable as error:
                refused = error
                continue
            return team, self._direct.keep((team, user), str(opened["channel"]["id"]), hit=True)
        remedy = "correct `slack:` or `email:` of the person in the policy, or invite them"
        raise refused or ChannelUnavailable(f"{person.name} has no account in Slack", remedy=remedy)

    async def _send(self, where: _Where, drawn: Drawn, posting: Posting) -> MessageRef:
        """Post in the channel's turn, unless an earlier try is found there."""
        self._pacing.take_turn(where.team, where.channel, posting.id, line=where.thread is not None)
        ts = await self._found(where, posting.id) if posting.again else None
        if ts is None:
            ts = await self._post(where, drawn, posting.id)
        return MessageRef(SURFACE, where.channel, ts, workspace=where.team, place=where.place)

    async def _found(self, where: _Where, id_: str) -> str | None:
        """The message of an earlier try, if Slack took one."""
        async with self._standing_in(where.team):
            if where.thread is not None:
                return await find_in_thread(self._workspaces, where.team, where.channel, id_, thread=where.thread)
            since = where.since - SKEW
            return await find_in_channel(self._workspaces, where.team, where.channel, id_, since=since)

    async def _post(self, where: _Where, drawn: Drawn, id_: str) -> str:
        try:
            answer = await self._write(
                where.team,
                "chat.postMessage",
                channel=where.channel,
                thread_ts=where.thread,
                metadata=metadata(id_),
                unfurl_links=False,
                unfurl_media=False,
                link_names=False,
                parse="none",
                **drawn,
            )
        except Busy as busy:
            self._pacing.pause(where.team, where.channel, id_, busy.retry_after, line=where.thread is not None)
            raise
        finally:
            self._pacing.answered(where.team, where.channel)
        return str(answer["ts"])

    async def _write(self, team: str, method: str, **args: object) -> Json:
        async with self._standing_in(team):
            return await self._workspaces.write(team, method, **args)

    @asynccontextmanager
    async def _standing_in(self, team: str) -> AsyncIterator[None]:
        """A suspended workspace has no channels, as long as another could stand in for it; else it is waited for."""
        try:
            yield
        except Suspended as error:
            if any(each.suspended is None for each in await self._workspaces.all() if each.team != team):
                raise ChannelUnavailable(error.message, remedy=error.remedy) from error
            raise
