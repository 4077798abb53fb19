"""Printing: the report as a table for people, as Markdown for the documentation and as JSON for machines."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figures import Figure, Report

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
_MET = {True: "yes", False: "NO", None: ""}


def number(value: float, unit: str) -> str:
    """A figure with three digits that mean something."""
    if unit == "x":
        return f"{value:.2f}" if value < 100 else f"{value:,.0f}"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def goal_of(figure: Figure) -> str:
    """The goal as people write it."""
    if figure.goal is None:
        return ""
    sign = "≥" if figure.goal.sense == ">=" else "≤"
    return f"{sign} {number(figure.goal.value, figure.unit)}"


def cells(figure: Figure) -> tuple[str, ...]:
    """One row: name, unit, min, median, max, goal, met, note."""
    values = (min(figure.samples), figure.median, max(figure.samples))
    return (
        figure.name,
        figure.unit,
        *(number(value, figure.unit) for value in values),
        goal_of(figure),
        _MET[figure.met],
        figure.note,
    )


def console() -> Console:
    """As wide as the terminal, and wide enough where there is none."""
    found = Console()
    return found if found.is_terminal else Console(width=150)


def show(report: Report, console: Console) -> None:
    """Print a table a section, and what was left out."""
    console.print(", ".join(f"{name} {value}" for name, value in report.machine.items()), style="dim")
    for section in dict.fromkeys(figure.section for figure in report.figures):
        table = Table(title=section, title_justify="left", title_style="bold")
        table.add_column("figure")
        table.add_column("unit")
        for name in ("min", "median", "max", "goal"):
            table.add_column(name, justify="right")
        table.add_column("met")
        table.add_column("note", style="dim", overflow="fold")
        for figure in report.figures:
            if figure.section == section:
                style = "red" if figure.met is False else ""
                table.add_row(*cells(figure), style=style)
        console.print(table)
    for section, reason in report.skipped:
        console.print(f"left out: {section}: {reason}", style="yellow")
    met = [figure.met for figure in report.figures if figure.met is not None]
    console.print(f"{sum(met)} of {len(met)} goals met")


def markdown(report: Report) -> str:
    """The tables for the documentation."""
    lines = ["Machine: " + "; ".join(f"{name} {value}" for name, value in report.machine.items()) + ".", ""]
    for section in dict.fromkeys(figure.section for figure in report.figures):
        lines += [f"### {section}", "", "| figure | unit | min | median | max | goal | met | note |"]
        lines.append("|---|---|--:|--:|--:|--:|---|---|")
        for figure in report.figures:
            if figure.section == section:
                lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells(figure)) + " |")
        lines.append("")
    lines += [f"Left out: {section}: {reason}." for section, reason in report.skipped]
    return "\n".join(lines).rstrip() + "\n"


def write_markdown(report: Report, path: Path) -> None:
    """The tables into a page, between its two marks, or as a page of their own where there is none."""
    text = markdown(report)
    if path.exists():
        before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
        _, end, after = rest.partition(END)
        if not begin or not end:
            raise ValueError(f"{path} has no lines {BEGIN} and {END} to put the tables between")
        text = f"{before}{BEGIN}\n\n{text}\n{END}{after}"
    path.write_text(text, encoding="utf-8")


def write_json(report: Report, path: Path) -> None:
    """The results file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
    part.replace(path)
