"""The commands that teach: ``report`` and ``repair``."""

from __future__ import annotations

import os
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import DreamsError
from ..text import printable
from .options import store_option

if TYPE_CHECKING:
    from ..models import Dream, Fault
    from ..report.figures import Report
    from ..session.configured import Configured
    from ..store.database import Store

FORMATS = ("text", "md", "json", "html")


@click.command()
@store_option
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="text for a terminal, md for people, json for programs, html for a browser."
    "  [default: by the ending of FILE, otherwise text]",
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write to FILE."
)
@click.option(
    "--night",
    type=click.IntRange(min=1),
    metavar="N",
    help="Report on what night N left, without later runs; athena-dreams nights lists them.",
)
@click.option(
    "--dreams",
    "most",
    type=click.IntRange(min=0),
    default=1_000,
    show_default=True,
    metavar="N",
    help="Dreams to show in full: those of the last runs. All are counted.",
)
def report(store: Path, form: str | None, output: Path | None, night: int | None, most: int) -> None:
    """Report what the runs show: failure patterns and rules against them, changes, trends, calibration.

    Nothing is tested and nothing in the store is changed. HTML is one file that needs no network; JSON keeps
    to the schema in docs/report-schema.md.
    """
    from ..report.assembly import make_report
    from ..store.database import Store

    with Store.read(store) as opened:
        made = make_report(opened, night=night, most=most)
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
@click.argument("dreams", metavar="[DREAM...]", nargs=-1)
@store_option
@click.option("--seed", metavar="N", help="As --athena-seed.")
@click.option("--timeout", metavar="SECONDS", help="As --athena-timeout.")
@click.option("--sandbox", metavar="MODE", help="As --athena-sandbox.")
def repair(dreams: tuple[str, ...], store: Path, **options: str | None) -> None:
    """Try mechanical repairs on the failed dreams (or on DREAM, an id or label), and store those that pass.

    A repair changes one thing: a missing import, markdown fences, a guard, a None check, a return, a default,
    a name. Each is tested in the jail like a dream, with the settings, strategies and worlds of pytest in
    this folder. Only one that passes is shown, and stored for the report; the dream itself does not change.
    A dream that differs from its procedure in several places is also tested with each change put back, so
    that the report can show which one makes it fail.
    """
    from ..repair.proof import failed
    from ..resolution import command_options
    from ..session.configured import configured
    from ..store.database import Store
    from ..store.tending import ids_of

    # Nobody sees the failing input of a proposal, or what its pass rests on.
    fixed = {"evidence": "off", "min_evidence": "0", "shrink_time": "0"}
    with Store.open(store) as opened:
        broken = failed(opened, ids_of(opened, dreams) or None)
        configured(lambda setup: _repair(opened, broken, setup), command_options(options | fixed))


def _repair(store: Store, broken: list[tuple[Dream, Fault]], setup: Configured) -> None:
    from ..repair.causes import TestedCause, find_causes, store_cause
    from ..repair.proof import Untested, find_repairs, store_repair
    from ..trial import Engine, policy_of

    names = {dream.id: dream.label or dream.procedure_name for dream, _ in broken}
    repaired = causes = 0
    untested: set[int] = set()
    seed = setup.settings.seed
    policy = policy_of(setup.settings, os.environ)
    with Engine(setup.settings, policy, setup.strategies, setup.worlds) as engine:
        for found in chain(find_repairs(engine, broken), find_causes(engine, broken)):
            name = f"dream {found.dream_id} ({printable(names[found.dream_id], limit=60)})"
            if isinstance(found, Untested):
                if found.dream_id not in untested:
                    click.echo(f"{name}: not tested: {printable(found.why, limit=400)}")
                untested.add(found.dream_id)
            elif isinstance(found, TestedCause):
                store_cause(store, found, seed=seed)
                causes += 1
            else:
                store_repair(store, found, seed=seed)
                repaired += 1
                why = printable(found.why, limit=120)
                click.echo(f"{name}: {why}; passes on {found.accepted} inputs")
                for line in found.diff().splitlines():
                    click.echo(f"    {printable(line, limit=100)}")
    click.echo(f"{repaired} of {len(broken)} failed dreams have a repair that passes")
    if untested:
        click.echo(f"{len(untested)} could not be tested")
    if causes:
        click.echo(f"{causes} with several changes pass with one of them put back, which the report shows")


COMMANDS = (report, repair)
