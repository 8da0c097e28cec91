"""The commands that teach: ``report`` and ``repair``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import DreamsError
from .options import store_option

if TYPE_CHECKING:
    from ..report.figures import Report

FORMATS = ("text", "md", "json", "html")


@click.command()
@store_option
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="text for a terminal, md for people, json for programs, html for a browser."
    "  [default: by the ending of FILE, else text]",
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write to FILE."
)
def report(store: Path, form: str | None, output: Path | None) -> None:
    """Tell what the runs teach: patterns of failure and rules against them, changes, trends, calibration.

    Nothing is tested and nothing in the store is changed. HTML is one file that needs no network; JSON keeps
    to the schema in docs/report-schema.md.
    """
    from ..report.assembly import make_report
    from ..store.database import Store

    with Store.open(store) as opened:
        made = make_report(opened)
    ending = output.suffix.removeprefix(".") if output else ""
    text = render(made, form or (ending if ending in FORMATS else "text"))
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DreamsError(
            f"{output}: {error.strerror}; name a file in a folder that is there and can be written"
        ) from error
    click.echo(f"{output}: report of {made.totals.tested} tested dreams, {len(text.encode()):,} bytes")


def render(report: Report, form: str) -> str:
    """The report in one of ``FORMATS``."""
    if form == "html":
        from ..report.page import html

        return html(report)
    if form == "json":
        from ..report.data import as_json

        return as_json(report)
    if form == "md":
        from ..report.markdown import markdown

        return markdown(report)
    from ..report.plain import plain

    return plain(report)


@click.command()
@click.argument("ids", metavar="[ID...]", nargs=-1, type=int)
@store_option
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="As --athena-seed.")
@click.option("--timeout", type=float, default=1.0, show_default=True, help="As --athena-timeout.")
@click.option("--sandbox", default="auto", show_default=True, help="As --athena-sandbox.")
def repair(ids: tuple[int, ...], store: Path, seed: int, timeout: float, sandbox: str) -> None:
    """Try mechanical repairs on the failed dreams (or on those with these IDs), and keep what passes.

    A repair changes one thing: a missing import, markdown fences, a guard, a None check, a return, a default,
    a name. Each is tested in the jail like a dream. Only one that passes is shown and kept, for the report;
    the dream itself stays as it is.
    """
    from ..repair.proof import failed, keep, mend
    from ..resolution import command_options, resolve
    from ..store.database import Store
    from ..text import printable
    from ..trial import Engine, policy_of

    options = {"seed": str(seed), "timeout": str(timeout), "sandbox": sandbox, "evidence": "off"}
    settings = resolve(command_options(options))
    with Store.open(store) as opened:
        broken = failed(opened, ids or None)
        engine = Engine(settings, policy_of(settings, os.environ))
        names = {dream.id: dream.label or dream.procedure_name for dream, _ in broken}
        mended = 0
        try:
            for found in mend(engine, broken):
                keep(opened, found, seed=seed)
                mended += 1
                click.echo(
                    f"dream {found.dream_id} ({printable(names[found.dream_id], limit=60)}): "
                    f"{printable(found.why, limit=120)}; passes on {found.accepted} inputs"
                )
                for line in found.diff().splitlines():
                    click.echo(f"    {printable(line, limit=100)}")
        finally:
            engine.close()
    click.echo(f"{mended} of {len(broken)} failed dreams have a repair that passes")


COMMANDS = (report, repair)
