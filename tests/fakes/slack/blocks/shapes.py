"""A small vocabulary to say what JSON is accepted: each check yields what is wrong and where.

Messages and pointers read like Slack's own (`must be less than 76 characters [json-pointer:/blocks/0/text/text]`).
Text is counted in characters (code points).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple


class Problem(NamedTuple):
    """One thing that Slack would refuse."""

    message: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


Check = Callable[[Any, str], Iterator[Problem]]
Rule = Callable[[dict[str, Any], str], Iterator[Problem]]


def string(most: int, least: int = 1) -> Check:
    """Text of `least` to `most` characters."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem("must be a valid string", at)
        elif len(value) < least:
            yield Problem(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            yield Problem(f"must be less than {most + 1} characters", at)

    return check


def web_address(most: int = 3000) -> Check:
    """An address beginning with http:// or https://."""
    length = string(most)

    def check(value: Any, at: str) -> Iterator[Problem]:
        problems = [*length(value, at)]
        yield from problems
        if not problems and not value.startswith(("http://", "https://")):
            yield Problem("must be a valid URL", at)

    return check


def flag(value: Any, at: str) -> Iterator[Problem]:
    """True or false."""
    if not isinstance(value, bool):
        yield Problem("must be a valid boolean", at)


def whole(least: int, most: int) -> Check:
    """A whole number from `least` to `most`."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield Problem("must be a valid integer", at)
        elif not least <= value <= most:
            yield Problem(f"must be between {least} and {most}", at)

    return check


def number(value: Any, at: str) -> Iterator[Problem]:
    """Any number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield Problem("must be a valid number", at)


def parsed_by(parse: Callable[[str], object], form: str) -> Check:
    """Text that `parse` takes; `form` names what it should look like."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        fine = isinstance(value, str)
        if fine:
            try:
                parse(value)
            except ValueError:
                fine = False
        if not fine:
            yield Problem(f"must be a valid {form}", at)

    return check


def one_of(*values: Any) -> Check:
    """One of the values."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not any(value == allowed and type(value) is type(allowed) for allowed in values):
            yield Problem("value must be one of " + ", ".join(map(str, values)), at)

    return check


def list_of(item: Check, most: int, least: int = 1) -> Check:
    """A list of `least` to `most` items."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem("must be a valid array", at)
            return
        if len(value) < least:
            yield Problem(f"no less than {least} items allowed", at)
        if len(value) > most:
            yield Problem(f"no more than {most} items allowed", at)
        for index, each in enumerate(value):
            yield from item(each, f"{at}/{index}")

    return check


def fields(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *rules: Rule) -> Check:
    """An object with these fields and no other; the rules see it when its fields are well."""
    optional = optional or {}
    known = {**required, **optional}

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("must be a valid object", at)
            return
        problems = [Problem(f"missing required field: {name}", at) for name in required if name not in value]
        for name, each in value.items():
            if name in known:
                problems += known[name](each, f"{at}/{name}")
            else:
                problems.append(Problem(f"invalid additional property: {name}", at))
        yield from problems
        if not problems:
            for rule in rules:
                yield from rule(value, at)

    return check


def typed(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` picks its check."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("must be a valid object", at)
        elif "type" not in value:
            yield Problem("missing required field: type", at)
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            yield Problem(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from kinds[value["type"]](value, at)

    return check


def kind(name: str, required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *rules: Rule) -> Check:
    """`fields` with a `type` of this name."""
    return fields({"type": one_of(name), **required}, optional, *rules)


def one_at_least(*names: str) -> Rule:
    """At least one of the fields is there."""

    def rule(value: dict[str, Any], at: str) -> Iterator[Problem]:
        if not any(name in value for name in names):
            yield Problem(f"missing required field: {' or '.join(names)}", at)

    return rule


def one_exactly(*names: str) -> Rule:
    """Exactly one of the fields is there."""

    def rule(value: dict[str, Any], at: str) -> Iterator[Problem]:
        if sum(name in value for name in names) != 1:
            yield Problem(f"exactly one of {', '.join(names)} must be given", at)

    return rule


def repeated(values: Iterable[Any]) -> list[Any]:
    """The values that occur a second time, in order."""
    seen: set[Any] = set()
    return [value for value in values if value in seen or seen.add(value)]  # type: ignore[func-returns-value]  # add() answers None, which is the trick
