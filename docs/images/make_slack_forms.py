# ruff: noqa: INP001 - a script, no package
"""Make the pictures of Slack's modals and Home anew, from the JSON that would be sent.

`python docs/images/make_slack_forms.py [folder]`; needs Chromium on PATH, the fonts Lato and Noto Color Emoji, and the
development environment. Writes beside itself, each below 200 kB; into a folder it writes every modal, to look at.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))  # run as a file, so the tree's root is not on the path yet

from adapters.slack.cards import answers, modals  # noqa: E402 - after the path
from adapters.slack.cards.explanation import explain_view  # noqa: E402 - after the path
from adapters.slack.cards.home import Home, home_view  # noqa: E402 - after the path
from bot.cards import Card, card, change_rows, history  # noqa: E402 - after the path
from bot.cards.masking import Masker  # noqa: E402 - after the path
from bot.cards.pauses import stopped  # noqa: E402 - after the path
from bot.deciding import Approve, Snooze  # noqa: E402 - after the path
from bot.domain.pauses import Pause  # noqa: E402 - after the path
from bot.domain.requests import Request  # noqa: E402 - after the path
from bot.forms import inputs  # noqa: E402 - after the path
from bot.listing import decided_today, queue_of  # noqa: E402 - after the path
from tests.rigs.house import House, new_house  # noqa: E402 - after the path
from tests.rigs.slack_pictures import Reader, render_blocks  # noqa: E402 - after the path
from tests.rigs.slack_scenes import AGENT, NAMES, POLICY, phone_change, propose, refund  # noqa: E402 - after the path

MAX_BYTES = 200_000
DESK = "https://signoff.acme.test/desk/"
PUBLISHED = ("slack-reject", "slack-edit", "slack-review", "slack-home")


async def a_morning() -> tuple[House, dict[str, Mapping[str, Any]]]:
    """What Dana opens one after the other on a morning with four requests."""
    house = await new_house(policy=POLICY)
    dana = house.person("dana")
    small = await refund(house, 64.9)
    house.clock.move(minutes=3)
    await house.say(small, Approve(), "dana", "slack")
    account = {"account_id": "acc_12", "reason": "Moves abroad", "keep_data": True}
    closing = await propose(house, "close_account", account, customer="cust_13", session="s3")
    await house.say(closing, Snooze(house.clock.now().replace(hour=16)), "dana", "slack")
    house.clock.move(minutes=2)
    shown = await refund(house)
    house.clock.move(minutes=4)
    await phone_change(house)
    house.clock.move(minutes=7)
    now = house.clock.now()

    def drawn(request: Request) -> Card:
        return card(request, house.policy, viewer=dana, now=now, agent=AGENT)

    found, hidden = drawn(shown), Masker(shown, frozenset()).hidden
    typed = {"note": "It was refunded yesterday by phone; tell the customer so.", "reason_code": "not_eligible"}
    edited = shown.proposal.arguments | {"amount": 80, "method": "store_credit"}
    rows = change_rows(shown, house.policy, Masker(shown, frozenset()), edited)
    lines = history(await house.store.events(f"request:{shown.id}"), shown, house.policy, agent=AGENT)
    queue = await queue_of(house.store, house.policy, dana, now)
    pause = Pause(
        "action:account_close", "vera", "Two accounts were closed by mistake this morning", now.replace(minute=5)
    )
    home = Home(
        dana.name,
        now,
        [drawn(one) for one in queue.items],
        queue.more,
        [drawn(one) for one in queue.snoozed],
        {one.id: snooze.until for one in queue.snoozed for snooze in one.snoozes},
        [drawn(one) for one in await decided_today(house.store, house.policy, dana, now)],
        [stopped(pause, house.policy)],
        DESK,
    )
    owner = house.policy.owners["refunds"]
    return house, {
        "slack-reject": modals.reject_form(found, typed),
        "slack-edit": modals.edit_form(found, inputs(shown, house.policy, hidden, {}, {}), desk_url=DESK),
        "slack-review": modals.review_form(found, rows, "Two thirds is fair.", "threshold", "key"),
        "slack-home": home_view(home),
        "details": modals.details(found, lines, DESK),
        "explain": explain_view(found, shown),
        "ask": modals.ask_form(found),
        "reassign": modals.reassign_form(found, [("lee", "Lee Park")]),
        "snooze": modals.snooze_form(found, [("1h", "In 1 hour"), ("4h", "In 4 hours")]),
        "pause": modals.pause_form([("action:refund", "Refund a customer"), ("everything", "Everything")]),
        "resume": modals.resume_form([stopped(pause, house.policy)]),
        "notice": modals.notice("Somebody was first", "It was approved by Lee Park.", "Nothing else is needed of you."),
        "help": answers.help_answer(),
        "who": answers.who_answer(owner, house.policy, {"lee": "away until Monday"}),
        "queue": answers.queue_answer(home.queue, 0, DESK),
        "show": answers.request_answer(found, DESK),
    }


async def main() -> None:
    """The published pictures, or all of them into a folder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    house, views = await a_morning()
    for name, view in views.items():
        if folder is None and name not in PUBLISHED:
            continue
        path = (folder or HERE) / f"{name}.png"
        await render_blocks(view, path, reader=Reader(now=house.clock.now(), names=NAMES))
        if folder is None and path.stat().st_size >= MAX_BYTES:
            sys.exit(f"{path.name} has {path.stat().st_size} bytes; make it smaller")


if __name__ == "__main__":
    asyncio.run(main())
