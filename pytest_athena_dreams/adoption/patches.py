"""The change of a Python file that an adopted dream makes: as a diff, or written.

Invariants: the file is replaced as a whole or not at all; its encoding and its line ends stay.
"""

from __future__ import annotations

import difflib
import errno
import io
import os
import re
import tempfile
import tokenize
from collections import Counter
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
        """Replace the file. Raises ``DreamsError``, also if it does not hold ``before`` any more."""
        raw = _read(self.path)
        if _decoded(self.path, raw) != self.before:
            raise DreamsError(
                f"{self.path} was changed while the dream was tested, and stays as it is now; "
                "adopt the dream again with --write: it is not tested again"
            )
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        try:
            content = _with_ends(self.before, self.after, raw.decode(encoding)).encode(encoding)
        except UnicodeEncodeError as error:
            raise DreamsError(
                f"{self.path} is {encoding}, which has no {error.object[error.start]!r}"
            ) from None
        try:
            _replace(self.path.resolve(), content)
        except OSError as error:
            raise DreamsError(f"{self.path} can't be written: {error.strerror}") from error


def _with_ends(before: str, after: str, raw: str) -> str:
    """``after`` with the line ends of the file: those of lines that stay, and else those of most lines.

    ``raw`` is ``before`` as the file has it.
    """
    old = re.split(r"(?<=\n)|(?<=\r)(?!\n)", raw)
    ends = Counter(line[len(line.rstrip("\r\n")) :] for line in old)
    del ends[""]
    usual = ends.most_common(1)[0][0] if ends else "\n"
    if set(ends) <= {usual}:
        return after.replace("\n", usual)
    new = after.split("\n")
    kept = before.split("\n")
    made = [line + usual for line in new]
    for first, second, size in difflib.SequenceMatcher(None, kept, new, autojunk=False).get_matching_blocks():
        made[second : second + size] = old[first : first + size]
    return "".join(line if line.endswith(("\n", "\r")) else line + usual for line in made[:-1]) + new[-1]


def _replace(path: Path, content: bytes) -> None:
    """Put a new file in the place of ``path``, whole or not at all, with the mode of the old one."""
    old = path.stat()
    if not old.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if os.geteuid() == 0:
            os.chown(name, old.st_uid, old.st_gid)
        os.chmod(name, old.st_mode & 0o7777)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def patch_of(path: Path, dream: Dream, source: str | None) -> Patch:
    """The change of ``path`` that ``dream`` makes. ``source`` is where its procedure comes from, as
    ``FILE::function`` or, for a script, ``FILE``. Raises ``DreamsError`` if the file does not hold the
    procedure any more.
    """
    procedure = dream.procedure
    if procedure is None:
        raise DreamsError(f"dream {dream.id} has no procedure, and so no place in {path}")
    before = _decoded(path, _read(path))
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


def _decoded(path: Path, raw: bytes) -> str:
    try:
        return decode_source(raw)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise DreamsError(f"{path} can't be decoded: {error}") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DreamsError(f"{path} can't be read: {error.strerror}") from error
