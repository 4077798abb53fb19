"""The settings of Teams: what goes together, what is said when it does not, and what they lead to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.teams.client import CLOUDS, US_GOVERNMENT, ClientSecret, Cloud, ManagedIdentity
from bot.app.registration import cloud_of, grant_of
from bot.errors import SettingsInvalid
from bot.settings import load_settings

APP, TENANT = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
SECRET = {"teams_app_id": APP, "teams_app_secret": "made-up~secret", "teams_tenant": TENANT}
IDENTITY = {"teams_app_id": APP, "teams_managed_identity": APP, "teams_tenant": TENANT}
ELSEWHERE = """
openid_url: https://login.cloud.test/v1/.well-known/openidconfiguration
issuer: https://api.cloud.test
login_url: https://login.cloud.test/
scope: https://api.cloud.test
service_url: https://connector.cloud.test/teams/
"""


@pytest.fixture(autouse=True)
def _nothing_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("SIGNOFF_", "IDENTITY_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def refused(**given: object) -> str:
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(**given)
    return str(caught.value)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"teams_app_id": APP}, "SIGNOFF_TEAMS_APP_SECRET is missing"),
        (SECRET | {"teams_tenant": ""}, "SIGNOFF_TEAMS_TENANT is missing"),
        (IDENTITY | {"teams_tenant": ""}, "SIGNOFF_TEAMS_TENANT is missing"),
        (SECRET | IDENTITY, "SIGNOFF_TEAMS_APP_SECRET and SIGNOFF_TEAMS_MANAGED_IDENTITY exclude each other"),
        (SECRET | {"teams_app_id": ""}, "SIGNOFF_TEAMS_APP_SECRET and SIGNOFF_TEAMS_TENANT without SIGNOFF_TEAMS_APP"),
        (IDENTITY | {"teams_managed_identity": TENANT}, "SIGNOFF_TEAMS_MANAGED_IDENTITY is not SIGNOFF_TEAMS_APP_ID"),
    ],
)
def test_what_does_not_make_a_whole_is_refused_by_name_with_the_remedy(given: dict[str, str], named: str) -> None:
    said = refused(**given)
    assert named in said
    assert "set" in said
    assert "made-up~secret" not in said


@pytest.mark.parametrize("name", ["teams_app_id", "teams_tenant", "teams_managed_identity"])
def test_what_is_no_id_of_a_directory_is_refused(name: str) -> None:
    assert f"SIGNOFF_{name.upper()}: has to be an id such as" in refused(**{name: "contoso.test"})


@pytest.mark.parametrize(("given", "why"), [(TENANT, "is the secret's id"), ("hidden and wrong", "has to be one word")])
def test_a_wrong_secret_is_named_and_never_shown(given: str, why: str) -> None:
    said = refused(**SECRET | {"teams_app_secret": given})
    assert f"SIGNOFF_TEAMS_APP_SECRET: {why}" in said
    assert given not in said


def test_what_a_paste_leaves_is_taken_off_and_no_secret_is_printed() -> None:
    settings = load_settings(**SECRET | {"teams_app_id": f" {APP.upper()}\n", "teams_app_secret": "made-up~secret\n"})
    assert (settings.teams_app_id, settings.teams_app_secret) == (APP, "made-up~secret")
    assert "made-up~secret" not in repr(settings)


def test_a_secret_asks_the_directory_of_its_tenant() -> None:
    grant = grant_of(load_settings(**SECRET))
    assert grant == ClientSecret(APP, "made-up~secret", TENANT)
    assert grant.ask().url == f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"


def test_a_managed_identity_asks_its_machine_or_its_app_service(monkeypatch: pytest.MonkeyPatch) -> None:
    assert grant_of(load_settings(**IDENTITY)) == ManagedIdentity(APP)
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:41000/token")
    monkeypatch.setenv("IDENTITY_HEADER", "made-up-header")
    assert grant_of(load_settings(**IDENTITY)) == ManagedIdentity(APP, "http://127.0.0.1:41000/token", "made-up-header")


def test_a_cloud_is_known_by_name_or_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "cloud.yaml"
    file.write_text(ELSEWHERE, encoding="utf-8")
    assert cloud_of(load_settings()) == Cloud()
    assert cloud_of(load_settings(teams_cloud="us_government")) == US_GOVERNMENT
    assert {name: cloud_of(load_settings(teams_cloud=name)) for name in CLOUDS} == CLOUDS
    found = cloud_of(load_settings(teams_cloud=str(file)))
    assert (found.issuer, found.login_url) == ("https://api.cloud.test", "https://login.cloud.test/")


@pytest.mark.parametrize(
    "wrong",
    [
        ELSEWHERE.replace("login_url: https", "login_url: http"),
        ELSEWHERE.replace("openid_url: https", "openid_url: http"),
        ELSEWHERE.replace("service_url:", "service:"),
        ELSEWHERE.replace("issuer: https://api.cloud.test\n", ""),
        "- a list",
        "\x00",
    ],
)
def test_a_file_that_would_lead_the_secret_astray_is_refused(wrong: str, tmp_path: Path) -> None:
    file = tmp_path / "cloud.yaml"
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(SettingsInvalid, match="SIGNOFF_TEAMS_CLOUD") as caught:
        cloud_of(load_settings(teams_cloud=str(file)))
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("name", "issuer", "login", "connector"),
    [
        ("gcc", "api.botframework.com", "login.microsoftonline.com", "smba.infra.gcc.teams.microsoft.com"),
        ("us_government", "api.botframework.us", "login.microsoftonline.us", "smba.infra.gov.teams.microsoft.us"),
        ("dod", "api.botframework.us", "login.microsoftonline.us", "smba.infra.dod.teams.microsoft.us"),
        (
            "china",
            "api.botframework.azure.cn",
            "login.partner.microsoftonline.cn",
            "frontend.botapi.msg.infra.teams.microsoftonline.cn",
        ),
    ],
)
def test_each_cloud_has_its_own_keys_logins_and_connectors(name: str, issuer: str, login: str, connector: str) -> None:
    found = cloud_of(load_settings(teams_cloud=name))
    assert {found.issuer, found.scope} == {f"https://{issuer}"}
    assert found.login_url == f"https://{login}/"
    assert found.service_url == f"https://{connector}/teams/"
    assert found.openid_url.startswith("https://login.botframework.")
    assert found.openid_url.endswith("/v1/.well-known/openidconfiguration")


def test_a_cloud_that_is_neither_is_refused() -> None:
    assert "SIGNOFF_TEAMS_CLOUD: has to be public, gcc, us_government, dod, china, or a YAML file" in refused(
        teams_cloud="moon"
    )
