"""Signing: one master key, kept in a file or given by the environment, from which every other key is derived."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import SettingsInvalid
from bot.proving.keys import PublicKey

KEY_BYTES = 32
_SIGNING = b"signoff checkpoint signing key v1"
_VAULT = b"signoff vault key v1"
_VEIL = b"signoff pseudonym key v1"
_OTHERS_MAY = 0o077
_NEXT = ".next"
_RETIRED = ".retired-"


class Ed25519Signer:
    """Conforms to ``bot.ports.Signer``."""

    def __init__(self, private: bytes) -> None:
        """``private`` is the 32-byte seed of RFC 8032."""
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public_key = PublicKey(self._key.public_key().public_bytes_raw())

    @property
    def key_id(self) -> str:
        """See ``Signer``; the same as the public key's id."""
        return self.public_key.id

    def sign(self, data: bytes) -> bytes:
        """See ``Signer``."""
        return self._key.sign(data)


@dataclass(frozen=True, slots=True)
class Keys:
    """What is derived from the master key; none of it gives away another part."""

    signer: Ed25519Signer
    vault_key: bytes
    """32 bytes for the vault's encryption."""

    @property
    def veil_key(self) -> bytes:
        """32 bytes for the pseudonyms of customers and sessions, until the master key is changed (``bot.app.veil``)."""
        return _derived(self.vault_key, _VEIL)

    @property
    def public_key(self) -> PublicKey:
        """What an auditor checks signatures with."""
        return self.signer.public_key


def derive_keys(master: bytes) -> Keys:
    """The keys of a 32-byte master key: HKDF-SHA256 (RFC 5869) without salt, one label a purpose."""
    return Keys(Ed25519Signer(_derived(master, _SIGNING)), _derived(master, _VAULT))


def load_keys(path: Path, given: str = "", *, create: bool = True) -> Keys:
    """The keys of the master key in ``given`` (64 hex digits) or, when that is empty, in the file.

    With ``create``, a file that does not exist is made with a new random key, readable by its owner alone; of several
    processes that start at once one makes it and all read the same.

    Raises:
        SettingsInvalid: when it can't be read or made, is no key, or others than its owner may read it.
    """
    if given:
        return derive_keys(_read(given, "SIGNOFF_KEY"))
    try:
        if not path.exists():
            if not create:
                raise _missing(path)
            _create(path)
        _refuse_open(path)
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(
            f"the key file {path} can't be read or made: {error}",
            field="SIGNOFF_KEY_FILE",
            remedy="name a file that this process may write once, or give the key in SIGNOFF_KEY",
        ) from error
    return derive_keys(_read(text, "SIGNOFF_KEY_FILE", f"{path} "))


def next_keys(path: Path) -> Keys:
    """The keys that are to take the place of those in a key file: in a file beside it, made when there is none yet.

    Raises:
        SettingsInvalid: when it can't be made or read.
    """
    return load_keys(next_file(path))


def next_file(path: Path) -> Path:
    """Where the next master key waits while a key is changed."""
    return path.with_name(path.name + _NEXT)


def take_next(path: Path, old: PublicKey) -> Path:
    """Put the next master key in the place of the present one, which stays in a file beside it; returns where.

    Safe to repeat, and safe to be broken off: a whole key stands in the key file at every moment.

    Raises:
        SettingsInvalid: when a file can't be written.
    """
    retired = path.with_name(f"{path.name}{_RETIRED}{old.id.rpartition('+')[2]}")
    try:
        with suppress(FileExistsError):
            os.link(path, retired)
        if next_file(path).exists():
            next_file(path).replace(path)
        _sync_folder(path)
    except OSError as error:
        raise SettingsInvalid(
            f"the next key can't be put into {path}: {error}",
            field="SIGNOFF_KEY_FILE",
            remedy="let this user write to its folder, and run it again",
        ) from error
    return retired


def retired_keys(path: Path) -> list[Keys]:
    """The keys whose place another has taken, as far as their files are still there.

    Raises:
        SettingsInvalid: when one of the files is no key.
    """
    return [load_keys(one, create=False) for one in sorted(path.parent.glob(f"{path.name}{_RETIRED}*"))]


def _missing(path: Path) -> SettingsInvalid:
    return SettingsInvalid(
        f"there is no key file {path.absolute()}",
        field="SIGNOFF_KEY_FILE",
        remedy="run this in the server's folder, or name its key file; `signoff serve` makes one",
    )


def _derived(master: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=label).derive(master)


def _read(text: str, field: str, file: str = "") -> bytes:
    try:
        master = bytes.fromhex(text.strip())
    except ValueError:
        master = b""
    if len(master) != KEY_BYTES:
        raise SettingsInvalid(
            f"{file}is not a key of 64 hex digits",
            field=field,
            remedy="restore it from your copy; `openssl rand -hex 32` makes a new one",
        )
    return master


def _create(path: Path) -> None:
    """Write a whole file under another name, then link it: nobody ever sees half a key, and the first one stays."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    _sync_folder(path)


def _sync_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _refuse_open(path: Path) -> None:
    mode = path.stat().st_mode
    if mode & _OTHERS_MAY:
        raise SettingsInvalid(
            f"the key file {path} may be read by others than its owner (mode {mode & 0o777:03o})",
            field="SIGNOFF_KEY_FILE",
            remedy=f"chmod 600 {path}",
        )
