"""Signing keys that rotate, and JSON Web Tokens made and read by hand, so that bad ones can be made as well."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Json = dict[str, Any]
ENDORSED = ("msteams", "webchat", "directline", "skype")


@cache
def _made(number: int) -> rsa.RSAPrivateKey:
    """Making a key takes a tenth of a second: every server of the process uses the same ones."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def encoded(data: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The reverse of `encoded`."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Key:
    """One key of a ring."""

    kid: str
    private: rsa.RSAPrivateKey = field(repr=False)
    endorsements: tuple[str, ...] = ENDORSED

    @property
    def public_pem(self) -> bytes:
        """The public key as a file, which HS256 forgeries take for a secret."""
        public = self.private.public_key()
        return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def as_json(self) -> Json:
        """The key as JSON Web Key."""
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": encoded(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
            "e": encoded(numbers.e.to_bytes(3, "big")),
            "endorsements": list(self.endorsements),
        }

    def sign(self, what: bytes) -> bytes:
        """RS256's signature."""
        return self.private.sign(what, padding.PKCS1v15(), hashes.SHA256())


class Keyring:
    """The published keys, of which the newest endorsed one signs.

    Args:
        name: Goes into the key ids.
        first: Rings with other numbers have other keys.
    """

    def __init__(self, name: str, first: int) -> None:
        self.name = name
        self._next = first
        self.keys: list[Key] = []
        self.add()

    @property
    def newest(self) -> Key:
        """The key that signs now."""
        return self.keys[-1]

    def add(self, endorsements: tuple[str, ...] = ENDORSED) -> Key:
        """Publish one more key; what an older one signed stays good."""
        key = self.stranger(endorsements)
        self.keys.append(key)
        return key

    def rotate(self) -> Key:
        """Publish a new key in the place of all others, as after a leak; the key that is gone."""
        gone = self.newest
        self.keys.clear()
        self.add()
        return gone

    def stranger(self, endorsements: tuple[str, ...] = ENDORSED) -> Key:
        """A key that is not published."""
        key = Key(f"{self.name}-{self._next}", _made(self._next), endorsements)
        self._next += 1
        return key

    def find(self, kid: str) -> Key | None:
        """The published key with this id."""
        return next((key for key in self.keys if key.kid == kid), None)

    def as_json(self) -> Json:
        """The key set as an address publishes it."""
        return {"keys": [key.as_json() for key in self.keys]}


def token(key: Key, claims: Json, **header: Any) -> str:
    """A token signed by this key; `header` overrides its head (None leaves a field out)."""
    head = {"alg": "RS256", "kid": key.kid, "x5t": key.kid, "typ": "JWT", **header}
    parts = [{name: value for name, value in head.items() if value is not None}, claims]
    signed = ".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{signed}.{encoded(key.sign(signed.encode()))}"


def read(text: str, ring: Keyring) -> Json | None:
    """The claims of a token that a published key signed with RS256; None where none did."""
    try:
        head, body, signature = text.split(".")
        said = json.loads(decoded(head))
        key = ring.find(said["kid"])
        if key is None or said["alg"] != "RS256":
            return None
        key.private.public_key().verify(
            decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        claims: Json = json.loads(decoded(body))
    except (ValueError, KeyError, TypeError, binascii.Error, InvalidSignature):
        return None
    return claims
