"""A git repository, read and never written.

Invariants: git runs no hook, external diff or pager of the repository, and blobs come as they are stored.
Links are left out, because they may lead out of the repository. An error quotes what git says.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import DreamsError

_SAFE = ("--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_LINK_MODE, _SUBMODULE_MODE = "120000", "160000"


class GitError(DreamsError):
    """git is missing, or refuses a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """A file that two versions of the repository have. Paths are relative to the repository's root."""

    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Two versions: commits as hexadecimal names. ``new`` is ``None`` for the working tree."""

    old: str
    new: str | None


class Repository:
    """The repository that ``folder`` is in. Raises ``GitError`` where it is in none."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.root = Path(self._text("rev-parse", "--show-toplevel").removesuffix("\n"))

    def range(self, revision: str) -> Range:
        """``OLD``, which is compared with the working tree, ``OLD..NEW``, or ``OLD...NEW`` from their merge
        base.

        Raises ``GitError`` for a revision that there is not.
        """
        if not revision.strip("."):  # an empty variable of a script
            raise self._no_commit(revision)
        old, dots, new = revision.partition("...") if "..." in revision else revision.partition("..")
        first = self._commit(old or "HEAD")
        if not dots:
            return Range(old=first, new=None)
        second = self._commit(new or "HEAD")
        if dots == "...":
            first = self._text("merge-base", first, second).strip()
        return Range(old=first, new=second)

    def changed(self, versions: Range, paths: Sequence[str]) -> list[ChangedFile]:
        """The Python files below ``paths`` that changed, also renamed ones, in the order of their paths.

        Raises ``GitError`` for a path that neither version has.
        """
        names = [self._name(path) for path in paths]
        for name, path in zip(names, paths, strict=True):
            self._expect(versions, name, path)
        commits = [versions.old, *([versions.new] if versions.new else [])]
        specs = [f":(top,literal){'' if name == '.' else name}" for name in names] or [":/"]
        options = ["--no-ext-diff", "--no-textconv", "--name-status", "-z", "--find-renames"]
        text = self._text("diff", *options, *commits, "--", *specs)
        parts = iter(text.split("\0"))
        found = []
        for state in parts:
            if not state:
                break
            old = next(parts)
            new = next(parts) if state[0] in "RC" else old
            if state[0] in "MRCT" and old.endswith(".py") and new.endswith(".py"):
                found.append(ChangedFile(old=old, new=new))
        return sorted(found, key=lambda file: file.new)

    def modules(self, commit: str | None) -> Iterator[tuple[str, bytes]]:
        """The path and the text of each Python file of a commit, or of the working tree."""
        if commit is None:
            yield from self._working_tree()
            return
        entries = self._text("ls-tree", "-r", "-z", "--full-tree", commit).split("\0")
        blobs = {}
        for entry in filter(None, entries):
            head, _, path = entry.partition("\t")
            mode, _, name = head.split(" ")
            if path.endswith(".py") and mode not in (_LINK_MODE, _SUBMODULE_MODE):
                blobs[path] = name
        asked = "".join(f"{name}\n" for name in blobs.values()).encode()
        answer = memoryview(self._run("cat-file", "--batch", given=asked))
        start = 0
        for path in blobs:
            end = bytes(answer[start : start + 200]).index(b"\n") + start
            size = int(bytes(answer[start:end]).split(b" ")[2])
            yield path, bytes(answer[end + 1 : end + 1 + size])
            start = end + 1 + size + 1

    def _working_tree(self) -> Iterator[tuple[str, bytes]]:
        listed = self._text(
            "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name", ":/"
        )
        for path in sorted(set(listed.split("\0"))):
            file = self.root / path
            if path.endswith(".py") and file.is_file() and not self._leads_out(file):
                yield path, file.read_bytes()

    def _leads_out(self, file: Path) -> bool:
        return file.is_symlink() or not file.resolve().is_relative_to(self.root.resolve())

    def _commit(self, revision: str) -> str:
        try:
            words = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
            return self._text("rev-parse", *words).strip()
        except GitError:
            raise self._no_commit(revision) from None

    def _no_commit(self, revision: str) -> GitError:
        return GitError(
            f"{revision!r} is no commit of the repository {self.root}; give a revision such as HEAD, "
            "HEAD~1, a tag, or OLD..NEW"
        )

    def _name(self, path: str) -> str:
        """A path that is relative to the current folder, relative to the root instead; links lead to it."""
        folder, name = os.path.split(os.path.abspath(path))
        return os.path.relpath(os.path.join(os.path.realpath(folder), name), self.root.resolve())

    def _expect(self, versions: Range, name: str, path: str) -> None:
        """Raise ``GitError`` unless the root, or one of the versions, has ``name``, given as ``path``."""
        if name == ".." or name.startswith("../"):
            raise GitError(f"{path} is outside of the repository {self.root}; name files or folders in it")
        there = name == "." or (versions.new is None and os.path.lexists(self.root / name))
        commits = [versions.old, *([versions.new] if versions.new else [])]
        if not there and not any(self._text("ls-tree", "--full-tree", one, "--", name) for one in commits):
            raise GitError(f"neither version has {path}; name files or folders that one of them has")

    def _text(self, *words: str) -> str:
        return os.fsdecode(self._run(*words))

    def _run(self, *words: str, given: bytes = b"") -> bytes:
        environment = {n: v for n, v in os.environ.items() if n not in ("GIT_EXTERNAL_DIFF", "GIT_PAGER")}
        environment |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
        try:
            ran = subprocess.run(
                ["git", *_SAFE, *words],
                cwd=self.root,
                env=environment,
                input=given,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise GitError(
                f"git does not run in {self.root}: {error.strerror}; install git, or go there"
            ) from None
        if ran.returncode:
            said = ran.stderr.decode(errors="replace").strip() or f"exit status {ran.returncode}"
            raise GitError(f"git {words[0]} in {self.root}: {said}")
        return ran.stdout
