"""``signoff audit``: verify the record, show, prove and export parts of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from adapters.clock import SystemClock
from bot.cli import audit_words as words
from bot.cli.audit_export import export_command
from bot.cli.audit_keys import TrustedKeys, own_key, text_of_file, trusted_keys
from bot.cli.audit_rotate import rotate_key_command
from bot.cli.reading import AsJson, Database, console, now, say_json, shown, with_store
from bot.errors import BadInput, NotFound
from bot.ports import Checkpoint, Store
from bot.proving.consistency import compare_exports
from bot.proving.files import ExportFile, verify_export
from bot.proving.findings import Finding, Report
from bot.proving.key_changes import with_changes
from bot.proving.keys import Keyring
from bot.proving.manifests import manifest_path
from bot.proving.notes import compare_kept, read_notes
from bot.proving.record import Progress
from bot.proving.requests import Proven, prove, verify_record
from bot.proving.selected_files import verify_selected
from bot.proving.together import verify_together
from bot.proving.views import compare_rows
from bot.recording import stream_of
from bot.sealing import note_of
from bot.settings import Settings, load_settings
from store.opening import open_store

app = typer.Typer(no_args_is_help=True)
app.command("export")(export_command)
app.command("rotate-key")(rotate_key_command)

Out = Annotated[Path, typer.Option(help="The file to write.")]
_LONG = 200_000
"""Events from which on several processes are faster than one, which need a second to begin."""
_WHOLE = b'{"kind":"signoff.'
_PROOF = b'{"kind":"signoff.proof"'


@app.command("verify")
def verify_command(
    *,
    file: Annotated[
        Path | None, typer.Option(help="Verify this export or proof instead, offline, with --public-key.")
    ] = None,
    public_key: TrustedKeys = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="Checkpoints kept elsewhere, one or as many as were published: the record has to hold them."),
    ] = None,
    views: Annotated[
        bool, typer.Option(help="Rebuild every view from the events too, and compare it row by row; takes longer.")
    ] = True,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes that verify; 0 is one a core where the record is long, else one.")
    ] = 0,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Find whatever was changed, removed, reordered, inserted, cut off or forged; exit 1 when there is anything."""
    if file is not None:
        _verify_file(file, trusted_keys(public_key, None), checkpoint, as_json=as_json)
        return
    keys = trusted_keys(public_key, load_settings(database=database))

    async def work(store: Store, settings: Settings) -> Report:
        total = await store.recorded()
        opener = partial(open_store, settings.database, SystemClock(), vault_key=None, migrate=False)
        several = workers or (os.cpu_count() or 1 if total >= _LONG else 1)
        with words.progress(total, quiet=as_json) as step:
            report = await verify_together(store, keys, opener, several, rows=views, progress=step)
        if checkpoint is None:
            return report
        return _with_kept(report, checkpoint, await store.seals.checkpoints(), await with_changes(store, keys))

    _say(with_store(database, work), as_json=as_json)


