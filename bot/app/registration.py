"""The bot as it is registered with Microsoft: in which cloud, and how it asks for its tokens."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from adapters.teams.client import CLOUDS, ClientSecret, Cloud, ManagedIdentity
from bot.errors import SettingsInvalid
from bot.settings import Settings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ADDRESSES = ("openid_url", "login_url", "service_url")
_NAME = "SIGNOFF_TEAMS_CLOUD"


def cloud_of(settings: Settings) -> Cloud:
    """The cloud, by its name or as a file has it.

    Raises:
        SettingsInvalid: when the file does not say where its keys, logins and connectors are, or not by https.
    """
    known = CLOUDS.get(settings.teams_cloud)
    return _read(Path(settings.teams_cloud)) if known is None else known


def grant_of(settings: Settings) -> ClientSecret | ManagedIdentity:
    """How the bot asks for its tokens; of a managed identity where its machine or App Service says.

    Raises:
        SettingsInvalid: see ``cloud_of``.
    """
    cloud = cloud_of(settings)
    if not settings.teams_managed_identity:
        return ClientSecret(
            settings.teams_app_id, settings.teams_app_secret, settings.teams_tenant, cloud.login_url, cloud.scope
        )
    # An App Service tells its programs so: https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity
    endpoint, header = os.environ.get("IDENTITY_ENDPOINT", ""), os.environ.get("IDENTITY_HEADER", "")
    if endpoint and header:
        return ManagedIdentity(settings.teams_app_id, endpoint, header, cloud.scope)
    return ManagedIdentity(settings.teams_app_id, scope=cloud.scope)


def _read(path: Path) -> Cloud:
    try:
        cloud = msgspec.yaml.decode(path.read_bytes(), type=dict[str, str])
        found = Cloud(**cloud)
    except (OSError, msgspec.MsgspecError, TypeError) as error:
        raise _wrong(path, "says something else than openid_url, issuer, login_url, scope and service_url") from error
    for name in _ADDRESSES:
        if not cloud.get(name) or not _safe(cloud[name]):
            raise _wrong(path, f"lacks {name}, or it does not start with https://")
    if not cloud.get("issuer") or not cloud.get("scope"):
        raise _wrong(path, "lacks issuer or scope")
    return found


def _safe(url: str) -> bool:
    """The secret goes to one of them, and the keys that are believed come from another."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


def _wrong(path: Path, why: str) -> SettingsInvalid:
    return SettingsInvalid(f"{_NAME}: {path} {why}", remedy="docs/teams.md shows such a file; or set public")
