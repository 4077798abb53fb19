"""The users of the fake: they can do what a Slack client lets them do, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from tests.fakes.slack import Channel, FakeSlack, Message, NotPossible, User, View, Workspace
from tests.rigs.house import MovedClock
from tests.unit.fakes.bolt_app import bolt_of, client_of, serving

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
        await self.client.views_open(trigger_id=self.slack.world.trigger(self.dana), view=definition)
        return self.slack.views(self.dana)[-1]


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    clock = MovedClock()
    async with FakeSlack(clock=clock) as slack:
        slack.rates.enabled = False
        here = Office(slack, clock)
        async with serving(slack, here.app):
            yield here


async def test_a_click_tells_everything_about_itself(office: Office) -> None:
    card = await office.card()
    assert office.slack.offers(card) == ["approve", "reject", "more", "who", "approve"]
    await office.slack.click(office.dana, card, "approve", value="r1")
    [body] = office.bodies
    action = body["actions"][0]
    assert (action["action_id"], action["value"], action["block_id"]) == ("approve", "r1", "deciding")
    assert body["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": office.channel.id,
        "is_ephemeral": False,
    }
    assert (body["user"]["id"], body["team"]["id"]) == (office.dana.id, office.workspace.id)
    assert body["message"]["blocks"] == card.blocks
    assert body["state"]["values"] == {"deciding": {"who": {"type": "static_select", "selected_option": None}}}
    assert body["trigger_id"] in office.slack.world.triggers


async def test_menus(office: Office) -> None:
    card = await office.card()
    await office.slack.overflow(office.dana, card, "more", "Claim")
    await office.slack.choose(office.dana, card, "who", "lee")
    await office.slack.click(office.dana, card, "reject")
    chosen, picked, clicked = office.bodies
    assert chosen["actions"][0]["selected_option"] == option("claim")
    assert picked["actions"][0]["selected_option"] == option("lee")
    assert clicked["state"]["values"]["deciding"]["who"]["selected_option"] == option("lee")


async def test_a_double_click_is_two_interactions(office: Office) -> None:
    card = await office.card()
    await asyncio.gather(*(office.slack.click(office.dana, card, "reject") for _ in range(2)))
    first, second = office.bodies
    assert first["actions"][0]["action_ts"] != second["actions"][0]["action_ts"]
    assert first["trigger_id"] != second["trigger_id"]


async def test_a_stale_card_can_still_be_clicked(office: Office) -> None:
    card = await office.card()
    await office.client.chat_update(channel=office.channel.id, ts=card.ts, text="Decided", blocks=[])
    with pytest.raises(NotPossible, match="0 elements are reject"):
        await office.slack.click(office.lee, card, "reject")
    await office.slack.click(office.lee, card, "reject", as_of=0)
    assert office.bodies[0]["message"]["text"] == "Held"


Attempt = Callable[[Office, Message], Any]
IMPOSSIBLE: dict[str, tuple[Attempt, str]] = {
    "a button that is not there": (lambda o, c: o.slack.click(o.dana, c, "launch"), "0 elements are launch"),
    "another value": (lambda o, c: o.slack.click(o.dana, c, "approve", value="r9"), "0 elements are approve"),
    "one of two alike": (lambda o, c: o.slack.click(o.dana, c, "approve"), "2 elements are approve"),
    "clicking a menu": (lambda o, c: o.slack.click(o.dana, c, "who"), "choose"),
    "choosing a button": (lambda o, c: o.slack.choose(o.dana, c, "reject", "x"), "click"),
    "an option that is not offered": (lambda o, c: o.slack.choose(o.dana, c, "who", "eve"), "offers"),
    "from outside the channel": (lambda o, c: o.slack.click(o.eve, c, "reject"), "does not see"),
    "a command that is none": (lambda o, c: o.slack.command(o.dana, o.channel, "/dance"), "no command"),
    "a command from outside": (lambda o, c: o.slack.command(o.eve, o.channel, "/signoff"), "not in refunds"),
}


@pytest.mark.parametrize(("attempt", "why"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
async def test_what_users_can_t_do(office: Office, attempt: Attempt, why: str) -> None:
    card = await office.card()
    with pytest.raises(NotPossible, match=why):
        await attempt(office, card)
    assert office.bodies == []


async def test_a_deleted_card_can_t_be_clicked(office: Office) -> None:
    card = await office.card()
    office.slack.delete(card)
    with pytest.raises(NotPossible, match="deleted"):
        await office.slack.click(office.dana, card, "reject")


async def test_an_ephemeral_message_is_its_user_s(office: Office) -> None:
    await office.client.chat_postEphemeral(channel=office.channel.id, user=office.dana.id, text="psst", blocks=CARD)
    [shown] = office.slack.ephemerals(office.dana)
    with pytest.raises(NotPossible, match="does not see"):
        await office.slack.click(office.lee, shown, "reject")
    await office.slack.click(office.dana, shown, "reject")
    assert office.bodies[0]["container"]["is_ephemeral"]
    assert "message" not in office.bodies[0], "Slack doesn't send what it doesn't keep"


async def test_a_submission_carries_the_state(office: Office) -> None:
    form = await office.form()
    submission = await office.slack.submit(
        form, {"Reason": "goodwill", "note": "ok", "day": "2026-03-02", "tags_input": ["vip"], "live": ""}
    )
    assert submission.closed
    assert office.slack.views(office.dana) == []
    view = office.bodies[0]["view"]
    assert (view["callback_id"], view["private_metadata"]) == ("edit", "r1")
    assert view["state"]["values"] == {
        "amount": {"amount_input": {"type": "number_input", "value": "120"}},
        "why": {"why_input": {"type": "static_select", "selected_option": option("goodwill")}},
        "note": {"note_input": {"type": "plain_text_input", "value": "ok"}},
        "day": {"day_input": {"type": "datepicker", "selected_date": "2026-03-02"}},
        "tags": {"tags_input": {"type": "checkboxes", "selected_options": [option("vip")]}},
        "live": {"live_input": {"type": "plain_text_input", "value": None}},
    }


UNFIT: dict[str, tuple[Json, str]] = {
    "nothing where something is required": ({}, "why.*required"),
    "nothing where something was": ({"why": "mistake", "amount": None}, "amount.*required"),
    "too little": ({"why": "mistake", "amount": "0"}, "at least 0.01"),
    "too much": ({"why": "mistake", "amount": 501}, "at most 500"),
    "no number": ({"why": "mistake", "amount": "lots"}, "valid number"),
    "too long": ({"why": "mistake", "note": "x" * 11}, "limit of 10"),
    "two lines": ({"why": "mistake", "note": "a\nb"}, "one line"),
    "an option that is not offered": ({"why": "whim"}, "offers"),
    "an input that is not there": ({"colour": "red"}, "0 inputs are 'colour'"),
}


@pytest.mark.parametrize(("values", "why"), UNFIT.values(), ids=UNFIT)
async def test_slack_s_client_does_not_submit(office: Office, values: Json, why: str) -> None:
    form = await office.form()
    with pytest.raises(NotPossible, match=why):
        await office.slack.submit(form, values)
    assert office.bodies == []


async def test_errors_stand_under_the_fields(office: Office) -> None:
    form = await office.form()
    office.answer = {"response_action": "errors", "errors": {"amount": "Decided meanwhile by Lee"}}
    submission = await office.slack.submit(form, {"why": "mistake"})
    assert submission.errors == form.errors == {"amount": "Decided meanwhile by Lee"}
    assert submission.view is form
    office.answer = {}
    assert (await office.slack.submit(form)).closed, "what was filled in is still there"


async def test_an_update_keeps_what_was_typed(office: Office) -> None:
    form = await office.form()
    note = FORM["blocks"][2]
    office.answer = {"response_action": "update", "view": {**FORM, "title": plain("Sure?"), "blocks": [note]}}
    submission = await office.slack.submit(form, {"why": "mistake", "note": "ok"})
    assert submission.view is form
    assert (form.title, len(form.history)) == ("Sure?", 2)
    assert form.values == {"note": {"note_input": {"type": "plain_text_input", "value": "ok"}}}


async def test_push_close_and_clear(office: Office) -> None:
    form = await office.form()
    office.answer = {"response_action": "push", "view": {**FORM, "title": plain("Details")}}
    pushed = (await office.slack.submit(form, {"why": "mistake"})).view
    assert pushed is not None
    assert (pushed.title, pushed.previous_id, pushed.root_id) == ("Details", form.id, form.id)
    with pytest.raises(NotPossible, match="not in front"):
        await office.slack.submit(form)
    closed = await office.slack.close(pushed)
    assert closed is not None
    assert closed.payload["is_cleared"] is False
    assert office.slack.views(office.dana) == [form]
    office.answer = {"response_action": "clear"}
    assert (await office.slack.submit(form)).closed
    quiet = await office.form({**FORM, "notify_on_close": False})
    assert await office.slack.close(quiet) is None


NONSENSE: dict[str, Json] = {
    "errors for no field": {"response_action": "errors", "errors": {"colour": "no"}},
    "an action that is none": {"response_action": "dance"},
    "a view that is none": {"response_action": "update", "view": {"type": "modal"}},
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
async def test_an_answer_without_sense_is_trouble(office: Office, answer: Json) -> None:
    form = await office.form()
    office.answer = answer
    submission = await office.slack.submit(form, {"why": "mistake"})
    assert submission.view is form
    assert len(office.slack.complaints) == 1
    assert "makes no sense" in office.slack.complaints[0]


async def test_inputs_that_dispatch(office: Office) -> None:
    form = await office.form()
    await office.slack.choose(office.dana, form, "live_input", "typing")
    assert office.bodies[0]["actions"][0]["value"] == "typing"
    assert office.bodies[0]["container"] == {"type": "view", "view_id": form.id}
    with pytest.raises(NotPossible, match="tells nobody"):
        await office.slack.choose(office.dana, form, "note_input", "typing")


async def test_a_modal_pushed_from_a_modal(office: Office) -> None:
    opener = {"type": "actions", "elements": [button("edit_open", "r1")]}
    form = await office.form({**FORM, "blocks": [opener]})
    await office.slack.click(office.dana, form, "edit_open")
    trigger = office.bodies[0]["trigger_id"]
    await office.client.views_push(trigger_id=trigger, view=FORM)
    assert [each.title for each in office.slack.views(office.dana)] == ["Edit", "Edit"]


async def test_the_home_tab(office: Office) -> None:
    assert office.slack.home(office.dana) is None
    blocks = [{"type": "actions", "elements": [button("approve", "r1")]}]
    await office.client.views_publish(user_id=office.dana.id, view={"type": "home", "blocks": blocks})
    home = office.slack.home(office.dana)
    assert home is not None
    opened = await office.slack.open_home(office.dana)
    assert opened is not None
    assert opened.payload["event"]["view"]["hash"] == home.hash
    await office.slack.click(office.dana, home, "approve")
    assert office.bodies[0]["view"]["type"] == "home"
    with pytest.raises(NotPossible, match="dana's"):
        await office.slack.click(office.lee, home, "approve")


async def test_shortcuts_and_words(office: Office) -> None:
    card = await office.card()
    await office.slack.shortcut(office.dana, card, "explain")
    await office.slack.global_shortcut(office.dana, "explain")
    assert [each["type"] for each in office.bodies] == ["message_action", "shortcut"]
    said = await office.slack.direct(office.dana, "why?")
    assert said is not None
    assert said.payload["event"]["channel_type"] == "im"
    assert office.slack.dms(office.dana)[-1].text == "why?"
    assert await office.slack.write_in(office.dana, office.channel, "hello") is None, "not subscribed to"
    mentioned = await office.slack.mention(office.dana, office.channel, "queue", thread=card)
    assert mentioned is not None
    assert mentioned.payload["event"]["text"].endswith(" queue")
    assert [each.author for each in office.slack.thread(card)] == [office.dana]


# Response addresses


async def respond(url: str, **body: Any) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        return response.status, await response.text()


async def test_a_response_url_answers_five_times(office: Office) -> None:
    card = await office.card()
    url = (await office.slack.click(office.dana, card, "reject")).payload["response_url"]
    assert await respond(url, text="only you", replace_original=False) == (200, "ok")
    assert await respond(url, text="all of you", response_type="in_channel") == (200, "ok")
    assert await respond(url, text="Decided", replace_original=True) == (200, "ok")
    assert (card.text, card.blocks, card.versions[-1].by) == ("Decided", [], "response_url")
    assert (await respond(url, text="x", blocks=[{"type": "marquee"}]))[0] == 400
    assert await respond(url, delete_original=True) == (200, "ok")
    assert (await respond(url, text="once more"))[0] == 404
    assert [each.text for each in office.slack.messages(office.channel)] == ["all of you"]
    assert [each.text for each in office.slack.ephemerals(office.dana)] == ["only you"]
    assert len(office.slack.response_urls.uses) == 5


async def test_a_response_url_lasts_thirty_minutes(office: Office) -> None:
    url = (await office.slack.click(office.dana, await office.card(), "reject")).payload["response_url"]
    office.clock.at += timedelta(minutes=30)
    assert (await respond(url, text="in time", replace_original=False))[0] == 200
    office.clock.at += timedelta(seconds=1)
    assert (await respond(url, text="late"))[0] == 404
