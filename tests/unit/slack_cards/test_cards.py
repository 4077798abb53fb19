"""What a card says and offers in each of its states, by golden files and by what matters in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.slack.cards.card import Drawn, Mentions, card_message
from adapters.slack.cards.lines import thread_lines
from bot.cards import Card, HistoryLine, history
from bot.domain.requests import Request
from tests.fakes.slack import check_blocks
from tests.fakes.slack.blocks.checking import interactive
from tests.fakes.slack.notifying import notified
from tests.rigs.house import START
from tests.rigs.slack_pictures import Reader, page_of
from tests.rigs.slack_scenes import AGENT, NAMES, SCENES, scene

GOLDEN = Path(__file__).with_name("golden")
NOON = "<!date^1772470800^{date_short_pretty} at {time}|2026-03-02 17:00 UTC>"
SUPERVISORS = Mentions(users=("U0DANA",), groups=("S0SUPER",))


def compare(name: str, request: Request, drawn: Drawn) -> None:
    """Against the golden file; a missing one is written, and fails once so that somebody looks at it."""
    text = json.dumps(drawn, indent=1, ensure_ascii=False) + "\n"
    verdict = request.assessment.verdict
    changing = {request.id: "REQUEST", f"{verdict.policy_version[:12]}…": "POLICY"}
    changing |= {reason.text: f"the reason of {reason.rule}" for reason in verdict.reasons}
    for changed, word in changing.items():
        text = text.replace(json.dumps(changed, ensure_ascii=False)[1:-1], word)
    path = GOLDEN / f"{name}.json"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        pytest.fail(f"{path} was not there and is now; look at it and run again")
    assert text == path.read_text(encoding="utf-8")


def acts(drawn: Drawn) -> list[str]:
    """The action ids of what can be pressed, in order; entries of menus as ``more:<command>``."""
    found = []
    for element in [each for block in drawn["blocks"] for each in interactive(block)]:
        options = [f"more:{option['value'].partition('|')[0]}" for option in element.get("options", [])]
        found += options or [element["action_id"]]
    return found


def said(drawn: Drawn) -> str:
    """Every word of the blocks in order."""
    found: list[str] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            found.extend([value["text"]] if isinstance(value.get("text"), str) else [])
            for each in value.values():
                look(each)
        elif isinstance(value, list):
            for each in value:
                look(each)

    look(drawn["blocks"])
    return "\n".join(found)


@pytest.mark.parametrize("name", sorted(SCENES))
async def test_the_golden_cards(name: str) -> None:
    house, request, card = await scene(name)
    drawn = card_message(card, mentions=SUPERVISORS, desk_url="https://signoff.acme.test/desk/requests/1")
    assert check_blocks(drawn["blocks"]) == []
    compare(name, request, drawn)
    records = await house.store.events(f"request:{request.id}")
    lines = thread_lines(history(records, request, house.policy, agent=AGENT))
    assert check_blocks(lines["blocks"]) == []
    compare(f"{name}_lines", request, lines)
    await house.store.close()


async def shown(name: str, **changes: Any) -> Card:
    house, _, card = await scene(name)
    await house.store.close()
    return msgspec.structs.replace(card, **changes)


async def test_the_first_lines_say_what_for_whom_how_much_by_when_and_who() -> None:
    drawn = card_message(await shown("held"), mentions=SUPERVISORS)
    words = said(drawn).split("Why it was held")[0]
    assert words.startswith("Refund a customer: 120.00 USD for cust_42\n")
    assert (
        "*Decide by <!date^1772470800^{date_short_pretty} at {time}|2026-03-02 17:00 UTC>*, or it is not run" in words
    )
    assert "<!subteam^S0SUPER> <@U0DANA> · Refunds: Lee Park or Dana Ortiz may decide" in words
    assert "Kim Ro" in words
    assert drawn["blocks"][0]["type"] == "header"


async def test_a_lead_and_its_mentions_stand_above_everything() -> None:
    card = await shown("held")
    drawn = card_message(card, mentions=SUPERVISORS, lead="Nobody decided for 15 minutes; it is Vera's now.")
    first = drawn["blocks"][0]
    assert first["text"]["text"] == ("🔔 <!subteam^S0SUPER> <@U0DANA> Nobody decided for 15 minutes; it is Vera's now.")
    assert first["block_id"] == f"request|{card.request_id}"
    assert said(drawn).count("<@U0DANA>") == 1
    assert drawn["text"].startswith("Nobody decided for 15 minutes; it is Vera's now. Refund a customer: 120.00 USD")


async def test_the_fallback_is_a_whole_sentence_with_the_deadline() -> None:
    open_text = card_message(await shown("held"))["text"]
    assert open_text.startswith("Refund a customer: 120.00 USD for cust_42. Waiting for a decision: ")
    assert open_text.endswith(
        "Decide by <!date^1772470800^{date_short_pretty} at {time}|2026-03-02 17:00 UTC>, or it is not run."
    )
    assert card_message(await shown("rejected"))["text"] == (
        "Refund a customer: 120.00 USD for cust_42. Rejected by Lee Park."
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("held", "approve reject edit details more:claim more:ask more:reassign more:snooze"),
        ("claimed", "approve reject edit details more:claim more:release more:ask more:reassign more:snooze"),
        ("two_signatures", "show approve reject details more:claim more:ask more:reassign more:snooze more:withdraw"),
        ("approved", "details more:revoke"),
        ("edited", "accept_item finish_item details more:revoke more:decline_item more:change_item"),
        ("rejected", "accept_item finish_item details more:decline_item more:change_item"),
        ("expired", "details"),
        ("revoked", "details"),
        ("ran", "accept_item finish_item details more:decline_item more:change_item"),
        ("failed", "details"),
    ],
)
async def test_a_card_offers_what_somebody_may_do_and_nothing_else(name: str, expected: str) -> None:
    card = await shown(name)
    drawn = card_message(card)
    assert " ".join(acts(drawn)) == expected
    for element in [each for block in drawn["blocks"] for each in interactive(block)]:
        values = [element.get("value"), *(option["value"] for option in element.get("options", []))]
        assert all(card.request_id in value for value in values if value is not None)


async def test_grave_approvals_ask_first() -> None:
    async def approve(name: str, **changes: Any) -> dict[str, Any]:
        drawn = card_message(await shown(name, **changes))
        return next(each for each in interactive(drawn["blocks"][-1]) if each["action_id"] == "approve")

    assert "confirm" not in await approve("held", high_class=False)
    asks = (await approve("held", high_class=True))["confirm"]
    assert "120.00 USD for cust_42" in asks["text"]["text"]


async def test_a_masked_field_has_a_button_that_names_it() -> None:
    card = await shown("two_signatures")
    drawn = card_message(card)
    assert "4930123456" not in json.dumps(drawn)
    section = next(block for block in drawn["blocks"] if "accessory" in block)
    assert section["accessory"]["value"] == f"{card.request_id}|phone"
    assert "••••3456" in section["text"]["text"]
    long = [msgspec.structs.replace(row, name="n" * 2000) if row.masked else row for row in card.changes]
    assert "show" not in acts(card_message(msgspec.structs.replace(card, changes=tuple(long))))


async def test_signatures_claims_edits_reasons_and_outcomes_are_told() -> None:
    for name, words in {
        "two_signatures": "*1 of 2 signed*: Amir Sayed; one more needed",
        "claimed": "*Claimed by Lee Park*, <!date^1772463720^",
        "edited": "*Approved with edits* by Dana Ortiz on Slack, <!date^1772463900^",
        "rejected": "> *Not eligible*: The order was refunded yesterday by phone; tell the customer so.",
        "expired": "*Expired, not run*, <!date^",
        "revoked": "*Approval revoked, not run*, <!date^",
        "ran": "*Ran*, <!date^",
        "failed": "> The card was closed",
    }.items():
        assert words in said(card_message(await shown(name))), name
    edited = card_message(await shown("edited"))
    row = next(
        part["elements"]
        for block in edited["blocks"]
        if block["type"] == "rich_text"
        for part in block["elements"]
        if part["elements"][0].get("text", "").startswith("Amount")
    )
    assert [(run["text"], run.get("style")) for run in row] == [
        ("Amount:  ", {"bold": True}),
        ("120.00 USD", {"strike": True}),
        ("  →  ", None),
        ("80.00 USD", {"bold": True}),
    ]


async def test_nobody_is_called_once_it_is_decided() -> None:
    for name in SCENES:
        card = await shown(name)
        drawn = card_message(card, mentions=SUPERVISORS)
        assert notified(**drawn).nothing != card.status.open


def test_lines_say_who_what_when_and_quote_what_was_said() -> None:
    lines = [
        HistoryLine(START, "Lee", "Slack", "asked the agent", "Was it the *whole* order?\nReally?"),
        HistoryLine(START, "Support", "API", "answered", "<!channel> one parcel"),
    ]
    drawn = thread_lines(lines, mentions=Mentions(users=("U0LEE",)))
    assert said(drawn).split("\n") == [
        "<@U0LEE>",
        "Lee",
        " asked the agent on Slack, ",
        "Was it the *whole* order?",
        "Really?",
        "Support",
        " answered, ",
        "<!channel> one parcel",
    ]
    assert drawn["text"] == "Lee asked the agent. Support answered."
    assert notified(**drawn).users == {"U0LEE"}


def test_of_too_many_lines_the_newest_are_shown() -> None:
    lines = [HistoryLine(START, "Lee", None, f"did thing {n}", '"\\\n' * 1000) for n in range(200)]
    drawn = thread_lines(lines)
    assert check_blocks(drawn["blocks"]) == []
    assert "did thing 199" in said(drawn)
    assert "earlier lines are under Details" in said(drawn)
    assert check_blocks(thread_lines([])["blocks"]) == []


async def test_pictures_show_instants_in_the_readers_zone_and_ids_by_name() -> None:
    drawn = card_message(await shown("held"), mentions=SUPERVISORS)
    page = page_of(drawn, Reader(now=START, zone="Europe/Berlin", names=NAMES), dark=True)
    assert "<b>Decide by today at 6:00 PM</b>" in page
    assert '<span class="mention">@Dana Ortiz</span>' in page