@app.command("show")
def show_command(
    of: Annotated[str, typer.Argument(metavar="ID", help="A request's id, or a stream such as agent:... .")],
    *,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show the events of a request (or an agent, an instance, a ledger): when, who, where, what, and their hashes."""
    stream = of if ":" in of else stream_of("request", of)

    async def work(store: Store, _: Settings) -> None:
        records = await store.events(stream)
        if not records:
            raise NotFound(f"there are no events of {of}", remedy="`signoff request list` lists requests")
        leaves = [await store.seals.leaf(stream, record.seq) for record in records]
        if as_json:
            events = [words.event_json(record, leaf) for record, leaf in zip(records, leaves, strict=True)]
            say_json({"stream": stream, "events": events})
        else:
            console().print(words.events_text(records, leaves), soft_wrap=True)

    with_store(database, work)


@app.command("prove")
def prove_command(
    request: Annotated[str, typer.Argument(metavar="ID", help="The request's id.")],
    out: Out,
    database: Database = None,
) -> None:
    """Write a file that proves one request's events; `signoff audit verify --file` checks it offline."""

    async def work(store: Store, settings: Settings) -> bytes:
        return await prove(store, request, own_key(settings), now())

    raw = with_store(database, work)
    out.write_bytes(raw)
    typer.echo(f"{out}: {len(raw):,} bytes; it holds the request's data in clear", err=True)


@app.command("public-key")
def public_key_command(
    *,
    pem: Annotated[bool, typer.Option("--pem", help="As PEM, for other tools.")] = False,
) -> None:
    """Print the key that an auditor needs to check this server's signatures; it is no secret."""
    key = own_key(load_settings())
    typer.echo(key.pem if pem else key.line, nl=not pem)


@app.command("checkpoint")
def checkpoint_command(database: Database = None) -> None:
    """Print the newest checkpoint as a signed note: kept elsewhere, it shows later whether the record was cut."""

    async def work(store: Store, _: Settings) -> str:
        last = await store.seals.last()
        if last is None:
            raise NotFound("nothing is sealed yet", remedy="`signoff serve` seals every second")
        return note_of(last)

    typer.echo(with_store(database, work), nl=False)


@app.command("rebuild")
def rebuild_command(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Compare only; nothing is written (the only way for now).")
    ] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Make every view anew from the events and compare it with what is kept; exit 1 when a row differs."""
    if not check:
        raise BadInput(
            "is needed", field="--check", remedy="`signoff audit rebuild --check` compares and writes nothing"
        )

    async def work(store: Store, _: Settings) -> tuple[str, list[Finding]]:
        with words.progress(None, quiet=as_json) as step:
            return await compare_rows(store, progress=step)

    said, findings = with_store(database, work)
    ok = said == "compared" and not findings
    if as_json:
        say_json({"ok": ok, "views": said, "findings": [msgspec.to_builtins(finding) for finding in findings]})
    elif ok:
        console().print("[green]✓[/green] Every row follows from the events.")
    else:
        console().print(words.findings_table(findings) if findings else said)
    if not ok:
        raise typer.Exit(1)


def _with_kept(report: Report, file: Path, checkpoints: Sequence[Checkpoint], keys: Keyring) -> Report:
    """The report, and what checkpoints that were kept elsewhere say against it."""
    kept = read_notes(text_of_file(file))
    more = [finding for one in kept for finding in compare_kept(one, checkpoints, keys)]
    known = set(report.findings)
    return msgspec.structs.replace(report, findings=(*report.findings, *(one for one in more if one not in known)))


def _verify_file(file: Path, keys: Keyring, kept: Path | None, *, as_json: bool) -> None:
    try:
        with file.open("rb") as opened:
            start = opened.read(len(_PROOF))
        raw = file.read_bytes() if start == _PROOF else None
    except OSError as error:
        raise BadInput(f"can't be read: {error.strerror}", field="file") from error
    beside = manifest_path(file)
    part = raw is None and (beside.exists() or not start.startswith(_WHOLE))
    if kept is not None and (part or raw is not None):
        raise BadInput(
            "is held against the record or a whole export", field="--checkpoint", remedy="leave it out with a part"
        )
    if raw is not None:
        _say_proven(verify_record(raw, keys), as_json=as_json)
        return
    if part:
        with words.progress(None, quiet=as_json) as step:
            _say(verify_selected(file, beside, keys, progress=step), as_json=as_json)
        return
    with words.progress(None, quiet=as_json) as step:
        report = asyncio.run(_verify_whole(file, keys, kept, step))
    _say(report, as_json=as_json)


async def _verify_whole(file: Path, keys: Keyring, kept: Path | None, step: Progress | None) -> Report:
    report = await verify_export(file, keys, progress=step)
    if kept is None:
        return report
    export = ExportFile(file)
    return _with_kept(report, kept, export.every_checkpoint, await with_changes(export, keys))


@app.command("consistency")
def consistency_command(
    old: Annotated[Path, typer.Argument(help="The older export (JSONL, of the whole record or a span of time).")],
    new: Annotated[Path, typer.Argument(help="The newer one.")],
    *,
    public_key: TrustedKeys = None,
    as_json: AsJson = False,
) -> None:
    """Prove offline that a newer export contains an older one, and name what differs; exit 1 when anything does."""
    found = asyncio.run(compare_exports(old, new, trusted_keys(public_key, None)))
    if as_json:
        say_json({"ok": found.ok, **msgspec.to_builtins(found)})
    else:
        words.say_consistency(console(), found)
    if not found.ok:
        raise typer.Exit(1)


def _say(report: Report, *, as_json: bool) -> None:
    if as_json:
        say_json(words.report_json(report))
    else:
        words.say_report(console(), report)
    if not report.ok:
        raise typer.Exit(1)


def _say_proven(proven: Proven, *, as_json: bool) -> None:
    whole = proven.ok and not proven.unsealed
    out = console()
    if as_json:
        findings = [msgspec.to_builtins(finding) for finding in proven.findings]
        told = {"request": proven.request, "events": proven.events, "unsealed": proven.unsealed}
        say_json({"ok": whole, **told, "sealed_at": msgspec.to_builtins(proven.sealed_at), "findings": findings})
    elif proven.findings:
        out.print(f"[red]✗[/red] request {proven.request} is not proven")
        out.print(words.findings_table(proven.findings))
    elif proven.unsealed:
        out.print(f"[yellow]![/yellow] {proven.unsealed} of {proven.events} events of {proven.request} are not proven")
        out.print("  They were not sealed when the file was made; make it again a few seconds later.")
    else:
        at = shown(proven.sealed_at)
        out.print(f"[green]✓[/green] all {proven.events} events of request {proven.request} are proven, as of {at}")
    if not whole:
        raise typer.Exit(1)
