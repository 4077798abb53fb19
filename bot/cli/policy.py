"""``signoff policy``: check a policy file, explain what it makes of a request, and its JSON Schema."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.clock import SystemClock
from bot.cli.backtest import backtest_command
from bot.cli.promise_words import promise_lines, warnings_about_hours
from bot.domain.agents import Agent
from bot.domain.jsontext import read
from bot.domain.requests import Proposal
from bot.domain.routing import Routing
from bot.domain.verdicts import Tally, VerdictKind
from bot.errors import BadInput, PolicyInvalid
from bot.gating import Judgement, judge, tally_keys
from bot.policy.document import Action, Policy
from bot.policy.loading import load
from bot.policy.schema import policy_schema
from bot.retaining import rules_in_a_line, rules_said
from bot.routing import route

app = typer.Typer(no_args_is_help=True)
app.command("backtest")(backtest_command)

PolicyFile = Annotated[Path, typer.Argument(help="The policy file.")]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]
_COLOURS = {VerdictKind.ALLOW: "green", VerdictKind.HOLD: "yellow", VerdictKind.BLOCK: "red"}
_FIELDS = frozenset(Proposal.__struct_fields__)


@app.command("check")
def check_command(file: PolicyFile, as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Find every mistake in a policy file: exit 0 with what it holds, exit 1 with the problems."""
    try:
        policy = load(_text(file), str(file))
    except PolicyInvalid as error:
        _show_problems(error, as_json=as_json)
        raise typer.Exit(1) from None
    warnings = warnings_about_hours(policy, SystemClock().now())
    if as_json:
        good = {"ok": True, "version": policy.version, "actions": sorted(policy.actions)}
        good["retention"] = rules_said(policy)
        _write({**good, "problems": [], "warnings": warnings})
        return
    _show_policy(policy, file)
    for warning in warnings:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"[yellow]warning[/] {escape(warning)}")


