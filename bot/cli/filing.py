"""The file of one decision on the command line: taking it, and checking it offline."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from adapters.clock import SystemClock
from bot.cards import plain
from bot.cli import audit_words as words
from bot.cli.audit_keys import own_keys, trusted_keys
from bot.cli.reading import AsJson, console, operator, say_json
from bot.domain.jsontext import read
from bot.errors import BadInput
from bot.filing import DecisionFile, Filing, Form, Key, Sight, in_form
from bot.filing.checking import Checked
from bot.filing.verifying import verify_bytes
from bot.ports import Store
from bot.settings import Settings

NOT_WHOLE = 3
"""The exit code where nothing is wrong and not everything could be checked."""
FileOut = Annotated[
    Path | None,
    typer.Option(
        "--file",
        metavar="OUT",
        help="Write the whole file of the decision, with its proof: .json, .html or .pdf, as OUT ends. It shows what "
        "is masked elsewhere, and that you took it goes on record.",
    ),
]
Masked = Annotated[bool, typer.Option("--masked", help="With --file: sensitive values stay masked, to hand it on.")]


def form_of(out: Path) -> Form:
    """What a file is to be, by how its name ends.

    Raises:
        BadInput: when it ends otherwise.
    """
    ending = out.suffix.lower().removeprefix(".")
    if ending not in {form.value for form in Form}:
        raise BadInput(f"{out.name} ends in none of .json, .html, .pdf", field="--file", remedy="end it in one of them")
    return Form(ending)


async def write_decision_file(store: Store, settings: Settings, request_id: str, out: Path, *, masked: bool) -> None:
    """Take the file of a request and write it.

    Raises:
        NotFound: when there is no such request.
        BadInput: when the name says no form, or nothing can be written there.
    """
    form = form_of(out)
    keys = own_keys(settings)
    filing = Filing(store, SystemClock(), Key(keys.signer, keys.public_key))
    sight = Sight.MASKED if masked else Sight.WHOLE
    file = await filing.take(request_id, sight, operator())
    raw = await in_form(file, form)
    try:
        await asyncio.to_thread(out.write_bytes, raw)
    except OSError as error:
        raise BadInput(f"{out} can't be written: {error.strerror}", field="--file") from error
    typer.echo(f"{out}: {len(raw):,} bytes; {_told(file)}", err=True)


def _told(file: DecisionFile) -> str:
    shows = "sensitive values are masked" if file.withheld else "it holds everything in clear"
    lines = (*file.proof.events, *file.others)
    unsealed = sum(line.leaf is None for line in lines)
    if not unsealed:
        return shows
    return f"{shows}; {unsealed} of its {len(lines)} events are not sealed yet: write it again in a few seconds"


def verify_file_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A decision file: .json, .html or .pdf.")],
    *,
    public_key: Annotated[
        list[str],
        typer.Option("--public-key", help="A trusted key, or a file with it; may be given several times."),
    ],
    as_json: AsJson = False,
) -> None:
    """Check the file of one decision offline: its events, its words, and what is to be seen of it.

    Exit codes: 0 everything in it is proven, 1 something is wrong, 3 nothing is wrong but not everything is proven yet.
    """
    keys = trusted_keys(public_key, None)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} can't be read: {error.strerror}", field="file") from error
    _refuse_other(raw)
    checked = verify_bytes(raw, keys)
    if as_json:
        say_json(_json(checked))
    else:
        _say(checked)
    if not checked.ok:
        raise typer.Exit(1)
    if not checked.whole:
        raise typer.Exit(NOT_WHOLE)


def _refuse_other(raw: bytes) -> None:
    """Lead whoever gives another of our files to the command for it."""
    if raw.startswith(b'{"kind":"signoff.'):
        kind = read(raw.partition(b"\n")[0], what="file", most_marks=None).get("kind")
        if kind != "signoff.file":
            remedy = "`signoff audit verify --file` checks exports and proofs"
            raise BadInput(f"is no decision file but a {plain(str(kind))}", field="file", remedy=remedy)


def _json(checked: Checked) -> dict[str, Any]:
    return {"ok": checked.ok, "whole": checked.whole, **msgspec.to_builtins(checked)}


def _say(checked: Checked) -> None:
    out = console()
    if checked.ok:
        sealed = checked.events - checked.unsealed
        out.print(f"[green]✓[/green] Nothing in the file of request {plain(checked.request)} was changed.")
        out.print(
            f"  {sealed} of its {checked.events} events are proven by a checkpoint; every statement follows from them."
        )
    else:
        out.print(f"[red]✗[/red] The file of request {plain(checked.request)} is not what was recorded.")
        out.print(words.findings_table(checked.findings))
    if checked.withheld:
        out.print(
            f"  {checked.withheld} events are kept back in part: of what is shown of them, the file's signature speaks."
        )
    if checked.unsealed:
        out.print(
            f"[yellow]![/yellow] {checked.unsealed} events were not sealed when it was made: make it again later."
        )
    for doubt in checked.doubts:
        out.print(f"[yellow]![/yellow] Not checked: {plain(doubt)}.")
