"""A tool that pays refunds, the person who decides about one, and what must have run then."""

from __future__ import annotations

from typing import Any

from tests.rigs.server import Server


class Till:
    """The tool: what it ran."""

    def __init__(self) -> None:
        self.ran: list[dict[str, Any]] = []

    def issue_refund(self, amount: float, reason: str) -> str:
        """Pay a refund."""
        self.ran.append({"amount": amount, "reason": reason})
        return f"paid {amount:g}"


async def decide(server: Server, id_: str, decision: str) -> None:
    """Let Dana `approve`, `reject` or `edit` a request at the desk."""
    async with server.reviewer() as dana:
        if decision == "approve":
            await dana.approve(id_)
        elif decision == "reject":
            await dana.reject(id_, "not_eligible", "The parcel was on time.")
        else:
            await dana.edit(id_, {"amount": "80.50"})


def check_what_ran(till: Till, decision: str, answer: str) -> None:
    """The till paid what was decided, and the agent was told that."""
    if decision == "reject":
        assert not till.ran
        assert "not_eligible: The parcel was on time." in answer
        return
    amount = 120 if decision == "approve" else 80.5
    assert till.ran == [{"amount": amount, "reason": "Late"}]
    assert answer == f"It said: paid {amount:g}"
