"""What happens around the bot: it is installed, removed, its team or channel renamed. Where it can write is noted."""

from __future__ import annotations

import structlog

from adapters.teams.app.room import SURFACE, Room
from adapters.teams.app.telling import say_here
from adapters.teams.app.visiting import Visit
from adapters.teams.cards.answers import help_card
from adapters.teams.client import Happened


async def happened(room: Room, visit: Visit, kind: str, told: Happened) -> None:
    """Do what follows, beside what ``References`` has noted already: greet somebody, and say who left.

    Raises:
        SignoffError: when the greeting could not be sent.
    """
    log = structlog.get_logger(SURFACE)
    if told.event == "removed":
        log.warning("removed_from_chat" if visit.private else "removed_from_team", tenant=visit.tenant, team=told.team)
    elif told.channel_gone or told.team_gone:
        log.warning("place_gone", tenant=visit.tenant, team=told.team, channel=told.channel, why=told.event)
    elif told.event == "added":
        log.info("added", tenant=visit.tenant, team=told.team)
        # Both a conversationUpdate and an installationUpdate tell of it; one of them greets.
        if kind == "installationUpdate" and visit.private and await room.seen.first(("greeting", *visit.identity)):
            await say_here(room, visit, help_card())
