"""The commands that make and fill a store: ``init``, ``import``."""

from __future__ import annotations

from pathlib import Path

import click

from .options import store_option


@click.command()
@store_option
def init(store: Path) -> None:
    """Create a store, or bring an existing one up to date.

    A SQLite file of Athena's own becomes a store: missing columns and tables are added, and nothing in it
    is changed.
    """
    from ..store.database import Store

    with Store.create(store) as opened:
        click.echo(f"{store} is ready (dreams: {len(opened.summaries())})")


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@store_option
def import_(files: tuple[Path, ...], store: Path) -> None:
    """Import the dreams of JSONL files into a store, all of them or none. Creates a missing store.

    A line is one JSON object. Two keys are required:

    \b
    code         the dream's Python source
    dream_type   constraint_relaxation, cross_project_synthesis,
                 parameter_exploration or conditional_variant

    The others are optional:

    \b
    label        your own name for the dream, unique in the store. The default
                 is a hash of the procedure's name and the code
    procedure    {"name", "code", "project", "version", "entry_point", "private"}:
                 what the dream varies. Different code under the same name and
                 project becomes the next version; no model sees a private one
    entry_point  the function to test
    contract     equivalent, superset, compatible or free. The default depends
                 on the dream's type
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

    A known label updates its dream, and keys that are left out keep their values. If the code, entry point,
    contract, type or procedure changes, the dream is pending again. Otherwise its status and results stay.
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
