"""Keys, and the checkpoints that they sign."""

from __future__ import annotations

import asyncio
import multiprocessing
import stat
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from adapters.signing import derive_keys, load_keys
from bot.domain import merkle
from bot.errors import BadInput, SettingsInvalid
from bot.ports import Checkpoint, Unsealed
from bot.proving.keys import Keyring, PublicKey, read_public_key
from bot.sealing import NO_CHECKPOINT, PIECE, checkpoint_digest, next_checkpoint, note_of, seal_pending, text_of
from tests.rigs.house import new_house

NOW = datetime(2026, 5, 4, 10, 31, 7, 250000, UTC)
KEYS = derive_keys(bytes(range(32)))


class StoppedClock:
    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


def grow(*sizes: int, clock: StoppedClock | None = None) -> tuple[list[Checkpoint], dict[merkle.Name, bytes]]:
    clock = clock or StoppedClock(NOW)
    checkpoints: list[Checkpoint] = []
    nodes: dict[merkle.Name, bytes] = {}
    size = 0
    for count in sizes:
        hashes = tuple(number.to_bytes(32, "big") for number in range(size, size + count))
        peaks = {name: nodes[name] for name in merkle.peaks_of(size)}
        last = checkpoints[-1] if checkpoints else None
        sealed = next_checkpoint(Unsealed(last, peaks, hashes), KEYS.signer, clock)
        assert sealed is not None
        nodes.update(sealed.nodes)
        checkpoints.append(sealed.checkpoint)
        size += count
    return checkpoints, nodes


def test_the_signed_text() -> None:
    (first, second), nodes = grow(3, 4)
    assert text_of(second).decode().splitlines() == [
        "signoff-record",
        "7",
        b64encode(merkle.root_of(7, nodes)).decode(),
        "at 2026-05-04T10:31:07.250000Z",
        f"previous {checkpoint_digest(first).hex()}",
        f"key {KEYS.public_key.id}",
    ]
    assert first.previous == NO_CHECKPOINT
    assert Keyring([KEYS.public_key]).signed(first)
    assert Keyring([KEYS.public_key]).signed(second)


def test_nothing_new_is_no_checkpoint() -> None:
    assert next_checkpoint(Unsealed(None, {}, ()), KEYS.signer, StoppedClock(NOW)) is None


def test_a_clock_that_goes_back_does_not_take_the_checkpoints_with_it() -> None:
    clock = StoppedClock(NOW)
    (first,), nodes = grow(2, clock=clock)
    clock.time = NOW - timedelta(hours=1)
    peaks = {name: nodes[name] for name in merkle.peaks_of(2)}
    sealed = next_checkpoint(Unsealed(first, peaks, (bytes(32),)), KEYS.signer, clock)
    assert sealed is not None
    assert sealed.checkpoint.at == NOW


async def test_a_backlog_is_sealed_in_pieces() -> None:
    house = await new_house()
    while len(await house.store.all_events(limit=5000)) < 2 * PIECE + 5:
        await asyncio.gather(*(house.propose(None, tool="unknown") for _ in range(500)))
    events = len(await house.store.all_events(limit=5000))
    assert await seal_pending(house.store.seals, KEYS.signer, house.clock) == events
    sizes = [checkpoint.size for checkpoint in await house.store.seals.checkpoints()]
    assert sizes == [PIECE, 2 * PIECE, events]
    assert await seal_pending(house.store.seals, KEYS.signer, house.clock) == 0
    await house.store.close()


@pytest.mark.parametrize("field", ["size", "root", "at", "previous", "key_id", "signature"])
def test_no_part_of_a_checkpoint_can_be_changed(field: str) -> None:
    (checkpoint,), _ = grow(3)
    other = {
        "size": 4,
        "root": bytes(32),
        "at": NOW + timedelta(microseconds=1),
        "previous": bytes([1] * 32),
        "key_id": "signoff-record+00000000",
        "signature": bytes(64),
    }
    changed = Checkpoint(**{**{name: getattr(checkpoint, name) for name in other}, field: other[field]})
    assert not Keyring([KEYS.public_key]).signed(changed)


def test_another_key_signs_nothing_for_us() -> None:
    (checkpoint,), _ = grow(3)
    assert not Keyring([derive_keys(bytes(32)).public_key]).signed(checkpoint)


def test_signed_notes_are_the_published_form() -> None:
    """The example of c2sp.org/signed-note."""
    key = read_public_key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    assert key.id == "example.com/foo+530d903a"
    signed = b64decode("Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=")
    assert signed[:4].hex() == "530d903a"
    assert key.verifies(signed[4:], b"This is an example message.\n")
    (checkpoint,), _ = grow(3)
    body, _, signature = note_of(checkpoint).rpartition("\n\n")
    mark, name, encoded = signature.split()
    assert (mark, name) == ("\N{EM DASH}", "signoff-record")
    raw = b64decode(encoded)
    assert f"{name}+{raw[:4].hex()}" == KEYS.public_key.id
    assert KEYS.public_key.verifies(raw[4:], (body + "\n").encode())


def test_public_keys_are_read_as_written() -> None:
    key = KEYS.public_key
    assert read_public_key(key.line + "\n") == key
    assert read_public_key(key.pem) == PublicKey(key.raw)
    assert isinstance(load_pem_public_key(key.pem.encode()), Ed25519PublicKey)


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "signoff-record+00000000+" + "A" * 44, "a+12345678+AQID", "-----BEGIN PUBLIC KEY-----\nAA\n"],
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is no public key"):
        read_public_key(text)


def test_derived_keys_differ_from_each_other_and_stay_the_same() -> None:
    again = derive_keys(bytes(range(32)))
    assert again.vault_key == KEYS.vault_key
    assert again.public_key == KEYS.public_key
    assert KEYS.vault_key != KEYS.public_key.raw
    assert len(KEYS.vault_key) == 32
    assert derive_keys(bytes(32)).vault_key != KEYS.vault_key


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "signoff.key"
    keys = load_keys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_keys(path).vault_key == keys.vault_key
    assert [file.name for file in tmp_path.iterdir()] == ["signoff.key"]
    assert load_keys(path, path.read_text().strip()).vault_key == keys.vault_key
    load_keys(tmp_path / "other", "ab" * 32)
    assert not (tmp_path / "other").exists()


def _load(path: str) -> bytes:
    return load_keys(Path(path)).vault_key


def test_processes_that_start_together_make_one_key(tmp_path: Path) -> None:
    path = str(tmp_path / "signoff.key")
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(_load, [path] * 8))) == 1


def test_a_key_file_open_to_others_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "signoff.key"
    load_keys(path)
    path.chmod(0o644)
    with pytest.raises(SettingsInvalid, match="chmod 600"):
        load_keys(path)


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, "ab" * 31, "ab" * 33])
def test_a_broken_key_file_is_refused_not_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "signoff.key"
    path.touch(0o600)
    path.write_text(text)
    with pytest.raises(SettingsInvalid, match="64 hex digits"):
        load_keys(path)
    assert path.read_text() == text


def test_a_key_file_that_can_not_be_made_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as raised:
        load_keys(tmp_path / "missing" / "signoff.key")
    assert raised.value.field == "SIGNOFF_KEY_FILE"
    with pytest.raises(SettingsInvalid):
        load_keys(tmp_path / "signoff.key", create=False)
    with pytest.raises(SettingsInvalid) as raised:
        load_keys(tmp_path / "signoff.key", "12")
    assert raised.value.field == "SIGNOFF_KEY"
