"""What users do on messages and in views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.possible import NotPossible
from tests.fakes.slack.api.calls import Refused
from tests.fakes.slack.api.views import checked_view
from tests.fakes.slack.blocks import inputs
from tests.fakes.slack.calling.delivery import Delivery
from tests.fakes.slack.calling.payloads import about, action, on_message, viewed
from tests.fakes.slack.calling.signing import Signed
from tests.fakes.slack.filling import KEYS, filled, first_values, option, refusals
from tests.fakes.slack.looking import Looking, pick
from tests.fakes.slack.messages import Message
from tests.fakes.slack.people import User
from tests.fakes.slack.views import STACK, View, new_view

Json = dict[str, Any]
BUTTONS = {"button", "icon_button", "workflow_button"}


@dataclass
class Submission:
    """What became of a submitted view."""

    delivery: Delivery
    errors: dict[str, str] = field(default_factory=dict)
    """By block id, what now stands under the fields."""
    view: View | None = None
    """The view now in front of the user; None when the modal has closed."""

    @property
    def closed(self) -> bool:
        """Whether no modal is left."""
        return self.view is None


class Acting(Looking):
    """Clicks, choices and submissions. Each refuses, with `NotPossible`, what a user could not do."""

    async def click(
        self,
        user: User,
        where: Message | View,
        action_id: str,
        *,
        value: str | None = None,
        block_id: str | None = None,
        as_of: int = -1,
        signed: Signed = Signed.WELL,
    ) -> Delivery:
        """Press a button, and confirm where it asks.

        Args:
            value: Which button, where several share an `action_id`.
            as_of: The version of the message that the user still sees; 0 is the first.
        """
        block, element = pick(_seen(user, where, as_of), action_id, value=value, block_id=block_id)
        if element["type"] not in BUTTONS:
            raise NotPossible(f"{action_id} is a {element['type']}: choose() from it")
        return await self._act(user, where, action(self.world, block, element, None), as_of, signed)

    async def overflow(
        self,
        user: User,
        message: Message,
        action_id: str,
        wanted: str,
        *,
        as_of: int = -1,
        signed: Signed = Signed.WELL,
    ) -> Delivery:
        """Choose an entry of an overflow menu, by value or label."""
        block, element = pick(_seen(user, message, as_of), action_id)
        if element["type"] != "overflow":
            raise NotPossible(f"{action_id} is a {element['type']}, no overflow menu")
        state = {"selected_option": option(element, wanted)}
        return await self._act(user, message, action(self.world, block, element, state), as_of, signed)

    async def choose(
        self, user: User, where: Message | View, action_id: str, wanted: Any, *, signed: Signed = Signed.WELL
    ) -> Delivery:
        """Choose in a menu, tick boxes, pick a date, or type into an input that dispatches.

        Raises:
            NotPossible: It does not offer that, or is an input that only a submission sends (see `fill`).
        """
        block, element = pick(_seen(user, where, -1), action_id)
        if element["type"] not in KEYS:
            raise NotPossible(f"{action_id} is a {element['type']}: click() it")
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise NotPossible(f"{action_id} tells nobody before the view is submitted")
        state = filled(element, wanted)
        values = where.values if isinstance(where, View) else where.values.setdefault(user.id, {})
        values.setdefault(block["block_id"], {})[action_id] = state
        return await self._act(user, where, action(self.world, block, element, state), -1, signed)

    async def suggestions(self, user: User, where: Message | View, action_id: str, typed: str) -> list[Json]:
        """What the app suggests while the user types into an external menu."""
        block, element = pick(_seen(user, where, -1), action_id)
        payload = {
            **about(self.world, user, "block_suggestion"),
            **self._place(user, where, -1),
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": typed,
        }
        url = self.world.app.options_url or self.world.app.interactivity_url
        delivery = await self.carrier.send("interactive", url, payload)
        found = delivery.answer
        options: list[Json] = found.get("options", [])
        return options or [each for group in found.get("option_groups", []) for each in group["options"]]

    def fill(self, view: View, values: Mapping[str, Any]) -> None:
        """Put values into a view's inputs, by block id, action id or label, without submitting.

        Raises:
            NotPossible: There is no such input, or it does not take the value.
        """
        for key, wanted in values.items():
            found = [
                block
                for block in inputs(view.blocks)
                if key in {block["block_id"], block["element"]["action_id"], block["label"]["text"]}
            ]
            if len(found) != 1:
                labels = [f"{each['block_id']} ({each['label']['text']})" for each in inputs(view.blocks)]
                raise NotPossible(f"{len(found)} inputs are {key!r}; there are {labels}")
            element = found[0]["element"]
            view.values.setdefault(found[0]["block_id"], {})[element["action_id"]] = filled(element, wanted)

    async def submit(
        self, view: View, values: Mapping[str, Any] | None = None, *, signed: Signed = Signed.WELL
    ) -> Submission:
        """Fill in and submit the modal in front; then do with it what the app answers.

        Raises:
            NotPossible: The modal is not in front, has no submit button, or is not filled in as it must be.
        """
        _in_front(view)
        if "submit" not in view.definition:
            raise NotPossible(f"{view.title!r} has no submit button")
        self.fill(view, values or {})
        if wrong := refusals(view.blocks, view.values):
            raise NotPossible(f"{view.title!r} is not submitted: {wrong}")
        payload = {
            **about(self.world, view.user, "view_submission"),
            "trigger_id": self.world.trigger(view.user, view.id),
            "view": view.as_json(self.world.app),
            "response_urls": [],
        }
        delivery = await self.interact(payload, signed=signed)
        if delivery.ok:
            self._follow(view, delivery)
        stack = self.views(view.user)
        return Submission(delivery, dict(view.errors), stack[-1] if stack else None)

    async def close(self, view: View, *, all_of_them: bool = False) -> Delivery | None:
        """Close the modal in front, or the whole stack; None where the app did not ask to be told."""
        _in_front(view)
        stack = view.user.workspace.stacks[view.user.id]
        cleared = all_of_them or bool(view.definition.get("clear_on_close"))
        stack.pop()
        if cleared:
            stack.clear()
        if not view.definition.get("notify_on_close"):
            return None
        payload = {
            **about(self.world, view.user, "view_closed"),
            "view": view.as_json(self.world.app),
            "is_cleared": cleared,
        }
        return await self.interact(payload)

    async def shortcut(self, user: User, message: Message, callback_id: str) -> Delivery:
        """Use a message shortcut of the app."""
        _seen(user, message, -1)
        payload = {
            **about(self.world, user, "message_action"),
            "callback_id": callback_id,
            "trigger_id": self.world.trigger(user),
            "response_url": self.world.response_url(user, message.channel),
            "message_ts": message.ts,
            "action_ts": self.world.minting.ts(),
            "channel": {"id": message.channel.id, "name": message.channel.name},
            "message": message.as_json(),
        }
        return await self.interact(payload)

    async def global_shortcut(self, user: User, callback_id: str) -> Delivery:
        """Use a shortcut of the app that belongs to no message."""
        payload = {
            **about(self.world, user, "shortcut"),
            "callback_id": callback_id,
            "trigger_id": self.world.trigger(user),
            "action_ts": self.world.minting.ts(),
        }
        return await self.interact(payload)

    async def _act(self, user: User, where: Message | View, done: Json, as_of: int, signed: Signed) -> Delivery:
        payload = {
            **about(self.world, user, "block_actions"),
            **self._place(user, where, as_of),
            "trigger_id": self.world.trigger(user, where.id if isinstance(where, View) else None),
            "actions": [done],
        }
        return await self.interact(payload, signed=signed)

    def _place(self, user: User, where: Message | View, as_of: int) -> Json:
        if isinstance(where, View):
            return viewed(self.world, where)
        values = first_values(where.versions[as_of].blocks)
        for block_id, actions in where.values.get(user.id, {}).items():
            values.setdefault(block_id, {}).update(actions)
        url = self.world.response_url(user, where.channel, where)
        return {**on_message(where, as_of), "state": {"values": values}, "response_url": url}

    def _follow(self, view: View, delivery: Delivery) -> None:
        """Do with a submitted view what the app answered."""
        stack = view.user.workspace.stacks[view.user.id]
        answer = delivery.answer
        try:
            match answer.get("response_action"):
                case None if not delivery.last.body.strip() or answer == {}:
                    stack.remove(view)
                case "clear":
                    stack.clear()
                case "errors":
                    view.errors = _known_fields(view, answer.get("errors"))
                case "update":
                    definition = checked_view(view.user.workspace, answer.get("view"), "modal", but=view)
                    view.define(definition, self.world.minting)
                case "push" if len(stack) < STACK:
                    definition = checked_view(view.user.workspace, answer.get("view"), "modal")
                    stack.append(new_view(view.user, definition, self.world.minting, view))
                case other:
                    self.world.complain(f"the answer to {view.title!r} makes no sense: response_action {other}")
        except Refused as refusal:
            self.world.complain(f"the answer to {view.title!r} makes no sense: {refusal.error} {refusal.extra}")


def _known_fields(view: View, errors: Any) -> dict[str, str]:
    """The errors of an answer, each for an input that is there."""
    known = {block["block_id"] for block in inputs(view.blocks)}
    if not isinstance(errors, dict) or not errors or not {*errors} <= known:
        raise Refused(f"errors must name inputs of {sorted(known)}, not {errors}")
    return {str(key): str(value) for key, value in errors.items()}


def _in_front(view: View) -> None:
    stack = view.user.workspace.stacks.get(view.user.id, [])
    if not stack or stack[-1] is not view:
        raise NotPossible(f"{view.title!r} is not in front of {view.user.name}")


def _seen(user: User, where: Message | View, as_of: int) -> list[Json]:
    """The blocks that this user has before them.

    Raises:
        NotPossible: They do not see it.
    """
    if user.deleted:
        raise NotPossible(f"{user.name} is deactivated")
    if isinstance(where, View):
        if where.user is not user:
            raise NotPossible(f"the view is {where.user.name}'s, not {user.name}'s")
        if where.type == "modal":
            _in_front(where)
        return where.blocks
    if where.deleted and as_of == -1:
        raise NotPossible("the message is deleted")
    if user not in where.channel.members or where.only_for not in {None, user}:
        raise NotPossible(f"{user.name} does not see that message")
    return where.versions[as_of].blocks
