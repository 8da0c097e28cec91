"""The file format of an import: JSONL, one dream or one procedure a line.

Invariants: nothing here touches the store; ``read_lines`` gives every line of every file, checked on its
own and against the others, or raises one ``ImportFileError`` that lists what is wrong by file, line and
key. A byte order mark, blank lines and CRLF are no faults. Text comes out as the store can hold it.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ..errors import ImportFileError
from ..models import Contract, DreamType, Status
from .connection import storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

STDIN = "-"
"""The name of standard input in place of a file."""
MOST_PROBLEMS = 10
"""Maximum problems that one error lists."""

_Text = Annotated[str, Meta(min_length=1)]
_Name = Annotated[str, Meta(pattern=r"\A[^\x00-\x1f\x7f]+\Z")]
_Share = Annotated[float, Meta(ge=0, le=1)]
_Time = Annotated[int, Meta(ge=0, le=253_402_300_799)]  # the end of the year 9999: refuses milliseconds
_Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class ProcedureLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The procedure that a dream varies."""

    name: _Name
    code: _Text
    project: str | None = None
    version: Annotated[int, Meta(ge=1, le=2**31)] | None = None
    entry_point: _Text | None = None
    private: bool | None = None
    source: _Text | None = None


class DreamLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line as written. A missing key says nothing; ``null`` says that the dream has no such value."""

    code: str
    dream_type: DreamType
    label: _Name | None = None
    procedure: ProcedureLine | UnsetType | None = UNSET
    base_procedure_name: str | UnsetType = UNSET
    entry_point: _Text | UnsetType | None = UNSET
    contract: Contract | UnsetType | None = UNSET
    tier: Annotated[int, Meta(ge=1, le=3)] | UnsetType | None = UNSET
    status: Status | UnsetType = UNSET
    viability_score: _Share | UnsetType | None = UNSET
    novelty_score: _Share | UnsetType | None = UNSET
    cross_project_matches: _Count | UnsetType = UNSET
    model_used: str | UnsetType | None = UNSET
    reasoning: str | UnsetType | None = UNSET
    generated_description: str | UnsetType | None = UNSET
    claude_reasoning: str | UnsetType | None = UNSET
    generated_at: _Time | UnsetType = UNSET
    evaluated_at: _Time | UnsetType | None = UNSET
    created_by: str | UnsetType = UNSET


class ProcedureAlone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line with a procedure, without a dream."""

    procedure: ProcedureLine


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A dream to import, by what name, and where it was read.

    ``of`` names its procedure where the dream does not hold it: one that the store has by then.
    """

    where: str
    label: str
    dream: DreamLine
    of: str | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A procedure to import without a dream, and where it was read."""

    where: str
    procedure: ProcedureLine


EXPECTED_VALUES = {
    "label": "text without control characters, not empty, or leave it out",
    "procedure": "an object with the keys name and code, and at will project, version, entry_point, private "
    "and source",
    "procedure.name": "text without control characters, not empty",
    "procedure.project": "text or null",
    "procedure.version": "a whole number from 1, or leave it out to get the next one",
    "procedure.code": "the Python source of the procedure, as text, not empty",
    "procedure.entry_point": "the name of a function in the procedure's code, or null",
    "procedure.private": "true if no model may see the procedure, false if models may, or null",
    "procedure.source": "where it comes from, as FILE::function or FILE, or null",
    "base_procedure_name": "the procedure's name, as text",
    "code": "the Python source of the dream, as text",
    "dream_type": "one of " + ", ".join(DreamType),
    "entry_point": "the name of a function in the dream's code, or null",
    "contract": "one of " + ", ".join(Contract) + ", or null for what the dream's type decides",
    "tier": "1 (viable), 2 (speculative), 3 (archive) or null",
    "status": "one of " + ", ".join(Status),
    "viability_score": "a number from 0 to 1, or null",
    "novelty_score": "a number from 0 to 1, or null",
    "cross_project_matches": "a whole number from 0",
    "model_used": "text or null",
    "reasoning": "text or null",
    "generated_description": "text or null",
    "claude_reasoning": "text or null",
    "generated_at": "whole seconds since 1970 (no milliseconds)",
    "evaluated_at": "whole seconds since 1970 (no milliseconds), or null",
    "created_by": "text",
}
"""What each key takes; its names are the keys of a line."""


