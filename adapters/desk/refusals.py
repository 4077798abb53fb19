"""Refusals as pages: what happened, and what would help."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from adapters.desk.workroom import VISITOR, WORKROOM
from bot.errors import BadInput, Busy, Conflict, NotAllowed, NotFound, SignoffError, TooLarge, Unavailable

_STATUSES: tuple[tuple[type[SignoffError], int, str], ...] = (
    (NotFound, 404, "There is nothing here"),
    (NotAllowed, 403, "This is not yours to open"),
    (TooLarge, 413, "That is too much at once"),
    (BadInput, 400, "This could not be read"),
    (Conflict, 409, "It has changed meanwhile"),
    (Busy, 429, "Too many calls"),
    (Unavailable, 503, "Nothing was decided"),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status code, a heading, a sentence, and what would help."""

    status: int
    heading: str
    message: str
    remedy: str | None = None
    command: str | None = None
    """What somebody may type to mend it."""

    @staticmethod
    def signed_out() -> Refusal:
        """Nobody is signed in here, or no longer."""
        return Refusal(
            401,
            "You are not signed in",
            "A session on the desk lasts twelve hours, and begins with a link that works once.",
            "Ask whoever runs Signoff for a new link. They make it with this command:",
            "signoff desk link you@example.com",
        )

    @staticmethod
    def link_over() -> Refusal:
        """The link was used, is too old, or never was."""
        return Refusal(
            410,
            "This link no longer works",
            "A sign-in link works once, for fifteen minutes. This one was used already, is older than that, or was "
            "not copied whole.",
            "Ask whoever runs Signoff for a new one. They make it with this command:",
            "signoff desk link you@example.com",
        )

    @staticmethod
    def foreign_form() -> Refusal:
        """A form without this session's token."""
        return Refusal(
            403,
            "Nothing was done",
            "This form did not come from a page of your present session.",
            "Go back, reload the page and try again.",
        )

    @staticmethod
    def fault() -> Refusal:
        """A mistake of ours."""
        return Refusal(
            500,
            "Something went wrong on our side",
            "Nothing was decided by this click. What happened is in the server's log.",
            "Go back and try again; the queue shows how things stand.",
        )


def refusal_of(error: SignoffError | web.HTTPException) -> Refusal:
    """What to show for an error."""
    if isinstance(error, SignoffError):
        status, heading = next(
            ((status, heading) for kind, status, heading in _STATUSES if isinstance(error, kind)),
            (500, "Something went wrong on our side"),
        )
        field = f"{error.field} " if isinstance(error, BadInput) and error.field else ""
        return Refusal(status, heading, field + error.message, error.remedy)
    if error.status == web.HTTPForbidden.status_code:
        return Refusal.foreign_form()
    if error.status == web.HTTPNotFound.status_code:
        return Refusal(404, "There is nothing here", "The desk has no such page.", "The queue shows what waits.")
    if error.status == web.HTTPRequestEntityTooLarge.status_code:
        return Refusal(413, "That is too much at once", "The form is larger than this server takes.", "Shorten it.")
    return Refusal(error.status, "This did not work", f"The server answered: {error.reason}.", None)


def show_refusal(request: web.Request, refusal: Refusal) -> web.Response:
    """The refusal in the desk's own design."""
    room = request.app[WORKROOM]
    return room.pages.show(
        "refusal.html",
        status=refusal.status,
        now=room.clock.now(),
        zone=room.policy().zone,
        visitor=request.get(VISITOR),
        refusal=refusal,
    )
