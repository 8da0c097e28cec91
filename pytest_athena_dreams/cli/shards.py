"""The commands that share a store out to several machines: ``split`` and ``merge``."""

from __future__ import annotations

from pathlib import Path

import click

from ..report.words import count
from .options import store_option

_MOST_SHARDS = 10_000
"""The most shards of a store."""


@click.command()
@store_option
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    show_default=True,
    help="The folder for the new stores.",
)
@click.argument("shards", metavar="N", type=click.IntRange(2, _MOST_SHARDS))
def split(store: Path, into: Path, shards: int) -> None:
    """Copy a store into N stores with a part of the dreams each.

    The dreams of a procedure stay together. Test part K with --athena-shard K/N, so that a missing part is
    noticed, and bring the results back with: athena-dreams merge. Prints the path of each part and how many
    dreams it has.
    """
    from ..store.database import Store
    from ..store.splitting import split as written

    with Store.read(store) as opened:
        parts = written(opened, shards, into)
    for path, dreams in parts:
        click.echo(f"{path}: {count(dreams, 'dream')}")


@click.command()
@store_option
@click.option("--partial", is_flag=True, help="Merge although shards are missing.")
@click.argument(
    "parts", metavar="PART...", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False)
)
def merge(store: Path, partial: bool, parts: tuple[Path, ...]) -> None:
    """Bring the results of runs on parts of a store, or copies of it, back into the store.

    What the parts' new runs found becomes one run of the store, with its patterns and metrics. All of it is
    merged or nothing: a dream that differs, a result that is there already, runs with other settings or
    versions, and a missing shard are named.
    """
    from ..learning import learn
    from ..store.database import Store
    from ..store.merged import merge as merged

    if len({path.resolve() for path in (*parts, store)}) <= len(parts):
        raise click.UsageError("name each store once, and not the one to merge into")
    with Store.open(store) as opened:
        done = merged(opened, parts, partial=partial)
        learn(opened, done.run_id)
    found = f"{done.passed} passed, {done.failed} failed, {done.untestable} untestable"
    click.echo(f"run {done.run_id} in {store}: {found}")
    if done.unfinished:
        click.echo("the run of a part never ended: merge again when its other dreams are tested")
    if done.waiting:
        click.echo(f"still waiting for a test: {count(done.waiting, 'dream')} of Tier 1")


COMMANDS = (split, merge)
