"""In Teams: two stages, a signature taken back, an amount above one's limit, and several at once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.deciding import Approve, Reject
from tests.fakes.teams.cards.reading import texts
from tests.fakes.teams.dialogs import Dialog
from tests.fakes.teams.messages import Message
from tests.rigs.stages import STAGED
from tests.rigs.teams_office import PLACE, Office, opened

POLICY = STAGED.replace("{slack: C0REFUNDS}", f"{{teams: {PLACE}}}")


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with opened(POLICY) as here:
        yield here
        assert here.teams.complaints == []


def words(message: Message) -> str:
    assert message.card is not None
    return " ".join(texts(message.card))


def reads(dialog: Dialog | None) -> str:
    assert dialog is not None
    assert dialog.card is not None
    return " ".join(texts(dialog.card))


async def test_two_stages_are_signed_by_clicks_and_a_signature_is_taken_back_out_of_the_first(office: Office) -> None:
    request = (await office.house.propose(90, tool="order_goods")).request
    message = await office.post(request)
    shown = words(message)
    assert "Stage 1 of 2: Supervisor" in shown
    assert "Check the delivery note." in shown
    for who in ("lee", "dana"):
        await office.teams.click(office.users[who], message, "approve")
    assert (await office.now(request)).stage == 1
    again = await office.post(await office.now(request))
    assert "Signed by Supervisor: Lee and Dana" in words(again)
    dialog = await office.opens(office.users["lee"], again, "withdraw")
    assert (await office.teams.submit(dialog, {"note": "The wrong order"})).closed
    found = await office.now(request)
    assert (found.stage, [actor.id for actor in found.signatures]) == (0, ["dana"])
    assert (await office.types(request))[-2:] == ["request.withdrawn", "request.stage_began"]


async def test_whoever_has_not_signed_is_told_so_and_nothing_is_done(office: Office) -> None:
    request = await office.house.held(800)
    await office.house.say(request, Approve(), "lee")
    message = await office.post(await office.now(request))
    assert "of somebody whose limit covers 800.00 USD" in words(message)
    dialog = await office.opens(office.dana, message, "withdraw")
    assert "You have not signed it" in reads(dialog)
    assert len((await office.now(request)).signatures) == 1


async def several(office: Office) -> Dialog:
    """The form behind one's own page."""
    await office.teams.direct(office.dana, "queue")
    page = [each for each in office.teams.chat(office.dana) if each.author is None and each.card][-1]
    return await office.opens(office.dana, page, "bulk")


async def test_those_alike_are_decided_together_and_what_failed_is_named(office: Office) -> None:
    requests = [(await office.held(100 + number))[0] for number in range(12)]
    dialog = await several(office)
    assert "12" not in dialog.title
    await office.house.say(requests[3], Reject("not_eligible", "No."), "omar")
    chosen = [request.id for request in requests]
    lacking = await office.teams.submit(
        dialog, {"chosen": chosen, "decision": "reject", "reason_code": "wrong_amount", "note": ""}
    )
    assert "needed to reject" in reads(lacking.dialog).lower()
    chosen = [request.id for request in requests if request != requests[3]]
    done = await office.teams.submit(dialog, {"chosen": chosen, "decision": "approve"})
    found = [await office.now(request) for request in requests]
    assert [one.status for one in found].count("approved") == 11
    assert done.closed


async def test_what_was_decided_meanwhile_is_named(office: Office) -> None:
    requests = [(await office.held(100 + number))[0] for number in range(3)]
    dialog = await several(office)
    await office.house.say(requests[1], Reject("not_eligible", "No."), "omar")
    chosen = [request.id for request in requests]
    done = await office.teams.submit(dialog, {"chosen": chosen, "decision": "approve"})
    told = reads(done.dialog)
    assert "2 of 3 were approved by you." in told
    assert "101.00 USD" in told
    assert "rejected by Omar" in told
