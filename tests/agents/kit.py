"""A scratch git repository, and what runs in one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from pytest_athena_dreams.cli import main

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{
        f"GIT_{who}_{what}": "tests@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
}


class Scratch:
    """A repository in ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        """What git prints."""
        environment = {**os.environ, **ENVIRONMENT}
        return subprocess.run(
            ["git", *words], cwd=self.root, env=environment, check=True, capture_output=True, text=True
        ).stdout

    def write(self, **files: str) -> None:
        """Files by path, in which ``__`` stands for ``/`` and ``.py`` is added."""
        for name, text in files.items():
            path = self.root / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, **files: str) -> str:
        """Write files and commit all there is; the commit's name."""
        self.write(**files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "a commit")
        return self.git("rev-parse", "HEAD").strip()


def run(*words: str, given: str | bytes | None = None, **environment: Any) -> Result:
    """What ``athena-dreams`` does with ``words``, in this process."""
    return CliRunner().invoke(main, list(words), input=given, env=environment, catch_exceptions=False)
