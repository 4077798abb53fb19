"""The Teams app's package: Teams would take it, made out for any bot and address, and the same each time."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from adapters.teams.app.commands import ANSWERS
from bot.cli import app
from bot.errors import BadInput
from bot.manifest import teams_manifest, teams_package

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "manifest" / "teams"
SCHEMA = json.loads(
    (ROOT / "tests/fakes/teams/schemas/MicrosoftTeams.schema.1.29.json").read_text(encoding="utf-8"),
)
BOT, HOST = "11111111-2222-3333-4444-555555555555", "signoff.acme.test"


def said(*words: str) -> str:
    result = CliRunner().invoke(app, ["manifest", "teams", *words])
    assert result.exit_code == 0, result.output
    return result.output


def commands(manifest: dict[str, Any]) -> list[list[str]]:
    return [[one["title"] for one in listed["commands"]] for listed in manifest["bots"][0]["commandLists"]]


def pixels(image: bytes) -> tuple[int, int, list[tuple[int, ...]]]:
    """Width, height and the red, green, blue and opacity of each pixel of a PNG file without filters."""
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, kind = struct.unpack(">IIBB", image[16:26])
    assert (depth, kind) == (8, 6)
    start = image.index(b"IDAT")
    (length,) = struct.unpack(">I", image[start - 4 : start])
    rows = zlib.decompress(image[start + 4 : start + 4 + length])
    line = 1 + 4 * width
    found = [rows[line * row + 1 + 4 * at : line * row + 5 + 4 * at] for row in range(height) for at in range(width)]
    return width, height, [tuple(one) for one in found]


@pytest.mark.parametrize(
    "manifest",
    [
        teams_manifest(BOT, HOST),
        teams_manifest(f" {BOT.upper()} ", "SIGNOFF.acme.test", name="Acme sign-off"),
        json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8")),
    ],
    ids=["made out", "named", "as it lies there"],
)
def test_microsoft_s_own_schema_takes_it(manifest: dict[str, Any]) -> None:
    # The schema itself is not checked: it has patterns in another dialect than Python's, for parts that are not used.
    jsonschema.Draft4Validator(SCHEMA).validate(manifest)


def test_the_schema_would_find_a_mistake() -> None:
    wrong = teams_manifest(BOT, HOST)
    wrong["bots"][0]["commandLists"][0]["commands"] *= 2
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(wrong)


def test_it_is_made_out_for_one_bot_and_one_host_and_nothing_of_the_template_is_left() -> None:
    manifest = teams_manifest(BOT, HOST)
    assert (manifest["id"], manifest["bots"][0]["botId"], manifest["validDomains"]) == (BOT, BOT, [HOST])
    assert "example.com" not in json.dumps(manifest)
    assert "00000000-0000" not in json.dumps(manifest)


def test_its_commands_are_those_that_the_bot_answers() -> None:
    in_teams, in_person = commands(teams_manifest(BOT, HOST))  # each list has room for twelve
    assert {*in_teams, *in_person} == {*ANSWERS, "link"}
    assert "link" not in in_person
    assert {"queue", "samples"} <= {*in_person} - {*in_teams}


def test_what_is_asked_for_is_little() -> None:
    manifest = teams_manifest(BOT, HOST)
    assert not {"permissions", "devicePermissions", "authorization", "webApplicationInfo"} & set(manifest)
    assert manifest["bots"][0]["scopes"] == ["team", "personal"]


def test_the_package_has_three_files_at_its_root_and_the_same_bytes_each_time() -> None:
    package = teams_package(BOT, HOST)
    assert package == teams_package(BOT, HOST)
    held = zipfile.ZipFile(io.BytesIO(package))
    assert held.testzip() is None
    assert held.namelist() == ["manifest.json", "color.png", "outline.png"]
    manifest = json.loads(held.read("manifest.json"))
    assert manifest == teams_manifest(BOT, HOST)
    assert set(manifest["icons"].values()) == {"color.png", "outline.png"}


def test_the_icons_have_the_sizes_and_colours_that_teams_asks_for() -> None:
    width, height, seen = pixels((FOLDER / "color.png").read_bytes())
    assert (width, height) == (192, 192)
    assert {one[3] for one in seen} == {255}
    width, height, seen = pixels((FOLDER / "outline.png").read_bytes())
    assert (width, height) == (32, 32)
    assert {one[:3] for one in seen} == {(255, 255, 255)}
    assert {0, 255} <= {one[3] for one in seen}
    assert seen[0][3] == 0


def test_the_icons_are_what_their_script_draws(tmp_path: Path) -> None:
    script = tmp_path / "make_icons.py"
    script.write_bytes((FOLDER / "make_icons.py").read_bytes())
    subprocess.run([sys.executable, str(script)], check=True, timeout=60)
    for name in ("color.png", "outline.png"):
        assert pixels((tmp_path / name).read_bytes()) == pixels((FOLDER / name).read_bytes())


@pytest.mark.parametrize(
    ("app_id", "domain", "name", "field"),
    [
        ("", HOST, "", "--app-id"),
        ("signoff", HOST, "", "--app-id"),
        ("00000000-0000-0000-0000-000000000000", HOST, "", "--app-id"),
        (BOT, "", "", "--domain"),
        (BOT, f"https://{HOST}", "", "--domain"),
        (BOT, f"{HOST}/desk", "", "--domain"),
        (BOT, f"{HOST}:8650", "", "--domain"),
        (BOT, f"*.{HOST}", "", "--domain"),
        (BOT, "localhost", "", "--domain"),
        (BOT, "127.0.0.1", "", "--domain"),
        (BOT, 'a"b.test', "", "--domain"),
        (BOT, f"{'a' * 64}.test", "", "--domain"),
        (BOT, HOST, "x" * 31, "--name"),
        (BOT, HOST, "  ", "--name"),
    ],
)
def test_what_teams_would_not_take_is_refused_with_the_remedy(app_id: str, domain: str, name: str, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        teams_package(app_id, domain, name=name)
    assert caught.value.field == field
    assert caught.value.remedy


def test_the_command_writes_the_package(tmp_path: Path) -> None:
    file = tmp_path / "signoff-teams.zip"
    told = said("--app-id", BOT, "--domain", HOST, "-o", str(file))
    assert str(file) in told.replace("\n", "")
    assert file.read_bytes() == teams_package(BOT, HOST)
    assert json.loads(said("--app-id", BOT, "--domain", HOST, "--json")) == teams_manifest(BOT, HOST)


def test_the_command_falls_back_to_the_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIGNOFF_PUBLIC_URL", f"https://{HOST}")
    monkeypatch.setenv("SIGNOFF_TEAMS_APP_ID", BOT)
    monkeypatch.setenv("SIGNOFF_TEAMS_APP_SECRET", "made-up~secret")
    monkeypatch.setenv("SIGNOFF_TEAMS_TENANT", BOT)
    said()
    assert (tmp_path / "signoff-teams.zip").read_bytes() == teams_package(BOT, HOST)


def test_a_place_that_can_t_be_written_is_said_to_be_so(tmp_path: Path) -> None:
    words = ["manifest", "teams", "--app-id", BOT, "--domain", HOST, "-o", str(tmp_path / "not there" / "a.zip")]
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, BadInput)
    assert result.exception.field == "--output"
