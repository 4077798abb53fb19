"""The app package of Teams, made out for one bot and one address. Its parts are in ``manifest/teams/``.

https://learn.microsoft.com/en-us/microsoftteams/platform/concepts/build-and-test/apps-package
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

from bot.errors import BadInput

_FOLDER = Path(__file__).resolve().parents[2] / "manifest" / "teams"
_ICONS = ("color.png", "outline.png")
_NOBODY = "00000000-0000-0000-0000-000000000000"
_PLACEHOLDER = "signoff.example.com"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"({_LABEL}\.)+[a-z]({_LABEL})?")
_LONGEST_HOST = 253
_LONGEST_NAME = 30
"""Of ``name.short``: https://learn.microsoft.com/en-us/microsoft-365/extensibility/schema/root-name."""
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first date that a zip file can say. Ours all say it, so the same input makes the same bytes."""
_ORDINARY_FILE = 0o100644 << 16
_UNIX = 3


def teams_manifest(app_id: str, domain: str, *, name: str = "") -> dict[str, Any]:
    """The manifest of the Teams app for the bot ``app_id`` on a server that people reach at ``https://domain``.

    ``name`` is what Teams shows in place of "Signoff".

    Raises:
        BadInput: when one of them is none that Teams would take, naming the option.
    """
    id_, host = _app_id(app_id), _domain(domain)
    text = (_FOLDER / "manifest.json").read_text(encoding="utf-8")
    manifest: dict[str, Any] = json.loads(text.replace(_NOBODY, id_).replace(_PLACEHOLDER, host))
    if name:
        manifest["name"]["short"] = _name(name)
    return manifest


def teams_package(app_id: str, domain: str, *, name: str = "") -> bytes:
    """The app package to upload: a zip file with the manifest and its two icons. Same input, same bytes.

    Raises:
        BadInput: see ``teams_manifest``.
    """
    manifest = json.dumps(teams_manifest(app_id, domain, name=name), indent=2, ensure_ascii=False) + "\n"
    parts = {"manifest.json": manifest.encode(), **{icon: (_FOLDER / icon).read_bytes() for icon in _ICONS}}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as package:
        for part, content in parts.items():
            about = zipfile.ZipInfo(part, _EARLIEST)
            about.external_attr, about.create_system = _ORDINARY_FILE, _UNIX
            package.writestr(about, content)
    return made.getvalue()


def _app_id(given: str) -> str:
    found = given.strip().lower()
    if not found:
        raise BadInput(
            "is missing: Teams has to know which bot it is",
            field="--app-id",
            remedy="give the bot's app (client) id, or set SIGNOFF_TEAMS_APP_ID",
        )
    if not _GUID.fullmatch(found) or found == _NOBODY:
        raise BadInput(
            "has to be the bot's app id, such as 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed",
            field="--app-id",
            remedy="copy it from Configuration, Microsoft App ID, of the Azure Bot",
        )
    return found


def _domain(given: str) -> str:
    found = given.strip().lower()
    if not found:
        raise BadInput(
            "is missing: Teams has to know where links of the app lead",
            field="--domain",
            remedy=f"give the server's public name, as in --domain {_PLACEHOLDER}, or set SIGNOFF_PUBLIC_URL",
        )
    if len(found) > _LONGEST_HOST or not _HOST.fullmatch(found):
        raise BadInput(
            "has to be a public host name alone: no https://, port, path, * or IP address",
            field="--domain",
            remedy=f"such as {_PLACEHOLDER}",
        )
    return found


def _name(given: str) -> str:
    found = given.strip()
    if not 0 < len(found) <= _LONGEST_NAME:
        raise BadInput(
            f"has to be of 1 to {_LONGEST_NAME} characters", field="--name", remedy="Teams takes no other names"
        )
    return found
