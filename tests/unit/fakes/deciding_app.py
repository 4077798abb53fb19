"""A Bolt application with cards and forms, whose answer to a submission can be chosen."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack import Channel, FakeSlack, Message, User, View, Workspace
from tests.rigs.house import MovedClock
from tests.unit.fakes.bolt_app import bolt_of, client_of

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(value: str) -> Json:
    return {"text": plain(value.title()), "value": value}


def button(action_id: str, value: str) -> Json:
    return {"type": "button", "text": plain(action_id), "action_id": action_id, "value": value}


CARD: list[Json] = [
    {
        "type": "actions",
        "block_id": "deciding",
        "elements": [
            button("approve", "r1"),
            button("reject", "r1"),
            {"type": "overflow", "action_id": "more", "options": [option("claim"), option("revoke")]},
            {"type": "static_select", "action_id": "who", "options": [option("dana"), option("lee")]},
        ],
    },
    {"type": "actions", "block_id": "next", "elements": [button("approve", "r2")]},
]


def field(block_id: str, label: str, element: Json, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": f"{block_id}_input", **element},
        **more,
    }


FORM: Json = {
    "type": "modal",
    "callback_id": "edit",
    "private_metadata": "r1",
    "notify_on_close": True,
    "title": plain("Edit"),
    "submit": plain("Approve"),
    "blocks": [
        field(
            "amount",
            "Amount",
            {
                "type": "number_input",
                "is_decimal_allowed": True,
                "min_value": "0.01",
                "max_value": "500",
                "initial_value": "120",
            },
        ),
        field("why", "Reason", {"type": "static_select", "options": [option("goodwill"), option("mistake")]}),
        field("note", "Note", {"type": "plain_text_input", "max_length": 10}, optional=True),
        field("day", "Day", {"type": "datepicker"}, optional=True),
        field("tags", "Tags", {"type": "checkboxes", "options": [option("late"), option("vip")]}, optional=True),
        field("live", "Live", {"type": "plain_text_input"}, optional=True, dispatch_action=True),
    ],
}


class Office:
    """An app whose answer to a submission can be chosen."""

    def __init__(self, slack: FakeSlack, clock: MovedClock) -> None:
        self.slack = slack
        self.clock = clock
        self.workspace: Workspace = slack.workspace("Acme")
        self.dana: User = self.workspace.user("dana")
        self.lee: User = self.workspace.user("lee")
        self.eve: User = self.workspace.user("eve")
        self.channel: Channel = self.workspace.channel("refunds", [self.dana, self.lee])
        self.client = client_of(slack, self.workspace)
        self.answer: Json = {}
        self.bodies: list[Json] = []
        app = self.app = bolt_of(slack, self.workspace)
        for name in ("approve", "reject", "more", "who", "live_input", "edit_open"):
            app.action(name)(self._acted)
        app.view("edit")(self._submitted)
        app.view_closed("edit")(self._acted)
        app.shortcut("explain")(self._acted)

    async def _acted(self, ack: Any, body: Json) -> None:
        self.bodies.append(body)
        await ack()

    async def _submitted(self, ack: Any, body: Json) -> None:
        self.bodies.append(body)
        await ack(**self.answer)

    async def card(self) -> Message:
        await self.client.chat_postMessage(channel=self.channel.id, text="Held", blocks=CARD)
        return self.slack.messages(self.channel)[-1]

    async def form(self, definition: Json = FORM) -> View:
        await self.client.views_open(trigger_id=self.slack.trigger(self.dana), view=definition)
        return self.slack.views(self.dana)[-1]
