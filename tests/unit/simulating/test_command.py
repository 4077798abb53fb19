"""``signoff simulate`` as it is typed: what it reads, what it says of wrong input, and what it writes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bot.cli.simulate import simulate_command
from bot.errors import SignoffError

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "policy.yaml"
MIX = "refund@120=0.6,refund@1500=0.1,phone_change=0.3"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer()
    app.command()(simulate_command)
    return app


def invoke(command: typer.Typer, *words: object, **env: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, ["--policy", str(EXAMPLE), *map(str, words)], env={"COLUMNS": "120"} | env)
    if isinstance(result.exception, SignoffError):
        raise result.exception
    return result.exit_code, result.output


def lines(path: Path, *entries: Any) -> Path:
    path.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in entries))
    return path


def test_a_rate_and_a_mix_become_tables(command: typer.Typer) -> None:
    code, output = invoke(command, "--arrivals", "200/day", "--days", 2, "--mix", MIX)
    assert code == 0
    for told in ("within the promise", "Refunds, step 1: Dana Ortiz", "Lee Park", "longest queue", "Assumed:"):
        assert told in output
    assert "The mix is that of --mix; 100% are held." in output
    assert "lognormal distribution with median 120 s" in output


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_the_tables_fit_every_terminal(command: typer.Typer, columns: str) -> None:
    _, output = invoke(command, "--arrivals", "200/day", "--days", 2, "--mix", MIX, COLUMNS=columns)
    assert max(map(len, output.splitlines())) <= int(columns)


def test_the_same_seed_writes_the_same_bytes(command: typer.Typer, tmp_path: Path) -> None:
    def written(seed: int, name: str) -> list[bytes]:
        files = [tmp_path / f"{name}.{ending}" for ending in ("json", "csv", "html", "svg")]
        words = ("--arrivals", "300/day", "--days", 3, "--mix", MIX, "--seed", seed)
        invoke(command, *words, "--json", files[0], "--csv", files[1], "--chart", files[2])
        invoke(command, *words, "--chart", files[3])
        return [file.read_bytes() for file in files]

    once = written(7, "a")
    assert once == written(7, "b")
    assert all(one != other for one, other in zip(once, written(8, "c"), strict=True))
    figures = json.loads(once[0])
    assert (
        figures["promise"]["held"] == figures["held"] == figures["promise"]["within"] + figures["promise"]["breaches"]
    )
    assert len(figures["hours"]) == 24
    assert once[3].startswith(b"<svg")
    assert b"<script" not in once[2]
    assert b"section,subject,figure,value" in once[1]


def test_json_alone_on_standard_output(command: typer.Typer) -> None:
    _, output = invoke(command, "--arrivals", "50/day", "--days", 1, "--mix", "refund@20=1", "--json", "-")
    assert json.loads(output)["seed"] == 1


def test_an_owner_alone(command: typer.Typer) -> None:
    _, output = invoke(
        command, "--arrivals", "200/day", "--days", 2, "--mix", MIX, "--owner", "identity", "--json", "-"
    )
    figures = json.loads(output)
    assert [one["owner"] for one in figures["owners"]] == ["identity"]
    assert figures["arrived"] == figures["held"] + figures["elsewhere"]


def test_a_file_of_given_times_is_taken_as_held_and_proposals_go_through_the_gate(
    command: typer.Typer, tmp_path: Path
) -> None:
    call = {"function": {"name": "issue_refund", "arguments": json.dumps({"order_id": "O-1", "amount": "80.00"})}}
    file = lines(
        tmp_path / "week.jsonl",
        {"at": "2026-03-03T15:00:00-05:00", "action_type": "refund", "amount": "700"},
        "",
        {"at": "2026-03-02T14:00:00Z", "tool": "issue_refund", "arguments": {"order_id": "O-22", "amount": "9.00"},
         "context": {"customer": "c-1", "session": "s-1"}},
        {"at": "2026-03-02T14:30:00Z", "tool": "issue_refund", "arguments": {"order_id": "O-2", "amount": "5000"},
         "context": {"customer": "c-1", "session": "s-1"}},
        {"at": "2026-03-02T15:00:00Z", "customer": "c-2", "messages": [{"role": "assistant", "tool_calls": [call]}]},
        {"at": "2026-05-02T15:00:00Z", "action_type": "phone_change"},
    )  # fmt: skip
    _, output = invoke(command, "--arrivals", file, "--days", 5, "--json", "-")
    figures = json.loads(output)
    assert (figures["arrived"], figures["held"], figures["allowed"], figures["blocked"]) == (4, 2, 1, 1)
    assert figures["start"] == "2026-03-02T05:00:00Z", "midnight in New York"
    assert "5 requests of week.jsonl: 3 put through the gate, 2 taken as held." in figures["assumptions"]
    assert "1 of them are outside these 5 days and left out." in figures["assumptions"]
    assert [one["person"] for one in figures["people"] if one["reviews"]] == ["dana"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"action_type": "refund"}, r"a.jsonl:2: at: is missing .*such as 2026"),
        ({"at": "2026-03-02T09:00:00", "action_type": "refund"}, r"a.jsonl:2: at: .*lacks its offset"),
        ({"at": "yesterday", "action_type": "refund"}, r"a.jsonl:2: at: 'yesterday' is no time"),
        ({"at": "2026-03-02T09:00:00Z"}, r"a.jsonl:2: action_type: is missing"),
        ({"at": "2026-03-02T09:00:00Z", "action_type": "refnud"}, r"action_type: .*\(did you mean refund\?\)"),
        ({"at": "2026-03-02T09:00:00Z", "action_type": "refund", "amount": "ten"}, r"a.jsonl:2: amount: "),
        ({"at": "2026-03-02T09:00:00Z", "action_type": "refund", "amout": 3}, r"amout: is not a known .*mean amount"),
        ({"at": "2026-03-02T09:00:00Z", "tool": "issue_refund", "argumens": {}}, r"did you mean arguments"),
        ({"at": "2026-03-02T09:00:00Z", "tool": "issue_refund", "timeout": "soon"}, r"a.jsonl:2: timeout: "),
        ({"at": "2026-03-02T09:00:00Z", "messages": 3}, r"a.jsonl:2: messages: is not a list"),
        ("{broken", r"a.jsonl:2: "),
        ("[]", r"a.jsonl:2: is not an object"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_with_its_remedy(command: typer.Typer, tmp_path: Path, line: Any, told: str) -> None:
    file = lines(tmp_path / "a.jsonl", {"at": "2026-03-02T09:00:00Z", "action_type": "refund"}, line)
    with pytest.raises(SignoffError) as caught:
        invoke(command, "--arrivals", file)
    assert re.search(told, str(caught.value)), str(caught.value)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--mix", "refund"), "--mix: .*no share"),
        (("--mix", "refnud=1"), "did you mean refund"),
        (("--mix", "refund=0"), "--mix: has no share above 0"),
        (("--owner", "refnds"), r"--owner: .*did you mean refunds"),
        (("--start", "monday"), "--start: is no date"),
        (("--timeout", "1 day"), "--timeout: "),
        (("--chart", "load.png"), "--chart: ends in neither"),
        (("--reviewers", "people.yaml"), r"people.yaml:1:1: dna: is nobody of the policy .*did you mean dana"),
        (("--database", "sqlite:///missing/x.db"), "x.db"),
    ],
)
def test_a_wrong_option_is_named_with_its_remedy(
    command: typer.Typer, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "people.yaml").write_text("dna: {median: 90s}\n")
    with pytest.raises(SignoffError) as caught:
        invoke(command, "--arrivals", "10/day", "--days", 1, *words)
    assert re.search(told, str(caught.value)), str(caught.value)


def test_people_are_as_their_file_says(command: typer.Typer, tmp_path: Path) -> None:
    people = tmp_path / "people.yaml"
    people.write_text('lee: {median: 10s}\ndana: {works: never}\namir: {hours: {mon-fri: "09:00-10:00"}}\n')
    words = ("--arrivals", "100/day", "--days", 2, "--mix", "refund@120=0.9,refund@1500=0.1", "--reviewers", people)
    _, output = invoke(command, *words, "--json", "-")
    found = {one["person"]: one for one in json.loads(output)["people"]}
    assert found["lee"]["reviews"] > 50
    assert "dana" not in found
    assert found["amir"]["open_seconds"] == 2 * 3600


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--arrivals", "0.0001/day", "--days", "1"), "Give a higher rate, more days"),
        (("--arrivals", "100/day", "--days", "1", "--held", "0"), "proposals were allowed or blocked by the policy"),
        (("--arrivals", "100/day", "--days", "1", "--owner", "finance"), "are other owners': leave out --owner"),
    ],
)
def test_nothing_to_look_at_has_an_answer(
    command: typer.Typer, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    chart = tmp_path / "nothing.html"
    code, output = invoke(command, *words, "--mix", "phone_change=1", "--chart", chart)
    assert code == 0
    assert "Nothing arrived that a person has to look at." in output
    assert told in " ".join(output.split())
    assert "Nothing arrived" in chart.read_text()
