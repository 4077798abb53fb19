"""``signoff feedback export``: test cases for eval harnesses, written as they are read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from bot.cli.reading import Database, operator, with_store
from bot.domain.events import Noted
from bot.domain.lessons import FeedbackState, Lesson
from bot.errors import BadInput
from bot.learning.cases import cases
from bot.learning.harnesses import NAME, Shape, foot, head, line, openai_registry
from bot.ports import Store
from bot.recording import Needs, View
from bot.settings import Settings

LEDGER = "exports"
EXPORTED = "feedback.exported_clear"
"""What is noted in that ledger before sensitive values leave unmasked: who, of which owners."""


def export_command(
    *,
    shape: Annotated[Shape, typer.Option("--format", help="For which harness.")] = Shape.JSONL,
    out: Annotated[
        Path | None, typer.Option(help="A file, or for openai-evals a folder; standard output without.")
    ] = None,
    kind: Annotated[
        list[Lesson] | None, typer.Option(help="Of this kind; regression cases without it, may be repeated.")
    ] = None,
    state: Annotated[
        list[FeedbackState] | None, typer.Option(help="In this state; all but declined without it.")
    ] = None,
    owner: Annotated[list[str] | None, typer.Option(help="Of this owner; may be repeated.")] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Sensitive values as they are; who asked for that goes on record.")
    ] = False,
    database: Database = None,
) -> None:
    """Export what was learned as test cases: input, context, the agent's arguments, the human's, and why.

    What was erased is left out. Sensitive values are masked, wherever they stand.
    """
    kinds = [one.value for one in kind or (Lesson.REGRESSION_CASE,)]
    states = [one.value for one in state or tuple(one for one in FeedbackState if one is not FeedbackState.DECLINED)]

    async def work(store: Store, _: Settings) -> int:
        if clear:
            await _note(store, kinds, owner)
        names = {agent.id: agent.name for agent in await store.agents()}
        count = 0
        with _writer(shape, out) as to:
            to.write(head(shape))
            async for case in cases(store, names, kinds=kinds, states=states, owners=owner, clear=clear):
                to.write(line(shape, case))
                count += 1
            to.write(foot(shape, count))
        return count

    count = with_store(database, work)
    where = "" if out is None else f" to {out}"
    typer.echo(f"{count} case{'' if count == 1 else 's'} written{where}", err=True)


async def _note(store: Store, kinds: list[str], owners: list[str] | None) -> None:
    """On record before anything is written."""
    facts = {"kinds": kinds, "owners": owners or ["*"]}

    def flow(view: View) -> None:
        view.record("ledger", LEDGER, Noted(EXPORTED, facts), operator())

    await store.transact(Needs(ledgers=(LEDGER,)), flow)


@contextmanager
def _writer(shape: Shape, out: Path | None) -> Iterator[TextIO]:
    """Where the cases go; a file that can't be finished is not left behind half."""
    if out is None:
        yield sys.stdout
        return
    path = out
    if shape is Shape.OPENAI_EVALS:
        if out.is_file():
            raise BadInput(
                "is a file", field="--out", remedy="name a folder: it gets the samples and the registry's entry"
            )
        (out / "evals").mkdir(parents=True, exist_ok=True)
        (out / "data" / NAME).mkdir(parents=True, exist_ok=True)
        path = out / "data" / NAME / "samples.jsonl"
        (out / "evals" / f"{NAME}.yaml").write_text(openai_registry(f"{NAME}/samples.jsonl"), encoding="utf-8")
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as to:
        yield to
    part.replace(path)
