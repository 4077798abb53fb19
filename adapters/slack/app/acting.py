"""Handing a person's command to the rules, as done in Slack."""

from __future__ import annotations

from adapters.slack.app.room import SURFACE, Room
from bot import receiving
from bot.deciding import Command
from bot.domain.people import Person


async def act(room: Room, request_id: str, command: Command, person: Person) -> None:
    """Carry out a command. What follows from it shows on every card by itself.

    Raises:
        SignoffError: as ``Deciding.submit`` says.
    """
    await receiving.act(room.store, room.deciding, SURFACE, request_id, command, person)
