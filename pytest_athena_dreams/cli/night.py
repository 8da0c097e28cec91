"""``athena-dreams night``: all steps of the loop; ``nights`` lists them, ``learn`` catches up on patterns."""

from __future__ import annotations

import json
import os
import re
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import DreamsError
from ..night.agenda import STEP_NAMES
from ..text import printable
from .options import ONLY_TYPE, store_option

if TYPE_CHECKING:
    from ..night.agenda import Step
    from ..night.vigil import Ended

LONGEST_NIGHT = 7 * 24 * 3600
"""Maximum seconds of ``--for``: longer is a slip of the keys."""
_DOLLARS = click.FloatRange(min=0)
_UNITS = {"h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?\Z")


@click.command()
@store_option
@click.option("--from", "first", metavar="STEP", help=f"Begin with this step: {', '.join(STEP_NAMES)}.")
@click.option("--only", metavar="A,B", help="Run only these steps.")
@click.option("--until", metavar="HH:MM", help="The local time at which the night has to end.")
@click.option("--for", "duration", metavar="4h30m", help="The time that the night may take.")
@click.option("--adopt", "adopted", type=click.IntRange(min=1), metavar="N", help="Adopt at most N dreams.")
@click.option(
    "--strategy",
    type=click.Choice(["light", "balanced", "deep"]),
    default="balanced",
    show_default=True,
    help="5, 15 or 30 dreams for each procedure.",
)
@click.option("--type", "types", **ONLY_TYPE)
@click.option("--budget", type=_DOLLARS, metavar="USD", help="Let models that write spend this much.")
@click.option("--judge-budget", type=_DOLLARS, metavar="USD", help="Let models that judge spend this much.")
@click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    default=Path("nights"),
    show_default=True,
    help="Folder of reports and logs.",
)
@click.option(
    "--notify", metavar="CMD", envvar="ATHENA_NOTIFY", help="A command that gets the summary as JSON."
)
@click.argument("options", metavar="[-- OPTION...]", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def night(
    ctx: click.Context,
    store: Path,
    first: str | None,
    only: str | None,
    until: str | None,
    duration: str | None,
    adopted: int | None,
    strategy: str,
    types: tuple[str, ...],
    budget: float | None,
    judge_budget: float | None,
    reports: Path,
    notify: str | None,
    options: tuple[str, ...],
) -> None:
    """Write, evaluate and test dreams, repair, learn, adopt and report: one step after the other.

    Each step runs in a process of its own. With --until or --for each gets its share of what is left;
    otherwise none has a limit. A night that was killed goes on behind the last step that it finished.
    What follows -- goes to pytest: athena-dreams night -- -n 2.

    Exit status: 0 if each step did its work, 1 if one failed, 2 if the night can't begin or can't write to
    its store.
    """
    from ..night.agenda import Order, chosen
    from ..night.morning import data, lines
    from ..night.vigil import Night
    from ..store.database import Store
    from ..store.locks import locked
    from ..store.nightly import begin_night, figures, unfinished_night

    steps = chosen(first=first, only=None if only is None else only.split(","), adopts=adopted is not None)
    deadline = _deadline(until, duration)
    settings: dict[str, Any] = {
        "first": first,
        "only": only,
        "adopt": adopted,
        "strategy": strategy,
        "types": types,
        "budget": budget,
        "judge_budget": judge_budget,
        "options": options,
    }
    with locked(store, "watch", "watches"), Store.open(store) as opened:
        _make(reports)
        row = unfinished_night(opened, settings)
        goes_on = row is not None
        if row is None:
            row = begin_night(
                opened, settings=settings, deadline=int(time.time() + deadline) if deadline else None
            )
        order = Order(
            store=store,
            folder=reports,
            number=row["id"],
            # A night that was killed may have adopted some before.
            adopted=max(0, (adopted or 0) - len(figures(opened, row)["adopted"]))
            if goes_on
            else adopted or 0,
            dreaming=(
                *("--strategy", strategy),
                *(word for kind in types for word in ("--type", kind)),
                *(("--budget", str(budget)) if budget is not None else ()),
            ),
            evaluating=("--budget", str(judge_budget)) if judge_budget is not None else (),
            testing=options,
            addopts=" ".join(filter(None, (os.environ.get("PYTEST_ADDOPTS"), shlex.join(options)))),
        )
        made = Night(opened, row, order, deadline=time.monotonic() + deadline if deadline else None)
        if goes_on:
            made.keep(steps, json.loads(row["steps"]))
            click.echo(f"night {row['id']} goes on; finished: {', '.join(made.ended) or 'no step'}", err=True)
        made.run(steps, _show)
        done = made.finish()
        found = figures(opened, done)
    summary = lines(done, found, folder=reports)
    click.echo("\n".join(summary))
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with open(path, "a", encoding="utf-8") as file:
                file.write("\n".join(summary) + "\n")
        except OSError as error:
            click.echo(f"GITHUB_STEP_SUMMARY {path}: {error.strerror}", err=True)
    if notify:
        _notify(notify, data(done, found))
    ctx.exit(done["exit_status"])


@click.command()
@store_option
def nights(store: Path) -> None:
    """List all nights: when each began, what came of it, and which steps failed."""
    from ..night.morning import line
    from ..store.database import Store
    from ..store.nightly import figures, read_nights

    with Store.read(store) as opened:
        rows = read_nights(opened)
        for row in rows:
            click.echo(line(row, figures(opened, row)))
    if not rows:
        click.echo(f"{store} has had no night; begin one with: athena-dreams night", err=True)


@click.command()
@store_option
def learn(store: Path) -> None:
    """Bring failure patterns, novelty and metrics up to date after a run that was killed."""
    from ..learning import catch_up
    from ..store.database import Store
    from ..store.nightly import last_rows

    with Store.open(store) as opened:
        run = last_rows(opened)["test_run_id"]
        if run:
            catch_up(opened, run)
    click.echo(f"{store}: {'learnt from the runs up to ' + str(run) if run else 'there is no run yet'}")


COMMANDS = (night, nights, learn)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DreamsError(
            f"folder {folder} can't be made: {error.strerror}; choose another by --reports"
        ) from error


def _show(step: Step, ended: Ended) -> None:
    why = f": {printable(ended.why, limit=200)}" if ended.why else ""
    click.echo(f"{step.name}: {ended.how} in {ended.seconds:.0f} s{why}", err=True)


def _deadline(until: str | None, duration: str | None) -> float | None:
    """The seconds until the night has to end; ``None`` for no end."""
    from ..night.agenda import seconds_until

    if until is not None and duration is not None:
        raise click.UsageError("give --until or --for, not both")
    if duration is not None:
        found = _DURATION.match(duration)
        seconds = (
            sum(int(n) * unit for n, unit in zip(found.groups(), _UNITS.values(), strict=True) if n)
            if found
            else 0
        )
        if not 0 < seconds <= LONGEST_NIGHT:
            raise click.UsageError(
                f"invalid value {duration!r} for --for: expected a time such as 4h, 90m or 1h30m, "
                f"of at most {LONGEST_NIGHT // 3600}h"
            )
        return float(seconds)
    if until is None:
        return None
    try:
        clock = time.strptime(until, "%H:%M")
    except ValueError:
        raise click.UsageError(
            f"invalid value {until!r} for --until: expected a time such as 06:00"
        ) from None
    return seconds_until(clock.tm_hour, clock.tm_min, time.time())


def _notify(command: str, summary: dict[str, Any]) -> None:
    """Give the user's command the summary as JSON; a failure is said, and no more."""
    from ..night.notice import send

    if problem := send(command, json.dumps(summary)):
        click.echo(f"--notify {command}: {printable(problem, limit=600)}", err=True)
