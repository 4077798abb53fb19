"""Checking a file offline: its events, its words and its signature, with trusted keys and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from bot.domain.events import EventRecord, chain_hash, payload_digest
from bot.domain.people import ActorKind
from bot.errors import BadInput
from bot.filing.composing import compose
from bot.filing.shape import DecisionFile, signed_text, unsigned
from bot.ports import Checkpoint
from bot.proving.findings import Finding, Kind
from bot.proving.keys import Keyring
from bot.proving.lines import EventLine, checkpoint_of_line, event_of_line, hexed, write
from bot.proving.requests import inclusion, verify_record
from bot.recording import stream_of

_SIGNATURE = 64
MOST = 200
"""Differences in words that are listed."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file holds, and what is wrong with it."""

    request: str
    made_at: str
    events: int
    unsealed: int
    """Events without proof: they were not sealed when the file was made."""
    withheld: int
    """Events whose payload is kept back: of what is shown of them, only the server's signature speaks."""
    sealed_at: datetime | None
    findings: tuple[Finding, ...]
    doubts: tuple[str, ...] = ()
    """What could not be checked, in sentences."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.findings

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong and everything could be checked."""
        return self.ok and not self.unsealed and not self.doubts


def check_file(file: DecisionFile, keys: Keyring) -> Checked:
    """Check a file that was read: signature, chain, ways to the checkpoint, and every statement.

    Raises:
        BadInput: when an event's fields can't be read as such.
    """
    withheld = {(one.stream, one.seq) for one in file.withheld}
    proven = verify_record(write(file.proof), keys)
    checkpoint = None if file.proof.checkpoint is None else checkpoint_of_line(file.proof.checkpoint)
    own = [
        one for one in proven.findings if not (one.kind is Kind.PAYLOAD_MISSING and (one.stream, one.seq) in withheld)
    ]
    findings = [
        *_signature(file, keys),
        *_head(file),
        *own,
        *_others(file.others, checkpoint, withheld),
        *_withheld(file),
        *_words(file),
    ]
    lines = (*file.proof.events, *file.others)
    return Checked(
        request=file.request,
        made_at=file.made_at,
        events=len(lines),
        unsealed=sum(line.leaf is None for line in lines),
        withheld=len(file.withheld),
        sealed_at=proven.sealed_at,
        findings=tuple(findings),
    )


def _head(file: DecisionFile) -> Iterator[Finding]:
    """What the file says of itself is what its proof says."""
    for place, said, right in (
        ("request", file.request, file.proof.request),
        ("made_at", file.made_at, file.proof.made_at),
    ):
        if said != right:
            text = "the file names another than its proof does"
            yield Finding(Kind.STATEMENT_DIFFERS, text, place, expected=right, found=said)


def _kept_back(finding: Finding, withheld: set[tuple[str, int]]) -> bool:
    """Whether it says no more than that a payload is missing which the file names as kept back."""
    return finding.kind is Kind.PAYLOAD_MISSING and (finding.stream, finding.seq) in withheld


def _signature(file: DecisionFile, keys: Keyring) -> Iterator[Finding]:
    expected = f"a signature by {' or '.join(keys.ids)}"
    if file.signature is None:
        text = "the file is not signed: only its events speak for it"
        yield Finding(Kind.FORGED_SIGNATURE, text, "file", expected=expected, found="none")
        return
    key_id = file.signature.key_id
    digest = sha256(unsigned(file)).hexdigest()
    signature = hexed(file.signature.signature, "signature", _SIGNATURE)
    if not keys.verifies(key_id, signature, signed_text(file.request, file.made_at, digest, key_id)):
        text = "the file's signature does not fit: it was changed after it was made, or the key is not trusted"
        yield Finding(Kind.FORGED_SIGNATURE, text, "file", expected=expected, found=f"{signature.hex()} by {key_id}")


