"""Every modal, Home and every answer: inside each limit and inert, whatever a request holds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.slack.cards import answers, modals, reading
from adapters.slack.cards.explanation import explain_view
from adapters.slack.cards.home import Home, home_view
from bot.cards import Row
from bot.cards.pauses import Stopped, stopped
from bot.deciding import ApproveWithEdits, Ask, Reject, Snooze
from bot.domain.jsontext import digest
from bot.domain.pauses import Pause
from bot.domain.people import Person
from bot.domain.requests import OutcomeStatus
from bot.errors import AlreadyDecided, BadInput, Busy, NotAllowed, Unavailable
from bot.policy.document import Policy
from tests.rigs.hostile import HOSTILE
from tests.rigs.house import START
from tests.rigs.slack_forms import DESK, Case, case, drawn, faults_of_message, faults_of_view, submitted

GOLDEN = Path(__file__).with_name("golden")
TEXT = st.text(max_size=400) | st.sampled_from([*HOSTILE.values()])
SMALL = st.text(max_size=60) | st.sampled_from([text[:400] for text in HOSTILE.values()])
CONTEXT = st.fixed_dictionaries(
    {"customer": st.just("cust_1")},
    optional={
        **dict.fromkeys(("customer_name", "session", "model", "build", "segment", "region", "language"), SMALL),
        **dict.fromkeys(("evidence", "citations", "transcript", "mismatches"), st.lists(TEXT, max_size=5)),
        "signals": st.dictionaries(SMALL, TEXT, max_size=3),
        "on_behalf_of": SMALL,
        "vulnerable": st.booleans(),
    },
)
ARGUMENTS = st.dictionaries(st.sampled_from(["text", "long_text", "json", "card", "fixed"]) | SMALL, TEXT, max_size=8)


def views(found: Case, typed: str) -> Iterator[dict[str, Any]]:
    """Every view of a request, with ``typed`` wherever a person types."""
    card, people = found.card, [(f"p{n}", typed) for n in range(120)]
    changed = {**found.request.proposal.arguments, "text": typed, "long_text": typed * 3, typed: [typed]}
    yield modals.reject_form(card, {"note": typed, "lesson": typed, "reason_code": typed})
    yield modals.edit_form(card, found.inputs, typed, typed, DESK)
    yield modals.review_form(card, found.changes(changed), typed, "knowledge_fix", "key")
    yield modals.details(card, found.history, DESK)
    yield modals.details(card, found.history, None)
    yield modals.ask_form(card, typed)
    yield modals.revoke_form(card, typed)
    yield modals.reassign_form(card, people)
    yield modals.reassign_form(card, [])
    yield modals.snooze_form(card, [("1h", typed or "1 hour"), ("2h", "2 hours")])
    yield modals.snooze_form(card, [])
    for row in (*card.changes, Row("a", typed, typed * 5, before=typed)):
        yield modals.shown(card, row)
    yield modals.notice(typed, typed, typed)
    yield modals.loading(typed)
    yield explain_view(card, found.request)
    yield from general_views(found, typed)


def general_views(found: Case, typed: str) -> Iterator[dict[str, Any]]:
    scopes = [(f"action:{n}", typed) for n in range(120)]
    pauses = [Stopped(f"action:{n}", typed, typed, typed, START, START if n else None) for n in range(120)]
    yield modals.pause_form(scopes, "action:7", typed)
    yield modals.resume_form(pauses)
    yield modals.resume_form([])
    yield modals.pause_form([])
    cards = [found.card] * 3 + [other(found, n) for n in range(30)]
    del cards[:2]
    yield home_view(Home(typed, START, cards, 7, cards, {cards[0].request_id: START}, cards, pauses, DESK))
    yield home_view(Home(typed, START))


def other(found: Case, number: int) -> Any:
    """The same card of another request."""
    return replace(found.card, request_id=f"{found.card.request_id}-{number}")


def messages(found: Case, typed: str) -> Iterator[Any]:
    """Every answer of a command, and every refusal."""
    policy, card = found.house.policy, found.card
    yield answers.help_answer()
    yield answers.unknown_command(typed)
    yield answers.queue_answer([card] * 40, 7, DESK)
    yield answers.queue_answer([])
    yield answers.request_answer(card, DESK)
    yield answers.who_answer(policy.owners["refunds"], policy, dict.fromkeys(policy.people, typed))
    yield answers.unknown_owner(typed, policy)
    yield answers.not_linked(typed or None, [typed])
    yield answers.say(typed or "x", typed)
    yield answers.refusal(AlreadyDecided("x", decided_by=typed, decided_at=START, kind="approved_with_edits"))
    for error in (NotAllowed(typed, remedy=typed), BadInput(typed, field=typed), Busy(typed, retry_after=1)):
        yield answers.refusal(error)
    yield answers.refusal(Unavailable(typed))


def replace_policy(found: Case, policy: Policy) -> Case:
    found.house.policy = policy
    return found


def hold(found: Case, typed: str) -> None:
    for view in views(found, typed):
        assert faults_of_view(view) == [], view["callback_id"]
    for message in messages(found, typed):
        assert faults_of_message(message) == [], message["text"]


@settings(max_examples=40, deadline=None)
@given(arguments=ARGUMENTS, context=CONTEXT, reasoning=TEXT, typed=TEXT)
def test_any_request_gives_views_that_slack_takes(
    arguments: dict[str, Any], context: dict[str, Any], reasoning: str, typed: str
) -> None:
    hold(asyncio.run(case(arguments, reasoning=reasoning, **context)), typed)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_texts_do_nothing_anywhere(text: str) -> None:
    context: dict[str, Any] = dict.fromkeys(("customer", "customer_name", "session", "model", "build"), text)
    context |= {name: [text, text] for name in ("evidence", "citations", "transcript", "mismatches")}
    context |= {"signals": {text: text, "nested": {text: [text]}}, "on_behalf_of": text}
    found = await case({"text": text, "json": {text: [text]}, text: text}, reasoning=text, **context)
    if found.request.pending:
        asked = await found.house.say(found.request, Ask(f"? {text[:3000]}"))
        agent = found.house.agent
        await found.house.redeeming.answer(found.request.id, asked.questions[0].id, f"! {text[:3000]}", **agent)
        found = await drawn(found.house, asked)
    hold(found, text)


async def test_the_largest_request_fits_and_says_what_was_left_out() -> None:
    arguments: dict[str, Any] = {f"argument_{n}": "w" * 2_000 for n in range(90)}
    context: dict[str, Any] = {"evidence": ["é" * 2_000] * 12, "transcript": ["😀" * 1_000] * 12}
    found = await case(arguments, reasoning="r" * 20_000, **context)
    hold(found, "😀" * 3_000)
    view = modals.details(found.card, found.history, DESK)
    assert "Too long to be shown here" in json.dumps(view)
    assert "It is whole on the desk." in json.dumps(view)


@pytest.mark.parametrize("filler", ["&", "<", '"', "\\", "😀", "é", "_"])
async def test_texts_that_grow_when_they_are_written_still_fit(filler: str) -> None:
    context: dict[str, Any] = dict.fromkeys(("customer", "customer_name", "session", "model", "build"), filler * 500)
    context |= {"evidence": [filler * 2_000] * 5, "signals": {filler * 100: filler * 400}}
    found = await case({f"{filler}{n}": filler * 800 for n in range(20)}, reasoning=filler * 20_000, **context)
    people = {f"p{n}": Person(f"p{n}", f"{n}@acme.test", filler * 200) for n in range(60)}
    policy = replace(found.house.policy, people=found.house.policy.people | people)
    owner = replace(policy.owners["refunds"], title=filler * 100, approvers=tuple(people))
    found = replace_policy(found, replace(policy, owners={"refunds": owner}))
    hold(found, filler * 3_000)


@pytest.mark.parametrize("who", ["dana", "lee", "vera", "rosa"])
async def test_a_request_in_every_state_is_drawn_for_everybody(who: str) -> None:
    found = await case({"text": "Late", "card": "4111 1111 1111 1234"})
    house, request = found.house, found.request
    hold(await drawn(house, request, who), "Late")
    request = await house.say(request, Snooze(START + timedelta(minutes=10)))
    hold(await drawn(house, request, who), "Late")
    edits = {**request.proposal.arguments, "text": "On time"}
    request = await house.say(request, ApproveWithEdits(edits, "Not late"))
    hold(await drawn(house, request, who), "Late")
    await house.redeeming.redeem(request.id, key="k", digest=digest(edits), **house.agent)
    request = await house.redeeming.report(request.id, status=OutcomeStatus.FAILED, note="No funds", **house.agent)
    hold(await drawn(house, request, who), "Late")


async def test_a_review_that_is_too_long_can_t_be_signed() -> None:
    found = await case({"text": "Late"})
    rows = [Row(f"r{n}", "Text", "b" * 3000, editable=True, before="a" * 3000, changed=True) for n in range(60)]
    view = modals.review_form(found.card, rows, None, None, "key")
    assert view["callback_id"] == "notice"
    assert "submit" not in view


async def test_a_review_shows_every_change_and_carries_only_the_key() -> None:
    found = await case({"money": 120, "text": "Late", "long_text": "a\nb", "card": "4111 1111 1111 1234"})
    rows = found.changes({"money": 80, "text": "Late", "long_text": "a\nc", "card": "4111 1111 1111 1234"})
    view = modals.review_form(found.card, rows, "Half of it", "regression_case", "k1")
    text = json.dumps(view, ensure_ascii=False)
    assert reading.metadata(view) == {"request": found.request.id, "key": "k1"}
    for shown in ("120.00 USD", "80.00 USD", "a\\nb", "a\\nc", "Half of it", "Keep it as a test case", "Stays as"):
        assert shown in text
    assert "4111" not in text
    assert reading.values(submitted(view)) == {}


async def test_a_rejection_is_read_as_it_was_typed() -> None:
    found = await case({"text": "Late"})
    view = modals.reject_form(found.card, {"reason_code": "not_eligible"})
    read = reading.values(submitted(view, note="Too late\nby far"))
    assert read == {"reason_code": "not_eligible", "note": "Too late\nby far", "lesson": ""}
    with pytest.raises(AssertionError, match="required field"):
        submitted(modals.reject_form(found.card), note="x")
    again = modals.reject_form(found.card, read | {"lesson": "threshold"})
    assert reading.values(submitted(again))["lesson"] == "threshold"


async def test_a_masked_value_is_nowhere_until_it_is_shown() -> None:
    number = "4111 1111 1111 1234"
    found = await case({"card": number, "text": f"of {number}"}, reasoning=number)
    for view in views(found, "typed"):
        assert "4111" not in json.dumps(view), view["callback_id"]
    shown = modals.shown(found.card, Row("card", "Card", "4111 1111 1111 1234"))
    assert "4111 1111 1111 1234" in json.dumps(shown)
    assert "is on record" in json.dumps(shown)


async def test_home_says_what_to_expect_when_nothing_waits() -> None:
    text = json.dumps(home_view(Home("Dana Ortiz", START)))
    assert "Nothing waits for you" in text
    assert "it appears here" in text


async def test_a_grave_approval_is_asked_for_again_in_home() -> None:
    found = await case({}, tool="change_phone")
    assert found.card.high_class
    [actions] = [
        block for block in home_view(Home("Dana", START, [found.card]))["blocks"] if block["type"] == "actions"
    ]
    assert [each["action_id"] for each in actions["elements"]] == ["approve", "reject", "details"]
    assert {each["value"] for each in actions["elements"]} == {found.request.id}
    assert "confirm" in actions["elements"][0]


async def test_the_loser_of_a_race_hears_who_was_first() -> None:
    error = AlreadyDecided("x", decided_by="Lee Park", decided_at=START, kind="rejected")
    text = answers.refusal(error)["text"]
    assert text.startswith("Somebody was first: it was rejected by Lee Park, <!date^")
    assert text.endswith("Yours changed nothing.")


async def test_a_mistyped_command_is_met_with_what_was_meant() -> None:
    assert "Did you mean /signoff queue?" in answers.unknown_command("queu")["text"]
    assert "/signoff help" in answers.unknown_command("zzz")["text"]


async def test_who_says_limits_and_presence() -> None:
    found = await case({"text": "Late"})
    policy = found.house.policy
    said = json.dumps(answers.who_answer(policy.owners["refunds"], policy, {"lee": "away until Monday"}))
    for words in ("Vera Holm", "Rosa Klein", "Lee Park", "up to 500.00 USD", "away until Monday"):
        assert words in said


async def test_a_pause_is_told_in_the_words_of_the_policy() -> None:
    policy = (await case({"text": "Late"})).house.policy
    pause = Pause("action:everything", "vera", "Too many", START)
    assert stopped(pause, policy) == Stopped("action:everything", "Change everything", "Vera Holm", "Too many", START)
    assert stopped(Pause("agent:a1", "x", "y", START), policy, {"a1": "support"}).title == "The agent support"


async def test_who_may_not_reject_is_told_why() -> None:
    found = await case({"text": "Late"})
    await found.house.say(found.request, Reject("not_eligible", "No"))
    request = await found.house.store.request(found.request.id)
    assert request is not None
    late = await drawn(found.house, request, "lee")
    assert modals.reject_form(late.card)["callback_id"] == "notice"
    assert "Already rejected by Dana Ortiz" in json.dumps(modals.reject_form(late.card))
