"""``signoff erase``: everything that a customer left."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from bot.app import Workplace
from bot.cli.at_work import at_work
from bot.cli.reading import AsJson, Database, operator, say_json
from bot.erasing import Belongings, CustomerErasure, belongings_of, erase_customer, refuse_unless_erasable, sayable

app = typer.Typer(no_args_is_help=True)
_STEP = 20


@app.callback()
def _group() -> None:
    """Personal data that goes for good; the proof stays."""


@app.command("customer")
def customer_command(
    customer: Annotated[str, typer.Argument(metavar="ID", help="As `context.customer` of requests names them.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; without personal data, since it stays on record.")],
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Cancel what still waits for a decision, and revoke what may still run.")
    ] = False,
    amounts: Annotated[bool, typer.Option("--amounts", help="Erase the amounts as well.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Erase what is known of a customer for good: all requests, contacts, cards in chat, forms half filled.

    However they are spelled. Broken off, the same command goes on with what is left. The proof stays whole.
    """

    async def look(place: Workplace) -> Belongings:
        found = await belongings_of(place.store, customer)
        await refuse_unless_erasable(place.store, customer, found, veil=place.veil, cancel=cancel)
        return found

    async def work(place: Workplace) -> CustomerErasure:
        return await erase_customer(
            place.store,
            customer,
            reason=reason,
            by=operator(),
            now=place.clock.now(),
            veil=place.veil,
            keep_amounts=not amounts,
            cancel=cancel,
            progress=_progress,
        )

    sayable(reason)
    found = at_work(database, look)
    if dry_run or not len(found):
        _say_found(found, as_json=as_json, dry_run=dry_run)
        return
    if not yes:
        _say_found(found, as_json=False, dry_run=True)
        typer.confirm("Erase all of it for good?", abort=True, err=True)
    done = at_work(database, work)
    if as_json:
        say_json(_json(done))
        return
    typer.echo(f"erased {done.requests} requests, {done.contacts} contacts and {done.drafts} forms half filled")
    if done.cards:
        typer.echo(
            f"messages in chat, {done.cards} of them, are redrawn by the server without that data or deleted; what"
            " the platform keeps of its own (exports, notifications) is not in its power",
            err=True,
        )
    typer.echo("what was written over stays in the database's file until `signoff db vacuum`; see to backups", err=True)


def _progress(done: int, whole: int) -> None:
    if done == whole or done % _STEP == 0:  # contacts come one by one
        typer.echo(f"{done} of {whole}", err=True)


def _say_found(found: Belongings, *, as_json: bool, dry_run: bool) -> None:
    statuses = Counter(request.status for request in found.requests)
    if as_json:
        told = {"requests": len(found.requests), "contacts": len(found.contacts), "statuses": dict(statuses)}
        say_json(told | {"erased": False})
        return
    if not len(found):
        typer.echo("Nothing is left of this customer.")
        return
    counted = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    would = "would erase" if dry_run else "erases"
    typer.echo(
        f"{would} {len(found.requests)} requests ({counted or 'none'}) and {len(found.contacts)} contacts", err=True
    )
    if found.open:
        typer.echo(f"of these {len(found.open)} still wait and are cancelled or revoked first", err=True)


def _json(done: CustomerErasure) -> dict[str, int | bool]:
    return {
        "requests": done.requests,
        "contacts": done.contacts,
        "payloads": done.payloads,
        "drafts": done.drafts,
        "cards": done.cards,
        "erased": True,
    }
