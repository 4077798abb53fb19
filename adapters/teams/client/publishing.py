"""Digests in Teams: one card with the chart in it, the figures below, and the way to the file on the desk.

Why so: docs/adr/0014-charts-in-chat.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from adapters.teams.cards import TYPE, refresh_for
from adapters.teams.cards.summary import Picture, summary_card
from adapters.teams.client.posting import PERSON, TeamsChat
from bot.answering import Summary, heading, headline
from bot.answering.charting import Chart, Draw, alt_text, chart_of
from bot.digesting.publishing import Digested
from bot.domain.people import Person
from bot.domain.requests import MessageRef
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
        until = self._clock.now() + KEPT
        await self._shelf.put(CARDS, posting.id, msgspec.json.encode(card), expires_at=until)
        said = f"{heading(digested.summary)}: {headline(digested.summary)}"

        def activity(watchers: Sequence[str]) -> Json:
            content = {**card, "refresh": _refresh(watchers, posting.id)} if watchers else card
            return {"type": "message", "summary": said, "attachments": [{"contentType": TYPE, "content": content}]}

        return await self._chat.post_made(place, activity, posting, self._watchers(place, digested.summary))

    async def drawn(self, summary: Summary, late: str | None = None) -> Json:
        """The card of a summary, with its chart where that can be drawn and fits."""
        return summary_card(summary, desk_url=self._desk_url, late=late, picture=await self._picture(summary))

    async def again(self, posting: str) -> Json | None:
        """The card of a digest as it was posted, for the client that asks for it; None when it is too long ago."""
        found = await self._shelf.get(CARDS, posting, self._clock.now())
        return None if found is None else msgspec.json.decode(found)

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

    def _watchers(self, place: str, summary: Summary) -> Sequence[Person]:
        """Whose clients ask for the card when they see it."""
        policy = self._policy()
        owner = policy.owners.get(summary.owner or "")
        ids = () if owner is None else (owner.risk_owner, owner.accountable, *owner.approvers)
        ids = (place.removeprefix(PERSON),) if place.startswith(PERSON) else ids
        return [policy.people[id_] for id_ in dict.fromkeys(ids) if id_ in policy.people][:_WATCHERS]


def _refresh(watchers: Sequence[str], posting: str) -> Json:
    refresh: Json = refresh_for(watchers, posting, SUMMARY)
    refresh["action"]["data"] = {**refresh["action"]["data"], "posting": posting}
    return refresh
