"""What the next calls of the app can be made to meet instead of a good answer."""

from __future__ import annotations

from enum import auto

from tests.fakes.faults import Trouble


class Fault(Trouble):
    """What goes wrong; `taken=True` lets what is not taken come after the work all the same."""

    RATE_LIMITED = auto()
    """429 with `Retry-After`; not taken."""
    SERVER_ERROR = auto()
    """500 with Slack's `internal_error`; not taken."""
    UNAVAILABLE = auto()
    """503 with a page; not taken."""
    HTML = auto()
    """200 with a page instead of JSON; not taken."""
    RESET = auto()
    """The connection is reset; not taken."""
    SLOW = auto()
    """Answered well, `seconds` late."""
    LOST = auto()
    """Taken, then the connection is reset: the caller can't know."""
    HANG = auto()
    """Taken, then no answer until the caller gives up (or `seconds` have passed)."""
    REFUSED = auto()
    """`ok: false` with the error code `error`; not taken."""
