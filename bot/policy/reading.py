"""A proposal's ``context``, read with goodwill: what is understood, and what is not named as a problem.

The names and forms are those of docs/context.md. Unknown names are let through untouched (expressions may look at
them as ``context.name``); a known name with something unreadable is a problem, and a problem holds the request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.domain.jsontext import Json, same
from bot.domain.requests import Context, PolicyAnswer
from bot.domain.verdicts import Level
from bot.errors import SignoffError

MAX_NAME = 500
MAX_WORDS = 64 * 1024
"""Characters of a transcript; a longer one can't be judged."""
KEPT_WORDS = 20
"""How many of the customer's last words a request shows."""
_CUSTOMER_ROLES = {"user", "customer", "human", "end_user"}
_AGREE = {"match", "matches", "ok", "pass", "passed", "same", "verified"}
_DIFFER = {"mismatch", "mismatches", "fail", "failed", "different", "changed", "unverified"}
_LEVELS = {level.value for level in Level}
_ANSWER = {"question", "stance", "policy_version"}
_EMPTY = Context()


class Unreadable(ValueError):
    """Why an entry can't be read."""


def read_context(raw: Json) -> Context:
    """What is understood of ``raw``; it never raises, ``problems`` says what could not be read."""
    if not raw:
        return _EMPTY if raw is None or raw == {} else Context(problems=("context: is not an object",))
    if not isinstance(raw, dict):
        return Context(problems=("context: is not an object",))
    read: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in raw.items():
        reader = _READERS.get(name)
        if reader is None or value is None:
            continue
        try:
            read[name] = reader(value)
        except Unreadable as error:
            problems.append(f"{name}: {error}")
        except Exception as error:  # noqa: BLE001 -- whatever was sent, it is read or it is a problem
            problems.append(f"{name}: {type(error).__name__}")
    differing = read.pop("mismatches", ())
    if signals := read.get("signals"):
        differing += _differing(signals, problems)
    if differing:
        read["mismatches"] = tuple(dict.fromkeys(differing))
    return Context(**read, problems=tuple(problems))


def words_of(context: Context, reasoning: str | None) -> str:
    """The customer's words and the agent's reasoning, one a line."""
    return "\n".join((*context.transcript, reasoning)) if reasoning else "\n".join(context.transcript)


def _name(value: Json) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise Unreadable("expected a text")
    if len(value) > MAX_NAME:
        raise Unreadable(f"is longer than {MAX_NAME} characters")
    value.encode()  # a lone surrogate is no text
    return value


def _confidence(value: Json) -> float:
    number = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else -1.0
    if not 0 <= number <= 1:
        raise Unreadable("expected a number from 0 to 1")
    return number


def _level(value: Json) -> Level:
    if value not in _LEVELS:
        raise Unreadable("expected draft, recommend or commit")
    return Level(value)


def _currency(value: Json) -> str:
    name = _name(value)
    return name.upper() if name.isascii() else name  # the upper case of some other letters is ASCII


def _flag(value: Json) -> bool:
    if not isinstance(value, bool):
        raise Unreadable("expected true or false")
    return value


def _names(value: Json) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(map(_cited, value))
    return (_cited(value),)


def _cited(value: Json) -> str:
    if isinstance(value, dict):
        value = next((value[key] for key in ("title", "id", "url", "text") if value.get(key)), None)
    return _name(value)


def _signals(value: Json) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable("expected an object of signals by name")
    for name in value:
        _name(name)
    return value


def _answer(value: Json) -> PolicyAnswer:
    if not isinstance(value, dict) or not {"question", "stance"} <= value.keys() <= _ANSWER:
        raise Unreadable("expected question, stance and perhaps policy_version")
    version = value.get("policy_version")
    return PolicyAnswer(_name(value["question"]), _name(value["stance"]), None if version is None else _name(version))


def _transcript(value: Json) -> tuple[str, ...]:
    entries = value if isinstance(value, list) else [value]
    words = tuple(said for entry in entries if (said := _said(entry)))
    if sum(map(len, words)) > MAX_WORDS:
        raise Unreadable(f"is longer than {MAX_WORDS} characters")
    return words


def _said(entry: Json) -> str:
    if isinstance(entry, str):
        return entry
    if not isinstance(entry, dict):
        raise Unreadable("expected texts, or messages with role and content")
    role = entry.get("role", "user")
    if not isinstance(role, str):
        raise Unreadable("expected texts, or messages with role and content")
    if role.lower() not in _CUSTOMER_ROLES:
        return ""
    content = entry.get("content")
    if isinstance(content, list):
        return " ".join(_part(part) for part in content)
    if content is None:
        return ""
    if not isinstance(content, str):
        raise Unreadable("expected texts, or messages with role and content")
    return content


def _part(part: Json) -> str:
    text = part.get("text", "") if isinstance(part, dict) else part
    if not isinstance(text, str):
        raise Unreadable("expected texts, or messages with role and content")
    return text


_READERS: dict[str, Callable[[Any], Any]] = {
    "customer": _name,
    "customer_name": _name,
    "session": _name,
    "on_behalf_of": _name,
    "model": _name,
    "build": _name,
    "confidence": _confidence,
    "level": _level,
    "language": _name,
    "region": _name,
    "segment": _name,
    "currency": _currency,
    "citations": _names,
    "evidence": _names,
    "mismatches": _names,
    "signals": _signals,
    "transcript": _transcript,
    "answer": _answer,
    "vulnerable": _flag,
    "regulated_complaint": _flag,
}
NAMES = frozenset(_READERS)
"""Every name of ``context`` that is understood."""
REQUIRABLE = NAMES - {"vulnerable", "regulated_complaint"}
"""Those that a policy may ask for; of the others, silence means no."""


def _differing(signals: dict[str, Any], problems: list[str]) -> tuple[str, ...]:
    """The names of the signals that disagree; those that say nothing readable become problems."""
    differing = []
    for name, signal in signals.items():
        try:
            if _differs(signal):
                differing.append(name)
        except Unreadable as error:
            problems.append(f"signals.{name}: {error}")
        except (SignoffError, ValueError) as error:
            problems.append(f"signals.{name}: {type(error).__name__}")
    return tuple(differing)


def _differs(signal: Json) -> bool:
    if signal is None or (isinstance(signal, (int, float)) and not isinstance(signal, bool)):
        return False  # not measured, or a score that only an expression can judge
    if isinstance(signal, bool):
        return not signal
    if isinstance(signal, str):
        word = signal.strip().lower()
        if word not in _AGREE and word not in _DIFFER:
            raise Unreadable(f"{signal[:40]!r} says neither match nor mismatch")
        return word in _DIFFER
    if not isinstance(signal, dict):
        raise Unreadable("expected expected and observed, match, or score and at_least")
    return _disagrees(signal)


def _disagrees(signal: dict[str, Any]) -> bool:
    if "match" in signal:
        if not isinstance(signal["match"], bool):
            raise Unreadable("match: expected true or false")
        return not signal["match"]
    if "expected" in signal and "observed" in signal:
        one, other = signal["expected"], signal["observed"]
        if isinstance(one, str) and isinstance(other, str):
            return one.strip().casefold() != other.strip().casefold()
        return not same(one, other)
    if "score" in signal and "at_least" in signal:
        return _confidence(signal["score"]) < _confidence(signal["at_least"])
    raise Unreadable("expected expected and observed, match, or score and at_least")
