"""``signoff audit export``: the record, or a part of it, as files that are verified offline."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from bot.cli import audit_words as words
from bot.cli.audit_keys import own_keys
from bot.cli.reading import AsJson, Database, moment, now, say_json, with_store
from bot.errors import BadInput
from bot.ports import Store
from bot.proving.approval_traces import POLICY, Traced, export_trace
from bot.proving.exports import Exported, Span, export
from bot.proving.manifests import FileManifest, manifest_path
from bot.proving.selecting import selection
from bot.proving.selections import export_selected
from bot.settings import Settings


class Format(StrEnum):
    """The formats of an export."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    AGENTACK = "agentack"


def export_command(
    *,
    out: Annotated[Path, typer.Option(help="The file to write.")],
    format_: Annotated[
        Format,
        typer.Option(
            "--format",
            help="parquet: with the extra `signoff-bot[parquet]`. agentack: a trace for its check.",
        ),
    ] = Format.JSONL,
    since: Annotated[str | None, typer.Option("--from", help="Events from this time on (UTC).")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Events before this time (UTC).")] = None,
    owner: Annotated[
        list[str] | None, typer.Option(help="Events of this owner's requests alone; may be given several times.")
    ] = None,
    action: Annotated[str | None, typer.Option(help="Events of requests of this action type alone.")] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Write the record, or a part of it by time, owner or action type, in a form that is verified offline."""
    span = Span(moment(since, "from"), moment(until, "to"))
    wanted = selection(owner or (), action, span)
    if format_ is Format.AGENTACK:
        if wanted.of_requests:
            raise BadInput("is of every owner and action", field="format", remedy="leave out --owner and --action")
        _export_trace(out, span, database, as_json=as_json)
        return
    if format_ is Format.JSONL and not wanted.of_requests:
        _export_whole(out, span, database, as_json=as_json)
        return

    async def work(store: Store, settings: Settings) -> FileManifest:
        signer = own_keys(settings).signer
        with words.progress(None, quiet=as_json) as step:
            return await export_selected(store, signer, now(), out, format_.value, wanted, span, progress=step)

    made = with_store(database, work)
    if as_json:
        say_json(msgspec.to_builtins(made))
        return
    typer.echo(f"{out}: {made.rows:,} events ({made.unsealed:,} unsealed), sha256 {made.sha256}")
    typer.echo(f"{manifest_path(out)}: signed; `signoff audit verify --file {out}` checks both offline")


def _export_trace(out: Path, span: Span, database: str | None, *, as_json: bool) -> None:
    async def work(store: Store, _: Settings) -> Traced:
        with out.open("wb") as file, words.progress(None, quiet=as_json) as step:
            return await export_trace(store, file, span, progress=step)

    made = with_store(database, work)
    beside = out.with_name(out.name + ".policy.toml")
    beside.write_text(POLICY, encoding="utf-8")
    if as_json:
        say_json(msgspec.to_builtins(made))
        return
    typer.echo(f"{out}: {made.lines:,} lines of {made.requests:,} requests that came to their end")
    typer.echo(f"Left out: {made.unfinished:,} that did not yet, {made.erased:,} that were erased.")
    typer.echo(f"Check it with: agentack check {out} --policy {beside}")


def _export_whole(out: Path, span: Span, database: str | None, *, as_json: bool) -> None:
    async def work(store: Store, settings: Settings) -> Exported:
        key = own_keys(settings).public_key
        with out.open("wb") as file, words.progress(None, quiet=as_json) as step:
            return await export(store, key, now(), file, span=span, progress=step)

    made = with_store(database, work)
    if as_json:
        say_json(msgspec.to_builtins(made))
        return
    typer.echo(
        f"{out}: {made.events:,} events ({made.unsealed:,} unsealed), leaves {made.start:,} to {made.end:,}, "
        f"{made.checkpoints:,} checkpoints\nsha256 of all lines but the last: {made.sha256}"
    )
