"""Sources that are sure to behave alike: equal but for formatting, comments and names of locals, where the
code has no way to look at any of these.

Invariants: pure; in doubt, two sources are no twins. Code can see its own names and lines through frames,
tracebacks, double underscores, format strings, modules that read source, and the text of the errors that it
catches: whatever could lead there makes a source a twin of its exact copies alone.
"""

from __future__ import annotations

import ast
import hashlib
import keyword
import re
from functools import lru_cache

from .normalise import canonical
from .syntax import syntax

_BLIND_MODULES = frozenset({
    "__future__", "abc", "bisect", "cmath", "collections", "copy", "dataclasses", "datetime", "decimal",
    "enum", "fractions", "functools", "heapq", "itertools", "json", "math", "numbers", "operator", "random",
    "re", "statistics", "string", "textwrap", "time", "typing", "unicodedata",
})  # fmt: skip
"""Modules that tell nothing of who calls them, but for the words below."""
_SEEING = frozenset({
    "attrgetter", "methodcaller", "Formatter", "format", "format_map", "getattr", "compile", "eval", "exec",
    "locals", "globals", "vars", "dir", "open", "breakpoint", "help", "input", "id", "*", "get_type_hints",
    "make_dataclass",
})  # fmt: skip
"""Words by which code could reach what it is called, or text about it, all the same."""
_PLAIN = frozenset({"__init__", "__name__", "__future__", "__post_init__"})

_TEXT = re.compile(
    r"""#[^\n]*|\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""",
    re.DOTALL,
)
_STEPS = re.compile(rf"\b(?:{'|'.join(keyword.kwlist)})\b|[-+*/%<>=!&|^~@:{{}}]")


def outline(code: str) -> str:
    """Keywords and operators alone: quick to tell, and the same for twins."""
    return "".join(_STEPS.findall(_TEXT.sub("", code)))


@lru_cache(maxsize=16)
def twin_key(code: str) -> str:
    """A name that is the same for sources of which one verdict can serve all."""
    found = syntax(code)
    blind = found is not None and not any(map(_sees, found.nodes))
    text = canonical(code) if blind else None
    content = f"text\0{code}" if text is None else f"syntax\0{text}"
    return hashlib.blake2b(content.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def lines_of(code: str, twin: str) -> dict[int, int]:
    """The lines of a source, each with the line of its twin that says the same."""
    found: dict[int, int] = {}
    for mine, other in zip(ast.walk(ast.parse(code)), ast.walk(ast.parse(twin)), strict=True):
        if isinstance(mine, ast.stmt | ast.expr) and isinstance(other, ast.stmt | ast.expr):
            found.setdefault(mine.lineno, other.lineno)
    return found


def _sees(node: ast.AST) -> bool:
    """Whether ``node`` could lead code to its own names or lines."""
    match node:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return _telling(word)
        case ast.Import(names=names):
            return any(alias.name.partition(".")[0] not in _BLIND_MODULES for alias in names)
        case ast.ImportFrom(module=module, level=level, names=names):
            known = level == 0 and (module or "").partition(".")[0] in _BLIND_MODULES
            return not known or any(_telling(alias.name) for alias in names)
        case ast.ExceptHandler(name=name):
            return name is not None
        case ast.Constant(value=str(text)):
            return "__" in text
        case ast.Constant(value=bytes(raw)):
            return b"__" in raw
    return False


def _telling(word: str) -> bool:
    return word in _SEEING or (word.startswith("__") and word not in _PLAIN)
