"""Changing a feedback item from elsewhere than a person's surface: by an operator, from the console of the machine."""

from __future__ import annotations

from bot.deciding import ChangeFeedback, change
from bot.domain.people import Actor
from bot.domain.requests import Request
from bot.errors import NotFound
from bot.policy.document import Policy
from bot.ports import Recorder
from bot.recording import Needs, View


async def change_item(store: Recorder, policy: Policy, request_id: str, command: ChangeFeedback, by: Actor) -> Request:
    """Carry it out and return the request as it is afterwards; of several at once the first alone.

    Raises:
        NotFound: when there is no such request.
        Conflict, NotAllowed, BadInput: as ``bot.deciding.change`` says.
    """

    def flow(view: View) -> Request:
        request = view.request(request_id)
        if request is None:
            raise NotFound(f"there is no request {request_id}", remedy="`signoff feedback list` lists the items")
        for event in change(request, command, by, policy, view.time("request", request_id)):
            view.record("request", request_id, event, by)
        return view.recorded(request_id)

    return await store.transact(Needs(requests=(request_id,)), flow)
