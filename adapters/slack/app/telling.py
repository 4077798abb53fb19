"""Telling one user something that nobody else sees: below their click where that is possible, else as a direct message.

Never by a ``response_url``, which is good for half an hour and five uses.
"""

from __future__ import annotations

import structlog

from adapters.slack.app.room import SURFACE, Room
from adapters.slack.app.visiting import Visit
from adapters.slack.cards import answers
from adapters.slack.cards.drawn import Drawn
from adapters.slack.cards.modals import notice
from bot import receiving
from bot.errors import SignoffError
from bot.receiving import AGAIN, FAULT, Stranger


async def tell(room: Room, visit: Visit, said: Drawn) -> None:
    """Say it to this user alone; who can't be reached at all is logged by the error's code."""
    try:
        if await _whisper(room, visit, said):
            return
        opened = await room.workspaces.write(visit.workspace, "conversations.open", users=visit.user)
        channel = opened["channel"]["id"]
        await room.workspaces.write(visit.workspace, "chat.postMessage", channel=channel, **said)
    except SignoffError as error:
        structlog.get_logger("slack").warning("nobody_told", workspace=visit.workspace, code=error.code)


async def _whisper(room: Room, visit: Visit, said: Drawn) -> bool:
    """Whether it was taken as a message that only they see: in a channel that both they and the app are in."""
    if not visit.channel:
        return False
    try:
        await room.workspaces.write(
            visit.workspace, "chat.postEphemeral", channel=visit.channel, user=visit.user, **said
        )
    except SignoffError:
        return False
    return True


def words_of(error: Exception) -> Drawn:
    """A refusal as a message; of what nobody meant, nothing is told but that nothing was decided."""
    if isinstance(error, Stranger):
        return answers.not_linked(error.address, error.ask)
    if isinstance(error, SignoffError):
        return answers.refusal(error)
    return answers.say(FAULT, AGAIN)


def notice_of(error: Exception, title: str = "Nothing was done") -> dict[str, object]:
    """A refusal as a modal."""
    return notice(title, *sentences(error))


def sentences(error: Exception) -> tuple[str, str | None]:
    """A refusal in a sentence or two, and what would help."""
    return receiving.sentences(error, "Slack")


def log_fault(error: Exception, what: str) -> None:
    """Where something broke that nobody meant to."""
    receiving.log_fault(error, what, SURFACE)
