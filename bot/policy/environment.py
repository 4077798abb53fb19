"""What expressions run in: the variables that there are, and their values for one proposal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from cel_expr_python import cel  # type: ignore[import-untyped]  # it brings stubs, and no marker that says so

from bot.policy import exactness

_T = cel.Type
TEXTS = frozenset(
    {
        "currency",
        "tool",
        "customer",
        "session",
        "agent",
        "model",
        "build",
        "level",
        "language",
        "region",
        "segment",
        "text",
    }
)
HISTORY = frozenset(
    {
        "history.agent_median_amount",
        "history.agent_amounts_count",
        "history.session_tries",
        "history.customer_day_total",
        "history.customer_day_count",
        "history.agent_hour_count",
    }
)
VARIABLES: dict[str, cel.Type] = {
    **dict.fromkeys(sorted(TEXTS), _T.STRING),
    **dict.fromkeys(sorted(HISTORY), _T.DYN),
    "amount": _T.DYN,
    "confidence": _T.DYN,
    "arguments": _T.Map(_T.STRING, _T.DYN),
    "context": _T.Map(_T.STRING, _T.DYN),
    "signals": _T.Map(_T.STRING, _T.DYN),
    "citations": _T.List(_T.STRING),
    "mismatches": _T.List(_T.STRING),
    "vulnerable": _T.BOOL,
    "regulated_complaint": _T.BOOL,
}
"""What an expression may look at; numbers are dynamic, so that ``amount <= 25`` needs no ``25.0``."""
_NO_SUCH = (
    (re.compile(r'No value with name "([^"]+)"'), "{} is missing"),
    (re.compile(r'Key not found in map : "([^"]+)"'), "{} is missing"),
    (re.compile(r"(Iteration budget exceeded)"), "it goes through too many entries"),
)


class ExpressionFailed(ValueError):
    """An expression could not be evaluated for this proposal; the message says why."""


class Values:
    """What the variables are for one proposal; any number of expressions may be asked about it."""

    __slots__ = ("_activation", "known")

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known
        self._activation: cel.Activation | None = None

    @property
    def activation(self) -> cel.Activation:
        """The variables in the library's form, made when first asked for."""
        if self._activation is None:
            self._activation = environment().Activation(self.known)
        return self._activation


@cache
def environment() -> cel.Env:
    """The one environment of every expression, made when first asked for."""
    # No function of ours is called back: release 0.1.3 of the library never frees the arguments that it hands over.
    results = {f"{exactness.RESULT}{at}": _T.BOOL for at in range(exactness.MAX_COMPARISONS)}
    return cel.NewEnv(variables={**VARIABLES, **results})


def evaluate(program: cel.Expression, activation: cel.Activation) -> Any:  # noqa: ANN401 -- whatever it gives
    """What a program gives: a value, or the library's error as a value.

    Raises:
        ExpressionFailed: when a bound was passed.
    """
    try:
        return program.eval(activation).value()
    except Exception as error:  # the library raises its own and built-in errors alike
        raise ExpressionFailed(plainly(str(error))) from error


def plainly(message: str) -> str:
    """An error of the library in plain words."""
    for pattern, said in _NO_SUCH:
        found = pattern.search(message)
        if found:
            return said.format(found[1])
    return message.split(": ", 1)[-1][:200]
