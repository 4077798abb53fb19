"""Whatever is changed in a decision file is found offline and named, also when everything else is made to fit."""

from __future__ import annotations

import asyncio
import copy
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from adapters.signing import derive_keys
from bot.deciding import Approve, Ask
from bot.domain.jsontext import canonical
from bot.filing import DecisionFile, Sight, read_file, write_file
from bot.filing.composing import compose
from bot.filing.drawing import drawn
from bot.filing.gathering import sign
from bot.filing.page import page
from bot.filing.paper import ATTACHED, paper
from bot.filing.verifying import verify_bytes
from bot.proving.findings import Finding
from tests.rigs.filed import TRUSTED, filed, note_policy
from tests.rigs.house import new_house

Json = dict[str, Any]
CARD = "4111 1111"


async def _file(sight: Sight) -> DecisionFile:
    house = await new_house()
    await note_policy(house)
    request = await house.held(120, reason="late", card=CARD)
    await house.say(request, Ask("Which order?"))
    await house.say(request, Approve("Fine."))
    await house.redeeming.redeem(request.id, key="run-1", **house.agent)
    file = await filed(house, request.id, sight)
    await house.store.close()
    return file


@pytest.fixture(scope="module")
def whole() -> DecisionFile:
    return asyncio.run(_file(Sight.WHOLE))


@pytest.fixture(scope="module")
def masked() -> DecisionFile:
    return asyncio.run(_file(Sight.MASKED))


def found(raw: bytes) -> list[Finding]:
    return list(verify_bytes(raw, TRUSTED).findings)


def told(findings: list[Finding]) -> set[tuple[str, str]]:
    """What is wrong and where, the request's own stream left out."""
    return {
        (one.kind.value, one.place.partition(" #")[2] if (one.stream or "").startswith("request:") else one.place)
        for one in findings
    }


def section(body: Json, name: str) -> list[Json]:
    return next(one["entries"] for one in body["says"]["sections"] if one["id"] == name)


def _summary(body: Json) -> None:
    body["says"]["summary"] = body["says"]["summary"].replace("120.00", "12.00")


def _entry(body: Json) -> None:
    section(body, "signatures")[0]["text"] = "Lee (lee), on the desk; no limit"


def _entry_gone(body: Json) -> None:
    section(body, "seen").pop()


def _reference(body: Json) -> None:
    section(body, "proposed")[0]["events"] = ["2"]


def _state(body: Json) -> None:
    body["says"]["state"]["decision"]["kind"] = "rejected"


def _payload(body: Json) -> None:
    event = body["proof"]["events"][2]
    event["payload"] = event["payload"].replace("Fine.", "Fair.")


def _salt(body: Json) -> None:
    body["proof"]["events"][1]["salt"] = "00" * 16


def _actor(body: Json) -> None:
    body["proof"]["events"][2]["actor"] = "person:lee"


def _time(body: Json) -> None:
    body["proof"]["events"][2]["at"] = "2026-03-02T14:00:00.000000Z"


def _removed(body: Json) -> None:
    del body["proof"]["events"][1]


def _cut(body: Json) -> None:
    body["proof"]["events"].pop()


def _swapped(body: Json) -> None:
    events = body["proof"]["events"]
    events[1], events[2] = events[2], events[1]


def _path(body: Json) -> None:
    body["proof"]["events"][0]["path"][0] = "00" * 32


def _leaf(body: Json) -> None:
    body["proof"]["events"][0]["leaf"] += 1


def _root(body: Json) -> None:
    body["proof"]["checkpoint"]["root"] = "00" * 32


def _checkpoint_gone(body: Json) -> None:
    body["proof"]["checkpoint"] = None


def _policy_gone(body: Json) -> None:
    body["others"] = [one for one in body["others"] if one["stream"] != "ledger:policy"]


def _limit(body: Json) -> None:
    event = next(one for one in body["others"] if one["stream"] == "ledger:policy")
    event["payload"] = event["payload"].replace("limit: 10000", "limit: 99999")


def _other_path(body: Json) -> None:
    body["others"][0]["path"][0] = "00" * 32


def _made_at(body: Json) -> None:
    body["made_at"] = body["proof"]["made_at"] = "2020-01-01T00:00:00.000000Z"


def _unsigned(body: Json) -> None:
    body["signature"] = None


