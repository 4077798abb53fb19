"""Bearer tokens: their form, how they are made from random bytes, and what is kept of them.

``sgn_i_`` (instance) or ``sgn_p_`` (provisioner), eight readable characters that name it, ``_``, and 43 characters that
hold 256 random bits. Only the SHA-256 of the whole is kept: with that many bits there is nothing to guess or to salt.
"""

from __future__ import annotations

import hashlib
import re

import msgspec

from bot.domain.agents import CredentialKind

SEED_BYTES = 37
"""Random bytes that one token takes: five name it, thirty-two are its secret."""
_FORM = re.compile(r"sgn_[ip]_[0-9a-z]{8}_[0-9A-Za-z]{43}")
_READABLE = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: nothing in it is taken for something else."""
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LETTER = {CredentialKind.INSTANCE: "i", CredentialKind.PROVISIONER: "p"}


class Token(msgspec.Struct, frozen=True, gc=False):
    """A token at the one moment that it is known: its text, what names it, and what is kept of it."""

    text: str
    prefix: str
    hash: str

    def __repr__(self) -> str:
        return f"Token({self.prefix}...)"


def make_token(kind: CredentialKind, seed: bytes) -> Token:
    """The token that a seed of ``SEED_BYTES`` random bytes makes; the same seed makes the same token."""
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a token is made from {SEED_BYTES} bytes")
    prefix = f"sgn_{_LETTER[kind]}_{_digits(seed[:5], _READABLE, 8)}"
    text = f"{prefix}_{_digits(seed[5:], _BASE62, 43)}"
    return Token(text, prefix, hash_of(text))


def has_form(text: str) -> bool:
    """Whether a text could be a token at all."""
    return _FORM.fullmatch(text) is not None


def hash_of(text: str) -> str:
    """What is kept of a token: lower-case hex SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()


def _digits(raw: bytes, alphabet: str, length: int) -> str:
    number = int.from_bytes(raw, "big")
    found = []
    for _ in range(length):
        number, digit = divmod(number, len(alphabet))
        found.append(alphabet[digit])
    return "".join(reversed(found))
