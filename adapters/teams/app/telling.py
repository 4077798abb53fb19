"""Telling one user something that nobody else sees: in their 1:1 chat with the bot."""

from __future__ import annotations

from typing import Any

import structlog

from adapters.teams.app.room import SURFACE, Room
from adapters.teams.app.visiting import Visit
from adapters.teams.cards import TYPE
from adapters.teams.cards.answers import not_linked_card, refusal_card, say_card
from adapters.teams.client import Chat
from bot import receiving
from bot.errors import ChannelUnavailable, SignoffError
from bot.receiving import AGAIN, FAULT, Stranger

Json = dict[str, Any]
UNREACHED = "I can't write to you alone: install the app for yourself, then ask again."


async def tell(room: Room, visit: Visit, card: Json) -> bool:
    """Show a card to this user alone; whether Teams took it. Who can't be reached is logged by the error's code."""
    try:
        await room.saying.say(visit.service_url, visit.tenant, await chat_with(room, visit), message(card))
    except SignoffError as error:
        structlog.get_logger(SURFACE).warning("nobody_told", tenant=visit.tenant, code=error.code)
        return False
    return True


async def say_here(room: Room, visit: Visit, card: Json) -> None:
    """Show a card where the user is: in the thread that they wrote in, or their chat.

    Raises:
        SignoffError: as ``Saying.say`` says.
    """
    await room.saying.say(visit.service_url, visit.tenant, visit.conversation, message(card))


async def chat_with(room: Room, visit: Visit) -> str:
    """The 1:1 chat with a user.

    Raises:
        ChannelUnavailable: Teams lets the bot have none.
        SignoffError: as ``TeamsPort.create_chat`` says.
    """
    if visit.private:
        return visit.conversation
    if visit.user == visit.account:
        raise ChannelUnavailable("Teams does not say who this user is")
    known = await room.references.chat(visit.tenant, visit.user)
    if known is not None and known.conversation:
        return known.conversation
    made = await room.port.create_chat(visit.service_url, visit.tenant, visit.account)
    name = "" if known is None else known.name
    await room.references.met(visit.tenant, visit.user, Chat(visit.account, name, made, visit.conversation))
    return made


def message(card: Json) -> Json:
    """A message that shows a card."""
    return {"type": "message", "attachments": [{"contentType": TYPE, "content": card}]}


def card_of(error: Exception) -> Json:
    """A refusal as a card; of what nobody meant, nothing is told but that nothing was decided."""
    if isinstance(error, Stranger):
        return not_linked_card(error.address, error.ask)
    if isinstance(error, SignoffError):
        return refusal_card(error)
    return say_card(FAULT, AGAIN)


def sentence_of(error: Exception) -> str:
    """The same in one line."""
    said, remedy = receiving.sentences(error, "Teams")
    return f"{said} ({remedy})" if remedy else said


def log_fault(error: Exception, what: str) -> None:
    """Where something broke that nobody meant to."""
    receiving.log_fault(error, what, SURFACE)
