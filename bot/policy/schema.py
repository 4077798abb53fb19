"""The policy file's JSON Schema (2020-12), with which editors complete and check it while it is written.

It says what an editor can tell; ``loading`` says the rest (names that don't exist, expressions that don't compile) and
is what counts. A test keeps the keys of both alike.
"""

from __future__ import annotations

from typing import Any

from bot.domain.fields import FieldKind
from bot.domain.routing import OverLimit
from bot.domain.verdicts import ActionClass, Level
from bot.policy.alarms_section import alarm_schema
from bot.policy.digests_section import digest_schema
from bot.policy.feedback_section import feedback_rules_schema, feedback_schema
from bot.policy.hours_section import DAYS_KEY
from bot.policy.owners_section import SEPARATE
from bot.policy.reading import REQUIRABLE
from bot.policy.retention_section import retention_schema
from bot.policy.sampling_section import sampling_schema
from bot.policy.triggers_section import TRIGGER_KEYS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_FLAG: Schema = {"type": "boolean"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_DURATION: Schema = {"type": "string", "pattern": "^[0-9]+[smhdw]$", "examples": ["15m", "4h", "2d", "8w"]}
_AMOUNT: Schema = {"type": ["number", "string"], "examples": [25, "12.50"]}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_PATH: Schema = {"type": "string", "pattern": r"^(arguments|context)(\.[A-Za-z_][A-Za-z0-9_-]*|\[\*\])+$"}
_TIME = "(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)"
_CAP: Schema = {"anyOf": [_AMOUNT, {"type": "array", "items": _AMOUNT}], "examples": [500, "30 actions"]}
_CHANNELS: Schema = {"type": "object", "properties": dict.fromkeys(("slack", "teams", "desk"), _TEXT)}
_CHANNELS["additionalProperties"] = False
_ONE_OR_TWO: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 2}]}
_PLACES: Schema = {"type": "object", "properties": dict.fromkeys(("slack", "teams", "desk"), _ONE_OR_TWO)}
_PLACES["additionalProperties"] = False


