"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

store_option = click.option(
    "--store",
    type=click.Path(path_type=Path),
    envvar="ATHENA_STORE",
    default="athena.db",
    show_default=True,
    show_envvar=True,
    help="The SQLite file with the dreams.",
)
