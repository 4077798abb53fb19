"""Reading YAML by schema: a cursor over the parsed text that knows line, column and dotted field of everything.

Values are read from their text, so that ``no`` stays a country, ``20:00`` a time and ``0.1`` an exact decimal. Nothing
is raised on the way: problems are gathered, and each read gives None where there is nothing usable.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

import yaml

from bot.domain.money import decimal_of
from bot.errors import BadInput, PolicyInvalid, PolicyProblem
from bot.policy.durations import parse_duration

MAX_BYTES = 256 * 1024
MAX_NODES = 20_000
MAX_DEPTH = 20
MAX_PROBLEMS = 100
MAX_TEXT = 4_000
_Choice = TypeVar("_Choice", bound=StrEnum)


class Problems:
    """Gathers what is wrong with one file, and counts what was read of it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.nodes = 0
        self._found: list[PolicyProblem] = []

    def add(self, line: int, column: int, field: str, message: str, remedy: str) -> None:
        """Note a problem at a 1-based place; past ``MAX_PROBLEMS`` they are no longer listed."""
        if len(self._found) < MAX_PROBLEMS:
            self._found.append(PolicyProblem(self.file, line, column, field, message, remedy))

    def raise_if_any(self) -> None:
        """Raise every problem found, in the file's order.

        Raises:
            PolicyInvalid: when there is one.
        """
        if self._found:
            raise PolicyInvalid(sorted(set(self._found), key=lambda p: (p.line, p.column, p.field, p.message)))


