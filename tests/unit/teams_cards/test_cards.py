"""What a card offers to whom, and in which order it says things."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from adapters.teams import cards as teams
from adapters.teams.cards import limits
from adapters.teams.cards.room import size
from bot.cards import Card, card
from tests.fakes.teams.cards import offers, texts
from tests.fakes.teams.cards.mentions import Notified, notified
from tests.rigs.slack_scenes import AGENT, scene

DESK = "https://signoff.acme.test/desk/requests/1"
LEE, DANA = teams.Mention("29:1lee", "Lee Park"), teams.Mention("29:1dana", "Dana Ortiz")
DECIDING = {"approve", "reject", "edit"}


async def drawn(state: str, who: str | None = None, **changes: Any) -> Card:
    house, request, found = await scene(state)
    if who is not None:
        found = card(request, house.policy, viewer=house.person(who), now=house.clock.now(), agent=AGENT)
    await house.store.close()
    return msgspec.structs.replace(found, **changes)


def verbs(shown: dict[str, Any], *, old_client: bool = False) -> list[str]:
    """What can be pressed, in order."""
    found = []
    for offer in offers(shown, old_client=old_client):
        data = offer.action.get("data")
        found += [offer.action.get("verb") or (data or {}).get("verb") or offer.action["type"]]
    return found


def said(shown: dict[str, Any]) -> str:
    return "\n".join(texts(shown))


async def test_the_first_lines_say_what_for_whom_how_much_by_when_and_who() -> None:
    shown = teams.card_attachment(await drawn("held"), mentions=[LEE, DANA], desk_url=DESK)
    first = shown["body"][:3]
    assert first[0]["text"] == "Refund a customer: 120.00 USD for cust_42"
    assert first[0]["style"] == "heading"
    words = "".join(run["text"] for run in first[1]["inlines"])
    assert words.startswith(
        "⏳ Decide by {{DATE(2026-03-02T17:00:00Z,SHORT)}} {{TIME(2026-03-02T17:00:00Z)}}, or it is not run · answer"
    )
    assert first[2]["text"] == (
        "👥 <at>Lee Park</at>, <at>Dana Ortiz</at> · Refunds: Lee Park or Dana Ortiz may decide"
    )
    assert notified("", [], [shown]) == Notified(people=["29:1lee", "29:1dana"], links=[DESK])


async def test_the_words_stand_in_the_order_of_every_surface() -> None:
    words = said(teams.card_attachment(await drawn("held")))
    order = ["Decide by", "may decide", "For:", "Why it was held", "What will change", "The agent claims", "Evidence"]
    places = [words.index(each) for each in order]
    assert places == sorted(places)


async def test_a_card_for_anybody_offers_what_somebody_may_do() -> None:
    shown = teams.card_attachment(await drawn("held"), desk_url=DESK)
    assert verbs(shown) == [
        *("approve", "reject", "edit", "details", "Action.OpenUrl"),
        *("claim", "ask", "reassign", "snooze", "explain"),
    ]
    assert [each for each in shown["actions"] if each.get("mode") != "secondary"] == shown["actions"][:5]


async def test_an_old_client_has_the_same_buttons() -> None:
    shown = teams.card_attachment(await drawn("held"), desk_url=DESK)
    assert verbs(shown, old_client=True) == verbs(shown)


async def test_who_may_not_decide_reads_why_and_has_no_deciding_button() -> None:
    shown = teams.card_attachment(await drawn("held", "vera"), viewer=True)
    assert not DECIDING & {*verbs(shown)}
    assert "You can't decide this. Vera Holm is not among its approvers. Ask Lee Park, Dana Ortiz." in said(shown)
    assert "details" in verbs(shown)


async def test_who_may_decide_reads_no_such_thing() -> None:
    shown = teams.card_attachment(await drawn("held", "dana"), viewer=True)
    assert {*verbs(shown)} >= DECIDING
    assert "You can't" not in said(shown)


@pytest.mark.parametrize("state", ["approved", "edited", "rejected", "expired", "revoked", "ran", "failed"])
@pytest.mark.parametrize("who", [None, "dana"])
async def test_nothing_is_left_to_decide_once_it_is_decided(state: str, who: str | None) -> None:
    shown = teams.card_attachment(await drawn(state, who), mentions=[LEE], viewer=who is not None)
    assert not {*DECIDING, "claim", "ask", "reassign", "snooze"} & {*verbs(shown)}
    assert ("revoke" in verbs(shown)) == (state in {"approved", "edited"})
    assert notified("", [], [shown]).nothing


async def test_a_grave_approval_asks_once_more_inside_the_card() -> None:
    shown = teams.card_attachment(await drawn("two_signatures"))
    first = shown["actions"][0]
    assert (first["type"], first["title"]) == ("Action.ShowCard", "Approve")
    inner = first["card"]["actions"][0]
    assert (inner["type"], inner["verb"]) == ("Action.Execute", "approve")
    assert "The agent may then run exactly this, once." in said(first["card"])


async def test_without_dialogs_rejecting_unfolds_inside_the_card() -> None:
    found = await drawn("held", "dana")
    shown = teams.card_attachment(found, viewer=True, inline=True)
    offer = next(each for each in offers(shown) if each.action.get("verb") == "reject")
    assert [each["id"] for each in offer.inputs] == ["reason_code", "note", "lesson"]
    data = offer.action["data"] | {"reason_code": "not_eligible", "note": "No."}
    assert teams.values(data) == {"reason_code": "not_eligible", "note": "No.", "lesson": ""}
    assert teams.sent(data) == {"request": found.request_id}
    approve = next(each for each in offers(shown) if each.action.get("verb") == "approve")
    assert approve.inputs == []


async def test_a_masked_field_has_a_button_that_names_it() -> None:
    found = await drawn("two_signatures")
    shown = teams.card_attachment(found)
    data = next(each.action["data"] for each in offers(shown) if "show" in each.names)
    assert data == {
        "request": found.request_id,
        "field": "phone",
        "verb": "show",
        "msteams": {"type": "task/fetch"},
    }


async def test_a_lead_and_its_mentions_stand_above_everything() -> None:
    shown = teams.card_attachment(await drawn("held"), mentions=[LEE], lead="Nobody decided for 15 minutes.")
    assert shown["body"][0]["text"] == "🔔 <at>Lee Park</at>"
    assert shown["body"][1]["inlines"][0]["text"] == "Nobody decided for 15 minutes."
    assert said(shown).count("<at>") == 1


async def test_two_people_of_one_name_are_called_each() -> None:
    other = teams.Mention("29:1other", "Lee Park")
    shown = teams.card_attachment(await drawn("held"), mentions=[LEE, other, LEE])
    assert notified("", [], [shown]).people == ["29:1lee", "29:1other"]


async def test_a_refresh_has_sixty_ids_at_most_and_decides_nothing() -> None:
    made = teams.refresh_for([f"29:{number % 70}" for number in range(140)], "r1")
    assert len(made["userIds"]) == limits.REFRESH_USERS
    assert made["action"] == {
        "type": "Action.Execute",
        "title": "Refresh",
        "verb": "refresh",
        "data": {"request": "r1"},
    }
    everybody = teams.refresh_for([f"29:1{number:0100}" for number in range(60)], "r1")
    assert size(everybody) + limits.CARD_BYTES < limits.ACTIVITY_BYTES - 512


async def test_the_fallback_is_a_whole_sentence_with_the_deadline() -> None:
    text = teams.fallback_text(await drawn("held"))
    assert text.startswith("Refund a customer: 120.00 USD for cust_42. Waiting for a decision: ")
    assert text.endswith("Decide by 2026-03-02 17:00 UTC, or it is not run.")
    assert teams.fallback_text(await drawn("rejected")) == (
        "Refund a customer: 120.00 USD for cust_42. Rejected by Lee Park."
    )
