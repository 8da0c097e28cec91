"""Returns a value at once instead of by a variable that is used once."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..statements import assignment, count, line_of, pairs, small
from ..target import Target, Variant


def variants(target: Target) -> Iterator[Variant]:
    """One variant for each such variable."""
    for first, second in pairs(target.function):
        found = assignment(first)
        if found is None:
            continue
        name, value = found
        match small(second):
            case cst.Return(value=cst.Name(value=returned)) if returned == name:
                text = target.module.code_for_node(value)
                once = count(first, name) == 1
                if once:
                    yield target.merged(
                        line_of(f"return {text}", first, second),
                        first,
                        second,
                        why=f"line {target.line(first)}: `{name}` was needed for nothing but the return",
                    )
