"""What the tests of learning share: sources that are renamed and shifted."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable
from types import CodeType


def locals_of(code: str) -> set[str]:
    """The names of locals that are no parameters, as the compiler sees them."""
    found: set[str] = set()
    kept: set[str] = set()

    def look(unit: CodeType) -> None:
        arguments = unit.co_argcount + unit.co_kwonlyargcount
        kept.update(unit.co_varnames[:arguments], unit.co_names)
        found.update(unit.co_varnames[arguments:])
        for constant in unit.co_consts:
            if isinstance(constant, CodeType):
                kept.add(constant.co_name)
                look(constant)

    look(compile(code, "<dream>", "exec", dont_inherit=True))
    return {name for name in found - kept if name.isidentifier()}


def renamed(code: str, new: Callable[[str], str]) -> str:
    """``code`` with every local called otherwise; the layout stays."""
    names = locals_of(code)
    tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    changed = [
        (t.type, new(t.string) if t.type == tokenize.NAME and t.string in names else t.string) for t in tokens
    ]
    return str(tokenize.untokenize(changed))


def shifted(code: str, lines: int) -> str:
    """``code`` further down, below comments."""
    return "# moved\n" * lines + code
