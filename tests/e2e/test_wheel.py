"""The wheel, built as anybody would and installed where nothing of this tree is: it brings all that it needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("adapters", "bot", "manifest", "store")
OURS = ("adapters/", "bot/", "manifest/", "store/", "signoff_bot-")


def run(*words: str | Path, cwd: Path, **more: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SIGNOFF_", "PYTHON"))}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env={**kept, "PYTHONUTF8": "1", **more},
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the tree, with what is installed here: no index is asked."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, source / name)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name)
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--no-cache-dir", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "wheel", "-q", *offline, "-w", folder, source, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_every_file_of_the_packages_and_no_other(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    assert all(name.startswith(OURS) for name in held)
    source = wheel.parent / "source"
    present = {
        path.relative_to(source).as_posix()
        for package in PACKAGES
        for path in (source / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in held if not name.startswith("signoff_bot-")} == present
    # What a wheel loses first, since Python does not import it.
    for needed in (
        "adapters/desk/templates/request.html",
        "adapters/desk/static/desk.js",
        "bot/demo/policy.yaml",
        "bot/replaying/page.html",
        "manifest/slack.yaml",
        "manifest/teams/color.png",
        "manifest/teams/manifest.json",
        "manifest/teams/outline.png",
        "store/migrations/versions/0001_first_tables.py",
    ):
        assert needed in held


def test_installed_alone_it_does_its_whole_work(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "--without-pip", "fresh", cwd=tmp_path)
    python = tmp_path / "fresh" / "bin" / "python"
    offline = ("--no-deps", "--no-index", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "-q", "--python", python, "install", *offline, wheel, cwd=tmp_path)
    # The dependencies come from here. Path files in it are not followed, so this tree is not on the path.
    path = {"PYTHONPATH": sysconfig.get_path("purelib")}
    signoff = tmp_path / "fresh" / "bin" / "signoff"
    where = run(python, "-c", "import bot, store, adapters; print(bot.__file__)", cwd=tmp_path, **path)
    assert where.startswith(str(tmp_path / "fresh"))

    assert "named human" in run(signoff, "--help", cwd=tmp_path, **path)
    shutil.copy(ROOT / "examples" / "policy.yaml", tmp_path)
    assert "policy.yaml is good" in run(signoff, "policy", "check", "policy.yaml", cwd=tmp_path, **path)
    told = run(signoff, "manifest", "slack", "--url", "https://signoff.acme.test", cwd=tmp_path, **path)
    assert "https://signoff.acme.test/slack/events" in told
    bot = "11111111-2222-3333-4444-555555555555"
    run(signoff, "manifest", "teams", "--app-id", bot, "--domain", "signoff.acme.test", cwd=tmp_path, **path)
    assert zipfile.ZipFile(tmp_path / "signoff-teams.zip").testzip() is None
    # Pages, styles, the policy within and the migrations: a demonstration uses them all.
    told = run(signoff, "demo", "--scripted", "--keep", "kept", cwd=tmp_path, **path)
    assert "Nothing ran without a decision, and everything that ran has its outcome." in told
    assert "Record verified" in told
