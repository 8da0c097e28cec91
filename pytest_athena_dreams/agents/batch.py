"""Many variants in one file: JSON, one object a line, read as they are needed.

Invariant: a line that can't be read is given with the reason, and the next ones go on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

import msgspec

from ..models import Contract
from .variant import PROCEDURE_NAME, Variant

_Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Base(msgspec.Struct, frozen=True, kw_only=True):
    code: _Text
    name: _Text = PROCEDURE_NAME
    entry_point: _Text | None = None


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of a line; keys of an import that say nothing here are left alone."""

    code: str
    label: _Text | None = None
    entry_point: _Text | None = None
    contract: Contract | None = None
    like: _Text | None = None
    procedure: _Base | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line's name, and its variant or what is wrong with it."""

    name: str
    variant: Variant | str


def read_variants(
    lines: Iterable[bytes],
    *,
    like: str | None = None,
    like_entry_point: str | None = None,
    entry_point: str | None = None,
    contract: Contract | None = None,
) -> Iterator[Line]:
    """The variants of ``lines``. What a line says of itself comes before ``like`` and the other defaults."""
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        try:
            line = msgspec.convert(json.loads(raw.decode("utf-8-sig")), _Line)
        except (ValueError, RecursionError) as error:
            text = f"line {number}: {error}; write one JSON object with the key code, "
            text += "and optionally label, entry_point, contract, like or procedure"
            yield Line(name=f"line {number}", variant=text)
            continue
        base = line.procedure
        if base is None and line.like is not None:
            base = _Base(code=line.like, entry_point=line.entry_point)
        if base is None and like is not None:
            base = _Base(code=like, entry_point=like_entry_point)
        variant = Variant(
            code=line.code,
            like=base.code if base else None,
            entry_point=line.entry_point or entry_point,
            like_entry_point=base.entry_point if base else None,
            contract=line.contract or contract,
            name=base.name if base else PROCEDURE_NAME,
        )
        yield Line(name=line.label or f"line {number}", variant=variant)
