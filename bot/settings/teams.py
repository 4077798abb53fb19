"""What Teams' settings have to be, each and together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings

CLOUDS = ("public", "gcc", "us_government", "dod", "china")
_WHERE = "as the app registration's overview in Microsoft Entra ID shows it"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TENANT = "SIGNOFF_TEAMS_TENANT"
_SECRET, _IDENTITY = "SIGNOFF_TEAMS_APP_SECRET", "SIGNOFF_TEAMS_MANAGED_IDENTITY"


def guid(value: str) -> str:
    """An id of Microsoft Entra ID, in lower case.

    Raises:
        ValueError: when it is none; empty is taken.
    """
    found = value.strip().lower()
    if found and not _GUID.fullmatch(found):
        raise ValueError(f"has to be an id such as 00000000-0000-0000-0000-000000000000, {_WHERE}")
    return found


def secret(value: str) -> str:
    """A client secret's value.

    Raises:
        ValueError: when it was not copied whole, or is the id that stands beside it.
    """
    found = value.strip()
    if re.search(r"\s", found):
        raise ValueError("has to be one word, as Certificates & secrets shows it once, in the column Value")
    if _GUID.fullmatch(found.lower()):
        raise ValueError("is the secret's id: copy the column Value beside it, or make a new secret")
    return found


def cloud(value: str) -> str:
    """A cloud's name, or a file that says where it keeps what is needed.

    Raises:
        ValueError: when it is neither.
    """
    found = value.strip()
    if found not in CLOUDS and not Path(found).is_file():
        raise ValueError(f"has to be {', '.join(CLOUDS)}, or a YAML file with the addresses of another cloud")
    return found


def teams_problem(given: Settings) -> str | None:
    """What is missing or too much among Teams' settings, by name and with the remedy; None when they are a whole."""
    if not given.teams_app_id:
        named = ("teams_app_secret", "teams_managed_identity", "teams_tenant")
        names = " and ".join(f"SIGNOFF_{name.upper()}" for name in named if getattr(given, name))
        alone = f"{names} without SIGNOFF_TEAMS_APP_ID: set that too, or remove {names}"
        return alone if names else None
    if given.teams_app_secret and given.teams_managed_identity:
        return f"{_SECRET} and {_IDENTITY} exclude each other: set one, and remove the other"
    if not given.teams_app_secret and not given.teams_managed_identity:
        return (
            f"{_SECRET} is missing beside SIGNOFF_TEAMS_APP_ID: make one (Certificates & secrets of the app "
            f"registration) and set it, or set {_IDENTITY}"
        )
    if given.teams_managed_identity and given.teams_managed_identity != given.teams_app_id:
        return (
            f"{_IDENTITY} is not SIGNOFF_TEAMS_APP_ID: a bot with a managed identity is registered "
            "under that identity's client id; set both to it"
        )
    if not given.teams_tenant:
        return f"{_TENANT} is missing beside SIGNOFF_TEAMS_APP_ID: set the directory (tenant) id, {_WHERE}"
    return None
