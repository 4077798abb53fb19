"""Public keys: what an auditor needs to check the signatures, in the one-line form of c2sp.org/signed-note."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bot.errors import BadInput
from bot.ports import Checkpoint
from bot.sealing import text_of

ORIGIN = "signoff-record"
"""The name in the id of every key that signs checkpoints."""

_ED25519 = b"\x01"
_LINE = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")


@dataclass(frozen=True)
class PublicKey:
    """The 32 bytes of an Ed25519 public key, with the name that its owner gave it."""

    raw: bytes
    name: str = ORIGIN

    @cached_property
    def id(self) -> str:
        """``<name>+<8 hex digits>``: the digits are the start of SHA-256 over name, line feed, 0x01 and key."""
        bound = sha256(self.name.encode() + b"\n" + _ED25519 + self.raw).hexdigest()
        return f"{self.name}+{bound[:8]}"

    @property
    def line(self) -> str:
        """``<id>+<base64 of 0x01 and the key>``."""
        return f"{self.id}+{b64encode(_ED25519 + self.raw).decode()}"

    @property
    def pem(self) -> str:
        """The same for tools that read PEM (SubjectPublicKeyInfo); it does not hold the name."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_bytes(serialization.Encoding.PEM, form).decode()

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether this key made the signature over the data."""
        try:
            self._key.verify(signature, data)
        except InvalidSignature:
            return False
        return True

    @cached_property
    def _key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.raw)


def read_public_key(text: str, *, field: str = "public-key") -> PublicKey:
    """A public key from its line or from PEM text.

    Raises:
        BadInput: when it is neither, or its id does not fit its bytes.
    """
    text = text.strip()
    try:
        return _from_pem(text) if text.startswith("-----BEGIN") else _from_line(text)
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadInput(
            f"is no public key: {error}", field=field, remedy="give what `signoff audit public-key` prints"
        ) from error


def _from_line(text: str) -> PublicKey:
    match = _LINE.fullmatch(text)
    if match is None:
        raise ValueError("it has not the form name+digits+base64")
    name, short, encoded = match.groups()
    raw = b64decode(encoded, validate=True)
    if len(raw) != 33 or raw[:1] != _ED25519:  # noqa: PLR2004 - a byte for the algorithm and the 32 bytes of a key
        raise ValueError("it is no Ed25519 key")
    key = PublicKey(raw[1:], name)
    if key.id != f"{name}+{short}":
        raise ValueError(f"its id should be {key.id}")
    return key


def _from_pem(text: str) -> PublicKey:
    key = serialization.load_pem_public_key(text.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError("it is no Ed25519 key")
    return PublicKey(key.public_bytes_raw())


class Keyring:
    """The keys that an auditor trusts; ``before`` says which keys each of them took the place of."""

    def __init__(self, keys: Iterable[PublicKey], before: Mapping[str, AbstractSet[str]] | None = None) -> None:
        self._keys = {key.id: key for key in keys}
        self._before = before or {}

    @property
    def keys(self) -> tuple[PublicKey, ...]:
        """All of them."""
        return tuple(self._keys.values())

    def retired_by(self, key_id: str) -> frozenset[str]:
        """The keys that sign no more once this one has signed."""
        found: set[str] = set()
        ahead = [key_id]
        while ahead:
            new = self._before.get(ahead.pop(), frozenset()) - found
            found |= new
            ahead += new
        return frozenset(found - {key_id})

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(self._keys)

    def signed(self, checkpoint: Checkpoint) -> bool:
        """Whether the key that a checkpoint names is trusted and signed just this checkpoint."""
        return self.verifies(checkpoint.key_id, checkpoint.signature, text_of(checkpoint))

    def verifies(self, key_id: str, signature: bytes, data: bytes) -> bool:
        """Whether the key of this id is trusted and made the signature over the data."""
        key = self._keys.get(key_id)
        return key is not None and key.verifies(signature, data)
