"""What the demonstration says around its tables."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from bot.domain.people import Person
from bot.policy.document import Policy

ALL_RIGHT = Text("Nothing ran without a decision, and everything that ran has its outcome.", style="green")


def opening(actions: int) -> Text:
    """What is about to happen."""
    return Text.assemble(
        ("Signoff", "bold"),
        f" holds an agent's high-risk actions until a named human has signed them off.\nA support agent proposes "
        f"{actions} of them: the policy lets some run, stops one, and holds the rest for people.\n",
    )


def place_of(url: str, folder: Path, *, kept: bool) -> Text:
    """Where the server is and where its files lie."""
    lies = f"kept in {folder}" if kept else f"in {folder} until the end (--keep DIR keeps it)"
    return Text.assemble("Desk: ", (f"{url}/desk/", "bold"), f"\nData: {lies}\n")


def invitation(person: Person, policy: Policy, link: str) -> Text:
    """A person's sign-in link, with what they decide; the link stands alone on its line, to be copied whole."""
    owners = [owner.title for owner in policy.owners.values() if person.id in owner.approvers]
    limit = f", up to {person.limit:,} {policy.currency}" if person.limit is not None else ""
    return Text.assemble((person.name, "bold"), f": {', '.join(owners)}{limit}\n", (f"  {link}", "cyan"), no_wrap=True)


def another_invitation(person: Person, link: str) -> Text:
    """A person's next link, since the one before was used or is over."""
    return Text.assemble(
        (person.name, "bold"), ", another link, as the last was used:\n", (f"  {link}", "cyan"), no_wrap=True
    )


def left(keys: Sequence[str]) -> Text:
    """What still waited when it was ended."""
    if not keys:
        return Text("Ended; nothing waited for a decision.")
    return Text.assemble(
        ("Ended. ", "bold"), f"{len(keys)} still waited for a decision, and so never ran: ", ", ".join(keys), "."
    )


def _program(*, elsewhere: bool = False) -> str:
    """How to call this program: by its name where PATH leads to it, else by its path (whole, if from ``elsewhere``)."""
    called = Path(sys.argv[0])
    if called.name != "signoff" or shutil.which("signoff"):
        return "signoff"
    return str(called.absolute() if elsewhere else called)


def next_steps(keep: Path | None) -> Text:
    """What to try next."""
    signoff, there = _program(), _program(elsewhere=True)
    if keep is None:
        first = [(f"{signoff} demo --keep try-out", "the same, with everything kept in a folder")]
    else:
        first = [
            (f"cd {keep} && {there} serve", "the same server and record again (its settings lie in .env)"),
            (f"cd {keep} && {there} audit verify", "prove that nothing in the record was changed"),
        ]
    examples = "examples/policy.yaml examples/request.json"
    steps = [
        *first,
        (f"{signoff} policy explain {examples}", "why the gate says what it says, rule by rule"),
        (f"{signoff} replay RUNS.jsonl --policy FILE", "what it would say of your agent's recorded conversations"),
        ("README.md, examples/agent.py", "your own agent's first held call, in ten lines"),
    ]
    text = Text("\nWhat to try next\n", style="bold")
    for command, why in steps:
        text.append(f"  {command}\n", style="not bold cyan").append(f"      {why}\n", style="not bold")
    return text
