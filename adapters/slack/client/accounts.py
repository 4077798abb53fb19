"""Slack's user object, as far as it concerns us: whose account it is, whether it counts, and the status shown with it.

https://docs.slack.dev/reference/objects/user-object
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

Json = dict[str, Any]
LONGEST_STATUS = 100


class Account(msgspec.Struct, frozen=True):
    """An active account of a human in a workspace. ``email`` is None where Slack shows or vouches for none."""

    id: str
    email: str | None
    status: str = ""
    """The profile's status as plain text; it may say anything."""
    status_until: datetime | None = None


class Nobody(msgspec.Struct, frozen=True):
    """No account that counts: a stranger, a bot, or deactivated."""


NOBODY = Nobody()


def account_of(user: Json, *, team: str, enterprise: str) -> Account | Nobody:
    """Read a user object of the workspace ``team``; of another organisation's people (Slack Connect) nobody counts."""
    wrong = ("deleted", "is_bot", "is_stranger", "is_workflow_bot", "is_app_user")
    if any(user.get(flag) for flag in wrong) or user.get("id") in {None, "", "USLACKBOT"}:
        return NOBODY
    if not _belongs(user, team, enterprise):
        return NOBODY
    profile = user.get("profile") or {}
    email = profile.get("email")
    confirmed = isinstance(email, str) and "@" in email and user.get("is_email_confirmed") is not False
    return Account(
        id=str(user["id"]),
        email=email if confirmed else None,
        status=_status(profile),
        status_until=_until(profile.get("status_expiration")),
    )


def _belongs(user: Json, team: str, enterprise: str) -> bool:
    """Whether it is of this workspace, or of the grid that the workspace is part of."""
    if user.get("team_id") == team:
        return True
    grid = user.get("enterprise_user") or {}
    return bool(enterprise) and grid.get("enterprise_id") == enterprise and team in grid.get("teams", ())


def _status(profile: Json) -> str:
    text = " ".join(str(profile.get("status_text") or "").split())
    emoji = str(profile.get("status_emoji") or "").strip(":").replace("_", " ").replace("-", " ")
    said = text or emoji
    return said if len(said) <= LONGEST_STATUS else f"{said[: LONGEST_STATUS - 1]}…"


def _until(seconds: object) -> datetime | None:
    """Slack writes 0 for a status that stays."""
    if not isinstance(seconds, int) or seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
