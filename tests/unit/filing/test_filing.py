"""The file of one decision: what it says follows from its events, for everybody who may have it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import fields
from typing import Any

import pytest

from bot.deciding import Approve, ApproveWithEdits, Ask, Claim, Reject, Snooze
from bot.domain.events import FeedbackChanged, FeedbackOpened, Revealed
from bot.domain.jsontext import MAX_DEPTH
from bot.domain.lessons import FeedbackState, Lesson, Proposed
from bot.domain.requests import OutcomeStatus, Request
from bot.erasing import erase_request
from bot.filing import DecisionFile, Form, Sight, in_form, read_file, write_file
from bot.filing.checking import check_file
from bot.filing.page import data_in, page
from bot.filing.paper import paper
from bot.filing.verifying import verify_bytes
from bot.pausing import Pausing
from bot.proving.lines import write
from bot.proving.requests import verify_record
from bot.recording import Needs, View
from tests.rigs.filed import TRUSTED, filed, filing_of, note_policy, sealed
from tests.rigs.history import Written, write_history
from tests.rigs.house import House, new_house

CARD = "4111 1111"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> #panic() $x$ *bold* `code` \u202egnp.exe"
SCRIPTS = "Späte Größe, Ελλάδα, Привет, العربية, नमस्ते, สวัสดี, 日本語 中文 한국어, שלום"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = await new_house()
    await note_policy(made)
    yield made
    await made.store.close()


def said(file: DecisionFile, section: str) -> list[tuple[str, str]]:
    return [(entry.label, entry.text) for one in file.says.sections if one.id == section for entry in one.entries]


def texts(file: DecisionFile) -> str:
    return write_file(file).decode()


async def ran(house: House) -> Request:
    request = await house.held(120, reason="late", card=CARD)
    await house.say(request, Claim())
    await house.say(request, Approve("Card 4111 1111 is theirs."))
    await house.redeeming.redeem(request.id, key="run-1", **house.agent)
    return await house.redeeming.report(request.id, status=OutcomeStatus.SUCCEEDED, note="Paid to Ann", **house.agent)


async def test_a_file_of_everything_that_can_happen_is_sound_for_everybody(house: House) -> None:
    written = await write_history(house)
    for name in (field.name for field in fields(Written)):
        for sight in Sight:
            file = await filed(house, getattr(written, name), sight)
            checked = check_file(read_file(write_file(file)), TRUSTED)
            assert checked.findings == (), (name, sight)
            assert checked.whole, (name, sight)
            assert bool(checked.withheld) == (sight is not Sight.WHOLE)
            cut_out = verify_record(write(file.proof), TRUSTED)
            assert cut_out.unsealed == 0
            if sight is Sight.WHOLE:
                assert cut_out.ok, "the proof inside is a proof by itself"


async def test_it_says_who_signed_where_and_up_to_which_limit_then(house: House) -> None:
    request = await ran(house)
    file = await filed(house, request.id)
    signature = dict(said(file, "signatures"))["Signature"]
    assert signature == "Dana (dana), on the desk; limit 10,000.00 USD, by the policy in use then"
    assert file.says.summary == (
        "On 2026-03-02 15:00:00 UTC the AI agent support proposed: Refund a customer: 120.00 USD. "
        "The policy held it for a person. Dana (dana), on the desk, approved it on 2026-03-02 15:00:00 UTC. "
        "The agent ran it. The agent reports that it succeeded."
    )
    assert ("Outcome", "the agent reports that it succeeded") in said(file, "run")
    assert file.says.state["outcome"]["status"] == "succeeded"


async def test_every_statement_names_the_event_that_says_it(house: House) -> None:
    file = await filed(house, (await ran(house)).id)
    there = {str(line.seq) for line in file.proof.events} | {f"{line.stream}#{line.seq}" for line in file.others}
    for section in file.says.sections:
        for entry in section.entries:
            assert entry.events, entry
            assert set(entry.events) <= there, entry


async def test_an_edit_shows_before_and_after(house: House) -> None:
    request = await house.held(140, reason="late")
    await house.say(request, ApproveWithEdits({"amount": 80, "reason": "late"}))
    file = await filed(house, request.id)
    (edit,) = next(one.entries for one in file.says.sections if one.id == "edits")
    assert (edit.label, edit.before, edit.text) == ("Amount", "140.00 USD", "80.00 USD")


async def test_two_signatures_their_order_and_what_was_taken_back(house: House) -> None:
    request = (await house.propose(None, tool="change_payout", iban="DE1")).request
    await house.say(request, Approve(), who="dana")
    await house.say(request, Approve("Seen."), who="omar", surface="slack")
    lines = [text for label, text in said(await filed(house, request.id), "signatures") if label == "Signature"]
    assert [line.partition(",")[0] for line in lines] == ["Dana (dana)", "Omar (omar)"]
    assert "in Slack" in lines[1]
    assert "no limit" in lines[1]


async def test_a_pending_request_has_a_file_that_says_so(house: House) -> None:
    request = await house.held(170)
    file = await filed(house, request.id)
    assert file.says.summary.endswith("It waits for its decision; nothing has run.")
    assert check_file(file, TRUSTED).whole


async def test_what_is_not_sealed_yet_is_told_and_not_called_proven(house: House) -> None:
    request = await house.held(170)
    await sealed(house)
    await house.say(request, Snooze(request.deadline_at.replace(minute=10)))
    file = await filing_of(house).take(request.id, Sight.WHOLE, house.operator)
    checked = check_file(file, TRUSTED)
    assert (checked.ok, checked.whole, checked.unsealed) == (True, False, 1)


async def test_nothing_sealed_at_all_makes_a_file_without_a_checkpoint(house: House) -> None:
    request = await house.held(170)
    file = await filing_of(house).take(request.id, Sight.MASKED, house.operator)
    assert file.proof.checkpoint is None
    assert check_file(file, TRUSTED).unsealed == checked_events(file)


def checked_events(file: DecisionFile) -> int:
    return len(file.proof.events) + len(file.others)


async def test_masked_values_are_nowhere_in_a_masked_file(house: House) -> None:
    request = await ran(house)
    masked = await filed(house, request.id, Sight.MASKED)
    assert masked.masked == ("card",)
    for raw in (write_file(masked), page(masked)):
        for secret in (b"4111 1111", b"41111111", request.digest.encode()):
            assert secret not in raw
    assert "4111" in texts(await filed(house, request.id, Sight.WHOLE))
    assert dict(said(masked, "proposed"))["Argument: Card"] == "••••11"
    shut = [line for line in masked.proof.events if line.payload is None]
    assert all(line.salt is None for line in shut), "a salt would let a digest be guessed"
    assert {line.type for line in shut} == {"request.opened", "request.decided"}


async def test_only_who_answers_for_the_team_sees_the_policy(house: House) -> None:
    request = await ran(house)
    whole = await filed(house, request.id, Sight.WHOLE)
    assert "rosa@acme.test" in texts(whole)
    for sight in (Sight.MASKED, Sight.AGENT):
        text = texts(await filed(house, request.id, sight))
        assert "rosa@acme.test" not in text
        assert "per_agent_hour" not in text
    assert "limit: not shown in this file" in texts(await filed(house, request.id, Sight.AGENT))


async def test_taking_everything_in_clear_is_on_record_and_taking_it_masked_is_not(house: House) -> None:
    request = await ran(house)
    before = len(await house.facts(request))
    await filed(house, request.id, Sight.MASKED)
    await filed(house, request.id, Sight.AGENT)
    assert len(await house.facts(request)) == before
    await filed(house, request.id, Sight.WHOLE)
    assert (await house.facts(request))[before:] == [Revealed("card", in_file=True)]
    later = await filed(house, request.id, Sight.MASKED)
    looked = [text for label, text in said(later, "seen") if label == "Looked"]
    assert looked == [
        "an operator of the server (login root), on the command line: Card, in a file that shows everything"
    ]


async def test_an_erased_request_has_a_file_that_still_proves(house: House) -> None:
    request = await ran(house)
    await erase_request(house.store, request.id, reason="asked for", by=house.operator)
    for sight in Sight:
        file = await filed(house, request.id, sight)
        assert check_file(file, TRUSTED).whole, sight
        assert "4111" not in texts(file)
        assert dict(said(file, "erasure"))["Erased"].startswith("an operator of the server")
        assert dict(said(file, "signatures"))["Decided by"] == "Dana (dana), on the desk"
        assert verify_bytes(paper(file), TRUSTED).whole


async def test_pauses_that_covered_it_are_in_its_file_and_others_are_not(house: House) -> None:
    pausing = Pausing(house.store, house.clock, lambda: house.policy)
    early = await house.held(110)
    await house.say(early, Reject("wrong_amount", "No."))
    house.clock.move(minutes=1)
    during = await house.held(120)
    await pausing.pause("action:refund", "Paid twice.", house.person("vera"), "desk")
    await pausing.pause("action:payout_change", "Another.", house.person("vera"), "desk")
    house.clock.move(minutes=1)
    await pausing.resume("action:refund", "Mended.", house.person("rosa"), "slack")
    house.clock.move(minutes=1)
    late = await house.held(130)
    assert [label for label, _ in said(await filed(house, during.id), "pauses")] == ["Paused", "Resumed"]
    assert said(await filed(house, early.id), "pauses") == []
    assert said(await filed(house, late.id), "pauses") == []


async def test_hostile_text_is_inert_on_the_page_and_on_paper(house: House) -> None:
    request = await house.held(120, reason=HOSTILE, context={"customer": HOSTILE, "transcript": [HOSTILE]})
    await house.say(request, Ask(HOSTILE))
    await house.say(request, Reject("wrong_amount", HOSTILE))
    file = await filed(house, request.id)
    text = page(file).decode()
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "\u202e" not in text.partition('<script type="application/json"')[0]
    assert text.count("<script") == 1
    assert json.loads(data_in(text.encode())) == json.loads(write_file(file))
    assert verify_bytes(page(file), TRUSTED).whole
    raw = paper(file)
    assert verify_bytes(raw, TRUSTED).whole
    assert "#panic() $x$ *bold* `code`" in " ".join(read_paper(raw).replace("\u200b", "").split())


def read_paper(raw: bytes) -> str:
    import io  # noqa: PLC0415 - only here

    from pypdf import PdfReader  # noqa: PLC0415 - takes long to load

    return "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(raw)).pages)


async def test_paper_has_every_script_that_its_fonts_have_and_writes_out_the_rest(house: House) -> None:
    request = await house.held(120, reason=f"{SCRIPTS} \N{PACKAGE} \N{TIBETAN LETTER KA}")
    raw = paper(await filed(house, request.id))
    shown = read_paper(raw)
    for word in ("Größe", "Ελλάδα", "Привет", "日本語", "中文", "한국어", "⟨U+1F4E6⟩", "⟨U+0F40⟩"):
        assert word in shown, word
    assert "⟨U+0627⟩" not in shown, "Arabic is set"
    assert "\ufffd" not in shown


async def test_paper_and_page_are_the_same_bytes_each_time(house: House) -> None:
    file = await filed(house, (await ran(house)).id, Sight.MASKED)
    for form in Form:
        first, again = [await in_form(file, form) for _ in range(2)]
        assert first == again, form
        assert verify_bytes(first, TRUSTED).whole, form


async def test_arguments_as_deep_as_a_request_may_have_them(house: House) -> None:
    deep: Any = "end"
    for _ in range(MAX_DEPTH - 4):
        deep = [deep]
    request = await house.held(120, deep=deep)
    for form in Form:
        raw = await in_form(await filed(house, request.id), form)
        assert verify_bytes(raw, TRUSTED).whole, form


async def test_a_long_word_runs_off_no_page(house: House) -> None:
    word = "x" * 3000
    request = await house.held(120, reason=word)
    pieces = re.findall("x{20,}", read_paper(paper(await filed(house, request.id))).replace("\u200b", ""))
    assert sum(map(len, pieces)) == len(word)
    assert max(map(len, pieces)) < 90, "as many as a line has room for"


async def test_a_proposed_change_of_the_policy_is_in_the_file_but_not_in_the_agent_s(house: House) -> None:
    request = await house.held(120)
    await house.say(request, Reject("wrong_amount", "No."))
    now = house.clock.now()
    proposal = Proposed(diff="-  amount <= 25\n+  amount <= 20", told="It holds more.", against="p-1", judged=7)
    opened = FeedbackOpened(Lesson.THRESHOLD, Lesson.THRESHOLD, "default", due_at=now)
    changed = FeedbackChanged(state=FeedbackState.ACCEPTED, proposal=proposal)

    def flow(view: View) -> None:
        if (found := view.request(request.id)) is not None and found.feedback is None:
            view.record("request", request.id, opened, house.operator)
        view.record("request", request.id, changed, house.operator)

    await house.store.transact(Needs(requests=(request.id,)), flow)
    for sight in Sight:
        file = await filed(house, request.id, sight)
        assert check_file(file, TRUSTED).whole
        lines = dict(said(file, "feedback"))
        assert ("amount <= 20" in lines["Change of the policy proposed"]) == (sight is not Sight.AGENT)
        assert ("amount <= 20" in texts(file)) == (sight is not Sight.AGENT)


@pytest.mark.timeout(240)
async def test_a_huge_request_has_a_file_in_every_form(house: House) -> None:
    lines = [f"{number}: {'words of a customer ' * 8}" for number in range(400)]
    many = {f"field_{number}": "value " * 10 for number in range(300)}
    request = await house.held(120, context={"customer": "c", "transcript": lines, "evidence": lines}, **many)
    for number in range(60):
        await house.say(request, Ask(f"Question {number}?"))
    file = await filed(house, request.id, Sight.MASKED)
    for form in Form:
        assert verify_bytes(await in_form(file, form), TRUSTED).whole, form


async def test_a_file_of_an_older_key_is_trusted_when_that_key_is(house: House) -> None:
    from adapters.signing import derive_keys  # noqa: PLC0415 - only here
    from bot.proving.keys import Keyring  # noqa: PLC0415 - only here

    file = await filed(house, (await ran(house)).id)
    other = derive_keys(bytes(32)).public_key
    kinds = [finding.kind.value for finding in check_file(file, Keyring([other])).findings]
    assert kinds == ["forged_signature", "forged_signature"], "the file's and the checkpoint's"
    assert check_file(file, Keyring([other, *TRUSTED._keys.values()])).whole


async def test_a_policy_whose_text_was_not_recorded_is_said_to_be_unknown() -> None:
    house = await new_house()
    request = await ran(house)
    file = await filed(house, request.id)
    assert dict(said(file, "signatures"))["Signature"].endswith("the record holds no policy text of that time")
    assert check_file(file, TRUSTED).whole
    await house.store.close()


def test_the_shape_refuses_what_is_no_file() -> None:
    from bot.errors import BadInput  # noqa: PLC0415 - only here

    for raw in (
        b"{}",
        b"[]",
        b'{"kind":"signoff.file","version":2}',
        b"not json",
        b'{"kind":"signoff.file","version":1}',
    ):
        with pytest.raises(BadInput):
            read_file(raw)
