"""The commands that fill a store and empty it into a file: ``init``, ``import``, ``export``."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import click

from ..report.words import count
from ..text import printable
from .options import store_option

_NEEDS = """\
note: some of these import modules of their own project:
  {}
let the jail read its folder by --athena-allow-read=FOLDER, or their dreams are untestable"""


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
@click.option("--functions", metavar="A,B", help="Of Python files, take these functions alone.")
@click.option(
    "--all", "everything", is_flag=True, help="Of Python files, take private functions and methods too."
)
@click.option("--project", metavar="NAME", help="The project of Python files [default: of pyproject.toml].")
def import_(
    files: tuple[Path, ...], store: Path, functions: str | None, everything: bool, project: str | None
) -> None:
    """Import procedures and dreams into a store, all of them or none. Creates a missing store.

    Of a Python file or a folder, each public function becomes a procedure, with the helpers and imports that
    it needs from its module. Its name is MODULE.FUNCTION. A function or method is a dream if a comment above
    it says so, "# dream of PROCEDURE" or "# dream of PROCEDURE (DREAM_TYPE, CONTRACT)", or the module's dict
    DREAMS = {"function": "procedure"}. A file without functions is a script: a procedure, or with such a
    comment a dream, that runs as a whole.

    Other files, and - for standard input, are JSONL. A line is one JSON object: a dream, or a procedure alone
    as {"procedure": {...}}. A dream has two required keys:

    \b
    code         the dream's Python source
    dream_type   constraint_relaxation, cross_project_synthesis,
                 parameter_exploration or conditional_variant

    The others are optional:

    \b
    label        your own name for the dream, unique in the store. The default
                 is a hash of the procedure's name and the code
    procedure    {"name", "code", "project", "version", "entry_point",
                 "private", "source"}: what the dream varies. Different code
                 under the same name and project becomes the next version; no
                 model sees a private one
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
    from ..pyfiles.sources import Choice, is_python, read_python
    from ..source.syntax import alike
    from ..store.database import Store
    from ..store.importer import import_lines
    from ..store.jsonl import Entry, read_lines

    choice = Choice(
        functions=tuple(filter(None, (functions or "").split(","))), everything=everything, project=project
    )
    python = [path for path in files if is_python(path)]
    if choice != Choice() and not python:
        raise click.UsageError("--functions, --all and --project need a Python file or a folder")
    lines = read_lines(path for path in files if path not in python)
    needs: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    if python:
        found = read_python(python, choice)
        lines, needs, classes = [*found.lines, *lines], found.needs, found.classes
    with Store.create(store) as opened:
        done = import_lines(opened, lines, alike=alike)
    entries = len([line for line in lines if isinstance(line, Entry)])
    if entries:
        click.echo(f"{store}: procedures: {done.procedures} added, {entries - done.procedures} known")
    if len(lines) > entries or not entries:
        click.echo(
            f"{store}: {done.created} added, {done.updated} updated "
            f"({done.requeued} of them to be tested again), {done.unchanged} unchanged"
        )
    if classes:
        click.echo(f"note: methods are left out (of {', '.join(classes)}); take them by --all", err=True)
    if needs:
        click.echo(_NEEDS.format("\n  ".join(map(printable, needs))), err=True)


@click.command()
@store_option
@click.option(
    "--output", "-o", type=click.File("w", encoding="utf-8", atomic=True), default="-", help="A file."
)
@click.option("--procedures", is_flag=True, help="Leave the dreams out.")
def export(store: Path, output: IO[str], procedures: bool) -> None:
    """Write the procedures and dreams of a store as JSONL that import takes.

    Each procedure comes first, in each of its versions, then each dream with its procedure. Runs and results
    stay in the store. A dream without a label gets one: its id in this store.
    """
    from ..store.database import Store
    from ..store.exporter import export_lines

    written = 0
    with Store.read(store) as opened:
        for line in export_lines(opened, dreams=not procedures):
            output.write(line + "\n")
            written += 1
    if (name := getattr(output, "name", "<stdout>")) != "<stdout>":
        click.echo(f"{printable(name)}: {count(written, 'line')} out of {store}", err=True)


COMMANDS = (init, import_, export)
