"""``athena-dreams watch``: tests new dreams again and again, until a signal stops it."""

from __future__ import annotations

import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from .options import store_option

if TYPE_CHECKING:
    from ..api import Round


@click.command()
@store_option
@click.option(
    "--interval",
    type=click.FloatRange(min=0),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="Time to wait between rounds.",
)
@click.option(
    "--max-iterations",
    type=click.IntRange(min=1),
    metavar="N",
    help="Stop after N rounds.  [default: never]",
)
@click.argument("options", metavar="[-- OPTION...]", nargs=-1, type=click.UNPROCESSED)
def watch(store: Path, interval: float, max_iterations: int | None, options: tuple[str, ...]) -> None:
    """Test all pending dreams, then wait for more.

    What follows -- goes to pytest: athena-dreams watch -- -n 2. Only one process can watch a store.
    Ctrl-C or SIGTERM ends the current run, stores the finished verdicts, and exits.

    Exit status: 0 if done or stopped, 2 if a run can't start or another process watches the store.
    """
    from ..api import Stop, rounds

    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.ask()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for done in rounds(store, *options, interval=interval, most=max_iterations, stop=stop):
            click.echo(f"round {done.number}: {_words(done)}")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if stop.asked:
        click.echo("stopped")


def _words(done: Round) -> str:
    if not done.waited:
        return "nothing new"
    untestable = f", {done.untestable} untestable" if done.untestable else ""
    return f"{done.tested} of {done.waited} tested, {done.failed} failed{untestable}"


COMMANDS = (watch,)
