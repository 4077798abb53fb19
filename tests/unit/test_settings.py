"""The settings of Slack: what goes together, and what is said when it does not."""

from __future__ import annotations

import os

import pytest

from bot.errors import SettingsInvalid
from bot.settings import Settings, load_settings

TOKEN = {"slack_bot_token": "xoxb-1-made-up"}
SIGNED = {"slack_signing_secret": "made-up-secret"}
SOCKET = {"slack_app_token": "xapp-1-made-up"}
OAUTH = {
    "slack_client_id": "1111.2222",
    "slack_client_secret": "made-up-client-secret",
    "slack_workspaces": "T0ACME, T0BETA",
}


@pytest.fixture(autouse=True)
def _nothing_around(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    for name in [name for name in os.environ if name.startswith("SIGNOFF_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(str(tmp_path))


def refused(**given: object) -> str:
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(**given)
    return str(caught.value)


@pytest.mark.parametrize(
    ("given", "mode"),
    [
        ({}, "off"),
        (TOKEN | SIGNED, "http"),
        (TOKEN | SOCKET, "socket"),
        (TOKEN | SOCKET | SIGNED, "socket"),
        (OAUTH | SIGNED, "http"),
        (OAUTH | SOCKET, "socket"),
    ],
)
def test_what_is_set_says_how_slack_reaches_us(given: dict[str, str], mode: str) -> None:
    assert load_settings(**given).slack_mode == mode


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (TOKEN, "SIGNOFF_SLACK_SIGNING_SECRET is missing"),
        (OAUTH, "SIGNOFF_SLACK_SIGNING_SECRET is missing"),
        (TOKEN | OAUTH | SIGNED, "SIGNOFF_SLACK_BOT_TOKEN and SIGNOFF_SLACK_CLIENT_ID exclude each other"),
        ({"slack_client_id": "1111.2222"} | SIGNED, "SIGNOFF_SLACK_CLIENT_SECRET is missing"),
        ({"slack_client_secret": "made-up"} | SIGNED, "SIGNOFF_SLACK_CLIENT_ID is missing"),
        (OAUTH | SIGNED | {"slack_workspaces": ""}, "SIGNOFF_SLACK_WORKSPACES is missing: list the team ids"),
        (OAUTH | SIGNED | {"slack_workspaces": "T0ACME,acme"}, "SIGNOFF_SLACK_WORKSPACES names 'acme', which is no"),
        (SOCKET, "SIGNOFF_SLACK_APP_TOKEN without SIGNOFF_SLACK_BOT_TOKEN"),
        (SIGNED, "SIGNOFF_SLACK_SIGNING_SECRET without SIGNOFF_SLACK_BOT_TOKEN"),
    ],
)
def test_what_does_not_make_a_whole_is_refused_by_name_with_the_remedy(given: dict[str, str], named: str) -> None:
    said = refused(**given)
    assert named in said
    assert "set" in said or "list" in said
    secrets = {name: value for name, value in given.items() if name != "slack_workspaces"}
    assert not any(value in said for value in secrets.values())


@pytest.mark.parametrize("name", ["slack_bot_token", "slack_app_token", "slack_signing_secret", "slack_client_secret"])
def test_a_wrong_secret_is_named_and_never_shown(name: str) -> None:
    said = refused(**{name: "hidden and wrong"})
    assert f"SIGNOFF_{name.upper()}: has to be one word" in said
    assert "hidden" not in said


def test_another_kind_of_token_is_told_apart() -> None:
    assert "starts with xoxb-" in refused(slack_bot_token="xapp-1-made-up")
    assert "starts with xapp-" in refused(slack_app_token="xoxb-1-made-up")


def test_what_a_paste_leaves_around_a_token_is_taken_off() -> None:
    settings = load_settings(slack_bot_token=" xoxb-1-made-up\n", slack_signing_secret="made-up \n")
    assert (settings.slack_bot_token, settings.slack_signing_secret) == ("xoxb-1-made-up", "made-up")


def test_no_secret_of_slack_is_in_what_the_settings_print() -> None:
    shown = repr(load_settings(**TOKEN, **SIGNED, **SOCKET)) + repr(load_settings(**OAUTH, **SIGNED))
    assert not any(value in shown for value in (*TOKEN.values(), *SIGNED.values(), *SOCKET.values()))
    assert "made-up-client-secret" not in shown


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://slack-gov.com/api", "https://slack-gov.com/api/"),
        ("https://slack.com/api//", "https://slack.com/api/"),
        ("http://127.0.0.1:8900/api/", "http://127.0.0.1:8900/api/"),
    ],
)
def test_the_address_of_the_api_ends_with_one_slash(given: str, kept: str) -> None:
    assert load_settings(slack_api_url=given).slack_api_url == kept


@pytest.mark.parametrize("given", ["http://slack.com/api/", "slack.com/api", "https://slack.com/api/?x=1", ""])
def test_an_address_of_the_api_that_would_leak_the_token_is_refused(given: str) -> None:
    assert "SIGNOFF_SLACK_API_URL: has to start with https://" in refused(slack_api_url=given)


def test_the_pause_between_messages_is_seconds_within_a_minute() -> None:
    assert Settings().slack_message_seconds == 1.0
    assert "SIGNOFF_SLACK_MESSAGE_SECONDS" in refused(slack_message_seconds=61)
    assert "SIGNOFF_SLACK_MESSAGE_SECONDS" in refused(slack_message_seconds=-1)
