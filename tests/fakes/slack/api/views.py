"""views.*: opening, changing and stacking modals, publishing Home tabs."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack.api.calls import Call, Refused, refused_for
from tests.fakes.slack.api.methods import method
from tests.fakes.slack.blocks import check_view, view_too_large
from tests.fakes.slack.people import Workspace
from tests.fakes.slack.views import STACK, View, new_view
from tests.fakes.slack.world import TRIGGER_LIFE, Trigger, World

Json = dict[str, Any]


def checked_view(workspace: Workspace, view: Any, kind: str, but: View | None = None) -> Json:
    """A view's definition, if Slack takes it; `but` may have its `external_id` already."""
    if not isinstance(view, dict):
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: view"]})
    if view_too_large(view):
        raise Refused("view_too_large")
    if problems := check_view(view):
        raise refused_for("invalid_arguments", problems)
    if view["type"] != kind:
        raise Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] view must be of type {kind}"]})
    wanted = view.get("external_id")
    if wanted and any(each.external_id == wanted and each is not but for each in _shown(workspace)):
        raise Refused("duplicate_external_id")
    return view


def _shown(workspace: Workspace) -> list[View]:
    return [*(view for stack in workspace.stacks.values() for view in stack), *workspace.homes.values()]


def _spend(world: World, call: Call) -> Trigger:
    trigger = world.triggers.get(call.text("trigger_id"))
    if trigger is None or trigger.user.workspace is not call.workspace:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if world.now() - trigger.at > TRIGGER_LIFE:
        raise Refused("expired_trigger_id")
    return trigger


@method("views.open")
def opening(world: World, call: Call) -> Json:
    """Open a modal for the user of a trigger, in place of any that is open."""
    call.text("trigger_id")
    definition = checked_view(call.workspace, call.decoded("view"), "modal")
    trigger = _spend(world, call)
    trigger.used = True
    view = new_view(trigger.user, definition, world.minting)
    call.workspace.stacks[trigger.user.id] = [view]
    return {"view": view.as_json(world.app)}


@method("views.push")
def pushing(world: World, call: Call) -> Json:
    """Lay a modal upon the one that the trigger came from."""
    call.text("trigger_id")
    definition = checked_view(call.workspace, call.decoded("view"), "modal")
    trigger = _spend(world, call)
    stack = call.workspace.stacks.get(trigger.user.id, [])
    if not stack or trigger.view_id != stack[-1].id:
        raise Refused("not_found")
    if len(stack) >= STACK:
        raise Refused("push_limit_reached")
    trigger.used = True
    view = new_view(trigger.user, definition, world.minting, stack[-1])
    stack.append(view)
    return {"view": view.as_json(world.app)}


@method("views.update")
def updating(world: World, call: Call) -> Json:
    """Change a view that is open, by its id or external id; with a hash, only the state that the hash names."""
    view = _named(call)
    definition = checked_view(call.workspace, call.decoded("view"), view.type, but=view)
    if call.given("hash") and call.text("hash") != view.hash:
        raise Refused("hash_conflict")
    view.define(definition, world.minting)
    return {"view": view.as_json(world.app)}


def _named(call: Call) -> View:
    for view in _shown(call.workspace):
        if call.given("view_id"):
            if view.id == call.text("view_id"):
                return view
        elif view.external_id == call.text("external_id"):
            return view
    raise Refused("not_found")


@method("views.publish")
def publishing(world: World, call: Call) -> Json:
    """Show a Home tab to one user."""
    workspace = call.workspace
    user = workspace.users.get(call.text("user_id"))
    if user is None or user.deleted:
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] user_id is invalid"]})
    if not workspace.home_enabled:
        raise Refused("not_enabled")
    current = workspace.homes.get(user.id)
    definition = checked_view(workspace, call.decoded("view"), "home", but=current)
    if call.given("hash") and (current is None or call.text("hash") != current.hash):
        raise Refused("hash_conflict")
    if current is None:
        current = workspace.homes[user.id] = new_view(user, definition, world.minting)
    else:
        current.define(definition, world.minting)
    return {"view": current.as_json(world.app)}
