"""``signoff doctor``."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from bot.doctor import Finding, Health, examine
from bot.settings import Settings, load_settings

_MARKS = {Health.FINE: ("✓", "green"), Health.WARNING: ("!", "yellow"), Health.WRONG: ("✗", "red")}


def doctor_command(
    policy: Annotated[Path | None, typer.Option(help="The policy file (SIGNOFF_POLICY).")] = None,
    database: Annotated[str | None, typer.Option(help="The database (SIGNOFF_DATABASE).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Say what is wrong with this set-up and how to mend it; exit 1 when something is."""
    settings = load_settings(policy=policy, database=database)
    findings = asyncio.run(_collect(settings, show=not as_json))
    if as_json:
        typer.echo(json.dumps([msgspec.to_builtins(finding) for finding in findings], indent=2))
    if any(finding.health is Health.WRONG for finding in findings):
        raise typer.Exit(1)


async def _collect(settings: Settings, *, show: bool) -> list[Finding]:
    console = Console(highlight=False)
    findings = []
    async for finding in examine(settings):
        findings.append(finding)
        if show:
            mark, style = _MARKS[finding.health]
            console.print(Text.assemble((f"{mark} ", style), (f"{finding.check}: ", "bold"), finding.text))
            if finding.remedy:
                console.print(Text(f"    → {finding.remedy}", style="cyan"))
    return findings
