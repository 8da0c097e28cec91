"""``athena-dreams demo``: a store made from packaged dreams, tested before the newcomer's eyes.

The packaged dreams' right verdicts are known, so the demo is a check of the installation too.
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
}
"""The category that each packaged dream fails with, ``None`` for a pass."""


@click.command("demo")
@click.option(
    "--store",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the demo's store here, to look into afterwards.  [default: a temporary file]",
)
@click.option("--sandbox", help="As pytest's --athena-sandbox.")
def demo(store: Path | None, sandbox: str | None) -> None:
    """Test eight packaged dreams of three procedures, good ones and bad ones.

    Exit status: 0 where every dream gets the verdict that it should, 1 where one does not.
    """
    with tempfile.TemporaryDirectory(prefix="athena-dreams-") as folder:
        wrong = _run(store or Path(folder, "demo.db"), sandbox)
    if wrong:
        raise click.ClickException(f"these dreams got another verdict than they should: {', '.join(wrong)}")
    click.echo("Every dream got the verdict that it should: three pass, five fail, each for its own reason.")


def _run(path: Path, sandbox: str | None) -> list[str]:
    """Import, test, and tell which labels got a wrong verdict."""
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
    # Beside the newcomer's own project: no ini file, no conftest and no cache of theirs.
    alone = ["-c", "/dev/null", "--rootdir", str(path.parent), "-p", "no:cacheprovider", "-v"]
    subprocess.run([sys.executable, "-m", *command, *alone], cwd=path.parent, check=False)
    with Store.open(path) as store:
        got = {
            s.label: s.test_category if s.test_outcome == "failure" else s.test_outcome
            for s in store.summaries()
        }
    return [label for label, category in EXPECTED.items() if got.get(label) != (category or "success")]


COMMANDS = (demo,)
