"""``signoff agent`` as an operator types it, on a database of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli.agent import app
from bot.errors import BadInput, Conflict, NotFound
from tests.rigs.house import POLICY

OWNED = ("--owner", "olga@acme.test")


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIGNOFF_DATABASE", f"sqlite:///{tmp_path / 'signoff.db'}")
    monkeypatch.setenv("SIGNOFF_POLICY", str(tmp_path / "policy.yaml"))
    monkeypatch.setenv("SIGNOFF_KEY_FILE", str(tmp_path / "signoff.key"))

    def command(*words: str) -> Result:
        return CliRunner().invoke(app, list(words), catch_exceptions=True)

    return command


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_an_agent_s_life(typed: Any) -> None:
    made = told(typed("create", "support", *OWNED, "--actions", "refund", "--expires", "90d", "--json"))
    assert made["token"].startswith(made["prefix"] + "_")
    assert made["prefix"].startswith("sgn_i_")
    plain = typed("create", "other", *OWNED, "--actions", "*", "--expires", "never")
    assert plain.stdout.strip().startswith("sgn_i_")
    assert "shown this once" in plain.stderr

    listed = told(typed("list", "--json"))
    assert [(one["name"], one["actions"]) for one in listed] == [("support", ["refund"]), ("other", ["*"])]
    assert "refund" in typed("list").stdout
    new = told(typed("rotate", "support", "--overlap", "15m", "--json"))
    assert new["token"] != made["token"]
    provisioner = told(typed("provisioner", "create", "support", "--json"))
    assert provisioner["prefix"].startswith("sgn_p_")

    shown = typed("show", "support")
    everything = shown.stdout + json.dumps(told(typed("show", made["agent_id"], "--json")))
    for prefix in (made["prefix"], new["prefix"], provisioner["prefix"]):
        assert prefix in everything
    for token in (made["token"], new["token"], provisioner["token"]):
        assert token not in everything

    assert typed("provisioner", "revoke", "support", provisioner["prefix"]).exit_code == 0
    assert told(typed("revoke", "support", "--note", "done", "--json"))["revoked"]
    assert told(typed("show", "support", "--json"))["revoked_at"]
    assert told(typed("revoke", "support", "--json"))["cancelled"] == 0


def refused(result: Result, kind: type[Exception], *said: str) -> None:
    assert isinstance(result.exception, kind), result.output
    for words in said:
        assert words in str(result.exception)


def test_what_can_not_be_done_is_said_with_what_can(typed: Any) -> None:
    create = ("create", "support", *OWNED)
    refused(typed(*create, "--actions", "refund,reefund"), BadInput, "reefund", "payout_change, refund", "*")
    refused(typed(*create, "--actions", ","), BadInput, "actions")
    refused(typed(*create, "--actions", "*", "--expires", "soon"), BadInput, "expires", "90d")
    refused(typed(*create, "--actions", "*", "--expires", "0s"), BadInput, "expires")
    refused(typed("create", "a/b", *OWNED, "--actions", "*"), BadInput, "name")
    refused(typed("create", "support", "--owner", "olga", "--actions", "*"), BadInput, "owner")
    assert typed(*create, "--actions", "*").exit_code == 0
    refused(typed("create", "SUPPORT", *OWNED, "--actions", "*"), Conflict, "never given twice")
    refused(typed("show", "sales"), NotFound, "support")
    refused(typed("rotate", "support", "--instance", "x"), NotFound, "default")
    refused(typed("provisioner", "revoke", "support", "sgn_p_x"), NotFound, "none")
    assert typed("revoke", "support").exit_code == 0
    refused(typed("rotate", "support"), NotFound)
    refused(typed("provisioner", "create", "support"), Conflict, "revoked")
