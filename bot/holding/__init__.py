"""Holding: legal holds. While one stands, nothing that it covers is erased, by nobody and by no retention.

What stands is the state of one ledger, which every erasure reads inside its own transaction. A customer is named in it
by a pseudonym, because the ledger outlives the erasing of their data; whom a hold is about lies in the vault, and is
forgotten when it ends.
"""

from bot.holding.gate import ON_HOLD, customers_pseudonym, held, keeping, refuse_held, refuse_held_customer
from bot.holding.placing import NEEDS, STREAM, Holding, Standing, may_hold, standing_now

__all__ = [
    "NEEDS",
    "ON_HOLD",
    "STREAM",
    "Holding",
    "Standing",
    "customers_pseudonym",
    "held",
    "keeping",
    "may_hold",
    "refuse_held",
    "refuse_held_customer",
    "standing_now",
]
