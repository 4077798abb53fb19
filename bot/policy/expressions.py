"""Expressions of the policy, in CEL: compiled and checked once at load, bounded when they run.

A name that is not declared, a wrong type or a result that is not true or false is an error at load. A value that is
missing from a proposal is an error when the expression runs, which the gate answers with a hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from cel_expr_python import cel

from bot.policy.yamltree import did_you_mean

MAX_LENGTH = 1_000
_T = cel.Type
VARIABLES: dict[str, cel.Type] = {
    "amount": _T.DYN,
    "currency": _T.STRING,
    "arguments": _T.Map(_T.STRING, _T.DYN),
    "context": _T.Map(_T.STRING, _T.DYN),
    "tool": _T.STRING,
    "customer": _T.STRING,
    "session": _T.STRING,
    "agent": _T.STRING,
    "model": _T.STRING,
    "build": _T.STRING,
    "level": _T.STRING,
    "language": _T.STRING,
    "region": _T.STRING,
    "segment": _T.STRING,
    "confidence": _T.DYN,
    "citations": _T.List(_T.STRING),
    "mismatches": _T.List(_T.STRING),
    "signals": _T.Map(_T.STRING, _T.DYN),
    "vulnerable": _T.BOOL,
    "regulated_complaint": _T.BOOL,
    "text": _T.STRING,
    "history.agent_median_amount": _T.DYN,
    "history.agent_amounts_count": _T.DYN,
    "history.session_tries": _T.DYN,
    "history.customer_day_total": _T.DYN,
    "history.customer_day_count": _T.DYN,
    "history.agent_hour_count": _T.DYN,
}
_PLACED = re.compile(r"<input>:(\d+):(\d+): ([^\n]*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']+)'")


class ExpressionInvalid(ValueError):
    """An expression that can't be used; ``line`` and ``column`` are 1-based within it."""

    def __init__(self, message: str, remedy: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.line = line
        self.column = column


class ExpressionFailed(ValueError):
    """An expression could not be evaluated for this proposal; the message says why."""


class Values:
    """What the variables are for one proposal; any number of expressions may be asked about it."""

    __slots__ = ("_activation", "known")

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known
        self._activation: Any = None

    @property
    def activation(self) -> Any:
        """The variables in the library's form, made when first asked for."""
        if self._activation is None:
            self._activation = _environment().Activation(self.known)
        return self._activation


class Expression:
    """A checked expression."""

    __slots__ = ("_program", "looked_at", "names", "source")

    def __init__(self, source: str, program: Any, names: tuple[str, ...], looked_at: tuple[str, ...]) -> None:
        self.source = source
        self.names = names
        """The variables that it looks at."""
        self.looked_at = looked_at
        """The same with what it picks out of them: ``arguments.amount``."""
        self._program = program

    def holds(self, values: Values) -> bool:
        """Whether it is true of these values.

        Raises:
            ExpressionFailed: when a value is missing or of another type, or a bound was passed.
        """
        try:
            result = self._program.eval(values.activation)
            value = result.value()
        except Exception as error:  # the library raises its own and built-in errors alike
            raise ExpressionFailed(_plainly(str(error))) from error
        if value is True or value is False:
            return bool(value)
        raise ExpressionFailed(_plainly(str(value)))


@cache
def _environment() -> cel.Env:
    return cel.NewEnv(variables=VARIABLES)


def compile_expression(source: str) -> Expression:
    """Compile and check an expression.

    Raises:
        ExpressionInvalid: with the place in the expression and a remedy.
    """
    if len(source) > MAX_LENGTH:
        raise ExpressionInvalid(f"is longer than {MAX_LENGTH} characters", "split it into several rules")
    try:
        program = _environment().compile(source)
    except Exception as error:  # the library raises its own and built-in errors alike
        raise _invalid(str(error)) from error
    if program.return_type().name() not in {"BOOL", "DYN"}:
        raise ExpressionInvalid("gives no truth value", "compare it with something, such as `amount <= 25`")
    names = tuple(name for name in VARIABLES if re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", source))
    picked = re.findall(r"(?<![\w.])(?:arguments|context|signals)(?:\.\w+)+(?![\w(])", source)
    return Expression(source, program, names, tuple(dict.fromkeys((*names, *picked))))


def _invalid(message: str) -> ExpressionInvalid:
    placed = _PLACED.search(message)
    if placed is None:
        return ExpressionInvalid(message.splitlines()[0][:200] if message else "does not compile", "rewrite it")
    line, column, said = int(placed[1]), int(placed[2]), placed[3]
    undeclared = _UNDECLARED.search(said)
    if undeclared:
        name = undeclared[1]
        return ExpressionInvalid(f"{name} is not a known name", did_you_mean(name, VARIABLES), line, column)
    return ExpressionInvalid(f"does not compile: {said[:200]}", "mend the expression here", line, column)


def _plainly(message: str) -> str:
    missing = re.search(r'No value with name "([^"]+)"', message)
    if missing:
        return f"{missing[1]} is missing"
    key = re.search(r'Key not found in map : "([^"]+)"', message)
    if key:
        return f"{key[1]} is missing"
    return message.split(": ", 1)[-1][:200]


@lru_cache(maxsize=1024)
def _regex(pattern: str) -> Any:
    quoted = json.dumps(rf"\A(?:{pattern})\z")
    return _plain_environment().compile(f"value.matches({quoted})")


@cache
def _plain_environment() -> cel.Env:
    return cel.NewEnv(variables={"value": _T.STRING})


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of a text is as the pattern says (RE2 syntax); takes time linear in the text.

    Raises:
        ValueError: when the pattern is none.
    """
    try:
        found = _regex(pattern).eval(data={"value": text}).value()
    except Exception as error:  # the library raises its own and built-in errors alike
        raise ValueError(_plainly(str(error))) from error
    if not isinstance(found, bool):
        raise ValueError(_plainly(str(found)))  # noqa: TRY004
    return found
