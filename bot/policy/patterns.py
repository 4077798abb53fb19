"""Regular expressions of the policy, in RE2: linear in the text, whatever the pattern."""

from __future__ import annotations

import json
from functools import lru_cache

from cel_expr_python import cel  # type: ignore[import-untyped]  # it brings stubs, and no marker that says so

from bot.policy.environment import plainly


@lru_cache(maxsize=1024)
def _regex(pattern: str) -> cel.Expression:
    quoted = json.dumps(rf"\A(?:{pattern})\z")
    return cel.NewEnv(variables={"value": cel.Type.STRING}).compile(f"value.matches({quoted})")


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of a text is as the pattern says (RE2 syntax); takes time linear in the text.

    Raises:
        ValueError: when the pattern is none.
    """
    try:
        found = _regex(pattern).eval(data={"value": text}).value()
    except Exception as error:  # the library raises its own and built-in errors alike
        raise ValueError(plainly(str(error))) from error
    if not isinstance(found, bool):
        raise ValueError(plainly(str(found)))  # noqa: TRY004 -- the library answers with its error
    return found
