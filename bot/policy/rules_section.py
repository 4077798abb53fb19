"""The conditions of an action: ``allow_when``, ``hold_when``, ``block_when`` and ``route``."""

from __future__ import annotations

import re

import yaml

from bot.policy.document import Owner, RouteRule, Rule
from bot.policy.expressions import HISTORY, Expression, ExpressionInvalid, compile_expression
from bot.policy.triggers_section import TRIGGER_KEYS
from bot.policy.yamltree import At, did_you_mean

RULE_KEYS = frozenset({"name", "when"})
ROUTE_KEYS = frozenset({"when", "owner"})
MAX_RULES = 50
NOT_FOR_ROUTES = HISTORY | {"agent"}
"""What routing does not know: it looks at the proposal alone."""
RESERVED = frozenset({*TRIGGER_KEYS, "allow_when", "approval_required", "unknown_tool", "signed_before", "caps"})
"""Names of built-in rules."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def read_condition(at: At) -> Expression | None:
    """A checked expression; what is wrong with it is told at its own line and column."""
    source = at.text()
    if source is None:
        return None
    try:
        return compile_expression(source)
    except ExpressionInvalid as error:
        line, column = place_in(at.node, source, error.line, error.column)
        at.problems.add(line, column, at.field, error.message, error.remedy)
        return None


def read_rules(at: At) -> tuple[Rule, ...]:
    """Named conditions; each name once."""
    rules: dict[str, Rule] = {}
    for place in at.items():
        found = place.keys(RULE_KEYS, required=RULE_KEYS)
        name = found["name"].text(longest=64) if "name" in found else None
        when = read_condition(found["when"]) if "when" in found else None
        if name is None or when is None:
            continue
        if not _NAME.fullmatch(name):
            found["name"].wrong(f"{name!r} is no rule name", "use lower-case letters, digits and _")
        elif name in RESERVED:
            found["name"].wrong(f"{name} is the name of a built-in rule", "choose another name")
        elif name in rules:
            found["name"].wrong(f"{name} names two rules", "give each rule a name of its own")
        else:
            rules[name] = Rule(name, when)
    if len(rules) > MAX_RULES:
        at.wrong(f"has more than {MAX_RULES} rules", "join some with ||")
    return tuple(rules.values())


def read_routes(at: At, owners: dict[str, Owner]) -> tuple[RouteRule, ...]:
    """Conditions with the owner that each sends to."""
    routes = []
    for place in at.items():
        found = place.keys(ROUTE_KEYS, required=ROUTE_KEYS)
        when = read_condition(found["when"]) if "when" in found else None
        if when is not None and not when.names.isdisjoint(NOT_FOR_ROUTES):
            found["when"].wrong("routes by the history or the agent", "route by the proposal alone")
        name = found["owner"].text(longest=64) if "owner" in found else None
        if name is not None and name not in owners:
            found["owner"].wrong(f"{name!r} is not an owner of this file", did_you_mean(name, list(owners)))
        elif name is not None and when is not None:
            routes.append(RouteRule(when, name))
    return tuple(routes)


def place_in(node: yaml.Node, source: str, line: int, column: int) -> tuple[int, int]:
    """The 1-based line and column in the file of a place in a scalar's text, whichever way the scalar is written.

    YAML folds lines and indentation, so the place is found by counting what is no white space.
    """
    mark = node.start_mark
    offset = _offset(source, line, column)
    passed = sum(not char.isspace() for char in source[:offset])
    style = getattr(node, "style", None)
    raw = mark.buffer[mark.pointer :] if mark.buffer else ""
    start = raw.find("\n") + 1 if style in {"|", ">"} else (1 if style in {"'", '"'} else 0)
    index = start
    while index < len(raw) - 1:
        if not raw[index].isspace():
            if passed == 0:
                break
            passed -= 1
            index += style == "'" and raw[index : index + 2] == "''"
            index += style == '"' and raw[index] == "\\"
        index += 1
    before = raw[:index]
    lines = before.count("\n")
    return (
        mark.line + 1 + lines,
        len(before) - before.rfind("\n") if lines else mark.column + 1 + len(before),
    )


def _offset(source: str, line: int, column: int) -> int:
    starts = [0]
    for index, char in enumerate(source):
        if char == "\n":
            starts.append(index + 1)
    return min(starts[min(line, len(starts)) - 1] + column - 1, len(source))
