"""Every error that Signoff raises on purpose, in one tree.

Adapters translate these to their own form at the edge (an HTTP problem, a private chat message, an exit code), so an
error carries what a person needs to act: a stable ``code``, a sentence, the ``field`` at fault and the ``remedy``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


class SignoffError(Exception):
    """The base of the tree; ``code`` is stable and machine-readable, the message is for people."""

    code = "error"

    def __init__(
        self, message: str, *, code: str | None = None, field: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.field = field
        self.remedy = remedy

    def __str__(self) -> str:
        parts = [self.message]
        if self.field:
            parts.insert(0, f"{self.field}:")
        if self.remedy:
            parts.append(f"({self.remedy})")
        return " ".join(parts)


class BadInput(SignoffError):
    """What was sent can't be used; nothing was changed. ``field`` is a JSON pointer or a field's name."""

    code = "invalid_request"


class TooLarge(BadInput):
    """A body, header, depth or text is over its limit."""

    code = "too_large"


class NotFound(SignoffError):
    """Unknown, or not visible to whoever asks."""

    code = "not_found"


class CredentialRefused(SignoffError):
    """The credential is missing, unknown, expired or revoked."""

    code = "credential_refused"


class NotAllowed(SignoffError):
    """A known caller may not do this; the message says who may or what would help."""

    code = "not_allowed"


class Unverified(SignoffError):
    """A webhook's receiver did not prove that it expects what would be sent; nothing was created or changed."""

    code = "webhook_verification_failed"


class Conflict(SignoffError):
    """The state has moved on: a normal answer to a lost race, never a fault."""

    code = "conflict"


class AlreadyDecided(Conflict):
    """Somebody else was first. ``decided_by`` is their display name, ``decided_at`` is UTC."""

    code = "already_terminal"

    def __init__(self, message: str, *, decided_by: str, decided_at: datetime, kind: str) -> None:
        super().__init__(message)
        self.decided_by = decided_by
        self.decided_at = decided_at
        self.kind = kind

    def opening(self, who: str) -> str:
        """How a sentence about it begins, before the time; ``who`` is the name as a surface writes it."""
        if self.kind == "expired":
            return "Its time was over: it expired"
        return f"Somebody was first: it was {self.kind.replace('_', ' ')} by {who}"


class Busy(SignoffError):
    """Too many calls; try again after ``retry_after`` seconds."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(SignoffError):
    """A part that Signoff needs can't be reached; nothing was decided."""

    code = "unavailable"


class Uncertain(Unavailable):
    """No answer came back: the other side may have done what was asked. Look before asking again."""

    code = "uncertain"


class Refused(Unavailable):
    """The other side answered that it will not, for a reason that we do not know; nothing was done."""

    code = "refused"


class MessageGone(SignoffError):
    """A message that should be changed is not there any more, or can't be changed."""

    code = "message_gone"


class ChannelUnavailable(SignoffError):
    """A chat channel is gone, archived, or the bot is not in it; a fallback has to be used and its owner told."""

    code = "channel_unavailable"


class SettingsInvalid(SignoffError):
    """A setting is missing or wrong; the message names it and its remedy."""

    code = "settings_invalid"


class KeyRetired(SettingsInvalid):
    """Another signing key took the place of this process's; it has to start again with that one."""


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One thing wrong with a policy file: 1-based ``line`` and ``column``, the dotted ``field``, and what to do."""

    file: str
    line: int
    column: int
    field: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.field}: {self.message} ({self.remedy})"


class PolicyInvalid(SignoffError):
    """The policy file can't be used; ``problems`` lists every one found, in the file's order."""

    code = "policy_invalid"

    def __init__(self, problems: Sequence[PolicyProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
