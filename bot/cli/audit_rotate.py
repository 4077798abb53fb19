"""``signoff audit rotate-key``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.app.rotating import rotate
from bot.cli.reading import AsJson, Database, operator, say_json
from bot.settings import load_settings


def rotate_key_command(
    *,
    out: Annotated[
        Path | None, typer.Option(help="Where the new key goes when SIGNOFF_KEY gives the present one.")
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Change the master key: the old one vouches for the new one, and every secret is sealed anew.

    What was broken off is finished by running it again. Running servers on the same key file take the new key at once;
    others end with a message, and are started again with the new key.
    """
    settings = load_settings(database=database)
    made = asyncio.run(rotate(settings, operator(), out=out))
    if as_json:
        told = {"before": made.before.line, "now": made.now.line, "secrets": made.secrets, "file": str(made.file)}
        retired = None if made.retired is None else str(made.retired)
        say_json({**told, "retired": retired, "continued": made.continued})
        return
    typer.echo(f"{'Finished' if made.continued else 'Changed'} the key: {made.before.id} handed on to {made.now.id}.")
    typer.echo(
        f"Secrets sealed anew: {made.secrets}. The new master key is in {made.file}; keep a copy somewhere safe."
    )
    if made.retired is None:
        typer.echo("Set SIGNOFF_KEY to what the file says, and start the servers again.")
    else:
        typer.echo(f"The old one is in {made.retired}: backups made before now need it; then delete it.")
    typer.echo(f"Auditors who trust the old public key may go on with it; the new one is\n{made.now.line}")
