"""``athena-dreams adopt``: makes dreams that hold the next versions of their procedures."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import DreamsError
from ..report.words import count, percent
from ..text import printable
from .options import store_option

if TYPE_CHECKING:
    from ..adoption.conditions import Decision
    from ..adoption.patches import Patch
    from ..models import Dream
    from ..session.configured import Configured
    from ..store.database import Store as Opened


@click.command()
@click.argument("dreams", metavar="[DREAM...]", nargs=-1)
@store_option
@click.option("--best", type=click.IntRange(min=1), metavar="N", help="Adopt the N best dreams that hold.")
@click.option("--dry-run", is_flag=True, help="Test, and say what would be adopted.")
@click.option("--undo", is_flag=True, help="Go back to the versions before these dreams.")
@click.option("--list", "listing", is_flag=True, help="List all adoptions.")
@click.option("--by", metavar="NAME", help="Who adopts [default: the user's name].")
@click.option(
    "--patch",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.py",
    help="Print the change of this file, which the procedure comes from, as a diff.",
)
@click.option("--write", is_flag=True, help="With --patch: change the file.")
@click.pass_context
def adopt(
    ctx: click.Context,
    dreams: tuple[str, ...],
    store: Path,
    best: int | None,
    dry_run: bool,
    undo: bool,
    listing: bool,
    by: str | None,
    patch: Path | None,
    write: bool,
) -> None:
    """Make dreams the next versions of their procedures, if they hold.

    A dream has to pass on a seed that no run had and 1,000 inputs, with evidence of 50 %. It must be no copy,
    and be wider, faster or shorter. It may hold no value of a failing call that its writer was shown. The old
    version stays. Dreams that wait for a test wait for one against the new version.

    \b
    athena-dreams adopt 12 tools/short   these dreams
    athena-dreams adopt --best 3         the best ones, each of another procedure
    athena-dreams adopt 12 --patch src/tools.py --write
                                         and change the file
    athena-dreams adopt --best 1 --patch src/tools.py
                                         the best one of this file, as a diff

    DREAM is an id or a label. A dream that is adopted already is not tested again: --patch prints its change,
    and --write makes it.

    Settings, strategies and worlds are those of pytest in this folder. Exit status: 0 if all were adopted
    (with --best, at least one), 1 if not, 2 if the request can't be carried out.
    """
    from ..store.database import Store
    from ..store.tending import ids_of

    _check(dreams, best=best, undo=undo, listing=listing, patch=patch, write=write)
    name = by or _user()
    with Store.read(store) if listing else Store.open(store) as opened:
        ids = ids_of(opened, dreams)
        if listing:
            _list(opened)
        elif undo:
            _undo(opened, ids, name)
        else:
            from ..session.configured import configured

            ctx.exit(
                configured(
                    lambda setup: _adopt(
                        opened, ids, best, setup, dry_run=dry_run, by=name, patch=patch, write=write
                    )
                )
            )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return f"user {os.getuid()}"


def _check(
    dreams: tuple[str, ...], *, best: int | None, undo: bool, listing: bool, patch: Path | None, write: bool
) -> None:
    if undo and not dreams:
        raise click.UsageError("--undo needs ids or labels of adopted dreams")
    if (bool(dreams) + (best is not None) + listing) != 1:
        raise click.UsageError("give one of: ids or labels of dreams, --best N, --list")
    if patch is not None and (undo or (len(dreams) != 1 and best != 1)):
        raise click.UsageError("--patch needs the id or label of one dream to adopt, or --best 1")
    if write and patch is None:
        raise click.UsageError("--write needs --patch FILE.py")


def _adopt(
    store: Opened,
    ids: tuple[int, ...],
    best_of: int | None,
    setup: Configured,
    *,
    dry_run: bool,
    by: str,
    patch: Path | None,
    write: bool,
) -> int:
    from ..adoption.candidates import best, candidate, evidence_of, new_seed, new_test, version_of
    from ..adoption.conditions import decide
    from ..adoption.patches import patch_of
    from ..source.normalise import digest
    from ..store.adoptions import adopt as store_adoption
    from ..store.adoptions import refuse, standing

    adopted = refused = 0
    changed: set[int] = set()  # procedures whose other dreams are not tried by --best
    seed = new_seed(store)
    test = new_test(setup.settings, seed, setup.strategies, setup.worlds)
    for dream_id in ids or best(store):
        found = candidate(store, dream_id)
        dream = found.dream
        procedure = dream.procedure.id if dream.procedure else 0
        if best_of is not None and (procedure in changed or not found.current):
            continue
        try:
            change = patch_of(patch, dream, _source(store, dream)) if patch is not None else None
        except DreamsError as error:
            if best_of is None:
                raise
            _say(dream, f"not adopted: {error}")
            continue
        if change is not None and (version := standing(store, dream.id)):
            _say(dream, f"is adopted as version {version}")
            _show(change, write=write and not dry_run)
            return 0
        decision = decide(found, seed=seed, test=test)
        if not decision.adopted:
            refused += 1
            why = "; ".join(decision.refusals)
            _say(dream, f"not adopted: {why}")
            if decision.verdict is not None and not dry_run:
                refuse(store, dream.id, dream.code, seed=seed, failed=decision.failed, why=why)
            if decision.is_of_the_procedure:
                changed.add(procedure)
            continue
        adopted += 1
        changed.add(procedure)
        if dry_run:
            _say(dream, f"would be adopted ({_why(decision)})")
        else:
            done = store_adoption(
                store,
                dream.id,
                version_of(dream),
                by=by,
                found=evidence_of(decision),
                digest=digest,
            )
            waiting = f"; {count(done.moved, 'dream')} wait for it" if done.moved else ""
            waiting += f", {count(done.archived, 'copy', 'copies')} of it archived" if done.archived else ""
            _say(dream, f"adopted as version {done.version} ({_why(decision)}){waiting}")
        if change is not None:
            _show(change, write=write and not dry_run)
        if adopted == best_of:
            break
    if not ids and not adopted:
        click.echo("no dream that passed is better than its procedure and holds", err=True)
    return 0 if adopted and (best_of is not None or not refused) else 1


def _show(change: Patch, *, write: bool) -> None:
    if write:
        change.write()
        click.echo(f"{change.path} is changed", err=True)
    click.echo(printable(change.diff(), multiline=True), nl=False)


def _undo(store: Opened, ids: tuple[int, ...], by: str) -> None:
    from ..source.normalise import digest
    from ..store.adoptions import undo

    for dream_id in ids:
        done = undo(store, dream_id, by=by, digest=digest)
        click.echo(f"dream {dream_id}: undone; version {done.version} is what was there before")


def _list(store: Opened) -> None:
    from ..store.adoptions import adoptions

    for row in adoptions(store):
        when = datetime.fromtimestamp(row["adopted_at"], UTC).strftime("%Y-%m-%d %H:%M")
        name = printable(str(row["name"]), limit=40)
        end = f", undone by {printable(str(row['undone_by']), limit=20)}" if row["undone_at"] else ""
        who = printable(str(row["adopted_by"]), limit=20)
        click.echo(f"{when}  dream {row['dream_id']} is version {row['version']} of {name}, by {who}{end}")


def _source(store: Opened, dream: Dream) -> str | None:
    procedure = store.details(str(dream.id)).procedure
    return procedure.get("source") if procedure else None


def _say(dream: Dream, text: str) -> None:
    name = dream.base_name or "no procedure"
    label = f" ({printable(dream.label, limit=40)})" if dream.label else ""
    click.echo(
        f"dream {dream.id}{label} of {printable(name, limit=40)}: {printable(text, limit=600)}", err=True
    )


def _why(decision: Decision) -> str:
    better = decision.gain
    parts = []
    if better.widened:
        parts.append(f"answers {percent(better.widened)} of what the procedure refuses")
    if better.speed:
        parts.append(f"{better.speed:.1f} times as fast")
    if better.size:
        parts.append(f"{percent(better.size)} of its size")
    verdict = decision.verdict
    assert verdict is not None
    evidence = (
        f", evidence {percent(verdict.figures.evidence)}" if verdict.figures.evidence is not None else ""
    )
    return f"{', '.join(parts)}; {verdict.accepted} inputs{evidence}, seed {decision.seed}"


COMMANDS = (adopt,)
