"""The answer to an invoke, taken apart: what Teams does with it, or why it makes no sense.

https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.fakes.teams.cards.checking import check_card
from tests.fakes.teams.messages import CARD

Json = dict[str, Any]
SAID = "application/vnd.microsoft.activity.message"
FAILED = "application/vnd.microsoft.error"
SIZES = ("small", "medium", "large")
LONGEST_TITLE = 64


class NoSense(Exception):
    """The answer is none that Teams knows."""


@dataclass(frozen=True)
class Acted:
    """The answer to `adaptiveCard/action`: one of the three is there."""

    card: Json | None = None
    said: str = ""
    error: Json | None = None


@dataclass(frozen=True)
class Task:
    """The answer to `task/fetch` or `task/submit`: a form, words in its place, or neither, which closes it."""

    card: Json | None = None
    title: str = ""
    said: str = ""


def acted(body: str, most_bytes: int) -> Acted:
    """Read the answer to `adaptiveCard/action`.

    Raises:
        NoSense: With what is wrong.
    """
    answer = _object(body)
    if unknown := {*answer} - {"statusCode", "type", "value"}:
        raise NoSense(f"unknown fields {sorted(unknown)}")
    code, kind, value = answer.get("statusCode"), answer.get("type"), answer.get("value")
    if not isinstance(code, int) or isinstance(code, bool):
        raise NoSense("statusCode must be a number")
    if code == 200 and kind == CARD:
        return Acted(card=_good_card(value, most_bytes))
    if code == 200 and kind == SAID:
        if not isinstance(value, str) or not value.strip():
            raise NoSense("a message's value must be text")
        return Acted(said=value)
    if 400 <= code < 600 and kind == FAILED:
        if not isinstance(value, dict) or not isinstance(value.get("code"), str) or not value.get("message"):
            raise NoSense("an error's value must have code and message")
        return Acted(error=value)
    raise NoSense(f"statusCode {code} with type {kind!r}")


def task(body: str, name: str, most_bytes: int) -> Task:
    """Read the answer to a dialog's invoke; only a submission may be answered with nothing.

    Raises:
        NoSense: With what is wrong.
    """
    if name == "task/submit" and body.strip() in {"", "{}", "null"}:
        return Task()
    told = _object(body).get("task")
    if told is None and name == "task/submit":
        return Task()
    if not isinstance(told, dict):
        raise NoSense("task must be an object")
    value = told.get("value")
    if told.get("type") == "message":
        if not isinstance(value, str) or not value.strip():
            raise NoSense("a message's value must be text")
        return Task(said=value)
    if told.get("type") != "continue" or not isinstance(value, dict):
        raise NoSense(f"task type {told.get('type')!r} with value {value!r:.80}")
    return _form(value, most_bytes)


def _form(value: Json, most_bytes: int) -> Task:
    if unknown := {*value} - {"title", "height", "width", "url", "card", "fallbackUrl", "completionBotId"}:
        raise NoSense(f"unknown fields {sorted(unknown)}")
    if "url" in value or not isinstance(value.get("card"), dict):
        raise NoSense("a dialog here needs a card (pages are not drawn)")
    for side in ("height", "width"):
        if side in value and value[side] not in SIZES and not isinstance(value[side], int):
            raise NoSense(f"{side} must be a number of pixels or one of {', '.join(SIZES)}")
    title = value.get("title", "")
    if not isinstance(title, str) or len(title) > LONGEST_TITLE:
        raise NoSense(f"title must be text of at most {LONGEST_TITLE} characters")
    attachment = value["card"]
    if attachment.get("contentType") != CARD:
        raise NoSense(f"the card's contentType must be {CARD}")
    return Task(_good_card(attachment.get("content"), most_bytes), title)


def _good_card(card: Any, most_bytes: int) -> Json:
    if problems := check_card(card, most_bytes=most_bytes):
        raise NoSense("the card is not valid: " + "; ".join(str(each) for each in problems))
    found: Json = card
    return found


def _object(body: str) -> Json:
    try:
        found = json.loads(body)
    except ValueError:
        raise NoSense(f"no JSON: {body!r:.80}") from None
    if not isinstance(found, dict):
        raise NoSense(f"no object: {body!r:.80}")
    return found
