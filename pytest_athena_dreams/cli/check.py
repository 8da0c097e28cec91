"""``athena-dreams check``: variants against a procedure, or changed functions against what they were."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from ..errors import DreamsError
from ..models import Contract
from ..text import printable
from .jail import settings_of

if TYPE_CHECKING:
    from ..agents.answer import Answer
    from ..agents.variant import Variant
    from ..config import Settings

USERS_SHOWN = 10
"""Files named that import what changed."""
WORKERS = 4
"""Workers by default, as far as there are processors for them."""


@click.command()
@click.argument("files", metavar="[FILE[::FUNCTION]]…", nargs=-1)
@click.option(
    "--git", "revision", metavar="REV", help="Check each function that changed since REV, or in OLD..NEW."
)
@click.option("--like", metavar="FILE[::FUNCTION]", help="The procedure to compare with.")
@click.option("--all", "lines", is_flag=True, help="FILE holds many variants, one JSON object a line.")
@click.option("--entry-point", metavar="NAME", help="The function of FILE, also as Class.method.")
@click.option("--contract", type=click.Choice([c.value for c in Contract]), help="[default: equivalent]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--repair/--no-repair", default=None, help="Look for a repair of what failed.  [default: but for --all]"
)
@click.option("--workers", type=click.IntRange(1, 64), metavar="N", help="Processes for --git and --all.")
@click.option("--max-examples", metavar="N", help="Like pytest's --athena-max-examples.")
@click.option("--seed", metavar="N", help="Like pytest's --athena-seed.")
@click.option("--timeout", metavar="SECONDS", help="Like pytest's --athena-timeout.")
@click.option("--sandbox", metavar="MODE", help="Like pytest's --athena-sandbox.")
@click.pass_context
def check(
    ctx: click.Context,
    /,
    files: tuple[str, ...],
    revision: str | None,
    like: str | None,
    lines: bool,
    entry_point: str | None,
    contract: str | None,
    form: str,
    repair: bool | None,
    workers: int | None,
    **options: str | None,
) -> None:
    """Test a variant against a procedure, or each changed function against its older version.

    \b
    athena-dreams check --git HEAD              what is not committed yet
    athena-dreams check --git main... src       a branch, in the folder src
    athena-dreams check new.py --like old.py    a file; - for standard input
    athena-dreams check --all variants.jsonl --like old.py

    Without --like, FILE has to keep to its own annotations. Other settings come from the environment.

    Exit status: 0 if all passed, 1 if something failed, 2 if a request can't be carried out, 3 if
    something was untestable and nothing failed.
    """
    _check_use(files, revision, like, lines, entry_point)
    chosen = Contract(contract) if contract else None
    try:
        settings = settings_of(**options)
        if revision is not None:
            answers = _changed(revision, files, chosen, settings, repair is not False, workers)
        elif lines:
            answers = _lines(files[0], like, entry_point, chosen, settings, repair is True, workers)
        else:
            answers = _one(files[0], like, entry_point, chosen, settings, repair is not False)
        statuses = [_shown(answer, form, many=lines or revision is not None) for answer in answers]
    except DreamsError as error:
        if form == "text":
            raise
        from ..agents.answer import refusal_of

        statuses = [_shown(refusal_of(str(error), name=None), form, many=False)]
    ctx.exit(next((status for status in (1, 2, 3) if status in statuses), 0))


COMMANDS = (check,)


def _check_use(
    files: tuple[str, ...], revision: str | None, like: str | None, lines: bool, entry_point: str | None
) -> None:
    if revision is not None:
        if given := [n for n, v in (("--like", like), ("--all", lines), ("--entry-point", entry_point)) if v]:
            raise click.UsageError(f"{given[0]} does not go with --git, which takes both versions from git")
    elif len(files) != 1:
        raise click.UsageError(f"{len(files)} files given; give one, or --git REV")
    elif like is not None and {one.partition("::")[0] for one in (files[0], like)} == {"-"}:
        raise click.UsageError("FILE and --like: both are standard input; give one of them as a file")


def _one(
    file: str,
    like: str | None,
    entry: str | None,
    contract: Contract | None,
    settings: Settings,
    repair: bool,
) -> Iterator[Answer]:
    from ..agents.answer import answer_of
    from ..agents.checker import Checker
    from ..agents.variant import Variant

    code, own = _source(file)
    procedure, theirs = _source(like) if like is not None else (None, None)
    variant = Variant(
        code=code,
        like=procedure,
        entry_point=entry or own,
        like_entry_point=theirs or entry or own,
        contract=contract,
    )
    with Checker(settings) as checker:
        found = checker.check(variant, repair=repair)
    yield answer_of(variant, found, name=file, seed=settings.seed)


def _lines(
    file: str,
    like: str | None,
    entry: str | None,
    contract: Contract | None,
    settings: Settings,
    repair: bool,
    workers: int | None,
) -> Iterator[Answer]:
    from ..agents.answer import answer_of, refusal_of
    from ..agents.batch import read_variants
    from ..agents.crew import Crew

    procedure, theirs = _source(like) if like is not None else (None, None)
    refused: list[Answer] = []
    names: list[str] = []
    kept: dict[int, Variant] = {}

    def usable(stream: Iterable[bytes]) -> Iterator[Variant]:
        for line in read_variants(
            stream, like=procedure, like_entry_point=theirs or entry, entry_point=entry, contract=contract
        ):
            if isinstance(line.variant, str):
                refused.append(refusal_of(line.variant, name=line.name))
            else:
                kept[len(names)] = line.variant
                names.append(line.name)
                yield line.variant

    with opened(file) as stream, Crew(settings, workers or 1) as crew:
        for place, found in crew.check(usable(stream), repair=repair):
            yield from _emptied(refused)
            yield answer_of(kept.pop(place), found, name=names[place], seed=settings.seed)
        yield from _emptied(refused)


def _changed(
    revision: str,
    paths: tuple[str, ...],
    contract: Contract | None,
    settings: Settings,
    repair: bool,
    workers: int | None,
) -> Iterator[Answer]:
    from ..agents.answer import answer_of, refusal_of
    from ..agents.crew import Crew
    from ..agents.revisions import comparison

    with comparison(Path.cwd(), revision, paths=paths, contract=contract) as changed:
        for path, why in changed.unread:
            yield refusal_of(f"{path} was not read: {why}", name=path)
        size = workers or min(WORKERS, os.cpu_count() or 1)
        variants = [function.variant for function in changed.functions]
        with Crew(settings, max(1, min(size, len(variants))), folders=(changed.folder,)) as crew:
            for place, found in crew.check(variants, repair=repair):
                function = changed.functions[place]
                yield answer_of(
                    function.variant,
                    found,
                    name=function.name,
                    seed=settings.seed,
                    shift=function.shift,
                    own=function.own,
                )
        parts = [f"{len(variants)} changed function{'s' if len(variants) != 1 else ''} checked"]
        parts += [f"{len(changed.added)} added"] * bool(changed.added)
        parts += [f"{len(changed.removed)} removed"] * bool(changed.removed)
        parts += [f"{len(changed.tests)} files of tests left out"] * bool(changed.tests)
        click.echo(", ".join(parts), err=True)
        if changed.users:
            shown = ", ".join(changed.users[:USERS_SHOWN])
            more = f" and {len(changed.users) - USERS_SHOWN} more" if len(changed.users) > USERS_SHOWN else ""
            click.echo(printable(f"not checked, though they import what changed: {shown}{more}"), err=True)


def _emptied(answers: list[Answer]) -> Iterator[Answer]:
    while answers:
        yield answers.pop(0)


def _shown(answer: Answer, form: str, *, many: bool) -> int:
    """Print an answer as it comes, and give its exit status."""
    from ..agents.answer import as_line

    if form == "json":
        click.echo(as_line(answer))
    else:
        for line in _card(answer):
            click.echo(line)
    sys.stdout.flush()
    return answer.verdict.status


def _card(answer: Answer) -> Iterator[str]:
    from ..report.words import guess, percent

    word = answer.verdict + (
        f" ({answer.category or answer.reason})" if answer.category or answer.reason else ""
    )
    evidence = f", evidence {percent(answer.evidence)}" if answer.evidence is not None else ""
    context = "" if answer.own is not False else " (what it needs changed)"
    name, said = answer.name or "-", answer.text
    if answer.verdict == "refused":  # such a text may begin with the name
        said = said.removeprefix(f"{name}: ").removeprefix(f"{name} ")
    yield printable(f"{word}: {name}{context}: {said}{evidence}", limit=500)
    if answer.guess:
        yield f"    {guess(answer.guess)}: the code has several; FILE::FUNCTION or --entry-point names one"
    if answer.call is not None:
        yield printable(f"    {answer.call}", limit=300)
    for label, text in (("expected", answer.expected), ("got", answer.got), ("rule", answer.rule)):
        if text:
            yield printable(f"    {label}: {text}", limit=300)
    if answer.line is not None:
        yield f"    line: {answer.line}"
    if answer.effects is not None:
        yield f"    effects compared: {printable(answer.effects)}"
    if answer.not_compared:
        yield printable(f"    not compared: {answer.not_compared}", limit=300)
    if answer.repair is not None:
        yield printable(
            f"    a repair passes on {answer.repair.accepted} inputs: {answer.repair.why}", limit=300
        )
        for line in printable(answer.repair.diff, multiline=True).split("\n"):
            yield f"      {line}"


def _source(reference: str) -> tuple[str, str | None]:
    """The text of ``FILE`` or ``FILE::FUNCTION``, and the function."""
    path, _, function = reference.partition("::")
    try:
        with opened(path) as stream:
            return stream.read().decode("utf-8-sig"), function or None
    except (OSError, UnicodeDecodeError) as error:
        raise DreamsError(f"can't read {path}: {error}; give a file of Python in UTF-8") from None


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """The bytes of a file, or of standard input. Raises ``DreamsError``."""
    if path == "-":
        if sys.stdin is None:
            raise DreamsError("standard input is closed; give a file")
        yield sys.stdin.buffer
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise DreamsError(f"can't read {path}: {error.strerror}; check its name and permissions") from None
    with file:
        yield file
