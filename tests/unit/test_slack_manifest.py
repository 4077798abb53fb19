"""The Slack app's manifest: Slack would take it, made out for any address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import BadInput
from bot.manifest import slack_manifest, slack_scopes

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads(
    (ROOT / "tests/fakes/slack/schemas/manifest.schema.2.0.0.json").read_text(encoding="utf-8"),
)
OURS = "https://signoff.acme.test"


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []


def said(*words: str) -> str:
    result = CliRunner().invoke(app, ["manifest", "slack", *words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize(
    "manifest",
    [
        slack_manifest(OURS),
        slack_manifest(f"{OURS}/", name="Acme sign-off"),
        slack_manifest(socket=True),
        slack_manifest(OURS, socket=True),
        slack_manifest("http://127.0.0.1:8650"),
        yaml.safe_load((ROOT / "manifest" / "slack.yaml").read_text(encoding="utf-8")),
    ],
    ids=["http", "named", "socket", "socket with OAuth", "loopback", "as it lies there"],
)
def test_slack_s_own_schema_takes_it(manifest: dict[str, Any]) -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(manifest, SCHEMA, cls=jsonschema.Draft7Validator)


def test_the_schema_would_find_a_mistake() -> None:
    wrong = slack_manifest(OURS)
    wrong["features"]["slash_commands"][0]["command"] = "signoff"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA, cls=jsonschema.Draft7Validator)


def test_every_address_in_it_is_the_one_given() -> None:
    addresses = [text for text in strings(slack_manifest(OURS)) if "://" in text]
    assert sorted(addresses) == [f"{OURS}/slack/events"] * 3 + [f"{OURS}/slack/oauth_redirect"]


def test_over_a_socket_it_names_no_address_to_call() -> None:
    manifest = slack_manifest(socket=True)
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert [text for text in strings(manifest) if "://" in text] == []
    installed_by_oauth = slack_manifest(OURS, socket=True)
    assert [text for text in strings(installed_by_oauth) if "://" in text] == [f"{OURS}/slack/oauth_redirect"]


def test_another_name_is_the_app_s_and_the_bot_s() -> None:
    manifest = slack_manifest(OURS, name=" Acme sign-off ")
    assert manifest["display_information"]["name"] == "Acme sign-off"
    assert manifest["features"]["bot_user"]["display_name"] == "Acme sign-off"
    assert manifest["features"]["slash_commands"][0]["command"] == "/signoff"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "is missing"),
        ("http://signoff.acme.test", "https://"),
        ("signoff.acme.test", "name a host"),
        ("ftp://signoff.acme.test", "https://"),
        (f"{OURS}/slack/events", "without a path"),
        (f"{OURS}?a=b", "without a path or query"),
        (f"{OURS}/#top", "without a path or query"),
        ("https://user:word@signoff.acme.test", "name a host"),
        ("https://signoff.acme.test: x", "name a host"),
        ("https://", "name a host"),
    ],
)
def test_an_address_that_slack_could_not_call_is_refused_with_the_remedy(url: str, why: str) -> None:
    with pytest.raises(BadInput, match=why) as caught:
        slack_manifest(url)
    assert caught.value.field == "--url"
    assert caught.value.remedy


@pytest.mark.parametrize("name", ["x" * 36, "   "])
def test_a_name_that_slack_would_not_take_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="1 to 35"):
        slack_manifest(OURS, name=name)


def test_the_command_prints_it_as_yaml_and_as_json() -> None:
    wanted = slack_manifest(OURS)
    assert yaml.safe_load(said("--url", OURS)) == wanted
    assert json.loads(said("--url", OURS, "--json")) == wanted
    assert json.loads(said("--socket", "--json")) == slack_manifest(socket=True)


def test_the_command_falls_back_to_the_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNOFF_PUBLIC_URL", OURS)
    assert yaml.safe_load(said()) == slack_manifest(OURS)


def test_the_scopes_to_ask_for_are_the_manifest_s() -> None:
    assert "chat:write" in slack_scopes()
    assert list(slack_scopes()) == sorted(set(slack_scopes()))
