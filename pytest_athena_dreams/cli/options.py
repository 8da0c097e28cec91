"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ..models import Category, DreamType

store_option = click.option(
    "--store",
    type=click.Path(path_type=Path),
    envvar="ATHENA_STORE",
    default="athena.db",
    show_default=True,
    show_envvar=True,
    help="The SQLite file with the dreams.",
)
TYPES = tuple(kind.value for kind in DreamType)


def _one_of(metavar: str, values: Sequence[str], text: str) -> dict[str, Any]:
    """Settings of an option that takes one of many values: its help lists them, and fits 80 columns."""
    return {"type": click.Choice(values), "metavar": metavar, "help": f"{text}: {', '.join(values)}."}


CATEGORY = _one_of("CATEGORY", [category.value for category in Category], "That of the last failure")
ONLY_TYPE = {"multiple": True, **_one_of("TYPE", TYPES, "Only this type; repeatable")}
"""Settings of options that several commands have."""
