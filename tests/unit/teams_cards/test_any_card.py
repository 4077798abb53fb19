"""Whatever request the gate takes, its card is one that Teams takes, and its texts do nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from adapters.teams import cards as teams
from adapters.teams.cards import limits
from adapters.teams.cards.room import size
from bot.cards import Card, card, change_rows, history
from bot.cards.masking import Masker
from bot.cards.pauses import Stopped
from bot.domain.requests import Request
from bot.forms import inputs
from bot.receiving import Home
from tests.fakes.teams.cards import offers
from tests.fakes.teams.cards.mentions import Notified, notified
from tests.unit.slack_cards.test_any_card import ASKED, DESK, NAMES, SECRET, SECRETS, Asked, Town
from tests.unit.teams_cards.schema_check import problems

Json = dict[str, Any]
CALLED = [teams.Mention("29:1lee", "Lee"), teams.Mention("29:1vera", "Vera <at>*x*</at> https://evil.test")]
VIEWERS = [f"29:1{number:0100}" for number in range(60)]


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    town = Town()
    yield town
    town.runner.run(town.house.store.close())
    town.runner.close()


def is_taken(shown: Json, most: int = limits.CARD_BYTES) -> None:
    """Teams takes it, with room for what stands around it."""
    assert problems(shown) == []
    assert size(shown) <= most


def does_nothing(shown: Json) -> None:
    """It calls nobody, and leads nowhere but to the desk."""
    done = notified("", [], [shown])
    assert (done.people, done.images) == ([], [])
    assert {*done.links} <= {DESK, f"{DESK}/file"}


def _page(shown: Card) -> Home:
    paused = [Stopped("everything", shown.title, shown.title, shown.title, shown.opened_at)] * 9
    return Home("Dana", shown.opened_at, [shown] * 15, 2, [shown] * 9, {}, [shown] * 9, paused, DESK)


def verbs(shown: Json) -> set[str]:
    return {name for each in offers(shown) for name in each.names}


def every_dialog(town: Town, request: Request, shown: Card) -> Iterator[Json]:
    """Each dialog as it is for this request; those about masked or changed values too."""
    house = town.house
    masker = Masker(request, frozenset())
    said = request.proposal.agent_reasoning or ""
    typed = {"note": said, "reason_code": said, "text": said}
    wrong = {"amount": said, "gone": said}
    rows = change_rows(request, house.policy, masker, request.proposal.arguments | {"amount": 3})
    lines = history(town.runner.run(house.store.events(f"request:{request.id}")), request, house.policy)
    fields = inputs(request, house.policy, masker.hidden, {}, wrong)
    yield teams.reject_dialog(shown, typed, wrong)
    yield teams.edit_dialog(shown, fields, {"note": said}, said, "threshold", DESK)
    yield teams.review_dialog(shown, rows, said, None, "key", DESK)
    yield teams.ask_dialog(shown, typed, wrong)
    yield teams.revoke_dialog(shown, typed, wrong)
    yield teams.reassign_dialog(shown, [("lee", said or "Lee"), ("vera", "Vera")], typed, wrong)
    yield teams.snooze_dialog(shown, [("1h", "In 1 hour")], wrong)
    yield teams.dialog("Details", teams.details_card(shown, lines, DESK))
    yield teams.dialog("Explain", teams.explain_card(shown, request, DESK))
    for row in shown.changes[:2]:
        yield teams.dialog("Masked field", teams.shown_card(row))


@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # what is asked is large on purpose
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=100, deadline=None)
@given(ASKED)
def test_any_request_has_a_card_that_teams_takes(town: Town, asked: Asked) -> None:
    arguments = asked.arguments | (SECRETS if asked.secrets else {})
    request = town.runner.run(town.request(arguments, asked.context, asked.step, asked.said))
    shown = town.shown(request, asked.who)
    viewer, drawn = asked.who is not None, {}
    for inline in (False, True):
        drawn = teams.card_attachment(
            shown, mentions=CALLED, lead=asked.lead, desk_url=DESK, viewer=viewer, inline=inline
        )
        is_taken(drawn)
        people = ["29:1lee", "29:1vera"] if shown.status.open else []
        links = [DESK] if shown.status.open else [DESK, f"{DESK}/file"]
        assert notified("", [], [drawn]) == Notified(people=people, links=links)
        assert "details" in verbs(drawn)
        assert shown.status.open or not verbs(drawn) & {"approve", "reject", "edit"}
        assert SECRET not in json.dumps(drawn, ensure_ascii=False)
    whole = {"attachments": [{"content": drawn | {"refresh": teams.refresh_for(VIEWERS, request.id)}}]}
    assert size(whole) + limits.FALLBACK_TEXT // 4 < limits.ACTIVITY_BYTES
    assert notified(teams.fallback_text(shown, asked.lead), [], []).nothing
    records = history(town.runner.run(town.house.store.events(f"request:{request.id}")), request, town.house.policy)
    is_taken(teams.lines_card(records))
    does_nothing(teams.lines_card(records))
    assert notified(teams.lines_text(records), [], []).nothing
    for answer in (teams.request_card(shown, DESK), teams.home_card(_page(shown), asked.lead)):
        is_taken(answer)
        does_nothing(answer)


@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # what is asked is large on purpose
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=60, deadline=None)
@given(ASKED)
def test_any_request_has_dialogs_that_teams_takes(town: Town, asked: Asked) -> None:
    arguments = asked.arguments | (SECRETS if asked.secrets else {})
    request = town.runner.run(town.request(arguments, asked.context, asked.step, asked.said))
    for dialog in every_dialog(town, request, town.shown(request, "dana")):
        assert 0 < len(dialog["title"]) <= limits.DIALOG_TITLE
        content = dialog["card"]["content"]
        is_taken(content, limits.ACTIVITY_BYTES)
        does_nothing(content)
        assert SECRET not in json.dumps(content, ensure_ascii=False)


@pytest.mark.parametrize("text", ['"\\\n' * 900, "&<>" * 900, "é\u0301 " * 900, "👩‍👧" * 900, "*_~`:@#" * 400])
@pytest.mark.parametrize("step", ["held", "asked", "edited", "rejected"])
def test_the_longest_texts_everywhere_at_once(town: Town, text: str, step: str) -> None:
    arguments = {f"{n} {text[:200]}": text for n in range(60)} | SECRETS
    context: dict[str, Any] = {**dict.fromkeys(NAMES, text)}
    context |= dict.fromkeys(("evidence", "citations", "transcript"), [text] * 40)
    context |= {"signals": {f"{n} {text[:200]}": text for n in range(60)}}
    request = town.runner.run(town.request(arguments, context, step, text))
    everybody = [teams.Mention(f"29:1{number:0100}", text[:60]) for number in range(80)]
    shown = town.shown(request, None)
    drawn = teams.card_attachment(shown, mentions=everybody, lead=text, desk_url=DESK, inline=True)
    is_taken(drawn)
    assert "… the rest under Details" in json.dumps(drawn, ensure_ascii=False)
    for dialog in every_dialog(
        town, request, card(request, town.house.policy, viewer=town.house.person("dana"), now=town.house.clock.now())
    ):
        is_taken(dialog["card"]["content"], limits.ACTIVITY_BYTES)
