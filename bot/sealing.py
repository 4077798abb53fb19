"""Sealing: the newest events go into the Merkle tree over the whole record, and its root is signed.

What is signed is a text of six lines, each ended by a line feed, in the form of a transparency log's checkpoint
(c2sp.org/tlog-checkpoint)::

    signoff-record                                  the origin: the name in the key's id
    20852163                                        how many events the tree holds
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=    its RFC 6962 root, base64
    at 2026-05-04T10:31:07.250000Z                  when it was made
    previous 9f86d081...                            SHA-256 of the checkpoint before it, hex; zeros for the first
    key signoff-record+1a2b3c4d                     the id of the key that signs
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Container, Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256

from bot.domain import merkle
from bot.domain.events import Noted
from bot.domain.people import Actor
from bot.errors import KeyRetired, SettingsInvalid
from bot.ports import Checkpoint, Clock, Sealed, Seals, Signer, Store, Unsealed
from bot.recording import Needs, timestamp

NO_CHECKPOINT = bytes(32)
"""What the first checkpoint names as the one before it."""
PIECE = 1000
"""Events that ``seal_pending`` seals in one transaction: some 15 ms on SQLite, where others wait for it."""
ROUNDS = 500


def signed_text(size: int, root: bytes, at: datetime, previous: bytes, key_id: str) -> bytes:
    """The text of a checkpoint that is signed: see the module's note."""
    origin = key_id.rpartition("+")[0] or key_id
    lines = (
        origin,
        str(size),
        b64encode(root).decode(),
        f"at {timestamp(at)}",
        f"previous {previous.hex()}",
        f"key {key_id}",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def text_of(checkpoint: Checkpoint) -> bytes:
    """The text that a checkpoint's signature covers."""
    return signed_text(checkpoint.size, checkpoint.root, checkpoint.at, checkpoint.previous, checkpoint.key_id)


def checkpoint_digest(checkpoint: Checkpoint) -> bytes:
    """What the next checkpoint names as the one before it: SHA-256 over the signed text and the signature."""
    return sha256(text_of(checkpoint) + checkpoint.signature).digest()


def note_of(checkpoint: Checkpoint) -> str:
    """A checkpoint as a signed note (c2sp.org/signed-note), as other logs' tools read it."""
    name, _, short = checkpoint.key_id.rpartition("+")
    line = b64encode(bytes.fromhex(short) + checkpoint.signature).decode()
    return f"{text_of(checkpoint).decode()}\n\N{EM DASH} {name} {line}\n"


def next_checkpoint(
    unsealed: Unsealed, signer: Signer, clock: Clock, follows: Container[str] | None = None
) -> Sealed | None:
    """The checkpoint over what was sealed before and what is new; None when nothing is.

    Its time is never before that of the checkpoint before it, whatever the clock does.

    Raises:
        KeyRetired: when the one before it was signed by another key, and by none of ``follows`` (None is any).
    """
    last = unsealed.last
    if last is not None and follows is not None and last.key_id != signer.key_id and last.key_id not in follows:
        raise KeyRetired(f"the record is sealed with the key {last.key_id} now, and this process has {signer.key_id}")
    if not unsealed.hashes:
        return None
    before = last.size if last is not None else 0
    leaves = [merkle.leaf_hash(chained) for chained in unsealed.hashes]
    made = merkle.append(before, unsealed.peaks, leaves)
    size = before + len(leaves)
    known: Mapping[merkle.Name, bytes] = {**unsealed.peaks, **made}
    root = merkle.root_of(size, known)
    at = clock.now() if last is None else max(clock.now(), last.at)
    previous = NO_CHECKPOINT if last is None else checkpoint_digest(last)
    signature = signer.sign(signed_text(size, root, at, previous, signer.key_id))
    return Sealed(Checkpoint(size, root, at, previous, signer.key_id, signature), made)


async def seal_once(
    seals: Seals, signer: Signer, clock: Clock, *, limit: int = 5000, follows: Container[str] | None = None
) -> Checkpoint | None:
    """Seal what may be sealed now, at most ``limit`` events; None when that is nothing or another process is at it.

    Safe to call anywhere at any time.

    Raises:
        KeyRetired: as ``next_checkpoint``.
    """
    make = partial(next_checkpoint, signer=signer, clock=clock, follows=follows)
    return await seals.seal(make, limit=limit)


async def seal_pending(seals: Seals, signer: Signer, clock: Clock, *, follows: Container[str] | None = None) -> int:
    """Seal everything that may be sealed now, in pieces small enough that other writers hardly wait; how many events.

    Safe to call anywhere at any time. What is more than a minute's worth at full load is left to the next call.

    Raises:
        KeyRetired: as ``next_checkpoint``.
    """
    last = await seals.last()
    start = size = last.size if last is not None else 0
    for _ in range(ROUNDS):
        checkpoint = await seal_once(seals, signer, clock, limit=PIECE, follows=follows)
        if checkpoint is None:
            break
        before, size = size, checkpoint.size
        if size - before < PIECE:
            break
    return size - start


async def require_same_key(
    store: Store,
    signer: Signer,
    *,
    by: Actor,
    new_key: bool,
    handed_on: Collection[tuple[str, str]] = (),
) -> None:
    """Go on with the key that sealed the record so far; another one only where that is meant, and it is recorded.

    ``handed_on`` are the changes on record that both keys vouch for: ids before and after.

    Raises:
        SettingsInvalid: when the key is another one, and nobody said that it is meant to be.
    """
    last = await store.seals.last()
    if last is None or last.key_id == signer.key_id or (last.key_id, signer.key_id) in handed_on:
        return
    if not new_key:
        raise SettingsInvalid(
            f"the record was sealed with the key {last.key_id}, and this key is {signer.key_id}",
            field="SIGNOFF_KEY",
            remedy="restore the key (SIGNOFF_KEY_FILE or SIGNOFF_KEY); when `signoff audit rotate-key` was broken off, "
            "run it again; when the key is lost for good, `signoff serve --new-key` goes on with this one: webhooks "
            "have to be registered again, and auditors need both public keys",
        )
    event = Noted("key.changed", {"before": last.key_id, "now": signer.key_id})
    await store.transact(Needs(ledgers=("keys",)), lambda view: view.record("ledger", "keys", event, by))
