"""Telling one user something that nobody else sees: below their click where that is possible, else as a direct message.

Never by a ``response_url``, which is good for half an hour and five uses.
"""

from __future__ import annotations

import traceback

import structlog

from adapters.slack.app.room import Room, Stranger
from adapters.slack.app.visiting import Visit
from adapters.slack.cards import answers
from adapters.slack.cards.drawn import Drawn
from adapters.slack.cards.modals import notice
from bot.errors import AlreadyDecided, Busy, SignoffError, Unavailable

FAULT = "Something went wrong in Signoff; nothing was decided."
AGAIN = "Try again; if it stays so, tell whoever runs Signoff."


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
    if isinstance(error, Stranger):
        who = f"Ask {', '.join(error.ask)} to add your address to the policy." if error.ask else None
        return "Signoff does not know who you are: your Slack address is nobody's in the policy.", who
    if isinstance(error, AlreadyDecided):
        when = error.decided_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        verb = error.kind.replace("_", " ")
        return f"Somebody was first: it was {verb} by {error.decided_by}, {when}. Yours changed nothing.", None
    if isinstance(error, (Busy, Unavailable)):
        return "Signoff can't reach something that it needs; nothing was decided.", "Try again in a minute."
    if isinstance(error, SignoffError):
        text = error.message[:1].upper() + error.message[1:]
        return text, error.remedy and error.remedy[:1].upper() + error.remedy[1:]
    return FAULT, AGAIN


def log_fault(error: Exception, what: str) -> None:
    """Where something broke that nobody meant to: never its own words, which may hold what people wrote."""
    if isinstance(error, SignoffError):
        return
    where = "".join(traceback.format_tb(error.__traceback__))
    structlog.get_logger("slack").error("handler_failed", handler=what, kind=type(error).__name__, where=where)
