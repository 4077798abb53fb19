"""The section ``actions``: the catalogue of customer-state changes and what an agent may do of each alone."""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from bot.domain.fields import Field
from bot.domain.money import CURRENCY
from bot.domain.verdicts import ActionClass, Level
from bot.policy.arguments_section import bound_amount, mark_editable, read_fields
from bot.policy.caps_section import read_caps
from bot.policy.document import UNKNOWN_TOOL, Action, Caps, Defaults, Owner, Path, Stage, Statutory, Triggers
from bot.policy.feedback import FeedbackRule
from bot.policy.feedback_section import read_feedback_rules
from bot.policy.names import Names
from bot.policy.owners_section import read_codes
from bot.policy.people_section import read_id
from bot.policy.reading import REQUIRABLE
from bot.policy.rules_section import read_condition, read_routes, read_rules
from bot.policy.sampling_section import read_sampling
from bot.policy.stages_section import read_stages
from bot.policy.triggers_section import read_share, read_triggers
from bot.policy.yamltree import At, did_you_mean

ACTION_KEYS = frozenset(
    {
        "title",
        "description",
        "class",
        "level",
        "owner",
        "tools",
        "amount",
        "customer",
        "currency",
        "arguments",
        "other_arguments",
        "editable",
        "caps",
        "allow_when",
        "hold_when",
        "block_when",
        "confidence_at_least",
        "citation_required",
        "approvals",
        "route",
        "reject_reasons",
        "requires",
        "grant_expires_after",
        "triggers",
        "statutory",
        "stages",
        "urgent",
        "feedback",
        "sampling",
    }
)
STATUTORY_KEYS = frozenset({"within", "from", "warn_before"})
_DAY = 86_400
_PATH = re.compile(r"(arguments|context)((?:\.[A-Za-z_][A-Za-z0-9_-]*|\[\*\])+)")


class Surroundings(msgspec.Struct, frozen=True):
    """What an action may refer to."""

    currency: str
    owners: dict[str, Owner]
    triggers: Triggers
    defaults: Defaults
    names: Names


def read_actions(at: At, around: Surroundings) -> dict[str, Action]:
    """Every action by id; a tool belongs to one action only."""
    actions: dict[str, Action] = {}
    tools: dict[str, str] = {}
    for name, key, value in at.entries():
        if read_id(name, key) is None:
            continue
        if name == UNKNOWN_TOOL:
            key.wrong("is the name for tools that no action has", "set `defaults: {unknown_tool: hold}` instead")
            continue
        action = _action(name, value, around)
        for tool in action.tools:
            first = tools.setdefault(tool, name)
            if first != name:
                value.wrong(f"has the tool {tool}, which {first} has too", "give each tool to one action")
        actions[name] = action
    return actions


def _action(name: str, at: At, around: Surroundings) -> Action:
    found = at.keys(ACTION_KEYS, required=("class", "level"))
    level = (found["level"].choice(Level) if "level" in found else None) or Level.COMMIT
    owner = read_owner(found["owner"], around.owners) if "owner" in found else around.defaults.owner
    amount = _path(found["amount"]) if "amount" in found else None
    caps = read_caps(found["caps"], has_amount=amount is not None) if "caps" in found else Caps()
    currency, currency_path = _currency(found, around.currency)
    action = Action(
        id=name,
        title=_title(found, "title", 100) or name.replace("_", " ").replace(".", " ").capitalize(),
        description=_title(found, "description", 1000),
        action_class=(found["class"].choice(ActionClass) if "class" in found else None) or ActionClass.OTHER,
        level=level,
        owner=owner or "",
        tools=found["tools"].texts() if "tools" in found else (name,),
        currency=currency,
        currency_path=currency_path,
        triggers=read_triggers(found["triggers"], around.triggers) if "triggers" in found else around.triggers,
        amount=amount,
        customer=_path(found["customer"]) if "customer" in found else None,
        fields=_fields(found, amount, caps.per_action),
        extra_arguments=_extra(found),
        caps=caps,
        allow_when=read_condition(found["allow_when"]) if "allow_when" in found else None,
        hold_when=read_rules(found["hold_when"]) if "hold_when" in found else (),
        block_when=read_rules(found["block_when"]) if "block_when" in found else (),
        confidence_at_least=read_share(found["confidence_at_least"]) if "confidence_at_least" in found else None,
        citation_required=found["citation_required"].boolean() if "citation_required" in found else None,
        approvals=_approvals(found),
        routes=read_routes(found["route"], around.owners) if "route" in found else (),
        reject_reasons=read_codes(found["reject_reasons"]) if "reject_reasons" in found else (),
        grant_seconds=_grant(found, around.defaults),
        requires=_requires(found["requires"]) if "requires" in found else (),
        statutory=_statutory(found["statutory"]) if "statutory" in found else None,
        stages=_stages(found, around, owner),
        urgent=_urgent(found),
        sampling=read_sampling(found["sampling"], around.names, level) if "sampling" in found else None,
        feedback_rules=_feedback(found, around.owners.get(owner or "")),
    )
    _check(action, at, found, around.owners)
    return msgspec.structs.replace(action, looks_at=_looks_at(action))


def _title(found: dict[str, At], name: str, longest: int) -> str:
    return (found[name].text(longest=longest) or "") if name in found else ""


