"""The views of one refund, to the letter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.cards import answers, modals
from adapters.slack.cards.explanation import explain_view
from adapters.slack.cards.home import Home, home_view
from bot.cards import card, change_rows, history
from bot.cards.masking import Masker
from bot.cards.pauses import Stopped
from bot.forms import inputs
from tests.rigs.slack_forms import DESK, faults_of_message, faults_of_view
from tests.rigs.slack_scenes import AGENT, scene

GOLDEN = Path(__file__).with_name("golden")


async def everything() -> tuple[dict[str, Any], dict[str, str]]:
    """Each view and answer by name, and what differs from run to run with what stands for it."""
    house, request, _ = await scene("held")
    dana, now, policy = house.person("dana"), house.clock.now(), house.policy
    found = card(request, policy, viewer=dana, now=now, agent=AGENT)
    masker = Masker(request, frozenset())
    rows = change_rows(request, policy, masker, request.proposal.arguments | {"amount": 80})
    records = await house.store.events(f"request:{request.id}")
    paused = Stopped("action:refund", "Refund a customer", "Vera Holm", "Too many", now)
    drawn = {
        "reject": modals.reject_form(found),
        "edit": modals.edit_form(found, inputs(request, policy, masker.hidden, {}, {}), desk_url=DESK),
        "edit_review": modals.review_form(found, rows, "Two thirds is fair.", "threshold", "key"),
        "details": modals.details(found, history(records, request, policy, agent=AGENT), DESK),
        "explain": explain_view(found, request),
        "pause": modals.pause_form([("everything", "Everything")], "everything"),
        "home": home_view(Home(dana.name, now, [found], pauses=[paused], desk_url=DESK)),
        "show": answers.request_answer(found, DESK),
        "help": answers.help_answer(),
    }
    return drawn, {request.id: "REQUEST", request.agent_id: "AGENT", policy.version: "POLICY"}


@pytest.mark.parametrize(
    "name", ["reject", "edit", "edit_review", "details", "explain", "pause", "home", "show", "help"]
)
async def test_a_view_is_what_it_was(name: str) -> None:
    drawn, changing = await everything()
    view = drawn[name]
    assert (faults_of_view if "type" in view else faults_of_message)(view) == []
    text = json.dumps(view, indent=2, ensure_ascii=False) + "\n"
    for changed, stands in changing.items():
        text = text.replace(changed, stands)
    path = GOLDEN / f"{name}.json"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        pytest.fail(f"{path} was not there and is now; look at it and run again")
    assert text == path.read_text(encoding="utf-8")
