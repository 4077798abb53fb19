"""Tightening: the change of the policy file that a threshold item proposes, as text: its comments stay. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

import msgspec
import yaml

from bot.domain.requests import Request
from bot.errors import BadInput, PolicyInvalid
from bot.policy.document import Action, Policy
from bot.policy.loading import load
from bot.policy.paths import amount_of

_LIMIT = re.compile(r"\bamount\s*(<=|<)\s*([0-9][0-9_]*(?:\.[0-9]+)?)")
_STEP = Decimal("0.05")
_MOST = Decimal("0.99")
_FILE = "policy.yaml"


class Tightened(msgspec.Struct, frozen=True):
    """A policy file with one rule more strict, and what that is in a sentence."""

    text: str
    told: str


def tightened(request: Request, policy: Policy) -> Tightened | None:
    """The smallest change of the policy in force that stops a case like this sooner; None where none can be made.

    In turn: more confidence asked for than the agent had, a lower amount up to which nobody is asked, a rule that holds
    such amounts. What is proposed can be read as a policy, or is not proposed.
    """
    action = policy.actions.get(request.assessment.action_type)
    if action is None or request.erased:
        return None
    for found in _proposals(request, action, policy):
        try:
            load(found.text, _FILE)
        except PolicyInvalid:
            continue
        if found.text != policy.text:
            return found
    return None


def diff_of(before: str, after: str) -> str:
    """The change as a unified diff."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{_FILE}", f"b/{_FILE}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _proposals(request: Request, action: Action, policy: Policy) -> Iterator[Tightened]:
    node = _action(policy.text, action.id)
    if node is None:
        return
    yield from _confidence(request, action, policy.text, node)
    amount = _signed(request, action)
    if amount is None or policy.currency != action.currency:
        return
    yield from _limit(action, policy.text, node, amount)
    yield from _rule(request, policy.text, node, amount)


def _confidence(request: Request, action: Action, text: str, node: yaml.MappingNode) -> Iterator[Tightened]:
    had = request.assessment.context.confidence
    if had is None:
        return
    steps = (Decimal(str(had)) / _STEP).quantize(Decimal(1), ROUND_CEILING)
    wanted = min(_MOST, (steps if steps * _STEP > Decimal(str(had)) else steps + 1) * _STEP)
    now = action.confidence_at_least
    if now is not None and Decimal(str(now)) >= wanted:
        return
    told = f"{action.title}: hold below a confidence of {wanted}; this agent was {had:.2f} sure"
    value = _value(node, "confidence_at_least")
    if value is not None:
        yield Tightened(_replaced(text, value, str(wanted)), f"{told}, and {now} was enough.")
    elif now is None and wanted < Decimal(1):
        yield from (Tightened(made, f"{told}.") for made in _added(text, node, f"confidence_at_least: {wanted}"))


def _limit(action: Action, text: str, node: yaml.MappingNode, amount: Decimal) -> Iterator[Tightened]:
    """Nothing at or above what was signed, or was refused, runs without a person."""
    value = _value(node, "allow_when")
    if value is None:
        return
    source = text[value.start_mark.index : value.end_mark.index]
    limits = [found for found in _LIMIT.finditer(source) if Decimal(found[2].replace("_", "")) >= amount]
    if len(limits) != 1:
        return
    (found,) = limits
    made = source[: found.start()] + f"amount < {amount.normalize():f}" + source[found.end() :]
    start, end = value.start_mark.index, value.end_mark.index
    told = f"{action.title}: ask a person from {amount} on; up to {found[2]} ran without one."
    yield Tightened(text[:start] + made + text[end:], told)


def _rule(request: Request, text: str, node: yaml.MappingNode, amount: Decimal) -> Iterator[Tightened]:
    name = f"lesson_{request.id.replace('-', '')[-8:]}"
    rule = f"{{name: {name}, when: amount >= {amount.normalize():f}}}"
    told = f"{request.assessment.title}: hold from {amount} on, whatever else allows it (rule {name})."
    value = _value(node, "hold_when", kind=yaml.SequenceNode)
    if value is None:
        if _value(node, "hold_when", kind=yaml.Node) is None:
            yield from (Tightened(made, told) for made in _added(text, node, f"hold_when: [{rule}]"))
        return
    if not isinstance(value, yaml.SequenceNode) or value.flow_style or not value.value:
        return
    first = value.value[0].start_mark
    dash = text.rfind("-", 0, first.index)
    indent = dash - text.rfind("\n", 0, dash) - 1
    at = text.rfind("\n", 0, dash) + 1
    yield Tightened(f"{text[:at]}{' ' * indent}- {rule}\n{text[at:]}", told)


def _signed(request: Request, action: Action) -> Decimal | None:
    """The amount that a person signed in its place, else the one that was refused."""
    decision = request.decision
    arguments = decision.arguments if decision is not None and decision.arguments is not None else None
    try:
        if arguments is not None:
            signed = amount_of(action, arguments, request.assessment.context, request.proposal.context)
            return None if signed is None or signed.amount <= 0 else signed.amount
    except BadInput:
        return None
    amount = request.assessment.amount
    return None if amount is None or amount.amount <= 0 else amount.amount


def _action(text: str, name: str) -> yaml.MappingNode | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    actions = _child(root, "actions")
    found = _child(actions, name)
    return found if isinstance(found, yaml.MappingNode) and not found.flow_style else None


def _child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if getattr(key, "value", None) == name), None)


def _value(node: yaml.MappingNode, name: str, kind: type[yaml.Node] = yaml.ScalarNode) -> yaml.Node | None:
    found = _child(node, name)
    return found if isinstance(found, kind) else None


def _replaced(text: str, node: yaml.Node, value: str) -> str:
    return text[: node.start_mark.index] + value + text[node.end_mark.index :]


def _added(text: str, node: yaml.MappingNode, entry: str) -> Iterator[str]:
    """The entry as the first of the mapping, in a line of its own."""
    if not node.value:
        return
    first = node.value[0][0].start_mark
    at = text.rfind("\n", 0, first.index) + 1
    yield f"{text[:at]}{' ' * first.column}{entry}\n{text[at:]}"