def policy_schema() -> Schema:
    """The whole schema, JSON-ready, always the same."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Signoff policy",
        "description": "Who signs off which action of an AI agent, and what it may do alone.",
        **_object(
            {
                "version": _said("The format of this file.", {"const": 1}),
                "timezone": _said("IANA name; days of caps begin and end here.", _TEXT),
                "currency": _said("ISO 4217 code of every amount and limit.", _CURRENCY),
                "people": _said("Everyone who may sign or is told, by a short name.", _map(_person())),
                "groups": _said("Names for several people.", _map(_group())),
                "rotations": _said("Who is on call when.", _map(_rotation())),
                "owners": _said("Teams that requests go to.", _map(_owner())),
                "defaults": _said("What counts where an action says nothing.", _defaults()),
                "triggers": _said("Built-in rules that hold; all on unless false.", _triggers()),
                "retention": _said("For how long what requests say of people is kept.", retention_schema()),
                "actions": _said("The catalogue of customer-state changes.", _map(_action())),
            },
            required=("version", "currency", "people", "owners", "actions"),
        ),
    }


_CURRENCY: Schema = {"type": "string", "pattern": "^[A-Z]{3}$"}


def _said(description: str, schema: Schema) -> Schema:
    return {"description": description, **schema}


def _object(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = list(required)
    return schema


def _map(value: Schema) -> Schema:
    return {"type": "object", "propertyNames": {"pattern": "^[a-z][a-z0-9_.-]{0,63}$"}, "additionalProperties": value}


def _person() -> Schema:
    limit = _said("The largest amount they may sign; none without it.", _AMOUNT)
    email: Schema = {"type": "string", "format": "email"}
    manager = _said("Whom they report to: a step may name that person.", _TEXT)
    person = {"email": email, "name": _TEXT, "limit": limit, "slack": _TEXT, "teams": _TEXT, "manager": manager}
    return _object(person, ("email",))


def _group() -> Schema:
    usergroup = _said("Its Slack user group; without members, it says who of the people belongs to it.", _TEXT)
    return _object({"members": _TEXTS, "slack_usergroup": usergroup}) | {"minProperties": 1}


def _owner() -> Schema:
    return _object(
        {
            "title": _TEXT,
            "accountable": _said("The one executive who answers for it.", _TEXT),
            "risk_owner": _said("Who owns what can go wrong.", _TEXT),
            "channels": _said("Where its cards go; of two channels the second stands in for the first.", _PLACES),
            "approvers": _said("People and groups who may decide.", {"anyOf": [_TEXT, _TEXTS]}),
            "hours": _hours(),
            "sla": _object(_sla()),
            "reasons": _said("Codes that a rejection may give.", _TEXTS),
            "over_limit": _said(
                "What a signature above one's limit is worth.", {"enum": [kind.value for kind in OverLimit]}
            ),
            "separate": _said("Who may not sign, approver or not.", {"type": "array", "items": {"enum": [SEPARATE]}}),
            "assign": _said("To whom a request is given when it opens.", {"enum": ["nobody", "least_loaded"]}),
            "alarms": _said("When it pauses by itself.", {"type": "array", "items": alarm_schema(_DURATION)}),
            "digests": _said("Summaries that come by themselves.", {"type": "array", "items": digest_schema()}),
            "feedback": _said("What is learned of corrections, by whom and until when.", feedback_schema(_DURATION)),
            "knowledge_owner": _said("Who mends what agents read.", _TEXT),
            "knowledge_channel": _said("Where knowledge fixes are posted.", _CHANNELS),
        },
        ("accountable", "risk_owner", "approvers"),
    )


def _stage_sla() -> Schema:
    repeat = _object({"times": {"type": "integer", "minimum": 1}, "every": _DURATION}, ("times", "every"))
    step = {
        "after": _DURATION,
        "to": _said("People, groups, rotations, manager, assignee.", {"anyOf": [_TEXT, _TEXTS]}),
        "post_to": _CHANNELS,
        "widen": _said("Whether those it goes to may decide from then on.", _FLAG),
        "move_to": _said("The owner whose request it is from then on.", _TEXT),
        "repeat": _said("How often it comes again.", repeat),
    }
    return {
        "respond_within": _DURATION,
        "remind_at": {"type": "array", "items": {"type": "string", "pattern": "^([0-9]+%|-?[0-9]+[smhdw])$"}},
        "escalate": {"type": "array", "items": _object(step, ("after",))},
    }


def _sla() -> Schema:
    gather: Schema = {"anyOf": [{"const": "never"}, _DURATION]}
    return _stage_sla() | {
        "expire_after": _said("Then it is not run.", _DURATION),
        "calendar": _said("Whether the promise is counted in elapsed time although there are hours.", _FLAG),
        "stop_clock_while_asked": _said("Whether it stands still until the agent answers a question.", _FLAG),
        "claim_for": _said("For how long somebody who claims a request has it.", _DURATION),
        "gather": _said("Pings to one person within this time become one.", gather),
    }


def _stage() -> Schema:
    stage = {
        "title": _TEXT,
        "approvers": _said("Who signs in this stage.", {"anyOf": [_TEXT, _TEXTS]}),
        "approvals": {"type": "integer", "minimum": 1, "maximum": 20},
        "text": _said("What those who sign are asked to look at.", _TEXT),
        "sla": _object(_stage_sla()),
    }
    return _object(stage, ("title", "approvers"))


def _rotation() -> Schema:
    every: Schema = {"type": "string", "pattern": "^(day|week|[0-9]+ days)$"}
    turn: Schema = {
        "people": _said("In the order of their turns.", {"anyOf": [_TEXT, _TEXTS]}),
        "every": _said("How long a turn lasts; a week without it.", every),
        "starts": _said("The day on which the first turn begins.", {"type": "string", "format": "date"}),
        "timezone": _TEXT,
    }
    span: Schema = {"type": "string", "pattern": f"^{_TIME} *- *{_TIME}$", "examples": ["08:00-16:00"]}
    shift = _object(turn | {"hours": span, "days": {"anyOf": [_TEXT, _TEXTS]}}, ("people", "hours"))
    rotation = turn | {
        "title": _TEXT,
        "handover": _said("When turns change.", {"type": "string", "pattern": f"^{_TIME}$"}),
        "shifts": _said("Parts of a day, each with its own turns.", {"type": "array", "items": shift, "minItems": 1}),
        "calendar": _said("An iCalendar file beside this one, or its https address.", _TEXT),
        "owner": _said("Who is told when nobody will be on call.", _TEXT),
    }
    return _object(rotation)


def _hours() -> Schema:
    clock: Schema = {"type": "string", "pattern": f"^{_TIME}$", "examples": ["08:00", "24:00"]}
    span: Schema = {"type": "string", "pattern": f"^{_TIME} *- *{_TIME}$", "examples": ["08:00-12:00"]}
    several: Schema = {"anyOf": [span, {"type": "array", "items": span, "minItems": 1}]}
    one_or_more: Schema = {"anyOf": [_TEXT, {**_TEXTS, "minItems": 1}]}
    schema = _object(
        {
            "days": {**one_or_more, "examples": ["mon-fri"]},
            "open": clock,
            "close": _said("When it is not after opening, the next day is meant.", clock),
            "holidays": _said("Country codes such as US or US-NY; dates such as 2026-12-24, or 12-24.", one_or_more),
            "timezone": _said("IANA name; the policy's without it.", _TEXT),
        }
    )
    schema["patternProperties"] = {f"^{DAYS_KEY}$": _said("The intervals of these days.", several)}
    schema["anyOf"] = [{"required": ["days", "open", "close"]}, {"not": {"required": ["days"]}, "minProperties": 1}]
    return schema


def _defaults() -> Schema:
    unknown: Schema = {"enum": ["hold", "block"]}
    return _object(
        {
            "owner": _said("Who decides on unknown tools, and on actions that name no owner.", _TEXT),
            "unknown_tool": unknown,
            "grant_expires_after": _DURATION,
            "timeout": _said("The longest that any request stays open.", _DURATION),
        }
    )


_SETTINGS: Schema = {
    "levels": {"type": "array", "items": {"enum": [level.value for level in Level]}},
    "phrases": _said("Instead of the built-in phrases.", _TEXTS),
    "also": _said("Besides the built-in phrases.", _TEXTS),
    "at_least": {"type": "integer", "minimum": 2},
    "times": {"type": "number", "minimum": 1},
    "after": {"type": "integer", "minimum": 1, "maximum": 50},
    "below": _SHARE,
}


def _triggers() -> Schema:
    return _object(
        {
            name: {"anyOf": [_FLAG, _object({key: _SETTINGS[key] for key in sorted(keys)})]}
            for name, keys in TRIGGER_KEYS.items()
        }
    )


def _argument() -> Schema:
    kinds: Schema = {"enum": [kind.value for kind in FieldKind]}
    field = {
        "title": _TEXT,
        "kind": kinds,
        "minimum": _AMOUNT,
        "maximum": _AMOUNT,
        "options": _TEXTS,
        "sensitive": _said("Masked until an allowed person asks to see it.", _FLAG),
        "editable": _FLAG,
        "required": _FLAG,
        "pattern": _said("RE2; the whole value must be so.", _TEXT),
        "max_length": {"type": "integer", "minimum": 1},
    }
    return {"anyOf": [kinds, {"type": "null"}, _object(field)]}


def _action() -> Schema:
    when = _said("A CEL expression that is true or false.", _TEXT)
    rules: Schema = {"type": "array", "items": _object({"name": _TEXT, "when": when}, ("name", "when"))}
    route = _object({"when": when, "owner": _TEXT}, ("when", "owner"))
    caps = _object({"per_action": _AMOUNT, "per_customer_day": _CAP, "per_agent_hour": _CAP})
    return _object(
        {
            "title": _TEXT,
            "description": _TEXT,
            "class": {"enum": [kind.value for kind in ActionClass]},
            "level": {"enum": [level.value for level in Level]},
            "owner": _TEXT,
            "tools": _said("Names of the tools that do this; the action's own name without it.", _TEXTS),
            "amount": _said("Where the amount stands; [*] sums a list.", _PATH),
            "customer": _said("Where the customer stands; context.customer without it.", _PATH),
            "currency": {"anyOf": [_CURRENCY, _PATH]},
            "arguments": {"type": "object", "additionalProperties": _argument()},
            "other_arguments": {"enum": ["allow", "hold"]},
            "editable": _TEXTS,
            "caps": _said("Hard limits: what would pass one is blocked.", caps),
            "allow_when": _said("What runs without a human (level commit).", when),
            "hold_when": rules,
            "block_when": rules,
            "confidence_at_least": _SHARE,
            "citation_required": _FLAG,
            "approvals": {"type": "integer", "minimum": 1, "maximum": 20},
            "route": _said("The first that is true sends to its owner.", {"type": "array", "items": route}),
            "reject_reasons": _TEXTS,
            "requires": _said("Names of the context that must be there.", _names()),
            "grant_expires_after": _DURATION,
            "triggers": _triggers(),
            "statutory": _statutory(),
            "stages": _said("Signatures one after the other.", {"type": "array", "items": _stage(), "minItems": 2}),
            "urgent": _said("Whether pings about it never wait; identity and access are without it.", _FLAG),
            "sampling": _said("How much of it is looked at afterwards (draft and recommend).", sampling_schema()),
            "feedback": _said("What corrections suggest; before its owner's rules.", feedback_rules_schema()),
        },
        ("class", "level"),
    )


def _statutory() -> Schema:
    limit = {
        "within": _said("The limit that the law sets, in elapsed time.", _DURATION),
        "from": _said("Where the date stands on which it began; when the request opens without it.", _PATH),
        "warn_before": _said("How long before its end those who answer for it are told.", _DURATION),
    }
    return _said("A limit of the law that runs beside the promise.", _object(limit, ("within",)))


def _names() -> Schema:
    return {"type": "array", "items": {"enum": sorted(REQUIRABLE)}}
