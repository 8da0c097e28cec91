"""The commands that show what happens in the jail: ``doctor``, ``inputs``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..config import Settings
from ..models import Observation, Procedure
from ..resolution import command_options, resolve, variables
from ..text import printable

if TYPE_CHECKING:
    from ..trial import Reference

_sandbox_option = click.option("--sandbox", metavar="MODE", help="Like pytest's --athena-sandbox.")


def settings_of(**options: str | None) -> Settings:
    """Settings from a command's options and the environment; pytest's ini file is not read."""
    return resolve(command_options(options), variables(os.environ))


@click.command()
@_sandbox_option
@click.option("--minimum", metavar="MODE", help="Like pytest's --athena-sandbox-minimum.")
@click.option("--attack", is_flag=True, help="Run the packaged hostile dreams against the jail.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, in ASCII.")
@click.pass_context
def doctor(ctx: click.Context, sandbox: str | None, minimum: str | None, attack: bool, as_json: bool) -> None:
    """Try each layer of the jail on this machine: what works, what does not, why, and how to fix it.

    Exit status: 0 if the minimum is met (with --attack: if the jail held against every dream), 1 otherwise.
    """
    from ..sandbox.attacks.run import attack as try_attacks
    from ..sandbox.attacks.run import render_attacks
    from ..sandbox.doctor import diagnose, render_diagnosis
    from ..trial import policy_of

    policy = policy_of(settings_of(sandbox=sandbox, sandbox_minimum=minimum), os.environ)
    if attack:
        results = list(try_attacks(policy))
        held = all(result.held for result in results)
        click.echo(json.dumps([asdict(r) for r in results], indent=2) if as_json else render_attacks(results))
        ctx.exit(0 if held else 1)
    diagnosis = diagnose(policy)
    click.echo(json.dumps(asdict(diagnosis), indent=2) if as_json else render_diagnosis(diagnosis))
    ctx.exit(0 if diagnosis.met else 1)


@click.command()
@click.argument("function", metavar="FILE.py::FUNCTION")
@click.option("--max-examples", metavar="N", help="Like pytest's --athena-max-examples.")
@click.option("--edge-cases", metavar="GROUPS", help="Like pytest's --athena-edge-cases.")
@click.option("--seed", metavar="N", help="Like pytest's --athena-seed.")
@_sandbox_option
def inputs(
    function: str, max_examples: str | None, edge_cases: str | None, seed: str | None, sandbox: str | None
) -> None:
    """Show the inputs that a function would get, and what it does with them in the jail.

    FUNCTION may be dotted for a method. The default is the last public function of the file.
    """
    path, _, entry_point = function.partition("::")
    try:
        code = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise click.UsageError(f"can't read {path}: {exc}") from None
    procedure = Procedure(
        id=0, name=entry_point or Path(path).stem, code=code, entry_point=entry_point or None
    )
    chosen = settings_of(max_examples=max_examples, edge_cases=edge_cases, seed=seed, sandbox=sandbox)
    show_pool(procedure, chosen)


def show_pool(procedure: Procedure, settings: Settings) -> None:
    """Print how the procedure's pool was built, and the pool. Raises ``PlanError``."""
    from ..trial import Engine, policy_of

    with Engine(settings, policy_of(settings, os.environ)) as engine:
        reference = engine.reference(procedure)
    for line in _pool(reference):
        click.echo(line)


def _pool(reference: Reference) -> Iterator[str]:
    name = reference.signature.name
    for note in reference.pool.notes:
        yield printable(f"# {note}")
    yield f"# {len(reference.returned)} of {len(reference.pool)} inputs in the domain"
    found = [f"{number} {what}" for what, number in reference.pool.sources().items() if number]
    yield f"# {', '.join(found)}"
    for payload, arguments in reference.pool.inputs.items():
        yield printable(arguments.call(name), limit=100)
        yield printable(f"    {_result(reference.expected.get(payload))}", limit=100)


def _result(seen: Observation | None) -> str:
    from ..judge.render import render

    if seen is None:
        return "not run: too many earlier inputs hung"
    if seen.raised is not None:
        return f"raised {seen.raised.type}: {seen.raised.message}"
    return f"returned {render(seen.value)}" if not seen.death and not seen.detail else seen.detail


COMMANDS = (doctor, inputs)
