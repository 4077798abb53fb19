"""What the next calls of the bot can be made to meet instead of a good answer."""

from __future__ import annotations

from enum import auto

from tests.fakes.faults import Trouble


class Fault(Trouble):
    """What goes wrong."""

    THROTTLED = auto()
    """429 with `Retry-After`."""
    PRECONDITION_FAILED = auto()
    """412."""
    SERVER_ERROR = auto()
    """500."""
    BAD_GATEWAY = auto()
    """502."""
    UNAVAILABLE = auto()
    """503 with a page."""
    GATEWAY_TIMEOUT = auto()
    """504."""
    UNAUTHORIZED = auto()
    """401."""
    FORBIDDEN = auto()
    """403, `BotNotInConversationRoster` unless `error` says otherwise."""
    NOT_FOUND = auto()
    """404, `ActivityNotFoundInConversation` unless `error` says otherwise."""
    TOO_BIG = auto()
    """413."""
    HTML = auto()
    """200 with a page instead of JSON."""
    RESET = auto()
    """The connection is reset."""
    SLOW = auto()
    """Answered well, `seconds` late."""
    LOST = auto()
    """Taken, then the connection is reset: the caller can't know."""
    HANG = auto()
    """Taken, then no answer until the caller gives up (or `seconds` have passed)."""