@app.command("explain")
def explain_command(
    file: PolicyFile,
    request: Annotated[Path, typer.Argument(help="A proposal as JSON: tool, arguments, context ...; - reads it in.")],
    agent_actions: Annotated[str, typer.Option(help="Action types that the agent may propose, by comma.")] = "*",
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Say what the gate makes of a request that nothing came before: verdict, every rule tried, and who decides."""
    try:
        policy = load(_text(file), str(file))
    except PolicyInvalid as error:
        _show_problems(error, as_json=as_json)
        raise typer.Exit(1) from None
    proposal = _proposal(request)
    now = SystemClock().now()
    allowed = tuple(name.strip() for name in agent_actions.split(",") if name.strip())
    agent = Agent("explained", "explained", "nobody@localhost", allowed, now)
    tallies = {key: Tally(key) for key in tally_keys(policy, proposal, agent, now)}
    judgement = judge(policy, proposal, agent, tallies, now)
    routing = route(policy, proposal, judgement.assessment, now)
    if as_json:
        _write(_explained(judgement, routing))
    else:
        _show_judgement(policy, judgement, routing)


@app.command("schema")
def schema_command() -> None:
    """Write the JSON Schema of policy files, for editors, to standard output."""
    sys.stdout.write(json.dumps(policy_schema(), indent=2) + "\n")


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"can't be read: {error}", field=str(file), remedy="give a text file in UTF-8") from error


def _proposal(file: Path) -> Proposal:
    sent = read(_text(file), what=str(file), most_marks=None)
    if not isinstance(sent, dict) or not isinstance(sent.get("tool"), str):
        raise BadInput("is no request", field=str(file), remedy='send {"tool": "...", "arguments": {...}}')
    unknown = sorted(set(sent) - _FIELDS)
    if unknown:
        raise BadInput(
            f"has the unknown field {unknown[0]}", field=str(file), remedy=f"use {', '.join(sorted(_FIELDS))}"
        )
    try:
        return msgspec.convert({"arguments": {}, "timeout": "30m", **sent}, Proposal)
    except msgspec.ValidationError as error:
        raise BadInput(str(error), field=str(file), remedy="see docs/context.md") from error


def _write(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def _show_problems(error: PolicyInvalid, *, as_json: bool) -> None:
    if as_json:
        problems = [{name: getattr(one, name) for name in one.__slots__} for one in error.problems]
        _write({"ok": False, "problems": problems})
        return
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in error.problems:
        place = f"{problem.file}:{problem.line}:{problem.column}"
        console.print(
            f"[bold]{escape(place)}[/] [cyan]{escape(problem.field)}[/] {escape(problem.message)} "
            f"[dim]({escape(problem.remedy)})[/]"
        )
    count = len(error.problems)
    console.print(f"[red]{count} problem{'' if count == 1 else 's'}[/]; this policy can't be used")


def _show_policy(policy: Policy, file: Path) -> None:
    console = Console(highlight=False)
    table = Table(title=None, box=None, pad_edge=False)
    for column in ("action", "level", "class", "decided by", "tools"):
        table.add_column(column, overflow="fold", no_wrap=column != "decided by")
    for action in policy.actions.values():
        tools = "\n".join(action.tools)
        cells = (action.id, action.level.value, action.action_class.value, _decided_by(action, policy), tools)
        table.add_row(*map(escape, cells))
    console.print(table)
    console.print(escape(f"kept: {rules_in_a_line(policy)}"), soft_wrap=True)
    console.print(
        f"[green]{escape(str(file))} is good[/]: {policy.version}, {len(policy.actions)} actions, "
        f"{len(policy.owners)} owners, {len(policy.people)} people, amounts in {policy.currency}"
    )


def _decided_by(action: Action, policy: Policy) -> str:
    """``refunds: 1 of lee, dana``; with stages ``refunds: Supervisor (1 of lee, dana), then Finance (1 of vera)``."""
    if not action.stages:
        return f"{action.owner}: {action.approvals} of {', '.join(policy.owners[action.owner].approvers)}"
    stages = (f"{stage.title} ({stage.approvals} of {', '.join(stage.approvers)})" for stage in action.stages)
    return f"{action.owner}: {', then '.join(stages)}"


def _explained(judgement: Judgement, routing: Routing) -> dict[str, Any]:
    assessment = judgement.assessment
    built = msgspec.to_builtins(assessment.verdict)
    return {
        "verdict": built["kind"],
        "policy_version": built["policy_version"],
        "action_type": assessment.action_type,
        "level": assessment.level.value,
        "amount": None if assessment.amount is None else str(assessment.amount),
        "reasons": built["reasons"],
        "tried": [
            {"rule": tried.rule, "result": tried.result, "expression": tried.expression, "compared": tried.compared}
            for tried in judgement.tried
        ],
        "routing": msgspec.to_builtins(routing),
    }


def _show_judgement(policy: Policy, judgement: Judgement, routing: Routing) -> None:
    console = Console(highlight=False)
    assessment = judgement.assessment
    verdict = assessment.verdict
    colour = _COLOURS[verdict.kind]
    console.print(
        f"[bold {colour}]{verdict.kind.value}[/]  {escape(assessment.title)} [dim]({escape(assessment.action_type)})[/]"
    )
    for reason in verdict.reasons:
        console.print(f"  [{_COLOURS[reason.kind]}]{escape(reason.rule)}[/]  {escape(reason.text)}")
    table = Table(box=None, pad_edge=False)
    for column in ("rule tried", "result", "condition", "values seen"):
        table.add_column(column, overflow="fold", no_wrap=column == "rule tried")
    for tried in judgement.tried:
        seen = ", ".join(f"{name} = {json.dumps(value)}" for name, value in tried.compared.items())
        table.add_row(*map(escape, (tried.rule, tried.result, tried.expression, seen)))
    console.print(table)
    if verdict.kind is VerdictKind.HOLD:
        names = ", ".join(policy.people[id_].name for id_ in routing.approvers)
        stage = f", {routing.stages[0].title}" if routing.stages else ""
        where = f"goes to {routing.owner_title}{stage}: {routing.approvals_needed} of {names}"
        console.print(escape(where))
        for line in promise_lines(policy, routing):
            console.print(escape(line))
    console.print("[dim]as if nothing had been counted before: no tries, no amounts, nothing used of the caps[/]")
