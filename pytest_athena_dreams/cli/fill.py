"""The commands that make and fill a store: ``init``, ``import``."""

from __future__ import annotations

from pathlib import Path

import click

from .options import store_option


@click.command()
@store_option
def init(store: Path) -> None:
    """Make a store, or bring an existing one up to date.

    An SQLite file of Athena's own is a store: columns and tables that it lacks are added, nothing in it is
    changed.
    """
    from ..store.database import Store

    with Store.create(store) as opened:
        click.echo(f"{store} is ready (dreams: {len(opened.summaries())})")


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@store_option
def import_(files: tuple[Path, ...], store: Path) -> None:
    """Bring the dreams of JSONL files into a store, all of them or none; a missing store is made.

    A line is one JSON object. Two keys are required:

    \b
    code         the dream's Python source
    dream_type   constraint_relaxation, cross_project_synthesis,
                 parameter_exploration or conditional_variant

    The others may be left out:

    \b
    label        your own name for the dream, unique in the store. Without it,
                 one is made from a hash of the procedure's name and the code
    procedure    {"name", "code", "project", "version", "entry_point"}: what the
                 dream varies. Of one name and project, other code becomes the
                 next version
    entry_point  the function to test
    contract     equivalent, superset, compatible or free. Without it, the
                 dream's type decides
    tier         1 (default), 2 or 3
    status       pending_evaluation, evaluated, pending_test (default), tested
                 or archived
    viability_score, novelty_score
                 from 0 to 1
    generated_at, evaluated_at
                 whole seconds since 1970; default of the first is now
    base_procedure_name, model_used, reasoning, generated_description,
    claude_reasoning, created_by
                 text
    cross_project_matches
                 a whole number

    A label that the store knows is updated, and a key that is left out keeps its value. Where the code,
    entry point, contract, type or procedure changes, the dream waits for a test again; otherwise its status
    and results stay.
    """
    from ..store.database import Store
    from ..store.importer import import_lines
    from ..store.jsonl import read_lines

    lines = read_lines(files)
    with Store.create(store) as opened:
        done = import_lines(opened, lines)
    click.echo(
        f"{store}: {done.created} added, {done.updated} updated "
        f"({done.requeued} of them to be tested again), {done.unchanged} unchanged"
    )


COMMANDS = (init, import_)
