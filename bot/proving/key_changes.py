"""Changes of the signing key: each is on record, vouched for by the old key and by the new one.

Whoever trusts either key can go on from it: the old one says which key follows it, the new one which key it follows.
Once a checkpoint was signed by the newer key, the older one signs no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.events import EventRecord, Noted, event_of
from bot.domain.people import Actor
from bot.errors import BadInput, SignoffError
from bot.ports import Signer, Store
from bot.proving.keys import Keyring, PublicKey, read_public_key
from bot.recording import Needs, stream_of

LEDGER = "keys"
WHAT = "key.changed"
_LABEL = "signoff key change v1"


class KeyedSigner(Signer, Protocol):
    """A signer whose public part can be shown."""

    @property
    def public_key(self) -> PublicKey:
        """What its signatures are checked with."""
        ...


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One change that both keys vouch for."""

    before: PublicKey
    now: PublicKey


def statement(before: PublicKey, now: PublicKey) -> bytes:
    """What both keys sign: three lines, each ended by a line feed."""
    return f"{_LABEL}\nbefore {before.line}\nnow {now.line}\n".encode()


def changed(old: KeyedSigner, new: KeyedSigner) -> Noted:
    """The fact of a change, signed by both."""
    signed = statement(old.public_key, new.public_key)
    return Noted(
        WHAT,
        {
            "before": old.key_id,
            "now": new.key_id,
            "before_key": old.public_key.line,
            "now_key": new.public_key.line,
            "before_signature": old.sign(signed).hex(),
            "now_signature": new.sign(signed).hex(),
        },
    )


async def record_change(store: Store, old: KeyedSigner, new: KeyedSigner, by: Actor) -> bool:
    """Put the change on record, once; whether it was not there before."""
    known = await store.events(stream_of("ledger", LEDGER))
    if any((one.before.id, one.now.id) == (old.key_id, new.key_id) for one in changes_in(known)):
        return False
    event = changed(old, new)
    await store.transact(Needs(ledgers=(LEDGER,)), lambda view: view.record("ledger", LEDGER, event, by))
    return True


def changes_in(records: Iterable[EventRecord]) -> list[KeyChange]:
    """The changes among the records of the keys' ledger that both keys vouch for; anything else counts for nothing."""
    found = []
    for record in records:
        change = _change(record)
        if change is not None:
            found.append(change)
    return found


def _change(record: EventRecord) -> KeyChange | None:
    try:
        event = event_of(record)
        if not isinstance(event, Noted) or event.what != WHAT or "before_key" not in event.facts:
            return None
        facts = {name: str(value) for name, value in event.facts.items()}
        change = KeyChange(read_public_key(facts["before_key"]), read_public_key(facts["now_key"]))
        signed = statement(change.before, change.now)
        good = change.before.verifies(bytes.fromhex(facts["before_signature"]), signed) and change.now.verifies(
            bytes.fromhex(facts["now_signature"]), signed
        )
    except (SignoffError, LookupError, ValueError, TypeError, AttributeError):  # not what was ever written there
        return None
    return change if good else None


class Events(Protocol):
    """What is read of a record."""

    async def events(self, stream: str) -> Sequence[EventRecord]:
        """See ``bot.ports.Library``."""
        ...


async def with_changes(source: Events, keys: Keyring) -> Keyring:
    """The keys that are trusted, and those that the record's changes lead to from them."""
    try:
        records = await source.events(stream_of("ledger", LEDGER))
    except (BadInput, ValueError, TypeError, AttributeError, OverflowError):  # named when the stream is verified
        return keys
    return followed(keys, changes_in(records))


def followed(keys: Keyring, changes: Sequence[KeyChange]) -> Keyring:
    """The keyring with every key that changes lead to, either way, and who follows whom."""
    trusted = {key.id: key for key in keys.keys}
    reached = True
    while reached:
        reached = False
        for change in changes:
            for here, there in ((change.before, change.now), (change.now, change.before)):
                if here.id in trusted and there.id not in trusted:
                    trusted[there.id] = there
                    reached = True
    before: dict[str, set[str]] = {}
    for change in changes:
        if change.before.id in trusted:
            before.setdefault(change.now.id, set()).add(change.before.id)
    return Keyring(trusted.values(), before)
