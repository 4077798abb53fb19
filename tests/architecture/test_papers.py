"""What the README and the other papers say exists: links, commands, settings, targets, rooms and dependencies."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bot.cli import app
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PAPERS = sorted(
    path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")) if not path.stem.endswith("template")
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Data that zoneinfo reads where the system has none; nobody imports it.
NOT_IMPORTED = {"tzdata"}


def section(text: str, heading: str) -> str:
    found = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of every row of the section's table, without its heading."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in table[1:] if not set("".join(row)) <= set("-: ")]


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def commands() -> dict[str, Any]:
    """Every command by its words, groups included: ``policy``, ``policy check``."""
    found: dict[str, Any] = {}

    def walk(prefix: str, command: Any) -> None:
        for name, one in getattr(command, "commands", {}).items():
            words = f"{prefix} {name}".strip()
            found[words] = one
            walk(words, one)

    walk("", typer.main.get_command(app))
    return found


def named_in(text: str) -> Iterator[str]:
    """Command lines of ``signoff`` in code spans, code blocks and indented lines."""
    spans = re.findall(r"`(?:\.venv/bin/)?signoff ([^`]+)(?<! v1)`", text)  # but the labels of derived keys
    lines = re.findall(r"^(?: {4,}|\s*(?:\w+=\$\()?)(?:\.venv/bin/)?signoff ([a-z][^\n]*)", text, re.MULTILINE)
    yield from (*spans, *lines)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    lost = [
        target
        for target in targets
        if not target.startswith(("https://", "http://", "#"))
        and not (paper.parent / target.partition("#")[0]).exists()
    ]
    assert not lost


def test_the_table_of_commands_is_the_program_s() -> None:
    told = set()
    for row in rows(section(README, "Commands")):
        first, *others = codes(row[0])
        words = [word for word in first.split()[1:] if not word.isupper()]
        told.add(" ".join(words))
        told.update(" ".join([*words[:-1], other]) for other in others)
    present = commands()
    groups = {name for name, command in present.items() if hasattr(command, "commands")}
    # A group is told of by what is in it, or by its own name alone (`agent provisioner`).
    assert told <= set(present)
    assert {name for name in present if name not in groups and not name.startswith(tuple(told))} == set()


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_named_in_papers_exist(paper: Path) -> None:
    present = commands()
    for line in (line.partition(" # ")[0] for line in named_in(paper.read_text(encoding="utf-8"))):
        words = re.match(r"[a-z][a-z-]*(?: [a-z][a-z-]*)*", line)
        if words is None:  # an option alone
            continue
        first = words[0].split()
        group = hasattr(present.get(first[0]), "commands")
        name = " ".join(first[:2]) if group and len(first) > 1 else first[0]
        assert name in present, f"signoff {line}"
        for option in re.findall(r"(?<=\s)--[a-z-]+", line):
            known = {text for parameter in present[name].params for text in parameter.opts} | {"--help"}
            assert option in known, f"signoff {line}"


def test_the_table_of_settings_is_the_program_s() -> None:
    told: dict[str, str] = {}
    for row in rows(section(README, "Settings")):
        names, defaults = codes(row[0]), codes(row[1])
        assert len(defaults) in {0, len(names)}, row
        told.update(zip(names, defaults or [""] * len(names), strict=True))
    fields = Settings.model_fields.items()
    assert told == {f"SIGNOFF_{name.upper()}": _as_written(field.default) for name, field in fields}


def _as_written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_every_setting_says_what_it_is() -> None:
    for row in rows(section(README, "Settings")):
        assert row[2], row


def test_targets_named_in_papers_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for text in (README, CONTRIBUTING):
        named = re.findall(r"(?:`|^ {4}|^)make ([a-z-]+)", text, re.MULTILINE)
        assert named
        assert set(named) <= targets


@pytest.mark.parametrize(
    "paper", [ROOT / "docs" / "architecture.md", ROOT / "CONTRIBUTING.md"], ids=lambda path: path.name
)
def test_every_room_named_is_there(paper: Path) -> None:
    named = re.findall(
        r"`((?:bot|adapters|store|tests|bench|docs|examples)/[\w./-]*)`", paper.read_text(encoding="utf-8")
    )
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_listing_of_the_house_is_the_house() -> None:
    text = section((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"), "The house")
    rooms = set(re.findall(r"^ {6}(\w+)", text, re.MULTILINE)) | set(re.findall(r"[; ](\w+)/ ", text))
    present = {
        path.stem
        for path in (ROOT / "bot").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and not path.name.startswith("_")
    }
    told = set(re.findall(r"\b\w+\b", text))
    assert present <= told, f"the listing lacks {', '.join(sorted(present - told))}"
    assert {room for room in rooms if not _is_a_room(room)} == set()


def _is_a_room(name: str) -> bool:
    places = [ROOT, *(ROOT / name for name in ("bot", "adapters", "store", "tests", "docs"))]
    return any((place / name).is_dir() or (place / f"{name}.py").exists() for place in places)


def names(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w-]+", one)[0] for one in requirements}  # type: ignore[index]  # every one begins with a name


@pytest.mark.parametrize(
    ("heading", "requirements"),
    [
        ("To run", PROJECT["dependencies"]),
        ("To build and test (extra `dev`)", PROJECT["optional-dependencies"]["dev"]),
    ],
)
def test_every_dependency_has_its_reason(heading: str, requirements: list[str]) -> None:
    table = rows(section(CONTRIBUTING, heading))
    assert sorted(codes(row[0])[0] for row in table) == sorted(names(requirements))
    assert all(row[1] for row in table)


def test_every_dependency_to_run_is_imported_by_what_runs() -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for package in ("bot", "adapters", "store")
        for path in (ROOT / package).rglob("*.py")
    )
    imported = set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE))
    brought: dict[str, set[str]] = {}
    for module, distributions in packages_distributions().items():
        for distribution in distributions:
            brought.setdefault(distribution.lower().replace("_", "-"), set()).add(module)
    idle = {name for name in names(PROJECT["dependencies"]) if not brought.get(name, set()) & imported}
    assert idle == NOT_IMPORTED
