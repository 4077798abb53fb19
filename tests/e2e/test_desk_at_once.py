"""The desk over HTTP: of those who decide at once one is first, and the others see who."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

from tests.rigs.desk import Desk, served, signed_in, words_of


async def test_of_64_at_once_one_wins_and_63_see_who_and_when(desk: Desk) -> None:
    request = await desk.refund()
    async with signed_in(desk, "dana") as dana, signed_in(desk, "lee") as lee:
        address = f"/desk/requests/{request.id}"
        form = {"reason_code": "wrong_amount", "note": "no"}
        answers = await asyncio.gather(
            *(dana.post(f"{address}/approve", confirmed="yes") for _ in range(32)),
            *(lee.post(f"{address}/reject", **form) for _ in range(32)),
        )
        found = await desk.house.store.request(request.id)
        assert found is not None
        assert found.decision is not None
        winner, loser = ("Dana Ortiz", 32) if found.decision.by.id == "dana" else ("Lee Park", 0)
        records = await desk.house.store.events(f"request:{request.id}")
        assert Counter(record.type for record in records) == {"request.opened": 1, "request.decided": 1}
        assert Counter(status for status, _, _ in answers) == {303: 32, 409: 32}
        for status, page, _ in answers[loser : loser + 32]:
            assert status == 409
            assert f"by {winner} before your click" in words_of(page)
            assert '<dt>When</dt><dd><time datetime="2026-03-02T15:00:00Z"' in page


async def test_64_people_decide_one_request(desk: Desk) -> None:
    people = "\n".join(f"  p{number}: {{email: p{number}@acme.test, name: Person {number}}}" for number in range(64))
    policy = (
        f"version: 1\ntimezone: UTC\ncurrency: USD\npeople:\n{people}\n"
        f"groups:\n  all: {{members: [{', '.join(f'p{number}' for number in range(64))}]}}\n"
        "owners:\n  refunds: {title: Refunds, accountable: p0, risk_owner: p1, channels: {}, approvers: [all]}\n"
        "actions:\n  refund: {title: Refund, class: money, level: commit, owner: refunds, tools: [issue_refund],\n"
        "           amount: arguments.amount}\n"
    )
    async with served(policy=policy) as crowd:
        request = await crowd.propose("issue_refund", {"amount": 5}, customer="c")
        async with contextlib.AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(signed_in(crowd, f"p{number}")) for number in range(64)]
            address = f"/desk/requests/{request.id}/approve"
            answers = await asyncio.gather(*(client.post(address, confirmed="yes") for client in clients))
        found = await crowd.house.store.request(request.id)
        assert found is not None
        assert found.decision is not None
        first = crowd.house.person(found.decision.by.id).name
        assert Counter(status for status, _, _ in answers) == {303: 1, 409: 63}
        assert all(
            f"by {first} before" in page and "2026-03-02T15:00:00Z" in page
            for status, page, _ in answers
            if status == 409
        )
