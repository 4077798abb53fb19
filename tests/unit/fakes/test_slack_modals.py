"""What the fake's users do in modals: they submit what Slack's client would, and the app's answer is done."""

from __future__ import annotations

import pytest

from tests.fakes.slack import NotPossible
from tests.unit.fakes.deciding_app import FORM, Json, Office, button, option, plain


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
