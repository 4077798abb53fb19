"""A small customer system: what the demonstration's agent changes, so that it shows what ran and what did not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


class ToolFailed(Exception):
    """The customer system refused to do it; the message says why."""


@dataclass(slots=True)
class Customer:
    """One customer's account as it stands; money in USD."""

    id: str
    name: str
    phone: str
    address: str
    payout_account: str
    plan: str
    refunded: Decimal = Decimal(0)
    owes: Decimal = Decimal(0)
    subscribed: bool = True
    contract_ends: str | None = None
    entitlements: set[str] = field(default_factory=set)
    outbox: list[str] = field(default_factory=list)


def _people() -> list[Customer]:
    return [
        Customer("C-1041", "Amara Diallo", "+1 415 555 0132", "12 Alder Street, Oakland", "•••• 4410", "Plus"),
        Customer("C-1187", "Ben Okafor", "+1 212 555 0178", "80 Pine Street, New York", "•••• 9021", "Plus"),
        Customer("C-1203", "Chiara Russo", "+1 617 555 0119", "5 Beacon Street, Boston", "•••• 1177", "Family"),
        Customer("C-1310", "Dev Patel", "+1 312 555 0144", "4 Lake St, Chicago", "•••• 7766", "Plus", owes=Decimal(35)),
        Customer("C-1466", "Elena Sokolova", "+1 206 555 0103", "9 Harbor Way, Seattle", "•••• 3038", "Business"),
        Customer("C-1502", "Farid Haddad", "+1 503 555 0166", "77 Rose Lane, Portland", "•••• 5512", "Plus"),
        Customer(
            "C-1629", "Grace Lindqvist", "+1 303 555 0190", "3 Aspen Court, Denver", "•••• 2204", "Plus",
            contract_ends="2031-03-31",
        ),
    ]  # fmt: skip


class CustomerSystem:
    """Every account, the tools that change them, and what was changed: one sentence a call that ran."""

    def __init__(self) -> None:
        self.customers = {customer.id: customer for customer in _people()}
        self.changes: list[str] = []
        self._tools: dict[str, Callable[[Customer, Mapping[str, Any]], str]] = {
            "issue_refund": _refund,
            "waive_fee": _waive_fee,
            "change_phone": _change_phone,
            "change_payout_account": _change_payout,
            "change_address": _change_address,
            "cancel_subscription": _cancel_subscription,
            "grant_entitlement": _grant_entitlement,
            "reply_to_complaint": _send,
            "draft_reply": _draft,
            "recommend_refund": _recommend,
            "reset_two_factor": _reset_two_factor,
        }

    def name_of(self, customer_id: str) -> str:
        """What a customer is called, or the id where there is no such account."""
        customer = self.customers.get(customer_id)
        return customer.name if customer else customer_id

    def run(self, tool: str, arguments: Mapping[str, Any]) -> str:
        """Do it and say in one sentence what changed.

        Raises:
            ToolFailed: when it can't be done; nothing was changed.
        """
        act = self._tools.get(tool)
        if act is None:
            raise ToolFailed(f"there is no tool {tool}")
        customer = self.customers.get(str(arguments.get("customer_id")))
        if customer is None:
            raise ToolFailed("there is no such customer")
        effect = act(customer, arguments)
        self.changes.append(f"{customer.name}: {effect}")
        return effect


def _refund(customer: Customer, arguments: Mapping[str, Any]) -> str:
    before = customer.refunded
    customer.refunded += Decimal(str(arguments["amount"]))
    return f"refunded {before:.2f} → {customer.refunded:.2f} USD"


def _waive_fee(customer: Customer, arguments: Mapping[str, Any]) -> str:
    before, amount = customer.owes, Decimal(str(arguments["amount"]))
    if amount > before:
        raise ToolFailed(f"owes only {before:.2f} USD")
    customer.owes -= amount
    return f"owes {before:.2f} → {customer.owes:.2f} USD"


def _change_phone(customer: Customer, arguments: Mapping[str, Any]) -> str:
    before, customer.phone = customer.phone, str(arguments["new_phone"])
    return f"phone {before} → {customer.phone}"


def _change_payout(customer: Customer, arguments: Mapping[str, Any]) -> str:
    before, customer.payout_account = customer.payout_account, "•••• " + str(arguments["new_account"])[-4:]
    return f"payout account {before} → {customer.payout_account}"


def _change_address(customer: Customer, arguments: Mapping[str, Any]) -> str:
    customer.address = str(arguments["new_address"])
    return f"address → {customer.address}"


def _cancel_subscription(customer: Customer, arguments: Mapping[str, Any]) -> str:
    if customer.contract_ends:
        raise ToolFailed(f"the contract runs until {customer.contract_ends}")
    customer.subscribed = False
    return f"{customer.plan} subscription ends {arguments.get('effective', 'now')}"


def _grant_entitlement(customer: Customer, arguments: Mapping[str, Any]) -> str:
    customer.entitlements.add(str(arguments["entitlement"]))
    return f"has {arguments['entitlement']} for {arguments.get('days', 30)} days"


def _send(customer: Customer, arguments: Mapping[str, Any]) -> str:
    customer.outbox.append(str(arguments["text"]))
    return f"reply of {len(customer.outbox[-1])} characters sent"


def _draft(customer: Customer, arguments: Mapping[str, Any]) -> str:
    return f"draft of {len(str(arguments['text']))} characters kept for {customer.name.split()[0]}'s agent"


def _recommend(_: Customer, arguments: Mapping[str, Any]) -> str:
    return f"recommended {Decimal(str(arguments['amount'])):.2f} USD to the support agent"


def _reset_two_factor(_: Customer, __: Mapping[str, Any]) -> str:
    return "second factor reset; a new one is set up at the next sign-in"
