"""Whatever request the gate takes, its card is one that Slack takes, and its texts do nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.slack.cards import limits
from adapters.slack.cards.card import Drawn, Mentions, card_message
from adapters.slack.cards.lines import thread_lines
from adapters.slack.cards.room import size
from bot.cards import Card, card, history
from bot.deciding import Approve, ApproveWithEdits, Ask, Claim, Command, Reject, Revoke, Snooze
from bot.domain.jsontext import digest
from bot.domain.requests import OutcomeStatus, Request
from bot.errors import SignoffError
from tests.fakes.slack import check_blocks
from tests.fakes.slack.blocks.checking import interactive, too_long
from tests.fakes.slack.notifying import Notified, notified
from tests.rigs.hostile import HOSTILE
from tests.rigs.house import House, new_house
from tests.rigs.slack_scenes import propose

LONG = "n" * 100
SECRET = "4111 1111 1111 1234 8765"
POLICY = """
version: 1
timezone: America/New_York
currency: USD
people:
  dana: {email: dana@acme.test, name: "<!channel> *Dana* https://evil.test"}
  lee: {email: lee@acme.test, name: "Lee"}
  vera: {email: vera@acme.test}
owners:
  refunds:
    title: "@here *Refunds* :bomb: <https://evil.test|x>"
    accountable: vera
    risk_owner: vera
    channels: {slack: C0REFUNDS}
    approvers: [dana, lee]
    sla: {respond_within: 15m, expire_after: 4h}
    reasons: [wrong_amount]
actions:
  refund:
    title: "Refund <!here> a `customer`"
    class: money
    level: commit
    owner: refunds
    tools: [issue_refund]
    amount: arguments.amount
    arguments:
      amount: {title: Amount, kind: money}
      secret: {title: "*Secret* <@U0EVIL>", sensitive: true}
      s2: {title: S2, sensitive: true}
      s3: {title: S3, sensitive: true}
      s4: {title: S4, sensitive: true}
      s5: {title: S5, sensitive: true}
      s6: {title: S6, sensitive: true}
      s7: {title: S7, sensitive: true}
      LONG: {title: Long, sensitive: true}
    editable: [amount]
    approvals: 1
""".replace("LONG", LONG)

TEXTS = (
    st.sampled_from(sorted(HOSTILE.values())) | st.text(max_size=400) | st.sampled_from(['"\\\n' * 900, "&<>" * 900])
)
JSON = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers(-(10**12), 10**12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
FILLED = TEXTS.map(lambda text: {f"{n} {text[:40]}": text for n in range(150)})
MANY = st.dictionaries(TEXTS, JSON, max_size=6) | FILLED
SECRETS = dict.fromkeys(("secret", *(f"s{n}" for n in range(2, 8)), LONG), SECRET)
NAMES = ("customer", "customer_name", "session", "model", "build")
NAMED = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, TEXTS))
LISTED = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("evidence", "citations", "transcript", "mismatches"), st.lists(TEXTS, max_size=40))
)
CONTEXT = st.builds(lambda a, b, c: a | b | c, NAMED, LISTED, st.fixed_dictionaries({}, optional={"signals": MANY}))
STEPS = ("held", "asked", "claimed", "snoozed", "approved", "edited", "rejected", "expired", "revoked", "ran", "failed")
DESK = "https://signoff.acme.test/desk/requests/1"


class Town:
    """A house on a loop of its own, which many examples share."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.house: House = self.runner.run(new_house(policy=POLICY))

    async def request(self, arguments: dict[str, Any], context: dict[str, Any], step: str, said: str) -> Request:
        house = self.house
        house.clock.move(hours=2)
        held = await propose(house, "issue_refund", {"amount": 20, **arguments}, reasoning=said, **context)
        if held.pending:
            await self.lead_to(held, step, said)
        found = await house.store.request(held.id)
        assert found is not None
        return found

    async def lead_to(self, request: Request, step: str, said: str) -> None:
        note = (said.strip() or "why")[:4000]
        edited = request.proposal.arguments | {"amount": 19}
        until = request.deadline_at
        commands: dict[str, list[Command]] = {
            "asked": [Ask(note), Ask(note), Ask(note)],
            "claimed": [Claim()],
            "snoozed": [Snooze(until)],
            "approved": [Approve(note)],
            "edited": [ApproveWithEdits(edited, note)],
            "rejected": [Reject("wrong_amount", note)],
            "revoked": [Approve(note), Revoke(note)],
            "ran": [Approve(note)],
            "failed": [ApproveWithEdits(edited, note)],
        }
        try:
            for command in commands.get(step, []):
                request = await self.house.say(request, command, "dana", "slack")
        except SignoffError:
            return
        if step == "asked":
            await self.house.redeeming.answer(request.id, request.questions[0].id, note, **self.house.agent)
        if step in {"ran", "failed"}:
            agent = self.house.agent
            await self.house.redeeming.redeem(request.id, key="k", digest=digest(request.arguments), **agent)
            status = OutcomeStatus.SUCCEEDED if step == "ran" else OutcomeStatus.FAILED
            await self.house.redeeming.report(request.id, status=status, note=note, **agent)
        if step == "expired":
            self.house.clock.move(hours=3)

    def shown(self, request: Request, who: str | None) -> Card:
        viewer = None if who is None else self.house.person(who)
        return card(request, self.house.policy, viewer=viewer, now=self.house.clock.now(), agent="Agent *7*")

    def lines(self, request: Request) -> Drawn:
        records = self.runner.run(self.house.store.events(f"request:{request.id}"))
        return thread_lines(history(records, request, self.house.policy), mentions=Mentions(users=("U0LEE",)))


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    town = Town()
    yield town
    town.runner.run(town.house.store.close())
    town.runner.close()


