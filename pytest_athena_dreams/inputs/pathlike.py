"""Paths among the arguments: which parameters take them, and how they are given as objects or as text."""

from __future__ import annotations

import pathlib
from collections.abc import Collection
from typing import Any

from ..signatures import TypeSpec
from .recipes import Recipe

_TAKE_TEXT_NAMES = """
open Path PurePath ZipFile listdir isfile isdir makedirs copyfile rmtree io.open pathlib.Path
pathlib.PurePath sqlite3.connect zipfile.ZipFile tarfile.open gzip.open shlex.split os.open os.path.join
os.path.exists os.path.isfile os.path.isdir os.path.getsize os.path.getmtime os.path.basename
os.path.dirname os.path.splitext os.path.abspath os.path.expanduser os.path.normpath os.path.relpath
os.listdir os.scandir os.walk os.stat os.mkdir os.makedirs os.remove os.unlink os.rmdir os.rename os.replace
os.chdir os.system os.popen os.getenv shutil.copy shutil.copy2 shutil.copyfile shutil.copytree shutil.move
shutil.rmtree shutil.which
"""
_TAKE_TEXT = frozenset(f"passed:{name}" for name in _TAKE_TEXT_NAMES.split())
"""Facts that leave no doubt: no file is there while paths are tried, but small numbers are open files."""

PATH_TYPES = frozenset({"pathlib.Path", "pathlib.PosixPath", "pathlib.PurePath", "pathlib.PurePosixPath"})
"""Types of paths, without those that a text may have too."""


def certain_shape(facts: Collection[str]) -> TypeSpec | None:
    """The type of a parameter that is text, or holds texts, beyond doubt, by the facts on its use."""
    text = TypeSpec(kind="str")
    if not _TAKE_TEXT.isdisjoint(facts):
        return text
    items = (fact.removeprefix("item:") for fact in facts if fact.startswith("item:"))
    return None if _TAKE_TEXT.isdisjoint(items) else TypeSpec(kind="list", args=(text,))


def path_of(text: str) -> Recipe:
    """A path as an object: the jail makes one that can be opened."""
    return Recipe("call", "pathlib:Path", (text,))


def text_of_path(value: Any) -> Any:
    """The text of a path, which is where it leads to; any other value as it is."""
    if type(value) is Recipe and value.reference == "pathlib:Path":
        return value.args[0]
    return str(value) if isinstance(value, pathlib.PurePath) else value


def takes_text(spec: TypeSpec) -> bool:
    """Whether a type admits text."""
    return spec.kind == "str" or (spec.kind == "union" and any(map(takes_text, spec.args)))


def takes_path(spec: TypeSpec) -> bool:
    """Whether a type admits paths, and no text."""
    if spec.kind == "union":
        return any(map(takes_path, spec.args)) and not takes_text(spec)
    return spec.kind in PATH_TYPES
