"""The file of arrivals: one JSON object a line, each with ``at``, its time, and in one of three forms.

- a conversation as a replay reads it (``messages``): its calls go through the gate at that time;
- a proposal (``tool``, ``arguments``, ``context``, ``timeout``, ``agent_reasoning``): it goes through the gate;
- ``action_type``, and where they matter ``amount``, ``currency`` and ``timeout``: it is taken to be held.

Everything is read before anything is simulated, since lines may stand in any order of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

import msgspec

from bot.domain.jsontext import read
from bot.domain.money import CURRENCY, Money, decimal_of
from bot.domain.requests import Assessment, Proposal
from bot.errors import BadInput
from bot.policy.document import Policy
from bot.policy.durations import parse_timeout
from bot.policy.yamltree import did_you_mean
from bot.replaying.judging import proposal_of
from bot.replaying.transcripts import read_conversation
from bot.simulating.arriving import TIMEOUT, assumed, held

MAX_LINE = 8 * 1024 * 1024
"""Bytes of one line."""
_HELD = frozenset({"at", "action_type", "amount", "currency", "timeout"})
_PROPOSAL = frozenset(Proposal.__struct_fields__)


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One proposal of the file; ``assessment`` is set where it is taken to be held, and not to be judged."""

    at: datetime
    line: int
    proposal: Proposal
    assessment: Assessment | None = None


def read_arrivals(stream: BinaryIO, name: str, policy: Policy, timeout: str = TIMEOUT) -> list[Entry]:
    """Every proposal of the file, in the order of their times; those of one time as they stand.

    Raises:
        BadInput: at the first line that can't be used, naming file, line, field and remedy.
    """
    entries = [entry for number, line in _lines(stream, name) for entry in _read(number, line, name, policy, timeout)]
    return sorted(entries, key=lambda entry: entry.at)


def _lines(stream: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise BadInput(
                f"is longer than {MAX_LINE // (1024 * 1024)} MiB", field=f"{name}:{number}", remedy="shorten it"
            )
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.strip():
            yield number, line


def _read(number: int, line: bytes, name: str, policy: Policy, timeout: str) -> Iterable[Entry]:
    try:
        value = read(line, what="the line", most_marks=None)
        return _entries(value, number, policy, timeout)
    except BadInput as error:
        field = f"{name}:{number}" if error.field is None else f"{name}:{number}: {error.field}"
        raise BadInput(error.message, field=field, remedy=error.remedy) from error


def _entries(value: Any, number: int, policy: Policy, timeout: str) -> list[Entry]:  # noqa: ANN401 - any JSON
    if not isinstance(value, dict):
        raise BadInput("is not an object", remedy='write {"at": "2026-03-02T09:00:00Z", "action_type": "..."}')
    at = _at(value.get("at"))
    if "messages" in value:
        conversation = read_conversation(number, {name: one for name, one in value.items() if name != "at"})
        for skipped in conversation.skipped:
            raise BadInput(skipped.problem, remedy="mend the call, or leave it out")
        return [Entry(at, number, proposal_of(conversation, call)) for call in conversation.calls]
    if "tool" in value:
        return [Entry(at, number, _proposal(value, timeout))]
    return [_held(value, at, number, policy, timeout)]


def _at(value: object) -> datetime:
    remedy = "say when it came, such as 2026-03-02T09:00:00-05:00"
    if not isinstance(value, str):
        raise BadInput("is missing" if value is None else "is no text", field="at", remedy=remedy)
    try:
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise BadInput(f"{value[:40]!r} lacks its offset", field="at", remedy=remedy)
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput(f"{value[:40]!r} is no time", field="at", remedy=remedy) from error


def _proposal(value: dict[str, Any], timeout: str) -> Proposal:
    said = {name: one for name, one in value.items() if name != "at"}
    _known(said, _PROPOSAL)
    try:
        proposal = msgspec.convert({"arguments": {}, "timeout": timeout, **said}, Proposal)
    except msgspec.ValidationError as error:
        raise BadInput(str(error), remedy="write it as an agent proposes it") from error
    parse_timeout(proposal.timeout)
    return proposal


def _held(value: dict[str, Any], at: datetime, number: int, policy: Policy, timeout: str) -> Entry:
    _known(value, _HELD)
    action_type = value.get("action_type")
    if not isinstance(action_type, str):
        raise BadInput(
            "is missing", field="action_type", remedy="name an action of the policy, or send tool or messages"
        )
    action = policy.actions.get(action_type)
    if action is None:
        raise BadInput(
            f"{action_type[:80]!r} is no action of the policy",
            field="action_type",
            remedy=did_you_mean(action_type, policy.actions),
        )
    amount: Money | None = None
    if value.get("amount") is not None:
        currency = value.get("currency") or action.currency
        if not isinstance(currency, str) or not CURRENCY.fullmatch(currency):
            raise BadInput("is no currency", field="currency", remedy="write an ISO 4217 code such as USD")
        amount = Money(decimal_of(value["amount"]), currency)
    lasts = value.get("timeout") or timeout
    parse_timeout(lasts)
    return Entry(at, number, assumed(policy, action_type, lasts), held(policy, action_type, amount, rule="given"))


def _known(value: dict[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(set(value) - known)
    if unknown:
        raise BadInput("is not a known field", field=unknown[0][:80], remedy=did_you_mean(unknown[0], known))
