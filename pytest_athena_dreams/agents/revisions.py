"""The functions that changed between two versions of a repository, each as a variant of what it was."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..models import Contract
from ..source.definitions import Change, compare_modules
from ..source.slices import Module, read_module
from .git import ChangedFile, Repository
from .trees import Tree
from .variant import Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A function that changed: ``FILE::function``, the variant to test, and by how many lines its code moved.

    ``own`` is false where only what the function needs changed.
    """

    name: str
    variant: Variant
    shift: int
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All that changed. ``added`` and ``removed`` functions have no other version; ``unread`` are files with
    why.

    ``users`` are files that import a changed one, and did not change: their functions are not tested.
    ``folder`` is what the jail has to read.
    """

    functions: tuple[Compared, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    unread: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]
    folder: str
    users: tuple[str, ...] = ()


@contextmanager
def comparison(
    place: Path, revision: str, *, paths: Sequence[str] = (), contract: Contract | None = None
) -> Iterator[Comparison]:
    """What ``revision`` changed in the repository that ``place`` is in, for as long as the context lasts.

    ``paths`` restrict it to files or folders; without them, files of tests are left out. Raises ``GitError``.
    """
    repository = Repository(place)
    versions = repository.range(revision)
    files = repository.changed(versions, paths)
    tests = tuple(file.new for file in files if not paths and _is_test(file.new))
    files = [file for file in files if file.new not in tests]
    with tempfile.TemporaryDirectory(prefix="athena-dreams-versions-") as folder:
        if not files:
            yield Comparison(functions=(), added=(), removed=(), unread=(), tests=tests, folder=folder)
            return
        before = Tree("before", Path(folder), dict(repository.modules(versions.old)))
        after = Tree("after", Path(folder), dict(repository.modules(versions.new)))
        functions: list[Compared] = []
        added: list[str] = []
        removed: list[str] = []
        unread: list[tuple[str, str]] = []
        for file in files:
            if file.old not in before.texts or file.new not in after.texts:
                unread.append((file.new, "a link, or a file that is not there"))
                continue
            old, new = _module(before.texts[file.old]), _module(after.texts[file.new])
            if isinstance(old, str) or isinstance(new, str):
                unread.append((file.new, f"before: {old}" if isinstance(old, str) else str(new)))
                continue
            found = compare_modules(old, new)
            added += [f"{file.new}::{name}" for name in found.added]
            removed += [f"{file.old}::{name}" for name in found.removed]
            for change in found.changed:
                functions.append(_compared(file, change, (before, old), (after, new), contract))
        yield Comparison(
            functions=tuple(functions),
            added=tuple(added),
            removed=tuple(removed),
            unread=tuple(unread),
            tests=tests,
            folder=folder,
            users=_users(after, {file.new for file in files}) if functions or removed else (),
        )


def _users(tree: Tree, changed: Set[str]) -> tuple[str, ...]:
    """The files of a version, without those of tests, that import one of the ``changed`` ones directly."""
    found = []
    for path, text in tree.texts.items():
        if path in changed or _is_test(path) or not tree.may_import(text, changed):
            continue
        module = _module(text)
        if not isinstance(module, str) and tree.imported_by(path, module) & changed:
            found.append(path)
    return tuple(sorted(found))


def _compared(
    file: ChangedFile,
    change: Change,
    before: tuple[Tree, Module],
    after: tuple[Tree, Module],
    contract: Contract | None,
) -> Compared:
    like, _ = before[0].source(file.old, before[1], change.name)
    code, shift = after[0].source(file.new, after[1], change.name)
    entry = change.name
    if change.is_property:
        owner, _, name = change.name.rpartition(".")
        entry = change.name.replace(".", "_")
        getter = f"\n\ndef {entry}(self: {owner}):\n    return self.{name}\n"
        like, code = like + getter, code + getter
    return Compared(
        name=f"{file.new}::{change.name}",
        variant=Variant(
            code=code, like=like, entry_point=entry, contract=contract, name=f"{file.old}::{change.name}"
        ),
        shift=shift,
        own=change.own,
    )


def _is_test(path: str) -> bool:
    """Whether a file is one of pytest's: its functions take fixtures, so no inputs can be drawn for them."""
    *folders, name = path.split("/")
    return (
        name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py") or "tests" in folders
    )


def _module(text: bytes) -> Module | str:
    """The module, or why it can't be read."""
    try:
        code = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return f"it is not UTF-8 at byte {error.start}"
    return read_module(code) or "it can't be parsed, or is too long"
