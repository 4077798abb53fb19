"""auth.test, api.test, oauth.v2.access, apps.*: what an app asks about itself."""

from __future__ import annotations

import secrets
from typing import Any

from tests.fakes.slack.api.calls import Call, Refused
from tests.fakes.slack.api.methods import method
from tests.fakes.slack.world import CODE_LIFE, World

Json = dict[str, Any]
MANIFEST = {"_metadata", "display_information", "features", "oauth_config", "settings", "functions", "workflows"}


@method("api.test", token="none")
def api_test(world: World, call: Call) -> Json:
    """Answer with what came; with `error`, that error."""
    if call.given("error"):
        raise Refused(call.text("error"), args=call.args)
    return {"args": call.args}


@method("auth.test")
def auth_test(world: World, call: Call) -> Json:
    """Whose token this is."""
    workspace = call.workspace
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": workspace.bot.name,
        "team_id": workspace.id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


@method("oauth.v2.access", token="none")
def oauth_access(world: World, call: Call) -> Json:
    """Exchange a code for a bot token."""
    if call.text("client_id", "") != world.app.client_id:
        raise Refused("invalid_client_id")
    if call.text("client_secret", "") != world.app.client_secret:
        raise Refused("bad_client_secret")
    code = world.codes.get(call.text("code", ""))
    if code is None or code.used or world.now() - code.at > CODE_LIFE:
        raise Refused("invalid_code")
    if call.given("redirect_uri") and call.text("redirect_uri") != code.redirect_uri:
        raise Refused("bad_redirect_uri")
    code.used = True
    workspace = code.user.workspace
    token = world.install(workspace, code.scopes)
    return {
        "access_token": token.value,
        "token_type": "bot",
        "scope": ",".join(token.scopes),
        "bot_user_id": workspace.bot.id,
        "app_id": world.app.id,
        "team": {"id": workspace.id, "name": workspace.name},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": code.user.id},
    }


@method("apps.connections.open", scope="connections:write", token="app")
def connections_open(world: World, call: Call) -> Json:
    """An address for a Socket Mode connection, good once."""
    ticket = secrets.token_urlsafe(12)
    world.socket_tickets.add(ticket)
    return {"url": f"{world.url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={world.app.id}"}


@method("apps.manifest.validate", token="none")
def validate_manifest(world: World, call: Call) -> Json:
    """Look at a manifest's outline; its JSON schema is for the caller to check."""
    manifest = call.decoded("manifest", "invalid_manifest")
    if not isinstance(manifest, dict):
        raise Refused("invalid_manifest")
    name = manifest.get("display_information", {}).get("name", "")
    errors = [{"message": "unknown key", "pointer": f"/{key}"} for key in manifest if key not in MANIFEST]
    if not 1 <= len(name) <= 35:
        errors.append({"message": "must have 1 to 35 characters", "pointer": "/display_information/name"})
    if errors:
        raise Refused("invalid_manifest", errors=errors)
    return {"errors": []}