def _other_request(body: Json) -> None:
    body["request"] = "019caf10-0000-7000-8000-000000000000"


WAYS: list[tuple[Callable[[Json], None], tuple[str, str]]] = [
    (_summary, ("statement_differs", "says.summary")),
    (_entry, ("statement_differs", "says.sections[signatures].entries[1 Signature].text")),
    (_entry_gone, ("statement_differs", "says.sections[seen].entries[1 Had it before them]")),
    (_reference, ("statement_differs", "says.sections[proposed].entries[1 Action].events[1]")),
    (_state, ("statement_differs", "says.state.decision.kind")),
    (_payload, ("changed", "3")),
    (_salt, ("changed", "2")),
    (_actor, ("changed", "3")),
    (_time, ("changed", "3")),
    (_removed, ("removed", "2")),
    (_cut, ("statement_differs", "says.state.grant.status")),
    (_swapped, ("reordered", "")),
    (_path, ("changed", "1, leaf 3")),
    (_leaf, ("changed", "1, leaf 4")),
    (_root, ("forged_signature", "checkpoint 7")),
    (_checkpoint_gone, ("changed", "1, leaf 3")),
    (_policy_gone, ("statement_differs", "says.sections[signatures].entries[1 Signature].text")),
    (_limit, ("changed", "ledger:policy #1")),
    (_other_path, ("changed", "agent")),
    (_made_at, ("forged_signature", "file")),
    (_unsigned, ("forged_signature", "file")),
    (_other_request, ("statement_differs", "request")),
]


@pytest.mark.parametrize(("change", "expected"), WAYS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_change_of_the_whole_file_is_found_and_named(
    whole: DecisionFile, change: Callable[[Json], None], expected: tuple[str, str]
) -> None:
    body = json.loads(write_file(whole))
    change(body)
    findings = told(found(canonical(body)))
    kind, place = expected
    assert any(one == kind and there.startswith(place) for one, there in findings), findings
    assert ("forged_signature", "file") in findings


def test_the_untouched_files_are_sound(whole: DecisionFile, masked: DecisionFile) -> None:
    for file in (whole, masked):
        for raw in (write_file(file), page(file), paper(file)):
            assert verify_bytes(raw, TRUSTED).findings == ()


def resigned(body: Json) -> DecisionFile:
    """As somebody would who can write everything but has not the key: every statement made to fit, signed anew."""
    file = read_file(canonical(body))
    says = compose(file.request, file.proof.events, file.others, file.withheld)
    body = {**body, "says": json.loads(canonical(json.loads(json.dumps(_plain(says)))))}
    return sign(read_file(canonical(body)), derive_keys(bytes(32)).signer)


def _plain(value: Any) -> Any:
    import msgspec  # noqa: PLC0415 - only here

    return msgspec.to_builtins(value)


def test_a_file_made_to_fit_and_signed_by_another_is_found(whole: DecisionFile) -> None:
    body = json.loads(write_file(whole))
    _payload(body)
    findings = told(found(write_file(resigned(body))))
    assert ("forged_signature", "file") in findings
    assert ("changed", "3") in findings
    assert not [one for one in findings if one[0] == "statement_differs"], "the words do follow from those events"


def test_what_is_shown_of_a_masked_event_is_spoken_for_by_the_signature(masked: DecisionFile) -> None:
    body = json.loads(write_file(masked))
    shown = next(one for one in body["withheld"] if one["seq"] == 1 and one["stream"].startswith("request:"))
    shown["shown"] = shown["shown"].replace('"amount":"120"', '"amount":"12"').replace("late", "lost")
    assert told(found(write_file(resigned(body)))) == {("forged_signature", "file")}


@pytest.mark.parametrize("how", ["gone", "another", "clear"])
def test_what_is_named_as_kept_back_has_to_be(masked: DecisionFile, how: str) -> None:
    body = json.loads(write_file(masked))
    first = body["withheld"][0]
    if how == "gone":
        body["withheld"].remove(first)
        kind = "payload_missing"
    elif how == "another":
        first["seq"] = 77
        kind = "inserted"
    else:
        body["proof"]["events"][first["seq"] - 1] |= {"payload": first["shown"], "salt": "00" * 16}
        kind = "changed"
    assert kind in {one for one, _ in told(found(canonical(body)))}


def test_another_text_of_the_same_data_is_named(whole: DecisionFile) -> None:
    raw = json.dumps(json.loads(write_file(whole)), indent=1).encode()
    assert told(found(raw)) == {("changed", "file")}


# --------------------------------------------------------------------------------------------------------------- page


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("120.00 USD", "12.00 USD"),
        ("</main>", "<p>Checked by the regulator.</p></main>"),
        ("<style>", "<style>.file-text { display: none }"),
    ],
)
def test_a_changed_page_is_found_with_its_line(whole: DecisionFile, old: str, new: str) -> None:
    raw = page(whole).decode()
    (finding,) = found(raw.replace(old, new, 1).encode())
    assert finding.kind.value == "page_differs"
    assert (finding.stream or "").startswith("line ")


