"""Erasing: personal data goes, of one request or of everything that a customer left; what proofs need stays.

The erasure is an event itself. It says what remains known (the residue), and its commit deletes the payloads and salts
of the events before it. What was bound by a salted digest can't be guessed back from it; the chain and the tree are
made of digests and stay whole. What remains beside them (a used idempotency key, what was counted) is a pseudonym under
a key of the server's. Nothing is erased that a legal hold keeps.
"""

from bot.erasing.one_request import MAX_REASON, Erasure, erase_request, payloads_of, sayable
from bot.erasing.residues import residue
from bot.erasing.whole_customer import (
    ERASURES,
    Belongings,
    CustomerErasure,
    belongings_of,
    erase_contact,
    erase_customer,
    owners_of,
    refuse_unless_erasable,
    refuse_unless_theirs,
)

__all__ = [
    "ERASURES",
    "MAX_REASON",
    "Belongings",
    "CustomerErasure",
    "Erasure",
    "belongings_of",
    "erase_contact",
    "erase_customer",
    "erase_request",
    "owners_of",
    "payloads_of",
    "refuse_unless_erasable",
    "refuse_unless_theirs",
    "residue",
    "sayable",
]
