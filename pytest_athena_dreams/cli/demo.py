"""``athena-dreams demo``: makes a store from packaged dreams and tests it.

The expected verdicts are known, so the demo also checks an installation.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

import click

EXPECTED = {
    "demo/slugify-regex": None,
    "demo/slugify-fence": "syntax",
    "demo/slugify-spaces": "logic",
    "demo/average-running-sum": None,
    "demo/average-endless": "timeout",
    "demo/backoff-gentler": None,
    "demo/backoff-library": "dependency",
    "demo/backoff-from-server": "blocked",
    "demo/publish-helper": None,
    "demo/publish-anyway": "logic",
}
"""The category of failure that each packaged dream must get, by label; ``None`` for a pass."""
ACTING = "demo/publish-"
"""How the labels of dreams begin that run commands: where there are no worlds, they are untestable."""


@click.command("demo")
@click.option(
    "--store",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to create the demo's store.  [default: a temporary file]",
)
@click.option("--sandbox", help="Like pytest's --athena-sandbox.")
def demo(store: Path | None, sandbox: str | None) -> None:
    """Test ten packaged dreams of four procedures. Four are right.

    Exit status: 0 if every dream gets the expected verdict, 1 otherwise.
    """
    with tempfile.TemporaryDirectory(prefix="athena-dreams-") as folder:
        wrong = _run(store or Path(folder, "demo.db"), sandbox)
    if wrong:
        raise click.ClickException(f"these dreams got an unexpected verdict: {', '.join(wrong)}")
    click.echo("Every dream got the expected verdict: four pass, six fail for five different reasons.")


def _run(path: Path, sandbox: str | None) -> list[str]:
    """Import and test the packaged dreams. Returns the labels with an unexpected verdict."""
    from ..store.database import Store
    from ..store.importer import import_lines
    from ..store.jsonl import read_lines

    with Store.create(path) as store, as_file(files("pytest_athena_dreams") / "demo.jsonl") as packaged:
        import_lines(store, read_lines([packaged]))
    command = ["pytest", "--athena-dreams", "--athena-store", str(path), "--athena-select", "all"]
    if sandbox:
        command += ["--athena-sandbox", sandbox]
    click.echo(f"$ {' '.join(command)}")
    sys.stdout.flush()
    # Independent of the user's own project: no ini file, no conftest, no cache.
    alone = ["-c", "/dev/null", "--rootdir", str(path.parent), "-p", "no:cacheprovider", "-v"]
    subprocess.run([sys.executable, "-m", *command, *alone], cwd=path.parent, check=False)
    with Store.open(path) as store:
        got = {
            s.label: s.test_category if s.test_outcome == "failure" else s.test_outcome
            for s in store.summaries()
        }
    expected = {label: category or "success" for label, category in EXPECTED.items()}
    if not _has_worlds(sandbox):
        expected |= {label: "untestable" for label in expected if label.startswith(ACTING)}
    return [label for label, outcome in expected.items() if got.get(label) != outcome]


def _has_worlds(sandbox: str | None) -> bool:
    """Whether code that acts can be tested in this jail."""
    from ..sandbox.client import SandboxPair
    from ..sandbox.policy import Policy, SandboxMode

    with SandboxPair(Policy(mode=SandboxMode(sandbox or "auto"))) as jail:
        return jail.acts()


COMMANDS = (demo,)
