"""Whatever stands in a policy, a name or a message: answers, notices, pings and forms to stop something are inert."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.teams import cards as teams
from adapters.teams.cards import answers, limits
from adapters.teams.cards.room import size
from adapters.teams.client.drawing import card_activity, lines_activity, text_activity
from adapters.teams.client.people import Member
from bot.cards import HistoryLine, card
from bot.cards.pauses import Stopped
from bot.domain.people import Person
from bot.errors import BadInput, NotAllowed
from bot.policy.loading import load
from tests.fakes.teams.cards.mentions import notified
from tests.rigs.hostile import HOSTILE
from tests.rigs.house import POLICY, START, new_house
from tests.unit.teams_cards.schema_check import problems

Json = dict[str, Any]
DESK = "https://signoff.acme.test/desk"
LOADED = load(POLICY, "policy.yaml")
WORDS = st.one_of(
    st.sampled_from(sorted(HOSTILE.values())), st.text(max_size=400), st.text(max_size=30).map(lambda text: text * 200)
)


def made(text: str) -> list[Json]:
    """Every answer that holds somebody's words."""
    owner = replace(LOADED.owners["refunds"], title=text)
    people = {id_: Person(id_, "x@acme.test", text, Decimal(5)) for id_ in LOADED.people}
    policy = replace(LOADED, people=people, owners={"refunds": owner})
    return [
        answers.say_card(text, text),
        answers.help_card(),
        answers.unknown_command_card(text),
        answers.who_card(owner, policy, dict.fromkeys(people, text)),
        answers.unknown_owner_card(text, policy),
        answers.not_linked_card(text, [text] * 40),
        answers.not_linked_card(None, [text]),
        answers.refusal_card(BadInput(text, field=text, remedy=text)),
        answers.refusal_card(NotAllowed(text, remedy=text)),
        _form(teams.pause_dialog([(f"agent:{n}", text) for n in range(80)], None, {"reason": text}, {"": text})),
        _form(teams.resume_dialog([Stopped(f"agent:{n}", text, text, text, START) for n in range(80)])),
    ]


def _form(dialog: Json) -> Json:
    content: Json = dialog["card"]["content"]
    return content


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WORDS)
def test_any_words_in_an_answer_are_only_words(text: str) -> None:
    for shown in made(text):
        assert problems(shown) == []
        assert size(shown) <= limits.ACTIVITY_BYTES
        done = notified("", [], [shown])
        assert (done.people, done.images, done.links) == ([], [], [])


@pytest.mark.parametrize("name", sorted(HOSTILE))
async def test_a_message_calls_only_whom_it_should_whatever_they_are_called(name: str) -> None:
    text = HOSTILE[name]
    house = await new_house()
    request = await house.held(reason=text)
    drawn = card(request, house.policy, viewer=None, now=house.clock.now())
    await house.store.close()
    lee = Member("id-lee", "29:1lee", text, None, "")
    viewers = [Member(f"id-{n}", f"29:1{n:0100}", text, None, "") for n in range(80)]
    ping = card_activity(
        drawn, calls=[lee], lead=text, desk_url=DESK, posting="p" * 36, viewers=viewers, personal=False
    )
    (shown,) = [each["content"] for each in ping["attachments"]]
    assert size(ping) <= limits.ACTIVITY_BYTES
    assert problems(shown) == []
    assert len(shown["refresh"]["userIds"]) == limits.REFRESH_USERS
    done = notified(ping["summary"], [], [shown])
    assert (done.people, done.links, done.images) == (["29:1lee"], [DESK], [])
    lines = lines_activity([HistoryLine(START, text, None, "approved it", text)], [lee])
    assert size(lines) <= limits.ACTIVITY_BYTES
    done = notified(lines["text"], lines["entities"], [])
    assert (done.people, done.links, done.images) == (["29:1lee"], [], [])
    assert text_activity(text)["textFormat"] == "plain", "which no client reads as anything else"
