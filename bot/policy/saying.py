"""Saying what an expression asks, in words that are read in passing. What has no short words has none at all."""

from __future__ import annotations

from bot.policy import syntax
from bot.policy.syntax import Message

MOST = 300
"""Characters; a longer saying is no shorter to read than the expression."""
_COMPARED = {
    "_<=_": "is at most", "_<_": "is below", "_>=_": "is at least", "_>_": "is above", "_==_": "is", "_!=_": "is not",
}  # fmt: skip
_COUNTED = {
    "_<=_": "at most {}", "_<_": "fewer than {}", "_>=_": "at least {}", "_>_": "more than {}", "_==_": "{}",
    "_!=_": "not {}",
}  # fmt: skip
_JOINED = {"_&&_": " and ", "_||_": " or "}
_WORKED_OUT = {"_*_": " times ", "_+_": " plus ", "_-_": " less ", "_/_": " divided by "}
_TRUTHS = {
    "vulnerable": ("the customer is vulnerable", "the customer is not vulnerable"),
    "regulated_complaint": ("it is a regulated complaint", "it is no regulated complaint"),
}
_NOUNS = {
    "history.agent_median_amount": "the median of the agent's amounts",
    "history.agent_amounts_count": "the number of the agent's amounts so far",
    "history.session_tries": "the number of tries in this session",
    "history.customer_day_total": "the customer's total of the day",
    "history.customer_day_count": "the customer's number of the day",
    "history.agent_hour_count": "the agent's number of this hour",
}
_NOTHING = "“”"
_BESIDE = frozenset({"arguments", "context", "signals", "history"})
"""Whose names say enough without them."""


def in_words(parsed: Message) -> str | None:
    """The expression of a whole saved tree as a clause; None for what has no plain words, such as a macro."""
    body = parsed.message(2)
    root = None if body is None else body.message(2)
    said = None if root is None else _clause(root, outer=None)
    return None if said is None or len(said) > MOST else said


def _clause(node: Message, outer: str | None) -> str | None:
    """Something that is true or false; ``outer`` is what joins it to others."""
    called = _called(node)
    if called is None:
        return _truth(node, negated=False)
    function, target, arguments = called
    if function in _JOINED and len(arguments) == 2:  # noqa: PLR2004 - both sides
        parts = [_clause(part, function) for part in arguments]
        if any(part is None for part in parts):
            return None
        joined = _JOINED[function].join(str(part) for part in parts)
        return f"({joined})" if outer is not None and outer != function else joined
    if function == "!_" and len(arguments) == 1:
        return _truth(arguments[0], negated=True)
    if function == "@in" and target is None:
        return _member(arguments[0], arguments[1])
    return _comparison(function, arguments) if function in _COMPARED else None


def _comparison(function: str, arguments: list[Message]) -> str | None:
    left, right = arguments
    sized = _sized(left)
    if sized is not None and syntax.literal(right) is not None:
        count = str(syntax.literal(right))
        counted = "no" if (function, count) in {("_==_", "0"), ("_<=_", "0"), ("_<_", "1")} else None
        any_at_all = (function, count) in {("_!=_", "0"), ("_>_", "0"), ("_>=_", "1")}
        many = "some" if any_at_all else counted or _COUNTED[function].format(count)
        return f"there are {many} {sized}"
    first, second = _value(left), _value(right)
    if second == _NOTHING and function in {"_==_", "_!=_"}:
        return None if first is None else f"{first} is {'not ' if function == '_==_' else ''}given"
    if first is None or second is None:
        return None
    return f"{first} {_COMPARED[function]} {second}"


def _member(item: Message, of: Message) -> str | None:
    several = of.message(7)
    named = _value(item)
    if named is None:
        return None
    if several is None:
        whole = _noun(of)
        return None if whole is None else f"{named} is among {whole}"
    values = [_value(one) for one in several.messages(1)]
    if not values or any(value is None for value in values):
        return None
    return f"{named} is one of {', '.join(str(value) for value in values)}"


def _truth(node: Message, *, negated: bool) -> str | None:
    path = syntax.path(node)
    if len(path) == 1 and path[0] in _TRUTHS:
        return _TRUTHS[path[0]][negated]
    const = node.message(3)
    if const is not None and const.has(2):
        return "always" if bool(const.number(2)) is not negated else "never"
    noun = _noun(node)
    return None if noun is None else f"{noun} is {'not ' if negated else ''}so"


def _value(node: Message) -> str | None:
    """Something that is compared: a name, what is written there, or a little arithmetic."""
    number = syntax.literal(node)
    if number is not None:
        return f"{number:g}" if isinstance(number, float) and abs(number) < 1e6 else str(number)  # noqa: PLR2004 - digits
    const = node.message(3)
    if const is not None:
        return f"“{const.text(6)}”" if const.has(6) else None
    called = _called(node)
    if called is None:
        return _noun(node)
    function, _, arguments = called
    if function not in _WORKED_OUT or len(arguments) != 2:  # noqa: PLR2004 - both sides
        return None
    parts = [_value(part) for part in arguments]
    return None if None in parts or any(map(_called, arguments)) else _WORKED_OUT[function].join(map(str, parts))


def _noun(node: Message) -> str | None:
    path = syntax.path(node)
    if not path:
        return None
    known = _NOUNS.get(".".join(path))
    if known is not None:
        return known
    names = path[1:] if len(path) > 1 and path[0] in _BESIDE else path
    return "the " + " ".join(names).replace("_", " ")


def _sized(node: Message) -> str | None:
    """What is counted: ``size(mismatches)`` and ``mismatches.size()``."""
    called = _called(node)
    if called is None or called[0] != "size":
        return None
    counted = called[1] if called[1] is not None else called[2][0]
    noun = _noun(counted)
    return None if noun is None else noun.removeprefix("the ")


def _called(node: Message) -> tuple[str, Message | None, list[Message]] | None:
    call = node.message(6)
    return None if call is None else (call.text(2), call.message(1), call.messages(3))
