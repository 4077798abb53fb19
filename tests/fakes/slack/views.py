"""Modals and Home tabs."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.clock import Minting
from tests.fakes.slack.filling import first_values
from tests.fakes.slack.messages import with_ids
from tests.fakes.slack.people import App, User

Json = dict[str, Any]
STACK = 3
"""How many modals may lie on one another."""


@dataclass(eq=False)
class View:
    """A modal or Home tab of one user; `history` holds every definition that it had, the newest last."""

    user: User
    id: str
    definition: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    history: list[Json] = field(default_factory=list, repr=False)
    values: Json = field(default_factory=dict, repr=False)
    errors: dict[str, str] = field(default_factory=dict)
    """What stands under its fields since the last submission."""

    @property
    def type(self) -> str:
        """`modal` or `home`."""
        kind: str = self.definition["type"]
        return kind

    @property
    def title(self) -> str:
        """What stands at its top; empty for a Home tab."""
        text: str = self.definition.get("title", {}).get("text", "")
        return text

    @property
    def blocks(self) -> list[Json]:
        """Its blocks now."""
        blocks: list[Json] = self.definition["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        """What the app calls it."""
        found: str = self.definition.get("callback_id", "")
        return found

    @property
    def private_metadata(self) -> str:
        """What the app keeps with it."""
        found: str = self.definition.get("private_metadata", "")
        return found

    @property
    def external_id(self) -> str:
        """The app's own id for it, unique in the workspace; empty for none."""
        found: str = self.definition.get("external_id", "")
        return found

    def define(self, definition: Json, minting: Minting) -> None:
        """Show something else; what the user typed stays where block and action keep their ids."""
        made = {**copy.deepcopy(definition), "blocks": with_ids(definition["blocks"], minting)}
        self.definition = made
        self.history.append(made)
        self.hash = f"{minting.ts()}.{minting.short()}"
        self.errors = {}
        fresh = first_values(made["blocks"])
        for block_id, actions in fresh.items():
            for action_id in actions:
                kept = self.values.get(block_id, {}).get(action_id)
                if kept is not None and kept["type"] == actions[action_id]["type"]:
                    actions[action_id] = kept
        self.values = fresh

    def as_json(self, app: App) -> Json:
        """The view object of Slack's API and payloads."""
        workspace = self.user.workspace
        optional = {"title": None, "submit": None, "close": None, "external_id": "", "callback_id": ""}
        return {
            **optional,
            "private_metadata": "",
            "clear_on_close": False,
            "notify_on_close": False,
            **copy.deepcopy(self.definition),
            "id": self.id,
            "team_id": workspace.id,
            "app_id": app.id,
            "app_installed_team_id": workspace.id,
            "bot_id": workspace.bot_id,
            "hash": self.hash,
            "root_view_id": self.root_id,
            "previous_view_id": self.previous_id,
            "state": {"values": copy.deepcopy(self.values)},
        }


def new_view(user: User, definition: Json, minting: Minting, below: View | None = None) -> View:
    """A view for this user, registered in the workspace; `below` is the one that it is pushed upon."""
    number = minting.id("V")
    view = View(
        user=user,
        id=number,
        definition=definition,
        hash="",
        root_id=below.root_id if below else number,
        previous_id=below.id if below else None,
    )
    view.define(definition, minting)
    user.workspace.views[number] = view
    return view