def read_lines(paths: Iterable[str | os.PathLike[str]]) -> list[Line | Entry]:
    """Read all dreams and procedures of all files, in order; ``-`` is standard input.

    A line that is repeated word for word counts once. Raises ``ImportFileError``.
    """
    lines: dict[str, Line] = {}
    entries: dict[ProcedureLine, Entry] = {}
    problems: list[str] = []
    for path in paths:
        for where, raw in _raw_lines(path):
            try:
                dream = _decode(raw)
            except ValueError as problem:
                problems.append(f"{where}, {problem}")
                continue
            if isinstance(dream, ProcedureAlone):
                entries.setdefault(dream.procedure, Entry(where=where, procedure=dream.procedure))
                continue
            line = Line(where=where, label=dream.label or _label(dream), dream=dream)
            first = lines.setdefault(line.label, line)
            if first.dream != dream:
                problems.append(
                    f"{where}, key label: {line.label!r} is also the label of another dream, "
                    f"in {first.where}; give each dream a label of its own"
                )
    refuse(problems)
    return [*entries.values(), *lines.values()]


def refuse(problems: Sequence[str]) -> None:
    """Raise one ``ImportFileError`` that lists the ``problems``, if there are any."""
    if problems:
        shown = list(problems[:MOST_PROBLEMS])
        if len(problems) > len(shown):
            shown.append(f"and {len(problems) - len(shown)} problems more")
        raise ImportFileError("\n  ".join(["nothing was imported:", *shown]))


def _raw_lines(path: str | os.PathLike[str]) -> Iterator[tuple[str, bytes]]:
    stdin = os.fspath(path) == STDIN
    name = "standard input" if stdin else os.fspath(path)
    try:
        with nullcontext(sys.stdin.buffer) if stdin else open(path, "rb") as file:
            for number, raw in enumerate(file, 1):
                line = (raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw).strip()
                if line:
                    yield f"{name}, line {number}", line
    except OSError as error:
        raise ImportFileError(
            f"nothing was imported: {name} can't be read ({error.strerror}); check its name and permissions"
        ) from error


def _decode(raw: bytes) -> DreamLine | ProcedureAlone:
    """Return what one line holds. Raises ``ValueError`` with the key and the remedy."""
    try:
        data = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"not UTF-8: byte 0x{raw[error.start]:02x} at column {error.start + 1}; save the file as UTF-8"
        ) from error
    except json.JSONDecodeError as error:
        raise ValueError(
            f"not JSON: {error.msg} at column {error.pos + 1}; write one whole JSON object on each line"
        ) from error
    except RecursionError as error:
        raise ValueError("not a dream: nested too deeply; write one flat JSON object on each line") from error
    try:
        if isinstance(data, dict) and data.keys() == {"procedure"}:
            return msgspec.convert(data, ProcedureAlone)
        dream = msgspec.convert(data, DreamLine)
    except msgspec.ValidationError as error:
        raise ValueError(_explain(str(error), data)) from error
    name = dream.base_procedure_name
    if dream.procedure and name is not UNSET and name != dream.procedure.name:
        raise ValueError(
            f"key base_procedure_name: {name!r} given, but the procedure is {dream.procedure.name!r}; "
            "leave the key out"
        )
    return dream


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = {key: storable(value) for key, value in pairs}
    if len(data) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"key {_quoted(twice)}: given twice; give it once")
    return data


def _constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON; write a finite number, or null for none")


def _explain(message: str, data: Any) -> str:
    """Say what msgspec found wrong in ``data``: its message names the place as ``$.key.key``."""
    problem, _, place = message.partition(" - at `$")
    path = place.strip(".`")
    named = re.search(r"(missing|unknown) .*?`(.*)`", problem, re.DOTALL)
    if named:
        inside = f"{path}." if path else ""
        if named[1] == "missing":
            return f"key {inside}{named[2]}: missing; give {EXPECTED_VALUES[inside + named[2]]}"
        known = [key.removeprefix(inside) for key in EXPECTED_VALUES if key.rpartition(".")[0] == path]
        near = difflib.get_close_matches(named[2], known, n=1)
        remedy = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
        return f"key {inside}{_quoted(named[2])}: unknown; {remedy}"
    if not path:
        return f"not a dream: {problem}; write one JSON object on each line"
    value = data
    for key in path.split("."):
        value = value[key]
    return f"key {path}: {_quoted(value)} given; give {EXPECTED_VALUES[path]}"


def _quoted(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _label(dream: DreamLine) -> str:
    """Name a dream that has no label by what it is: its procedure's name and its code."""
    procedure = dream.procedure or None
    identity = [procedure and procedure.project, procedure and procedure.name, dream.code]
    return f"auto-{hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]}"
