"""The ``signoff`` command."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from bot.cli import (
    agent,
    audit,
    db,
    demo,
    desk,
    digest,
    doctor,
    duty,
    erase,
    feedback,
    filing,
    friction,
    hold,
    manifest,
    pauses,
    pausing,
    policy,
    release,
    replay,
    report,
    request,
    retention,
    serve,
    simulate,
)
from bot.errors import SignoffError

app = typer.Typer(
    name="signoff",
    epilog="Settings come from the environment (SIGNOFF_...) or an .env file; `signoff doctor` says what is wrong with "
    "them. Exit codes: 0 done, 1 the answer is no or something is wrong, 2 the command was not understood.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def _say_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"signoff {version('signoff-bot')}")
        raise typer.Exit


@app.callback()
def _signoff(
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Holds an AI agent's high-risk action until a named human has signed it off."""


app.command("serve")(serve.serve_command)
app.command("demo")(demo.demo_command)
app.command("replay")(replay.replay_command)
app.command("report")(report.report_command)
app.command("digest")(digest.digest_command)
app.command("friction")(friction.friction_command)
app.command("simulate")(simulate.simulate_command)
app.command("pause")(pausing.pause_command)
app.command("resume")(pausing.resume_command)
app.command("pauses")(pauses.pauses_command)
app.command("doctor")(doctor.doctor_command)
app.add_typer(policy.app, name="policy", help="Check, explain and describe policy files.")
app.add_typer(agent.app, name="agent", help="Agents and their credentials.")
app.add_typer(release.app, name="release", help="Which build of an agent went live when.")
app.add_typer(duty.app, name="duty", help="Who is on call and who is away; arrange it.")
app.add_typer(desk.app, name="desk", help="Let people in on the web desk.")
app.add_typer(request.app, name="request", help="Look at requests; erase the personal data of one.")
app.add_typer(erase.app, name="erase", help="Erase what is known of a customer.")
app.add_typer(hold.app, name="hold", help="Legal holds: what must not be erased.")
app.command("retention")(retention.retention_command)
audit.app.command("verify-file")(filing.verify_file_command)
app.add_typer(feedback.app, name="feedback", help="What is to be learned of corrections; test cases of it.")
app.add_typer(audit.app, name="audit", help="Verify, show and export the record.")
app.add_typer(db.app, name="db", help="The database's schema and its files.")
app.add_typer(manifest.app, name="manifest", help="The app manifests of the chat platforms.")


def main() -> None:
    """Run the command line; a refusal on purpose is one readable message on standard error and exit code 1."""
    try:
        app()
    except SignoffError as error:
        _refuse(str(error))
    except OSError as error:
        if error.filename is None:
            raise
        _refuse(f"{error.filename}: {error.strerror} (name a path that this user may use)")


def _refuse(text: str) -> NoReturn:
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"signoff: {text}", markup=False, style="red")
    sys.exit(1)