def _others(
    lines: Sequence[EventLine], checkpoint: Checkpoint | None, withheld: set[tuple[str, int]]
) -> Iterator[Finding]:
    """Each event of another stream by itself: its header, its payload, its way to the root."""
    for line in lines:
        record = event_of_line(line)
        place = (record.stream, record.seq)
        if _hash(record) != record.hash:
            text = "its header (type, time, actor, surface, number, digest or link) is not what was recorded"
            yield Finding(Kind.CHANGED, text, *place, expected=record.hash.hex(), found=_hash(record).hex())
        if record.payload is None:
            if place not in withheld:
                text = "its payload is gone and not named as kept back"
                yield Finding(Kind.PAYLOAD_MISSING, text, *place, expected="a payload", found="nothing")
        elif (body := payload_digest(record.salt or b"", record.payload)) != record.digest:
            text = "its payload is not what was recorded"
            yield Finding(Kind.CHANGED, text, *place, expected=record.digest.hex(), found=body.hex())
        yield from inclusion(line, record, checkpoint)


def _hash(record: EventRecord) -> bytes:
    return chain_hash(
        record.stream, record.seq, record.type, record.at, record.actor, record.surface, record.digest, record.prev
    )


def _withheld(file: DecisionFile) -> Iterator[Finding]:
    """What is kept back is kept back of an event that is there, once, and its payload is not there as well."""
    lines = {(line.stream, line.seq): line for line in (*file.proof.events, *file.others)}
    if len(lines) < len(file.proof.events) + len(file.others):
        yield Finding(Kind.INSERTED, "an event is in the file twice", "file", expected="each once", found="one twice")
    for one in file.withheld:
        line = lines.get((one.stream, one.seq))
        if line is None or line.payload is not None:
            text = "it is named as kept back, and is not there or stands in clear"
            yield Finding(Kind.INSERTED, text, one.stream, one.seq, expected="an event without payload", found="other")


def _words(file: DecisionFile) -> list[Finding]:
    """Every statement, made again from the events and compared with what the file says."""
    try:
        again = compose(file.request, file.proof.events, file.others, file.withheld)
    except BadInput as error:
        return [Finding(Kind.UNREADABLE, f"its events make no file: {error}", "file", expected="events", found="other")]
    said, right = msgspec.to_builtins(file.says), msgspec.to_builtins(again)
    found = [
        Finding(Kind.STATEMENT_DIFFERS, "this does not follow from the events", place, expected=expected, found=got)
        for place, got, expected in differences(said, right, "says")
    ]
    stream = stream_of("request", file.request)
    odd = [line.actor for line in file.proof.events if line.actor.partition(":")[0] not in set(ActorKind)]
    found += [Finding(Kind.UNREADABLE, "an unknown author", stream, expected="an author", found=one) for one in odd]
    return found[:MOST]


def differences(said: Any, right: Any, place: str) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401 - any JSON
    """Where two JSON values differ: the place, what is there, and what should be."""
    if isinstance(said, dict) and isinstance(right, dict):
        for name in dict.fromkeys((*right, *said)):
            yield from differences(said.get(name), right.get(name), f"{place}.{name}")
    elif isinstance(said, list | tuple) and isinstance(right, list | tuple):
        for index in range(max(len(said), len(right))):
            one, other = (side[index] if index < len(side) else None for side in (said, right))
            yield from differences(one, other, f"{place}[{_named(one or other, index)}]")
    elif said != right or isinstance(said, bool) is not isinstance(right, bool):
        yield place, _short(said), _short(right)


def _named(item: Any, index: int) -> str:  # noqa: ANN401 - any JSON
    """A list's item as a reader finds it: a section by its id, an entry by its number and label."""
    if isinstance(item, dict):
        if isinstance(item.get("id"), str) and "entries" in item:
            return str(item["id"])
        if isinstance(item.get("label"), str):
            return f"{index + 1} {item['label']}"
    return str(index + 1)


def _short(value: Any) -> str:  # noqa: ANN401 - any JSON
    text = "nothing" if value is None else value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= MOST else text[:MOST] + "…"
