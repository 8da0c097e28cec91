"""Tries again, twice, where a file, a command or the network fails."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..statements import blocks, calls, line_of
from ..target import Target, Variant, imported

_FILE_CALLS = {
    "open",
    "os.remove",
    "os.rename",
    "os.replace",
    "shutil.copy",
    "shutil.copyfile",
    "shutil.move",
}
_COMMANDS = {"subprocess.run", "subprocess.check_output", "subprocess.check_call", "subprocess.Popen"}
_CONNECTING = {"urlopen", "urllib.request.urlopen", "socket.create_connection", "sqlite3.connect"}
_REACHING_METHODS = {
    "read_text",
    "write_text",
    "read_bytes",
    "write_bytes",
    "urlopen",
    "request",
    "getresponse",
}
_RETRIES = 3


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each statement of the function that reaches out."""
    for block in blocks(target.function):
        for statement in block:
            if isinstance(statement, cst.SimpleStatementLine | cst.With):
                yield from _retried(target, statement)


def _retried(target: Target, statement: cst.SimpleStatementLine | cst.With) -> Iterator[Variant]:
    part = statement.items[0] if isinstance(statement, cst.With) else statement
    found = [
        name
        for name, _ in calls(part)
        if name in _FILE_CALLS | _COMMANDS | _CONNECTING
        or ("." in name and name.rpartition(".")[2] in _REACHING_METHODS)
    ]
    if not found:
        return
    errors = "(OSError, subprocess.SubprocessError)" if found[0] in _COMMANDS else "OSError"
    attempt = target.unused("attempt")
    new = line_of(
        f"for {attempt} in range({_RETRIES}):\n    try:\n        pass\n    except {errors}:\n"
        f"        if {attempt} == {_RETRIES - 1}:\n            raise\n    else:\n        break\n",
        statement.with_changes(body=()) if isinstance(statement, cst.SimpleStatementLine) else cst.Pass(),
    )
    assert isinstance(new, cst.For)
    attempted = new.body.body[0]
    assert isinstance(attempted, cst.Try)
    inner = attempted.with_changes(body=cst.IndentedBlock([statement.with_changes(leading_lines=())]))
    loop = new.with_changes(body=cst.IndentedBlock([inner]), leading_lines=statement.leading_lines)
    variant = target.replaced(
        statement, loop, f"line {target.line(statement)}: `{found[0]}` is tried {_RETRIES} times"
    )
    yield imported(variant, "subprocess") if "subprocess" in errors else variant
