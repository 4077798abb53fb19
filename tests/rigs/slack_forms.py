"""Requests with an editable argument of every kind, and what Slack makes of the views drawn for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.cards import Card, Row, card, change_rows, history
from bot.cards.masking import Masker
from bot.cards.shape import HistoryLine
from bot.domain.requests import Request
from bot.forms import Input, inputs
from tests.fakes.slack.blocks import Surface, check_blocks, check_view, too_long, view_too_large
from tests.fakes.slack.filling import first_values, refusals
from tests.fakes.slack.notifying import notified
from tests.rigs.house import House, new_house

Json = dict[str, Any]
DESK = "https://signoff.acme.test/desk/"
POLICY = """
version: 1
timezone: America/New_York
currency: USD
people:
  lee: {email: lee@acme.test, name: Lee Park, limit: 500}
  dana: {email: dana@acme.test, name: Dana Ortiz, limit: 10000}
  rosa: {email: rosa@acme.test, name: Rosa Klein}
  vera: {email: vera@acme.test, name: Vera Holm}
groups:
  supervisors: {members: [lee, dana], slack_usergroup: S0SUPER}
owners:
  refunds:
    title: Refunds
    accountable: vera
    risk_owner: rosa
    channels: {slack: C0REFUNDS}
    approvers: [supervisors]
    sla: {respond_within: 15m, expire_after: 4h}
    reasons: [wrong_amount, not_eligible]
actions:
  everything:
    title: Change everything
    class: other
    level: commit
    owner: refunds
    tools: [change_everything]
    arguments:
      text: {title: Text, kind: text, editable: true}
      short: {title: Short, kind: text, editable: true, max_length: 20}
      long_text: {title: Long text, kind: long_text, editable: true}
      money: {title: Money, kind: money, editable: true, minimum: 0.01, maximum: 2000}
      number: {title: Number, kind: number, editable: true, minimum: -5.5, maximum: 5.5}
      integer: {title: Integer, kind: integer, editable: true, minimum: 0.5, maximum: 10.5}
      boolean: {title: Boolean, kind: boolean, editable: true}
      choice: {title: Choice, kind: choice, options: [refund, voucher, "no thanks"], editable: true}
      date: {title: Date, kind: date, editable: true}
      json: {title: JSON, kind: json, editable: true}
      card: {title: Card, kind: text, sensitive: true, editable: true}
      fixed: {title: Fixed, kind: text}
  phone:
    title: Change a phone number
    class: identity
    level: commit
    owner: refunds
    tools: [change_phone]
"""


@dataclass
class Case:
    """A request and everything that is drawn of it for Dana."""

    house: House
    request: Request
    card: Card
    inputs: tuple[Input, ...]
    history: tuple[HistoryLine, ...]

    def changes(self, arguments: Json) -> tuple[Row, ...]:
        return change_rows(self.request, self.house.policy, Masker(self.request, frozenset()), arguments)


async def case(arguments: Json, tool: str = "change_everything", reasoning: str | None = None, **context: Any) -> Case:
    """Opened in a house of its own."""
    house = await new_house(policy=POLICY)
    opened = await house.propose(None, tool=tool, context=context or None, **arguments)
    return await drawn(house, opened.request)


async def drawn(house: House, request: Request, who: str = "dana") -> Case:
    """A request as ``who`` sees it now."""
    found = card(request, house.policy, viewer=house.person(who), now=house.clock.now())
    records = await house.store.events(f"request:{request.id}")
    fields = inputs(request, house.policy, Masker(request, frozenset()).hidden, {}, {})
    return Case(house, request, found, fields, history(records, request, house.policy))


def submitted(view: Json, **typed: str | None) -> Json:
    """A view as Slack hands it in when nobody touched it, but for plain text inputs that were ``typed`` into.

    Raises:
        AssertionError: when Slack's client would not have let it be submitted.
    """
    values = first_values(view["blocks"])
    for name, text in typed.items():
        state = next(iter(values[name].values()))
        state["value"] = text
    refused = refusals(view["blocks"], values)
    assert not refused, refused
    return {**view, "state": {"values": values}}


def faults_of_view(view: Json) -> list[str]:
    """What Slack would refuse of a view, and what in it would act that should not."""
    faults = [str(problem) for problem in check_view(view)]
    faults += ["view_too_large"] if view_too_large(view) else []
    faults += ["private_metadata"] if len(view.get("private_metadata", "")) > 3000 else []
    return faults + _acting("", view["blocks"])


def faults_of_message(message: Mapping[str, Any]) -> list[str]:
    """The same of a message."""
    blocks = message["blocks"]
    faults = [str(problem) for problem in check_blocks(blocks, Surface.MESSAGE)]
    faults += ["msg_blocks_too_long"] if too_long(blocks) else []
    faults += ["text"] if not 0 < len(message["text"]) <= 4000 else []
    return faults + _acting(message["text"], blocks)


def _acting(text: str, blocks: list[Json]) -> list[str]:
    found = notified(text, blocks)
    acting = [*found.users, *found.groups, *found.broadcasts, *found.channels]
    acting += [link for link in found.links if not link.startswith(DESK)]
    for each in _texts(blocks):
        if each["type"] == "plain_text" and each.get("emoji") is not False:
            acting.append(f"emoji in {each['text'][:40]}")
        if each["type"] == "mrkdwn" and each.get("verbatim") is not True:
            acting.append(f"names and addresses in {each['text'][:40]}")
    return [f"acts: {each}" for each in acting]


def _texts(value: Any) -> Iterator[Json]:
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        if value.get("type") in {"plain_text", "mrkdwn"}:
            yield value
        for each in value.values():
            yield from _texts(each)