def is_taken(drawn: Drawn) -> None:
    """Slack takes it, with room to spare, and nothing in it is left to Slack's guessing."""
    assert [str(each) for each in check_blocks(drawn["blocks"])] == []
    assert drawn["blocks"]
    assert not too_long(drawn["blocks"])
    assert size(drawn["blocks"]) <= limits.MESSAGE_JSON
    assert 0 < len(drawn["text"]) <= limits.FALLBACK_TEXT
    for text in texts(drawn["blocks"]):
        assert text["verbatim"] if text["type"] == "mrkdwn" else text["emoji"] is False


def texts(value: Any) -> Iterator[dict[str, Any]]:
    """Every text object."""
    if isinstance(value, dict):
        if value.get("type") in {"mrkdwn", "plain_text"}:
            yield value
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


@dataclass(repr=False)
class Asked:
    """What was proposed and what then happened."""

    arguments: dict[str, Any]
    secrets: bool
    context: dict[str, Any]
    step: str
    said: str
    who: str | None
    lead: str | None

    def __repr__(self) -> str:
        return f"Asked({repr(vars(self))[:3000]})"


ASKED = st.builds(
    Asked,
    arguments=MANY,
    secrets=st.booleans(),
    context=CONTEXT,
    step=st.sampled_from(STEPS),
    said=TEXTS,
    who=st.sampled_from([None, "dana"]),
    lead=st.none() | TEXTS,
)


@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # what is asked is large on purpose
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=120)
@given(ASKED)
def test_any_request_has_a_card_that_slack_takes(town: Town, asked: Asked) -> None:
    arguments = asked.arguments | (SECRETS if asked.secrets else {})
    request = town.runner.run(town.request(arguments, asked.context, asked.step, asked.said))
    shown = town.shown(request, asked.who)
    drawn = card_message(shown, mentions=Mentions(("U0LEE",), ("S0SUPER",)), lead=asked.lead, desk_url=DESK)
    is_taken(drawn)
    called = (frozenset({"U0LEE"}), frozenset({"S0SUPER"})) if shown.status.open else (frozenset(), frozenset())
    links = frozenset({DESK} if shown.status.open else {DESK, f"{DESK}/file"})
    assert notified(**drawn) == Notified(users=called[0], groups=called[1], links=links)
    assert drawn["blocks"][0]["block_id"] == f"request|{request.id}"
    acts = {each["action_id"] for block in drawn["blocks"] for each in interactive(block)}
    assert "details" in acts
    assert shown.status.open or not acts & {"approve", "reject", "edit"}
    assert SECRET not in json.dumps(drawn, ensure_ascii=False)
    lines = town.lines(request)
    is_taken(lines)
    assert notified(**lines) == Notified(users=frozenset({"U0LEE"}))


@pytest.mark.parametrize("text", ['"\\\n' * 900, "&<>" * 900, "é\u0301 " * 900, "👩‍👧" * 900, "*_~`:@#" * 400])
@pytest.mark.parametrize("step", ["asked", "edited", "rejected"])
def test_the_longest_texts_everywhere_at_once(town: Town, text: str, step: str) -> None:
    arguments = {f"{n} {text[:200]}": text for n in range(60)} | SECRETS
    context: dict[str, Any] = {**dict.fromkeys(NAMES, text)}
    context |= dict.fromkeys(("evidence", "citations", "transcript"), [text] * 40)
    context |= {"signals": {f"{n} {text[:200]}": text for n in range(60)}}
    request = town.runner.run(town.request(arguments, context, step, text))
    everybody = Mentions(tuple(f"U{n:010}" for n in range(60)), tuple(f"S{n:010}" for n in range(60)))
    drawn = card_message(town.shown(request, None), mentions=everybody, lead=text, desk_url=DESK)
    is_taken(drawn)
    assert "… the rest under Details" in json.dumps(drawn["blocks"], ensure_ascii=False)
    is_taken(town.lines(request))
