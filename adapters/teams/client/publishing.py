"""Digests in Teams: one card with the chart in it, the figures below, and the way to the file on the desk.

Why so: docs/adr/0013-charts-in-chat.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from adapters.teams.cards import TYPE, refresh_for
from adapters.teams.cards.friction import friction_card
from adapters.teams.cards.summary import Picture, summary_card
from adapters.teams.client.placing import PERSON
from adapters.teams.client.posting import TeamsChat
from bot.answering import Summary, heading, headline
from bot.answering.charting import Chart, Draw, alt_text, chart_of
from bot.digesting.publishing import Digested, DigestedFriction
from bot.domain.people import Person
from bot.domain.requests import MessageRef
from bot.friction import heading as friction_heading
from bot.friction import headline as friction_headline
from bot.policy.document import Policy
from bot.ports import Clock, Posting, Shelf

Json = dict[str, Any]
SUMMARY = "summary"
"""Marks the refresh of a digest's card: it tells of itself when somebody sees it, and shows the same."""
CARDS = "teams.digests"
KEPT = timedelta(days=30)
SIZES = (160, 130, 100)
"""Pixels an inch, of which the first that makes it small enough is taken: 576 pixels wide or less. Without its title,
which the card has."""
_PANELS = 3
_WATCHERS = 10


class _Made(msgspec.Struct, frozen=True):
    """A card to be posted, what it says in short, and whose owner it is of; ``alone`` is the one who may see it."""

    card: Json
    said: str
    owner: str | None
    alone: str | None = None


class TeamsPublishing:
    """Conforms to ``bot.digesting.Publishing``. ``desk_url`` is the desk's first page."""

    def __init__(
        self,
        chat: TeamsChat,
        draw: Draw,
        *,
        shelf: Shelf,
        clock: Clock,
        policy: Callable[[], Policy],
        desk_url: str,
    ) -> None:
        self._chat = chat
        self._draw = draw
        self._shelf = shelf
        self._clock = clock
        self._policy = policy
        self._desk_url = desk_url

    async def publish(self, place: str, digested: Digested, posting: Posting) -> MessageRef:
        """See ``Publishing``. One whose answer was lost is waited for: its card tells of itself when it is seen."""
        card = await self.drawn(digested.summary, digested.late)
        said = f"{heading(digested.summary)}: {headline(digested.summary)}"
        return await self._post(place, _Made(card, said, digested.summary.owner), posting)

    async def publish_friction(self, place: str, digested: DigestedFriction, posting: Posting) -> MessageRef:
        """See ``Publishing``. What is for one person's eyes nobody else gets, asking or not."""
        friction = digested.friction
        card = friction_card(friction, digested.hints, desk_url=self._desk_url, late=digested.late)
        said = f"{friction_heading(friction)}: {friction_headline(friction)}"
        alone = None if digested.hints is None else digested.hints.risk_owner
        if alone is not None and place != f"{PERSON}{alone}":
            raise ValueError("what is for one person's eyes goes nowhere else")
        return await self._post(place, _Made(card, said, friction.owner, alone), posting)

    async def _post(self, place: str, made: _Made, posting: Posting) -> MessageRef:
        until = self._clock.now() + KEPT
        kept = msgspec.json.encode((made.alone, made.card))
        await self._shelf.put(CARDS, posting.id, kept, expires_at=until)
        card, said = made.card, made.said

        def activity(watchers: Sequence[str]) -> Json:
            content = {**card, "refresh": _refresh(watchers, posting.id)} if watchers else card
            return {"type": "message", "summary": said, "attachments": [{"contentType": TYPE, "content": content}]}

        return await self._chat.post_made(place, activity, posting, self._watchers(place, made.owner))

    async def drawn(self, summary: Summary, late: str | None = None) -> Json:
        """The card of a summary, with its chart where that can be drawn and fits."""
        return summary_card(summary, desk_url=self._desk_url, late=late, picture=await self._picture(summary))

    async def again(self, posting: str, person: str) -> Json | None:
        """The card of a digest as it was posted, for the client of a person (an id) that asks for it.

        None when it is too long ago, or was for somebody else alone.
        """
        found = await self._shelf.get(CARDS, posting, self._clock.now())
        if found is None:
            return None
        alone, card = msgspec.json.decode(found, type=tuple[str | None, Json])
        return card if alone in {None, person} else None

    async def _picture(self, summary: Summary) -> Picture | None:
        chart = chart_of(summary)
        if chart is None:
            return None
        small = replace(chart, title="", subtitle="", panels=chart.panels[:_PANELS], hours=())
        picture: Picture | None = None
        for dpi in SIZES:
            picture = await self._drawing(small, dpi)
            if picture is None or picture.fits:
                break
        return picture

    async def _drawing(self, chart: Chart, dpi: int) -> Picture | None:
        png = await self._draw(chart, dpi)
        return None if png is None else Picture(png, alt_text(chart))

    def _watchers(self, place: str, whose: str | None) -> Sequence[Person]:
        """Whose clients ask for the card when they see it."""
        policy = self._policy()
        owner = policy.owners.get(whose or "")
        ids = () if owner is None else (owner.risk_owner, owner.accountable, *owner.approvers)
        ids = (place.removeprefix(PERSON),) if place.startswith(PERSON) else ids
        return [policy.people[id_] for id_ in dict.fromkeys(ids) if id_ in policy.people][:_WATCHERS]


def _refresh(watchers: Sequence[str], posting: str) -> Json:
    refresh: Json = refresh_for(watchers, posting, SUMMARY)
    refresh["action"]["data"] = {**refresh["action"]["data"], "posting": posting}
    return refresh