class At:
    """A place in the document: a YAML node and the dotted field that it is."""

    def __init__(self, node: yaml.Node, field: str, problems: Problems, depth: int = 0) -> None:
        self.node = node
        self.field = field
        self.problems = problems
        self._depth = depth
        problems.nodes += 1

    @property
    def line(self) -> int:
        """1-based."""
        return int(self.node.start_mark.line) + 1

    @property
    def column(self) -> int:
        """1-based."""
        return int(self.node.start_mark.column) + 1

    def wrong(self, message: str, remedy: str) -> None:
        """Note a problem here."""
        self.problems.add(self.line, self.column, self.field or "(document)", message, remedy)

    @property
    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        """Whether it has entries."""
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_null(self) -> bool:
        """Whether nothing is written here."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag == "tag:yaml.org,2002:null"

    def _child(self, node: yaml.Node, name: str) -> At | None:
        field = f"{self.field}.{name}" if self.field else name
        if self._depth >= MAX_DEPTH or self.problems.nodes > MAX_NODES:
            self.wrong(
                f"nests deeper than {MAX_DEPTH}, or the file says more than {MAX_NODES} things, aliases followed",
                "split or flatten it",
            )
            return None
        return At(node, field, self.problems, self._depth + 1)

    def names(self) -> list[str]:
        """The keys of a mapping as they are written; nothing of anything else."""
        pairs = self.node.value if isinstance(self.node, yaml.MappingNode) else []
        return [str(key.value) for key, _ in pairs if isinstance(key, yaml.ScalarNode)]

    def entries(self) -> Iterator[tuple[str, At, At]]:
        """Name, key and value of each entry of a mapping; duplicate and odd keys are problems and left out."""
        if not isinstance(self.node, yaml.MappingNode):
            self.wrong(f"must be a mapping, not {_named(self.node)}", "write it as `name: value` lines")
            return
        seen: dict[str, int] = {}
        for key_node, value_node in self.node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == "tag:yaml.org,2002:merge":
                self.wrong("has a key that is no plain word", "use plain words as keys; merge keys (<<) are not read")
                continue
            name = str(key_node.value)
            key, value = self._child(key_node, name), self._child(value_node, name)
            if key is None or value is None:
                return
            if name in seen:
                key.wrong(f"is given twice, first in line {seen[name]}", "keep one of the two")
                continue
            seen[name] = key.line
            yield name, key, value

    def keys(self, known: Collection[str], required: Collection[str] = ()) -> dict[str, At]:
        """The entries under known names; unknown ones are problems with the nearest name, missing ones too."""
        found: dict[str, At] = {}
        for name, key, value in self.entries():
            if name not in known:
                key.wrong("is not a known key", did_you_mean(name, known))
            elif not value.is_null:
                found[name] = value
        if self.is_mapping:
            for name in required:
                if name not in found:
                    self.wrong(f"lacks {name}", f"add `{name}:`")
        return found

    def items(self) -> Iterator[At]:
        """The entries of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.wrong(f"must be a list, not {_named(self.node)}", "write it as [a, b] or as lines that begin with -")
            return
        for number, node in enumerate(self.node.value):
            child = self._child(node, str(number))
            if child is None:
                return
            yield child

    def text(self, *, longest: int = MAX_TEXT) -> str | None:
        """A text of at least one character."""
        if not isinstance(self.node, yaml.ScalarNode) or self.is_null:
            self.wrong(f"must be a text, not {_named(self.node)}", "write it in quotes")
            return None
        value = str(self.node.value)
        if not value.strip() or len(value) > longest:
            self.wrong(f"must have 1 to {longest} characters", "shorten it" if value.strip() else "write something")
            return None
        try:
            value.encode()
        except UnicodeEncodeError:
            self.wrong("holds an unpaired surrogate", "write the character itself")
            return None
        return value

    def texts(self) -> tuple[str, ...]:
        """A list of texts; a single text stands for a list of one."""
        if isinstance(self.node, yaml.ScalarNode):
            one = self.text()
            return () if one is None else (one,)
        return tuple(value for item in self.items() if (value := item.text()) is not None)

    def decimal(self, *, least: Decimal | None = None, most: Decimal | None = None) -> Decimal | None:
        """An exact decimal within bounds."""
        text = self.text()
        if text is None:
            return None
        try:
            value = decimal_of(text.replace("_", ""), field=self.field)
        except BadInput as error:
            self.wrong(f"{text[:40]!r} {error.message}", error.remedy or "write a number")
            return None
        if (least is not None and value < least) or (most is not None and value > most):
            bounds = f"at least {least}" if most is None else f"from {least} to {most}"
            self.wrong(f"{text[:40]} is out of bounds", f"write a number {bounds}")
            return None
        return value

    def integer(self, *, least: int, most: int) -> int | None:
        """A whole number within bounds."""
        value = self.decimal(least=Decimal(least), most=Decimal(most))
        if value is not None and value != int(value):
            self.wrong("must be a whole number", f"write a number from {least} to {most}")
            return None
        return None if value is None else int(value)

    def boolean(self) -> bool | None:
        """True or false, in YAML's words."""
        text = str(self.node.value).lower() if isinstance(self.node, yaml.ScalarNode) else ""
        if text in {"true", "yes", "on"}:
            return True
        if text in {"false", "no", "off"}:
            return False
        self.wrong(f"must be true or false, not {_named(self.node)}", "write true or false")
        return None

    def duration(self) -> int | None:
        """Seconds of ``15m``, ``4h``, ``2d``, ``8w``."""
        text = self.text()
        if text is None:
            return None
        try:
            return parse_duration(text)
        except ValueError as error:
            self.wrong(str(error), "write an integer and a unit, such as 90s, 15m, 4h, 2d or 8w")
            return None

    def choice(self, kind: type[_Choice]) -> _Choice | None:
        """One of an enumeration's values."""
        text = self.text()
        if text is None:
            return None
        names = [member.value for member in kind]
        if text not in names:
            self.wrong(f"{text[:40]!r} is not one of {', '.join(names)}", did_you_mean(text, names))
            return None
        return kind(text)


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A remedy that names the nearest known name, or all of them."""
    near = difflib.get_close_matches(name[:80], list(known), n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    return f"use one of: {', '.join(sorted(known))}" if known else "define it first"


def _named(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    text = str(node.value)
    return f"{text[:40]!r}" if text else "nothing"


def parse(text: str, name: str) -> At:
    """The root of a YAML text.

    Raises:
        PolicyInvalid: when it is too large or no YAML; ``line`` and ``column`` say where.
    """
    problems = Problems(name)
    if len(text) > MAX_BYTES or len(text.encode(errors="replace")) > MAX_BYTES:
        problems.add(1, 1, "(document)", f"is larger than {MAX_BYTES // 1024} KiB", "split the policy")
        problems.raise_if_any()
    node = None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError:
        problems.add(1, 1, "(document)", "nests too deep", "flatten it")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problems.add(
            line, column, "(document)", f"is not valid YAML: {error.problem or error.context}", "mend the syntax here"
        )
    except (yaml.YAMLError, ValueError) as error:
        problems.add(
            1, 1, "(document)", f"is not valid YAML: {str(error).splitlines()[0]}", "save it as plain UTF-8 text"
        )
    problems.raise_if_any()
    if node is None:
        problems.add(1, 1, "(document)", "is empty", "start from examples/policy.yaml")
        problems.raise_if_any()
        raise AssertionError("unreachable")
    return At(node, "", problems)
