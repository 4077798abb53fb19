"""What Teams shows on a morning: cards of requests in each state, dialogs and answers, as Adaptive Cards."""

from __future__ import annotations

from typing import Any

from adapters.teams import cards as teams
from bot.answering import Answering
from bot.cards import card, change_rows, history
from bot.cards.masking import Masker
from bot.cards.pauses import stopped
from bot.domain.pauses import Pause
from bot.forms import inputs
from bot.receiving import Home
from tests.rigs.house import House, new_house
from tests.rigs.slack_scenes import AGENT, POLICY, refund, scene

DESK = "https://signoff.acme.test/desk/requests/"
LEE, DANA = teams.Mention("29:1lee", "Lee Park"), teams.Mention("29:1dana", "Dana Ortiz")
JUNE = teams.Mention("29:1june", "June Abara")
_CARDS = {
    "card-held": ("held", (LEE, DANA)),
    "card-claimed": ("claimed", (LEE,)),
    "card-two-signatures": ("two_signatures", (JUNE, DANA)),
    "card-stages": ("stage_two", ()),
    "card-approved": ("approved", ()),
    "card-decided": ("ran", ()),
    "card-rejected": ("rejected", ()),
    "card-expired": ("expired", ()),
    "card-failed": ("failed", ()),
}
Json = dict[str, Any]


async def shown() -> dict[str, Json]:
    """Everything by name: cards, and dialogs (which have a ``title``)."""
    found: dict[str, Json] = {}
    for name, (state, mentions) in _CARDS.items():
        house, request, drawn = await scene(state)
        found[name] = teams.card_attachment(drawn, mentions=mentions, desk_url=DESK + request.id)
        if state == "ran":
            records = await house.store.events(f"request:{request.id}")
            found["lines"] = teams.lines_card(history(records[1:], request, house.policy, agent=AGENT))
        await house.store.close()
    house = await new_house(policy=POLICY)
    found |= await _dialogs(house)
    await house.store.close()
    return found


async def _dialogs(house: House) -> dict[str, Json]:
    dana, vera, request = house.person("dana"), house.person("vera"), await refund(house)
    now, masker = house.clock.now(), Masker(request, frozenset())
    drawn = card(request, house.policy, viewer=dana, now=now, agent=AGENT)
    stranger = card(request, house.policy, viewer=vera, now=now, agent=AGENT)
    typed = {"note": "It was refunded yesterday by phone; tell the customer so.", "reason_code": "not_eligible"}
    fields = inputs(request, house.policy, masker.hidden, {}, {})
    wrong = inputs(request, house.policy, masker.hidden, {"amount": "900"}, {"amount": "is above 500"})
    rows = change_rows(request, house.policy, masker, request.proposal.arguments | {"amount": 80})
    lines = history(await house.store.events(f"request:{request.id}"), request, house.policy, agent=AGENT)
    when = "Two accounts were closed by mistake this morning"
    pause = stopped(Pause("action:account_close", "vera", when, now), house.policy)
    answering = Answering(house.store, house.clock, lambda: house.policy)
    summary = await answering.summary(None, None)
    page = Home("Dana", now, [drawn, drawn], 3, [drawn], {request.id: now}, [drawn], [pause], DESK)
    return {
        "card-viewer": teams.card_attachment(drawn, desk_url=DESK, viewer=True),
        "card-stranger": teams.card_attachment(stranger, desk_url=DESK, viewer=True),
        "card-inline": teams.card_attachment(drawn, desk_url=DESK, viewer=True, inline=True),
        "reject": teams.reject_dialog(drawn, typed),
        "reject-wrong": teams.reject_dialog(drawn, typed, {"note": "is needed"}),
        "edit": teams.edit_dialog(drawn, fields, desk_url=DESK + request.id),
        "edit-wrong": teams.edit_dialog(drawn, wrong, desk_url=DESK + request.id),
        "review": teams.review_dialog(drawn, rows, "Two thirds is fair.", "threshold", "key"),
        "ask": teams.ask_dialog(drawn),
        "reassign": teams.reassign_dialog(drawn, [("lee", "Lee Park")]),
        "snooze": teams.snooze_dialog(drawn, [("1h", "In 1 hour"), ("4h", "In 4 hours")]),
        "pause": teams.pause_dialog([("action:refund", "Refund a customer"), ("everything", "Everything")]),
        "resume": teams.resume_dialog([pause]),
        "details": teams.dialog("Details", teams.details_card(drawn, lines, DESK)),
        "explain": teams.dialog("Why it was held", teams.explain_card(drawn, request, DESK)),
        "notice": teams.notice_card("Somebody was first", "It was approved by Lee Park.", "Nothing else is needed."),
        "help": teams.help_card("@Signoff"),
        "who": teams.who_card(house.policy.owners["refunds"], house.policy, {"lee": "away until Monday"}),
        "queue": teams.home_card(page),
        "queue-empty": teams.home_card(Home("Dana", now, desk_url=DESK)),
        "show": teams.request_card(drawn, DESK),
        "summary": teams.summary_card(summary, desk_url=DESK),
    }
