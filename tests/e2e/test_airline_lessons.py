"""Of the airline's 75 stopped or edited calls each has its feedback item, and eval harnesses read what is exported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.domain.lessons import FeedbackState, Lesson
from bot.domain.requests import DecisionKind, Request
from tests.e2e.test_airline_replay import DATA, Action, airline, asked_again, changes_on_record, expected, replay
from tests.rigs.demo_server import ROOT, Served, command

__all__ = ["airline", "expected"]
SCHEMA = ROOT / "tests" / "rigs" / "promptfoo" / "config.schema.json"
KINDS = tuple(word for kind in Lesson for word in ("--kind", kind.value))

pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason=f"the recorded conversations are not here ({DATA})"),
]


async def exported(airline: Served, *words: str) -> str:
    """What the command prints, with every kind."""
    path = str(airline.place.settings.database)
    async with command("-m", "bot.cli", "feedback", "export", *KINDS, *words, SIGNOFF_DATABASE=path) as process:
        output, errors = await process.communicate()
    assert process.returncode == 0, errors
    return output.decode()


def require_a_case_of_each(lines: list[dict[str, Any]], overrides: list[Request]) -> None:
    """From the requests alone: each line says what was proposed, and what the human made of it."""
    by_id = {request.id: request for request in overrides}
    assert {line["id"] for line in lines} == set(by_id)
    assert len(lines) == len(by_id)
    for line in lines:
        request = by_id[line["id"]]
        decision = request.decision
        assert decision is not None
        assert line["agent_arguments"] == json.loads(json.dumps(request.proposal.arguments))
        assert line["human_arguments"] == (
            None if decision.arguments is None else json.loads(json.dumps(decision.arguments))
        )
        assert line["decision"]["kind"] == decision.kind.value
        assert line["input"] == list(request.assessment.context.transcript)


def births(request: Request) -> list[str]:
    """What an argument that the policy calls sensitive has in it: passengers' days of birth."""
    passengers = request.proposal.arguments.get("passengers", ())
    return [str(one["dob"]) for one in passengers if isinstance(one, dict) and "dob" in one]


async def test_each_of_the_75_has_its_item_and_its_case_loads_in_promptfoos_schema(
    airline: Served, expected: dict[str, list[Action]], tmp_path: Path
) -> None:
    await replay(airline, expected, edits=True)
    changes = [one for one in await changes_on_record(airline) if not asked_again(one)]
    stopped = {DecisionKind.REJECTED, DecisionKind.APPROVED_WITH_EDITS}
    overrides = [one for one in changes if one.decision is not None and one.decision.kind in stopped]
    assert len(overrides) == 75
    assert all(one.feedback is not None and one.feedback.state is FeedbackState.OPEN for one in overrides)
    assert [one for one in await airline.requests() if one.feedback is not None and one not in overrides] == []

    lines = [json.loads(line) for line in (await exported(airline, "--clear")).splitlines()]
    require_a_case_of_each(lines, overrides)
    (noted,) = await airline.place.store.events("ledger:exports")
    assert noted.actor.startswith("operator:")
    masked = await exported(airline)
    assert [json.loads(line)["id"] for line in masked.splitlines()] == [line["id"] for line in lines]
    secrets = {birth for one in overrides for birth in births(one)}
    assert secrets
    assert not [birth for birth in secrets if birth in masked]

    out = tmp_path / "promptfooconfig.yaml"
    await exported(airline, "--format", "promptfoo", "--out", str(out))
    config = yaml.safe_load(out.read_text(encoding="utf-8"))
    jsonschema.validate(config, json.loads(SCHEMA.read_text(encoding="utf-8")), cls=jsonschema.Draft202012Validator)
    assert len(config["tests"]) == 75
    assert all(isinstance(value, str) for test in config["tests"] for value in test["vars"].values())
    signed = [test for test in config["tests"] if test["assert"][1]["type"] == "equals"]
    assert len(signed) == sum(one.decision is not None and one.decision.arguments is not None for one in overrides)

    folder = tmp_path / "evals"
    await exported(airline, "--format", "openai-evals", "--out", str(folder))
    registry = yaml.safe_load((folder / "evals" / "signoff-regressions.yaml").read_text(encoding="utf-8"))
    samples = folder / "data" / registry["signoff-regressions.test.v1"]["args"]["samples_jsonl"]
    found = [json.loads(line) for line in samples.read_text(encoding="utf-8").splitlines()]
    assert len(found) == 75
    for sample in found:
        assert [message["role"] for message in sample["input"]] == ["system", "user"]
        assert set(json.loads(sample["ideal"])) <= {"tool", "arguments"}
