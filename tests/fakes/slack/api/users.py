"""users.* and usergroups.*: who people are, and who belongs to which group."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack.api.calls import Call, Refused
from tests.fakes.slack.api.methods import method
from tests.fakes.slack.people import User, UserGroup
from tests.fakes.slack.world import World

Json = dict[str, Any]


def profile_json(user: User, *, email: bool) -> Json:
    """The profile object of the API; the address only with its scope."""
    found: Json = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "status_text": user.status_text,
        "status_emoji": user.status_emoji,
        "status_expiration": user.status_expiration,
        "team": user.workspace.id,
    }
    if email and user.email is not None:
        found["email"] = user.email
    return found


def user_json(user: User, *, email: bool) -> Json:
    """The user object of the API."""
    return {
        "id": user.id,
        "team_id": user.workspace.id,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "tz": user.tz,
        "is_bot": user.is_bot,
        "is_admin": user.is_admin,
        "is_restricted": False,
        "is_app_user": False,
        "profile": profile_json(user, email=email),
    }


def _sees_email(call: Call) -> bool:
    return call.token is not None and "users:read.email" in call.token.scopes


def _found(call: Call) -> User:
    user = call.workspace.users.get(call.text("user"))
    if user is None:
        raise Refused("user_not_found")
    return user


@method("users.info", scope="users:read")
def info(world: World, call: Call) -> Json:
    """One user of this workspace."""
    return {"user": user_json(_found(call), email=_sees_email(call))}


@method("users.lookupByEmail", scope="users:read.email")
def lookup_by_email(world: World, call: Call) -> Json:
    """The active user with this address, in whatever case it is written."""
    wanted = call.text("email").casefold()
    for user in call.workspace.users.values():
        if user.email is not None and user.email.casefold() == wanted and not user.deleted:
            return {"user": user_json(user, email=True)}
    raise Refused("users_not_found")


@method("users.profile.get", scope="users.profile:read")
def profile(world: World, call: Call) -> Json:
    """A user's profile, with the status."""
    return {"profile": profile_json(_found(call), email=_sees_email(call))}


def _group_json(group: UserGroup, team: str, *, users: bool) -> Json:
    found: Json = {
        "id": group.id,
        "team_id": team,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "date_delete": 0 if group.enabled else 1,
        "user_count": len(group.members),
    }
    return found | {"users": [user.id for user in group.members]} if users else found


def _paid(call: Call) -> None:
    if not call.workspace.paid:
        raise Refused("plan_upgrade_required")


@method("usergroups.list", scope="usergroups:read")
def groups(world: World, call: Call) -> Json:
    """The user groups of the workspace."""
    _paid(call)
    found = [
        _group_json(group, call.workspace.id, users=call.flag("include_users"))
        for group in call.workspace.groups.values()
        if group.enabled or call.flag("include_disabled")
    ]
    return {"usergroups": found}


@method("usergroups.users.list", scope="usergroups:read")
def group_members(world: World, call: Call) -> Json:
    """Who is in a user group."""
    _paid(call)
    group = call.workspace.groups.get(call.text("usergroup"))
    if group is None or not (group.enabled or call.flag("include_disabled")):
        raise Refused("no_such_subteam")
    return {"users": [user.id for user in group.members]}
