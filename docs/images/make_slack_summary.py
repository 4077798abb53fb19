# ruff: noqa: INP001 - a script, no package
"""Make the picture of a summary anew, from the JSON that would be sent: `python docs/images/make_slack_summary.py`.

Needs Chromium on PATH, the fonts Lato and Noto Color Emoji, and the development environment. Writes slack-summary.png
beside itself, below 200 kB: two made-up weeks through the real flows, the same each time.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from random import Random

from playwright.async_api import async_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))  # run as a file, so the tree's root is not on the path yet

from adapters.slack.cards.summary import summary_message  # noqa: E402 - after the path
from bot.answering import Answering  # noqa: E402 - after the path
from bot.deciding import Approve, ApproveWithEdits, Reject  # noqa: E402 - after the path
from bot.domain.requests import OutcomeStatus, Request  # noqa: E402 - after the path
from tests.rigs.browser import ARGUMENTS, find_chromium  # noqa: E402 - after the path
from tests.rigs.house import POLICY, House, new_house  # noqa: E402 - after the path
from tests.rigs.slack_pictures import Reader, page_of  # noqa: E402 - after the path

MAX_BYTES = 200_000
REASONS = "[wrong_amount, not_eligible, wrong_customer]"
DECIDERS = ("dana", "dana", "dana", "lee", "lee", "omar")


async def week(house: House, chance: Random, count: int) -> None:
    """So many proposals, one every hour or so of seven days, each decided as people do."""
    for number in range(count):
        amount = chance.choice((12, 18, 24.5, 60, 85, 120, 140, 260, 480, 2600))
        context = {
            "customer": f"c{chance.random()}",
            "session": f"s{number}",
            "build": chance.choice(("2.4", "2.4", "2.5")),
        }
        request = (await house.propose(amount, context=context)).request
        if request.pending:
            await decide(house, chance, request, amount)
        elif request.grant is not None:
            await run(house, request, OutcomeStatus.SUCCEEDED)
        house.clock.move(hours=chance.uniform(0.6, 1.4) * 160 / count)
        await house.sweep()


async def decide(house: House, chance: Random, request: Request, amount: float) -> None:
    """Mostly soon, mostly as proposed."""
    fate = chance.random()
    if fate < 0.04:  # noqa: PLR2004 - one of twenty-five nobody looks at
        return
    house.clock.move(seconds=chance.choice((3, 40, 75, 110, 160, 240, 300, 420, 600, 1100)))
    who = "dana" if amount > 450 else chance.choice(DECIDERS)  # noqa: PLR2004 - Lee's limit is 500
    if fate < 0.17:  # noqa: PLR2004 - about one of eight is too much
        less = round(amount * 0.75)
        await house.say(request, ApproveWithEdits({"amount": less}, "Part of it is fair"), who)
        again = await house.propose(less, context=request.proposal.context)
        await run(house, again.request, OutcomeStatus.SUCCEEDED)
    elif fate < 0.32:  # noqa: PLR2004 - about one of seven is refused
        reason = chance.choice(("not_eligible", "not_eligible", "wrong_amount", "wrong_customer"))
        await house.say(request, Reject(reason, "No"), who)
    else:
        await house.say(request, Approve(), who)
        if fate < 0.95:  # noqa: PLR2004 - the agent forgets a few
            await run(house, request, OutcomeStatus.FAILED if fate > 0.93 else OutcomeStatus.SUCCEEDED)  # noqa: PLR2004 - rare


async def run(house: House, request: Request, status: OutcomeStatus) -> None:
    """Redeem and report."""
    await house.redeeming.redeem(request.id, key=f"run-{request.id}", **house.agent)
    await house.redeeming.report(request.id, status=status, note=None, **house.agent)


async def take(html: str, path: Path) -> None:
    """A picture at a scale at which a long message is no large file."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=find_chromium(), args=[*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        )
        page = await started.new_page(viewport={"width": 640, "height": 400}, device_scale_factor=1.15)
        await page.set_content(html)
        await page.locator("#shown").screenshot(path=path)
        await started.close()


async def main() -> None:
    """The picture."""
    house = await new_house(policy=POLICY.replace("[wrong_amount, not_eligible]", REASONS))
    chance = Random(7)  # noqa: S311 - the same picture each time
    await week(house, chance, 96)
    await week(house, chance, 118)
    request = (await house.propose(310, context={"customer": "c", "session": "s", "build": "2.5"})).request
    assert request.pending  # noqa: S101 - one waits, as there always is
    house.clock.move(minutes=4)
    summary = await Answering(house.store, house.clock, lambda: house.policy).summary("refunds")
    path = HERE / "slack-summary.png"
    drawn = summary_message(summary, desk_url="https://signoff.acme.test/desk/")
    await take(page_of(drawn, Reader(now=house.clock.now())), path)
    if path.stat().st_size >= MAX_BYTES:
        sys.exit(f"{path.name} has {path.stat().st_size} bytes; make it smaller")


if __name__ == "__main__":
    asyncio.run(main())
