"""The ``signoff`` command."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from bot.cli import agent, audit, db, demo, desk, doctor, policy, replay, request, serve
from bot.errors import SignoffError

app = typer.Typer(
    name="signoff",
    help="Holds an AI agent's high-risk action until a named human has signed it off.",
    epilog="Settings come from the environment (SIGNOFF_...) or an .env file; `signoff doctor` says what is wrong.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("serve")(serve.serve_command)
app.command("demo")(demo.demo_command)
app.command("replay")(replay.replay_command)
app.command("doctor")(doctor.doctor_command)
app.add_typer(policy.app, name="policy", help="Check, explain and describe policy files.")
app.add_typer(agent.app, name="agent", help="Agents and their credentials.")
app.add_typer(desk.app, name="desk", help="Sign-in links for the web desk.")
app.add_typer(request.app, name="request", help="Look at requests.")
app.add_typer(audit.app, name="audit", help="Verify, show and export the record.")
app.add_typer(db.app, name="db", help="The database's schema.")


def main() -> None:
    """Run the command line; a refusal on purpose is one readable message on standard error and exit code 1."""
    try:
        app()
    except SignoffError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"signoff: {error}", markup=False, style="red")
        sys.exit(1)