def read_owner(at: At, owners: dict[str, Owner]) -> str | None:
    """The id of an owner of this file."""
    name = at.text(longest=64)
    if name is None or name in owners:
        return name
    at.wrong(f"{name[:40]!r} is not an owner of this file", did_you_mean(name, list(owners)))
    return None


def _path(at: At) -> Path | None:
    text = at.text(longest=200)
    if text is None:
        return None
    match = _PATH.fullmatch(text)
    if match is None:
        at.wrong(f"{text[:40]!r} is no path", "write arguments.name, arguments.order.total or arguments.items[*].price")
        return None
    parts = tuple(part for part in re.split(r"\.|(?=\[\*\])", match[2]) if part)
    return Path(text, (match[1], *parts))


def _currency(found: dict[str, At], default: str) -> tuple[str, Path | None]:
    if "currency" not in found:
        return default, None
    text = found["currency"].text(longest=200) or ""
    if text.startswith(("arguments", "context")):
        return default, _path(found["currency"])
    return read_currency(found["currency"]) or default, None


def read_currency(at: At) -> str | None:
    """An ISO 4217 code."""
    code = at.text(longest=200)
    if code is not None and not CURRENCY.fullmatch(code):
        at.wrong(f"{code[:20]!r} is no currency code", "write three capital letters, such as USD")
        return None
    return code


def _fields(found: dict[str, At], amount: Path | None, most: Decimal | None) -> tuple[Field, ...]:
    fields = read_fields(found["arguments"]) if "arguments" in found else ()
    money = amount.text.removeprefix("arguments.") if amount is not None else None
    if "editable" in found:
        fields = mark_editable(found["editable"], fields, money, declared="arguments" in found)
    return bound_amount(fields, money, most)


def _extra(found: dict[str, At]) -> bool:
    if "other_arguments" not in found:
        return "arguments" not in found
    text = found["other_arguments"].text(longest=20)
    if text not in {"allow", "hold", None}:
        found["other_arguments"].wrong(f"{text!r} is neither allow nor hold", "write allow or hold")
    return text == "allow"


def _approvals(found: dict[str, At]) -> int:
    return (found["approvals"].integer(least=1, most=20) if "approvals" in found else None) or 1


def _stages(found: dict[str, At], around: Surroundings, owner: str | None) -> tuple[Stage, ...]:
    if "stages" not in found:
        return ()
    if "approvals" in found:
        found["approvals"].wrong("stands beside stages", "say in each stage how many approvals it takes")
    return read_stages(found["stages"], around.names, around.owners.get(owner or ""))


def _urgent(found: dict[str, At]) -> bool:
    """What the file says; else whether an account may be in other hands, which can't wait for others like it."""
    if "urgent" in found:
        return found["urgent"].boolean() or False
    return "class" in found and found["class"].node.value in {ActionClass.IDENTITY, ActionClass.ACCESS}


def _feedback(found: dict[str, At], owner: Owner | None) -> tuple[FeedbackRule, ...]:
    if "feedback" not in found:
        return ()
    codes = found["reject_reasons"].texts() if "reject_reasons" in found else () if owner is None else owner.reasons
    return read_feedback_rules(found["feedback"], codes)


def _grant(found: dict[str, At], defaults: Defaults) -> int:
    given = found["grant_expires_after"].duration() if "grant_expires_after" in found else None
    return given or defaults.grant_seconds


def _statutory(at: At) -> Statutory | None:
    found = at.keys(STATUTORY_KEYS, required=("within",))
    within = found["within"].duration() if "within" in found else None
    warn = found["warn_before"].duration() if "warn_before" in found else None
    since = _path(found["from"]) if "from" in found else None
    if within is None:
        return None
    if warn is not None and warn >= within:
        found["warn_before"].wrong(
            "is no shorter than within", "warn when part of the time has passed, such as 2d before"
        )
    if since is not None and "[*]" in since.parts:
        found["from"].wrong("goes through a list", "name one value, such as arguments.received_on")
    return Statutory(within, warn or min(_DAY, within // 2), since)


def _requires(at: At) -> tuple[str, ...]:
    names = []
    for place in at.items():
        name = place.text(longest=64)
        if name is not None and name not in REQUIRABLE:
            place.wrong(f"{name!r} is no name that can be asked for", did_you_mean(name, REQUIRABLE))
        elif name is not None:
            names.append(name)
    return tuple(names)


def _looks_at(action: Action) -> frozenset[str]:
    rules = [rule.when for rule in (*action.hold_when, *action.block_when)]
    rules += [rule.when for rule in action.routes]
    if action.allow_when is not None:
        rules.append(action.allow_when)
    return frozenset(name for rule in rules for name in rule.names)


def _check(action: Action, at: At, found: dict[str, At], owners: dict[str, Owner]) -> None:
    if action.action_class is ActionClass.MONEY and action.amount is None and action.level is not Level.DRAFT:
        at.wrong("is of class money and names no amount", "add `amount: arguments.NAME`")
    for name in {action.owner, *(rule.owner for rule in action.routes)}:
        owner = owners.get(name)
        if owner is not None and not owner.approver_groups and len(owner.approvers) < action.approvals:
            place = found.get("approvals", at)
            place.wrong(
                f"asks for {action.approvals} approvals, and {name} has {len(owner.approvers)} approvers",
                "name more approvers or ask for fewer approvals",
            )
    if action.level is Level.DRAFT and action.allow_when is not None:
        found["allow_when"].wrong("means nothing at level draft, which runs unless a rule holds", "use hold_when")
