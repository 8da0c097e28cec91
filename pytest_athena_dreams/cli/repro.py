"""``athena-dreams repro``: the failing call of a dream as a regression test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..text import inert
from .options import store_option

if TYPE_CHECKING:
    from .regression import Failure


@click.command()
@click.argument("dream", metavar="ID|LABEL")
@store_option
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="The file to write, '-' for standard output.  [default: test_dream_ID.py]",
)
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@click.option("--unchecked", is_flag=True, help="Write the file without running it in the jail first.")
def repro(dream: str, store: Path, output: Path | None, force: bool, unchecked: bool) -> None:
    """Write a pytest file that fails until a dream is right on the call on which it failed.

    The file is written only if, in the jail, it fails with the dream and passes with the procedure instead.
    It needs pytest and this package. It contains the dream's code and RUNS IT WITHOUT A JAIL: read it first.
    Only a failure that needs a world, such as files or commands, is tested in a jail.
    A number is an id if there is such a dream, otherwise a label.
    """
    from .regression import regression_test
    from .rehearsal import rehearse

    failure = _failure(dream, store)
    text = regression_test(failure)
    if not unchecked:
        rehearse(failure)
    path = output or Path(f"test_dream_{failure.dream.id}.py")
    if str(path) == "-":
        click.echo(inert(text), nl=False)
        return
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.UsageError(f"{path} exists already; give --force to overwrite it") from None
    except OSError as error:
        raise click.UsageError(f"{path} can't be written: {error.strerror}") from None
    seen = "" if unchecked else ", as seen in the jail"
    where = "in a jail" if failure.jailed else "WITHOUT A JAIL"
    click.echo(f"{path}: fails until dream {failure.dream.id} is right{seen}; it runs the dream {where}")


def _failure(reference: str, path: Path) -> Failure:
    """The last result of a dream. Raises ``ReproError`` if it is not a failure, and ``StoreError``."""
    import msgspec

    from ..config import Settings
    from ..errors import ReproError
    from ..models import Contract, Fault, Outcome
    from ..naming import repeat_command
    from ..store.database import Store
    from .regression import Failure

    with Store.read(path) as store:
        details = store.details(reference)
        (dream,) = store.dreams(ids=[int(details.dream["id"])])
        run = store.run(details.history[-1].run_id) if details.history else None
    last = details.history[-1] if details.history else None
    if last is not None and last.result.outcome == Outcome.UNTESTABLE:
        why = last.result.error or last.result.reason
        raise ReproError(
            f"dream {dream.id} was untestable in run {last.run_id}, so there is no failure: {why}"
        )
    if run is None or last is None or details.dream["test_outcome"] is None:
        raise ReproError(
            f"dream {dream.id} waits for a test, so nobody knows a call that it fails on; test it first: "
            f"pytest --athena-dreams --athena-store {path}"
        )
    if last.result.outcome != Outcome.FAILURE or not last.result.details:
        raise ReproError(
            f"dream {dream.id} passed in run {last.run_id}: there is no failure to write a test for"
        )
    settings = replace(msgspec.json.decode(run.settings, type=Settings), store=str(path))
    return Failure(
        dream=dream,
        fault=msgspec.json.decode(last.result.details, type=tuple[Fault, ...])[0],
        contract=Contract(last.result.contract),
        settings=settings,
        run_id=last.run_id,
        repeat=repeat_command(settings, path.as_posix(), dream),
    )


COMMANDS = (repro,)
