"""Digests in Slack: the figures as a message, the chart and the sheet as files below it.

Why in the thread: docs/adr/0013-charts-in-chat.md.
"""

from __future__ import annotations

import logging
from typing import Any

from adapters.slack.cards.drawn import Drawn
from adapters.slack.cards.friction import friction_message
from adapters.slack.cards.summary import summary_message, unattached
from adapters.slack.client.attaching import File, attach
from adapters.slack.client.posting import SlackChat
from adapters.slack.client.workspaces import Workspaces
from bot.answering import Summary, csv_of, heading, sheet_name
from bot.answering.charting import Draw, alt_text, chart_of
from bot.digesting.publishing import Digested, DigestedFriction
from bot.domain.requests import MessageRef
from bot.errors import Busy, SignoffError, Uncertain
from bot.friction import csv_of as friction_csv
from bot.friction import heading as friction_heading
from bot.ports import Posting

log = logging.getLogger("signoff.slack")
Json = dict[str, Any]
DPI = 200
"""720 pixels wide: a phone's width, twice over."""
NO_CHART = "The chart could not be drawn; its figures are above."


class SlackPublishing:
    """Conforms to ``bot.digesting.Publishing``. ``desk_url`` is the desk's first page."""

    def __init__(self, chat: SlackChat, workspaces: Workspaces, draw: Draw, *, desk_url: str) -> None:
        self._chat = chat
        self._workspaces = workspaces
        self._draw = draw
        self._desk_url = desk_url

    async def publish(self, place: str, digested: Digested, posting: Posting) -> MessageRef:
        """See ``Publishing``. The message is found again by its metadata, its files by their names."""
        ref = await self._chat.post_drawn(place, self._drawn(digested), posting, since=digested.due_at)
        try:
            problem = await self._attach(ref, digested.summary, again=posting.again)
        except Busy:
            raise  # it is tried again, and finds the message
        except SignoffError as error:
            if isinstance(error, Uncertain) and not posting.again:
                raise  # they may stand: once more, which looks for them first
            log.warning("a summary's files could not be attached: %s", error.code)
            problem = unattached(error)
        if problem is not None:
            await self._chat.redraw(ref, self._drawn(digested, problem))
        return ref

    async def publish_friction(self, place: str, digested: DigestedFriction, posting: Posting) -> MessageRef:
        """See ``Publishing``. The sheet below it holds nothing that is for one person's eyes."""
        if digested.hints is not None and place != f"person:{digested.hints.risk_owner}":
            raise ValueError("what is for one person's eyes goes nowhere else")
        friction = digested.friction

        def drawn(problem: str | None = None) -> Drawn:
            return friction_message(
                friction, digested.hints, desk_url=self._desk_url, late=digested.late, problem=problem
            )

        ref = await self._chat.post_drawn(place, drawn(), posting, since=digested.due_at)
        sheet = File("friction.csv", f"{friction_heading(friction)}: every signal", friction_csv(friction).encode())
        try:
            await attach(self._workspaces, ref.workspace, ref.channel, [sheet], thread=ref.message, again=posting.again)
        except Busy:
            raise  # as above
        except SignoffError as error:
            log.warning("a digest's file could not be attached: %s", error.code)
            await self._chat.redraw(ref, drawn(f"The file with every signal could not be attached: {error.message}."))
        return ref

    def _drawn(self, digested: Digested, problem: str | None = None) -> Drawn:
        return summary_message(digested.summary, desk_url=self._desk_url, late=digested.late, problem=problem)

    async def _attach(self, ref: MessageRef, summary: Summary, *, again: bool) -> str | None:
        """Share the files below the message; what is to be said where one is missing."""
        files, problem = await files_of(summary, self._draw)
        await attach(self._workspaces, ref.workspace, ref.channel, files, thread=ref.message, again=again)
        return problem

    async def hand_over(self, team: str, user: str, summary: Summary) -> str | None:
        """Share the files of a summary with one user alone; what is to be said where one is missing.

        Raises:
            SignoffError: as ``attach`` says, and where the user can't be written to.
        """
        files, problem = await files_of(summary, self._draw)
        opened = await self._workspaces.write(team, "conversations.open", users=user)
        await attach(self._workspaces, team, str(opened["channel"]["id"]), files, comment=_comment(summary))
        return problem


async def files_of(summary: Summary, draw: Draw) -> tuple[list[File], str | None]:
    """The chart, where there is anything to draw, and the sheet; what is to be said where the chart is missing."""
    sheet = File(sheet_name(summary), f"{heading(summary)}: every figure", csv_of(summary).encode())
    chart = chart_of(summary)
    if chart is None:
        return [sheet], None
    png = await draw(chart, DPI)
    if png is None:
        return [sheet], NO_CHART
    return [File(sheet_name(summary, "png"), heading(summary), png, alt_text(chart)), sheet], None


def _comment(summary: Summary) -> str:
    """Plain words, since Slack reads a comment as markup: nothing that a policy says stands in it."""
    return f"The chart and every figure of the summary ({summary.period.name})."
