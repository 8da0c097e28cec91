"""The commands that look into a store: ``list``, ``show``."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from ..models import Outcome, Procedure, Status
from ..report.words import guess, percent, reached
from ..text import inert, printable
from .jail import settings_of, show_pool
from .options import CATEGORY, store_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..store.records import Details, Filters, Recorded, Summary

_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, in ASCII.")
_YEAR_10000 = 253_402_300_800
_TIMES = {"created_at", "evaluated_at", "generated_at", "test_timestamp"}


@click.command("list")
@store_option
@click.option("--status", type=click.Choice([status.value for status in Status]))
@click.option("--tier", type=click.IntRange(1, 3))
@click.option("--type", "dream_type", metavar="TYPE", help="The dream type, such as constraint_relaxation.")
@click.option("--procedure", metavar="NAME", help="The full name of the procedure.")
@click.option("--outcome", type=click.Choice([outcome.value for outcome in Outcome]))
@click.option("--category", **CATEGORY)
@click.option(
    "--evidence-below",
    type=click.FloatRange(0, 100),
    metavar="PCT",
    help="Passes whose inputs detect less than PCT per cent of the procedure's mutants.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Show only the first N.")
@_json_option
def list_(store: Path, as_json: bool, evidence_below: float | None, **conditions: Any) -> None:
    """List the dreams that match all conditions, by id.

    The table fits the terminal (80 columns if there is none); --json shows full values.
    """
    from ..store.database import Store
    from ..store.tending import unmatched

    share = None if evidence_below is None else evidence_below / 100
    with Store.read(store) as opened:
        dreams = opened.summaries(evidence_below=share, **conditions)
        why = "" if dreams else unmatched(opened, cast("Filters", conditions))
    if as_json:
        _print_json([asdict(dream) for dream in dreams])
    elif dreams:
        _print_table(dreams)
    else:
        click.echo(printable(why, limit=1000), err=True)


@click.command()
@click.argument("dream", metavar="ID|LABEL")
@store_option
@_json_option
@click.option("--inputs", is_flag=True, help="Show the inputs of the dream instead: its procedure's pool.")
def show(dream: str, store: Path, as_json: bool, inputs: bool) -> None:
    """Show one dream: its fields, code and procedure, and its result in each run.

    A number is an id if there is such a dream, otherwise a label.
    """
    from ..store.database import Store

    with Store.read(store) as opened:
        details = opened.details(dream)
        found = opened.dreams(ids=[int(details.dream["id"])]) if inputs else []
    if found:
        own = Procedure(
            id=0, name=found[0].procedure_name, code=found[0].code, entry_point=found[0].entry_point
        )
        show_pool(found[0].procedure or own, settings_of())
        return
    if as_json:
        results = [_row(recorded) for recorded in details.history]
        _print_json({"dream": details.dream, "procedure": details.procedure, "results": results})
    else:
        for line in _card(details):
            click.echo(line)


COMMANDS = (list_, show)


def _row(recorded: Recorded) -> dict[str, Any]:
    """A result under the names of the store's columns."""
    from ..store.columns import to_columns

    values = asdict(recorded.result) | to_columns(recorded.result.figures)
    del values["figures"]
    return {"run_id": recorded.run_id, "tested_at": recorded.tested_at, **values}


def _print_json(data: Any) -> None:
    # ASCII, so that no control character of a dream reaches the terminal; repr, for Athena's blobs.
    click.echo(inert(json.dumps(data, indent=2, default=repr)))


def _print_table(dreams: Sequence[Summary]) -> None:
    rows = [("ID", "T", "TYPE", "STATE", "NAME")]
    for dream in dreams:
        tier = "-" if dream.tier is None else str(dream.tier)
        kind, state = printable(dream.dream_type, limit=23), printable(_state(dream), limit=27)
        name = printable(dream.label or dream.base_procedure_name or "-")
        rows.append((str(dream.id), tier, kind, state, name))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    room = max(shutil.get_terminal_size().columns - sum(widths) - 2 * len(widths), 10)
    for *cells, name in rows:
        start = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        # The end of a label says more than its start, which many share.
        click.echo(f"{start}  {name if len(name) <= room else '…' + name[1 - room :]}")


def _state(dream: Summary) -> str:
    if dream.status != Status.TESTED:
        return f"untestable: {dream.untestable}" if dream.untestable else dream.status or "-"
    return ": ".join(word for word in (dream.test_outcome, dream.test_category) if word)


def _card(details: Details) -> Iterator[str]:
    yield f"dream {details.dream['id']}"
    yield from _fields(details.dream)
    if details.procedure is None:
        yield "no procedure"
    else:
        yield f"procedure {details.procedure['id']}"
        yield from _fields(details.procedure)
    yield f"results: {len(details.history)}"
    for recorded in details.history:
        yield from _result(recorded)


def _fields(row: dict[str, Any]) -> Iterator[str]:
    """One line a column, the longer texts as blocks below."""
    texts = {name: value for name, value in row.items() if name == "code" or "\n" in str(value)}
    for name, value in row.items():
        if name not in texts:
            yield f"  {name:<24} {_time(value) if name in _TIMES else _text(value)}"
    for name, value in texts.items():
        yield f"  {name}:"
        yield from _block(_text(value, multiline=True))


def _result(recorded: Recorded) -> Iterator[str]:
    result, figures = recorded.result, recorded.result.figures
    why = result.category or result.reason
    verdict = result.outcome + (f": {why}" if why else "")
    yield (
        f"  run {recorded.run_id}, {_time(recorded.tested_at)}: {verdict} ({_text(result.contract)}), "
        f"{figures.accepted} of {figures.tried} inputs accepted, {figures.elapsed:.3f} s"
    )
    if figures.not_compared is not None:
        yield printable(f"    not compared: {figures.not_compared}")
    if figures.lines_total is not None:
        yield f"    {reached(figures.lines_reached, figures.lines_total)} lines reached"
    if figures.guess:
        yield f"    {guess(figures.guess)}"
    if figures.widened:
        yield f"    answers {percent(figures.widened)} of the inputs that the procedure refuses"
    if figures.effects is not None:
        yield f"    effects compared: {printable(figures.effects)}"
    if figures.evidence is not None:
        yield f"    evidence {percent(figures.evidence)}"
    for name in ("error", "failing_input", "procedure_result", "dream_result"):
        value = getattr(result, name)
        if value is not None:
            yield f"    {name}:"
            yield from _block(_text(value, multiline=True), indent=6)


def _block(text: str, *, indent: int = 4) -> Iterator[str]:
    return (" " * indent + line if line else "" for line in text.removesuffix("\n").split("\n"))


def _text(value: Any, *, multiline: bool = False) -> str:
    return "-" if value is None else printable(str(value), multiline=multiline)


def _time(value: Any) -> str:
    if isinstance(value, int) and 0 <= value < _YEAR_10000:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return _text(value)  # Athena's own files need not keep to seconds
