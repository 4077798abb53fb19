"""A small customer system: what the demonstration's agent changes, so that it shows what ran and what did not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


class ToolFailed(Exception):
    """The customer system refused to do it; the message says why."""


@dataclass(slots=True)
class Account:
    """One customer's account as it stands; money in USD."""

    customer: str
    name: str
    phone: str
    city: str
    payouts_to: str
    refunded: Decimal = Decimal(0)
    owes: Decimal = Decimal(0)
    subscription: str = "active"
    contract_ends: str | None = None
    products: dict[str, int] = field(default_factory=dict)
    letters: list[str] = field(default_factory=list)


def _accounts() -> list[Account]:
    return [
        Account("C-1041", "Amara Diallo", "+14155550132", "Oakland", "DE•• 4410"),
        Account("C-1187", "Ben Okafor", "+12125550178", "New York", "US•• 9021"),
        Account("C-1203", "Chiara Russo", "+16175550119", "Boston", "IT•• 1177"),
        Account("C-1310", "Dev Patel", "+13125550144", "Chicago", "GB•• 7766", owes=Decimal("47.00")),
        Account("C-1466", "Elena Sokolova", "+12065550103", "Seattle", "FR•• 3038"),
        Account("C-1502", "Farid Haddad", "+15035550166", "Portland", "DE•• 5512"),
        Account("C-1629", "Grace Lindqvist", "+13035550190", "Denver", "SE•• 2204", contract_ends="March 2031"),
    ]


Tool = Callable[[Account, Mapping[str, Any]], str]


class CustomerSystem:
    """Every account, the tools that change them, and one sentence for each change that was made.

    Orders, subscriptions, complaints and accounts are all named by the customer's number: ``O-1041-1``, ``S-1041``.
    """

    def __init__(self) -> None:
        self.accounts = {account.customer: account for account in _accounts()}
        self.changes: list[str] = []

    def run(self, tool: str, arguments: Mapping[str, Any]) -> str:
        """Do it and say in a few words what changed.

        Raises:
            ToolFailed: when it can't be done; nothing was changed.
        """
        act = TOOLS.get(tool)
        if act is None:
            raise ToolFailed(f"there is no tool {tool}")
        effect = act(self._account(arguments), arguments)
        self.changes.append(effect)
        return effect

    def _account(self, arguments: Mapping[str, Any]) -> Account:
        for name in ("account_id", "order_id", "subscription_id", "complaint_id"):
            number = str(arguments.get(name, "")).split("-")
            if len(number) > 1 and (found := self.accounts.get(f"C-{number[1]}")) is not None:
                return found
        raise ToolFailed("there is no such account")


def _money(value: object) -> Decimal:
    return Decimal(str(value))


def _refund(account: Account, arguments: Mapping[str, Any]) -> str:
    before, account.refunded = account.refunded, account.refunded + _money(arguments["amount"])
    return f"refunded {before:.2f} → {account.refunded:.2f}"


def _waive_fee(account: Account, arguments: Mapping[str, Any]) -> str:
    before, amount = account.owes, _money(arguments["amount"])
    if amount > before:
        raise ToolFailed(f"owes only {before:.2f}")
    account.owes -= amount
    return f"owes {before:.2f} → {account.owes:.2f}"


def _change_payout(account: Account, arguments: Mapping[str, Any]) -> str:
    before, iban = account.payouts_to, str(arguments["iban"])
    account.payouts_to = f"{iban[:2]}•• {iban[-4:]}"
    return f"payouts {before} → {account.payouts_to}"


def _change_phone(account: Account, arguments: Mapping[str, Any]) -> str:
    before, account.phone = account.phone, str(arguments["phone"])
    return f"phone ••{before[-4:]} → ••{account.phone[-4:]}"


def _change_address(account: Account, arguments: Mapping[str, Any]) -> str:
    before, account.city = account.city, str(arguments["city"])
    return f"lives in {before} → {account.city}"


def _cancel(account: Account, arguments: Mapping[str, Any]) -> str:
    if arguments["when"] == "now" and account.contract_ends:
        raise ToolFailed(f"contract runs until {account.contract_ends}")
    account.subscription = "ended" if arguments["when"] == "now" else "ends with its period"
    return f"subscription {account.subscription}"


def _grant(account: Account, arguments: Mapping[str, Any]) -> str:
    account.products[str(arguments["product"])] = int(arguments["days"])
    return f"has {arguments['product']} for {arguments['days']} days"


def _send(account: Account, arguments: Mapping[str, Any]) -> str:
    account.letters.append(str(arguments["text"]))
    return f"reply sent, {str(arguments['outcome']).replace('_', ' ')}"


def _recommend(_: Account, arguments: Mapping[str, Any]) -> str:
    return f"recommended {_money(arguments['amount']):.2f}"


def _draft(_: Account, arguments: Mapping[str, Any]) -> str:
    return f"draft of {len(str(arguments['text']))} characters"


TOOLS: dict[str, Tool] = {
    "issue_refund": _refund,
    "waive_fee": _waive_fee,
    "change_payout": _change_payout,
    "change_phone": _change_phone,
    "change_address": _change_address,
    "cancel_subscription": _cancel,
    "grant_entitlement": _grant,
    "send_complaint_reply": _send,
    "recommend_refund": _recommend,
    "draft_reply": _draft,
}
"""What the customer system can do, by the name that the agent and the policy know."""
