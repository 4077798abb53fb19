"""The chat platforms' app manifests, made out for one address. The texts are in ``manifest/`` beside this package."""

from __future__ import annotations

from bot.manifest.slack import slack_manifest, slack_scopes
from bot.manifest.teams import teams_manifest, teams_package

__all__ = ["slack_manifest", "slack_scopes", "teams_manifest", "teams_package"]