# -------------------------------------------------------------------------------------------------------------- paper


def test_paper_that_shows_other_words_than_its_data_is_found_with_its_page(
    whole: DecisionFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forged(file: DecisionFile) -> Json:
        made = copy.deepcopy(drawn(file))
        made["summary"] = made["summary"].replace("Dana (dana)", "Lee (lee)")
        return made

    with monkeypatch.context() as patched:
        patched.setattr("bot.filing.paper.drawn", forged)
        raw = paper(whole)
    (finding,) = found(raw)
    assert (finding.kind.value, finding.place[:6]) == ("page_differs", "page 1")
    assert "Lee (lee)" in (finding.found or "")
    assert "Dana (dana)" in (finding.expected or "")


def _rewritten(raw: bytes, change: Callable[[Any], None]) -> bytes:
    from pypdf import PdfWriter  # noqa: PLC0415 - to forge with

    writer = PdfWriter(clone_from=io.BytesIO(raw))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_note_laid_over_the_paper_is_found(whole: DecisionFile) -> None:
    def overlay(writer: Any) -> None:
        from pypdf.annotations import FreeText  # noqa: PLC0415 - to forge with

        writer.add_annotation(page_number=0, annotation=FreeText(text="Void", rect=(50, 550, 200, 650)))

    findings = told(found(_rewritten(paper(whole), overlay)))
    assert ("page_differs", "page 1") in findings


def test_a_page_less_is_found(whole: DecisionFile) -> None:
    def drop(writer: Any) -> None:
        del writer.pages[-1]

    assert ("page_differs", "pdf") in told(found(_rewritten(paper(whole), drop)))


def test_bytes_appended_to_the_paper_are_found(whole: DecisionFile) -> None:
    assert told(found(paper(whole) + b"\n% more\n")) == {("page_differs", "pdf")}


def test_other_data_inside_of_the_paper_is_found(whole: DecisionFile) -> None:
    from pypdf import PdfReader  # noqa: PLC0415 - to forge with

    raw = paper(whole)
    data = PdfReader(io.BytesIO(raw)).attachments[ATTACHED][0]
    body = json.loads(data)
    _entry(body)
    forged = read_file(canonical(body))
    findings = told(found(paper(forged)))
    assert ("forged_signature", "file") in findings
    assert ("statement_differs", "says.sections[signatures].entries[1 Signature].text") in findings


# ------------------------------------------------------------------------------------------------------ other programs


def test_paper_of_another_version_is_compared_by_its_text_and_not_called_whole(whole: DecisionFile) -> None:
    checked = verify_bytes(paper(whole, "layout 0, typst 0.1"), TRUSTED)
    assert (checked.ok, checked.whole) == (True, False)
    assert "layout 0, typst 0.1" in checked.doubts[0]


def test_other_words_on_paper_of_another_version_are_found(
    whole: DecisionFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forged(file: DecisionFile) -> Json:
        made = copy.deepcopy(drawn(file))
        made["summary"] = "Nobody signed this."
        return made

    with monkeypatch.context() as patched:
        patched.setattr("bot.filing.paper.drawn", forged)
        raw = paper(whole, "layout 0, typst 0.1")
    assert told(found(raw)) == {("page_differs", "page 1, line 3")}


def test_a_page_of_another_version_is_not_called_whole(whole: DecisionFile) -> None:
    raw = page(whole).replace(b"Signoff, layout 1", b"Signoff, layout 0")
    checked = verify_bytes(raw, TRUSTED)
    assert (checked.ok, checked.whole) == (True, False)
    assert "Signoff, layout 0" in checked.doubts[0]
