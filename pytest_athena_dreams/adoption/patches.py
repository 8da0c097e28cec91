"""The change of a Python file that an adopted dream makes: as a diff, or written.

Invariants: the file is replaced as a whole or not at all; its encoding and its line ends stay.
"""

from __future__ import annotations

import difflib
import io
import os
import tempfile
import tokenize
from dataclasses import dataclass
from importlib.util import decode_source
from pathlib import Path

from ..errors import DreamsError
from ..models import Dream, Procedure
from ..source.grafts import NoGraft, graft, same_function


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A file before and after the change, as text with ``\\n`` at line ends."""

    path: Path
    before: str
    after: str

    def diff(self) -> str:
        """The change as a unified diff that ``patch`` and ``git apply`` take."""
        name = self.path.as_posix()
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            f"a/{name}",
            f"b/{name}",
        )
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
        )

    def write(self) -> None:
        """Replace the file. Raises ``DreamsError``."""
        raw = _read(self.path)
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        ends = "\r\n" if b"\r\n" in raw else "\n"
        try:
            text = self.after.replace("\n", ends).encode(encoding)
        except UnicodeEncodeError as error:
            raise DreamsError(
                f"{self.path} is {encoding}, which has no {error.object[error.start]!r}"
            ) from None
        try:
            handle, name = tempfile.mkstemp(dir=self.path.resolve().parent)
            try:
                with open(handle, "wb") as file:
                    file.write(text)
                os.chmod(name, self.path.stat().st_mode & 0o7777)
                os.replace(name, self.path.resolve())
            except OSError:
                os.unlink(name)
                raise
        except OSError as error:
            raise DreamsError(f"{self.path} can't be written: {error.strerror}") from error


def patch_of(path: Path, dream: Dream, source: str | None) -> Patch:
    """The change of ``path`` that ``dream`` makes. ``source`` is where its procedure comes from, as
    ``FILE::function`` or, for a script, ``FILE``. Raises ``DreamsError`` if the file does not hold the
    procedure any more.
    """
    procedure = dream.procedure
    if procedure is None:
        raise DreamsError(f"dream {dream.id} has no procedure, and so no place in {path}")
    try:
        before = decode_source(_read(path))
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise DreamsError(f"{path} can't be decoded: {error}") from error
    if source is not None and "::" not in source:
        return Patch(path=path, before=before, after=_whole(path, before, dream, procedure))
    function = (
        (source or "").rpartition("::")[2] or procedure.entry_point or procedure.name.rpartition(".")[2]
    )
    entry = dream.entry_point or procedure.entry_point or function
    try:
        if not same_function(before, function, procedure.code, procedure.entry_point or function):
            raise _other(path, function, dream)
        after = graft(before, function, dream.code, entry)
    except NoGraft as error:
        raise DreamsError(f"{path}: {error}") from error
    return Patch(path=path, before=before, after=after)


def _whole(path: Path, before: str, dream: Dream, procedure: Procedure) -> str:
    """A script is replaced as a whole."""
    if before.strip() != procedure.code.strip():
        raise _other(path, "code", dream)
    return dream.code


def _other(path: Path, what: str, dream: Dream) -> DreamsError:
    return DreamsError(
        f"{path} holds another {what} than the procedure that dream {dream.id} varies; "
        "import the file again, and test dreams of what it holds now"
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DreamsError(f"{path} can't be read: {error.strerror}") from error
