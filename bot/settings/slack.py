"""What Slack's settings have to be together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings


def slack_problem(given: Settings) -> str | None:
    """What is missing or too much among Slack's settings, by name and with the remedy; None when they are a whole.

    Socket Mode goes with OAuth too: the socket belongs to the app, and events say which workspace they are from.
    """
    if bool(given.slack_client_id) != bool(given.slack_client_secret):
        there, lacking = ("ID", "SECRET") if given.slack_client_id else ("SECRET", "ID")
        return f"SIGNOFF_SLACK_CLIENT_{lacking} is missing beside SIGNOFF_SLACK_CLIENT_{there}: set both, or neither"
    if given.slack_bot_token and given.slack_client_id:
        return (
            "SIGNOFF_SLACK_BOT_TOKEN and SIGNOFF_SLACK_CLIENT_ID exclude each other: "
            "set the token for one workspace, or client id and secret for many, and remove the other"
        )
    strange = [team for team in given.slack_teams if not re.fullmatch(r"T[A-Z0-9]{2,20}", team)]
    if strange or (given.slack_client_id and not given.slack_teams):
        problem = f"names {strange[0][:40]!r}, which is no team id" if strange else "is missing"
        return (
            f"SIGNOFF_SLACK_WORKSPACES {problem}: list the team ids (T...) of the workspaces that may install the app; "
            "who runs one says which address its accounts have"
        )
    if given.slack_mode == "off":
        stray = [name for name in ("slack_app_token", "slack_signing_secret") if getattr(given, name)]
        names = " and ".join(f"SIGNOFF_{name.upper()}" for name in stray)
        alone = f"{names} without SIGNOFF_SLACK_BOT_TOKEN: set that too (or client id and secret), or remove {names}"
        return alone if stray else None
    if given.slack_mode == "http" and not given.slack_signing_secret:
        return (
            "SIGNOFF_SLACK_SIGNING_SECRET is missing: copy it from the app's Basic Information, "
            "or set SIGNOFF_SLACK_APP_TOKEN for Socket Mode, which needs none"
        )
    return None
