"""Files of decisions in a small house, signed with keys that tests know."""

from __future__ import annotations

from adapters.signing import derive_keys
from bot.domain.events import Noted
from bot.filing import DecisionFile, Filing, Key, Sight
from bot.proving.findings import Report
from bot.proving.keys import Keyring
from bot.proving.record import verify as verify_record
from bot.proving.verifying import Step, Verifying
from bot.recording import Needs
from bot.sealing import seal_pending
from tests.rigs.house import House

KEYS = derive_keys(bytes(range(32)))
TRUSTED = Keyring([KEYS.public_key])


def filing_of(house: House) -> Filing:
    """What makes files in this house."""
    return Filing(house.store, house.clock, Key(KEYS.signer, KEYS.public_key))


def verifying_of(house: House) -> Verifying:
    """What verifies the record of this house, in this process."""

    async def verify(step: Step) -> Report:
        total = await house.store.recorded()
        return await verify_record(house.store, TRUSTED, progress=lambda more: step(more, total))

    return Verifying(house.store, house.clock, lambda: house.policy, TRUSTED, verify)


async def note_policy(house: House) -> None:
    """As the server does when it starts."""
    event = Noted("policy.in_use", {"version": house.policy.version, "text": house.policy.text})
    await house.store.transact(
        Needs(ledgers=("policy",)), lambda view: view.record("ledger", "policy", event, house.operator)
    )


async def sealed(house: House) -> None:
    """Seal everything that is on record."""
    await seal_pending(house.store.seals, KEYS.signer, house.clock)


async def filed(house: House, request_id: str, sight: Sight = Sight.WHOLE) -> DecisionFile:
    """The file of a request, with everything sealed before."""
    await sealed(house)
    return await filing_of(house).take(request_id, sight, house.operator)
