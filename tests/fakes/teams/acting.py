"""What people do on cards and in dialogs."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.possible import NotPossible
from tests.fakes.teams.calling import activities
from tests.fakes.teams.calling.answers import NoSense, Task, acted, task
from tests.fakes.teams.calling.delivery import Delivery
from tests.fakes.teams.cards.checking import MOST_REFRESHED
from tests.fakes.teams.cards.filling import filled
from tests.fakes.teams.cards.reading import Offer
from tests.fakes.teams.dialogs import Dialog
from tests.fakes.teams.identity.bearing import Token
from tests.fakes.teams.looking import Looking, pick, seen
from tests.fakes.teams.messages import Message, View
from tests.fakes.teams.people import User

Json = dict[str, Any]
THEME = {"theme": "default"}


@dataclass
class Submission:
    """What became of a submitted dialog."""

    delivery: Delivery
    dialog: Dialog | None
    """What is still open; None when it has closed."""

    @property
    def closed(self) -> bool:
        """Whether no dialog is left."""
        return self.dialog is None


class Acting(Looking):
    """Clicks, forms and dialogs. Each refuses, with `NotPossible`, what a person could not do."""

    async def click(
        self,
        user: User,
        message: Message,
        wanted: str,
        values: Mapping[str, Any] | None = None,
        *,
        as_of: int = -1,
        old_client: bool = False,
        token: Token = Token.GOOD,
    ) -> Delivery:
        """Press a button of the card that the person sees, with the inputs that it sends.

        `Action.Execute` is an `adaptiveCard/action`, whose card the person sees from then on; `Action.Submit` a dialog
        that opens, or a message.

        Args:
            wanted: Its verb, id or title.
            values: By input id or label.
            as_of: The version of the message that the person still sees; 0 is the first.
            old_client: A client that knows no `Action.Execute` and draws its fallback.
        """
        offer = pick(seen(user, message, as_of), wanted, old_client=old_client)
        data = _data(offer, values or {})
        match offer.action["type"]:
            case "Action.Execute":
                return await self._execute(user, message, {**offer.action, "data": data}, "manual", token)
            case "Action.Submit" if _asks_for_dialog(data):
                return await self._fetch(user, message, data, token)
            case "Action.Submit":
                sent = _without_teams(data)
                return await self.carrier.send(activities.submitted(self.world, user, message, sent), token=token)
            case other:
                raise NotPossible(f"{wanted!r} is an {other}: it tells the bot nothing")

    async def show(self, user: User, message: Message, *, token: Token = Token.GOOD) -> Delivery | None:
        """Let the person's client draw the message: where the card asks for it, it is refreshed by itself.

        None where it is not: no refresh for this person, or their view is current.
        """
        card = seen(user, message, -1)
        refresh = card.get("refresh") or {}
        view = message.views.get(user.id)
        current = view is not None and view.version == message.edits
        if not refresh or current or not self._refreshed(user, message, refresh):
            return None
        return await self._execute(user, message, refresh["action"], "automatic", token)

    async def refresh(self, user: User, message: Message, *, token: Token = Token.GOOD) -> Delivery:
        """Choose *Refresh card* in the message's menu."""
        refresh = seen(user, message, -1).get("refresh")
        if not refresh:
            raise NotPossible("the card has no refresh")
        return await self._execute(user, message, refresh["action"], "manual", token)

    async def submit(
        self,
        dialog: Dialog,
        values: Mapping[str, Any] | None = None,
        wanted: str | None = None,
        *,
        token: Token = Token.GOOD,
    ) -> Submission:
        """Fill in and submit the dialog in front (by its one button unless `wanted` names it); do what is answered."""
        self._in_front(dialog)
        if dialog.card is None:
            raise NotPossible(f"{dialog.title!r} shows words, no form")
        offer = pick(dialog.card, wanted or _only(dialog))
        if offer.action["type"] != "Action.Submit":
            raise NotPossible(f"a dialog is submitted by Action.Submit, not by {offer.action['type']}")
        value = {"data": _data(offer, values or {}), "context": THEME}
        place, message = dialog.message.place, dialog.message
        activity = activities.invoke(self.world, dialog.user, place, "task/submit", value, message)
        del activity["replyToId"]
        delivery = await self.carrier.send(activity, token=token)
        if delivery.ok and (told := self._task(delivery)) is not None:
            self._follow(dialog, told, delivery)
        return Submission(delivery, None if dialog.closed else dialog)

    def close(self, dialog: Dialog) -> None:
        """Close a dialog without submitting; the bot is not told."""
        self._in_front(dialog)
        self._shut(dialog)

    async def _execute(self, user: User, message: Message, action: Json, trigger: str, token: Token) -> Delivery:
        """Send `adaptiveCard/action` and show the person what is answered."""
        sent: Json = {"type": "Action.Execute"}
        sent |= {name: action[name] for name in ("id", "title", "verb", "data") if name in action}
        value = {"action": copy.deepcopy(sent), "trigger": trigger}
        activity = activities.invoke(self.world, user, message.place, "adaptiveCard/action", value, message)
        delivery = await self.carrier.send(activity, token=token)
        if not delivery.ok:
            return delivery
        try:
            told = acted(delivery.last.body, self.world.card_bytes)
        except NoSense as why:
            self.world.complain(f"the answer to {sent.get('verb')!r} makes no sense: {why}")
            return delivery
        delivery.card, delivery.said, delivery.error = told.card, told.said, told.error
        if told.card is not None:
            message.views[user.id] = View(told.card, message.edits)
        if told.said or told.error:
            self.world.toast(user, told.said or str((told.error or {}).get("message")))
        self.world.stir()
        return delivery

    async def _fetch(self, user: User, message: Message, data: Any, token: Token) -> Delivery:
        value = {"data": data, "context": THEME}
        activity = activities.invoke(self.world, user, message.place, "task/fetch", value, message)
        delivery = await self.carrier.send(activity, token=token)
        told = self._task(delivery) if delivery.ok else None
        if told is not None:
            dialog = Dialog(user, message, told.title)
            self.world.dialogs.setdefault(user.id, []).append(dialog)
            self._follow(dialog, told, delivery)
        return delivery

    def _task(self, delivery: Delivery) -> Task | None:
        try:
            return task(delivery.last.body, delivery.kind, self.world.card_bytes)
        except NoSense as why:
            self.world.complain(f"the answer to {delivery.kind} makes no sense: {why}")
            return None

    def _follow(self, dialog: Dialog, told: Task, delivery: Delivery) -> None:
        """Do with a dialog what the bot answered."""
        delivery.said = dialog.said = told.said
        if told.card is not None:
            dialog.title = told.title or dialog.title
            dialog.cards.append(told.card)
        if told.card is not None or told.said:
            delivery.dialog = dialog
        else:
            self._shut(dialog)
        self.world.stir()

    def _shut(self, dialog: Dialog) -> None:
        dialog.closed = True
        self.world.dialogs[dialog.user.id].remove(dialog)

    def _in_front(self, dialog: Dialog) -> None:
        if self.dialogs(dialog.user)[-1:] != [dialog]:
            raise NotPossible(f"{dialog.title!r} is not in front of {dialog.user.name}")

    def _refreshed(self, user: User, message: Message, refresh: Json) -> bool:
        """Whether this person's client refreshes by itself: the listed ones, or everybody where few see the message."""
        ids = refresh.get("userIds")
        return user.id in ids if ids else len(message.place.people) <= MOST_REFRESHED


def _data(offer: Offer, values: Mapping[str, Any]) -> Any:
    """The action's data with the inputs."""
    data = copy.deepcopy(offer.action.get("data", {}))
    typed = filled(offer.inputs, values)
    return {**data, **typed} if isinstance(data, dict) else typed or data


def _asks_for_dialog(data: Any) -> bool:
    teams = data.get("msteams") if isinstance(data, dict) else None
    return isinstance(teams, dict) and teams.get("type") == "task/fetch"


def _without_teams(data: Any) -> Any:
    return {name: value for name, value in data.items() if name != "msteams"} if isinstance(data, dict) else data


def _only(dialog: Dialog) -> str:
    found = dialog.offers
    if len(found) != 1:
        raise NotPossible(f"{dialog.title!r} has {len(found)} buttons; name one of {found}")
    return found[0]
