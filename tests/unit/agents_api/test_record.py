"""What an agent gets to a question for the record of a request: never where its policy stops automation."""

from __future__ import annotations

from pathlib import Path

from openapi_schema_validator import OAS31Validator

from adapters.agents.openapi.document import DOCUMENT
from bot.deciding import Reject
from bot.domain.events import FeedbackChanged, FeedbackOpened
from bot.domain.lessons import FeedbackState, Lesson, Proposed
from bot.recording import Needs, View
from tests.rigs.agents_api import Api, api

REQUESTS = "/api/v1/requests"


async def rejected(served: Api) -> str:
    """A request that was rejected, with a change of the policy proposed because of it."""
    house = served.house
    opened = await served.call("POST", REQUESTS, {"tool": "issue_refund", "arguments": {"amount": 120}})
    id_: str = opened.body["id"]
    request = await house.store.request(id_)
    assert request is not None
    await house.say(request, Reject("wrong_amount", "No."))
    proposal = Proposed(diff="-  amount <= 25\n+  amount <= 20", told="It holds more.", against="p-1")

    def flow(view: View) -> None:
        found = view.request(id_)
        if found is not None and found.feedback is None:
            opened = FeedbackOpened(Lesson.THRESHOLD, Lesson.THRESHOLD, "default", due_at=house.clock.now())
            view.record("request", id_, opened, house.operator)
        changed = FeedbackChanged(state=FeedbackState.ACCEPTED, proposal=proposal)
        view.record("request", id_, changed, house.operator)

    await house.store.transact(Needs(requests=(id_,)), flow)
    return id_


async def test_neither_its_events_nor_its_file_tell_of_a_change_of_the_policy(tmp_path: Path) -> None:
    async with api("memory", tmp_path) as served:
        id_ = await rejected(served)
        events = (await served.call("GET", f"{REQUESTS}/{id_}/record")).body
        file = (await served.call("GET", f"{REQUESTS}/{id_}/record?form=file")).body
        for answer in (events, file):
            assert "amount <= 20" not in str(answer)
        last = events["events"][-1]
        assert last["type"] == "request.feedback_changed"
        assert "payload" not in last
        assert "salt" not in last
        whole = {"$ref": "#/components/schemas/DecisionFile", "components": DOCUMENT["components"]}
        OAS31Validator(whole).validate(file)


async def test_a_form_that_is_none_is_refused_with_the_field(tmp_path: Path) -> None:
    async with api("memory", tmp_path) as served:
        id_ = await rejected(served)
        answer = await served.call("GET", f"{REQUESTS}/{id_}/record?form=docx")
        assert (answer.status, answer.body["field"]) == (400, "form")
