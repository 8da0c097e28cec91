"""The commands that change which dreams there are: ``retest``, ``archive``, ``delete``, ``prune``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from ..models import Outcome, Status
from ..report.words import count
from ..text import printable
from .options import CATEGORY, store_option

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..store.database import Store
    from ..store.records import Filters, Summary

SHOWN_DREAMS = 10
"""Dreams that are named before a question."""


def _choosing(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the arguments and options that choose dreams."""
    for option in (
        click.option("--yes", "-y", is_flag=True, help="Don't ask."),
        click.option(
            "--pattern", metavar="KEY", default="", help="The key of a failure pattern, or its start."
        ),
        click.option("--category", **CATEGORY),
        click.option("--outcome", type=click.Choice([outcome.value for outcome in Outcome])),
        click.option("--procedure", metavar="NAME", help="The full name of the procedure."),
        click.option("--type", "dream_type", metavar="TYPE", help="The dream type."),
        click.option("--tier", type=click.IntRange(1, 3)),
        click.option("--status", type=click.Choice([status.value for status in Status])),
        store_option,
        click.argument("names", metavar="[DREAM...]", nargs=-1),
    ):
        function = option(function)
    return function


@click.command()
@_choosing
def retest(names: tuple[str, ...], store: Path, pattern: str, *, yes: bool, **filters: Any) -> None:
    """Have dreams wait for a test again. Their results stay.

    DREAM is an id, a label, or a pattern of labels with * and ?. Dreams must meet all conditions. On a
    terminal the command asks first; elsewhere it needs --yes.
    """
    from ..store.tending import retest as change

    _tend(
        names, store, pattern, filters, yes=yes, change=change, words=("test", "again", "waiting for a test")
    )


@click.command()
@_choosing
def archive(names: tuple[str, ...], store: Path, pattern: str, *, yes: bool, **filters: Any) -> None:
    """Archive dreams, so that no run tests them. Their results stay.

    DREAM is an id, a label, or a pattern of labels with * and ?. Dreams must meet all conditions. On a
    terminal the command asks first; elsewhere it needs --yes.
    """
    from ..store.tending import archive as change

    _tend(names, store, pattern, filters, yes=yes, change=change, words=("archive", "", "archived"))


@click.command()
@_choosing
def delete(names: tuple[str, ...], store: Path, pattern: str, *, yes: bool, **filters: Any) -> None:
    """Delete dreams with their results. Procedures, runs and failure patterns stay.

    DREAM is an id, a label, or a pattern of labels with * and ?. Dreams must meet all conditions. On a
    terminal the command asks first; elsewhere it needs --yes.
    """
    from ..store.tending import delete as change

    _tend(
        names,
        store,
        pattern,
        filters,
        yes=yes,
        change=change,
        words=("delete", "with all results", "deleted"),
    )


def _tend(
    names: tuple[str, ...],
    path: Path,
    pattern: str,
    filters: dict[str, Any],
    *,
    yes: bool,
    change: Callable[[Store, Collection[int]], None],
    words: tuple[str, str, str],
) -> None:
    from ..store.database import Store
    from ..store.tending import Choice, chosen, unmatched

    choice = Choice(names=names, pattern=pattern, filters=cast("Filters", filters))
    if not choice:
        raise click.UsageError("choose dreams by id or label, or by an option such as --status")
    verb, more, done = words
    with Store.open(path) as store:
        found = chosen(store, choice)
        if not found:
            click.echo(printable(unmatched(store, choice.filters), limit=1000), err=True)
            return
        if not yes:
            _ask(found, " ".join(filter(None, (verb, count(len(found), "dream"), more))))
        change(store, [dream.id for dream in found])
    click.echo(f"{path}: {count(len(found), 'dream')} {done}")


def _ask(found: list[Summary], what: str) -> None:
    """Ask on a terminal; stop without one."""
    if not sys.stdin.isatty():
        raise click.UsageError(f"to {what}, give --yes: there is no terminal to ask on")
    for dream in found[:SHOWN_DREAMS]:
        name = printable(dream.label or dream.base_procedure_name or "-", limit=60)
        click.echo(f"  {dream.id}  {name}")
    if len(found) > SHOWN_DREAMS:
        click.echo(f"  and {len(found) - SHOWN_DREAMS} more")
    click.confirm(f"{what[0].upper()}{what[1:]}?", abort=True)


@click.command()
@store_option
@click.option(
    "--keep-nights", type=click.IntRange(min=1), metavar="N", required=True, help="Nights that stay."
)
@click.option("--yes", "-y", is_flag=True, help="Don't ask.")
def prune(store: Path, keep_nights: int, yes: bool) -> None:
    """Delete all but the last N nights, with their dreams and results.

    What waits for a test or was adopted stays, and so do procedures, failure patterns and metrics. No later
    night writes a deleted dream again. Others can read the store meanwhile. The file keeps its size, and new
    nights use the space.
    """
    from ..store.database import Store
    from ..store.pruning import plan
    from ..store.pruning import prune as delete_nights

    with Store.open(store) as opened:
        chosen = plan(opened, keep_nights)
        what = f"{count(len(chosen.nights), 'night')} with {count(len(chosen.dreams), 'dream')}"
        if chosen.nights and not yes:
            if not sys.stdin.isatty():
                raise click.UsageError(f"to delete {what}, give --yes: there is no terminal to ask on")
            click.confirm(f"Delete {what}?", abort=True)
        for _ in delete_nights(opened, chosen):
            pass
    click.echo(f"{store}: {what} deleted")


COMMANDS = (retest, archive, delete, prune)
